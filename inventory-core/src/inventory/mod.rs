//! Hosts, groups and their variables, as Ansible's own inventory holds them.
//!
//! Sources fill one [`Inventory`] one after the other; [`Inventory::reconcile`] then gives it the shape that Ansible
//! guarantees: every group descends from `all`, and `ungrouped` holds exactly the hosts that are in no other group.

mod group;
mod host;
pub mod pattern;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;

pub use self::group::Group;
pub use self::host::Host;
use crate::name::{is_reserved, looks_like_template};
use crate::value::{Text, Value};

/// Names one host of one [`Inventory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostId(u32);

/// Names one group of one [`Inventory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(u32);

impl HostId {
    /// Returns the place of the host in the order in which hosts were made, counted from zero.
    pub(crate) fn place(self) -> usize {
        self.0 as usize
    }
}

impl GroupId {
    /// Returns the place of the group in the order in which groups were made, counted from zero.
    pub(crate) fn place(self) -> usize {
        self.0 as usize
    }

    /// The group `all`, the root of the tree.
    pub const ALL: GroupId = GroupId(0);
    /// The group `ungrouped`, of hosts that are in no other group.
    pub const UNGROUPED: GroupId = GroupId(1);
}

/// Holds hosts and groups in the order in which they were made.
///
/// An id is good only for the inventory that gave it.
#[derive(Debug)]
pub struct Inventory {
    hosts: Vec<Host>,
    groups: Vec<Group>,
    host_ids: HashMap<Text, HostId>,
    group_ids: HashMap<Text, GroupId>,
    sources: Vec<PathBuf>,
    renamed: BTreeSet<Text>,
}

/// Why a host or group cannot be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A group's name is empty.
    EmptyGroupName,
    /// A host's name is empty.
    EmptyHostName,
    /// A group's name would be evaluated by Ansible as a template.
    TemplateName(Text),
    /// A group would be its own child.
    OwnChild(Text),
    /// A group would be its own ancestor.
    Loop {
        /// The group to which the child was to be added.
        parent: Text,
        /// The child.
        child: Text,
    },
    /// There are more hosts or groups than 32 bits can count.
    TooMany,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::EmptyGroupName => f.write_str("a group's name is empty"),
            Error::EmptyHostName => f.write_str("a host's name is empty"),
            Error::TemplateName(name) => {
                write!(f, "group name `{name}` looks like a template, which Ansible would evaluate")
            }
            Error::OwnChild(name) => write!(f, "group `{name}` cannot be a child of itself"),
            Error::Loop { parent, child } => {
                write!(f, "adding group `{child}` as child to `{parent}` creates a recursive dependency loop")
            }
            Error::TooMany => f.write_str("too many hosts or groups for one inventory"),
        }
    }
}

impl std::error::Error for Error {}

impl Default for Inventory {
    fn default() -> Self {
        Inventory::new()
    }
}

impl Inventory {
    /// Makes an inventory of no hosts, with the groups `all` and `ungrouped`.
    pub fn new() -> Inventory {
        let (all, ungrouped) = (Text::from("all"), Text::from("ungrouped"));
        let mut groups = vec![Group::new(all.clone()), Group::new(ungrouped.clone())];
        if let [all, ungrouped] = groups.as_mut_slice() {
            all.children.push(GroupId::UNGROUPED);
            ungrouped.parents.push(GroupId::ALL);
        }
        let group_ids = HashMap::from([(all, GroupId::ALL), (ungrouped, GroupId::UNGROUPED)]);
        Inventory {
            hosts: Vec::new(),
            groups,
            host_ids: HashMap::new(),
            group_ids,
            sources: Vec::new(),
            renamed: BTreeSet::new(),
        }
    }

    /// Begins a source: the hosts that are made from now on name `path` in their `inventory_file`.
    pub fn begin_source(&mut self, path: impl Into<PathBuf>) {
        self.sources.push(path.into());
    }

    /// Returns the source that first made a host; none when it was made before any source began.
    pub fn source_of(&self, host: HostId) -> Option<&std::path::Path> {
        self.host(host).source.checked_sub(1).and_then(|place| self.sources.get(place)).map(PathBuf::as_path)
    }

    /// Returns a host.
    pub fn host(&self, id: HostId) -> &Host {
        &self.hosts[id.0 as usize]
    }

    /// Returns a group.
    pub fn group(&self, id: GroupId) -> &Group {
        &self.groups[id.0 as usize]
    }

    fn host_mut(&mut self, id: HostId) -> &mut Host {
        &mut self.hosts[id.0 as usize]
    }

