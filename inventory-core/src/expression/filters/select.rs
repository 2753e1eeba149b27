//! Filters that apply other filters, tests or attributes to the items of a sequence.

use super::super::attribute::{attribute, get_attribute};
use super::super::{Arguments, Call, Error, operators};
use super::Table;
use super::inputs::{bounded, flag, fold_case, given, items, require, sort, string, undefined};
use crate::value::{Text, Value};

pub(super) const FILTERS: Table = &[
    ("attr", look_up),
    ("groupby", group),
    ("map", map),
    ("reject", reject),
    ("rejectattr", reject_by_attribute),
    ("select", select),
    ("selectattr", select_by_attribute),
];

/// Looks up a method or property, never a key.
fn look_up(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [name] = arguments.bind("attr", ["name"], 1)?;
    let name = Text::from(string(&name.unwrap_or_default())?);
    let found = get_attribute(&input, &name);
    if matches!(input, Value::Map(_)) && !matches!(found, Value::Callable(_)) {
        return Ok(Value::Undefined(format!("object of type 'dict' has no attribute '{name}'").into()));
    }
    Ok(found)
}

fn map(call: &Call<'_>, input: Value, mut arguments: Arguments) -> Result<Value, Error> {
    if !input.is_true() {
        return Ok(Value::list([]));
    }
    let path = if arguments.positional.is_empty() { arguments.take_keyword("attribute") } else { None };
    if let Some(path) = path {
        let default = given(arguments.take_keyword("default"));
        if let Some((name, _)) = arguments.keyword.first() {
            return Err(Error::new(format!("`map` has no argument `{name}`")));
        }
        let found =
            operators::items(&input)?.into_iter().map(|item| attribute(&item, &path, default.as_ref()));
        return Ok(Value::list(found));
    }
    if arguments.positional.is_empty() {
        return Err(Error::new("`map` needs the name of a filter or an `attribute`"));
    }
    let name = arguments.positional.remove(0);
    let name = string(&name)?;
    let mut size = 0;
    let mut mapped = Vec::new();
    for item in operators::items(&input)? {
        let result = call.filter(name, item, arguments.clone())?;
        // Every result may be as large as one may be: all of them together must not be.
        size += result.as_str().map_or_else(|| result.as_items().map_or(1, <[Value]>::len), str::len);
        bounded(size / 64)?;
        mapped.push(result);
    }
    Ok(mapped.into())
}

fn select(call: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    keep(call, &input, None, arguments, true)
}

fn reject(call: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    keep(call, &input, None, arguments, false)
}

fn select_by_attribute(call: &Call<'_>, input: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let path = attribute_name(&mut arguments)?;
    keep(call, &input, Some(path), arguments, true)
}

fn reject_by_attribute(call: &Call<'_>, input: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let path = attribute_name(&mut arguments)?;
    keep(call, &input, Some(path), arguments, false)
}

fn attribute_name(arguments: &mut Arguments) -> Result<Value, Error> {
    if arguments.positional.is_empty() {
        return Err(Error::new("the name of the attribute is missing"));
    }
    Ok(arguments.positional.remove(0))
}

/// Keeps the items that pass or fail a test, or that are true or false where no test is named.
fn keep(
    call: &Call<'_>,
    input: &Value,
    path: Option<Value>,
    mut arguments: Arguments,
    passing: bool,
) -> Result<Value, Error> {
    if !input.is_true() {
        return Ok(Value::list([]));
    }
    let test = if arguments.positional.is_empty() { None } else { Some(arguments.positional.remove(0)) };
    let mut kept = Vec::new();
    for item in operators::items(input)? {
        let subject = path.as_ref().map_or_else(|| item.clone(), |path| attribute(&item, path, None));
        let passes = match &test {
            Some(test) => call.test(string(test)?, subject, arguments.clone())?,
            None if subject.is_undefined() => return Err(undefined(&subject)),
            None => subject.is_true(),
        };
        if passes == passing {
            kept.push(item);
        }
    }
    Ok(kept.into())
}

/// Groups items by an attribute, in the order of its values, which are compared without regard to case by default.
///
/// A group is a tuple of the first item's value and the items. `default` has no effect, as in Ansible, which refuses
/// the missing attribute before the default is considered.
fn group(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [path, _default, case_sensitive] =
        arguments.bind("groupby", ["attribute", "default", "case_sensitive"], 1)?;
    let path = path.unwrap_or_default();
    let is_sensitive = flag(case_sensitive.as_ref());
    let mut keyed = Vec::new();
    for item in items(&input)? {
        let value = require(&item, &path)?;
        keyed.push((fold_case(value.clone(), is_sensitive), (value, item)));
    }
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for (key, (value, item)) in sort(keyed, false)? {
        match groups.last_mut() {
            Some((last, _, items)) if *last == key => items.push(item),
            _ => groups.push((key, value, vec![item])),
        }
    }
    let tuple =
        |(_, value, items): (Value, Value, Vec<Value>)| Value::Tuple(vec![value, items.into()].into());
    Ok(Value::list(groups.into_iter().map(tuple)))
}

#[cfg(test)]
mod tests;
