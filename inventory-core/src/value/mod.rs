//! Values as Ansible's Python sees them: hostvars, what expressions compute, what configuration holds.

mod compare;
mod interner;
mod json;
mod json_reader;
mod map;
mod python;
pub mod record;
#[cfg(test)]
pub(crate) mod tagged;
mod time;
pub mod yaml;

use std::sync::Arc;

pub use arcstr::ArcStr as Text;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

pub use self::compare::Ordered;
pub use self::interner::Interner;
pub(crate) use self::json::{json_escape, json_float};
pub use self::json_reader::JsonReader;
pub use self::map::{Map, Shapes};
pub(crate) use self::python::is_space;
pub use self::python::{float_repr, string_repr};
pub use self::time::Time;

/// Returns a place among two to the power of `bits` of what has this length and consists of these words, for tables of what
/// was seen lately. What is made to collide costs a copy each and no more, so that a quick hash will do.
fn quick_place(length: usize, words: impl Iterator<Item = u64>, bits: u32) -> usize {
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    (words.fold(length as u64, mix) >> (u64::BITS - bits)) as usize
}

/// A Python value: 16 bytes, cheap to clone.
///
/// The variants from [`Value::Range`] on exist only while an expression is evaluated.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `None`.
    #[default]
    Null,
    /// `True` or `False`.
    Bool(bool),
    /// An `int` that fits 64 bits.
    Int(i64),
    /// Any other `int`; never one that fits [`Value::Int`] (see [`Value::from_big_int`]).
    BigInt(Arc<BigInt>),
    /// A `float`.
    Float(f64),
    /// A `str`.
    Text(Text),
    /// A `list`.
    List(Arc<Vec<Value>>),
    /// A `tuple`; Ansible makes a list of it as soon as it leaves an expression.
    Tuple(Arc<Vec<Value>>),
    /// A `dict`, in insertion order.
    Map(Arc<Map>),
    /// A `datetime.datetime`.
    Time(Arc<Time>),
    /// A `datetime.timedelta`, in microseconds.
    Duration(Arc<i128>),
    /// A `range`.
    Range(Arc<Range>),
    /// A method or function that is named but not called.
    Callable(Arc<Callable>),
    /// What does not exist, with the words that an error uses for it.
    Undefined(Text),
    /// Ansible's `omit`.
    Omit,
}

/// The arguments of a Python `range`; `step` is never zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first item.
    pub start: i64,
    /// The first number that is not an item.
    pub stop: i64,
    /// The distance of two items.
    pub step: i64,
}

impl Range {
    /// Iterates over the items.
    pub fn iter(&self) -> impl Iterator<Item = i64> + use<> {
        let Range { start, stop, step } = *self;
        let inside = move |item: &i64| if step > 0 { *item < stop } else { *item > stop };
        std::iter::successors(Some(start), move |item| item.checked_add(step)).take_while(inside)
    }

    /// Returns the number of items.
    pub fn len(&self) -> usize {
        let distance = i128::from(self.stop) - i128::from(self.start);
        let step = i128::from(self.step);
        if distance == 0 || (distance > 0) != (step > 0) {
            return 0;
        }
        usize::try_from((distance.abs() + step.abs() - 1) / step.abs()).unwrap_or(usize::MAX)
    }

    /// Tells whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A function by its name, or a method with the value that it belongs to.
#[derive(Clone, Debug)]
pub struct Callable {
    /// The value before the dot; none for a function.
    pub receiver: Option<Value>,
    /// The name.
    pub name: Text,
}

impl Value {
    /// Makes an `int` of any size.
    pub fn from_big_int(number: BigInt) -> Value {
        match number.to_i64() {
            Some(small) => Value::Int(small),
            None => Value::BigInt(Arc::new(number)),
        }
    }

    /// Makes a list.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(Arc::new(items.into_iter().collect()))
    }

    /// Makes a `str`.
    pub fn text(text: impl Into<Text>) -> Value {
        Value::Text(text.into())
    }

    /// Returns the text of a `str`.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the map of a `dict`.
    pub fn as_map(&self) -> Option<&Map> {
        if let Value::Map(map) = self { Some(map) } else { None }
    }

    /// Returns the items of a `list` or `tuple`.
    pub fn as_items(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) | Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the number of an `int` or `bool` as Python's arithmetic sees it.
    pub fn as_big_int(&self) -> Option<BigInt> {
        match self {
            Value::Bool(truth) => Some(BigInt::from(i64::from(*truth))),
            Value::Int(number) => Some(BigInt::from(*number)),
            Value::BigInt(number) => Some(number.as_ref().clone()),
            _ => None,
        }
    }

    /// Tells whether this does not exist.
    pub fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined(_))
    }

    /// Tells whether Python takes this for true.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Null | Value::Undefined(_) => false,
            Value::Bool(truth) => *truth,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::List(items) | Value::Tuple(items) => !items.is_empty(),
            Value::Map(map) => !map.is_empty(),
            Value::Duration(microseconds) => **microseconds != 0,
            Value::Range(range) => !range.is_empty(),
            Value::BigInt(_) | Value::Time(_) | Value::Callable(_) | Value::Omit => true,
        }
    }

    /// Returns the name of the Python type, as `type(value).__name__` gives it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::BigInt(_) => "int",
            Value::Float(_) => "float",
            Value::Text(_) => "str",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Map(_) => "dict",
            Value::Time(_) => "datetime",
            Value::Duration(_) => "timedelta",
            Value::Range(_) => "range",
            Value::Callable(_) => "builtin_function_or_method",
            Value::Undefined(_) => "Undefined",
            Value::Omit => "Omit",
        }
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Int(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        i64::try_from(number).map_or_else(|_| Value::from_big_int(BigInt::from(number)), Value::Int)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Float(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Value::Text(text)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Value::Map(Arc::new(map))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::List(Arc::new(items))
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Value::Time(Arc::new(time))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Self {
        option.map_or(Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_small() {
        assert_eq!(size_of::<Value>(), 16);
    }

    #[test]
    fn truth_follows_python() {
        let falsy = [
            Value::Null,
            false.into(),
            0.into(),
            0.0.into(),
            "".into(),
            Value::list([]),
            Map::new().into(),
            Value::Duration(Arc::new(0)),
            Value::Range(Arc::new(Range { start: 3, stop: 3, step: 1 })),
        ];
        for value in falsy {
            assert!(!value.is_true(), "{value:?}");
        }
        for value in [true.into(), (-1).into(), f64::NAN.into(), "0".into(), Value::list([Value::Null])] {
            assert!(Value::is_true(&value), "{value:?}");
        }
    }

    #[test]
    fn a_range_counts_as_python_does() {
        for (start, stop, step, items) in
            [(0, 3, 1, vec![0, 1, 2]), (5, 0, -2, vec![5, 3, 1]), (1, 1, 1, vec![]), (0, 5, -1, vec![])]
        {
            let range = Range { start, stop, step };
            assert_eq!(range.iter().collect::<Vec<_>>(), items);
            assert_eq!(range.len(), items.len());
        }
    }
}
