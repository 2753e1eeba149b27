//! Merges what a description adds into what a cloud would have written.

use serde_json::Value;

/// Puts the fields of an object into another one, objects into objects; `{"$absent": true}` takes a field away.
pub(super) fn merge(value: &mut Value, extra: &Value) {
    let (Value::Object(fields), Value::Object(extra)) = (value, extra) else { return };
    for (name, field) in extra {
        if field.get("$absent").is_some() {
            fields.shift_remove(name);
            continue;
        }
        match fields.get_mut(name) {
            Some(old) if old.is_object() && field.is_object() => merge(old, field),
            _ => drop(fields.insert(name.clone(), field.clone())),
        }
    }
}
