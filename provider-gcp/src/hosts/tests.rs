//! `testdata/hosts.jsonl` is what google.cloud 1.10.2 makes of instances (`make_rules.py`).

use serde_json::{Value as Json, json};

use super::*;
use crate::testing::facts_of;

fn rows() -> impl Iterator<Item = Json> {
    include_str!("../../testdata/hosts.jsonl").lines().map(|line| serde_json::from_str(line).unwrap())
}

/// Returns the machine of a row, and what is odd about it.
fn made(row: &Json) -> (Machine, Vec<String>) {
    let mut facts = facts_of(facts::INSTANCE, [&row["instance"]]);
    let disks = row.get("disks").and_then(Json::as_array);
    facts.extend(facts_of(facts::DISK, disks.into_iter().flatten()));
    let mut oddities = Oddities::default();
    let mut machines = machines(facts, disks.is_some(), &mut oddities);
    assert_eq!(machines.len(), 1);
    (machines.remove(0), oddities.into_notes().iter().map(ToString::to_string).collect())
}

#[test]
fn variables_are_those_of_the_plugin_in_its_order() {
    let mut compared = 0;
    for row in rows().filter(|row| row.get("error").is_none()) {
        let expected = Value::from(row["variables"].clone()).repr();
        assert_eq!(Value::from(made(&row).0.variables).repr(), expected, "{}", row["case"]);
        compared += 1;
    }
    assert!(compared > 30);
}

/// The cases in which the plugin loses all hosts, with our only warning and what becomes of the changed member.
#[test]
fn what_the_plugin_fails_for_costs_a_warning() {
    let expected = [
        ("without selfLink", "have no link that names their project", "project", "'p'"),
        ("None as zone", "have a `zone` that is a NoneType", "zone", "None"),
        ("None as machineType", "have a `machineType` that is a NoneType", "machineType", "None"),
        (
            "None as networkInterfaces",
            "have a `networkInterfaces` that is a NoneType",
            "networkInterfaces",
            "None",
        ),
        ("None as metadata", "have a `metadata` that is a NoneType", "metadata", "None"),
        ("None as metadata.items", "have a `metadata.items` that is a NoneType", "metadata", "{}"),
        ("None as selfLink", "have no link that names their project", "project", "'p'"),
        ("None as networkInterfaces.0.network", "have a `network` that is a NoneType", "image", "None"),
        ("'x' as metadata", "have a `metadata` that is a str", "metadata", "'x'"),
        ("'x' as selfLink", "have no link that names their project", "project", "None"),
        (
            "'x' as networkInterfaces.0.network",
            "have a `network` whose link names no region",
            "image",
            "None",
        ),
        ("[1] as networkInterfaces", "have a `networkInterfaces` that is a int", "networkInterfaces", "[1]"),
        ("[1] as metadata.items", "have metadata without a key, which is left out", "metadata", "{}"),
        ("a partial link", "", "image", "None"),
        ("a partial selfLink", "", "project", "'p'"),
        (
            "metadata without a value",
            "have metadata without a value, which is null",
            "metadata",
            "{'a': None}",
        ),
        (
            "metadata without a key",
            "have metadata without a key, which is left out",
            "metadata",
            "{'b': 'c'}",
        ),
        ("unknown disk", "start from a disk that is not listed, and have no `image`", "image", "None"),
        ("disk without source", "start from a disk that is not listed, and have no `image`", "image", "None"),
    ];
    let failing: Vec<Json> = rows().filter(|row| row.get("error").is_some()).collect();
    for row in &failing {
        // Whatever the nonsense is, the host stays, with its other variables.
        assert!(made(row).0.variables.get("image").is_some(), "{}", row["case"]);
    }
    for (case, warning, variable, value) in expected {
        let row = failing.iter().find(|row| row["case"] == case).unwrap_or_else(|| panic!("{case}"));
        let (machine, warnings) = made(row);
        assert_eq!(machine.variables.get(variable).map(Value::repr).as_deref(), Some(value), "{case}");
        let warning = (!warning.is_empty()).then(|| format!("1 machines {warning}: vm"));
        assert_eq!(warnings, Vec::from_iter(warning), "{case}");
    }
}

#[test]
fn a_partial_link_tells_its_region() {
    let row = rows().find(|row| row["case"] == "a partial link").unwrap();
    let variables = Value::from(made(&row).0.variables).repr();
    let expected = "'subnetwork': {'region': 'us-east1', 'name': 's', 'selfLink': 'projects/p/regions/us-east1/subnetworks/s'}";
    assert!(variables.contains(expected), "{variables}");
}

#[test]
fn names_are_found_where_the_api_gives_none() {
    for (instance, id, name) in [
        (json!({"id": "7", "name": "web"}), "p/zones/z/x", "web"),
        (json!({"id": "7"}), "p/zones/z/x", "x"),
        (json!({"id": "7", "name": null}), "p/zones/z/", "7"),
        (json!({"id": 7}), "", "unnamed"),
    ] {
        let record = Value::from(instance);
        let facts = vec![Facts { kind: facts::INSTANCE, id: id.into(), record }];
        assert_eq!(machines(facts, false, &mut Oddities::default())[0].name, name);
    }
}

#[test]
fn instances_are_together_by_zone_and_come_once() {
    let instance = |zone: &str, name: &str| json!({"name": name, "zone": format!("x/{zone}"), "selfLink": format!("x/{zone}/{name}")});
    let list = [("b", "1"), ("a", "2"), ("b", "3"), ("b", "1"), ("a", "4")].map(|(z, n)| instance(z, n));
    let mut facts = facts_of(facts::INSTANCE, &list);
    facts.push(Facts { kind: facts::INSTANCE, id: "odd".into(), record: Value::Int(1) });
    let mut oddities = Oddities::default();
    let machines = machines(facts, false, &mut oddities);
    assert_eq!(
        machines.iter().map(|machine| machine.name.as_str()).collect::<Vec<_>>(),
        ["1", "3", "2", "4"]
    );
    let warnings: Vec<String> = oddities.into_notes().iter().map(ToString::to_string).collect();
    assert_eq!(warnings[0], "1 machines are no objects, and are left out: odd");
}

#[test]
fn disks_are_found_whatever_host_their_link_has() {
    let mut row = rows().find(|row| row["case"] == "image").unwrap();
    let link = row["disks"][0]["selfLink"].as_str().unwrap().replace("www.", "compute.");
    row["disks"][0]["selfLink"] = link.into();
    assert_eq!(made(&row).0.variables.get("image").unwrap().as_str(), Some("debian-12"));
}
