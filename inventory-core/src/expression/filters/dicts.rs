//! Ansible's filters of dicts: to and from lists, merged, looked into.

use super::super::attribute::get_item;
use super::super::{Arguments, Call, Error};
use super::Table;
use super::combinatorics::flatten_items;
use super::inputs::{defined, flag, given, is_hashable, items, string};
use crate::value::{Map, Value};

pub(super) const FILTERS: Table = &[
    ("combine", combine),
    ("dict2items", dict_to_items),
    ("extract", extract),
    ("items2dict", items_to_dict),
    ("rekey_on_member", rekey),
    ("subelements", subelements),
];

fn dict_to_items(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [key_name, value_name] = arguments.bind("dict2items", ["key_name", "value_name"], 0)?;
    let key_name = hashable(key_name.unwrap_or_else(|| "key".into()))?;
    let value_name = hashable(value_name.unwrap_or_else(|| "value".into()))?;
    let Value::Map(map) = &input else {
        return Err(Error::new(format!("`dict2items` needs a `dict`, not `{}`", input.type_name())));
    };
    let mut list = Vec::with_capacity(map.len());
    for (key, value) in map.iter() {
        let value = defined(value.clone())?;
        let entries = [(key_name.clone(), key.clone()), (value_name.clone(), value)];
        list.push(entries.into_iter().collect::<Map>().into());
    }
    Ok(Value::List(list.into()))
}

fn items_to_dict(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [key_name, value_name] = arguments.bind("items2dict", ["key_name", "value_name"], 0)?;
    let key_name = key_name.unwrap_or_else(|| "key".into());
    let value_name = value_name.unwrap_or_else(|| "value".into());
    if !matches!(input, Value::List(_) | Value::Tuple(_) | Value::Range(_)) {
        return Err(Error::new(format!("`items2dict` needs a list, not `{}`", input.type_name())));
    }
    let mut map = Map::new();
    for item in items(&input)? {
        let [key, value] = [&key_name, &value_name].map(|name| match &item {
            Value::Map(map) => map.get_value(name).cloned(),
            _ => get_item(&item, name).ok().filter(|found| !found.is_undefined()),
        });
        let (Some(key), Some(value)) = (key, value) else {
            return Err(Error::new(format!(
                "every item of `items2dict` needs the keys `{key_name}` and `{value_name}`, but one is {}",
                item.repr()
            )));
        };
        map.insert(hashable(defined(key)?)?, defined(value)?);
    }
    Ok(map.into())
}

/// Returns the value if it can be a key.
fn hashable(key: Value) -> Result<Value, Error> {
    if !is_hashable(&key) {
        return Err(Error::new(format!("`{}` cannot be a key", key.type_name())));
    }
    Ok(key)
}

/// How `combine` merges two lists under the same key.
#[derive(Clone, Copy)]
enum ListMerge {
    Replace,
    Keep,
    Append,
    Prepend,
    /// Appends and drops what is already there.
    AppendNew,
    /// Prepends and drops what is already there.
    PrependNew,
}

impl ListMerge {
    fn new(name: Option<&Value>) -> Result<ListMerge, Error> {
        Ok(match name.map_or(Some("replace"), Value::as_str) {
            Some("replace") => ListMerge::Replace,
            Some("keep") => ListMerge::Keep,
            Some("append") => ListMerge::Append,
            Some("prepend") => ListMerge::Prepend,
            Some("append_rp") => ListMerge::AppendNew,
            Some("prepend_rp") => ListMerge::PrependNew,
            _ => {
                let all = "`replace`, `keep`, `append`, `prepend`, `append_rp` or `prepend_rp`";
                return Err(Error::new(format!("`list_merge` must be {all}")));
            }
        })
    }

    fn merge(self, low: &[Value], high: &[Value]) -> Value {
        let kept = || low.iter().filter(|item| !high.contains(item));
        match self {
            ListMerge::Replace => Value::list(high.iter().cloned()),
            ListMerge::Keep => Value::list(low.iter().cloned()),
            ListMerge::Append => Value::list(low.iter().chain(high).cloned()),
            ListMerge::Prepend => Value::list(high.iter().chain(low).cloned()),
            ListMerge::AppendNew => Value::list(kept().chain(high).cloned()),
            ListMerge::PrependNew => Value::list(high.iter().chain(kept()).cloned()),
        }
    }
}

fn combine(_: &Call<'_>, input: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let is_recursive = flag(arguments.take_keyword("recursive").as_ref());
    let list_merge = arguments.take_keyword("list_merge");
    if let Some((name, _)) = arguments.keyword.first() {
        return Err(Error::new(format!("`combine` has no argument `{name}`")));
    }
    let mut terms = vec![input];
    terms.append(&mut arguments.positional);
    let mut terms = flatten_items(terms, Some(1), true)?.into_iter().rev();
    let Some(mut result) = terms.next() else { return Ok(Map::new().into()) };
    for low in terms {
        let list_merge = ListMerge::new(list_merge.as_ref())?;
        let (Value::Map(low), Value::Map(high)) = (&low, &result) else {
            let (low, high) = (low.type_name(), result.type_name());
            return Err(Error::new(format!("`combine` needs dicts, but got `{low}` and `{high}`")));
        };
        result = merge(low, high, is_recursive, list_merge).into();
    }
    Ok(result)
}

