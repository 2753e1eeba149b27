//! Ansible's tests of what a task has returned: of little use in an inventory, but they read any dict.

use super::super::{Arguments, Check, Error};
use super::basic::none;
use crate::value::{Map, Value};

pub(super) const TABLE: &[(&str, Check)] = &[
    ("failed", |_, input, arguments| flag("failed", &input, arguments)),
    ("failure", |_, input, arguments| flag("failed", &input, arguments)),
    ("succeeded", |_, input, arguments| flag("failed", &input, arguments).map(|failed| !failed)),
    ("success", |_, input, arguments| flag("failed", &input, arguments).map(|failed| !failed)),
    ("successful", |_, input, arguments| flag("failed", &input, arguments).map(|failed| !failed)),
    ("unreachable", |_, input, arguments| flag("unreachable", &input, arguments)),
    ("reachable", |_, input, arguments| flag("unreachable", &input, arguments).map(|flag| !flag)),
    ("skipped", |_, input, arguments| flag("skipped", &input, arguments)),
    ("skip", |_, input, arguments| flag("skipped", &input, arguments)),
    ("changed", |_, input, arguments| is_changed(&input, arguments)),
    ("change", |_, input, arguments| is_changed(&input, arguments)),
    ("started", |_, input, arguments| is_asynchronous("started", &input, arguments)),
    ("finished", |_, input, arguments| is_asynchronous("finished", &input, arguments)),
    ("timedout", |_, input, arguments| is_timed_out(&input, arguments)),
];

fn result<'v>(test: &str, input: &'v Value, arguments: Arguments) -> Result<&'v Map, Error> {
    none(arguments)?;
    input.as_map().ok_or_else(|| {
        Error::new(format!("the test `{test}` needs a dict, not a value of type `{}`", input.type_name()))
    })
}

fn is_set(map: &Map, name: &str) -> bool {
    map.get(name).is_some_and(Value::is_true)
}

fn flag(name: &str, input: &Value, arguments: Arguments) -> Result<bool, Error> {
    Ok(is_set(result(name, input, arguments)?, name))
}

fn is_changed(input: &Value, arguments: Arguments) -> Result<bool, Error> {
    let map = result("changed", input, arguments)?;
    let Some(Value::List(results)) = map.get("results").filter(|_| !map.contains("changed")) else {
        return Ok(is_set(map, "changed"));
    };
    match results.first() {
        None => Err(Error::new("the test `changed` needs at least one item in `results`")),
        Some(first) if first.as_map().is_none() => Ok(false),
        Some(_) => {
            Ok(results.iter().any(|result| result.as_map().is_some_and(|result| is_set(result, "changed"))))
        }
    }
}

/// Only an asynchronous task says whether it has started or finished; any other has.
fn is_asynchronous(name: &str, input: &Value, arguments: Arguments) -> Result<bool, Error> {
    let map = result(name, input, arguments)?;
    Ok(!map.contains(name) || is_set(map, name))
}

fn is_timed_out(input: &Value, arguments: Arguments) -> Result<bool, Error> {
    let map = result("timedout", input, arguments)?;
    match map.get("timedout").filter(|value| value.is_true()) {
        None => Ok(false),
        Some(Value::Map(timeout)) => Ok(is_set(timeout, "period")),
        Some(_) => Err(Error::new("the test `timedout` needs a dict in `timedout`")),
    }
}
