//! Values from JSON, and the parts of JSON as Python's `json` writes it.

use num_bigint::BigInt;

use super::{Map, Value, float_repr};

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

/// Returns a float as `json.dumps` writes it.
pub(crate) fn json_float(number: f64) -> String {
    match number {
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        number if number.is_nan() => "NaN".to_owned(),
        number => float_repr(number),
    }
}

/// Returns the short escape of a character in a JSON string; none for what is written as it is, or by its code.
pub(crate) fn json_escape(character: char) -> Option<&'static str> {
    Some(match character {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\x08' => "\\b",
        '\x0c' => "\\f",
        _ => return None,
    })
}
