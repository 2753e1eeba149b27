//! Members of the records of Compute Engine's API, read with as much patience as JSON of other people deserves.

use inventory_core::value::{Map, Value};

/// Returns the text of a member that is not empty.
pub(crate) fn text<'a>(record: &'a Map, key: &str) -> Option<&'a str> {
    record.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Returns the objects of a member that is a list; others than objects in it are left out.
pub(crate) fn objects<'a>(record: &'a Map, key: &str) -> impl Iterator<Item = &'a Map> {
    let items = record.get(key).and_then(Value::as_items).unwrap_or_default();
    items.iter().filter_map(Value::as_map)
}

/// Returns the last part of a URL or path.
pub(crate) fn last_part(link: &str) -> &str {
    link.rsplit('/').next().unwrap_or(link)
}
