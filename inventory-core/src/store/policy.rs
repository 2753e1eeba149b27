//! How old facts may be.

use std::time::{Duration, SystemTime};

/// Tells whether what was fetched then answers for now: it is younger than `ttl`.
///
/// What was fetched in the future has no age, for the clock was changed: it is not fresh. With a `ttl` of zero nothing
/// is.
pub fn is_fresh(fetched_at: SystemTime, ttl: Duration, now: SystemTime) -> bool {
    now.duration_since(fetched_at).is_ok_and(|age| age < ttl)
}

/// Tells whether what was fetched then may stand in when fetching fails: it is at most `stale` old.
///
/// What was fetched in the future has no age, for the clock was changed: it may not. Neither may anything with a
/// `stale` of zero.
pub fn is_usable_when_stale(fetched_at: SystemTime, stale: Duration, now: SystemTime) -> bool {
    !stale.is_zero() && now.duration_since(fetched_at).is_ok_and(|age| age <= stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_decides_unless_the_clock_went_back() {
        let fetched = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let limit = Duration::from_secs(600);
        let later = |seconds: u64| fetched + Duration::from_secs(seconds);
        for (now, fresh, usable) in [
            (fetched, true, true),
            (later(599), true, true),
            (later(600), false, true),
            (later(601), false, false),
            (fetched - Duration::from_nanos(1), false, false),
            (SystemTime::UNIX_EPOCH, false, false),
        ] {
            assert_eq!(is_fresh(fetched, limit, now), fresh, "{now:?}");
            assert_eq!(is_usable_when_stale(fetched, limit, now), usable, "{now:?}");
        }
        assert!(!is_fresh(fetched, Duration::ZERO, fetched));
        assert!(!is_usable_when_stale(fetched, Duration::ZERO, fetched));
    }
}
