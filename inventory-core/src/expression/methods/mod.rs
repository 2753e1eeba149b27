//! The methods and properties of Python's types.

mod casing;
mod containers;
pub(super) mod format;
mod numbers;
mod text;
mod time;

pub(super) use self::text::lines;
pub(super) use self::time::format_time;
use super::{Arguments, Error};
use crate::value::Value;

/// Methods that change the value they belong to.
const MUTATING: &[&str] = &[
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
];

/// The methods of a type.
fn methods(value: &Value) -> &'static [&'static str] {
    match value {
        Value::Text(_) => text::METHODS,
        Value::List(_) => containers::LIST_METHODS,
        Value::Tuple(_) | Value::Range(_) => &["count", "index"],
        Value::Map(_) => containers::DICT_METHODS,
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => numbers::INT_METHODS,
        Value::Float(_) => numbers::FLOAT_METHODS,
        Value::Time(_) => time::METHODS,
        Value::Duration(_) => &["total_seconds"],
        _ => &[],
    }
}

/// Tells whether the type of the value has a method of that name.
pub(super) fn exists(value: &Value, name: &str) -> bool {
    methods(value).contains(&name)
}

/// Tells whether a name with an underscore in front may be used: Ansible allows the bitwise operations of `int`.
pub(super) fn is_allowed_special(value: &Value, name: &str) -> bool {
    matches!(value, Value::Int(_) | Value::BigInt(_) | Value::Bool(_)) && numbers::BITWISE.contains(&name)
}

/// Tells whether a method may be called by that name.
pub(super) fn may_call(value: &Value, name: &str) -> bool {
    !name.starts_with('_') || is_allowed_special(value, name)
}

/// Returns an attribute that is not a method.
pub(super) fn property(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) => numbers::property(value, name),
        Value::Time(time) => time::property(time, name),
        Value::Duration(duration) => time::duration_property(**duration, name),
        // What `groupby` gives: a pair whose two items have names.
        Value::Tuple(pair) if pair.len() == 2 => match name {
            "grouper" => pair.first().cloned(),
            "list" => pair.last().cloned(),
            _ => None,
        },
        Value::Range(range) => match name {
            "start" => Some(range.start.into()),
            "stop" => Some(range.stop.into()),
            "step" => Some(range.step.into()),
            _ => None,
        },
        _ => None,
    }
}

/// Calls a method.
///
/// `is_temporary` tells that nothing else refers to the receiver. Values do not change here, so a method that changes
/// its receiver is only allowed where that cannot be seen, or where its result is what is wanted (`pop`).
pub(super) fn call(
    receiver: &Value,
    name: &str,
    arguments: Arguments,
    is_temporary: bool,
) -> Result<Value, Error> {
    let wants_result = matches!(name, "pop" | "popitem" | "setdefault");
    if !is_temporary && !wants_result && MUTATING.contains(&name) && !matches!(receiver, Value::Text(_)) {
        return Err(Error::new(format!("`{name}` would change a variable, which is not supported")));
    }
    match receiver {
        Value::Text(text) => text::call(text, name, arguments),
        Value::List(items) => containers::call_list(items, name, arguments),
        Value::Tuple(items) => containers::call_sequence(items, name, arguments),
        Value::Range(_) => containers::call_sequence(&super::operators::items(receiver)?, name, arguments),
        Value::Map(map) => containers::call_dict(receiver, map, name, arguments),
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => numbers::call_int(receiver, name, arguments),
        Value::Float(float) => numbers::call_float(*float, name, arguments),
        Value::Time(time) => time::call(time, name, arguments),
        Value::Duration(duration) if name == "total_seconds" => {
            let [] = arguments.bind(name, [], 0)?;
            Ok(Value::Float(**duration as f64 / 1e6))
        }
        other => Err(Error::new(format!("a value of type `{}` has no method `{name}`", other.type_name()))),
    }
}

fn wrong_type(method: &str, what: &str, value: &Value) -> Error {
    Error::new(format!("`{method}` needs {what}, not a value of type `{}`", value.type_name()))
}

/// Reads an integer argument.
fn integer(method: &str, value: &Value) -> Result<i64, Error> {
    super::attribute::small_integer(value).ok_or_else(|| wrong_type(method, "an integer", value))
}
