//! Filters of numbers: conversion, rounding, logarithms and powers.

use num_bigint::{BigInt, Sign};
use num_traits::{FromPrimitive, Num, Signed, ToPrimitive, Zero};

use super::super::{Arguments, Call, Error};
use super::Table;
use super::inputs::{integer, number, string};
use crate::value::{Value, is_space};

pub(super) const FILTERS: Table = &[
    ("abs", absolute),
    ("float", to_float),
    ("int", to_int),
    ("log", logarithm),
    ("pow", power),
    ("root", root),
    ("round", round),
];

/// The decimal digits that Python reads into an `int` at the most.
const MOST_DIGITS: usize = 4300;

fn absolute(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("abs", [], 0)?;
    match (&input, input.as_big_int()) {
        (_, Some(number)) => Ok(Value::from_big_int(number.abs())),
        (Value::Float(number), _) => Ok(number.abs().into()),
        (Value::Duration(microseconds), _) => Ok(Value::Duration(microseconds.abs().into())),
        _ => Err(Error::new(format!("`{}` has no absolute value", input.type_name()))),
    }
}

fn to_int(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [default, base] = arguments.bind("int", ["default", "base"], 0)?;
    let default = default.unwrap_or(Value::Int(0));
    if let Some(number) = input.as_big_int() {
        return Ok(Value::from_big_int(number));
    }
    match &input {
        Value::Float(number) if number.is_infinite() => {
            Err(Error::new("an infinite `float` has no `int` value"))
        }
        Value::Float(number) => Ok(truncate(*number).unwrap_or(default)),
        Value::Text(text) => {
            let base = base.map_or(Some(10), |base| integer(&base).ok());
            let whole = base.and_then(|base| parse_int(text, base)).map(Value::from_big_int);
            Ok(whole.or_else(|| truncate(parse_float(text)?)).unwrap_or(default))
        }
        _ => Ok(default),
    }
}

/// Returns a float without its fraction; none when it is not finite.
fn truncate(number: f64) -> Option<Value> {
    BigInt::from_f64(number.trunc()).map(Value::from_big_int)
}

/// Reads an `int` as Python's `int(text, base)` does: spaces around it, a sign, a prefix, underscores between digits.
fn parse_int(text: &str, base: i64) -> Option<BigInt> {
    let text = text.trim_matches(is_space);
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefix = digits.get(..2).map(str::to_ascii_lowercase);
    let prefix_base = match prefix.as_deref() {
        Some("0x") => Some(16),
        Some("0o") => Some(8),
        Some("0b") => Some(2),
        _ => None,
    };
    let (base, digits) = match (base, prefix_base) {
        (0, Some(prefix)) => (prefix, digits.get(2..)?),
        (base, Some(prefix)) if base == prefix => (prefix, digits.get(2..)?),
        // Without a prefix only zero may start with a zero.
        (0, None) if digits.starts_with('0') && digits.contains(|c| !matches!(c, '0' | '_')) => return None,
        (0, None) => (10, digits),
        (base, _) => (base, digits),
    };
    // An underscore may follow the prefix.
    let digits = if prefix_base == Some(base) { digits.strip_prefix('_').unwrap_or(digits) } else { digits };
    let digits = join_digits(digits, char::is_alphanumeric)?;
    let is_too_long =
        digits.len() > MOST_DIGITS && u64::try_from(base).is_ok_and(|base| !base.is_power_of_two());
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base) && !is_too_long)?;
    let number = BigInt::from_str_radix(&digits, base).ok()?;
    Some(if is_negative { -number } else { number })
}

/// Removes the underscores between digits; none when one stands elsewhere.
fn join_digits(text: &str, is_digit: fn(char) -> bool) -> Option<String> {
    let mut joined = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        let is_between = before.is_some_and(is_digit) && characters.peek().copied().is_some_and(is_digit);
        if character != '_' {
            joined.push(character);
        } else if !is_between {
            return None;
        }
        before = Some(character);
    }
    Some(joined).filter(|joined| !joined.is_empty() && !joined.starts_with(['+', '-']))
}

/// Reads a `float` as Python's `float(text)` does.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_space);
    let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
    let digits = join_digits(digits, |c| c.is_ascii_digit())?;
    format!("{sign}{digits}").parse().ok()
}

fn to_float(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [default] = arguments.bind("float", ["default"], 0)?;
    let default = default.unwrap_or(Value::Float(0.0));
    match (&input, number(&input)) {
        (Value::BigInt(_), Some(number)) if number.is_infinite() => {
            Err(Error::new("the `int` is too large for a `float`"))
        }
        (_, Some(number)) => Ok(number.into()),
        (Value::Text(text), _) => Ok(parse_float(text).map_or(default, Value::Float)),
        _ => Ok(default),
    }
}

fn round(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [precision, method] = arguments.bind("round", ["precision", "method"], 0)?;
    let precision = precision.unwrap_or(Value::Int(0));
    match method.as_ref().map_or(Some("common"), Value::as_str) {
        Some("common") => round_half_even(&input, &precision),
        Some("ceil") => round_to(&input, &precision, f64::ceil),
        Some("floor") => round_to(&input, &precision, f64::floor),
        _ => Err(Error::new("`method` must be `common`, `ceil` or `floor`")),
    }
}

