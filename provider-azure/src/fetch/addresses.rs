//! Keeps of public addresses what becomes variables: there may be one for each machine.

use inventory_core::value::{Map, Value};

/// Returns a record with the members that count, as they are.
pub(super) fn kept(record: &Value) -> Value {
    members(record, &["id", "name", "properties"], |name, member| match name {
        "properties" => members(member, &["ipAddress", "dnsSettings"], |name, member| match name {
            "dnsSettings" => members(member, &["fqdn"], |_, member| member.clone()),
            _ => member.clone(),
        }),
        _ => member.clone(),
    })
}

/// Returns what is kept of the members of these names; of what is no object all.
fn members(value: &Value, names: &[&str], keep: impl Fn(&str, &Value) -> Value) -> Value {
    let Value::Map(members) = value else { return value.clone() };
    let mut kept = Map::with_capacity(names.len());
    for name in names {
        if let Some(member) = members.get(name) {
            kept.push(*name, keep(name, member));
        }
    }
    kept.into()
}

#[cfg(test)]
mod tests {
    use inventory_core::value::JsonReader;

    use super::*;

    #[test]
    fn what_becomes_variables_is_kept() {
        let kept = |json: &str| kept(&JsonReader::default().read(json).unwrap()).to_string();
        let whole = r#"{"name": "a", "id": "/A", "tags": {"x": "y"}, "sku": {"name": "Standard"}, "properties": {
            "ipAddress": "20.0.0.1", "dnsSettings": {"domainNameLabel": "a", "fqdn": "a.example"}, "ipTags": []}}"#;
        let expected = "{'id': '/A', 'name': 'a', 'properties': {'ipAddress': '20.0.0.1', 'dnsSettings': \
                        {'fqdn': 'a.example'}}}";
        assert_eq!(kept(whole), expected);
        for same in [
            "{'id': '/A'}",
            "{'id': '/A', 'name': 3, 'properties': None}",
            "{'id': '/A', 'properties': {}}",
            "{'id': '/A', 'properties': {'ipAddress': None, 'dnsSettings': None}}",
            "{'id': '/A', 'properties': {'dnsSettings': {}}}",
            "[1]",
        ] {
            assert_eq!(kept(&same.replace('\'', "\"").replace("None", "null")), same);
        }
    }
}
