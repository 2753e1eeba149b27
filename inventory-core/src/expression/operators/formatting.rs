//! The format specifications of `str.format`, and what `%` formatting shares with them.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::super::Error;
use super::check_size;
use crate::value::Value;

/// How a value is laid out: `[[fill]align][sign][#][0][width][grouping][.precision][kind]`.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Specification {
    pub(super) fill: char,
    pub(super) align: Option<char>,
    pub(super) sign: char,
    pub(super) alternate: bool,
    pub(super) zero: bool,
    pub(super) width: usize,
    pub(super) grouping: Option<char>,
    pub(super) precision: Option<usize>,
    pub(super) kind: Option<char>,
}

impl Specification {
    /// Reads a specification; fails on what Python refuses.
    pub(in super::super) fn parse(text: &str) -> Result<Specification, Error> {
        let bad = || Error::new(format!("`{text}` is not a format specification"));
        let mut specification = Specification { fill: ' ', ..Specification::default() };
        let mut characters: Vec<char> = text.chars().rev().collect();
        let is_align = |c: Option<&char>| c.is_some_and(|c| "<>=^".contains(*c));
        if characters.len() > 1 && is_align(characters.get(characters.len() - 2)) {
            specification.fill = characters.pop().ok_or_else(bad)?;
            specification.align = characters.pop();
        } else if is_align(characters.last()) {
            specification.align = characters.pop();
        }
        let mut take = |wanted: &str| {
            let found = characters.last().copied().filter(|c| wanted.contains(*c));
            if found.is_some() {
                characters.pop();
            }
            found
        };
        specification.sign = take("+- ").unwrap_or('-');
        take("z");
        specification.alternate = take("#").is_some();
        if take("0").is_some() {
            specification.zero = specification.align.is_none();
        }
        let mut number = String::new();
        number.extend(std::iter::from_fn(|| take("0123456789")));
        specification.width = if number.is_empty() { 0 } else { number.parse().map_err(|_| bad())? };
        specification.grouping = take(",_");
        if take(".").is_some() {
            number.clear();
            number.extend(std::iter::from_fn(|| take("0123456789")));
            specification.precision = Some(number.parse().map_err(|_| bad())?);
        }
        specification.kind = characters.pop();
        if !characters.is_empty() {
            return Err(bad());
        }
        check_size(specification.width.max(specification.precision.unwrap_or(0)))?;
        Ok(specification)
    }

    /// Writes a text, padded to the width.
    pub(super) fn pad_text(&self, text: &str, align: char, out: &mut String) {
        let missing = self.width.saturating_sub(text.chars().count());
        let left = match self.align.unwrap_or(align) {
            '<' => 0,
            '^' => missing / 2,
            _ => missing,
        };
        out.extend(std::iter::repeat_n(self.fill, left));
        out.push_str(text);
        out.extend(std::iter::repeat_n(self.fill, missing - left));
    }
}

/// Writes a number: the sign, a prefix such as `0x`, the digits, padded to the width.
pub(super) fn pad_number(
    negative: bool,
    prefix: &str,
    digits: &str,
    layout: &Specification,
    out: &mut String,
) {
    let sign = match (negative, layout.sign) {
        (true, _) => "-",
        (false, '+') => "+",
        (false, ' ') => " ",
        _ => "",
    };
    let head = format!("{sign}{prefix}");
    if layout.zero || layout.align == Some('=') {
        let fill = if layout.zero { '0' } else { layout.fill };
        let missing = layout.width.saturating_sub(head.len() + digits.chars().count());
        out.push_str(&head);
        out.extend(std::iter::repeat_n(fill, missing));
        out.push_str(digits);
    } else {
        layout.pad_text(&format!("{head}{digits}"), '>', out);
    }
}

