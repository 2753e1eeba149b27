//! What runs on a machine: its image and operating system.

use inventory_core::value::{Map, Value};

use inventory_core::value::record;

/// Returns `image`: the four parts of one of the marketplace, the identifier of one's own, else nothing.
pub(super) fn image(machine: &Map) -> Map {
    let mut variable = Map::new();
    let Some(reference) = record::object(machine, &["properties", "storageProfile", "imageReference"]) else {
        return variable;
    };
    let is_given = |key: &str| reference.get(key).is_some_and(Value::is_true);
    if is_given("publisher") {
        for key in ["sku", "publisher", "version", "offer"] {
            variable.push(key, record::value(reference, &[key]));
        }
    } else if is_given("id") {
        variable.push("id", record::value(reference, &["id"]));
    }
    variable
}

/// Returns the system of `os_profile`.
pub(super) fn system(machine: &Map, arc: Option<&Map>) -> Value {
    let of_arc = arc.and_then(|arc| record::member(arc, &["properties", "osType"]));
    if let Some(system) = of_arc.filter(|system| system.is_true()) {
        return system.clone();
    }
    let properties = record::object(machine, &["properties"]);
    let has_profile = properties.is_some_and(|properties| properties.contains("osProfile"));
    let system = if has_profile {
        let profile = record::object(machine, &["properties", "osProfile"]);
        let has = |key: &str| profile.is_some_and(|profile| profile.contains(key));
        match (has("windowsConfiguration"), has("linuxConfiguration")) {
            (true, _) => "windows",
            (false, true) => "linux",
            (false, false) => "unknown",
        }
    } else {
        match record::text(machine, &["properties", "storageProfile", "osDisk", "osType"]) {
            Some("Linux") => "linux",
            Some("Windows") => "windows",
            _ => "unknown",
        }
    };
    system.into()
}
