//! The JSON Schema of a native file, made of the types that read it.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::{Cloud, NativeFile};

/// Returns the schema; `clouds` gives those of the options of clouds, which only their providers know.
pub fn schema(clouds: impl FnOnce(&mut SchemaGenerator) -> Vec<(Cloud, Schema)>) -> Schema {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let clouds = clouds(&mut generator);
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
    schema
}
