//! What filters do with their inputs: iterate, index, order and print them as Python does.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::super::attribute::attribute;
use super::super::evaluate::first_undefined;
use super::super::{Error, operators};
use crate::value::{Ordered, Text, Value};

/// Returns the items that Python iterates over: characters, items, keys.
///
/// An undefined item is the error that Ansible raises when a filter touches one.
pub(super) fn items(input: &Value) -> Result<Vec<Value>, Error> {
    let items = operators::items(input)?;
    match items.iter().find(|item| item.is_undefined()) {
        Some(item) => Err(undefined(item)),
        None => Ok(items),
    }
}

/// Returns a `str` of one character.
pub(super) fn character(character: char) -> Value {
    Value::from(&*character.encode_utf8(&mut [0; 4]))
}

/// Returns the error of touching something undefined.
pub(super) fn undefined(value: &Value) -> Error {
    match value {
        Value::Undefined(words) => Error::undefined(words),
        _ => Error::undefined("the value is undefined"),
    }
}

/// Returns the value unless it is undefined.
pub(super) fn defined(value: Value) -> Result<Value, Error> {
    if value.is_undefined() { Err(undefined(&value)) } else { Ok(value) }
}

/// Returns a number of items unless it is too large.
pub(super) fn bounded(items: usize) -> Result<usize, Error> {
    operators::check_length(items)?;
    Ok(items)
}

/// Returns `str(value)`.
pub(super) fn text(value: &Value) -> Result<Text, Error> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        _ => {
            first_undefined(value)?;
            Ok(value.to_string().into())
        }
    }
}

/// Returns the text of a `str`, which no other type can stand in for.
pub(super) fn string(value: &Value) -> Result<&str, Error> {
    value.as_str().ok_or_else(|| Error::new(format!("expected `str`, not `{}`", value.type_name())))
}

/// Returns the text of a `str`, or names the filter that takes nothing else.
pub(super) fn string_for<'a>(filter: &str, value: &'a Value) -> Result<&'a str, Error> {
    value.as_str().ok_or_else(|| {
        Error::new(format!("`{filter}` needs a value of type `str`, not `{}`", value.type_name()))
    })
}

/// Returns the number of an `int` or `bool` argument.
pub(super) fn integer(value: &Value) -> Result<i64, Error> {
    let number = value.as_big_int();
    let number = number.ok_or_else(|| Error::new(format!("expected `int`, not `{}`", value.type_name())))?;
    number.to_i64().ok_or_else(|| Error::new(format!("the number {number} is too large")))
}

/// Returns the number of an `int` or `bool` argument, or names the filter and its parameter.
pub(super) fn integer_for(filter: &str, parameter: &str, argument: &Value) -> Result<i64, Error> {
    let Some(number) = argument.as_big_int() else {
        let found = argument.type_name();
        return Err(Error::new(format!("`{filter}` needs an `int` for `{parameter}`, not `{found}`")));
    };
    number.to_i64().ok_or_else(|| Error::new(format!("the `{parameter}` of `{filter}` is too large")))
}

/// Returns the number of an optional `int` argument.
pub(super) fn optional_integer(value: Option<&Value>, default: i64) -> Result<i64, Error> {
    value.map_or(Ok(default), integer)
}

/// Returns the truth of an optional argument.
pub(super) fn flag(value: Option<&Value>) -> bool {
    value.is_some_and(Value::is_true)
}

/// Returns an argument unless it is missing or `None`.
pub(super) fn given(value: Option<Value>) -> Option<Value> {
    value.filter(|value| !matches!(value, Value::Null))
}

/// Tells whether Python can hash the value, that is, put it into a set.
pub(super) fn is_hashable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Map(_) => false,
        Value::Tuple(items) => items.iter().all(is_hashable),
        _ => true,
    }
}

/// Looks up what an `attribute` argument names and fails when it does not exist.
pub(super) fn require(item: &Value, path: &Value) -> Result<Value, Error> {
    defined(attribute(item, path, None))
}

/// Returns a value in lower case when it is a `str`: how Jinja's filters compare unless told otherwise.
pub(super) fn fold_case(value: Value, case_sensitive: bool) -> Value {
    match &value {
        Value::Text(text) if !case_sensitive => text.to_lowercase().into(),
        _ => value,
    }
}

/// Tells whether `a < b`; fails where Python raises a `TypeError`.
pub(super) fn is_less(a: &Value, b: &Value) -> Result<bool, Error> {
    match a.compare(b) {
        Ordered::As(order) => Ok(order.is_lt()),
        Ordered::Not => Ok(false),
        Ordered::TypeError => {
            Err(Error::new(format!("cannot order `{}` and `{}`", a.type_name(), b.type_name())))
        }
    }
}

/// Sorts by key, stably in both directions; fails when two keys have no order.
///
/// The standard library's sort may not see a comparison that fails or contradicts itself (NaN), so this is a merge
/// sort of its own.
pub(super) fn sort<T>(mut items: Vec<(Value, T)>, reverse: bool) -> Result<Vec<(Value, T)>, Error> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let mut sorted = Vec::with_capacity(items.len() + right.len());
    let mut left = sort(items, reverse)?.into_iter().peekable();
    let mut right = sort(right, reverse)?.into_iter().peekable();
    while let (Some((a, _)), Some((b, _))) = (left.peek(), right.peek()) {
        let take_right = if reverse { is_less(a, b)? } else { is_less(b, a)? };
        sorted.extend(if take_right { right.next() } else { left.next() });
    }
    sorted.extend(left);
    sorted.extend(right);
    Ok(sorted)
}

/// Returns a number as a `float`, as Python's arithmetic converts it; none for what is no number.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        _ => value.as_big_int().and_then(|number: BigInt| number.to_f64()),
    }
}
