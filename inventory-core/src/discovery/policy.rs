//! What becomes of a scope that cannot be fetched, and how old facts may be.

use std::time::{Duration, SystemTime};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::store::{Store, is_fresh, is_usable_when_stale};

/// What becomes of a scope that cannot be fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The run fails.
    #[default]
    Fail,
    /// Facts of an earlier run stand in, where there are some that are not too old; else the run fails.
    Stale,
    /// The scope is left out, and the run is partial.
    Skip,
}

/// Whether kept facts are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// Where they are younger than the time to live.
    #[default]
    Kept,
    /// Not unless fetching fails: all is fetched anew.
    Refreshed,
    /// Nothing else: no cloud is asked.
    KeptOnly,
}

/// How many hosts a scope may lose from one run to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shrink {
    /// The largest share of the hosts, from 0 to 1.
    pub share: f64,
    /// A loss of fewer hosts is always accepted.
    pub least: usize,
}

impl Default for Shrink {
    /// Half of the hosts, and at least ten.
    fn default() -> Shrink {
        Shrink { share: 0.5, least: 10 }
    }
}

impl Shrink {
    /// Tells whether a scope lost too many hosts.
    pub(super) fn is_exceeded(&self, before: usize, now: usize) -> bool {
        let lost = before.saturating_sub(now);
        // Counts are far below 2^52.
        lost >= self.least.max(1) && lost as f64 > before as f64 * self.share
    }
}

/// What holds for all scopes of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Policy {
    /// What becomes of a scope that cannot be fetched.
    pub on_error: OnError,
    /// How long kept facts are as good as new ones.
    pub ttl: Duration,
    /// How old kept facts may be that stand in for a scope that cannot be fetched.
    pub stale: Duration,
    /// How many hosts a scope may lose; none for any number.
    pub shrink: Option<Shrink>,
    /// Whether facts are kept for later runs.
    pub is_kept: bool,
}

/// Where facts are kept between runs, and whether those that are there are used.
#[derive(Clone, Debug, Default)]
pub struct Keeping {
    /// The store; none where nothing is kept.
    pub store: Option<Store>,
    /// Whether kept facts are used.
    pub freshness: Freshness,
}

impl Policy {
    /// Tells whether what was fetched then is as good as new.
    pub(super) fn is_fresh(&self, freshness: Freshness, fetched_at: SystemTime, now: SystemTime) -> bool {
        freshness != Freshness::Refreshed && is_fresh(fetched_at, self.ttl, now)
    }

    /// Returns how long an entry is of use; none for ever.
    ///
    /// A week more than the policy asks for: what is no longer fresh still tells how many hosts there were, and serves who
    /// asks no cloud.
    pub(super) fn keep(&self) -> Option<Duration> {
        const MORE: Duration = Duration::from_secs(7 * 24 * 3600);
        self.ttl.max(self.stale).checked_add(MORE)
    }

    /// Tells whether what was fetched then may stand in.
    pub(super) fn is_usable(&self, fetched_at: SystemTime, now: SystemTime) -> bool {
        self.on_error == OnError::Stale && is_usable_when_stale(fetched_at, self.stale, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_of_use_for_a_week_more_than_asked_for() {
        let (hour, week) = (Duration::from_secs(3600), Duration::from_secs(7 * 24 * 3600));
        for (ttl, stale, keep) in [
            (Duration::ZERO, Duration::ZERO, Some(week)),
            (hour, 2 * hour, Some(week + 2 * hour)),
            (Duration::MAX, hour, None),
        ] {
            assert_eq!(Policy { ttl, stale, ..Policy::default() }.keep(), keep);
        }
    }

    #[test]
    fn few_hosts_may_always_go() {
        let shrink = Shrink::default();
        for (before, now, is_exceeded) in
            [(0, 0, false), (9, 0, false), (10, 0, true), (100, 50, false), (100, 49, true), (10, 30, false)]
        {
            assert_eq!(shrink.is_exceeded(before, now), is_exceeded, "{before} {now}");
        }
        assert!(Shrink { share: 0.0, least: 1 }.is_exceeded(5, 4));
    }
}
