//! Equality and order of values as Python defines them.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::{Map, Value};

/// The outcome of `<` and its kin: an order, none (a NaN is involved), or a `TypeError`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordered {
    /// The two have an order.
    As(Ordering),
    /// The two have none: every comparison is false.
    Not,
    /// Python refuses to compare the two types.
    TypeError,
}

impl PartialEq for Value {
    /// Compares as Python's `==`: numbers by value over their types, sequences and dicts by their items.
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) | (Value::Omit, Value::Omit) => true,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => equal_maps(a, b),
            (Value::Time(a), Value::Time(b)) => a.compare(b) == Some(Ordering::Equal),
            (Value::Duration(a), Value::Duration(b)) => a == b,
            (Value::Range(a), Value::Range(b)) => a == b || a.iter().eq(b.iter()),
            _ => compare_numbers(self, other) == Some(Ordered::As(Ordering::Equal)),
        }
    }
}

fn equal_maps(a: &Map, b: &Map) -> bool {
    a.len() == b.len() && a.iter().all(|(key, value)| b.get_value(key) == Some(value))
}

impl Value {
    /// Compares as Python's `<`, `<=`, `>` and `>=` do.
    pub fn compare(&self, other: &Value) -> Ordered {
        match (self, other) {
            (Value::Text(a), Value::Text(b)) => Ordered::As(a.as_str().cmp(b.as_str())),
            (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => compare_items(a, b),
            (Value::Time(a), Value::Time(b)) => a.compare(b).map_or(Ordered::TypeError, Ordered::As),
            (Value::Duration(a), Value::Duration(b)) => Ordered::As(a.cmp(b)),
            _ => compare_numbers(self, other).unwrap_or(Ordered::TypeError),
        }
    }
}

fn compare_items(a: &[Value], b: &[Value]) -> Ordered {
    match a.iter().zip(b).find(|(a, b)| a != b) {
        Some((a, b)) => a.compare(b),
        None => Ordered::As(a.len().cmp(&b.len())),
    }
}

/// Compares two numbers (`bool` is one); none when one of the values is not a number.
fn compare_numbers(a: &Value, b: &Value) -> Option<Ordered> {
    let order = match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Float(a), _) => compare_float(*a, &b.as_big_int()?),
        (_, Value::Float(b)) => compare_float(*b, &a.as_big_int()?).map(Ordering::reverse),
        _ => Some(a.as_big_int()?.cmp(&b.as_big_int()?)),
    };
    Some(order.map_or(Ordered::Not, Ordered::As))
}

/// Compares a float with an int exactly, without rounding the int to a float.
fn compare_float(float: f64, int: &BigInt) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let Some(whole) = BigInt::from_f64(float.floor()) else {
        return Some(if float > 0.0 { Ordering::Greater } else { Ordering::Less });
    };
    let fraction = float - whole.to_f64().unwrap_or(float);
    Some(whole.cmp(int).then(if fraction > 0.0 { Ordering::Greater } else { Ordering::Equal }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_equal_over_their_types() {
        assert!(Value::Int(1) == Value::Float(1.0));
        assert!(Value::Bool(true) == Value::Int(1));
        assert!(Value::Int(1) != Value::from("1"));
        assert!(Value::Float(f64::NAN) != Value::Float(f64::NAN));
        let big = Value::from_big_int(BigInt::from(9_007_199_254_740_993_i64));
        assert!(big != Value::Float(9_007_199_254_740_992.0), "no rounding");
    }

    #[test]
    fn only_what_python_orders_has_an_order() {
        let less = Ordered::As(Ordering::Less);
        assert_eq!(Value::Int(1).compare(&Value::Float(1.5)), less);
        assert_eq!(Value::from("Z").compare(&"a".into()), less);
        assert_eq!(Value::list([1.into()]).compare(&Value::list([1.into(), 2.into()])), less);
        assert_eq!(Value::Int(5).compare(&"3".into()), Ordered::TypeError);
        assert_eq!(Value::Null.compare(&Value::Null), Ordered::TypeError);
        assert_eq!(Value::Float(f64::NAN).compare(&Value::Int(1)), Ordered::Not);
        assert_eq!(Value::Float(f64::INFINITY).compare(&Value::Int(1)), Ordered::As(Ordering::Greater));
    }

    #[test]
    fn dicts_are_equal_in_any_order() {
        let map = |entries: [(&'static str, i64); 2]| {
            Value::from(entries.into_iter().map(|(k, v)| (k, Value::Int(v))).collect::<Map>())
        };
        assert!(map([("a", 1), ("b", 2)]) == map([("b", 2), ("a", 1)]));
        assert!(map([("a", 1), ("b", 2)]) != map([("a", 1), ("b", 3)]));
    }
}
