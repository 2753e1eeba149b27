//! The tests of Jinja2.

use super::super::nodes::{Comparator, Operator};
use super::super::operators::{self, arithmetic};
use super::super::{Arguments, Check, Error, filters};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Check)] = &[
    ("defined", |_, input, arguments| none(arguments).map(|()| !input.is_undefined())),
    ("undefined", |_, input, arguments| none(arguments).map(|()| input.is_undefined())),
    ("none", |_, input, arguments| none(arguments).map(|()| matches!(input, Value::Null))),
    ("boolean", |_, input, arguments| none(arguments).map(|()| matches!(input, Value::Bool(_)))),
    ("true", |_, input, arguments| none(arguments).map(|()| matches!(input, Value::Bool(true)))),
    ("false", |_, input, arguments| none(arguments).map(|()| matches!(input, Value::Bool(false)))),
    ("integer", |_, input, arguments| {
        none(arguments).map(|()| matches!(input, Value::Int(_) | Value::BigInt(_)))
    }),
    ("float", |_, input, arguments| none(arguments).map(|()| matches!(input, Value::Float(_)))),
    ("number", |_, input, arguments| none(arguments).map(|()| is_number(&input))),
    ("string", |_, input, arguments| none(arguments).map(|()| matches!(input, Value::Text(_)))),
    ("mapping", |_, input, arguments| none(arguments).map(|()| matches!(input, Value::Map(_)))),
    ("iterable", |_, input, arguments| none(arguments).map(|()| is_iterable(&input))),
    ("sequence", |_, input, arguments| none(arguments).map(|()| is_iterable(&input))),
    ("callable", |_, input, arguments| none(arguments).map(|()| matches!(input, Value::Callable(_)))),
    ("escaped", |_, _, arguments| none(arguments).map(|()| false)),
    ("lower", |_, input, arguments| {
        none(arguments).map(|()| is_case(&input, char::is_lowercase, char::is_uppercase))
    }),
    ("upper", |_, input, arguments| {
        none(arguments).map(|()| is_case(&input, char::is_uppercase, char::is_lowercase))
    }),
    ("odd", |_, input, arguments| none(arguments).and_then(|()| remainder_is(&input, &Value::Int(2), 1))),
    ("even", |_, input, arguments| none(arguments).and_then(|()| remainder_is(&input, &Value::Int(2), 0))),
    ("divisibleby", |_, input, arguments| remainder_is(&input, &other(arguments, "divisibleby", "num")?, 0)),
    ("sameas", |_, input, arguments| Ok(is_same(&input, &other(arguments, "sameas", "other")?))),
    ("in", |_, input, arguments| operators::contains(&other(arguments, "in", "seq")?, &input)),
    ("filter", |_, input, arguments| none(arguments).map(|()| is_filter(&input))),
    ("test", |_, input, arguments| none(arguments).map(|()| is_test(&input))),
    ("eq", |_, input, arguments| compare(Comparator::Equal, &input, arguments)),
    ("equalto", |_, input, arguments| compare(Comparator::Equal, &input, arguments)),
    ("==", |_, input, arguments| compare(Comparator::Equal, &input, arguments)),
    ("ne", |_, input, arguments| compare(Comparator::NotEqual, &input, arguments)),
    ("!=", |_, input, arguments| compare(Comparator::NotEqual, &input, arguments)),
    ("lt", |_, input, arguments| compare(Comparator::Less, &input, arguments)),
    ("lessthan", |_, input, arguments| compare(Comparator::Less, &input, arguments)),
    ("<", |_, input, arguments| compare(Comparator::Less, &input, arguments)),
    ("le", |_, input, arguments| compare(Comparator::LessOrEqual, &input, arguments)),
    ("<=", |_, input, arguments| compare(Comparator::LessOrEqual, &input, arguments)),
    ("gt", |_, input, arguments| compare(Comparator::Greater, &input, arguments)),
    ("greaterthan", |_, input, arguments| compare(Comparator::Greater, &input, arguments)),
    (">", |_, input, arguments| compare(Comparator::Greater, &input, arguments)),
    ("ge", |_, input, arguments| compare(Comparator::GreaterOrEqual, &input, arguments)),
    (">=", |_, input, arguments| compare(Comparator::GreaterOrEqual, &input, arguments)),
];

/// Fails when there are arguments.
pub(super) fn none(arguments: Arguments) -> Result<(), Error> {
    let [] = arguments.bind("is", [], 0)?;
    Ok(())
}

fn other(arguments: Arguments, test: &str, name: &str) -> Result<Value, Error> {
    let [other] = arguments.bind(test, [name], 1)?;
    Ok(other.unwrap_or_default())
}

fn compare(comparator: Comparator, input: &Value, arguments: Arguments) -> Result<bool, Error> {
    operators::compare(comparator, input, &other(arguments, comparator.symbol(), "other")?)
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_))
}

fn is_iterable(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::List(_) | Value::Tuple(_) | Value::Map(_) | Value::Range(_))
}

fn is_case(value: &Value, wanted: fn(char) -> bool, unwanted: fn(char) -> bool) -> bool {
    let text = value.to_string();
    text.chars().any(wanted) && !text.chars().any(unwanted)
}

fn remainder_is(input: &Value, divisor: &Value, wanted: i64) -> Result<bool, Error> {
    Ok(arithmetic(Operator::Remainder, input, divisor)? == Value::Int(wanted))
}

/// Tells whether two values are one object in Python: here, whether they could be.
fn is_same(a: &Value, b: &Value) -> bool {
    use std::sync::Arc;
    match (a, b) {
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => Arc::ptr_eq(a, b),
        (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
        _ => a.type_name() == b.type_name() && a == b,
    }
}

fn is_filter(value: &Value) -> bool {
    value.as_str().is_some_and(|name| filters::find(name).is_some())
}

fn is_test(value: &Value) -> bool {
    value.as_str().is_some_and(|name| super::find(name).is_some())
}
