//! Names hosts by the `hostnames` option of the plugin.

mod attributes;
mod chain;
mod preference;

use std::collections::{BTreeMap, HashSet};

use inventory_core::expression::{Environment, Error};
use inventory_core::name::Sanitizer;
use inventory_core::value::{Map, Text, Value};

pub(crate) use self::attributes::names as attribute_names;
pub(crate) use self::preference::{Plain, Preference};

/// The DNS names of Route 53 by the address or name that they stand for, sorted.
pub(crate) type DnsNames = BTreeMap<Text, Vec<Text>>;

/// How instances get their names.
#[derive(Debug)]
pub(crate) struct Hostnames {
    /// The preferences, the default ones when none are configured.
    preferences: Vec<Preference>,
    /// `allow_duplicated_hosts`: a host for every name that is found, not for the first one only.
    all: bool,
    /// What makes names with a colon safe.
    sanitizer: Sanitizer,
}

/// What came of filters while one instance was named.
#[derive(Debug)]
pub(crate) struct Trial {
    /// The filters as they are configured.
    pub(crate) filters: Text,
    /// Why they failed; none when they gave a name.
    pub(crate) fault: Option<Error>,
}

/// The trials for one instance.
pub(crate) type Trials = Vec<Trial>;

/// The names of one instance, while they are looked for.
struct Search<'a> {
    instance: &'a Map,
    dns_names: Vec<&'a Text>,
    sanitizer: Sanitizer,
    environment: &'a Environment,
    trials: &'a mut Trials,
}

impl Hostnames {
    /// Makes the rules; `sanitizer` is that of group names, which names with a colon go through.
    pub(crate) fn new(preferences: Vec<Preference>, all: bool, sanitizer: Sanitizer) -> Hostnames {
        let defaults =
            || ["dns-name", "private-dns-name"].into_iter().filter_map(|name| Plain::parse(name).ok());
        let preferences =
            if preferences.is_empty() { defaults().map(Preference::Plain).collect() } else { preferences };
        Hostnames { preferences, all, sanitizer }
    }

    /// Returns the inventory names of an instance; none when no preference finds one.
    ///
    /// The names of Route 53 come first. A filter that fails finds nothing; what came of filters is added to `trials`.
    pub(crate) fn names(
        &self,
        instance: &Map,
        dns: &DnsNames,
        environment: &Environment,
        trials: &mut Trials,
    ) -> Vec<Text> {
        let dns_names = find_dns_names(instance, dns);
        let mut search = Search { instance, dns_names, sanitizer: self.sanitizer, environment, trials };
        let mut names = if self.all {
            search.all(&self.preferences)
        } else {
            search.first(&self.preferences).into_iter().collect()
        };
        let mut seen = HashSet::new();
        names.retain(|name| !name.is_empty() && seen.insert(name.clone()));
        names
    }
}

/// Returns the DNS names that stand for an address or a name of the instance, sorted.
fn find_dns_names<'a>(instance: &Map, dns: &'a DnsNames) -> Vec<&'a Text> {
    if dns.is_empty() {
        return Vec::new();
    }
    let addresses = ["public_dns_name", "private_dns_name", "public_ip_address", "private_ip_address"];
    let values =
        addresses.iter().filter_map(|key| instance.get(key)?.as_str()).filter(|text| !text.is_empty());
    let mut names: Vec<&Text> = values.filter_map(|value| dns.get(value)).flatten().collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl Search<'_> {
    /// Returns the first name that is found.
    fn first(&mut self, preferences: &[Preference]) -> Option<Text> {
        if let Some(name) = self.dns_names.first() {
            return Some(self.sanitize(name));
        }
        preferences.iter().find_map(|preference| self.first_of(preference)).map(|name| self.sanitize(&name))
    }

    fn first_of(&mut self, preference: &Preference) -> Option<Text> {
        match preference {
            Preference::Plain(plain) => {
                let found = self.find(plain);
                let first = match found.as_items() {
                    Some(items) => items.first().cloned().unwrap_or_default(),
                    None => found,
                };
                first.is_true().then(|| to_text(&first))
            }
            Preference::Joined { name, prefix, separator } => {
                let name = self.first(std::slice::from_ref(name))?;
                let prefix = prefix.as_ref().and_then(|prefix| self.first(std::slice::from_ref(prefix)));
                Some(join(prefix.as_ref(), separator, name))
            }
        }
    }

    /// Returns all names that are found.
    fn all(&mut self, preferences: &[Preference]) -> Vec<Text> {
        let mut names: Vec<Text> = self.dns_names.iter().map(|name| self.sanitize(name)).collect();
        for preference in preferences {
            let found = self.all_of(preference);
            names.extend(found.iter().map(|name| self.sanitize(name)));
        }
        names
    }

    fn all_of(&mut self, preference: &Preference) -> Vec<Text> {
        match preference {
            Preference::Plain(plain) => match self.find(plain) {
                Value::Text(text) if text.is_empty() => Vec::new(),
                Value::Text(text) => vec![text],
                // Only texts and lists count: numbers, times and dicts are not names here, though they are for `first`.
                found => found.as_items().unwrap_or_default().iter().map(to_text).collect(),
            },
            Preference::Joined { name, prefix, separator } => {
                let mut names = self.all(std::slice::from_ref(name));
                let prefixes = prefix.as_ref().map(|prefix| self.all(std::slice::from_ref(prefix)));
                match prefixes.unwrap_or_default().first() {
                    Some(prefix) if !names.is_empty() => {
                        vec![join(Some(prefix), separator, names.swap_remove(0))]
                    }
                    _ => names,
                }
            }
        }
    }

    fn find(&mut self, plain: &Plain) -> Value {
        plain.find(self.instance, self.environment, self.trials)
    }

    /// Makes a name with a colon safe, as the plugin does; any other name stays as it is.
    fn sanitize(&self, name: &Text) -> Text {
        if name.contains(':') { Text::from(self.sanitizer.clean(name).as_ref()) } else { name.clone() }
    }
}

fn join(prefix: Option<&Text>, separator: &str, name: Text) -> Text {
    match prefix {
        Some(prefix) if !prefix.is_empty() => arcstr::format!("{prefix}{separator}{name}"),
        _ => name,
    }
}

/// Returns a value as `str()` gives it.
fn to_text(value: &Value) -> Text {
    if let Value::Text(text) = value { text.clone() } else { value.to_string().into() }
}

#[cfg(test)]
mod tests;
