//! The functions of JMESPath.

use jmespath::ast::Ast;
use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::super::super::{Error, operators};
use super::super::json_text::{self, Layout};
use super::{evaluate, is_number, list};
use crate::value::{Map, Ordered, Value, is_space};

/// An argument of a function.
enum Argument<'a> {
    Value(Value),
    /// An expression after `&`, to be evaluated by the function.
    Expression(&'a Ast),
}

/// Calls a function with arguments that are evaluated on the current value.
pub(super) fn call(name: &str, arguments: &[Ast], value: &Value) -> Result<Value, Error> {
    let arguments = arguments
        .iter()
        .map(|argument| match argument {
            Ast::Expref { ast, .. } => Ok(Argument::Expression(ast)),
            other => evaluate(other, value).map(Argument::Value),
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let result = match arguments.as_slice() {
        [Argument::Expression(expression), Argument::Value(value)] if name == "map" => {
            map(expression, value)?
        }
        [Argument::Value(value), Argument::Expression(expression)] => by(name, value, expression)?,
        all => {
            let values = all.iter().map(|argument| match argument {
                Argument::Value(value) => Some(value.clone()),
                Argument::Expression(_) => None,
            });
            values.collect::<Option<Vec<_>>>().map_or(Ok(None), |values| call_plain(name, &values))?
        }
    };
    result.ok_or_else(|| Error::new(format!("JMESPath has no function `{name}()` with such arguments")))
}

/// Calls a function without expressions; none when it does not take these values.
fn call_plain(name: &str, values: &[Value]) -> Result<Option<Value>, Error> {
    if let ("not_null", [_, ..]) = (name, values) {
        return Ok(Some(values.iter().find(|value| !matches!(value, Value::Null)).cloned().into()));
    }
    if let ("merge", [_, ..]) = (name, values) {
        return Ok(merge(values));
    }
    match values {
        [value] => unary(name, value),
        [first, second] => binary(name, first, second),
        _ => Ok(None),
    }
}

fn unary(name: &str, value: &Value) -> Result<Option<Value>, Error> {
    let result = match (name, value) {
        ("abs", value) => absolute(value),
        ("ceil", value) => round(value, f64::ceil),
        ("floor", value) => round(value, f64::floor),
        ("avg", value) => match numbers(value) {
            Some([]) => Some(Value::Null),
            Some(items) => {
                sum(items).and_then(|sum| Some(Value::Float(as_float(&sum)? / items.len().to_f64()?)))
            }
            None => None,
        },
        ("sum", value) => numbers(value).and_then(sum),
        ("length", Value::Text(text)) => Some(text.chars().count().into()),
        ("length", Value::List(items)) => Some(items.len().into()),
        ("length", Value::Map(map)) => Some(map.len().into()),
        ("reverse", Value::Text(text)) => Some(text.chars().rev().collect::<String>().into()),
        ("reverse", Value::List(items)) => Some(Value::list(items.iter().rev().cloned())),
        ("keys", Value::Map(map)) => Some(Value::list(map.keys().cloned())),
        ("values", Value::Map(map)) => Some(Value::list(map.values().cloned())),
        ("sort", value) => orderable(value).map(|items| sorted(items, items).into()),
        ("max", value) => orderable(value).map(|items| extreme(items, items, true).into()),
        ("min", value) => orderable(value).map(|items| extreme(items, items, false).into()),
        ("to_array", Value::List(_)) => Some(value.clone()),
        ("to_array", value) => Some(Value::list([value.clone()])),
        ("to_string", Value::Text(_)) => Some(value.clone()),
        ("to_string", value) => Some(json_text::write(value, &compact())?.into()),
        ("to_number", value) => Some(to_number(value)),
        ("type", value) => Some(type_name(value).into()),
        _ => None,
    };
    Ok(result)
}

/// The layout of `to_string`.
fn compact() -> Layout {
    Layout {
        item_separator: ",".to_owned(),
        key_separator: ":".to_owned(),
        time_separator: ' ',
        ..Layout::default()
    }
}

fn binary(name: &str, first: &Value, second: &Value) -> Result<Option<Value>, Error> {
    let result = match (name, first, second) {
        ("contains", Value::List(items), item) => Some(items.contains(item).into()),
        ("contains", Value::Text(text), Value::Text(part)) => Some(text.contains(part.as_str()).into()),
        ("starts_with", Value::Text(text), Value::Text(part)) => Some(text.starts_with(part.as_str()).into()),
        ("ends_with", Value::Text(text), Value::Text(part)) => Some(text.ends_with(part.as_str()).into()),
        ("join", Value::Text(separator), Value::List(items)) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            let Some(texts) = texts else { return Ok(None) };
            let length: usize = texts.iter().map(|text| text.len()).sum();
            operators::check_size(separator.len().saturating_mul(texts.len()).saturating_add(length))?;
            Some(texts.join(separator.as_str()).into())
        }
        _ => None,
    };
    Ok(result)
}

fn map(expression: &Ast, value: &Value) -> Result<Option<Value>, Error> {
    let Some(items) = list(value) else { return Ok(None) };
    let mapped = items.iter().map(|item| evaluate(expression, item)).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(mapped.into()))
}

