//! Arithmetic of numbers.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use super::super::Error;
use super::Operator;
use crate::value::Value;

/// The largest integer that an expression may make, in bits.
const BIT_LIMIT: u64 = 200_000;

/// Computes `left operator right` of two numbers; none when one is not a number.
pub(super) fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Option<Result<Value, Error>> {
    if let (Value::Int(a), Value::Int(b)) = (left, right)
        && let Some(outcome) = small(operator, *a, *b)
    {
        return Some(Ok(outcome));
    }
    if !is_number(left) || !is_number(right) {
        return None;
    }
    Some(match (left.as_big_int(), right.as_big_int()) {
        (Some(a), Some(b)) => integers(operator, &a, &b),
        _ => as_float(left).and_then(|a| floats(operator, a, as_float(right)?)),
    })
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_))
}

/// Computes what fits 64 bits without further ado.
fn small(operator: Operator, a: i64, b: i64) -> Option<Value> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::FloorDivide if b != 0 => {
            let quotient = a.checked_div(b)?;
            Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
        }
        Operator::Remainder if b != 0 => {
            let remainder = a.checked_rem(b)?;
            Some(if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder })
        }
        _ => None,
    }
    .map(Value::Int)
}

fn by_zero() -> Error {
    Error::new("a number cannot be divided by zero")
}

fn integers(operator: Operator, a: &BigInt, b: &BigInt) -> Result<Value, Error> {
    let exact = match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => {
            check_bits(a.bits() + b.bits())?;
            a * b
        }
        Operator::Divide | Operator::FloorDivide | Operator::Remainder if b.is_zero() => {
            return Err(by_zero());
        }
        Operator::Divide => return divide(a, b),
        Operator::FloorDivide | Operator::Remainder => {
            let (mut quotient, mut remainder) = (a / b, a % b);
            if !remainder.is_zero() && remainder.is_negative() != b.is_negative() {
                quotient -= 1;
                remainder += b;
            }
            if operator == Operator::Remainder { remainder } else { quotient }
        }
        Operator::Power if b.is_negative() => {
            let (a, b) =
                (as_float(&Value::from_big_int(a.clone())), as_float(&Value::from_big_int(b.clone())));
            return floats(Operator::Power, a?, b?);
        }
        Operator::Power => {
            let small_base = a.bits() <= 1;
            let exponent = b.to_u32().filter(|n| small_base || u64::from(*n) * a.bits() <= BIT_LIMIT);
            match exponent {
                Some(exponent) => a.pow(exponent),
                None if small_base && !a.is_negative() => a.clone(),
                None if small_base => a.pow(u32::from(b.bit(0))),
                None => return Err(too_large()),
            }
        }
    };
    check_bits(exact.bits())?;
    Ok(Value::from_big_int(exact))
}

fn check_bits(bits: u64) -> Result<(), Error> {
    if bits <= BIT_LIMIT { Ok(()) } else { Err(too_large()) }
}

fn too_large() -> Error {
    Error::new(format!("the expression makes an integer of more than {BIT_LIMIT} bits"))
}

fn divide(a: &BigInt, b: &BigInt) -> Result<Value, Error> {
    // Two integers of any size may have a quotient that fits a float: both are cut to what a float can tell apart.
    let excess = a.bits().max(b.bits()).saturating_sub(1000);
    let cut = |number: &BigInt| (number >> excess).to_f64().unwrap_or(f64::NAN);
    let quotient = cut(a) / cut(b);
    if quotient.is_finite() {
        Ok(Value::Float(quotient))
    } else {
        Err(Error::new("the quotient is too large"))
    }
}

fn as_float(value: &Value) -> Result<f64, Error> {
    let float = match value {
        Value::Float(float) => return Ok(*float),
        other => other.as_big_int().and_then(|number| number.to_f64()).filter(|float| float.is_finite()),
    };
    float.ok_or_else(|| Error::new("the integer is too large for a float"))
}

fn floats(operator: Operator, a: f64, b: f64) -> Result<Value, Error> {
    Ok(Value::Float(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Power => power(a, b)?,
        _ if b == 0.0 => return Err(by_zero()),
        Operator::Divide => a / b,
        Operator::FloorDivide => divide_with_remainder(a, b).0,
        Operator::Remainder => divide_with_remainder(a, b).1,
    }))
}

/// Python's `divmod` of floats: the remainder has the sign of the divisor.
fn divide_with_remainder(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0.0_f64.copysign(b);
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0_f64.copysign(a / b), remainder);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, remainder)
}

fn power(a: f64, b: f64) -> Result<f64, Error> {
    if a == 0.0 && b < 0.0 {
        return Err(Error::new("zero cannot be raised to a negative power"));
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 {
        return Err(Error::new("the root of a negative number is not a float"));
    }
    let power = a.powf(b);
    if power.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(Error::new("the power is too large for a float"));
    }
    Ok(power)
}

/// Computes `-value`.
pub(in super::super) fn negate(value: &Value) -> Result<Value, Error> {
    match value {
        Value::Float(float) => Ok(Value::Float(-float)),
        Value::Duration(duration) => Ok(Value::Duration(std::sync::Arc::new(-**duration))),
        other => other
            .as_big_int()
            .map(|number| Value::from_big_int(-number))
            .ok_or_else(|| Error::new(format!("a value of type `{}` cannot be negated", other.type_name()))),
    }
}

/// Computes `+value`.
pub(in super::super) fn keep_sign(value: &Value) -> Result<Value, Error> {
    match value {
        Value::Float(_) | Value::Duration(_) => Ok(value.clone()),
        other => other
            .as_big_int()
            .map(Value::from_big_int)
            .ok_or_else(|| Error::new(format!("a value of type `{}` has no sign", other.type_name()))),
    }
}
