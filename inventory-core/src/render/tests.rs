//! The files in `golden` are what `ansible-inventory` of ansible-core 2.19.14 prints for `static.yml` there.

use crate::testing::properties;
use num_bigint::BigInt;
use proptest::prelude::*;

use super::*;
use crate::inventory::{HostId, Inventory};
use crate::name::looks_like_template;
use crate::value::{Map, Time, Value};

pub(super) fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    entries.into_iter().collect::<Map>().into()
}

/// Makes the inventory of `golden/static.yml`.
fn inventory() -> Inventory {
    let mut inventory = Inventory::new();
    for (parent, name, hosts, variables) in [
        ("", "all", &[] as &[&str], map([("av", 1.into()), ("10", "x".into())])),
        ("", "prod", &[], map([])),
        (
            "prod",
            "web",
            &["web1", "web2"],
            map([
                ("gv", map([("x", 1.into())])),
                ("both", "web".into()),
                ("ansible_group_priority", 5.into()),
            ]),
        ),
        ("prod", "db", &["web1", "db1"], map([("gv", map([("y", 2.into())])), ("both", "db".into())])),
        ("", "empty", &[], map([])),
        ("", "Upper", &["lone2"], map([])),
        ("", "nested", &[], map([("both", "nested".into()), ("above", 1.into())])),
        ("nested", "db", &[], map([])),
        ("", "emptyparent", &[], map([])),
        ("emptyparent", "emptychild", &[], map([])),
    ] {
        let group = inventory.add_group(name).unwrap();
        for host in hosts {
            let host = inventory.add_host(host).unwrap();
            inventory.add_member(group, host);
        }
        for (name, value) in variables.as_map().unwrap().iter() {
            inventory.set_group_variable(group, name.as_str().unwrap().into(), value.clone());
        }
        if let Some(parent) = inventory.find_group(parent) {
            inventory.add_child(parent, group).unwrap();
        }
    }
    let web1 = inventory.find_host("web1").unwrap();
    for (name, value) in web1_variables().as_map().unwrap().iter() {
        inventory.set_host_variable(web1, name.as_str().unwrap().into(), value.clone());
    }
    inventory.add_host("lone").unwrap();
    inventory.reconcile().unwrap();
    inventory
}

fn web1_variables() -> Value {
    let big = "123456789012345678901234567890".parse::<BigInt>().unwrap();
    map([
        ("ansible_host", "10.0.0.1".into()),
        (
            "list",
            Value::list([
                1.into(),
                Value::list([]),
                map([]),
                Value::list([1.5.into(), Value::Null, true.into()]),
            ]),
        ),
        ("dict", map([("b", 1.into()), ("a", map([]))])),
        ("text", "ü\u{1}\u{7f}\"\\/\u{8}\u{c}\t".into()),
        ("nan", f64::NAN.into()),
        ("inf", f64::INFINITY.into()),
        ("minus_inf", f64::NEG_INFINITY.into()),
        ("big", Value::from_big_int(big)),
        ("float", 1e16.into()),
        ("empty", "".into()),
        ("lines", "a\n\n  b".into()),
        ("five", "5".into()),
        ("time", Time { civil: "2001-01-01T10:00:00".parse().unwrap(), offset: None }.into()),
        ("both", "host".into()),
    ])
}

