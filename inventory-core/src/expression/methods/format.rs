//! `str.format` and `str.format_map`.

use super::super::attribute::{get_attribute, get_item};
use super::super::operators::{check_size, defined, format_value};
use super::super::{Arguments, Error};
use crate::value::{Text, Value};

/// How deep fields may be nested in format specifications.
const DEPTH_LIMIT: usize = 2;

struct Formatter<'a> {
    arguments: &'a Arguments,
    /// The next argument without a name or number; none once a number was given.
    next: Option<usize>,
}

/// Formats a text with the arguments of the call.
pub(in crate::expression) fn call(
    text: &Text,
    name: &str,
    mut arguments: Arguments,
) -> Result<String, Error> {
    if name == "format_map" {
        let [mapping] = arguments.bind(name, ["mapping"], 1)?;
        let mapping = mapping.unwrap_or_default();
        let Value::Map(map) = &mapping else { return Err(super::wrong_type(name, "a dict", &mapping)) };
        let keyword = map.iter().map(|(key, value)| (key.to_string().into(), value.clone())).collect();
        arguments = Arguments { positional: Vec::new(), keyword };
    }
    let mut out = String::with_capacity(text.len());
    Formatter { arguments: &arguments, next: Some(0) }.format(text, 0, &mut out)?;
    Ok(out)
}

impl Formatter<'_> {
    fn format(&mut self, text: &str, depth: usize, out: &mut String) -> Result<(), Error> {
        if depth > DEPTH_LIMIT {
            return Err(Error::new("the fields of the format are nested too deeply"));
        }
        let mut rest = text;
        while let Some(place) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(place);
            out.push_str(before);
            if let Some(after) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
                out.push_str(rest.get(place..=place).unwrap_or_default());
                rest = after;
                continue;
            }
            let Some(inside) = after.strip_prefix('{') else {
                return Err(Error::new("the format has a single `}`"));
            };
            let end =
                closing_brace(inside).ok_or_else(|| Error::new("the format has a `{` that is not closed"))?;
            self.field(inside.get(..end).unwrap_or_default(), depth, out)?;
            check_size(out.len())?;
            rest = inside.get(end + 1..).unwrap_or_default();
        }
        out.push_str(rest);
        Ok(())
    }

    fn field(&mut self, field: &str, depth: usize, out: &mut String) -> Result<(), Error> {
        let bracket = field.find('[').unwrap_or(field.len());
        let name_end = field.find(['!', ':']).filter(|end| *end < bracket);
        // A `:` or `!` inside `[...]` is part of the key.
        let name_end = name_end.or_else(|| {
            let closed = field.rfind(']').filter(|closed| *closed > bracket)?;
            field.get(closed..)?.find(['!', ':']).map(|end| closed + end)
        });
        let (name, rest) = field.split_at(name_end.unwrap_or(field.len()));
        let (conversion, specification) = match rest.strip_prefix('!') {
            Some(conversion) => match conversion.split_once(':') {
                Some((conversion, specification)) => (Some(conversion), specification),
                None => (Some(conversion), ""),
            },
            None => (None, rest.strip_prefix(':').unwrap_or_default()),
        };
        let value = self.lookup(name)?;
        defined(&value)?;
        let value = match conversion {
            None => value,
            Some("s") => Value::from(value.to_string()),
            Some("r" | "a") => Value::from(value.repr()),
            Some(other) => {
                return Err(Error::new(format!("the format has the unknown conversion `!{other}`")));
            }
        };
        let mut expanded = String::new();
        self.format(specification, depth + 1, &mut expanded)?;
        out.push_str(&format_value(&value, &expanded)?);
        Ok(())
    }

    fn lookup(&mut self, name: &str) -> Result<Value, Error> {
        let (first, mut rest) = name.split_at(name.find(['.', '[']).unwrap_or(name.len()));
        let mut value = self.argument(first)?;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (key, after) = inside
                    .split_once(']')
                    .ok_or_else(|| Error::new("the format has a `[` that is not closed"))?;
                let is_number = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
                let number = key.parse().ok().filter(|_| is_number);
                value = existing(get_item(&value, &number.map_or_else(|| Value::from(key), Value::Int))?)?;
                rest = after;
            } else {
                let inside = rest
                    .strip_prefix('.')
                    .ok_or_else(|| Error::new("the format has a field with text after `]`"))?;
                let (attribute, after) = inside.split_at(inside.find(['.', '[']).unwrap_or(inside.len()));
                value = plain_attribute(&value, attribute)?;
                rest = after;
            }
        }
        Ok(value)
    }

    fn argument(&mut self, name: &str) -> Result<Value, Error> {
        let place = if name.is_empty() {
            let next = self.next.ok_or_else(|| Error::new("the format mixes numbered and other fields"))?;
            self.next = Some(next + 1);
            next
        } else if name.bytes().all(|byte| byte.is_ascii_digit()) {
            if self.next.is_some_and(|next| next > 0) {
                return Err(Error::new("the format mixes numbered and other fields"));
            }
            self.next = None;
            name.parse().unwrap_or(usize::MAX)
        } else {
            let found = self.arguments.keyword.iter().find(|(keyword, _)| keyword.as_str() == name);
            return found
                .map(|(_, value)| value.clone())
                .ok_or_else(|| Error::new(format!("the format has no value for `{name}`")));
        };
        self.arguments
            .positional
            .get(place)
            .cloned()
            .ok_or_else(|| Error::new(format!("the format has no value for the field {place}")))
    }
}

/// Fails on what does not exist: here Python raises an error, and Jinja is not asked.
fn existing(value: Value) -> Result<Value, Error> {
    if let Value::Undefined(words) = &value { Err(Error::new(words.as_str())) } else { Ok(value) }
}

/// Returns an attribute in Python's sense, which the keys of a dict are not.
fn plain_attribute(value: &Value, name: &str) -> Result<Value, Error> {
    if value.as_map().is_some() && !super::exists(value, name) {
        return Err(Error::new(format!("the format has no attribute `{name}` of a dict: write `[{name}]`")));
    }
    existing(get_attribute(value, &name.into()))
}

fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (place, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(place),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
