//! What is odd about resources that are otherwise right.

use serde_json::{Value, json};

use crate::simulator::cloud::Twist;
use crate::simulator::merge::merge;

/// Spoils the resources of a list.
pub(super) fn spoil(items: &mut Vec<Value>, twist: Option<Twist>) {
    match twist {
        None | Some(Twist::RepeatedToken | Twist::UnreachableZone) => {}
        Some(Twist::UnknownFields) => items.iter_mut().for_each(add_fields),
        Some(Twist::UnknownValues) => items.iter_mut().for_each(change_values),
        Some(Twist::MalformedHost) => {
            if let Some(first) = items.first_mut() {
                garble(first);
            }
        }
        Some(Twist::VanishedHost) => {
            if !items.is_empty() {
                items.remove(0);
            }
        }
    }
}

/// Spoils a resource that was got by itself; none is left of one that vanished.
pub(super) fn spoil_one(item: Value, twist: Option<Twist>) -> Option<Value> {
    let mut items = vec![item];
    spoil(&mut items, twist);
    items.pop()
}

/// Adds fields that no version has.
fn add_fields(item: &mut Value) {
    let news = json!({"quantumProfile": {"qubits": 7, "entangledWith": [null, {"id": "/x"}]}, "sovereignty": "none"});
    merge(item, &json!({"properties": news}));
    merge(item, &news);
}

/// Puts new values into the fields that have a closed set of them, wherever they are.
fn change_values(item: &mut Value) {
    match item {
        Value::Array(items) => items.iter_mut().for_each(change_values),
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), &value) {
                    ("provisioningState", Value::String(_)) => *value = json!("Pondering"),
                    (
                        "createOption" | "caching" | "deleteOption" | "diskControllerType",
                        Value::String(_),
                    ) => {
                        *value = json!("Holographic");
                    }
                    ("storageAccountType" | "nicType" | "privateIPAllocationMethod", Value::String(_)) => {
                        *value = json!("Telepathic");
                    }
                    ("code", Value::String(code)) if code.starts_with("PowerState/") => {
                        *value = json!("PowerState/levitating");
                    }
                    _ => change_values(value),
                }
            }
        }
        _ => {}
    }
}

/// Takes away or garbles what every machine has; which, its name decides, such that each way can be had.
fn garble(item: &mut Value) {
    let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
    let way = name.bytes().fold(0_u8, u8::wrapping_add) % 4;
    let absent = json!({"$absent": true});
    let change = match way {
        0 => json!({"location": absent}),
        1 => json!({"properties": absent}),
        2 => json!({"properties": {"storageProfile": {"osDisk": {"osType": "linux"},
            "dataDisks": [{"lun": "0", "name": null, "managedDisk": null}]}}}),
        _ => json!({"properties": {"vmId": absent, "provisioningState": absent, "networkProfile": null}}),
    };
    merge(item, &change);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn machine(name: &str) -> Value {
        json!({"name": name, "location": "x", "properties": {"vmId": "1", "provisioningState": "Succeeded"}})
    }

    #[test]
    fn names_decide_how_a_machine_is_garbled() {
        let table = [
            ("d", json!({"name": "d", "properties": {"vmId": "1", "provisioningState": "Succeeded"}})),
            ("a", json!({"name": "a", "location": "x"})),
            ("c", json!({"name": "c", "location": "x", "properties": {"networkProfile": null}})),
        ];
        for (name, expected) in table {
            assert_eq!(spoil_one(machine(name), Some(Twist::MalformedHost)), Some(expected), "{name}");
        }
    }

    #[test]
    fn twists_befall_their_items_only() {
        let mut items = vec![machine("d"), machine("e")];
        spoil(&mut items, Some(Twist::VanishedHost));
        assert_eq!(items, [machine("e")]);
        assert_eq!(spoil_one(machine("e"), Some(Twist::VanishedHost)), None);
        assert_eq!(spoil_one(machine("e"), None), Some(machine("e")));
        let changed = spoil_one(machine("e"), Some(Twist::UnknownValues)).expect("it is there");
        assert_eq!(changed.pointer("/properties/provisioningState"), Some(&json!("Pondering")));
    }
}
