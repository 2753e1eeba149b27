//! Attributes, items and slices of values.

use std::sync::Arc;

use num_traits::ToPrimitive;

use super::{Error, methods};
use crate::value::{Callable, Range, Text, Value};

/// Returns `value.name`: a method or property of its Python type, else the item of that key.
pub(crate) fn get_attribute(value: &Value, name: &Text) -> Value {
    if value.is_undefined() {
        return value.clone();
    }
    if !name.starts_with('_') || methods::is_allowed_special(value, name) {
        if methods::exists(value, name) {
            let callable = Callable { receiver: Some(value.clone()), name: name.clone() };
            return Value::Callable(Arc::new(callable));
        }
        if let Some(property) = methods::property(value, name) {
            return property;
        }
    }
    match value.as_map().and_then(|map| map.get(name)) {
        Some(item) => item.clone(),
        None if name.starts_with("__") => Value::Undefined(
            format!("access to attribute '{name}' of '{}' object is unsafe.", value.type_name()).into(),
        ),
        None => missing(value, &Value::Text(name.clone())),
    }
}

/// Returns `value[key]`: the item of that key, else the method or property of that name.
///
/// Fails when the key is undefined.
pub(crate) fn get_item(value: &Value, key: &Value) -> Result<Value, Error> {
    if value.is_undefined() {
        return Ok(value.clone());
    }
    if let Value::Undefined(words) = key {
        return Err(Error::undefined(words));
    }
    let item = match value {
        Value::Map(map) => map.get_value(key).cloned(),
        Value::List(items) | Value::Tuple(items) => {
            place(key, items.len()).and_then(|n| items.get(n).cloned())
        }
        Value::Text(text) => character(text, key),
        Value::Range(range) => {
            let place = place(key, range.len()).and_then(|place| i64::try_from(place).ok());
            // An item lies between the start and the stop.
            place
                .and_then(|place| place.checked_mul(range.step))
                .and_then(|distance| range.start.checked_add(distance))
                .map(Value::Int)
        }
        _ => None,
    };
    if let Some(item) = item {
        return Ok(item);
    }
    Ok(match key {
        Value::Text(name) => get_attribute(value, name),
        _ => missing(value, key),
    })
}

fn missing(value: &Value, key: &Value) -> Value {
    Value::Undefined(format!("object of type '{}' has no attribute {}", value.type_name(), key.repr()).into())
}

/// Returns the place that an index of Python means in a sequence of that length.
fn place(key: &Value, length: usize) -> Option<usize> {
    let index = match key {
        Value::Int(index) => *index,
        Value::Bool(truth) => i64::from(*truth),
        _ => return None,
    };
    let index = if index < 0 { index + i64::try_from(length).ok()? } else { index };
    usize::try_from(index).ok().filter(|index| *index < length)
}

fn character(text: &str, key: &Value) -> Option<Value> {
    let found = match key {
        Value::Int(index) if *index >= 0 => text.chars().nth(usize::try_from(*index).ok()?),
        Value::Int(_) => text.chars().nth(place(key, text.chars().count())?),
        Value::Bool(truth) => text.chars().nth(usize::from(*truth)),
        _ => None,
    };
    found.map(|character| Value::from(character.to_string()))
}

/// Returns `value[start:stop:step]`.
pub(super) fn get_slice(value: &Value, bounds: &[Value; 3]) -> Result<Value, Error> {
    if value.is_undefined() {
        return Ok(value.clone());
    }
    let length = match value {
        Value::List(items) | Value::Tuple(items) => items.len(),
        Value::Text(text) => text.chars().count(),
        Value::Range(range) => range.len(),
        Value::Map(_) => return Err(Error::new("a dict cannot be sliced")),
        other => return Err(Error::new(format!("a value of type `{}` cannot be sliced", other.type_name()))),
    };
    let places = slice_places(bounds, length)?;
    // Of a sequence in memory there are no more places than it has items.
    let indices = || places.iter().filter_map(|place| usize::try_from(place).ok());
    Ok(match value {
        Value::List(items) => Value::list(indices().filter_map(|place| items.get(place).cloned())),
        Value::Tuple(items) => {
            Value::Tuple(Arc::new(indices().filter_map(|place| items.get(place).cloned()).collect()))
        }
        Value::Text(text) => {
            let characters: Vec<char> = text.chars().collect();
            Value::from(indices().filter_map(|place| characters.get(place)).collect::<String>())
        }
        Value::Range(range) => slice_range(range, &places)?,
        _ => Value::Null,
    })
}

/// Returns the slice of a range, which is a range again: its items are never computed.
fn slice_range(range: &Range, places: &Range) -> Result<Value, Error> {
    let item = |place: i64| {
        let item = i128::from(range.start) + i128::from(place) * i128::from(range.step);
        i64::try_from(item).ok()
    };
    let sliced = item(places.start).zip(item(places.stop)).zip(range.step.checked_mul(places.step));
    let ((start, stop), step) = sliced.ok_or_else(|| Error::new("the bounds of the range are too large"))?;
    Ok(Value::Range(Arc::new(Range { start, stop, step })))
}

/// Returns the places that a slice takes, as `range(*slice(...).indices(length))` gives them.
fn slice_places(bounds: &[Value; 3], length: usize) -> Result<Range, Error> {
    let [start, stop, step] = bounds;
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let step = bound(step)?.unwrap_or(1);
    if step == 0 {
        return Err(Error::new("the step of a slice must not be zero"));
    }
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |bound: i64| {
        let bound = if bound < 0 { bound.saturating_add(length) } else { bound };
        bound.clamp(lowest, highest)
    };
    let start = bound(start)?.map_or(if step > 0 { lowest } else { highest }, clamp);
    let stop = bound(stop)?.map_or(if step > 0 { highest } else { lowest }, clamp);
    Ok(Range { start, stop, step })
}

fn bound(value: &Value) -> Result<Option<i64>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Int(index) => Ok(Some(*index)),
        Value::Bool(truth) => Ok(Some(i64::from(*truth))),
        Value::BigInt(big) => {
            Ok(Some(if big.sign() == num_bigint::Sign::Minus { i64::MIN } else { i64::MAX }))
        }
        other => Err(Error::new(format!(
            "the bounds of a slice must be integers, not of type `{}`",
            other.type_name()
        ))),
    }
}

/// Returns what the `attribute` argument of a filter names: an integer, or a path with dots.
///
/// Each part is looked up like `value[part]`; a missing part is `default` if there is one, else undefined.
pub(crate) fn attribute(value: &Value, path: &Value, default: Option<&Value>) -> Value {
    let step = |value: &Value, key: &Value| {
        let found = get_item(value, key).unwrap_or_else(|error| Value::Undefined(error.to_string().into()));
        match default {
            Some(default) if found.is_undefined() => default.clone(),
            _ => found,
        }
    };
    let Value::Text(path) = path else {
        return if matches!(path, Value::Null) { value.clone() } else { step(value, path) };
    };
    let mut current = value.clone();
    for part in path.split('.') {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let number = part.parse().ok().filter(|_| is_number);
        current = step(&current, &number.map_or_else(|| Value::from(part), Value::Int));
    }
    current
}

/// Returns a whole number that fits 64 bits.
pub(super) fn small_integer(value: &Value) -> Option<i64> {
    value.as_big_int().and_then(|number| number.to_i64())
}
