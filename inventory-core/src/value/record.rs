//! Members of the records that clouds answer with, read with as much patience as JSON of other people deserves.

use super::{Map, Text, Value};

/// Returns the member that a path of keys leads to; none when a part of it is missing, null or no object.
pub fn member<'a>(record: &'a Map, path: &[&str]) -> Option<&'a Value> {
    let (last, parents) = path.split_last()?;
    let mut map = record;
    for key in parents {
        map = map.get(key)?.as_map()?;
    }
    map.get(last).filter(|value| !matches!(value, Value::Null))
}

/// Returns the member of a path, or null.
pub fn value(record: &Map, path: &[&str]) -> Value {
    member(record, path).cloned().unwrap_or_default()
}

/// Returns the text of a member.
pub fn text<'a>(record: &'a Map, path: &[&str]) -> Option<&'a str> {
    member(record, path)?.as_str()
}

/// Returns the text of a member in small letters.
pub fn lower(record: &Map, path: &[&str]) -> Option<Text> {
    text(record, path).map(|text| Text::from(text.to_lowercase()))
}

/// Returns the object of a member.
pub fn object<'a>(record: &'a Map, path: &[&str]) -> Option<&'a Map> {
    member(record, path)?.as_map()
}

/// Returns the objects of a member that is a list; others than objects in it are left out.
pub fn objects<'a>(record: &'a Map, path: &[&str]) -> impl Iterator<Item = &'a Map> + Clone {
    let items = member(record, path).and_then(Value::as_items).unwrap_or_default();
    items.iter().filter_map(Value::as_map)
}
