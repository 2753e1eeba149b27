//! The address of an instance, and its inventory name.

use inventory_core::expression::{Error, Pattern, format_text};
use inventory_core::value::{Text, Value};

use super::instance::Instance;

/// How hosts get their addresses and names.
#[derive(Debug)]
pub(super) struct Naming {
    /// The attribute, or tag, that is the address outside of a VPC.
    pub(super) destination: String,
    /// The attribute, or tag, that is the address in a VPC.
    pub(super) vpc_destination: String,
    /// What is the address in the place of both.
    pub(super) format: Option<Format>,
    /// What is the inventory name; none for the address.
    pub(super) hostname: Option<Hostname>,
    /// The end of the names of Route 53 that are inventory names; none of them where it is empty.
    pub(super) route53_end: String,
    /// What names must match.
    pub(super) include: Option<Pattern>,
    /// What names must not match.
    pub(super) exclude: Option<Pattern>,
}

/// A format, and the tags or attributes that go in.
#[derive(Debug)]
pub(super) struct Format {
    /// The format of Python.
    pub(super) text: String,
    /// The names of tags or attributes.
    pub(super) fields: Vec<String>,
}

/// What is an inventory name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hostname {
    /// A tag.
    Tag(String),
    /// An attribute.
    Attribute(String),
}

/// Which dashes stay in names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Safe {
    /// Whether `-` becomes `_`.
    pub(super) replaces_dashes: bool,
}

impl Safe {
    /// Returns a text in which all but ASCII letters, digits and `_` are replaced.
    pub(super) fn clean(self, text: &str) -> String {
        let keeps =
            |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '-' && !self.replaces_dashes;
        text.chars().map(|sign| if keeps(sign) { sign } else { '_' }).collect()
    }
}

/// What the rules make of an instance.
pub(super) enum Named {
    /// Its inventory name and its address.
    Host { name: Text, address: Text },
    /// It has no address.
    Unreachable,
    /// A pattern leaves it out.
    Excluded,
}

impl Naming {
    /// Names an instance, to which the names of Route 53 lead.
    ///
    /// Fails when the format asks for more than there is, or a pattern takes too long.
    pub(super) fn name(
        &self,
        instance: Instance<'_>,
        dns_names: &[Text],
        safe: Safe,
    ) -> Result<Named, Error> {
        let Some(address) = self.address(instance)? else { return Ok(Named::Unreachable) };
        let name = self.hostname(instance, dns_names, safe).unwrap_or_else(|| address.clone());
        let is_in = |pattern: &Option<Pattern>| {
            pattern.as_ref().map(|pattern| pattern.matches_start(&name)).transpose()
        };
        if is_in(&self.include)? == Some(false) || is_in(&self.exclude)? == Some(true) {
            return Ok(Named::Excluded);
        }
        Ok(Named::Host { name, address })
    }

    fn address(&self, instance: Instance<'_>) -> Result<Option<Text>, Error> {
        let address = match &self.format {
            Some(format) => Some(Text::from(format.fill(instance)?)),
            None => {
                let is_in_vpc = instance.text("subnet_id").is_some();
                let variable = if is_in_vpc { &self.vpc_destination } else { &self.destination };
                match instance.attribute(variable).filter(|value| *value != Value::Null) {
                    Some(value) => value.as_str().map(Text::from),
                    None => instance.tag(variable).map(Text::from),
                }
            }
        };
        Ok(address.filter(|address| !address.is_empty()))
    }

    /// Returns the name that is not the address.
    fn hostname(&self, instance: Instance<'_>, dns_names: &[Text], safe: Safe) -> Option<Text> {
        let end = Some(self.route53_end.as_str()).filter(|end| !end.is_empty());
        let is_of_route53 = |name: &str| end.is_some_and(|end| name.ends_with(end));
        let variable = || match self.hostname.as_ref()? {
            Hostname::Tag(key) => instance.tag(key).map(Text::from),
            Hostname::Attribute(name) => instance.text(name),
        };
        let found = dns_names.iter().find(|name| is_of_route53(name)).cloned();
        let name = found.or_else(variable).filter(|name| !name.is_empty())?;
        let name = if is_of_route53(&name) { name.to_lowercase() } else { safe.clean(&name).to_lowercase() };
        Some(Text::from(name))
    }
}

impl Format {
    /// Fills in tags, else attributes, else `nil`.
    fn fill(&self, instance: Instance<'_>) -> Result<String, Error> {
        let field = |name: &String| match (instance.tag(name), name.as_str()) {
            (Some(tag), _) => Value::from(tag),
            // boto's object of a region, as Python writes it.
            (None, "region") => {
                instance.region().map_or(Value::Null, |region| Value::from(format!("RegionInfo:{region}")))
            }
            (None, name) => instance.attribute(name).unwrap_or_else(|| Value::from("nil")),
        };
        format_text(&self.text, self.fields.iter().map(field).collect())
    }

    /// Returns what is wrong with the format whatever the instance.
    pub(super) fn flaw(&self) -> Option<Error> {
        format_text(&self.text, self.fields.iter().map(|_| Value::from("nil")).collect()).err()
    }
}
