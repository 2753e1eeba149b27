//! Reads the items of the list of states: of each only what becomes variables.

use inventory_core::value::{JsonReader, Map, Text, Value};
use serde::Deserialize;
use serde_json::value::RawValue;

/// An item; the text of what is read further is kept apart, so that one member that is odd costs no other.
#[derive(Deserialize)]
struct Item<'a> {
    id: String,
    #[serde(borrow)]
    properties: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    #[serde(borrow)]
    instance_view: Option<&'a RawValue>,
}

/// The members of a view that become variables: most of a view is about disks and agents.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    #[serde(borrow)]
    computer_name: Option<&'a RawValue>,
    #[serde(borrow)]
    os_name: Option<&'a RawValue>,
    #[serde(borrow)]
    os_version: Option<&'a RawValue>,
    #[serde(borrow, rename = "hyperVGeneration")]
    generation: Option<&'a RawValue>,
    #[serde(borrow)]
    statuses: Option<&'a RawValue>,
}

/// Returns the record of an item with what is kept of it; none without an id.
pub(super) fn state(item: &RawValue, reader: &mut JsonReader) -> Option<Value> {
    let Item { id, properties } = serde_json::from_str(item.get()).ok()?;
    let view = properties
        .and_then(|text| serde_json::from_str(text.get()).ok())
        .and_then(|Properties { instance_view }| serde_json::from_str(instance_view?.get()).ok());
    let mut kept = Map::new();
    if let Some(View { computer_name, os_name, os_version, generation, statuses }) = view {
        for (key, text) in [
            ("computerName", computer_name),
            ("osName", os_name),
            ("osVersion", os_version),
            ("hyperVGeneration", generation),
            ("statuses", statuses),
        ] {
            if let Some(value) = text.and_then(|text| reader.read(text.get()).ok()) {
                kept.push(key, value);
            }
        }
    }
    Some(with_view(&Text::from(id), kept.into()))
}

/// Returns a record as the list of states has it.
pub(super) fn with_view(id: &Text, view: Value) -> Value {
    let mut properties = Map::new();
    properties.push("instanceView", view);
    let mut record = Map::new();
    record.push("id", id.clone());
    record.push("properties", properties);
    record.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_variables_is_kept() {
        let state = |text: &str| {
            let item = RawValue::from_string(text.to_owned()).unwrap();
            state(&item, &mut JsonReader::default()).map(|record| record.to_string())
        };
        let of = |view: &str| {
            state(&format!(r#"{{"id": "/A", "properties": {{"x": 1, "instanceView": {view}}}}}"#))
        };
        let kept = |view: &str| Some(format!("{{'id': '/A', 'properties': {{'instanceView': {view}}}}}"));
        let view =
            r#"{"vmAgent": {"a": [1]}, "statuses": [{"code": "PowerState/running"}], "osName": "x\u0021"}"#;
        assert_eq!(of(view), kept("{'osName': 'x!', 'statuses': [{'code': 'PowerState/running'}]}"));
        assert_eq!(of(r#"{"osVersion": 3, "statuses": "odd"}"#), kept("{'osVersion': 3, 'statuses': 'odd'}"));
        for empty in ["null", "{}", "3", "[]"] {
            assert_eq!(of(empty), kept("{}"), "{empty}");
        }
        for item in
            [r#"{"id": "/A"}"#, r#"{"id": "/A", "properties": null}"#, r#"{"properties": 3, "id": "/A"}"#]
        {
            assert_eq!(state(item), kept("{}"), "{item}");
        }
        for item in ["3", "{}", r#"{"id": 3}"#] {
            assert_eq!(state(item), None, "{item}");
        }
    }
}