/// Calls `sort_by`, `max_by` or `min_by`.
fn by(name: &str, value: &Value, expression: &Ast) -> Result<Option<Value>, Error> {
    let Some(items) = list(value).filter(|_| matches!(name, "sort_by" | "max_by" | "min_by")) else {
        return Ok(None);
    };
    let keys = items.iter().map(|item| evaluate(expression, item)).collect::<Result<Vec<_>, _>>()?;
    if !have_order(&keys) {
        return Ok(None);
    }
    Ok(Some(match name {
        "sort_by" => sorted(items, &keys).into(),
        name => extreme(items, &keys, name == "max_by").into(),
    }))
}

fn merge(values: &[Value]) -> Option<Value> {
    let mut merged = Map::new();
    for value in values {
        for (key, value) in value.as_map()?.iter() {
            merged.insert(key.clone(), value.clone());
        }
    }
    Some(merged.into())
}

/// Tells whether all are numbers or all are texts.
fn have_order(values: &[Value]) -> bool {
    values.iter().all(is_number) || values.iter().all(|value| value.as_str().is_some())
}

fn orderable(value: &Value) -> Option<&[Value]> {
    list(value).filter(|items| have_order(items))
}

fn numbers(value: &Value) -> Option<&[Value]> {
    list(value).filter(|items| items.iter().all(is_number))
}

fn is_less(a: &Value, b: &Value) -> bool {
    matches!(a.compare(b), Ordered::As(order) if order.is_lt())
}

/// Returns the items in the order of their keys. NaN has no place in it, so this does not need a total order.
fn sorted(items: &[Value], keys: &[Value]) -> Vec<Value> {
    let mut pairs: Vec<(&Value, &Value)> = Vec::with_capacity(items.len());
    for (key, item) in keys.iter().zip(items) {
        let place = pairs.partition_point(|(other, _)| !is_less(key, other));
        pairs.insert(place, (key, item));
    }
    pairs.into_iter().map(|(_, item)| item.clone()).collect()
}

fn extreme(items: &[Value], keys: &[Value], largest: bool) -> Option<Value> {
    let mut pairs = keys.iter().zip(items);
    let first = pairs.next()?;
    let best = pairs.fold(first, |best, next| {
        let better = if largest { is_less(best.0, next.0) } else { is_less(next.0, best.0) };
        if better { next } else { best }
    });
    Some(best.1.clone())
}

fn absolute(value: &Value) -> Option<Value> {
    match value {
        Value::Float(number) => Some(number.abs().into()),
        Value::Int(_) | Value::BigInt(_) => {
            let number = value.as_big_int()?;
            Some(Value::from_big_int(BigInt::from(number.magnitude().clone())))
        }
        _ => None,
    }
}

fn round(value: &Value, function: fn(f64) -> f64) -> Option<Value> {
    match value {
        Value::Float(number) => BigInt::from_f64(function(*number)).map(Value::from_big_int),
        Value::Int(_) | Value::BigInt(_) => Some(value.clone()),
        _ => None,
    }
}

fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        other => other.as_big_int()?.to_f64().filter(|number| number.is_finite()),
    }
}

/// Adds numbers from left to right; the sum is an `int` until the first `float`.
fn sum(items: &[Value]) -> Option<Value> {
    items.iter().try_fold(Value::Int(0), |sum, item| match (&sum, item) {
        (Value::Float(_), _) | (_, Value::Float(_)) => Some((as_float(&sum)? + as_float(item)?).into()),
        _ => Some(Value::from_big_int(sum.as_big_int()? + item.as_big_int()?)),
    })
}

fn to_number(value: &Value) -> Value {
    match value {
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) => value.clone(),
        Value::Text(text) => {
            let text = text.trim_matches(is_space);
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return text.parse::<BigInt>().ok().map(Value::from_big_int).into();
            }
            text.parse::<f64>().ok().into()
        }
        _ => Value::Null,
    }
}

fn type_name(value: &Value) -> Option<&'static str> {
    match value {
        Value::Text(_) => Some("string"),
        Value::Bool(_) => Some("boolean"),
        Value::List(_) => Some("array"),
        Value::Map(_) => Some("object"),
        Value::Null => Some("null"),
        value => is_number(value).then_some("number"),
    }
}
