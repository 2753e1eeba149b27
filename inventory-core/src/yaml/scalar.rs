//! Plain text to typed values: the implicit types of YAML 1.1 as PyYAML's resolver has them.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use num_bigint::BigInt;
use num_traits::{Num, ToPrimitive};

use super::NodeValue;
use crate::value::Time;

/// Holds a date, or a date and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    /// The text as written.
    pub text: String,
    /// What Python's `str()` gives for the `date` or `datetime` that PyYAML makes of it.
    pub python_text: String,
    /// The `datetime`; none for a date alone.
    pub time: Option<Time>,
}

/// Names a type that plain text can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScalarKind {
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    /// `<<`, as a key.
    Merge,
    /// `=`, which PyYAML knows but makes no value of.
    Value,
    String,
}

impl ScalarKind {
    /// Returns the type of a plain scalar. The order is PyYAML's.
    pub(super) fn resolve(text: &str) -> Self {
        if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            Self::Null
        } else if boolean(text).is_some() {
            Self::Bool
        } else if is_float(text) {
            Self::Float
        } else if is_integer(text) {
            Self::Int
        } else if text == "<<" {
            Self::Merge
        } else if is_timestamp(text) {
            Self::Timestamp
        } else if text == "=" {
            Self::Value
        } else {
            Self::String
        }
    }
}

/// Returns the meaning of one of YAML 1.1's words for true and false, in the three cases that PyYAML knows.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// Makes a boolean of text tagged `!!bool`: any case, as PyYAML.
pub(super) fn construct_bool(text: &str) -> Option<NodeValue> {
    boolean(&text.to_lowercase()).map(NodeValue::Bool)
}

fn without_sign(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn is_digits(text: &str, allowed: fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(|byte| allowed(byte) || byte == b'_')
}

fn is_decimal(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && is_digits(text, |byte| byte.is_ascii_digit())
}

/// The parts after the first of a number in base 60: one or two digits below 60.
fn is_sexagesimal_part(text: &str) -> bool {
    match text.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [ten, digit] => (b'0'..=b'5').contains(ten) && digit.is_ascii_digit(),
        _ => false,
    }
}

fn is_integer(text: &str) -> bool {
    let digits = without_sign(text);
    if let Some(binary) = digits.strip_prefix("0b") {
        return is_digits(binary, |byte| matches!(byte, b'0' | b'1'));
    }
    if let Some(hexadecimal) = digits.strip_prefix("0x") {
        return is_digits(hexadecimal, |byte| byte.is_ascii_hexdigit());
    }
    if let Some(octal) = digits.strip_prefix('0') {
        return octal.is_empty() || is_digits(octal, |byte| (b'0'..=b'7').contains(&byte));
    }
    let mut parts = digits.split(':');
    parts.next().is_some_and(is_decimal) && parts.all(is_sexagesimal_part)
}

fn is_float(text: &str) -> bool {
    let digits = without_sign(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        exponent.starts_with(['+', '-'])
            && exponent.len() > 1
            && exponent.bytes().skip(1).all(|byte| byte.is_ascii_digit())
    });
    let Some((whole, fraction)) = mantissa.split_once('.') else { return false };
    if !exponent_fits || !(fraction.is_empty() || is_digits(fraction, |byte| byte.is_ascii_digit())) {
        return false;
    }
    if whole.is_empty() {
        // PyYAML takes no sign here: `.5` is a number, `-.5` is a string.
        return digits.len() == text.len() && fraction.starts_with(|first: char| first.is_ascii_digit());
    }
    let mut parts = whole.split(':');
    let first = parts.next().is_some_and(is_decimal);
    let mut parts = parts.peekable();
    let is_sexagesimal = parts.peek().is_some();
    first && parts.all(is_sexagesimal_part) && !(is_sexagesimal && exponent.is_some())
}

/// Makes an integer of text; none where Python's conversion fails.
pub(super) fn construct_int(text: &str) -> Option<NodeValue> {
    let text = text.replace('_', "");
    let is_negative = text.starts_with('-');
    let digits = without_sign(&text);
    let number = if digits == "0" {
        BigInt::ZERO
    } else if let Some(binary) = digits.strip_prefix("0b") {
        parse_integer(binary, 2)?
    } else if let Some(hexadecimal) = digits.strip_prefix("0x") {
        parse_integer(hexadecimal, 16)?
    } else if digits.starts_with('0') {
        parse_integer(digits, 8)?
    } else {
        let mut number = BigInt::ZERO;
        for part in digits.split(':') {
            number = number * 60 + parse_integer(part, 10)?;
        }
        number
    };
    let number = if is_negative { -number } else { number };
    Some(number.to_i64().map_or_else(|| NodeValue::BigInt(number), NodeValue::Int))
}

/// Python refuses decimal text longer than this, because reading it takes quadratic time.
const DECIMAL_DIGITS_LIMIT: usize = 4300;

fn parse_integer(digits: &str, radix: u32) -> Option<BigInt> {
    let digits = digits.trim();
    if radix == 10 && digits.len() > DECIMAL_DIGITS_LIMIT {
        return None;
    }
    BigInt::from_str_radix(digits, radix).ok()
}

