//! Counts attempts, and remembers why the last one failed: when the deadline passes between two, that is the cause.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::discovery::{Meter, Setback, Traffic};

/// The attempts of a source, and the failures of the operations that are being tried again. A clone shares them.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    /// By the account that is asked about, which is empty where there is none, and the operation.
    last: Arc<Mutex<BTreeMap<(String, &'static str), Setback>>>,
    /// By the account, too.
    pub(super) meter: Meter,
}

impl Attempts {
    /// Notes how an attempt failed.
    pub(super) fn note(
        &self,
        account: &str,
        operation: &'static str,
        (failure, is_throttle): (&str, bool),
        attempt: u32,
    ) {
        let setback = Setback { text: format!("{failure} (attempt {attempt})"), is_throttle };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert((account.to_owned(), operation), setback);
    }

    /// Notes that an operation went well after all.
    pub(super) fn clear(&self, account: &str, operation: &'static str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.remove(&(account.to_owned(), operation));
    }

    /// Returns how the last failed attempt ended, such as `429 TooManyRequests (attempt 4)`: one about the account, if
    /// there is one, or about none, such as that to get a token.
    pub fn last_failure(&self, account: Option<&str>) -> Option<Setback> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let about = |wanted: &str| {
            let mut found = last.iter().filter(|((account, _), _)| account == wanted);
            found.next().map(|(_, failure)| failure.clone())
        };
        account.and_then(about).or_else(|| about(""))
    }

    /// Returns what was sent about an account, or about all and none.
    pub fn traffic(&self, account: Option<&str>) -> Traffic {
        self.meter.traffic(account)
    }

    /// Returns the operations under way about the account, if there is one, or about none, such as that to get a token.
    pub fn under_way(&self, account: Option<&str>) -> Vec<String> {
        let of_account = account.map(|account| self.meter.under_way(account)).unwrap_or_default();
        if of_account.is_empty() { self.meter.under_way("") } else { of_account }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failure_of_another_account_is_not_told() {
        let attempts = Attempts::default();
        let last = |account: Option<&str>| attempts.last_failure(account).map(|failure| failure.text);
        attempts.note("a", "list", ("503", "503" == "429"), 1);
        attempts.note("a", "list", ("503", "503" == "429"), 2);
        attempts.note("b", "list", ("429", "429" == "429"), 1);
        assert_eq!(last(Some("a")).as_deref(), Some("503 (attempt 2)"));
        assert_eq!(last(Some("b")).as_deref(), Some("429 (attempt 1)"));
        assert_eq!((last(Some("c")), last(None)), (None, None));
        assert!(attempts.last_failure(Some("b")).unwrap().is_throttle);
        attempts.note("", "get token", ("500", "500" == "429"), 1);
        attempts.clear("a", "list");
        assert_eq!(last(Some("a")).as_deref(), Some("500 (attempt 1)"));
        assert_eq!(last(Some("b")).as_deref(), Some("429 (attempt 1)"));
        assert_eq!(last(None).as_deref(), Some("500 (attempt 1)"));
    }
}
