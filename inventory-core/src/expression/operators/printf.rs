//! Formatting with `%`, as in `'%s-%05d' % (name, number)`.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::super::Error;
use super::check_size;
use super::formatting::{Specification, format_float, pad_number};
use crate::value::Value;

/// Where the arguments come from.
struct Source<'v> {
    all: &'v Value,
    next: usize,
}

impl<'v> Source<'v> {
    fn take(&mut self) -> Result<&'v Value, Error> {
        let taken = match self.all {
            Value::Tuple(items) => items.get(self.next),
            single if self.next == 0 => Some(single),
            _ => None,
        };
        self.next += 1;
        taken.ok_or_else(|| Error::new("there are not enough values for the format"))
    }

    fn is_used_up(&self) -> bool {
        match self.all {
            Value::Tuple(items) => self.next >= items.len(),
            Value::Map(_) => true,
            // A list counts as a mapping in Python, which need not be used up.
            Value::List(_) => true,
            _ => self.next > 0,
        }
    }
}

/// Formats the arguments as the format says.
pub(super) fn format(format: &str, arguments: &Value) -> Result<String, Error> {
    let mut out = String::with_capacity(format.len());
    let mut source = Source { all: arguments, next: 0 };
    let mut rest = format;
    while let Some((text, after)) = rest.split_once('%') {
        out.push_str(text);
        rest = conversion(after, &mut source, &mut out)?;
        check_size(out.len())?;
    }
    out.push_str(rest);
    if source.is_used_up() { Ok(out) } else { Err(Error::new("not all values are used by the format")) }
}

/// Formats what follows a `%`; returns what follows that.
fn conversion<'f>(after: &'f str, source: &mut Source<'_>, out: &mut String) -> Result<&'f str, Error> {
    let incomplete = || Error::new("the format ends in an incomplete `%`");
    let is_plain_percent = after.starts_with('%');
    let mut rest = after;
    let mut named = None;
    if let Some(inside) = rest.strip_prefix('(') {
        let (name, after) = inside.split_once(')').ok_or_else(incomplete)?;
        let Value::Map(map) = source.all else {
            return Err(Error::new("a format with `%(name)` needs a dict"));
        };
        let value =
            map.get(name).ok_or_else(|| Error::new(format!("the format has no value for `{name}`")))?;
        named = Some(value);
        rest = after;
    }
    let mut layout = Specification { fill: ' ', ..Specification::default() };
    let flags = rest.bytes().take_while(|byte| b"#0- +".contains(byte)).count();
    for flag in rest.get(..flags).unwrap_or_default().chars() {
        match flag {
            '#' => layout.alternate = true,
            '0' => layout.zero = true,
            '-' => layout.align = Some('<'),
            ' ' if layout.sign != '+' => layout.sign = ' ',
            '+' => layout.sign = '+',
            _ => {}
        }
    }
    rest = rest.get(flags..).unwrap_or_default();
    let (width, after) = number(rest, source)?;
    rest = after;
    if let Some(width) = width {
        if width < 0 {
            layout.align = Some('<');
        }
        layout.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
    }
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = number(after, source)?;
        layout.precision = Some(usize::try_from(precision.unwrap_or(0)).unwrap_or(0));
        rest = after;
    }
    check_size(layout.width.max(layout.precision.unwrap_or(0)))?;
    rest = rest.trim_start_matches(['h', 'l', 'L']);
    let kind = rest.chars().next().ok_or_else(incomplete)?;
    rest = rest.get(kind.len_utf8()..).unwrap_or_default();
    if kind == '%' {
        if !is_plain_percent {
            return Err(Error::new("a `%%` of a format must not have a width"));
        }
        out.push('%');
        return Ok(rest);
    }
    let value = match named {
        Some(value) => value,
        None => source.take()?,
    };
    super::defined(value)?;
    if layout.align == Some('<') {
        layout.zero = false;
    }
    convert(kind, value, &layout, out)?;
    Ok(rest)
}

/// Reads a width or precision: digits, or `*` for the next argument.
fn number<'f>(text: &'f str, source: &mut Source<'_>) -> Result<(Option<i64>, &'f str), Error> {
    if let Some(after) = text.strip_prefix('*') {
        let Value::Int(number) = source.take()? else {
            return Err(Error::new("the `*` of a format needs an integer"));
        };
        return Ok((Some(*number), after));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, after) = text.split_at(digits);
    if digits.is_empty() {
        return Ok((None, after));
    }
    let number = digits.parse().map_err(|_| Error::new("the width of a format is too large"))?;
    Ok((Some(number), after))
}

fn convert(kind: char, value: &Value, layout: &Specification, out: &mut String) -> Result<(), Error> {
    match kind {
        's' | 'r' | 'a' => {
            let mut text = match kind {
                's' => value.to_string(),
                'r' => value.repr(),
                _ => escape_non_ascii(&value.repr()),
            };
            if let Some(precision) = layout.precision {
                text = text.chars().take(precision).collect();
            }
            layout.pad_text(&text, '>', out);
        }
        'c' => {
            let character = match value {
                Value::Text(text) if text.chars().count() == 1 => text.to_string(),
                other => super::small_integer(other)
                    .and_then(|code| u32::try_from(code).ok())
                    .and_then(char::from_u32)
                    .map(String::from)
                    .ok_or_else(|| Error::new("`%c` needs an integer or a single character"))?,
            };
            layout.pad_text(&character, '>', out);
        }
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => integer(kind, value, layout, out)?,
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let float = float(value).ok_or_else(|| {
                Error::new(format!("`%{kind}` needs a number, not a value of type `{}`", value.type_name()))
            })?;
            let digits = format_float(float.abs(), kind, layout.precision.unwrap_or(6), layout.alternate);
            pad_number(float.is_sign_negative() && !float.is_nan(), "", &digits, layout, out);
        }
        other => return Err(Error::new(format!("the format has the unknown conversion `%{other}`"))),
    }
    Ok(())
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(float) => Some(*float),
        other => other.as_big_int().and_then(|number| number.to_f64()),
    }
}

fn integer(kind: char, value: &Value, layout: &Specification, out: &mut String) -> Result<(), Error> {
    let number = match value {
        Value::Float(float) if matches!(kind, 'd' | 'i' | 'u') => BigInt::from_f64(float.trunc()),
        other => other.as_big_int(),
    };
    let number = number.ok_or_else(|| {
        Error::new(format!("`%{kind}` needs a number, not a value of type `{}`", value.type_name()))
    })?;
    let magnitude = number.magnitude();
    let (mut digits, prefix) = match kind {
        'x' => (magnitude.to_str_radix(16), "0x"),
        'X' => (magnitude.to_str_radix(16).to_uppercase(), "0X"),
        'o' => (magnitude.to_str_radix(8), "0o"),
        _ => (magnitude.to_string(), ""),
    };
    if let Some(precision) = layout.precision
        && digits.len() < precision
    {
        digits = format!("{digits:0>precision$}");
    }
    let prefix = if layout.alternate { prefix } else { "" };
    pad_number(number.sign() == num_bigint::Sign::Minus, prefix, &digits, layout, out);
    Ok(())
}

fn escape_non_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match u32::from(character) {
            0..=0x7f => out.push(character),
            code @ 0x80..=0xff => out.push_str(&format!("\\x{code:02x}")),
            code @ 0x100..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}
