//! What is odd about instances and disks that are otherwise right.

use serde_json::{Value, json};

use crate::simulator::cloud::Twist;
use crate::simulator::merge::merge;

/// Spoils the items of a page, each with its scope.
pub(super) fn spoil(items: &mut Vec<(String, Value)>, twist: Option<Twist>) {
    match twist {
        None | Some(Twist::RepeatedToken | Twist::UnreachableZone) => {}
        Some(Twist::UnknownFields) => items.iter_mut().for_each(|(_, item)| add_fields(item)),
        Some(Twist::UnknownValues) => items.iter_mut().for_each(|(_, item)| change_values(item)),
        Some(Twist::MalformedHost) => {
            if let Some((_, first)) = items.first_mut() {
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

fn add_fields(item: &mut Value) {
    merge(
        item,
        &json!({"quantumConfig": {"qubits": 7, "entangledWith": [null, {"id": "/x"}]}, "sovereignty": 1.5}),
    );
    if let Some(Value::Object(card)) = item.pointer_mut("/networkInterfaces/0") {
        card.insert("neutrinoAddress".to_owned(), json!({"flavour": "tau"}));
    }
}

/// Puts new values into the fields that have a closed set of them, wherever they are.
fn change_values(item: &mut Value) {
    match item {
        Value::Array(items) => items.iter_mut().for_each(change_values),
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), &value) {
                    ("status", Value::String(_)) => *value = json!("LEVITATING"),
                    ("stackType", Value::String(_)) => *value = json!("IPV9_ONLY"),
                    ("networkTier" | "provisioningModel", Value::String(_)) => *value = json!("LUNAR"),
                    ("interface" | "mode", Value::String(_)) => *value = json!("TELEPATHIC"),
                    _ => change_values(value),
                }
            }
        }
        _ => {}
    }
}

/// Takes away or garbles what every instance has; which, its name decides, such that each way can be had.
fn garble(item: &mut Value) {
    let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
    let way = name.bytes().fold(0_u8, u8::wrapping_add) % 4;
    let absent = json!({"$absent": true});
    let change = match way {
        0 => json!({"name": absent}),
        1 => json!({"zone": absent, "selfLink": absent}),
        2 => json!({"networkInterfaces": [{"networkIP": 7, "accessConfigs": null, "network": "default"}],
            "labels": ["prod"], "canIpForward": "no"}),
        _ => {
            json!({"id": 7, "status": null, "fingerprint": "+/x", "metadata": {"items": [{"value": "of nothing"}]}})
        }
    };
    merge(item, &change);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Vec<(String, Value)> {
        let item =
            |name: &str| ("zones/z".to_owned(), json!({"name": name, "status": "RUNNING", "zone": "z"}));
        vec![item("d"), item("e")]
    }

    fn spoilt(twist: Twist) -> Vec<Value> {
        let mut items = page();
        spoil(&mut items, Some(twist));
        items.into_iter().map(|(_, item)| item).collect()
    }

    #[test]
    fn twists_befall_the_items_that_they_are_for() {
        assert_eq!(spoilt(Twist::VanishedHost), [json!({"name": "e", "status": "RUNNING", "zone": "z"})]);
        assert_eq!(spoilt(Twist::MalformedHost)[0], json!({"status": "RUNNING", "zone": "z"}));
        assert_eq!(spoilt(Twist::UnknownValues)[1]["status"], "LEVITATING");
        assert_eq!(spoilt(Twist::UnknownFields)[1]["sovereignty"], 1.5);
        assert_eq!(spoilt(Twist::RepeatedToken).len(), 2);
    }
}
