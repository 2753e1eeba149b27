//! Python's operators.

mod formatting;
mod numbers;
mod printf;

use std::cmp::Ordering;
use std::sync::Arc;

pub(super) use self::formatting::format_value;
pub(super) use self::numbers::{keep_sign, negate};
use super::Error;
use super::attribute::small_integer;
use super::evaluate::is_lenient;
use super::nodes::{Comparator, Operator};
use crate::value::{Ordered, Time, Value};

/// The largest text that an expression may make, in bytes.
const TEXT_LIMIT: usize = 10_000_000;
/// The longest list that an expression may make.
pub(super) const LIST_LIMIT: usize = 1_000_000;

/// Fails when a text grows beyond what an expression may make.
pub(super) fn check_size(bytes: usize) -> Result<(), Error> {
    if bytes <= TEXT_LIMIT {
        return Ok(());
    }
    Err(Error::new(format!("the expression makes a text of more than {TEXT_LIMIT} bytes")))
}

/// Fails when a list grows beyond what an expression may make.
pub(super) fn check_length(items: usize) -> Result<(), Error> {
    if items <= LIST_LIMIT {
        return Ok(());
    }
    Err(Error::new(format!("the expression makes a list of more than {LIST_LIMIT} items")))
}

/// The largest value that an expression may make, with what it shares counted as often as it occurs.
const VALUE_LIMIT: usize = 2_000_000;
/// How deep a value that an expression makes may be nested.
const DEPTH_LIMIT: usize = 500;

/// Fails when a value that an expression has made is larger or deeper than those that walk over it can bear.
///
/// Parts are shared in memory but not where they are compared or printed: `[a, a]` is twice as large as `a`, and a few
/// such steps would take forever.
pub(super) fn check_value(value: &Value) -> Result<(), Error> {
    let mut left = VALUE_LIMIT;
    count(value, 0, &mut left)
}

fn count(value: &Value, depth: usize, left: &mut usize) -> Result<(), Error> {
    if depth > DEPTH_LIMIT {
        return Err(Error::new(format!("the expression nests values more than {DEPTH_LIMIT} deep")));
    }
    let size = match value {
        // A text alone is bounded where it is made.
        Value::Text(text) if depth > 0 => 1 + text.len() / 10,
        _ => 1,
    };
    *left = left.checked_sub(size).ok_or_else(|| {
        Error::new(format!("the expression makes a value of more than {VALUE_LIMIT} parts"))
    })?;
    match value {
        Value::List(items) | Value::Tuple(items) => {
            items.iter().try_for_each(|item| count(item, depth + 1, left))
        }
        Value::Map(map) => map.iter().try_for_each(|(key, value)| {
            count(key, depth + 1, left).and_then(|()| count(value, depth + 1, left))
        }),
        Value::Callable(callable) => {
            callable.receiver.iter().try_for_each(|receiver| count(receiver, depth + 1, left))
        }
        _ => Ok(()),
    }
}

/// Fails when a value is undefined.
pub(super) fn defined(value: &Value) -> Result<(), Error> {
    match value {
        Value::Undefined(words) => Err(Error::undefined(words)),
        _ => Ok(()),
    }
}

/// Fails when a value cannot be the key of a dict.
pub(super) fn check_key(value: &Value) -> Result<(), Error> {
    match value {
        Value::List(_) | Value::Map(_) => {
            Err(Error::new(format!("a value of type `{}` cannot be a key", value.type_name())))
        }
        Value::Tuple(items) => items.iter().try_for_each(check_key),
        _ => defined(value),
    }
}

/// Returns what iterating over a value gives.
pub(super) fn items(value: &Value) -> Result<Vec<Value>, Error> {
    match value {
        Value::List(items) | Value::Tuple(items) => Ok(items.to_vec()),
        Value::Text(text) => Ok(text.chars().map(|character| Value::from(character.to_string())).collect()),
        Value::Map(map) => Ok(map.keys().cloned().collect()),
        Value::Range(range) => {
            check_length(range.len())?;
            Ok(range.iter().map(Value::Int).collect())
        }
        Value::Undefined(words) => Err(Error::undefined(words)),
        other => Err(Error::new(format!("a value of type `{}` cannot be iterated over", other.type_name()))),
    }
}