    fn group_mut(&mut self, id: GroupId) -> &mut Group {
        &mut self.groups[id.0 as usize]
    }

    /// Returns the host of a name.
    pub fn find_host(&self, name: &str) -> Option<HostId> {
        self.host_ids.get(name).copied()
    }

    /// Returns the group of a name.
    pub fn find_group(&self, name: &str) -> Option<GroupId> {
        self.group_ids.get(name).copied()
    }

    /// Iterates over the hosts in the order in which they were made.
    pub fn hosts(&self) -> impl ExactSizeIterator<Item = (HostId, &Host)> {
        // `add_host` keeps the count within 32 bits.
        self.hosts.iter().enumerate().map(|(place, host)| (HostId(place as u32), host))
    }

    /// Iterates over the groups in the order in which they were made.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = (GroupId, &Group)> {
        self.groups.iter().enumerate().map(|(place, group)| (GroupId(place as u32), group))
    }

    /// Adds a group unless there is one of that name. A reserved name (see [`is_reserved`]) gets one more `_`.
    ///
    /// # Errors
    /// An empty name, and one that holds template delimiters: ansible-core before 2.19 evaluates the names of groups,
    /// and JSON has no way to mark a key as unsafe. Sanitized names never hold any.
    pub fn add_group(&mut self, name: &str) -> Result<GroupId, Error> {
        let name = &*self.unreserved(name);
        if let Some(id) = self.find_group(name) {
            return Ok(id);
        }
        if name.is_empty() {
            return Err(Error::EmptyGroupName);
        }
        let name = Text::from(name);
        if looks_like_template(&name) {
            return Err(Error::TemplateName(name));
        }
        let id = GroupId(u32::try_from(self.groups.len()).map_err(|_| Error::TooMany)?);
        self.groups.push(Group::new(name.clone()));
        self.group_ids.insert(name, id);
        Ok(id)
    }

    /// Adds a host unless there is one of that name. A reserved name (see [`is_reserved`]) gets one more `_`.
    ///
    /// # Errors
    /// An empty name.
    pub fn add_host(&mut self, name: &str) -> Result<HostId, Error> {
        let name = &*self.unreserved(name);
        if let Some(id) = self.find_host(name) {
            return Ok(id);
        }
        if name.is_empty() {
            return Err(Error::EmptyHostName);
        }
        let id = HostId(u32::try_from(self.hosts.len()).map_err(|_| Error::TooMany)?);
        let name = Text::from(name);
        self.hosts.push(Host::new(name.clone(), self.sources.len()));
        self.host_ids.insert(name, id);
        Ok(id)
    }

    /// Returns the names of hosts and groups that were changed because they are reserved.
    ///
    /// Ansible's script plugin reads an object with such a key as something else: one tag would lose all variables.
    pub fn renamed(&self) -> impl Iterator<Item = &Text> {
        self.renamed.iter()
    }

    fn unreserved<'a>(&mut self, name: &'a str) -> Cow<'a, str> {
        if !is_reserved(name) {
            return Cow::Borrowed(name);
        }
        self.renamed.insert(Text::from(name));
        Cow::Owned(format!("{name}_"))
    }

    /// Makes a host a member of a group.
    pub fn add_member(&mut self, group: GroupId, host: HostId) {
        // A host has few groups, a group may have all hosts.
        if self.host(host).groups.contains(&group) {
            return;
        }
        self.host_mut(host).groups.push(group);
        self.group_mut(group).hosts.push(host);
    }

    /// Makes a group a child of another.
    ///
    /// # Errors
    /// A group that would be its own child or ancestor.
    pub fn add_child(&mut self, parent: GroupId, child: GroupId) -> Result<(), Error> {
        if parent == child {
            return Err(Error::OwnChild(self.group(parent).name.clone()));
        }
        // A child has few parents, a parent may have very many children.
        if self.group(child).parents.contains(&parent) {
            return Ok(());
        }
        if self.ancestors(&[parent]).contains(&child) {
            let name = |id| self.group(id).name.clone();
            return Err(Error::Loop { parent: name(parent), child: name(child) });
        }
        self.group_mut(parent).children.push(child);
        self.group_mut(child).parents.push(parent);
        Ok(())
    }

    /// Sets a variable of a host; what it had before under that name is replaced.
    pub fn set_host_variable(&mut self, host: HostId, name: Text, value: Value) {
        self.host_mut(host).set(name, value);
    }

    /// Sets all variables of a map: a later one replaces an earlier one of the same name, the others remain.
    pub fn set_host_facts(&mut self, host: HostId, facts: &std::sync::Arc<crate::value::Map>) {
        self.host_mut(host).set_facts(facts);
    }

    /// Sets a variable of a group; an integer `ansible_group_priority` sets the group's priority.
    pub fn set_group_variable(&mut self, group: GroupId, name: Text, value: Value) {
        self.group_mut(group).set(name, value);
    }

    /// Returns these groups and all that they descend from, each once.
    fn ancestors(&self, groups: &[GroupId]) -> Vec<GroupId> {
        let mut found = Vec::with_capacity(groups.len() + 1);
        found.extend_from_slice(groups);
        let mut seen: HashSet<GroupId> = HashSet::new();
        let mut next = 0;
        while let Some(group) = found.get(next).copied() {
            for parent in &self.group(group).parents {
                if seen.insert(*parent) && !groups.contains(parent) {
                    found.push(*parent);
                }
            }
            next += 1;
        }
        found
    }

    /// Returns all groups that a host is in, directly or through their children, each once.
    pub(crate) fn groups_of(&self, host: HostId) -> Vec<GroupId> {
        self.ancestors(&self.host(host).groups)
    }

    /// Returns the `group_names` of a host: all groups that it is in, directly or through their children, but `all`,
    /// sorted.
    pub fn group_names(&self, host: HostId) -> Vec<&Text> {
        let groups = self.ancestors(&self.host(host).groups);
        let mut names: Vec<_> =
            groups.into_iter().filter(|id| *id != GroupId::ALL).map(|id| &self.group(id).name).collect();
        names.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        names
    }

    /// Returns the hosts of a group and of all groups under it, each once: level by level, in the order of children.
    pub fn hosts_under(&self, group: GroupId) -> Vec<HostId> {
        let mut groups = vec![group];
        let mut seen_groups = HashSet::from([group]);
        let mut seen = vec![false; self.hosts.len()];
        let mut hosts = Vec::new();
        let mut next = 0;
        while let Some(group) = groups.get(next).copied() {
            let group = self.group(group);
            hosts.extend(
                group.hosts.iter().filter(|id| {
                    seen.get_mut(id.0 as usize).is_some_and(|seen| !std::mem::replace(seen, true))
                }),
            );
            groups.extend(group.children.iter().filter(|child| seen_groups.insert(**child)));
            next += 1;
        }
        hosts
    }

    /// Gives the inventory the shape that Ansible guarantees; call it after the last source.
    ///
    /// Groups without parents become children of `all`, in the order in which they were made; `ungrouped` gets the
    /// hosts that are in no other group but `all`, and loses those that are.
    ///
    /// # Errors
    /// `all` itself was made a descendant of another group.
    pub fn reconcile(&mut self) -> Result<(), Error> {
        let orphans: Vec<GroupId> =
            self.groups().filter(|(_, group)| group.parents.is_empty()).map(|(id, _)| id).collect();
        for orphan in orphans.into_iter().filter(|id| *id != GroupId::ALL) {
            self.add_child(GroupId::ALL, orphan)?;
        }
        let is_other = |group| group != GroupId::ALL && group != GroupId::UNGROUPED;
        let above_ungrouped = self.ancestors(&[GroupId::UNGROUPED]);
        let mut leaving = HashSet::new();
        for place in 0..self.hosts.len() {
            let id = HostId(place as u32);
            let host = self.host(id);
            let is_ungrouped = host.groups.contains(&GroupId::UNGROUPED);
            let is_grouped = host.groups.iter().any(|group| is_other(*group))
                || is_ungrouped && above_ungrouped.iter().any(|group| is_other(*group));
            if is_grouped && is_ungrouped {
                self.host_mut(id).groups.retain(|group| *group != GroupId::UNGROUPED);
                leaving.insert(id);
            } else if !is_grouped && !is_ungrouped {
                self.add_member(GroupId::UNGROUPED, id);
            }
        }
        if !leaving.is_empty() {
            self.group_mut(GroupId::UNGROUPED).hosts.retain(|host| !leaving.contains(host));
        }
        Ok(())
    }

    /// Returns the names that are both a host's and a group's, in the order of the hosts.
    ///
    /// Through an inventory script Ansible gives the variables of such a host to the group.
    pub fn shared_names(&self) -> impl Iterator<Item = &Text> {
        self.hosts.iter().map(|host| &host.name).filter(|name| self.group_ids.contains_key(name.as_str()))
    }
}

#[cfg(test)]
mod tests;
