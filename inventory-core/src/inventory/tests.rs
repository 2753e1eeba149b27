use std::sync::Arc;

use crate::testing::properties;
use proptest::prelude::*;

use super::*;
use crate::value::Map;

fn names(inventory: &Inventory, groups: &[GroupId]) -> Vec<String> {
    groups.iter().map(|id| inventory.group(*id).name.to_string()).collect()
}

fn host_names(inventory: &Inventory, hosts: &[HostId]) -> Vec<String> {
    hosts.iter().map(|id| inventory.host(*id).name.to_string()).collect()
}

/// Makes groups `(group, hosts, children)` in order.
fn inventory(groups: &[(&str, &[&str], &[&str])]) -> Inventory {
    let mut inventory = Inventory::new();
    for (group, hosts, children) in groups {
        let group = inventory.add_group(group).unwrap();
        for host in *hosts {
            let host = inventory.add_host(host).unwrap();
            inventory.add_member(group, host);
        }
        for child in *children {
            let child = inventory.add_group(child).unwrap();
            inventory.add_child(group, child).unwrap();
        }
    }
    inventory
}

#[test]
fn groups_without_parents_become_children_of_all_in_order() {
    let mut inventory =
        inventory(&[("web", &["w1"], &[]), ("prod", &[], &["web", "db"]), ("empty", &[], &[])]);
    inventory.add_host("lone").unwrap();
    inventory.reconcile().unwrap();
    let all = inventory.group(GroupId::ALL).children().to_vec();
    assert_eq!(names(&inventory, &all), ["ungrouped", "prod", "empty"]);
    assert_eq!(host_names(&inventory, inventory.group(GroupId::UNGROUPED).hosts()), ["lone"]);
    assert_eq!(host_names(&inventory, &inventory.hosts_under(GroupId::ALL)), ["lone", "w1"]);
}

#[test]
fn ungrouped_holds_exactly_the_hosts_of_no_other_group() {
    let mut inventory = inventory(&[
        ("ungrouped", &["both", "only"], &["under"]),
        ("web", &["both"], &[]),
        ("all", &["in_all"], &[]),
        ("under", &["below"], &[]),
    ]);
    inventory.reconcile().unwrap();
    inventory.reconcile().unwrap();
    assert_eq!(host_names(&inventory, inventory.group(GroupId::UNGROUPED).hosts()), ["only", "in_all"]);
    let both = inventory.find_host("both").unwrap();
    assert_eq!(inventory.group_names(both), ["web"]);
}

#[test]
fn loops_are_refused() {
    let mut inventory = inventory(&[("a", &[], &["b"]), ("b", &[], &["c"])]);
    let id = |name: &str| inventory.find_group(name).unwrap();
    let (a, b, c) = (id("a"), id("b"), id("c"));
    assert_eq!(inventory.add_child(a, a), Err(Error::OwnChild("a".into())));
    let error = inventory.add_child(c, a).unwrap_err();
    assert_eq!(error.to_string(), "adding group `a` as child to `c` creates a recursive dependency loop");
    inventory.add_child(a, b).unwrap();
    assert_eq!(inventory.group(a).children(), [b]);
    inventory.add_child(c, GroupId::ALL).unwrap();
    assert!(inventory.reconcile().is_err());
}

#[test]
fn names_must_not_be_empty_and_groups_no_templates() {
    let mut inventory = Inventory::new();
    assert_eq!(inventory.add_group(""), Err(Error::EmptyGroupName));
    assert_eq!(inventory.add_host(""), Err(Error::EmptyHostName));
    assert_eq!(inventory.add_group("{{ x }}"), Err(Error::TemplateName("{{ x }}".into())));
}

#[test]
fn group_names_are_sorted_and_hold_ancestors() {
    let inventory =
        inventory(&[("b", &["h"], &[]), ("a", &["h"], &[]), ("z", &[], &["a"]), ("all", &["h"], &[])]);
    assert_eq!(inventory.group_names(inventory.find_host("h").unwrap()), ["a", "b", "z"]);
}

