//! What differs between two inventories, as Ansible sees them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::inventory::Inventory;
use crate::render::{View, write_list};

/// What differs, each part in the order of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// What differs of hosts.
    pub hosts: Members<HostChange>,
    /// What differs of groups.
    pub groups: Members<GroupChange>,
}

/// What differs of all hosts, or of all groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members<T> {
    /// The names of those that are new.
    pub added: Vec<String>,
    /// The names of those that are gone.
    pub removed: Vec<String>,
    /// Those in both inventories that differ, by name.
    pub changed: Vec<(String, T)>,
}

impl<T> Default for Members<T> {
    fn default() -> Members<T> {
        Members { added: Vec::new(), removed: Vec::new(), changed: Vec::new() }
    }
}

/// What differs of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostChange {
    /// The groups that it is newly in, directly.
    pub joined: Vec<String>,
    /// The groups that it was in, directly.
    pub left: Vec<String>,
    /// How `ansible_host` differs.
    pub address: Option<Change>,
    /// How other variables differ.
    pub variables: Vec<Change>,
}

/// What differs of a group besides its hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// The groups that are newly in it, directly, and were elsewhere before.
    pub gained: Vec<String>,
    /// The groups that were in it, directly, and are elsewhere now.
    pub lost: Vec<String>,
    /// How variables differ.
    pub variables: Vec<Change>,
}

/// How a value differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The name of the variable, and in a mapping the keys that lead to the value.
    pub path: Vec<String>,
    /// What it was; none where it is new.
    pub before: Option<Value>,
    /// What it is; none where it is gone.
    pub after: Option<Value>,
}

impl Difference {
    /// Tells whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.groups.is_empty()
    }
}

impl<T> Members<T> {
    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// Compares two inventories.
///
/// # Errors
/// When an inventory holds what JSON does not have, such as a number that is none.
pub fn compare(before: &Inventory, after: &Inventory) -> Result<Difference, serde_json::Error> {
    let (before, after) = (Seen::of(before)?, Seen::of(after)?);
    let hosts = members(&before.hosts, &after.hosts, |before, after| {
        let (joined, left) = sets(&before.groups, &after.groups);
        let mut variables = changes(&before.variables, &after.variables);
        let address = variables.iter().position(|change| change.path == [ADDRESS]);
        let address = address.map(|place| variables.remove(place));
        HostChange { joined, left, address, variables }
    });
    let mut groups = members(&before.groups, &after.groups, |one, other| {
        let (mut gained, mut lost) = sets(&one.groups, &other.groups);
        // Groups that are new or gone are told once.
        gained.retain(|name| before.groups.contains_key(name));
        lost.retain(|name| after.groups.contains_key(name));
        GroupChange { gained, lost, variables: changes(&one.variables, &other.variables) }
    });
    groups.changed.retain(|(_, change)| *change != GroupChange::default());
    Ok(Difference { hosts, groups })
}

/// The variable that says how Ansible reaches a host.
const ADDRESS: &str = "ansible_host";

/// What Ansible reads of an inventory, by names.
#[derive(Default)]
struct Seen {
    hosts: BTreeMap<String, Member>,
    groups: BTreeMap<String, Member>,
}

/// A host with the groups that it is in, or a group with those in it.
#[derive(Default, PartialEq, Eq)]
struct Member {
    groups: BTreeSet<String>,
    variables: Map<String, Value>,
}

impl Seen {
    fn of(inventory: &Inventory) -> Result<Seen, serde_json::Error> {
        let mut json = Vec::new();
        write_list(&View::new(inventory, true), &mut json).map_err(serde_json::Error::io)?;
        let mut list: Map<String, Value> = serde_json::from_slice(&json)?;
        let mut seen = Seen::default();
        let variables = list.remove("_meta").and_then(|mut meta| object(meta.get_mut("hostvars")?.take()));
        for (host, variables) in variables.unwrap_or_default() {
            let variables = object(variables).unwrap_or_default();
            seen.hosts.insert(host, Member { variables, ..Member::default() });
        }
        for (name, mut group) in list {
            for host in names(&group, "hosts") {
                seen.hosts.entry(host).or_default().groups.insert(name.clone());
            }
            let groups: BTreeSet<String> = names(&group, "children").collect();
            // One without hosts is named by its parents only.
            for child in &groups {
                seen.groups.entry(child.clone()).or_default();
            }
            let variables = group.get_mut("vars").and_then(|variables| object(variables.take()));
            let variables = variables.unwrap_or_default();
            seen.groups.insert(name, Member { groups, variables });
        }
        Ok(seen)
    }
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn names(group: &Value, key: &str) -> impl Iterator<Item = String> {
    let names = group.get(key).and_then(Value::as_array).into_iter().flatten();
    // A name that looks like a template is wrapped.
    let text = |name: &Value| {
        let text = name.as_str().or_else(|| name.get("__ansible_unsafe")?.as_str());
        text.map(str::to_owned)
    };
    names.filter_map(text)
}

fn members<T>(
    before: &BTreeMap<String, Member>,
    after: &BTreeMap<String, Member>,
    compare: impl Fn(&Member, &Member) -> T,
) -> Members<T> {
    let only = |these: &BTreeMap<String, Member>, others: &BTreeMap<String, Member>| {
        these.keys().filter(|name| !others.contains_key(*name)).cloned().collect()
    };
    let both = before.iter().filter_map(|(name, member)| Some((name, member, after.get(name)?)));
    let changed = both.filter(|(_, before, after)| before != after);
    let changed = changed.map(|(name, before, after)| (name.clone(), compare(before, after))).collect();
    Members { added: only(after, before), removed: only(before, after), changed }
}

/// Returns what only the second set has, and what only the first has.
fn sets(before: &BTreeSet<String>, after: &BTreeSet<String>) -> (Vec<String>, Vec<String>) {
    (after.difference(before).cloned().collect(), before.difference(after).cloned().collect())
}

fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let mut changes = Vec::new();
    compare_objects(&mut Vec::new(), before, after, &mut changes);
    changes
}

/// Compares mappings key by key; lists and all else are compared as wholes.
fn compare_objects(
    path: &mut Vec<String>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    changes: &mut Vec<Change>,
) {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        path.push(key.clone());
        match (before.get(key), after.get(key)) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                compare_objects(path, before, after, changes);
            }
            (before, after) if before != after => {
                let (before, after) = (before.cloned(), after.cloned());
                changes.push(Change { path: path.clone(), before, after });
            }
            _ => {}
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::inventory::GroupId;
    use crate::value;

