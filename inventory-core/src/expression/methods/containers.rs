//! The methods of `list`, `tuple` and `dict`.

use std::sync::Arc;

use super::super::operators::{self, check_key};
use super::super::{Arguments, Error};
use super::integer;
use crate::value::{Map, Ordered, Value};

pub(super) const LIST_METHODS: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];

pub(super) const DICT_METHODS: &[&str] = &[
    "clear",
    "copy",
    "fromkeys",
    "get",
    "items",
    "keys",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
];

/// Calls `count` or `index`, which all sequences have.
pub(super) fn call_sequence(items: &[Value], name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [wanted, start, end] = arguments.bind(name, ["value", "start", "stop"], 1)?;
    let wanted = wanted.unwrap_or_default();
    if name == "count" {
        return Ok(Value::from(items.iter().filter(|item| **item == wanted).count()));
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let bound = |value: Option<Value>, default: i64| {
        let bound = value.map_or(Ok(default), |value| integer(name, &value))?;
        Ok::<_, Error>(if bound < 0 { (bound + length).max(0) } else { bound })
    };
    let (start, end) = (bound(start, 0)?, bound(end, i64::MAX)?);
    let within = |place: usize| i64::try_from(place).is_ok_and(|place| start <= place && place < end);
    let found = items.iter().enumerate().find(|(place, item)| within(*place) && **item == wanted);
    found
        .map(|(place, _)| Value::from(place))
        .ok_or_else(|| Error::new(format!("`{name}` does not find {} in the list", wanted.repr())))
}

/// Calls a method of a list. One that changes the list only gives its result: the list stays as it is.
pub(super) fn call_list(items: &[Value], name: &str, arguments: Arguments) -> Result<Value, Error> {
    match name {
        "count" | "index" => call_sequence(items, name, arguments),
        "copy" => {
            let [] = arguments.bind(name, [], 0)?;
            Ok(Value::from(items.to_vec()))
        }
        "pop" => {
            let [place] = arguments.bind(name, ["index"], 0)?;
            let place = place.map_or(Ok(-1), |place| integer(name, &place))?;
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let place = if place < 0 { place + length } else { place };
            let item = usize::try_from(place).ok().and_then(|place| items.get(place));
            item.cloned().ok_or_else(|| Error::new("`pop` finds no item at that place of the list"))
        }
        "append" | "extend" | "remove" => {
            let [value] = arguments.bind(name, ["value"], 1)?;
            let value = value.unwrap_or_default();
            match name {
                "extend" => operators::items(&value).map(|_| Value::Null),
                "remove" if !items.contains(&value) => {
                    Err(Error::new(format!("`remove` does not find {} in the list", value.repr())))
                }
                _ => Ok(Value::Null),
            }
        }
        "insert" => {
            let [place, _] = arguments.bind(name, ["index", "value"], 2)?;
            integer(name, &place.unwrap_or_default()).map(|_| Value::Null)
        }
        "sort" => {
            let sortable = items.windows(2).all(|pair| match pair {
                [a, b] => a.compare(b) != Ordered::TypeError,
                _ => true,
            });
            if sortable { Ok(Value::Null) } else { Err(Error::new("`sort` finds items that have no order")) }
        }
        _ => {
            let [] = arguments.bind(name, [], 0)?;
            Ok(Value::Null)
        }
    }
}

/// Calls a method of a dict. One that changes the dict only gives its result: the dict stays as it is.
pub(super) fn call_dict(
    receiver: &Value,
    map: &Map,
    name: &str,
    arguments: Arguments,
) -> Result<Value, Error> {
    match name {
        "get" | "setdefault" => {
            let [key, default] = positional(arguments, name, 1)?;
            check_key(&key)?;
            Ok(map.get_value(&key).cloned().unwrap_or(default))
        }
        "pop" => {
            let has_default = arguments.positional.len() > 1;
            let [key, default] = positional(arguments, name, 1)?;
            check_key(&key)?;
            match map.get_value(&key) {
                Some(value) => Ok(value.clone()),
                None if has_default => Ok(default),
                None => Err(Error::new(format!("`pop` finds no key {} in the dict", key.repr()))),
            }
        }
        "fromkeys" => Err(Error::new("the method `fromkeys` of a variable is not supported, as in Ansible")),
        "update" => Ok(Value::Null),
        _ => {
            let [] = arguments.bind(name, [], 0)?;
            let pair =
                |(key, value): (&Value, &Value)| Value::Tuple(Arc::new(vec![key.clone(), value.clone()]));
            match name {
                "keys" => Ok(Value::list(map.keys().cloned())),
                "values" => Ok(Value::list(map.values().cloned())),
                "items" => Ok(Value::list(map.iter().map(pair))),
                "copy" => Ok(receiver.clone()),
                "popitem" => map
                    .iter()
                    .next_back()
                    .map(pair)
                    .ok_or_else(|| Error::new("`popitem` finds an empty dict")),
                _ => Ok(Value::Null),
            }
        }
    }
}

/// Binds a key and a value that Python only takes without names.
fn positional(arguments: Arguments, name: &str, required: usize) -> Result<[Value; 2], Error> {
    let named = arguments.keyword.first().filter(|(keyword, _)| name != "get" || keyword != "default");
    if named.is_some() {
        return Err(Error::new(format!("`{name}` takes no arguments by name")));
    }
    let [key, value] = arguments.bind(name, ["key", "default"], required)?;
    Ok([key.unwrap_or_default(), value.unwrap_or_default()])
}
