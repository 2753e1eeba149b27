//! Ansible's conversions of a value to the type of its option (`ensure_type`).

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Coerced, text_node};
use crate::value::float_repr;
use crate::yaml::{Node, NodeValue, Text};

pub(super) fn string(node: &Node) -> Coerced<Text> {
    let text = match &node.value {
        NodeValue::String(text) => return Ok(text.clone()),
        NodeValue::Bool(true) => "True".to_owned(),
        NodeValue::Bool(false) => "False".to_owned(),
        NodeValue::Int(number) => number.to_string(),
        NodeValue::BigInt(number) => number.to_string(),
        NodeValue::Float(number) => float_repr(*number),
        NodeValue::Null | NodeValue::Timestamp(_) | NodeValue::Sequence(_) | NodeValue::Mapping(_) => {
            return Err("a string");
        }
    };
    Ok(Text { text, is_unsafe: false })
}

/// None for what is neither a word or number for true nor one for false.
pub(super) fn boolean(node: &Node) -> Option<bool> {
    match &node.value {
        NodeValue::Bool(truth) => Some(*truth),
        NodeValue::Int(0) => Some(false),
        NodeValue::Int(1) => Some(true),
        NodeValue::Float(number) if *number == 0.0 => Some(false),
        NodeValue::Float(number) if *number == 1.0 => Some(true),
        NodeValue::String(text) => match text.text.to_lowercase().trim() {
            "y" | "yes" | "on" | "1" | "true" | "t" => Some(true),
            "n" | "no" | "off" | "0" | "false" | "f" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn integer(node: &Node) -> Coerced<i64> {
    let number = match &node.value {
        NodeValue::Bool(truth) => Some(i64::from(*truth)),
        NodeValue::Int(number) => Some(*number),
        NodeValue::Float(number) if number.fract() == 0.0 => number.to_i64(),
        NodeValue::String(text) => decimal(&text.text),
        _ => None,
    };
    number.ok_or("an integer of at most 64 bits")
}

/// Reads text as Python's `Decimal` does (`12`, `1_000`, `1.0`, `1e3`); none when it has a fraction or does not fit.
fn decimal(text: &str) -> Option<i64> {
    let text = text.trim().replace('_', "");
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text.as_str(), 0),
    };
    let is_negative = mantissa.starts_with('-');
    let digits = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let shift = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let shift =
        u32::try_from(shift.checked_add(i64::try_from(zeros).ok()?)?).ok().filter(|shift| *shift < 20)?;
    let number = significant.parse::<BigInt>().ok()? * BigInt::from(10).pow(shift);
    (if is_negative { -number } else { number }).to_i64()
}

pub(super) fn float(node: &Node) -> Coerced<f64> {
    let number = match &node.value {
        NodeValue::Bool(truth) => Some(f64::from(u8::from(*truth))),
        NodeValue::Int(number) => number.to_f64(),
        NodeValue::BigInt(number) => number.to_f64().filter(|number| number.is_finite()),
        NodeValue::Float(number) => Some(*number),
        NodeValue::String(text) => python_float(text.text.trim()),
        _ => None,
    };
    number.ok_or("a number")
}

/// Python allows `_` between digits only.
fn python_float(text: &str) -> Option<f64> {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let has_stray = bytes.iter().enumerate().any(|(index, byte)| {
        *byte == b'_' && !(index > 0 && is_digit(bytes.get(index - 1)) && is_digit(bytes.get(index + 1)))
    });
    if has_stray { None } else { text.replace('_', "").parse().ok() }
}

pub(super) fn list(node: &Node) -> Coerced<Vec<Node>> {
    match &node.value {
        NodeValue::Sequence(items) => Ok(items.clone()),
        NodeValue::String(text) => {
            let part = |part| Node {
                value: NodeValue::String(Text { text: unquoted(part).to_owned(), is_unsafe: text.is_unsafe }),
                ..text_node("", node.span)
            };
            Ok(text.text.split(',').map(str::trim).map(part).collect())
        }
        _ => Err("a list"),
    }
}

/// Removes equal quotes around a text, unless the last one is escaped.
fn unquoted(text: &str) -> &str {
    let inner =
        |quote: char| text.strip_prefix(quote)?.strip_suffix(quote).filter(|inner| !inner.ends_with('\\'));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}
