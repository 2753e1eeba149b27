//! What records say about other resources: ids, compared without regard to case.

use std::collections::HashSet;

use inventory_core::discovery::Facts;
use inventory_core::value::{Text, Value};

use super::list::Fetched;

/// Returns the value at a path of keys.
pub(super) fn at<'a>(record: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(record, |value, key| value.as_map()?.get(key))
}

/// Returns the text at a path of keys.
pub(super) fn text_at<'a>(record: &'a Value, path: &[&str]) -> Option<&'a Text> {
    match at(record, path)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn items<'a>(record: &'a Value, path: &[&str]) -> &'a [Value] {
    at(record, path).and_then(Value::as_items).unwrap_or_default()
}

/// Returns the ids of the network interfaces of a machine, as they are spelled.
pub(super) fn interfaces(machine: &Facts) -> impl Iterator<Item = &Text> {
    let interfaces = items(&machine.record, &["properties", "networkProfile", "networkInterfaces"]);
    interfaces.iter().filter_map(|interface| text_at(interface, &["id"]))
}

/// Returns the ids of the public addresses of a network interface, as they are spelled.
pub(super) fn addresses(interface: &Facts) -> impl Iterator<Item = &Text> {
    let configurations = items(&interface.record, &["properties", "ipConfigurations"]);
    configurations
        .iter()
        .filter_map(|configuration| text_at(configuration, &["properties", "publicIPAddress", "id"]))
}

/// The ids that some records refer to.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// The ids in the order of the references, as they are spelled first.
    ids: Vec<Text>,
    lower: HashSet<Text>,
}

impl<'a> FromIterator<&'a Text> for Wanted {
    fn from_iter<I: IntoIterator<Item = &'a Text>>(ids: I) -> Self {
        let mut wanted = Wanted::default();
        ids.into_iter().for_each(|id| wanted.add(id, Text::from(id.to_lowercase())));
        wanted
    }
}

impl Wanted {
    /// Returns the ids of the facts themselves.
    pub(super) fn ids_of(fetched: &Fetched) -> Wanted {
        let mut wanted = Wanted::default();
        for fact in fetched.facts() {
            if let Some(id) = text_at(&fact.record, &["id"]) {
                wanted.add(id, fact.id.clone());
            }
        }
        wanted
    }

    fn add(&mut self, id: &Text, lower: Text) {
        if self.lower.insert(lower) {
            self.ids.push(id.clone());
        }
    }

    /// Returns whether a fact is one of those that are referred to.
    pub(super) fn holds(&self, fact: &Facts) -> bool {
        self.lower.contains(&fact.id)
    }

    /// Returns the ids that no fact has, as they are spelled.
    pub(super) fn missing(&self, fetched: &Fetched) -> Vec<Text> {
        let found: HashSet<&Text> = fetched.facts().map(|fact| &fact.id).collect();
        let is_missing = |id: &&Text| !found.contains(&Text::from(id.to_lowercase()));
        self.ids.iter().filter(is_missing).cloned().collect()
    }
}