    /// Makes an inventory of hosts: name, address, groups, and the variable `tags`.
    fn inventory(hosts: &[(&str, &str, &[&str], Value)]) -> Inventory {
        let mut inventory = Inventory::new();
        for (name, address, groups, tags) in hosts {
            let host = inventory.add_host(name).unwrap();
            inventory.set_host_variable(host, "ansible_host".into(), (*address).into());
            inventory.set_host_variable(host, "tags".into(), value::Value::from(tags.clone()));
            for group in *groups {
                let group = inventory.add_group(group).unwrap();
                inventory.add_child(GroupId::ALL, group).unwrap();
                inventory.add_member(group, host);
            }
        }
        inventory.reconcile().unwrap();
        inventory
    }

    #[test]
    fn an_inventory_does_not_differ_from_itself() {
        let one = inventory(&[("a", "10.0.0.1", &["web"], json!({"env": "prod"})), ("b", "", &[], json!(1))]);
        assert!(compare(&one, &one).unwrap().is_empty());
    }

    #[test]
    fn what_differs_is_told_by_name() {
        let before = [
            ("a", "10.0.0.1", &["web", "old"] as &[&str], json!({"env": "prod", "size": [1], "x": {"y": 1}})),
            ("b", "10.0.0.2", &["web"], json!({})),
        ];
        let after = [
            (
                "a",
                "10.0.0.9",
                &["web", "new"] as &[&str],
                json!({"env": "dev", "size": [1], "x": {"y": 1, "z": 2}}),
            ),
            ("c", "10.0.0.2", &["web"], json!({})),
        ];
        let difference = compare(&inventory(&before), &inventory(&after)).unwrap();
        let change = |path: &[&str], before: Value, after: Value| Change {
            path: path.iter().map(|key| (*key).to_owned()).collect(),
            before: (!before.is_null()).then_some(before),
            after: (!after.is_null()).then_some(after),
        };
        let host = HostChange {
            joined: vec!["new".to_owned()],
            left: vec!["old".to_owned()],
            address: Some(change(&["ansible_host"], json!("10.0.0.1"), json!("10.0.0.9"))),
            variables: vec![
                change(&["tags", "env"], json!("prod"), json!("dev")),
                change(&["tags", "x", "z"], Value::Null, json!(2)),
            ],
        };
        assert_eq!(difference.hosts.added, ["c"]);
        assert_eq!(difference.hosts.removed, ["b"]);
        assert_eq!(difference.hosts.changed, [("a".to_owned(), host)]);
        assert_eq!(
            (difference.groups.added, difference.groups.removed),
            (vec!["new".into()], vec!["old".into()])
        );
        assert_eq!(difference.groups.changed, [], "a new group is told once");
    }
}
