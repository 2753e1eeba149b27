//! `tojson`: JSON that HTML can hold, with sorted keys.

use std::fmt::Write;

use super::super::{Arguments, Call, Error};
use super::Table;
use super::inputs::{bounded, given, integer, sort, undefined};
use crate::value::{Value, float_repr};

pub(super) const FILTERS: Table = &[("tojson", to_json)];

fn to_json(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [indent] = arguments.bind("tojson", ["indent"], 0)?;
    let indent = match given(indent) {
        None => None,
        Some(Value::Text(text)) => Some(text.to_string()),
        Some(width) => Some(" ".repeat(bounded(usize::try_from(integer(&width)?).unwrap_or(0))?)),
    };
    let mut writer = Writer { out: String::new(), indent, depth: 0 };
    writer.write(&input)?;
    Ok(writer.out.into())
}

struct Writer {
    out: String,
    /// What a level is indented by; none for one line.
    indent: Option<String>,
    depth: usize,
}

impl Writer {
    fn write(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Text(text) => self.write_text(text),
            Value::List(items) | Value::Tuple(items) => {
                self.write_all(items, ['[', ']'], Writer::write)?;
            }
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                let entries = sort(entries, false)?;
                self.write_all(&entries, ['{', '}'], |writer, (key, value)| {
                    writer.write_text(&key_text(key)?);
                    writer.out.push_str(": ");
                    writer.write(value)
                })?;
            }
            Value::Undefined(_) => return Err(undefined(value)),
            _ => {
                let scalar = scalar(value)
                    .ok_or_else(|| Error::new(format!("`{}` has no form in JSON", value.type_name())))?;
                self.out.push_str(&scalar);
            }
        }
        Ok(())
    }

    fn write_all<T>(
        &mut self,
        items: &[T],
        [open, close]: [char; 2],
        write: impl Fn(&mut Writer, &T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.out.push(open);
        self.depth += 1;
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                self.out.push_str(if self.indent.is_some() { "," } else { ", " });
            }
            self.break_line()?;
            write(self, item)?;
        }
        self.depth -= 1;
        if !items.is_empty() {
            self.break_line()?;
        }
        self.out.push(close);
        Ok(())
    }

    fn break_line(&mut self) -> Result<(), Error> {
        if let Some(indent) = &self.indent {
            bounded(self.out.len().saturating_add(indent.len().saturating_mul(self.depth)))?;
            self.out.push('\n');
            self.out.push_str(&indent.repeat(self.depth));
        }
        Ok(())
    }

    fn write_text(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            match character {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\x08' => self.out.push_str("\\b"),
                '\x0c' => self.out.push_str("\\f"),
                // The four that HTML gives a meaning to, and what is not printable ASCII.
                '<' | '>' | '&' | '\'' => self.write_code(character),
                ' '..='~' => self.out.push(character),
                _ => self.write_code(character),
            }
        }
        self.out.push('"');
    }

    fn write_code(&mut self, character: char) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` does not fail.
            let _ = write!(self.out, "\\u{unit:04x}");
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Float(number) if number.is_nan() => Some("NaN".to_owned()),
        Value::Float(number) if number.is_infinite() => {
            Some(if *number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned())
        }
        Value::Float(number) => Some(float_repr(*number)),
        Value::Int(_) | Value::BigInt(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Returns the text of a key: JSON knows no others.
fn key_text(key: &Value) -> Result<String, Error> {
    let text = key.as_str().map(str::to_owned).or_else(|| scalar(key));
    text.ok_or_else(|| Error::new(format!("`{}` cannot be a key in JSON", key.type_name())))
}

#[cfg(test)]
mod tests;