/// Rounds as Python's `round(number, precision)`: an `int` stays one, halves go to the even neighbour.
fn round_half_even(input: &Value, precision: &Value) -> Result<Value, Error> {
    let digits = if matches!(precision, Value::Null) { None } else { Some(integer(precision)?) };
    match (input, input.as_big_int()) {
        (_, Some(number)) => Ok(Value::from_big_int(round_int(number, digits.unwrap_or(0), false))),
        (Value::Float(number), _) if digits.is_none() => {
            let rounded = round_float(*number, 0);
            truncate(rounded).ok_or_else(|| Error::new("the `float` is not finite: it has no `int` value"))
        }
        (Value::Float(number), _) => Ok(round_float(*number, digits.unwrap_or(0)).into()),
        _ => Err(Error::new(format!("`{}` cannot be rounded", input.type_name()))),
    }
}

/// Rounds an exact number to a multiple of `10 ** -digits`; `has_fraction` tells that something follows its units.
fn round_int(number: BigInt, digits: i64, has_fraction: bool) -> BigInt {
    let zeros = digits.checked_neg().and_then(|zeros| u32::try_from(zeros).ok()).unwrap_or(u32::MAX);
    if digits >= 0 {
        return number;
    }
    if u64::from(zeros) > number.bits() {
        // 10 ** zeros is more than twice the number.
        return BigInt::zero();
    }
    let unit = BigInt::from(10).pow(zeros);
    let (sign, magnitude) = (number.sign(), number.abs());
    let (quotient, rest) = (&magnitude / &unit, &magnitude % &unit);
    let twice = rest * 2;
    let is_odd = quotient.bit(0);
    let is_up = twice > unit || (twice == unit && (is_odd || has_fraction));
    let rounded = (quotient + u8::from(is_up)) * unit;
    if sign == Sign::Minus { -rounded } else { rounded }
}

fn round_float(number: f64, digits: i64) -> f64 {
    if !number.is_finite() {
        return number;
    }
    let Ok(places) = usize::try_from(digits) else {
        let whole = BigInt::from_f64(number.trunc()).unwrap_or_default();
        let rounded = round_int(whole, digits, number.fract() != 0.0).to_f64().unwrap_or(f64::INFINITY);
        return rounded.abs().copysign(number);
    };
    // No double has more decimal places than this; formatting is exact and rounds halves to even.
    if places > 1100 {
        return number;
    }
    format!("{number:.places$}").parse().unwrap_or(number)
}

/// Rounds up or down as Jinja does: with the power of ten as a factor, which gives a `float`.
fn round_to(input: &Value, precision: &Value, round: fn(f64) -> f64) -> Result<Value, Error> {
    let digits = i32::try_from(integer(precision)?).unwrap_or(i32::MAX);
    let number =
        number(input).ok_or_else(|| Error::new(format!("`{}` cannot be rounded", input.type_name())))?;
    let factor = format!("1e{digits}").parse().unwrap_or(f64::INFINITY);
    let scaled = number * factor;
    if !scaled.is_finite() || factor == 0.0 {
        return Err(Error::new("the number is too large to be rounded"));
    }
    Ok((round(scaled) / factor).into())
}

/// Returns a number for a function of mathematics.
fn real(value: &Value, filter: &str) -> Result<f64, Error> {
    let number = number(value)
        .ok_or_else(|| Error::new(format!("`{filter}` needs a number, not `{}`", value.type_name())))?;
    if number.is_infinite() && !matches!(value, Value::Float(_)) {
        return Err(Error::new("the `int` is too large for a `float`"));
    }
    Ok(number)
}

/// Returns a result, or the error for one that is not finite although the operands are.
fn finite(result: f64, operands: [f64; 2]) -> Result<Value, Error> {
    if operands.iter().all(|operand| operand.is_finite()) && !result.is_finite() {
        return Err(Error::new("the result is not a finite number"));
    }
    Ok(result.into())
}

fn logarithm(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [base] = arguments.bind("log", ["base"], 0)?;
    let number = real(&input, "log")?;
    let base = base.map_or(Ok(std::f64::consts::E), |base| real(&base, "log"))?;
    if number <= 0.0 || base <= 0.0 {
        return Err(Error::new("only a positive number has a logarithm"));
    }
    let result = if base == 10.0 { number.log10() } else { number.ln() / base.ln() };
    finite(result, [number, base])
}

fn power(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [exponent] = arguments.bind("pow", ["y"], 1)?;
    let (number, exponent) = (real(&input, "pow")?, real(&exponent.unwrap_or_default(), "pow")?);
    finite(number.powf(exponent), [number, exponent])
}

fn root(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [base] = arguments.bind("root", ["base"], 0)?;
    let number = real(&input, "root")?;
    let base = match base.unwrap_or(Value::Int(2)) {
        Value::Text(text) => parse_float(string(&text.into())?),
        base => super::inputs::number(&base),
    };
    match base {
        None => Err(Error::new("the base of `root` must be a number")),
        Some(0.0) => Err(Error::new("the base of `root` must not be zero")),
        Some(2.0) => finite(number.sqrt(), [number, 2.0]),
        Some(base) => finite(number.powf(1.0 / base), [number, base]),
    }
}

#[cfg(test)]
mod tests;