/// Computes `left operator right`.
pub(super) fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Result<Value, Error> {
    if let Some(outcome) = numbers::arithmetic(operator, left, right) {
        return outcome;
    }
    let outcome = match (operator, left, right) {
        (Operator::Add, Value::Text(a), Value::Text(b)) => {
            check_size(a.len() + b.len())?;
            Some(Value::from([a.as_str(), b.as_str()].concat()))
        }
        (Operator::Add, Value::List(a), Value::List(b)) => {
            check_length(a.len() + b.len())?;
            Some(Value::list(a.iter().chain(b.iter()).cloned()))
        }
        (Operator::Add, Value::Tuple(a), Value::Tuple(b)) => {
            check_length(a.len() + b.len())?;
            Some(Value::Tuple(Arc::new(a.iter().chain(b.iter()).cloned().collect())))
        }
        (Operator::Multiply, sequence, count) | (Operator::Multiply, count, sequence)
            if is_sequence(sequence) && small_integer(count).is_some() =>
        {
            return repeat(sequence, small_integer(count).unwrap_or(0));
        }
        (Operator::Remainder, Value::Text(format), arguments) => {
            return printf::format(format, arguments).map(Value::from);
        }
        _ => time_arithmetic(operator, left, right)?,
    };
    outcome.ok_or_else(|| {
        Error::new(format!(
            "`{}` does not work between values of type `{}` and `{}`",
            operator.symbol(),
            left.type_name(),
            right.type_name()
        ))
    })
}

fn is_sequence(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::List(_) | Value::Tuple(_))
}

fn repeat(sequence: &Value, count: i64) -> Result<Value, Error> {
    let count = usize::try_from(count).unwrap_or(0);
    Ok(match sequence {
        Value::Text(text) => {
            check_size(text.len().saturating_mul(count))?;
            Value::from(text.repeat(count))
        }
        Value::List(items) => {
            check_length(items.len().saturating_mul(count))?;
            Value::from(repeat_items(items, count))
        }
        Value::Tuple(items) => {
            check_length(items.len().saturating_mul(count))?;
            Value::Tuple(Arc::new(repeat_items(items, count)))
        }
        other => other.clone(),
    })
}

fn repeat_items(items: &[Value], count: usize) -> Vec<Value> {
    std::iter::repeat_n(items, count).flatten().cloned().collect()
}

fn time_arithmetic(operator: Operator, left: &Value, right: &Value) -> Result<Option<Value>, Error> {
    let duration = |microseconds: i128| Some(Value::Duration(Arc::new(microseconds)));
    Ok(match (operator, left, right) {
        (Operator::Subtract, Value::Time(a), Value::Time(b)) => {
            if a.offset.is_some() != b.offset.is_some() {
                return Err(Error::new("a time with an offset from UTC and one without have no difference"));
            }
            duration(a.unix_microseconds() - b.unix_microseconds())
        }
        (Operator::Add, Value::Time(time), Value::Duration(by))
        | (Operator::Add, Value::Duration(by), Value::Time(time)) => Some(shift(time, **by)?),
        (Operator::Subtract, Value::Time(time), Value::Duration(by)) => Some(shift(time, -**by)?),
        (Operator::Add, Value::Duration(a), Value::Duration(b)) => duration(**a + **b),
        (Operator::Subtract, Value::Duration(a), Value::Duration(b)) => duration(**a - **b),
        (Operator::Divide, Value::Duration(a), Value::Duration(b)) if **b != 0 => {
            Some(Value::Float(**a as f64 / **b as f64))
        }
        (Operator::FloorDivide, Value::Duration(a), Value::Duration(b)) if **b != 0 => {
            Some(Value::from_big_int(num_bigint::BigInt::from(a.div_euclid(**b))))
        }
        (Operator::Multiply, Value::Duration(a), factor)
        | (Operator::Multiply, factor, Value::Duration(a)) => {
            small_integer(factor).and_then(|factor| a.checked_mul(factor.into())).and_then(duration)
        }
        (Operator::Divide | Operator::FloorDivide, Value::Duration(a), divisor) => {
            small_integer(divisor).filter(|n| *n != 0).and_then(|n| duration(a.div_euclid(n.into())))
        }
        _ => None,
    })
}

