//! Filters for sizes that people read and write: `human_readable`, `human_to_bytes`.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::super::{Arguments, Call, Error};
use super::{Table, inputs};
use crate::value::{Ordered, Value, is_space};

pub(super) const BUILTIN: Table = &[("human_readable", human_readable), ("human_to_bytes", human_to_bytes)];

/// The prefixes with the power of two that each stands for, and their names.
const PREFIXES: [(char, u32, &str); 9] = [
    ('Y', 80, "yotta"),
    ('Z', 70, "zeta"),
    ('E', 60, "exa"),
    ('P', 50, "peta"),
    ('T', 40, "tera"),
    ('G', 30, "giga"),
    ('M', 20, "mega"),
    ('K', 10, "kilo"),
    ('B', 0, ""),
];

fn human_readable(_: &Call<'_>, size: Value, arguments: Arguments) -> Result<Value, Error> {
    let [bits, unit] = arguments.bind("human_readable", ["isbits", "unit"], 0)?;
    let unit = match unit.as_ref().unwrap_or(&Value::Null) {
        Value::Null => None,
        unit => Some(inputs::string_for("human_readable", unit)?.to_uppercase()),
    };
    if size.as_big_int().is_none() && !matches!(size, Value::Float(_)) {
        let found = size.type_name();
        return Err(Error::new(format!("`human_readable` needs a number, not a value of type `{found}`")));
    }
    let fits = |(letter, power, _): &(char, u32, &str)| match &unit {
        Some(unit) => unit.chars().eq([*letter]),
        None => match size.compare(&Value::from_big_int(BigInt::from(1) << *power)) {
            Ordered::As(order) => order.is_ge(),
            Ordered::Not | Ordered::TypeError => false,
        },
    };
    let (letter, power) =
        PREFIXES.iter().find(|prefix| fits(prefix)).map_or(('B', 0), |(letter, power, _)| (*letter, *power));
    let (short, long) = if inputs::flag(bits.as_ref()) { ("b", "bits") } else { ("B", "Bytes") };
    let suffix = if power == 0 { long.to_owned() } else { format!("{letter}{short}") };
    let number = match &size {
        Value::Float(number) => *number,
        other => other.as_big_int().and_then(|number| number.to_f64()).unwrap_or(f64::NAN),
    };
    let number = number / 2_f64.powi(i32::try_from(power).unwrap_or(0));
    if number.is_infinite() && !matches!(size, Value::Float(_)) {
        return Err(Error::new("`human_readable` got an `int` that is too large for a `float`"));
    }
    let number = if number.is_nan() { "nan".to_owned() } else { format!("{number:.2}") };
    Ok(format!("{number} {suffix}").into())
}

fn human_to_bytes(_: &Call<'_>, size: Value, arguments: Arguments) -> Result<Value, Error> {
    let [default_unit, bits] = arguments.bind("human_to_bytes", ["default_unit", "isbits"], 0)?;
    let text = inputs::text(&size)?;
    let refused = || Error::new(format!("`human_to_bytes` cannot read `{text}`"));
    let (number, unit) = split_size(&text).ok_or_else(refused)?;
    let number: f64 = number.parse().map_err(|_| refused())?;
    let unit = match (unit, default_unit.as_ref().unwrap_or(&Value::Null)) {
        ("", Value::Null) => None,
        ("", unit) => Some(inputs::string_for("human_to_bytes", unit)?),
        (unit, _) => Some(unit),
    };
    let power = match unit {
        None => 0,
        Some(unit) => find_unit(unit, inputs::flag(bits.as_ref())).ok_or_else(refused)?,
    };
    let bytes = (number * 2_f64.powi(power)).round_ties_even();
    BigInt::from_f64(bytes).map(Value::from_big_int).ok_or_else(refused)
}

/// Splits `10.5 MB` into its number and its unit, which may be missing.
fn split_size(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end_matches(is_space);
    let unit_start = text.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |place| {
        place + text.get(place..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
    });
    let (number, unit) = text.split_at_checked(unit_start)?;
    let number = if unit.is_empty() { number } else { number.trim_end_matches(is_space) };
    let (whole, fraction) = number.split_once('.').unwrap_or(("", number));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(fraction) && !fraction.is_empty()).then_some((number, unit))
}

/// Returns the power of two that a unit stands for: `K`, `KB`, `kilobyte`, or `Kb` and `kilobit` for bits.
fn find_unit(unit: &str, bits: bool) -> Option<i32> {
    let first = unit.chars().next()?;
    let mut upper = first.to_uppercase();
    let (letter, power, name) =
        PREFIXES.iter().find(|(letter, ..)| upper.len() == 1 && upper.clone().eq([*letter]))?;
    upper.next();
    let (short, long) = if bits { ("b", "bit") } else { ("B", "byte") };
    let short = if *power == 0 { short.to_owned() } else { format!("{letter}{short}") };
    let known = unit.chars().count() == 1 || unit.to_lowercase() == format!("{name}{long}") || unit == short;
    if known { i32::try_from(*power).ok() } else { None }
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("rows/human.jsonl"));
    }
}
