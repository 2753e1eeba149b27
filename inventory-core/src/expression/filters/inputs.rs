//! What filters do with their inputs: iterate, index, order and print them as Python does.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::super::Error;
use super::super::attribute::attribute;
use crate::value::{Ordered, Text, Value};

/// The most items or characters that a filter makes out of nothing: no inventory needs more, and a typo in a number
/// must not exhaust the memory.
pub(super) const LARGEST: usize = 1_000_000;

/// Returns the items that Python iterates over: characters, items, keys.
///
/// An undefined item is the error that Ansible raises when a filter touches one.
pub(super) fn items(input: &Value) -> Result<Vec<Value>, Error> {
    let items = loose_items(input)?;
    match items.iter().find(|item| item.is_undefined()) {
        Some(item) => Err(undefined(item)),
        None => Ok(items),
    }
}

/// Returns the items like [`items`], for the filters that may see undefined ones.
pub(super) fn loose_items(input: &Value) -> Result<Vec<Value>, Error> {
    match input {
        Value::List(items) | Value::Tuple(items) => Ok(items.to_vec()),
        Value::Map(map) => Ok(map.keys().cloned().collect()),
        Value::Text(text) => Ok(text.chars().map(character).collect()),
        Value::Range(range) => {
            bounded(range.len())?;
            Ok(range.iter().map(Value::Int).collect())
        }
        Value::Undefined(_) => Err(undefined(input)),
        _ => Err(Error::new(format!("`{}` cannot be iterated over", input.type_name()))),
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

/// Refuses a size beyond [`LARGEST`].
pub(super) fn bounded(size: usize) -> Result<usize, Error> {
    if size > LARGEST {
        return Err(Error::new(format!("the result would have more than {LARGEST} items or characters")));
    }
    Ok(size)
}

/// Returns `str(value)`.
pub(super) fn text(value: &Value) -> Result<Text, Error> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        _ => {
            refuse_undefined(value)?;
            Ok(value.to_string().into())
        }
    }
}

/// Fails when the value is undefined or holds something undefined.
pub(super) fn refuse_undefined(value: &Value) -> Result<(), Error> {
    match value {
        Value::Undefined(_) => Err(undefined(value)),
        Value::List(items) | Value::Tuple(items) => items.iter().try_for_each(refuse_undefined),
        Value::Map(map) => map.values().try_for_each(refuse_undefined),
        _ => Ok(()),
    }
}

/// Returns the text of a `str`, which no other type can stand in for.
pub(super) fn string(value: &Value) -> Result<&str, Error> {
    value.as_str().ok_or_else(|| Error::new(format!("expected `str`, not `{}`", value.type_name())))
}

/// Returns the number of an `int` or `bool` argument.
pub(super) fn integer(value: &Value) -> Result<i64, Error> {
    let number = value.as_big_int();
    let number = number.ok_or_else(|| Error::new(format!("expected `int`, not `{}`", value.type_name())))?;
    number.to_i64().ok_or_else(|| Error::new(format!("the number {number} is too large")))
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

/// Tells what Python strips and splits at.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

/// Splits at line boundaries as `str.splitlines()` does.
pub(super) fn lines(text: &str) -> Vec<&str> {
    let is_end = |c: char| {
        matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = match rest.split_once(is_end) {
            Some((line, after)) => {
                let is_pair = after.starts_with('\n') && rest.as_bytes().get(line.len()) == Some(&b'\r');
                (line, if is_pair { after.get(1..).unwrap_or_default() } else { after })
            }
            None => (rest, ""),
        };
        lines.push(line);
        rest = after;
    }
    lines
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
