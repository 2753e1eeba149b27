//! What Python's functions make of the values that they are given.

use num_traits::ToPrimitive;

use super::super::Error;
use crate::value::{Text, Value};

/// The longest text that a filter makes: more is a mistake in the arguments, not an inventory.
pub(super) const LONGEST_TEXT: usize = 64 << 20;

/// Returns the text of a `str`, for functions that take nothing else.
pub(super) fn text<'a>(filter: &str, value: &'a Value) -> Result<&'a str, Error> {
    value.as_str().ok_or_else(|| {
        Error::new(format!("`{filter}` needs a value of type `str`, not `{}`", value.type_name()))
    })
}

/// Returns the `str()` of a value.
pub(super) fn to_text(value: &Value) -> Text {
    match value {
        Value::Text(text) => text.clone(),
        other => other.to_string().into(),
    }
}

/// Tells whether an argument is given and true.
pub(super) fn truth(argument: Option<&Value>) -> bool {
    argument.is_some_and(Value::is_true)
}

/// Returns an argument that must be an `int`.
pub(super) fn integer(filter: &str, parameter: &str, argument: &Value) -> Result<i64, Error> {
    let Some(number) = argument.as_big_int() else {
        let found = argument.type_name();
        return Err(Error::new(format!("`{filter}` needs an `int` for `{parameter}`, not `{found}`")));
    };
    number.to_i64().ok_or_else(|| Error::new(format!("the `{parameter}` of `{filter}` is too large")))
}

/// Fails when a filter is about to make a text of more than [`LONGEST_TEXT`] bytes.
pub(super) fn check_length(filter: &str, length: usize) -> Result<(), Error> {
    if length <= LONGEST_TEXT {
        return Ok(());
    }
    Err(Error::new(format!("the result of `{filter}` is longer than {LONGEST_TEXT} bytes")))
}

/// Tells whether Python's `str` methods take a character for white space.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}