fn printed<T>(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<T>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn host(inventory: &Inventory, name: &str) -> HostId {
    inventory.find_host(name).unwrap()
}

#[test]
fn lists_are_those_of_ansible_inventory() {
    let inventory = inventory();
    let flat = View::new(&inventory, false);
    assert_eq!(printed(|out| write_list(&flat, out)), include_str!("golden/list.json"));
    let export = View::new(&inventory, true);
    assert_eq!(printed(|out| write_list(&export, out)), include_str!("golden/export.json"));
    let limited = flat.limit(&[host(&inventory, "web1")]);
    assert_eq!(printed(|out| write_list(&limited, out)), include_str!("golden/limit.json"));
}

#[test]
fn hosts_are_those_of_ansible_inventory() {
    let inventory = inventory();
    let db1 = host(&inventory, "db1");
    for (export, expected) in
        [(false, include_str!("golden/host.json")), (true, include_str!("golden/host-export.json"))]
    {
        assert_eq!(printed(|out| write_host(&View::new(&inventory, export), db1, out)), expected);
    }
}

#[test]
fn every_host_is_found_in_a_list() {
    let inventory = inventory();
    for export in [false, true] {
        let view = View::new(&inventory, export);
        let mut list = Vec::new();
        let places = write_list(&view, &mut list).unwrap();
        assert_eq!(places.len(), inventory.hosts().len());
        assert_eq!(export, places.iter().any(|(_, place)| place.is_empty()), "both kinds are covered");
        for (host, place) in places {
            let part = &list[place.start as usize..place.end as usize];
            let alone = printed(|out| write_host(&view, host, out));
            assert_eq!(printed(|out| write_host_of_list(part, out)), alone);
        }
    }
}

#[test]
fn graphs_are_those_of_ansible_inventory() {
    let inventory = inventory();
    for (group, variables, expected) in [
        ("all", false, include_str!("golden/graph.txt")),
        ("all", true, include_str!("golden/graph-vars.txt")),
        ("prod", true, include_str!("golden/graph-prod.txt")),
    ] {
        let group = inventory.find_group(group).unwrap();
        let view = View::new(&inventory, false);
        // Ansible's has what could do something to a terminal.
        let harmless = expected.replace(|it: char| it.is_control() && !matches!(it, '\n' | '\t'), "\u{fffd}");
        assert_eq!(printed(|out| write_graph(&view, group, variables, out)), harmless);
    }
}

#[test]
fn a_graph_does_nothing_to_a_terminal() {
    let mut inventory = Inventory::new();
    let host = inventory.add_host("a\u{1b}[31mb").unwrap();
    inventory.set_host_variable(host, "v".into(), "x\u{1b}c\ty\n\u{9b}z".into());
    inventory.reconcile().unwrap();
    let ungrouped = inventory.find_group("ungrouped").unwrap();
    let view = View::new(&inventory, false);
    let expected = "@ungrouped:\n  |--a\u{fffd}[31mb\n  |  |--{v = x\u{fffd}c\ty\n\u{fffd}z}\n";
    assert_eq!(printed(|out| write_graph(&view, ungrouped, true, out)), expected);
}

#[test]
fn yaml_is_that_of_ansible_inventory() {
    let inventory = inventory();
    let web1 = host(&inventory, "web1");
    let flat = View::new(&inventory, false);
    // Ansible writes the variable of a group once and refers to it from the other hosts; here every host has it.
    let list = include_str!("golden/list.yaml")
        .replace("gv: &id001\n", "gv:\n")
        .replace("gv: *id001\n", "gv:\n                x: 1\n");
    assert_eq!(printed(|out| write_list_yaml(&flat, out)), list);
    assert_eq!(printed(|out| write_host_yaml(&flat, web1, out)), include_str!("golden/host.yaml"));
    let limited = flat.limit(&[web1]);
    assert_eq!(printed(|out| write_list_yaml(&limited, out)), include_str!("golden/limit.yaml"));
    let export = View::new(&inventory, true);
    assert_eq!(printed(|out| write_list_yaml(&export, out)), include_str!("golden/export.yaml"));
}

/// Makes an inventory of one ungrouped host with one variable, and returns its `--list`.
fn list_of(host: &str, variable: Value) -> serde_json::Value {
    let mut inventory = Inventory::new();
    let host = inventory.add_host(host).unwrap();
    inventory.set_host_variable(host, "v".into(), variable);
    inventory.reconcile().unwrap();
    let text = printed(|out| write_list(&View::new(&inventory, false), out));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_empty_inventory_has_all_that_ansible_needs() {
    let mut inventory = Inventory::new();
    inventory.add_group("aws_ec2").unwrap();
    inventory.reconcile().unwrap();
    let text = printed(|out| write_list(&View::new(&inventory, false), out));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let expected = serde_json::json!({
        "_meta": {"hostvars": {}, "profile": "inventory_legacy"},
        "all": {"children": ["ungrouped", "aws_ec2"]},
    });
    assert_eq!(json, expected);
}

#[test]
fn templates_are_marked_as_data() {
    for text in ["{{ x }}", "a {% x %}", "{# x #}", "#jinja2:variable_start_string:'[['\n[[ x ]]"] {
        let marked = serde_json::json!({"__ansible_unsafe": text});
        let json = list_of(text, Value::list([map([("k", text.into())])]));
        assert_eq!(json["_meta"]["hostvars"][text]["v"][0]["k"], marked);
        assert_eq!(json["ungrouped"]["hosts"][0], marked);
    }
}

#[test]
fn keys_become_text_and_never_marks() {
    let mut keys = Map::new();
    for key in [Value::Int(10), Value::Int(9), Value::Null, true.into(), 1.5.into(), "__ansible_vault".into()]
    {
        keys.insert(key, 0);
    }
    let json = list_of("h", keys.into());
    let keys: Vec<_> = json["_meta"]["hostvars"]["h"]["v"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["1.5", "10", "9", "___ansible_vault", "null", "true"]);
}

#[test]
fn a_group_cannot_hide_the_metadata() {
    let mut inventory = Inventory::new();
    let group = inventory.add_group("_meta").unwrap();
    let host = inventory.add_host("h").unwrap();
    inventory.add_member(group, host);
    inventory.reconcile().unwrap();
    let text = printed(|out| write_list(&View::new(&inventory, false), out));
    assert_eq!(text.matches("\"_meta\": {").count(), 1);
    assert!(text.contains("hostvars"));
}

/// Any value that facts or expressions may give, with strings that tend to look like templates.
pub(super) fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[{}%#a\\\\\"\n]{0,8}", "#jinja2:[a-z]{0,3}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>()
            .prop_filter("JSON has no such number", |number| number.is_finite())
            .prop_map(Value::Float),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::list),
            prop::collection::vec((text.clone(), inner), 0..6)
                .prop_map(|entries| Value::from(entries.into_iter().collect::<Map>())),
        ]
    })
}

/// Takes the marks out and asserts that every text that needs one has it.
fn unmarked(json: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match json {
        Json::String(text) => {
            assert!(!looks_like_template(&text), "{text}");
            Json::String(text)
        }
        Json::Array(items) => items.into_iter().map(unmarked).collect(),
        Json::Object(mut entries) => match entries.remove("__ansible_unsafe") {
            Some(text) => text,
            None => entries.into_iter().map(|(key, value)| (key, unmarked(value))).collect(),
        },
        other => other,
    }
}

proptest! {
    #![proptest_config(properties(250))]

    #[test]
    fn a_list_is_json_whose_templates_are_marked(value in any_value(), name in "\\PC{1,10}") {
        let mut json = list_of(&name, value.clone());
        let read = unmarked(json["_meta"]["hostvars"][&name]["v"].take());
        prop_assert!(Value::from(read) == value);
        unmarked(json["ungrouped"]["hosts"].take());
    }
}
