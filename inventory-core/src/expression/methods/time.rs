//! The methods and properties of `datetime` and `timedelta`.

use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use super::super::strftime::{self, Clock};
use super::super::{Arguments, Error};
use super::{integer, wrong_type};
use crate::value::{Time, Value};

pub(super) const METHODS: &[&str] = &[
    "astimezone",
    "ctime",
    "date",
    "dst",
    "isocalendar",
    "isoformat",
    "isoweekday",
    "replace",
    "strftime",
    "time",
    "timestamp",
    "toordinal",
    "tzname",
    "utcoffset",
    "weekday",
];

/// Returns the fields of a datetime.
pub(super) fn property(time: &Time, name: &str) -> Option<Value> {
    let civil = time.civil;
    Some(Value::from(match name {
        "year" => i64::from(civil.year()),
        "month" => civil.month().into(),
        "day" => civil.day().into(),
        "hour" => civil.hour().into(),
        "minute" => civil.minute().into(),
        "second" => civil.second().into(),
        "microsecond" => i64::from(civil.subsec_nanosecond() / 1000),
        "fold" => 0,
        "tzinfo" => {
            return Some(match time.offset {
                None => Value::Null,
                Some(_) => Value::Undefined("the time zone of a datetime is not supported".into()),
            });
        }
        _ => return None,
    }))
}

/// Returns the fields of a timedelta.
pub(super) fn duration_property(duration: i128, name: &str) -> Option<Value> {
    let seconds = duration.div_euclid(1_000_000);
    let part = match name {
        "days" => seconds.div_euclid(86_400),
        "seconds" => seconds.rem_euclid(86_400),
        "microseconds" => duration.rem_euclid(1_000_000),
        _ => return None,
    };
    Some(Value::from_big_int(num_bigint::BigInt::from(part)))
}

/// Calls a method of a datetime.
pub(super) fn call(time: &Time, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let civil = time.civil;
    let weekday = i64::from(civil.weekday().to_monday_one_offset());
    match name {
        "strftime" => {
            let [format] = arguments.bind(name, ["format"], 1)?;
            let format = format.unwrap_or_default();
            let format = format.as_str().ok_or_else(|| wrong_type(name, "a str", &format))?;
            return format_time(time, format).map(Value::from);
        }
        "isoformat" => return iso_format(time, arguments),
        "replace" => return replace(time, arguments),
        _ => {
            let [] = arguments.bind(name, [], 0)?;
        }
    }
    Ok(match name {
        "timestamp" => Value::Float(match time.offset {
            Some(_) => time.unix_microseconds() as f64 / 1e6,
            None => {
                let local = civil.to_zoned(jiff::tz::TimeZone::system());
                local.map_or(f64::NAN, |local| local.timestamp().as_microsecond() as f64 / 1e6)
            }
        }),
        "weekday" => Value::Int(weekday - 1),
        "isoweekday" => Value::Int(weekday),
        "isocalendar" => {
            let week = civil.date().iso_week_date();
            let parts = [i64::from(week.year()), week.week().into(), weekday];
            Value::Tuple(Arc::new(parts.map(Value::Int).to_vec()))
        }
        "date" => Value::from(format!("{:04}-{:02}-{:02}", civil.year(), civil.month(), civil.day())),
        "time" => {
            let text = Time { civil, offset: None }.format('T').to_string();
            Value::from(text.split_once('T').map_or("", |(_, time)| time))
        }
        "ctime" => Value::from(format_time(time, "%a %b %e %H:%M:%S %Y")?),
        "toordinal" => {
            let first = Date::constant(1, 1, 1);
            let days = first.until(civil.date()).map_or(0, |span| i64::from(span.get_days()));
            Value::Int(days + 1)
        }
        "utcoffset" | "dst" => match time.offset {
            None => Value::Null,
            Some(_) if name == "dst" => Value::Duration(Arc::new(0)),
            Some(offset) => Value::Duration(Arc::new(i128::from(offset.seconds()) * 1_000_000)),
        },
        "tzname" => match time.offset {
            Some(offset) if offset.seconds() == 0 => Value::from("UTC"),
            _ => Value::Null,
        },
        _ => return Err(Error::new(format!("the method `{name}` of a datetime is not supported"))),
    })
}