/// Moves a time by microseconds.
pub(super) fn shift(time: &Time, microseconds: i128) -> Result<Value, Error> {
    let beyond = || Error::new("the time lies beyond the years that Python knows");
    let seconds = i64::try_from(microseconds.div_euclid(1_000_000)).map_err(|_| beyond())?;
    let rest = i64::try_from(microseconds.rem_euclid(1_000_000)).map_err(|_| beyond())?;
    let by = jiff::SignedDuration::new(seconds, i32::try_from(rest * 1000).map_err(|_| beyond())?);
    let civil = time.civil.checked_add(by).map_err(|_| beyond())?;
    if civil.year() < 1 {
        return Err(beyond());
    }
    Ok(Value::from(Time { civil, offset: time.offset }))
}

/// Compares two values as the operator says.
pub(super) fn compare(comparator: Comparator, left: &Value, right: &Value) -> Result<bool, Error> {
    if let Comparator::In | Comparator::NotIn = comparator {
        return Ok(contains(right, left)? == (comparator == Comparator::In));
    }
    if let Comparator::Equal | Comparator::NotEqual = comparator
        && (is_lenient(left) || is_lenient(right))
    {
        return Ok((is_lenient(left) && is_lenient(right)) == (comparator == Comparator::Equal));
    }
    defined(left)?;
    defined(right)?;
    let wanted: fn(Ordering) -> bool = match comparator {
        Comparator::Equal => return Ok(left == right),
        Comparator::NotEqual => return Ok(left != right),
        Comparator::Less => Ordering::is_lt,
        Comparator::LessOrEqual => Ordering::is_le,
        Comparator::Greater => Ordering::is_gt,
        _ => Ordering::is_ge,
    };
    match left.compare(right) {
        Ordered::As(order) => Ok(wanted(order)),
        Ordered::Not => Ok(false),
        Ordered::TypeError => Err(Error::new(format!(
            "`{}` does not work between values of type `{}` and `{}`",
            comparator.symbol(),
            left.type_name(),
            right.type_name()
        ))),
    }
}

/// Tells whether `item in container`.
pub(super) fn contains(container: &Value, item: &Value) -> Result<bool, Error> {
    match container {
        Value::List(items) | Value::Tuple(items) => {
            for candidate in items.iter() {
                defined(item)?;
                defined(candidate)?;
                if candidate == item {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Text(text) => match item {
            Value::Text(part) => Ok(text.contains(part.as_str())),
            other => Err(Error::new(format!(
                "`in` needs a str to look for in a str, not a value of type `{}`",
                other.type_name()
            ))),
        },
        Value::Map(map) => {
            check_key(item)?;
            Ok(map.get_value(item).is_some())
        }
        Value::Range(range) => {
            defined(item)?;
            let number = match item {
                Value::Float(float) if float.fract() == 0.0 => Some(*float as i64),
                other => small_integer(other),
            };
            let (start, stop, step) = (range.start, range.stop, range.step);
            Ok(number.is_some_and(|number| {
                let is_between = if step > 0 {
                    start <= number && number < stop
                } else {
                    stop < number && number <= start
                };
                is_between && (i128::from(number) - i128::from(start)) % i128::from(step) == 0
            }))
        }
        Value::Undefined(words) => Err(Error::undefined(words)),
        other => Err(Error::new(format!("nothing can be `in` a value of type `{}`", other.type_name()))),
    }
}