#[test]
fn equal_names_keep_earlier_only_variables() {
    let facts = |entries: &[(&'static str, i64)]| {
        Arc::new(entries.iter().map(|(key, value)| (*key, Value::Int(*value))).collect::<Map>())
    };
    let mut inventory = Inventory::new();
    let host = inventory.add_host("h").unwrap();
    let first = facts(&[("a", 1), ("b", 1)]);
    inventory.set_host_facts(host, &first);
    assert_eq!(Arc::strong_count(&first), 2, "the facts are shared");
    inventory.set_host_variable(host, "c".into(), 1.into());
    inventory.set_host_facts(host, &facts(&[("b", 2), ("c", 2), ("d", 2)]));
    let mut variables: Vec<_> = inventory.host(host).variables().collect();
    variables.sort_by_key(|(name, _)| *name);
    let expected: Vec<(&str, Value)> =
        vec![("a", 1.into()), ("b", 2.into()), ("c", 2.into()), ("d", 2.into())];
    assert!(variables.into_iter().eq(expected.iter().map(|(name, value)| (*name, value))));
    assert!(inventory.host(host).variable("b") == Some(&Value::Int(2)));
}

#[test]
fn a_host_belongs_to_the_source_that_made_it() {
    let mut inventory = Inventory::new();
    let loose = inventory.add_host("loose").unwrap();
    inventory.begin_source("/a.yml");
    let first = inventory.add_host("h").unwrap();
    inventory.begin_source("/b.yml");
    assert_eq!(inventory.add_host("h"), Ok(first));
    assert_eq!(inventory.source_of(first), Some(std::path::Path::new("/a.yml")));
    assert_eq!(inventory.source_of(loose), None);
}

#[test]
fn names_of_both_a_host_and_a_group_are_found() {
    let inventory = inventory(&[("web", &["web", "h"], &[])]);
    assert_eq!(inventory.shared_names().collect::<Vec<_>>(), ["web"]);
}

#[test]
fn a_group_has_variables_and_a_priority() {
    let mut inventory = Inventory::new();
    let group = inventory.add_group("g").unwrap();
    inventory.set_group_variable(group, "a".into(), 1.into());
    inventory.set_group_variable(group, "ansible_group_priority".into(), 10.into());
    assert_eq!(inventory.group(group).priority(), 10);
    assert_eq!(inventory.group(group).variables().len(), 1);
}

#[test]
fn reserved_names_do_not_become_one_with_others() {
    let mut inventory = Inventory::new();
    let names = ["_meta", "_meta_", "_meta__", "__ansible_unsafe", "meta_", "_"];
    for name in names {
        inventory.add_host(name).unwrap();
        inventory.add_group(name).unwrap();
    }
    let made = ["_meta_", "_meta__", "_meta___", "__ansible_unsafe_", "meta_", "_"];
    let hosts: Vec<_> = inventory.hosts().map(|(_, host)| host.name().as_str()).collect();
    let groups: Vec<_> = inventory.groups().skip(2).map(|(_, group)| group.name().as_str()).collect();
    assert_eq!((hosts.as_slice(), groups.as_slice()), (&made[..], &made[..]));
}

proptest! {
    #![proptest_config(properties(100))]

    #[test]
    fn reconciling_keeps_every_promise(
        members in prop::collection::vec((0_u8..6, 0_u8..8), 0..40),
        edges in prop::collection::vec((0_u8..6, 0_u8..6), 0..20),
    ) {
        let mut inventory = Inventory::new();
        for (group, host) in members {
            let group = inventory.add_group(&format!("g{group}")).unwrap();
            let host = inventory.add_host(&format!("h{host}")).unwrap();
            inventory.add_member(group, host);
        }
        for (parent, child) in edges {
            let parent = inventory.add_group(&format!("g{parent}")).unwrap();
            let child = inventory.add_group(&format!("g{child}")).unwrap();
            // A loop is refused and changes nothing.
            let _ = inventory.add_child(parent, child);
        }
        inventory.add_host("lone").unwrap();
        inventory.reconcile().unwrap();
        for (id, group) in inventory.groups() {
            prop_assert!(id == GroupId::ALL || inventory.ancestors(&[id]).contains(&GroupId::ALL));
            prop_assert!(!inventory.ancestors(group.parents()).contains(&id));
        }
        prop_assert_eq!(inventory.hosts_under(GroupId::ALL).len(), inventory.hosts().len());
        for (id, host) in inventory.hosts() {
            let names = inventory.group_names(id);
            prop_assert_eq!(names.iter().any(|name| *name == "ungrouped"), names.len() == 1 && host.name() == "lone");
        }
    }
}