fn iso_format(time: &Time, arguments: Arguments) -> Result<Value, Error> {
    let [separator, precision] = arguments.bind("isoformat", ["sep", "timespec"], 0)?;
    let separator = separator.unwrap_or_else(|| "T".into());
    let separator = separator.as_str().and_then(|text| text.chars().next()).unwrap_or('T');
    let text = time.format(separator).to_string();
    let precision = precision.unwrap_or_else(|| "auto".into());
    let (clock, micro) = (text.get(..19).unwrap_or_default(), time.civil.subsec_nanosecond() / 1000);
    let with_micro = if micro != 0 { 26 } else { 19 };
    let offset = text.get(with_micro..).unwrap_or_default();
    Ok(Value::from(match precision.as_str() {
        Some("auto") => text,
        Some("hours") => format!("{}{offset}", clock.get(..13).unwrap_or_default()),
        Some("minutes") => format!("{}{offset}", clock.get(..16).unwrap_or_default()),
        Some("seconds") => format!("{clock}{offset}"),
        Some("milliseconds") => format!("{clock}.{:03}{offset}", micro / 1000),
        Some("microseconds") => format!("{clock}.{micro:06}{offset}"),
        _ => return Err(Error::new(format!("`isoformat` does not know the precision {}", precision.repr()))),
    }))
}

fn replace(time: &Time, arguments: Arguments) -> Result<Value, Error> {
    let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"];
    let [year, month, day, hour, minute, second, microsecond, zone] = arguments.bind("replace", names, 0)?;
    let civil = time.civil;
    let field =
        |value: Option<Value>, current: i64| value.map_or(Ok(current), |value| integer("replace", &value));
    let beyond = || Error::new("`replace` makes a date or time that does not exist");
    let small = |number: i64| i8::try_from(number).map_err(|_| beyond());
    let nanosecond = field(microsecond, i64::from(civil.subsec_nanosecond() / 1000))?.saturating_mul(1000);
    let replaced = DateTime::new(
        i16::try_from(field(year, civil.year().into())?).map_err(|_| beyond())?,
        small(field(month, civil.month().into())?)?,
        small(field(day, civil.day().into())?)?,
        small(field(hour, civil.hour().into())?)?,
        small(field(minute, civil.minute().into())?)?,
        small(field(second, civil.second().into())?)?,
        i32::try_from(nanosecond).map_err(|_| beyond())?,
    );
    let civil = replaced.map_err(|_| beyond()).ok().filter(|civil| civil.year() >= 1).ok_or_else(beyond)?;
    let offset = match zone {
        None => time.offset,
        Some(Value::Null) => None,
        Some(_) => return Err(Error::new("`replace` can only set the time zone to None")),
    };
    Ok(Value::from(Time { civil, offset }))
}

/// Formats a time as `datetime.strftime` does: `%f`, `%z` and `%Z` are Python's, the rest is the C library's.
pub(in super::super) fn format_time(time: &Time, format: &str) -> Result<String, Error> {
    let offset = time.offset.map_or(0, jiff::tz::Offset::seconds);
    let mut translated = String::with_capacity(format.len());
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        translated.push_str(before);
        let directive = after.chars().next();
        match directive {
            Some('f') => translated.push_str(&format!("{:06}", time.civil.subsec_nanosecond() / 1000)),
            Some('z' | 'Z') if time.offset.is_none() => {}
            Some('Z') if offset == 0 => translated.push_str("UTC"),
            Some('Z') => {}
            None => translated.push('%'),
            Some(other) => translated.extend(['%', other]),
        }
        rest = after.get(directive.map_or(0, char::len_utf8)..).unwrap_or_default();
    }
    translated.push_str(rest);
    // `%s` takes the fields for local time, whatever the offset.
    let local = time.civil.to_zoned(jiff::tz::TimeZone::system());
    let seconds = local.map_or(0, |local| local.timestamp().as_second());
    strftime::format(&translated, &Clock { time: time.civil, offset, zone: String::new(), seconds })
}
