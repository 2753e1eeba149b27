//! Reads timestamps as botocore does.

use inventory_core::value::Time;
use jiff::civil::Time as TimeOfDay;
use jiff::fmt::temporal::Pieces;

/// Reads a timestamp: seconds since 1970, or ISO 8601 with or without a fraction of the second and an offset.
///
/// What is smaller than a microsecond is dropped. A time without an offset stays without.
pub(super) fn read(text: &str) -> Option<Time> {
    let text = text.trim_ascii();
    if let Ok(seconds) = text.parse() {
        return from_seconds(seconds);
    }
    // An annotation such as `[Europe/Berlin]` is no part of ISO 8601.
    let pieces = Pieces::parse(text).ok().filter(|_| !text.contains('['))?;
    let time = pieces.time().unwrap_or(TimeOfDay::midnight());
    let nanosecond = time.subsec_nanosecond();
    let time = time.with().subsec_nanosecond(nanosecond - nanosecond % 1000).build().ok()?;
    let civil = pieces.date().to_datetime(time);
    (1..=9999).contains(&civil.year()).then_some(Time { civil, offset: pieces.to_numeric_offset() })
}

fn from_seconds(seconds: f64) -> Option<Time> {
    // No year that Python knows lies beyond; within, the numbers below fit their types.
    if seconds.is_nan() || seconds.abs() > 1e12 {
        return None;
    }
    let microseconds = (seconds.fract() * 1e6).round_ties_even() as i64 + seconds.trunc() as i64 * 1_000_000;
    let nanoseconds = u32::try_from(microseconds.rem_euclid(1_000_000) * 1000).ok()?;
    Time::from_unix(microseconds.div_euclid(1_000_000), nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `botocore.utils.parse_timestamp` gives, in a process whose time zone is UTC.
    #[test]
    fn timestamps_are_read_as_botocore_does() {
        let rows = [
            ("2026-11-22T12:35:17.000Z", Some("2026-11-22T12:35:17+00:00")),
            ("2026-11-22T12:35:17Z", Some("2026-11-22T12:35:17+00:00")),
            ("2026-11-22T12:35:17.25Z", Some("2026-11-22T12:35:17.250000+00:00")),
            ("2026-11-22T12:35:17.123456789Z", Some("2026-11-22T12:35:17.123456+00:00")),
            ("2026-11-22T12:35:17+02:00", Some("2026-11-22T12:35:17+02:00")),
            ("2026-11-22T12:35:17-0730", Some("2026-11-22T12:35:17-07:30")),
            ("2026-11-22T12:35:17+00:00", Some("2026-11-22T12:35:17+00:00")),
            ("2026-11-22 12:35:17", Some("2026-11-22T12:35:17")),
            ("2026-11-22", Some("2026-11-22T00:00:00")),
            ("1795350917", Some("2026-11-22T12:35:17+00:00")),
            ("1795350917.25", Some("2026-11-22T12:35:17.250000+00:00")),
            ("1.5", Some("1970-01-01T00:00:01.500000+00:00")),
            ("-0.25", Some("1969-12-31T23:59:59.750000+00:00")),
            ("", None),
            ("yesterday", None),
            ("2026-13-22T12:35:17Z", None),
            ("0000-01-01T00:00:00Z", None),
            ("2026-11-22T12:35:17Z[UTC]", None),
            ("nan", None),
            ("inf", None),
            ("1e30", None),
            ("1e3", Some("1970-01-01T00:16:40+00:00")),
            ("20261122", Some("1970-08-23T12:05:22+00:00")),
            ("-1000000000.5", Some("1938-04-24T22:13:19.500000+00:00")),
            (" 2026-11-22T12:35:17Z ", Some("2026-11-22T12:35:17+00:00")),
        ];
        for (text, expected) in rows {
            let found = read(text).map(|time| time.format('T').to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
