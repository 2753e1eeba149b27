//! Counts what is sent to a cloud, for the run report.

use std::collections::BTreeMap;
use std::ops::{Add, Sub};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was sent to a cloud, and how often that was too much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The attempts that reached the cloud, or a proxy.
    pub requests: u64,
    /// Those of them that were not the first of their request.
    pub retries: u64,
    /// The answers that asked to slow down.
    pub throttles: u64,
}

impl Add for Traffic {
    type Output = Traffic;

    fn add(self, other: Traffic) -> Traffic {
        Traffic {
            requests: self.requests + other.requests,
            retries: self.retries + other.retries,
            throttles: self.throttles + other.throttles,
        }
    }
}

impl Sub for Traffic {
    type Output = Traffic;

    /// Returns what is left; a part that is more than the whole leaves nothing.
    fn sub(self, part: Traffic) -> Traffic {
        Traffic {
            requests: self.requests.saturating_sub(part.requests),
            retries: self.retries.saturating_sub(part.retries),
            throttles: self.throttles.saturating_sub(part.throttles),
        }
    }
}

impl std::iter::Sum for Traffic {
    fn sum<I: Iterator<Item = Traffic>>(all: I) -> Traffic {
        all.fold(Traffic::default(), Add::add)
    }
}

/// Counts the requests of a source by what they are about, such as an account or region. A clone shares the counts.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    subjects: Arc<Mutex<BTreeMap<String, Subject>>>,
}

#[derive(Debug, Default)]
struct Subject {
    traffic: Traffic,
    under_way: BTreeMap<String, usize>,
}

impl Meter {
    /// Counts an attempt that is about to be sent: the first of its request, or a later one.
    pub fn begin(&self, subject: &str, operation: &str, is_retry: bool) {
        let mut subjects = self.lock();
        let subject = subjects.entry(subject.to_owned()).or_default();
        subject.traffic.requests += 1;
        subject.traffic.retries += u64::from(is_retry);
        *subject.under_way.entry(operation.to_owned()).or_default() += 1;
    }

    /// Notes that an attempt is over; one that is cut short by the deadline never is.
    pub fn end(&self, subject: &str, operation: &str) {
        let mut subjects = self.lock();
        let Some(subject) = subjects.get_mut(subject) else { return };
        if let Some(count) = subject.under_way.get_mut(operation) {
            *count -= 1;
            if *count == 0 {
                subject.under_way.remove(operation);
            }
        }
    }

    /// Notes that nothing of a subject is under way any more: what was is given up.
    pub fn clear(&self, subject: &str) {
        if let Some(subject) = self.lock().get_mut(subject) {
            subject.under_way.clear();
        }
    }

    /// Takes an attempt back that ended without a connection: nothing was sent.
    pub fn take_back(&self, subject: &str, is_retry: bool) {
        if let Some(subject) = self.lock().get_mut(subject) {
            let unsent = Traffic { requests: 1, retries: u64::from(is_retry), throttles: 0 };
            subject.traffic = subject.traffic - unsent;
        }
    }

    /// Counts an answer that asks to slow down.
    pub fn throttled(&self, subject: &str) {
        self.lock().entry(subject.to_owned()).or_default().traffic.throttles += 1;
    }

    /// Returns what was counted about a subject, or about all.
    pub fn traffic(&self, subject: Option<&str>) -> Traffic {
        let subjects = self.lock();
        match subject {
            Some(subject) => subjects.get(subject).map(|subject| subject.traffic).unwrap_or_default(),
            None => subjects.values().map(|subject| subject.traffic).sum(),
        }
    }

    /// Returns the operations about a subject that are under way, such as `DescribeInstances`, sorted.
    pub fn under_way(&self, subject: &str) -> Vec<String> {
        let subjects = self.lock();
        subjects.get(subject).into_iter().flat_map(|subject| subject.under_way.keys().cloned()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Subject>> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a request waits to be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setback {
    /// How the last attempt ended, such as `RequestLimitExceeded (attempt 4)`.
    pub text: String,
    /// Whether the cloud asked to slow down.
    pub is_throttle: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_counts_for_its_subject_and_for_all() {
        let meter = Meter::default();
        meter.begin("", "get token", false);
        meter.end("", "get token");
        meter.begin("a", "list", false);
        meter.throttled("a");
        meter.end("a", "list");
        meter.begin("a", "list", true);
        assert_eq!(meter.under_way("a"), ["list"]);
        assert!(meter.under_way("").is_empty() && meter.under_way("b").is_empty());
        meter.begin("b", "list", true);
        meter.end("b", "list");
        meter.take_back("b", true);
        let of = |requests, retries, throttles| Traffic { requests, retries, throttles };
        assert_eq!(meter.traffic(Some("a")), of(2, 1, 1));
        assert_eq!(meter.traffic(Some("b")), of(0, 0, 0));
        assert_eq!(meter.traffic(Some("c")), of(0, 0, 0));
        assert_eq!(meter.traffic(None), of(3, 1, 1));
        assert_eq!(meter.traffic(None) - meter.traffic(Some("a")), of(1, 0, 0));
    }
}
