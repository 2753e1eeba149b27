//! Values from JSON.

use num_bigint::BigInt;

use super::{Map, Value};

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::Null,
            Json::Bool(truth) => Value::Bool(truth),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => Value::Int(number),
                (None, Some(number)) => Value::from_big_int(BigInt::from(number)),
                (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Value::from(text),
            Json::Array(items) => Value::list(items.into_iter().map(Value::from)),
            Json::Object(entries) => {
                // The keys of a JSON object are distinct already.
                let mut map = Map::with_capacity(entries.len());
                for (key, value) in entries {
                    map.push(key, Value::from(value));
                }
                map.into()
            }
        }
    }
}
