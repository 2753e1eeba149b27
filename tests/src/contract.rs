//! The form of an inventory that Ansible's `script` plugin takes without loss.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::workplace::Run;

/// Checks that an output of `--list` has the form that the `script` plugin needs, and returns it.
///
/// # Panics
/// When it has not that form.
pub fn check_form(run: &Run) -> Value {
    assert!(run.stdout.starts_with('{'), "no text and no mark before the object: {}", run.stdout);
    let output = run.json();
    let sections = output.as_object().expect("one object");
    let meta = sections.get("_meta").and_then(Value::as_object).expect("`_meta` is always there");
    let variables =
        meta.get("hostvars").and_then(Value::as_object).expect("`_meta.hostvars` is always there");
    assert!(meta.keys().all(|key| key == "hostvars" || key == "profile"), "{meta:?}");
    assert!(meta.get("profile").is_none_or(|profile| profile == "inventory_legacy"), "{meta:?}");
    let mut members = BTreeSet::new();
    for (name, group) in sections.iter().filter(|(name, _)| *name != "_meta") {
        let group = group.as_object().unwrap_or_else(|| panic!("`{name}` is no object"));
        // Ansible makes a host out of a group without any of the three.
        assert!(
            ["hosts", "children", "vars"].iter().any(|key| group.contains_key(*key)),
            "`{name}` is empty"
        );
        for key in ["hosts", "children"] {
            assert!(group.get(key).is_none_or(Value::is_array), "`{key}` of `{name}` is no list");
        }
        members.extend(
            group.get("hosts").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str),
        );
    }
    for host in variables.keys() {
        assert!(members.contains(host.as_str()), "Ansible never sees `{host}`: it is in no group");
    }
    output
}
