//! Filters for dates and times: `to_datetime`, `strftime`.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use num_traits::ToPrimitive;

use super::super::strftime::{Clock, format};
use super::super::{Arguments, Call, Error};
use super::{Table, inputs, strptime};
use crate::value::{Value, is_space};

pub(super) const BUILTIN: Table = &[("to_datetime", to_datetime), ("strftime", strftime)];

fn to_datetime(_: &Call<'_>, text: Value, arguments: Arguments) -> Result<Value, Error> {
    let [format] = arguments.bind("to_datetime", ["format"], 0)?;
    let format = format.unwrap_or_else(|| "%Y-%m-%d %H:%M:%S".into());
    let text = inputs::string_for("to_datetime", &text)?;
    strptime::parse(text, inputs::string_for("to_datetime", &format)?).map(Value::from)
}

fn strftime(call: &Call<'_>, text: Value, arguments: Arguments) -> Result<Value, Error> {
    let [second, utc] = arguments.bind("strftime", ["second", "utc"], 0)?;
    let text = inputs::string_for("strftime", &text)?;
    let seconds = match second.as_ref().unwrap_or(&Value::Null) {
        Value::Null => call.environment.now().unix_microseconds().div_euclid(1_000_000).to_f64(),
        Value::Text(text) => read_float(text),
        Value::Float(number) => Some(*number),
        other => other.as_big_int().and_then(|number| number.to_f64()),
    };
    let refused = || {
        let second = second.as_ref().unwrap_or(&Value::Null);
        Error::new(format!("`strftime` needs seconds since 1970 within the calendar, not `{second}`"))
    };
    let seconds = seconds.map(f64::floor).and_then(|seconds| seconds.to_i64()).ok_or_else(refused)?;
    let timestamp = Timestamp::from_second(seconds).map_err(|_| refused())?;
    let clock = if inputs::flag(utc.as_ref()) {
        Clock { time: Offset::UTC.to_datetime(timestamp), offset: 0, zone: "GMT".to_owned(), seconds }
    } else {
        let zone = TimeZone::system();
        let info = zone.to_offset_info(timestamp);
        let zone = info.abbreviation().to_owned();
        Clock { time: info.offset().to_datetime(timestamp), offset: info.offset().seconds(), zone, seconds }
    };
    format(text, &clock).map(Value::from)
}

/// Reads a float as Python's `float()` does, but without `_` between digits.
fn read_float(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_space);
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Rust and Python take the same words and numbers.
    number.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.').then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("rows/datetime.jsonl"));
    }
}
