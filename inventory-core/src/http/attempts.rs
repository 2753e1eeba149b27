//! Remembers why the last attempt failed: when the deadline passes between two attempts, that is the cause.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The failures of the operations that are being tried again. A clone shares them.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    /// By the account that is asked about, which is empty where there is none, and the operation.
    last: Arc<Mutex<BTreeMap<(String, &'static str), String>>>,
}

impl Attempts {
    /// Notes how an attempt failed.
    pub(super) fn note(&self, account: &str, operation: &'static str, failure: &str, attempt: u32) {
        let text = format!("{failure} (attempt {attempt})");
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert((account.to_owned(), operation), text);
    }

    /// Notes that an operation went well after all.
    pub(super) fn clear(&self, account: &str, operation: &'static str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.remove(&(account.to_owned(), operation));
    }

    /// Returns how the last failed attempt ended, such as `429 TooManyRequests (attempt 4)`: one about the account, if
    /// there is one, or about none, such as that to get a token.
    pub fn last_failure(&self, account: Option<&str>) -> Option<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let about = |wanted: &str| {
            let mut found = last.iter().filter(|((account, _), _)| account == wanted);
            found.next().map(|(_, failure)| failure.clone())
        };
        account.and_then(about).or_else(|| about(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failure_of_another_account_is_not_told() {
        let attempts = Attempts::default();
        attempts.note("a", "list", "503", 1);
        attempts.note("a", "list", "503", 2);
        attempts.note("b", "list", "429", 1);
        assert_eq!(attempts.last_failure(Some("a")).as_deref(), Some("503 (attempt 2)"));
        assert_eq!(attempts.last_failure(Some("b")).as_deref(), Some("429 (attempt 1)"));
        assert_eq!((attempts.last_failure(Some("c")), attempts.last_failure(None)), (None, None));
        attempts.note("", "get token", "500", 1);
        attempts.clear("a", "list");
        assert_eq!(attempts.last_failure(Some("a")).as_deref(), Some("500 (attempt 1)"));
        assert_eq!(attempts.last_failure(Some("b")).as_deref(), Some("429 (attempt 1)"));
        assert_eq!(attempts.last_failure(None).as_deref(), Some("500 (attempt 1)"));
    }
}
