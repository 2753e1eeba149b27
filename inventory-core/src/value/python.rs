//! `str()` and `repr()` of values, as Python prints them.

use std::fmt::{self, Display, Write};

use super::{Map, Value};

impl Display for Value {
    /// Writes the value as Python's `str()` gives it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Time(time) => write!(f, "{}", time.format(' ')),
            Value::Duration(microseconds) => write_duration(f, **microseconds),
            _ => write_repr(f, self),
        }
    }
}

impl Value {
    /// Returns the value as Python's `repr()` gives it.
    pub fn repr(&self) -> String {
        let mut out = String::new();
        // Writing to a `String` does not fail.
        let _ = write_repr(&mut out, self);
        out
    }
}

fn write_repr(out: &mut impl Write, value: &Value) -> fmt::Result {
    match value {
        Value::Null => out.write_str("None"),
        Value::Bool(true) => out.write_str("True"),
        Value::Bool(false) => out.write_str("False"),
        Value::Int(number) => write!(out, "{number}"),
        Value::BigInt(number) => write!(out, "{number}"),
        Value::Float(number) => out.write_str(&float_repr(*number)),
        Value::Text(text) => out.write_str(&string_repr(text)),
        Value::List(items) => write_items(out, items, "[", "]"),
        Value::Tuple(items) if items.len() == 1 => write_items(out, items, "(", ",)"),
        Value::Tuple(items) => write_items(out, items, "(", ")"),
        Value::Map(map) => write_map(out, map),
        Value::Time(time) => out.write_str(&time.repr()),
        Value::Duration(microseconds) => write_duration_repr(out, **microseconds),
        Value::Range(range) if range.step == 1 => write!(out, "range({}, {})", range.start, range.stop),
        Value::Range(range) => write!(out, "range({}, {}, {})", range.start, range.stop, range.step),
        Value::Callable(callable) => write!(out, "<built-in method {}>", callable.name),
        Value::Undefined(_) => out.write_str("Undefined"),
        Value::Omit => out.write_str("<<Omit>>"),
    }
}

/// Tells whether Python's `str` methods take a character for white space.
pub(crate) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

fn write_items(out: &mut impl Write, items: &[Value], open: &str, close: &str) -> fmt::Result {
    out.write_str(open)?;
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.write_str(", ")?;
        }
        write_repr(out, item)?;
    }
    out.write_str(close)
}

fn write_map(out: &mut impl Write, map: &Map) -> fmt::Result {
    out.write_char('{')?;
    for (place, (key, value)) in map.iter().enumerate() {
        if place > 0 {
            out.write_str(", ")?;
        }
        write_repr(out, key)?;
        out.write_str(": ")?;
        write_repr(out, value)?;
    }
    out.write_char('}')
}

/// Splits a `timedelta` as Python does: days may be negative, the rest is not.
fn split_duration(microseconds: i128) -> (i128, i128, i128) {
    let seconds = microseconds.div_euclid(1_000_000);
    (seconds.div_euclid(86_400), seconds.rem_euclid(86_400), microseconds.rem_euclid(1_000_000))
}

fn write_duration(out: &mut impl Write, duration: i128) -> fmt::Result {
    let (days, seconds, microseconds) = split_duration(duration);
    match days {
        0 => {}
        1 | -1 => write!(out, "{days} day, ")?,
        _ => write!(out, "{days} days, ")?,
    }
    write!(out, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
    if microseconds > 0 { write!(out, ".{microseconds:06}") } else { Ok(()) }
}

fn write_duration_repr(out: &mut impl Write, duration: i128) -> fmt::Result {
    let (days, seconds, microseconds) = split_duration(duration);
    let parts = [("days", days), ("seconds", seconds), ("microseconds", microseconds)];
    let parts: Vec<_> =
        parts.iter().filter(|(_, n)| *n != 0).map(|(name, n)| format!("{name}={n}")).collect();
    let parts = if parts.is_empty() { "0".to_owned() } else { parts.join(", ") };
    write!(out, "datetime.timedelta({parts})")
}

/// Returns a float as Python's `repr()` gives it: the shortest text that reads back as the same number.
pub fn float_repr(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{number}");
    if plain.contains('.') { plain } else { plain + ".0" }
}

/// Returns a text as Python's `repr()` gives it: quoted, with what cannot be printed escaped.
pub fn string_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if is_printable(c) => out.push(c),
            c => {
                let _ = match u32::from(c) {
                    code @ 0..=0xff => write!(out, "\\x{code:02x}"),
                    code @ 0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push(quote);
    out
}

/// Tells what Python prints as it is: not control characters, separators other than the space, nor unassigned or
/// private code points.
fn is_printable(character: char) -> bool {
    match character {
        ' ' => true,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}' => false,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => false,
        '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => false,
        c => !c.is_control() && !c.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn floats_print_as_in_python() {
        let rows = [
            (1.5, "1.5"),
            (2.0, "2.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e20, "1.5e+20"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (-0.0, "-0.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::INFINITY, "inf"),
        ];
        for (number, text) in rows {
            assert_eq!(float_repr(number), text);
        }
    }

    #[test]
    fn texts_are_quoted_as_in_python() {
        let rows = [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("'\"", "'\\'\"'"),
            ("a\nb\\", "'a\\nb\\\\'"),
            ("\u{7f}é\u{a0}", "'\\x7fé\\xa0'"),
        ];
        for (text, repr) in rows {
            assert_eq!(string_repr(text), repr);
        }
    }

    #[test]
    fn containers_print_their_items_as_repr() {
        let map: Map = [("k", Value::Null)].into_iter().collect();
        let value =
            Value::list([true.into(), "x".into(), map.into(), Value::Tuple(Arc::new(vec![1.into()]))]);
        assert_eq!(value.to_string(), "[True, 'x', {'k': None}, (1,)]");
    }

    #[test]
    fn durations_print_as_in_python() {
        let second = 1_000_000;
        assert_eq!(Value::Duration(Arc::new(90_061 * second)).to_string(), "1 day, 1:01:01");
        assert_eq!(Value::Duration(Arc::new(-second)).to_string(), "-1 day, 23:59:59");
        assert_eq!(
            Value::Duration(Arc::new(1_500_000)).repr(),
            "datetime.timedelta(seconds=1, microseconds=500000)"
        );
    }
}
