//! `str.maketrans` and `str.translate`.

use super::super::super::{Arguments, Error};
use super::super::wrong_type;
use super::{check_size, needed};
use crate::value::{Map, Text, Value};

/// Makes the dict that [`translate`] takes.
pub(super) fn make(arguments: Arguments) -> Result<Value, Error> {
    let [from, to, removed] = arguments.bind("maketrans", ["x", "y", "z"], 1)?;
    let from = from.unwrap_or_default();
    let code = |c: char| Value::Int(i64::from(u32::from(c)));
    let mut table = Map::new();
    let Some(to) = to else {
        let Value::Map(map) = &from else { return Err(wrong_type("maketrans", "a dict", &from)) };
        for (key, value) in map.iter() {
            let key = match key {
                Value::Text(text) if text.chars().count() == 1 => {
                    text.chars().next().map_or(Value::Null, code)
                }
                Value::Int(_) => key.clone(),
                other => return Err(wrong_type("maketrans", "keys of one character", other)),
            };
            table.insert(key, value.clone());
        }
        return Ok(table.into());
    };
    let (from, to) = (needed("maketrans", &from)?, needed("maketrans", &to)?);
    if from.chars().count() != to.chars().count() {
        return Err(Error::new("the first two arguments of `maketrans` must have the same length"));
    }
    for (from, to) in from.chars().zip(to.chars()) {
        table.insert(code(from), code(to));
    }
    if let Some(removed) = &removed {
        for character in needed("maketrans", removed)?.chars() {
            table.insert(code(character), Value::Null);
        }
    }
    Ok(table.into())
}

pub(super) fn translate(text: &Text, arguments: Arguments) -> Result<Value, Error> {
    let [table] = arguments.bind("translate", ["table"], 1)?;
    let table = table.unwrap_or_default();
    let Value::Map(table) = &table else { return Err(wrong_type("translate", "a dict", &table)) };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match table.get_value(&Value::Int(i64::from(u32::from(character)))) {
            None => out.push(character),
            Some(Value::Null) => {}
            Some(Value::Text(replacement)) => out.push_str(replacement),
            Some(Value::Int(code)) => {
                let replacement = u32::try_from(*code).ok().and_then(char::from_u32);
                out.push(replacement.ok_or_else(|| Error::new(format!("{code} is no character")))?);
            }
            Some(other) => return Err(wrong_type("translate", "texts, numbers or None in its dict", other)),
        }
        check_size(out.len())?;
    }
    Ok(Value::from(out))
}
