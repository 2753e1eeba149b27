//! The JSON Schema of a native file, made of the types that read it.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::{Cloud, NativeFile};

/// Returns the schema; `clouds` gives those of the options of clouds, which only their providers know.
pub fn schema(clouds: impl FnOnce(&mut SchemaGenerator) -> Vec<(Cloud, Schema)>) -> Schema {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let clouds = clouds(&mut generator);
    let of_clouds: Vec<String> = generator.definitions().keys().cloned().collect();
    let mut schema = generator.into_root_schema_for::<NativeFile>();
    let sources = schema.pointer_mut("/$defs/SourceOptions/properties").and_then(Value::as_object_mut);
    if let Some(sources) = sources {
        for (cloud, options) in clouds {
            // The description stays that of the key.
            let described = sources.get(cloud.name()).and_then(|key| key.get("description")).cloned();
            let mut options = options;
            if let Some(description) = described {
                options.insert("description".to_owned(), description);
            }
            sources.insert(cloud.name().to_owned(), options.into());
        }
    }
    let definitions = schema.pointer_mut("/$defs").and_then(Value::as_object_mut).into_iter().flatten();
    definitions.filter(|(name, _)| of_clouds.contains(name)).for_each(|(_, schema)| refuse_empty(schema));
    schema
}

/// Takes neither empty lists nor null for the options of clouds: [`super::read`] refuses them.
fn refuse_empty(schema: &mut Value) {
    let is_null = |kind: &Value| *kind == "null" || *kind == json!({"type": "null"});
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(refuse_empty);
            for key in ["type", "anyOf"] {
                if let Some(Value::Array(kinds)) = members.get_mut(key) {
                    kinds.retain(|kind| !is_null(kind));
                    if let ("type", [kind]) = (key, kinds.as_slice()) {
                        let kind = kind.clone();
                        members.insert(key.to_owned(), kind);
                    }
                }
            }
            let is_list = match members.get("type") {
                Some(Value::Array(kinds)) => kinds.iter().any(|kind| *kind == "array"),
                kind => kind.is_some_and(|kind| *kind == "array"),
            };
            if is_list {
                members.insert("minItems".to_owned(), 1.into());
                members.remove("default");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(refuse_empty),
        _ => {}
    }
}
