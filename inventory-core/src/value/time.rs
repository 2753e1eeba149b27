//! Python's `datetime`: what AWS timestamps are inside Ansible.

use std::cmp::Ordering;
use std::fmt::{self, Display};

use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A `datetime.datetime` of microsecond precision, with or without an offset from UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// The date and the time of day, as read off a clock and a calendar.
    pub civil: DateTime,
    /// The distance from UTC; none for a naive datetime.
    pub offset: Option<Offset>,
}

impl Time {
    /// Makes the UTC time of a Unix timestamp; none when it lies beyond the years that Python knows.
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Time> {
        let microseconds = i128::from(seconds) * 1_000_000 + i128::from(nanoseconds / 1000);
        let timestamp = jiff::Timestamp::from_nanosecond(microseconds.checked_mul(1000)?).ok()?;
        let civil = Offset::UTC.to_datetime(timestamp);
        (1..=9999).contains(&civil.year()).then_some(Time { civil, offset: Some(Offset::UTC) })
    }

    /// Returns the time now, in UTC.
    pub fn now() -> Time {
        let now = jiff::Timestamp::now();
        let microsecond = now.subsec_microsecond() * 1000;
        let civil = Offset::UTC.to_datetime(now);
        let civil = civil.with().subsec_nanosecond(microsecond.abs()).build().unwrap_or(civil);
        Time { civil, offset: Some(Offset::UTC) }
    }

    /// Returns the microseconds since 1970, in UTC; a naive time counts as UTC.
    pub fn unix_microseconds(&self) -> i128 {
        let offset = self.offset.map_or(0, Offset::seconds);
        let naive = Offset::UTC.to_timestamp(self.civil).map_or(0, jiff::Timestamp::as_nanosecond);
        naive / 1000 - i128::from(offset) * 1_000_000
    }

    /// Compares two times; none when only one of them has an offset, which Python refuses.
    pub fn compare(&self, other: &Time) -> Option<Ordering> {
        (self.offset.is_some() == other.offset.is_some())
            .then(|| self.unix_microseconds().cmp(&other.unix_microseconds()))
    }

    /// Returns `isoformat(separator)`: no fraction when it is zero, else six digits.
    pub fn format(&self, separator: char) -> impl Display + use<'_> {
        Iso { time: self, separator }
    }

    /// Returns `repr()`.
    pub(super) fn repr(&self) -> String {
        let civil = self.civil;
        let mut parts = vec![i64::from(civil.year()), civil.month().into(), civil.day().into()];
        parts.extend([i64::from(civil.hour()), civil.minute().into()]);
        let microsecond = i64::from(civil.subsec_nanosecond() / 1000);
        if civil.second() != 0 || microsecond != 0 {
            parts.push(civil.second().into());
        }
        if microsecond != 0 {
            parts.push(microsecond);
        }
        let mut parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
        match self.offset {
            Some(offset) if offset == Offset::UTC => parts.push("tzinfo=tzutc()".to_owned()),
            Some(offset) => parts.push(format!("tzinfo=tzoffset(None, {})", offset.seconds())),
            None => {}
        }
        format!("datetime.datetime({})", parts.join(", "))
    }
}

struct Iso<'a> {
    time: &'a Time,
    separator: char,
}

impl Display for Iso<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.time.civil;
        write!(f, "{:04}-{:02}-{:02}{}", civil.year(), civil.month(), civil.day(), self.separator)?;
        write!(f, "{:02}:{:02}:{:02}", civil.hour(), civil.minute(), civil.second())?;
        let microsecond = civil.subsec_nanosecond() / 1000;
        if microsecond != 0 {
            write!(f, ".{microsecond:06}")?;
        }
        let Some(offset) = self.time.offset else { return Ok(()) };
        let seconds = offset.seconds();
        let (sign, distance) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
        write!(f, "{sign}{:02}:{:02}", distance / 3600, distance / 60 % 60)?;
        if distance % 60 != 0 { write!(f, ":{:02}", distance % 60) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn times_print_as_in_python() {
        let time = Time::from_unix(1_795_350_917, 0).unwrap();
        assert_eq!(time.format('T').to_string(), "2026-11-22T12:35:17+00:00");
        assert_eq!(Value::from(time.clone()).to_string(), "2026-11-22 12:35:17+00:00");
        assert_eq!(time.repr(), "datetime.datetime(2026, 11, 22, 12, 35, 17, tzinfo=tzutc())");
        let fraction = Time::from_unix(1_795_350_917, 123_456_789).unwrap();
        assert_eq!(fraction.format('T').to_string(), "2026-11-22T12:35:17.123456+00:00");
    }

    #[test]
    fn a_naive_time_has_no_order_with_an_aware_one() {
        let aware = Time::from_unix(0, 0).unwrap();
        let naive = Time { offset: None, ..aware.clone() };
        assert_eq!(aware.compare(&naive), None);
        assert_eq!(aware.unix_microseconds(), 0);
        assert!(Time::from_unix(i64::MAX, 0).is_none());
    }
}
