//! Filters that treat sequences as sets.
//!
//! Where Ansible builds a Python `set`, the order of its result changes from run to run; here it is that of the
//! first appearance.

use std::collections::HashSet;

use super::super::attribute::attribute;
use super::super::{Arguments, Call, Error};
use super::Table;
use super::inputs::{defined, fold_case, given, is_hashable, items};
use crate::value::{Text, Value};

pub(super) const FILTERS: Table = &[
    ("difference", difference),
    ("intersect", intersect),
    ("symmetric_difference", symmetric_difference),
    ("union", union),
    ("unique", unique),
];

/// The values seen so far.
#[derive(Default)]
struct Seen {
    texts: HashSet<Text>,
    others: Vec<Value>,
}

impl Seen {
    fn new(values: &[Value]) -> Seen {
        let mut seen = Seen::default();
        for value in values {
            seen.insert(value);
        }
        seen
    }

    fn contains(&self, value: &Value) -> bool {
        match value {
            Value::Text(text) => self.texts.contains(text),
            _ => self.others.contains(value),
        }
    }

    /// Adds a value; tells whether it is new.
    fn insert(&mut self, value: &Value) -> bool {
        if let Value::Text(text) = value {
            return self.texts.insert(text.clone());
        }
        let is_new = !self.others.contains(value);
        if is_new {
            self.others.push(value.clone());
        }
        is_new
    }
}

fn distinct(values: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut seen = Seen::default();
    values.into_iter().filter(|value| seen.insert(value)).collect()
}

/// Removes repeated items: without regard to case, unless the argument says otherwise or Ansible's own version has
/// to step in because an item is a list or a dict.
fn unique(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [case_sensitive, path] = arguments.bind("unique", ["case_sensitive", "attribute"], 0)?;
    let case_sensitive = given(case_sensitive);
    let path = path.unwrap_or_default();
    let items = items(&input)?;
    let is_sensitive = case_sensitive.as_ref().is_some_and(Value::is_true);
    let mut keys = Vec::with_capacity(items.len());
    for item in &items {
        let key = fold_case(attribute(item, &path, None), is_sensitive);
        if let Value::Undefined(words) = key {
            return Err(Error::new(format!("`unique` needs the attribute in every item: {words}")));
        }
        keys.push(key);
    }
    if keys.iter().all(is_hashable) {
        let mut seen = Seen::default();
        let items = items.into_iter().zip(keys).filter(|(_, key)| seen.insert(key));
        return Ok(Value::list(items.map(|(item, _)| item)));
    }
    if matches!(case_sensitive, Some(Value::Bool(false))) || path.is_true() {
        return Err(Error::new(
            "`unique` of lists or dicts supports neither `case_sensitive=false` nor `attribute`",
        ));
    }
    Ok(distinct(items).into())
}

/// The two operands of a set filter.
struct Operands {
    a: Vec<Value>,
    b: Vec<Value>,
    /// Whether Ansible can make Python sets of them.
    is_hashable: bool,
}

impl Operands {
    fn new(filter: &str, input: &Value, arguments: Arguments) -> Result<Operands, Error> {
        let [b] = arguments.bind(filter, ["b"], 1)?;
        let (a, b) = (items(input)?, items(&defined(b.unwrap_or_default())?)?);
        let is_hashable = a.iter().chain(&b).all(is_hashable);
        Ok(Operands { a, b, is_hashable })
    }

    /// Returns the distinct items of both.
    fn union(&self) -> Vec<Value> {
        distinct(self.a.iter().chain(&self.b).cloned())
    }

    /// Returns the distinct items of `a` that `b` has, or has not.
    fn select(&self, is_in_b: bool) -> Vec<Value> {
        let b = Seen::new(&self.b);
        distinct(self.a.iter().filter(|item| b.contains(item) == is_in_b).cloned())
    }
}

fn intersect(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    Ok(Operands::new("intersect", &input, arguments)?.select(true).into())
}

fn difference(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    Ok(Operands::new("difference", &input, arguments)?.select(false).into())
}

fn symmetric_difference(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let kind = (&input).into();
    let other = arguments.positional.first().map_or(kind, Into::into);
    let operands = Operands::new("symmetric_difference", &input, arguments)?;
    refuse_mixed_sum(&operands, kind, other)?;
    let both = Seen::new(&operands.select(true));
    Ok(Value::list(operands.union().into_iter().filter(|item| !both.contains(item))))
}

fn union(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let kind = (&input).into();
    let other = arguments.positional.first().map_or(kind, Into::into);
    let operands = Operands::new("union", &input, arguments)?;
    refuse_mixed_sum(&operands, kind, other)?;
    Ok(operands.union().into())
}

/// What Python can concatenate with `+`: Ansible unites lists of dicts that way.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    List,
    Tuple,
    Other,
}

impl From<&Value> for Kind {
    fn from(value: &Value) -> Self {
        match value {
            Value::List(_) => Kind::List,
            Value::Tuple(_) => Kind::Tuple,
            _ => Kind::Other,
        }
    }
}

fn refuse_mixed_sum(operands: &Operands, a: Kind, b: Kind) -> Result<(), Error> {
    if operands.is_hashable || (a == b && a != Kind::Other) {
        return Ok(());
    }
    Err(Error::new("sequences of different types with lists or dicts in them cannot be united"))
}

#[cfg(test)]
mod tests;
