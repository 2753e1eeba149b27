//! One group.

use super::{GroupId, HostId};
use crate::value::{Map, Text, Value};

/// Holds a group's name, members, relations and variables.
#[derive(Clone, Debug)]
pub struct Group {
    pub(super) name: Text,
    pub(super) hosts: Vec<HostId>,
    pub(super) children: Vec<GroupId>,
    pub(super) parents: Vec<GroupId>,
    variables: Map,
    priority: i64,
}

impl Group {
    pub(super) fn new(name: Text) -> Group {
        let (hosts, children, parents) = (Vec::new(), Vec::new(), Vec::new());
        Group { name, hosts, children, parents, variables: Map::new(), priority: 1 }
    }

    /// Returns the name.
    pub fn name(&self) -> &Text {
        &self.name
    }

    /// Returns the hosts that are directly in the group, in the order in which they were added.
    pub fn hosts(&self) -> &[HostId] {
        &self.hosts
    }

    /// Returns the groups directly under this one, in the order in which they were added.
    pub fn children(&self) -> &[GroupId] {
        &self.children
    }

    /// Returns the groups directly above this one, in the order in which it was added to them.
    pub fn parents(&self) -> &[GroupId] {
        &self.parents
    }

    /// Returns the variables.
    pub fn variables(&self) -> &Map {
        &self.variables
    }

    /// Returns the `ansible_group_priority`, 1 unless it was set: of groups of equal depth, the higher one's variables
    /// win.
    pub fn priority(&self) -> i64 {
        self.priority
    }

    pub(super) fn set(&mut self, name: Text, value: Value) {
        match value {
            Value::Int(priority) if name == "ansible_group_priority" => self.priority = priority,
            value => {
                self.variables.insert(name, value);
            }
        }
    }
}
