//! One entry of `hostnames`: where a name comes from.

use inventory_core::expression::{Environment, Error};
use inventory_core::value::{Map, Text, Value};

use super::chain::Chain;
use super::{Trial, Trials, attributes};

/// One entry of `hostnames`.
#[derive(Debug)]
pub(crate) enum Preference {
    /// A string.
    Plain(Plain),
    /// A dict: `PREFIX SEPARATOR NAME`, or the name alone where the prefix is not found.
    Joined {
        /// Where the name comes from.
        name: Box<Preference>,
        /// Where the prefix comes from.
        prefix: Option<Box<Preference>>,
        /// What stands between the two.
        separator: Text,
    },
}

/// A preference that is a string: the part of an instance, and filters that it goes through.
#[derive(Debug)]
pub(crate) struct Plain {
    origin: Origin,
    chain: Option<Chain>,
}

/// Where a plain name comes from.
#[derive(Debug)]
enum Origin {
    /// `tag:A` or `tag:A,B=c`.
    Tags(Vec<TagItem>),
    /// A name of the plugin's table.
    Attribute(&'static [&'static str]),
    /// Any other text is the name itself.
    Literal(Text),
}

/// One item after `tag:`.
#[derive(Debug)]
enum TagItem {
    /// The value of the tag.
    Value(Text),
    /// `KEY_VALUE` where the tag has that value.
    Equal { key: Text, value: Text },
}

impl Plain {
    /// Reads a preference. Fails when what follows `|` is not a chain of filters.
    pub(crate) fn parse(text: &str) -> Result<Plain, Error> {
        let (name, chain) = match text.split_once('|') {
            Some((name, filters)) => (name.trim_end(), Some(Chain::compile(filters)?)),
            None => (text, None),
        };
        Ok(Plain { origin: Origin::parse(name), chain })
    }

    /// Returns why the filters can work for no instance.
    pub(crate) fn find_flaw(&self, environment: &Environment) -> Option<Error> {
        self.chain.as_ref()?.find_flaw(environment)
    }

    /// Returns the text that is the name of every instance, where it is neither a tag nor a name of the table.
    pub(crate) fn literal(&self) -> Option<&str> {
        if let Origin::Literal(text) = &self.origin { Some(text) } else { None }
    }

    /// Returns what the preference finds in an instance: a text, a list of several, or nothing that is true.
    ///
    /// A filter that fails finds nothing; what came of the filters is added to `trials`.
    pub(super) fn find(&self, instance: &Map, environment: &Environment, trials: &mut Trials) -> Value {
        let found = self.origin.find(instance);
        let Some(chain) = &self.chain else { return found };
        let (value, fault) = match chain.apply(found, environment) {
            Ok(value) => (value, None),
            Err(fault) => (Value::Null, Some(fault)),
        };
        if value.is_true() || fault.is_some() {
            trials.push(Trial { filters: chain.filters().clone(), fault });
        }
        value
    }
}

impl Origin {
    fn parse(name: &str) -> Origin {
        if let Some(tags) = name.strip_prefix("tag:") {
            return Origin::Tags(tags.split(',').map(TagItem::parse).collect());
        }
        attributes::find(name).map_or_else(|| Origin::Literal(name.into()), Origin::Attribute)
    }

    fn find(&self, instance: &Map) -> Value {
        match self {
            Origin::Tags(items) => find_tags(items, instance),
            Origin::Attribute(path) => attributes::follow(instance, path),
            Origin::Literal(text) => text.clone().into(),
        }
    }
}

/// Returns the text of the only item, or the list of what is found for several: any of them, not all of them.
fn find_tags(items: &[TagItem], instance: &Map) -> Value {
    let tags = instance.get("tags").and_then(Value::as_map);
    let mut found = items.iter().filter_map(|item| item.find(tags?)).map(Value::Text);
    if let [_] = items { found.next().unwrap_or_else(|| Value::list([])) } else { Value::list(found) }
}

impl TagItem {
    /// The first `=` ends the key: the plugin loses the whole inventory over a second one.
    fn parse(item: &str) -> TagItem {
        match item.split_once('=') {
            Some((key, value)) => TagItem::Equal { key: key.into(), value: value.into() },
            None => TagItem::Value(item.into()),
        }
    }

    fn find(&self, tags: &Map) -> Option<Text> {
        match self {
            TagItem::Value(key) => match tags.get(key) {
                Some(Value::Text(value)) if !value.is_empty() => Some(value.clone()),
                _ => None,
            },
            TagItem::Equal { key, value } => {
                let tag = tags.get(key).and_then(Value::as_str)?;
                (tag == value.as_str()).then(|| arcstr::format!("{key}_{value}"))
            }
        }
    }
}
