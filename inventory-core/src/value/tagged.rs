//! Values in the JSON of test tables: what JSON cannot say stands in an object with one key that starts with `$`.

use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use num_bigint::BigInt;
use serde_json::Value as Json;

use super::{Map, Time, Value};

/// Reads a value of a test table.
pub(crate) fn read(json: &Json) -> Value {
    match json {
        Json::Array(items) => Value::list(items.iter().map(read)),
        Json::Object(entries) => match entries.iter().next() {
            Some((tag, content)) if entries.len() == 1 && tag.starts_with('$') => read_tagged(tag, content),
            _ => entries.iter().map(|(key, value)| (key.as_str(), read(value))).collect::<Map>().into(),
        },
        other => other.clone().into(),
    }
}

fn read_tagged(tag: &str, content: &Json) -> Value {
    let text = content.as_str().unwrap_or_default();
    match tag {
        "$tuple" => Value::Tuple(Arc::new(content.as_array().unwrap().iter().map(read).collect())),
        "$float" => Value::Float(text.parse().unwrap()),
        "$int" => Value::from_big_int(text.parse::<BigInt>().unwrap()),
        "$time" => read_time(text).into(),
        "$map" => {
            let entries = content.as_array().unwrap().iter();
            entries.map(|entry| (read(&entry[0]), read(&entry[1]))).collect::<Map>().into()
        }
        _ => panic!("`{tag}` is no tag of test tables"),
    }
}

fn read_time(text: &str) -> Time {
    let (civil, offset) = match text.len() {
        length if length > 6 && matches!(text.as_bytes()[length - 6], b'+' | b'-') => {
            text.split_at(length - 6)
        }
        _ => (text, ""),
    };
    let seconds = |part: &str, unit: i32| part.parse::<i32>().unwrap() * unit;
    let offset = (!offset.is_empty()).then(|| {
        let distance = seconds(&offset[1..3], 3600) + seconds(&offset[4..6], 60);
        Offset::from_seconds(if offset.starts_with('-') { -distance } else { distance }).unwrap()
    });
    Time { civil: civil.parse::<DateTime>().unwrap(), offset }
}
