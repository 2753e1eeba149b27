//! Points in time, as the services write them: seconds since 1970.

use jiff::Timestamp;

/// Returns a form such as `2026-01-02T03:04:05Z`.
pub(super) fn rfc3339(seconds: u64) -> String {
    timestamp(seconds).to_string()
}

/// Returns the form of creation times, such as `2026-01-02T03:04:05.1234567+00:00`.
pub(super) fn precise(seconds: u64, fraction: u64) -> String {
    let whole = timestamp(seconds).strftime("%Y-%m-%dT%H:%M:%S");
    format!("{whole}.{:07}+00:00", fraction % 10_000_000)
}

/// Returns Entra's form, such as `2026-01-02 03:04:05Z`.
pub(super) fn spaced(seconds: u64) -> String {
    rfc3339(seconds).replace('T', " ")
}

/// Returns the form of Resource Manager's texts, such as `1/2/2026 3:04:05 AM`.
pub(super) fn american(seconds: u64) -> String {
    timestamp(seconds).strftime("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}

fn timestamp(seconds: u64) -> Timestamp {
    i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_forms_of_the_services() {
        let time = 1_679_216_146;
        assert_eq!(rfc3339(time), "2023-03-19T08:55:46Z");
        assert_eq!(spaced(time), "2023-03-19 08:55:46Z");
        assert_eq!(american(time), "3/19/2023 8:55:46 AM");
        assert_eq!(precise(time, 123), "2023-03-19T08:55:46.0000123+00:00");
    }
}