/// Merges `high` over `low`; the keys keep the order of `low`, unless the two are equal.
fn merge(low: &Map, high: &Map, is_recursive: bool, list_merge: ListMerge) -> Map {
    let is_equal =
        low.len() == high.len() && low.iter().all(|(key, value)| high.get_value(key) == Some(value));
    if is_equal {
        return high.clone();
    }
    let replaces = !is_recursive && matches!(list_merge, ListMerge::Replace);
    let mut merged = low.clone();
    for (key, high) in high.iter() {
        let value = match (merged.get_value(key), high) {
            _ if replaces => high.clone(),
            (Some(Value::Map(low)), Value::Map(high)) if is_recursive => {
                merge(low, high, is_recursive, list_merge).into()
            }
            (Some(Value::List(low)), Value::List(high)) => list_merge.merge(low, high),
            _ => high.clone(),
        };
        merged.insert(key.clone(), value);
    }
    merged
}

fn extract(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [container, more] = arguments.bind("extract", ["container", "morekeys"], 1)?;
    let mut keys = vec![input];
    match given(more) {
        None => {}
        Some(Value::List(more)) => keys.extend(more.iter().cloned()),
        Some(key) => keys.push(key),
    }
    let container = defined(container.unwrap_or_default())?;
    keys.iter().try_fold(container, |value, key| get_item(&value, key))
}

fn rekey(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [member, duplicates] = arguments.bind("rekey_on_member", ["key", "duplicates"], 1)?;
    let member = member.unwrap_or_default();
    let is_overwriting = match duplicates.as_ref().map_or(Some("error"), Value::as_str) {
        Some("error") => false,
        Some("overwrite") => true,
        _ => return Err(Error::new("`duplicates` must be `error` or `overwrite`")),
    };
    let items = match &input {
        Value::Map(map) => map.values().cloned().map(defined).collect::<Result<Vec<_>, Error>>()?,
        Value::Text(_) => return Err(Error::new("`rekey_on_member` needs a list or a dict, not `str`")),
        _ => items(&input)?,
    };
    let mut rekeyed = Map::with_capacity(items.len());
    for item in items {
        let Value::Map(map) = &item else {
            let found = item.type_name();
            return Err(Error::new(format!("`rekey_on_member` needs dicts as items, not `{found}`")));
        };
        let Some(key) = map.get_value(&member) else {
            return Err(Error::new(format!("`rekey_on_member` does not find the key {}", member.repr())));
        };
        let key = hashable(defined(key.clone())?)?;
        if !is_overwriting && rekeyed.get_value(&key).is_some() {
            return Err(Error::new(format!("`rekey_on_member` found the key {} twice", key.repr())));
        }
        rekeyed.insert(key, item);
    }
    Ok(rekeyed.into())
}

fn subelements(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [path, skip_missing] = arguments.bind("subelements", ["subelements", "skip_missing"], 1)?;
    let skips_missing = flag(skip_missing.as_ref());
    let elements = match &input {
        Value::Map(map) => map.values().cloned().map(defined).collect::<Result<Vec<_>, Error>>()?,
        Value::List(_) => items(&input)?,
        _ => return Err(Error::new("`subelements` needs a list of dicts or a dict of dicts")),
    };
    let path = match path.unwrap_or_default() {
        Value::List(path) => path.to_vec(),
        path => string(&path)?.split('.').map(Value::from).collect(),
    };
    let mut pairs = Vec::new();
    for element in elements {
        let values = subelement(&element, &path, skips_missing)?;
        pairs.extend(values.into_iter().map(|value| Value::Tuple(vec![element.clone(), value].into())));
    }
    Ok(pairs.into())
}

/// Returns the items of the list at the end of a path; none for a missing key that may be missing.
fn subelement(element: &Value, path: &[Value], skips_missing: bool) -> Result<Vec<Value>, Error> {
    let mut value = element.clone();
    for key in path {
        let Value::Map(map) = &value else {
            let (key, found) = (key.repr(), value.type_name());
            return Err(Error::new(format!(
                "`subelements` needs a dict to look the key {key} up, not `{found}`"
            )));
        };
        let next = match map.get_value(key) {
            None if skips_missing => return Ok(Vec::new()),
            None => {
                let (key, value) = (key.repr(), value.repr());
                return Err(Error::new(format!("`subelements` does not find the key {key} in {value}")));
            }
            Some(next) => next.clone(),
        };
        value = defined(next)?;
    }
    match &value {
        Value::List(_) => items(&value),
        _ => Err(Error::new(format!("`subelements` needs a list at the end, not `{}`", value.type_name()))),
    }
}

#[cfg(test)]
mod tests;
