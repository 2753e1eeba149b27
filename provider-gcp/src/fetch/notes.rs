//! What people should know about what was fetched.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use inventory_core::discovery::{Note, Oddities};

/// Collects warnings of the lists of a project, which are fetched at the same time.
#[derive(Debug, Default)]
pub(super) struct Notes {
    warnings: Mutex<BTreeSet<String>>,
    losses: Mutex<BTreeSet<String>>,
    oddities: Mutex<Oddities>,
}

impl Notes {
    /// Notes a warning, once.
    pub(super) fn warn(&self, warning: String) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).insert(warning);
    }

    /// Notes that something that was found is missing in the inventory, once.
    pub(super) fn lose(&self, loss: String) {
        self.losses.lock().unwrap_or_else(PoisonError::into_inner).insert(loss);
    }

    /// Notes what is odd about a machine, in words that go on from "3 machines".
    pub(super) fn odd(&self, oddity: &str, machine: &str) {
        self.oddities.lock().unwrap_or_else(PoisonError::into_inner).note(oddity, machine);
    }

    /// Returns what was noted, and forgets it.
    pub(super) fn take(&self) -> Vec<Note> {
        let warnings = std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner));
        let oddities = std::mem::take(&mut *self.oddities.lock().unwrap_or_else(PoisonError::into_inner));
        let losses = std::mem::take(&mut *self.losses.lock().unwrap_or_else(PoisonError::into_inner));
        let notes = warnings.into_iter().map(Note::from).chain(oddities.into_notes());
        notes.chain(losses.into_iter().map(Note::of_loss)).collect()
    }
}
