//! What of an inventory is shown.

use crate::inventory::{Group, GroupId, HostId, Inventory};
use crate::value::Value;

/// Names an inventory and the part of it that is to be shown.
#[derive(Debug)]
pub struct View<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) export: bool,
    /// By the order of hosts; none when all are shown.
    limit: Option<Vec<bool>>,
    /// By the order of groups, how many steps each is away from `all` at the most; empty when no group has variables.
    depths: Vec<usize>,
}

impl<'a> View<'a> {
    /// Makes the view of the whole of a reconciled inventory.
    ///
    /// With `export`, variables are shown where they are set: hosts have only their own, and groups show theirs.
    /// Without it, hosts have those of their groups too.
    pub fn new(inventory: &'a Inventory, export: bool) -> View<'a> {
        let has_variables = inventory.groups().any(|(_, group)| !group.variables().is_empty());
        let depths = if has_variables { depths(inventory) } else { Vec::new() };
        View { inventory, export, limit: None, depths }
    }

    /// Limits the view to some hosts.
    #[must_use]
    pub fn limit(mut self, hosts: &[HostId]) -> View<'a> {
        let mut shown = vec![false; self.inventory.hosts().len()];
        for host in hosts {
            if let Some(shown) = shown.get_mut(host.place()) {
                *shown = true;
            }
        }
        self.limit = Some(shown);
        self
    }

    /// Tells whether a host is shown.
    pub(super) fn shows(&self, host: HostId) -> bool {
        self.limit.as_ref().is_none_or(|shown| shown.get(host.place()).copied().unwrap_or(false))
    }

    /// Returns the variables that are shown for a host, sorted by their names.
    pub(super) fn host_variables(&self, id: HostId) -> Vec<(&'a str, &'a Value)> {
        let host = self.inventory.host(id);
        let mut variables: Vec<_> = host.variables().collect();
        if !self.export && !self.depths.is_empty() {
            // Those of the host win, then those of the last group: a stable sort keeps them in this order.
            variables.extend(self.groups_by_rank(id).into_iter().rev().flat_map(text_entries));
            variables.sort_by_key(|(name, _)| *name);
            variables.dedup_by_key(|(name, _)| *name);
        } else {
            variables.sort_unstable_by_key(|(name, _)| *name);
        }
        variables
    }

    /// Returns the groups of a host, directly or through their children, the one whose variables win last.
    fn groups_by_rank(&self, host: HostId) -> Vec<&'a Group> {
        let mut groups = self.inventory.groups_of(host);
        groups.push(GroupId::ALL);
        groups.sort_by_cached_key(|id| {
            let group = self.inventory.group(*id);
            (self.depths.get(id.place()).copied(), group.priority(), group.name().as_str())
        });
        groups.dedup();
        groups.into_iter().map(|id| self.inventory.group(id)).collect()
    }

    /// Returns the variables of a group, sorted by their names.
    pub(super) fn group_variables(&self, group: GroupId) -> Vec<(&'a str, Value)> {
        let group = self.inventory.group(group);
        let mut variables: Vec<_> = text_entries(group).map(|(name, value)| (name, value.clone())).collect();
        if group.priority() != 1 {
            variables.push(("ansible_group_priority", Value::Int(group.priority())));
        }
        variables.sort_by_key(|(name, _)| *name);
        variables
    }
}

fn text_entries(group: &Group) -> impl Iterator<Item = (&str, &Value)> {
    group.variables().iter().filter_map(|(name, value)| Some((name.as_str()?, value)))
}

/// Returns the longest distance of every group from the groups without parents.
fn depths(inventory: &Inventory) -> Vec<usize> {
    let mut parents_left: Vec<usize> = inventory.groups().map(|(_, group)| group.parents().len()).collect();
    let mut depths = vec![0; parents_left.len()];
    let mut ready: Vec<GroupId> =
        inventory.groups().filter(|(_, group)| group.parents().is_empty()).map(|(id, _)| id).collect();
    while let Some(id) = ready.pop() {
        let depth = depths.get(id.place()).copied().unwrap_or(0);
        for child in inventory.group(id).children() {
            let (Some(child_depth), Some(left)) =
                (depths.get_mut(child.place()), parents_left.get_mut(child.place()))
            else {
                continue;
            };
            *child_depth = (*child_depth).max(depth + 1);
            *left -= 1;
            if *left == 0 {
                ready.push(*child);
            }
        }
    }
    depths
}