/// Makes a float of text; none where Python's conversion fails.
pub(super) fn construct_float(text: &str) -> Option<NodeValue> {
    let text = text.replace('_', "").to_lowercase();
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let digits = without_sign(&text);
    let number = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ => {
            // The order of the additions is PyYAML's: it decides the last bit.
            let (mut base, mut sum) = (1.0, 0.0);
            for part in digits.rsplit(':') {
                sum += part.trim().parse::<f64>().ok()? * base;
                base *= 60.0;
            }
            sum
        }
    };
    Some(NodeValue::Float(sign * number))
}

fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_date = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(index, byte)| if matches!(index, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() });
    is_date || split_timestamp(text).is_some_and(|parts| parts.time.is_some())
}

/// The parts of a timestamp as text.
struct TimestampParts<'a> {
    year: &'a str,
    month: &'a str,
    day: &'a str,
    time: Option<TimeParts<'a>>,
}

struct TimeParts<'a> {
    hour: &'a str,
    minute: &'a str,
    second: &'a str,
    fraction: &'a str,
    zone: Option<ZoneParts<'a>>,
}

enum ZoneParts<'a> {
    Utc,
    Offset { is_west: bool, hours: &'a str, minutes: &'a str },
}

/// Takes between `least` and `most` digits from the front.
fn take_digits<'a>(rest: &mut &'a str, least: usize, most: usize) -> Option<&'a str> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    let (digits, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    Some(digits)
}

fn take(rest: &mut &str, prefix: char) -> Option<()> {
    *rest = rest.strip_prefix(prefix)?;
    Some(())
}

fn split_timestamp(text: &str) -> Option<TimestampParts<'_>> {
    let mut rest = text;
    let year = take_digits(&mut rest, 4, 4)?;
    take(&mut rest, '-')?;
    let month = take_digits(&mut rest, 1, 2)?;
    take(&mut rest, '-')?;
    let day = take_digits(&mut rest, 1, 2)?;
    let time = if rest.is_empty() { None } else { Some(split_time(rest)?) };
    Some(TimestampParts { year, month, day, time })
}

fn split_time(text: &str) -> Option<TimeParts<'_>> {
    let mut rest = match text.strip_prefix(['T', 't']) {
        Some(rest) => rest,
        None => text.strip_prefix([' ', '\t'])?.trim_start_matches([' ', '\t']),
    };
    let hour = take_digits(&mut rest, 1, 2)?;
    take(&mut rest, ':')?;
    let minute = take_digits(&mut rest, 2, 2)?;
    take(&mut rest, ':')?;
    let second = take_digits(&mut rest, 2, 2)?;
    let mut fraction = "";
    if take(&mut rest, '.').is_some() {
        fraction = take_digits(&mut rest, 0, usize::MAX)?;
    }
    let zone = split_zone(rest)?;
    Some(TimeParts { hour, minute, second, fraction, zone })
}

/// The outer option is none when the text is not a zone, the inner one when there is no zone.
fn split_zone(text: &str) -> Option<Option<ZoneParts<'_>>> {
    if text.is_empty() {
        return Some(None);
    }
    let mut rest = text.trim_start_matches([' ', '\t']);
    if rest == "Z" {
        return Some(Some(ZoneParts::Utc));
    }
    let is_west = rest.starts_with('-');
    rest = rest.strip_prefix(['+', '-'])?;
    let hours = take_digits(&mut rest, 1, 2)?;
    let mut minutes = "0";
    if take(&mut rest, ':').is_some() {
        minutes = take_digits(&mut rest, 2, 2)?;
    }
    rest.is_empty().then_some(Some(ZoneParts::Offset { is_west, hours, minutes }))
}

/// Makes a timestamp of text; none where Python finds no such date or time.
pub(super) fn construct_timestamp(text: &str) -> Option<NodeValue> {
    let parts = split_timestamp(text)?;
    let date =
        Date::new(parts.year.parse().ok()?, parts.month.parse().ok()?, parts.day.parse().ok()?).ok()?;
    // Python's calendar starts with the year 1.
    if date.year() < 1 {
        return None;
    }
    let time = match &parts.time {
        Some(parts) => Some(construct_time(date, parts)?),
        None => None,
    };
    let python_text = time.as_ref().map_or_else(|| date.to_string(), |time| time.format(' ').to_string());
    Some(NodeValue::Timestamp(Timestamp { text: text.to_owned(), python_text, time }))
}

fn construct_time(date: Date, parts: &TimeParts<'_>) -> Option<Time> {
    // A leap second is none for Python.
    let second = parts.second.parse().ok().filter(|second| *second < 60)?;
    let microseconds: String = parts.fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    let nanoseconds = microseconds.parse::<i32>().ok()? * 1000;
    let civil = DateTime::new(
        date.year(),
        date.month(),
        date.day(),
        parts.hour.parse().ok()?,
        parts.minute.parse().ok()?,
        second,
        nanoseconds,
    );
    let offset = match &parts.zone {
        None => None,
        Some(ZoneParts::Utc) => Some(Offset::UTC),
        Some(ZoneParts::Offset { is_west, hours, minutes }) => {
            let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
            // Python's zones are less than a day from UTC.
            let seconds = (seconds < 24 * 3600).then_some(if *is_west { -seconds } else { seconds })?;
            Some(Offset::from_seconds(seconds).ok()?)
        }
    };
    Some(Time { civil: civil.ok()?, offset })
}
