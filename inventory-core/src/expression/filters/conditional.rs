//! Filters about truth and existence: defaults, choices, conversion to `bool`.

use super::super::{Arguments, Call, Error};
use super::Table;
use super::inputs::{defined, given, text};
use crate::value::Value;

pub(super) const FILTERS: Table =
    &[("bool", to_bool), ("d", default), ("default", default), ("mandatory", require), ("ternary", choose)];

/// The filters of this module that see undefined values themselves.
pub(super) const ACCEPT_UNDEFINED: [&str; 4] = ["d", "default", "mandatory", "ternary"];

fn default(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [default, boolean] = arguments.bind("default", ["default_value", "boolean"], 0)?;
    let replaces_false = match boolean {
        None => false,
        Some(Value::Bool(truth)) => truth,
        Some(other) => {
            let found = other.type_name();
            return Err(Error::new(format!("the argument `boolean` must be `bool`, not `{found}`")));
        }
    };
    if input.is_undefined() || (replaces_false && !input.is_true()) {
        return Ok(default.unwrap_or_else(|| "".into()));
    }
    Ok(input)
}

fn require(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [message] = arguments.bind("mandatory", ["msg"], 0)?;
    let Value::Undefined(words) = &input else { return Ok(input) };
    match given(message) {
        Some(message) => Err(Error::new(text(&message)?.as_str())),
        None => Err(Error::new(format!("a mandatory value is not defined: {words}"))),
    }
}

fn choose(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [if_true, if_false, if_null] = arguments.bind("ternary", ["true_val", "false_val", "none_val"], 2)?;
    let input = defined(input)?;
    let chosen = match given(if_null) {
        Some(if_null) if matches!(input, Value::Null) => Some(if_null),
        _ if input.is_true() => if_true,
        _ => if_false,
    };
    Ok(chosen.unwrap_or_default())
}

/// Converts the words and numbers for `bool` that Ansible knows; what it does not know is false, as it still is in
/// Ansible after a deprecation warning.
fn to_bool(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("bool", [], 0)?;
    let truth = match &input {
        Value::Text(text) => matches!(text.to_lowercase().as_str(), "yes" | "on" | "true" | "1"),
        _ => input == Value::Int(1),
    };
    Ok(truth.into())
}

#[cfg(test)]
mod tests;
