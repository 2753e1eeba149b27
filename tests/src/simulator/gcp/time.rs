//! Points in time, as Compute Engine writes them: in the time of California.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// California's rule, which needs no files of the system.
static CALIFORNIA: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").expect("the rule is one of POSIX"));

/// Returns a form such as `2025-03-01T12:34:56.789-08:00`.
pub(super) fn pacific(seconds: u64, milliseconds: u64) -> String {
    let local = timestamp(seconds).to_zoned(CALIFORNIA.clone());
    format!("{}.{:03}{}", local.strftime("%Y-%m-%dT%H:%M:%S"), milliseconds % 1000, local.strftime("%:z"))
}

/// Returns a form such as `2025-03-01T20:34:56.789Z`, as Resource Manager writes it.
pub(super) fn universal(seconds: u64, milliseconds: u64) -> String {
    format!("{}.{:03}Z", timestamp(seconds).strftime("%Y-%m-%dT%H:%M:%S"), milliseconds % 1000)
}

fn timestamp(seconds: u64) -> Timestamp {
    i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn california_has_summer_time() {
        assert_eq!(pacific(1_740_861_296, 7), "2025-03-01T12:34:56.007-08:00");
        assert_eq!(pacific(1_751_315_696, 789), "2025-06-30T13:34:56.789-07:00");
        assert_eq!(universal(1_740_861_296, 7), "2025-03-01T20:34:56.007Z");
    }
}
