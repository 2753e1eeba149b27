//! JSON text as Python's `json.dumps` writes it.

use std::fmt::Write;

use super::super::super::{Error, operators};
use crate::value::{Map, Text, Value, float_repr, json_escape, json_float};

/// How [`write`] writes: the keyword arguments of `json.dumps`.
pub(in super::super) struct Layout {
    /// What stands before an item once per level; none to keep all on one line.
    pub(in super::super) indent: Option<String>,
    /// Between two items.
    pub(in super::super) item_separator: String,
    /// Between a key and its value.
    pub(in super::super) key_separator: String,
    /// Whether entries are sorted by their keys.
    pub(in super::super) sort_keys: bool,
    /// Whether characters beyond ASCII are escaped.
    pub(in super::super) ensure_ascii: bool,
    /// Whether the characters that HTML gives a meaning to are escaped.
    pub(in super::super) html_safe: bool,
    /// Whether `NaN` and `Infinity` may be written, which are not JSON.
    pub(in super::super) allow_nan: bool,
    /// Between the date and the time of day.
    pub(in super::super) time_separator: char,
}

impl Default for Layout {
    /// Returns the defaults of `json.dumps`.
    fn default() -> Self {
        Layout {
            indent: None,
            item_separator: ", ".to_owned(),
            key_separator: ": ".to_owned(),
            sort_keys: false,
            ensure_ascii: true,
            html_safe: false,
            allow_nan: true,
            time_separator: 'T',
        }
    }
}

/// Writes a value as JSON.
pub(in super::super) fn write(value: &Value, layout: &Layout) -> Result<String, Error> {
    let mut writer = Writer { out: String::new(), layout };
    writer.value(value, 0)?;
    Ok(writer.out)
}

struct Writer<'a> {
    out: String,
    layout: &'a Layout,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, level: usize) -> Result<(), Error> {
        operators::check_size(self.out.len())?;
        match value {
            Value::Null => self.out += "null",
            Value::Bool(true) => self.out += "true",
            Value::Bool(false) => self.out += "false",
            Value::Int(number) => self.out += &number.to_string(),
            Value::BigInt(number) => self.out += &number.to_string(),
            Value::Float(number) => self.out += &self.float(*number)?,
            Value::Text(text) => self.text(text),
            Value::Time(time) => self.text(&time.format(self.layout.time_separator).to_string()),
            Value::List(items) | Value::Tuple(items) => self.items(items, level)?,
            Value::Map(map) => self.map(map, level)?,
            Value::Duration(_) | Value::Range(_) | Value::Callable(_) | Value::Undefined(_) | Value::Omit => {
                let found = value.type_name();
                return Err(Error::new(format!("a value of type `{found}` cannot be written as JSON")));
            }
        }
        Ok(())
    }

    fn items(&mut self, items: &[Value], level: usize) -> Result<(), Error> {
        self.out.push('[');
        for (place, item) in items.iter().enumerate() {
            self.separate(place, level + 1);
            self.value(item, level + 1)?;
        }
        self.close(items.is_empty(), level, ']');
        Ok(())
    }

    fn map(&mut self, map: &Map, level: usize) -> Result<(), Error> {
        let mut entries: Vec<(Text, &Value)> = Vec::with_capacity(map.len());
        let plain = map.keys().all(|key| key.as_str().is_some());
        for (key, value) in map.iter() {
            let key = self.key(key)?;
            // Keys of other types may become the same text: the last one wins, in the place of the first.
            match entries.iter_mut().find(|(name, _)| !plain && *name == key) {
                Some((_, old)) => *old = value,
                None => entries.push((key, value)),
            }
        }
        if self.layout.sort_keys {
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        self.out.push('{');
        for (place, (key, value)) in entries.iter().enumerate() {
            self.separate(place, level + 1);
            self.text(key);
            self.out += &self.layout.key_separator;
            self.value(value, level + 1)?;
        }
        self.close(entries.is_empty(), level, '}');
        Ok(())
    }

    /// Returns a key as text; other types are written as JSON.
    fn key(&self, key: &Value) -> Result<Text, Error> {
        match key {
            Value::Text(text) => Ok(text.clone()),
            Value::Null => Ok("null".into()),
            Value::Bool(truth) => Ok(truth.to_string().into()),
            Value::Int(_) | Value::BigInt(_) => Ok(key.to_string().into()),
            Value::Float(number) => Ok(json_float(*number).into()),
            _ => {
                let found = key.type_name();
                Err(Error::new(format!("a key of type `{found}` cannot be written as JSON")))
            }
        }
    }

    fn separate(&mut self, place: usize, level: usize) {
        if place > 0 {
            self.out += &self.layout.item_separator;
        }
        self.break_line(level);
    }

    fn close(&mut self, empty: bool, level: usize, bracket: char) {
        if !empty {
            self.break_line(level);
        }
        self.out.push(bracket);
    }

    fn break_line(&mut self, level: usize) {
        if let Some(indent) = &self.layout.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(indent.as_str(), level));
        }
    }

    fn float(&self, number: f64) -> Result<String, Error> {
        if number.is_finite() || self.layout.allow_nan {
            return Ok(json_float(number));
        }
        Err(Error::new(format!("the float `{}` has no form in JSON", float_repr(number))))
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            if let Some(escape) = json_escape(character) {
                self.out += escape;
                continue;
            }
            match character {
                '<' | '>' | '&' | '\'' if self.layout.html_safe => self.write_code(character),
                ' '..='~' => self.out.push(character),
                _ if character >= ' ' && !self.layout.ensure_ascii => self.out.push(character),
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
