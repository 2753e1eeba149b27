//! The methods of `str` that split.

use std::sync::Arc;

use super::super::super::{Arguments, Error};
use super::super::integer;
use super::needed;
use crate::value::{Text, Value, is_space};

pub(super) fn split(text: &Text, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [separator, limit] = arguments.bind(name, ["sep", "maxsplit"], 0)?;
    let limit = limit.map_or(Ok(-1), |limit| integer(name, &limit))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let from_right = name == "rsplit";
    let parts: Vec<&str> = match &separator {
        None | Some(Value::Null) if from_right => split_space_from_right(text, limit),
        None | Some(Value::Null) => split_space(text, limit),
        Some(separator) => {
            let separator = needed(name, separator)?;
            if separator.is_empty() {
                return Err(Error::new(format!("the separator of `{name}` must not be empty")));
            }
            let count = limit.saturating_add(1);
            if from_right {
                let mut parts: Vec<&str> = text.rsplitn(count, separator).collect();
                parts.reverse();
                parts
            } else {
                text.splitn(count, separator).collect()
            }
        }
    };
    Ok(Value::list(parts.into_iter().map(Value::from)))
}

fn split_space(text: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let (part, after) = rest.split_at(rest.find(is_space).unwrap_or(rest.len()));
        parts.push(part);
        rest = after.trim_start_matches(is_space);
    }
    parts
}

fn split_space_from_right(text: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end_matches(is_space);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let start =
            rest.char_indices().rev().find(|(_, c)| is_space(*c)).map_or(0, |(n, c)| n + c.len_utf8());
        let (before, part) = rest.split_at(start);
        parts.push(part);
        rest = before.trim_end_matches(is_space);
    }
    parts.reverse();
    parts
}

pub(super) fn partition(text: &Text, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [separator] = arguments.bind(name, ["sep"], 1)?;
    let separator = separator.unwrap_or_default();
    let separator = needed(name, &separator)?;
    if separator.is_empty() {
        return Err(Error::new(format!("the separator of `{name}` must not be empty")));
    }
    let from_right = name == "rpartition";
    let found = if from_right { text.rsplit_once(separator) } else { text.split_once(separator) };
    let parts = match found {
        Some((before, after)) => [before, separator, after],
        None if from_right => ["", "", text],
        None => [text, "", ""],
    };
    Ok(Value::Tuple(Arc::new(parts.map(Value::from).to_vec())))
}

fn is_line_end(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Splits at line boundaries as `str.splitlines()` does.
pub(in super::super::super) fn lines(text: &str, keep_ends: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some((place, end)) = rest.char_indices().find(|(_, c)| is_line_end(*c)) {
        let width =
            if rest.get(place..).is_some_and(|rest| rest.starts_with("\r\n")) { 2 } else { end.len_utf8() };
        let (line, after) = rest.split_at(place + width);
        lines.push(if keep_ends { line } else { line.get(..place).unwrap_or_default() });
        rest = after;
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

pub(super) fn split_lines(text: &str, arguments: Arguments) -> Result<Value, Error> {
    let [keep] = arguments.bind("splitlines", ["keepends"], 0)?;
    let lines = lines(text, keep.is_some_and(|keep| keep.is_true()));
    Ok(Value::list(lines.into_iter().map(Value::from)))
}
