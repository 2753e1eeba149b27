//! Remembers why the last attempt failed: when the deadline passes between two attempts, that is the cause.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The failures of the operations that are being tried again. A clone shares them.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    last: Arc<Mutex<BTreeMap<&'static str, String>>>,
}

impl Attempts {
    /// Notes how an attempt failed.
    pub(super) fn note(&self, operation: &'static str, failure: &str, attempt: u32) {
        let text = format!("{failure} (attempt {attempt})");
        self.last.lock().unwrap_or_else(PoisonError::into_inner).insert(operation, text);
    }

    /// Notes that an operation went well after all.
    pub(super) fn clear(&self, operation: &'static str) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).remove(operation);
    }

    /// Returns how the last failed attempt ended, such as `429 TooManyRequests (attempt 4)`.
    pub fn last_failure(&self) -> Option<String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).values().next().cloned()
    }
}
