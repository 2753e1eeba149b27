//! One host.

use std::sync::Arc;

use super::GroupId;
use crate::value::{Map, Text, Value};

/// Holds a host's name, groups and variables.
///
/// The variables of the source that made the host are shared with it; what is set later lies over them.
#[derive(Clone, Debug)]
pub struct Host {
    pub(super) name: Text,
    pub(super) groups: Vec<GroupId>,
    /// One more than the place of the source; zero for none.
    pub(super) source: usize,
    facts: Arc<Map>,
    own: Map,
}

impl Host {
    pub(super) fn new(name: Text, source: usize) -> Host {
        Host { name, groups: Vec::new(), source, facts: Arc::default(), own: Map::new() }
    }

    /// Returns the name.
    pub fn name(&self) -> &Text {
        &self.name
    }

    /// Returns the groups that the host is directly in, in the order in which it was added to them.
    pub fn groups(&self) -> &[GroupId] {
        &self.groups
    }

    /// Returns a variable of the host itself.
    pub fn variable(&self, name: &str) -> Option<&Value> {
        self.own.get(name).or_else(|| self.facts.get(name))
    }

    /// Tells whether the host has no variables of its own.
    pub fn has_no_variables(&self) -> bool {
        self.facts.is_empty() && self.own.is_empty()
    }

    /// Iterates over the variables of the host itself, each name once, in no useful order.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &Value)> {
        let is_replaced = |name: &str| !self.own.is_empty() && self.own.contains(name);
        let facts = self.facts.iter().filter_map(|(name, value)| Some((name.as_str()?, value)));
        let own = self.own.iter().filter_map(|(name, value)| Some((name.as_str()?, value)));
        facts.filter(move |(name, _)| !is_replaced(name)).chain(own)
    }

    pub(super) fn set(&mut self, name: Text, value: Value) {
        self.own.insert(name, value);
    }

    pub(super) fn set_facts(&mut self, facts: &Arc<Map>) {
        if self.has_no_variables() {
            self.facts = Arc::clone(facts);
            return;
        }
        for (name, value) in facts.iter() {
            self.own.insert(name.clone(), value.clone());
        }
    }
}
