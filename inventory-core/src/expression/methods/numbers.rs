//! The methods and properties of `int` and `float`.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::super::{Arguments, Error};
use super::wrong_type;
use crate::value::Value;

pub(super) const BITWISE: &[&str] = &["__and__", "__lshift__", "__or__", "__rshift__", "__xor__"];

pub(super) const INT_METHODS: &[&str] = &[
    "as_integer_ratio",
    "bit_count",
    "bit_length",
    "conjugate",
    "from_bytes",
    "to_bytes",
    "__and__",
    "__lshift__",
    "__or__",
    "__rshift__",
    "__xor__",
];

pub(super) const FLOAT_METHODS: &[&str] = &["as_integer_ratio", "conjugate", "fromhex", "hex", "is_integer"];

/// How far a left shift may go.
const SHIFT_LIMIT: u64 = 200_000;

/// Returns the attributes that are not methods.
pub(super) fn property(value: &Value, name: &str) -> Option<Value> {
    let integer = value.as_big_int().map(Value::from_big_int);
    match (name, integer) {
        ("real", integer) => Some(integer.unwrap_or_else(|| value.clone())),
        ("imag", Some(_)) => Some(Value::Int(0)),
        ("imag", None) => Some(Value::Float(0.0)),
        ("numerator", Some(integer)) => Some(integer),
        ("denominator", Some(_)) => Some(Value::Int(1)),
        _ => None,
    }
}

/// Calls a method of an integer.
pub(super) fn call_int(receiver: &Value, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let number = receiver.as_big_int().unwrap_or_default();
    if BITWISE.contains(&name) {
        let [other] = arguments.bind(name, ["value"], 1)?;
        let other = other.unwrap_or_default();
        let operand = other.as_big_int().ok_or_else(|| wrong_type(name, "an integer", &other))?;
        return bitwise(&number, name, &operand);
    }
    let [] = arguments.bind(name, [], 0)?;
    Ok(match name {
        "bit_length" => Value::from_big_int(BigInt::from(number.bits())),
        "bit_count" => Value::from_big_int(BigInt::from(number.magnitude().count_ones())),
        "conjugate" => Value::from_big_int(number),
        "as_integer_ratio" => Value::Tuple(Arc::new(vec![Value::from_big_int(number), Value::Int(1)])),
        _ => {
            return Err(Error::new(format!("the method `{name}` is not supported: there are no bytes here")));
        }
    })
}

fn bitwise(a: &BigInt, name: &str, b: &BigInt) -> Result<Value, Error> {
    let shift = b.to_u64();
    Ok(Value::from_big_int(match (name, shift) {
        ("__and__", _) => a & b,
        ("__or__", _) => a | b,
        ("__xor__", _) => a ^ b,
        ("__rshift__", Some(by)) => a >> by.min(a.bits() + 1),
        ("__lshift__", Some(by)) if by + a.bits() <= SHIFT_LIMIT => a << by,
        _ => return Err(Error::new("the bits cannot be shifted so far")),
    }))
}

/// Calls a method of a float.
pub(super) fn call_float(float: f64, name: &str, arguments: Arguments) -> Result<Value, Error> {
    if name == "fromhex" {
        return Err(Error::new("the method `fromhex` is not supported"));
    }
    let [] = arguments.bind(name, [], 0)?;
    match name {
        "is_integer" => Ok(Value::Bool(float.is_finite() && float.fract() == 0.0)),
        "conjugate" => Ok(Value::Float(float)),
        "hex" => Ok(Value::from(hexadecimal(float))),
        _ => ratio(float),
    }
}

fn ratio(float: f64) -> Result<Value, Error> {
    let (mut float, mut shift) = (float, 0_u32);
    if !float.is_finite() {
        return Err(Error::new("only a finite float is a ratio of integers"));
    }
    while float.fract() != 0.0 {
        float *= 2.0;
        shift += 1;
    }
    let numerator = BigInt::from_f64(float).unwrap_or_default();
    let denominator = BigInt::from(1) << shift;
    Ok(Value::Tuple(Arc::new(vec![Value::from_big_int(numerator), Value::from_big_int(denominator)])))
}

fn hexadecimal(float: f64) -> String {
    if !float.is_finite() {
        return crate::value::float_repr(float);
    }
    let bits = float.to_bits();
    let sign = if float.is_sign_negative() { "-" } else { "" };
    let mantissa = bits & ((1 << 52) - 1);
    let exponent = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    if exponent == 0 && mantissa == 0 {
        return format!("{sign}0x0.0p+0");
    }
    let (lead, exponent) = if exponent == 0 { (0, -1022) } else { (1, exponent - 1023) };
    format!("{sign}0x{lead}.{mantissa:013x}p{exponent:+}")
}