/// Writes a float that is not negative in one of the kinds `e f g` and their capitals.
pub(super) fn format_float(float: f64, kind: char, precision: usize, alternate: bool) -> String {
    if !float.is_finite() {
        let word = if float.is_nan() { "nan" } else { "inf" };
        return if kind.is_ascii_uppercase() { word.to_uppercase() } else { word.to_owned() };
    }
    let precision = precision.min(10_000);
    let text = match kind.to_ascii_lowercase() {
        'f' => with_point(format!("{float:.precision$}"), alternate),
        'e' => scientific(float, precision, alternate),
        _ => {
            let precision = precision.max(1);
            let exponent = scientific(float, precision - 1, false);
            let exponent: i64 = exponent.rsplit_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
            let wide = i64::try_from(precision).unwrap_or(i64::MAX);
            if (-4..wide).contains(&exponent) {
                let decimals = usize::try_from(wide - 1 - exponent).unwrap_or(0);
                trim_zeros(format!("{float:.decimals$}"), alternate)
            } else {
                let text = scientific(float, precision - 1, alternate);
                match text.split_once('e') {
                    Some((mantissa, exponent)) => {
                        format!("{}e{exponent}", trim_zeros(mantissa.to_owned(), alternate))
                    }
                    None => text,
                }
            }
        }
    };
    if kind.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

fn scientific(float: f64, precision: usize, alternate: bool) -> String {
    let text = format!("{float:.precision$e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{}e{sign}{digits:0>2}", with_point(mantissa.to_owned(), alternate))
}

fn with_point(text: String, alternate: bool) -> String {
    if alternate && !text.contains('.') { text + "." } else { text }
}

fn trim_zeros(text: String, alternate: bool) -> String {
    if alternate || !text.contains('.') {
        return with_point(text, alternate);
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Formats a value as `format(value, specification)` does.
pub(in super::super) fn format_value(value: &Value, specification: &str) -> Result<String, Error> {
    if specification.is_empty() {
        return Ok(value.to_string());
    }
    if let Value::Time(time) = value {
        return super::super::methods::format_time(time, specification);
    }
    let layout = Specification::parse(specification)?;
    let refuse = |kind: char| {
        Error::new(format!("the format `{kind}` does not work for a value of type `{}`", value.type_name()))
    };
    let mut out = String::new();
    match (value, layout.kind) {
        (Value::Text(text), None | Some('s')) => {
            if layout.align == Some('=')
                || layout.grouping.is_some()
                || layout.sign != '-'
                || layout.alternate
            {
                return Err(refuse(layout.kind.unwrap_or('=')));
            }
            let most = layout.precision.unwrap_or(usize::MAX);
            let text: String = text.chars().take(most).collect();
            let zero_filled = Specification { fill: if layout.zero { '0' } else { layout.fill }, ..layout };
            zero_filled.pad_text(&text, '<', &mut out);
        }
        (Value::Float(float), kind) => {
            format_float_value(*float, kind, &layout, &mut out).ok_or_else(|| refuse(kind.unwrap_or(' ')))?;
        }
        (Value::Int(_) | Value::BigInt(_) | Value::Bool(_), kind) => match kind {
            Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
                let float = value.as_big_int().and_then(|number| number.to_f64()).unwrap_or(f64::NAN);
                format_float_value(float, kind, &layout, &mut out).ok_or_else(|| refuse(' '))?;
            }
            None if matches!(value, Value::Bool(_)) && layout.precision.is_none() => {
                let number = value.as_big_int().unwrap_or_default();
                format_integer(&number, 'd', &layout, &mut out).ok_or_else(|| refuse('d'))?;
            }
            kind => {
                let number = value.as_big_int().unwrap_or_default();
                let kind = kind.unwrap_or('d');
                format_integer(&number, kind, &layout, &mut out).ok_or_else(|| refuse(kind))?;
            }
        },
        (_, kind) => return Err(refuse(kind.unwrap_or(' '))),
    }
    Ok(out)
}

fn format_integer(number: &BigInt, kind: char, layout: &Specification, out: &mut String) -> Option<()> {
    if layout.precision.is_some() {
        return None;
    }
    let magnitude = number.magnitude();
    let (digits, prefix, group) = match kind {
        'd' | 'n' => (magnitude.to_string(), "", 3),
        'b' => (magnitude.to_str_radix(2), "0b", 4),
        'o' => (magnitude.to_str_radix(8), "0o", 4),
        'x' => (magnitude.to_str_radix(16), "0x", 4),
        'X' => (magnitude.to_str_radix(16).to_uppercase(), "0X", 4),
        'c' => (char::from_u32(number.to_u32()?)?.to_string(), "", 3),
        _ => return None,
    };
    let digits = layout.grouping.map_or(digits.clone(), |separator| grouped(&digits, separator, group));
    let prefix = if layout.alternate { prefix } else { "" };
    pad_number(number.sign() == num_bigint::Sign::Minus, prefix, &digits, layout, out);
    Some(())
}

fn format_float_value(
    float: f64,
    kind: Option<char>,
    layout: &Specification,
    out: &mut String,
) -> Option<()> {
    let magnitude = float.abs();
    let text = match kind {
        None if layout.precision.is_none() => crate::value::float_repr(magnitude),
        None => {
            let text = format_float(magnitude, 'g', layout.precision?, layout.alternate);
            if text.contains(['.', 'e', 'n', 'i']) { text } else { text + ".0" }
        }
        Some('%') => format!(
            "{}%",
            format_float(magnitude * 100.0, 'f', layout.precision.unwrap_or(6), layout.alternate)
        ),
        Some('n') => format_float(magnitude, 'g', layout.precision.unwrap_or(6), layout.alternate),
        Some(kind @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G')) => {
            format_float(magnitude, kind, layout.precision.unwrap_or(6), layout.alternate)
        }
        Some(_) => return None,
    };
    let text = match (layout.grouping, text.find(['.', 'e', '%'])) {
        (None, _) => text,
        (Some(separator), None) => grouped(&text, separator, 3),
        (Some(separator), Some(end)) => {
            let (whole, rest) = text.split_at(end);
            grouped(whole, separator, 3) + rest
        }
    };
    pad_number(float.is_sign_negative() && !float.is_nan(), "", &text, layout, out);
    Some(())
}

fn grouped(digits: &str, separator: char, size: usize) -> String {
    let mut out = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}
