//! One fetch for all who want the same facts at the same time.

use std::time::{Duration, SystemTime};

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::{Entry, Found, Guard, Key, Store, Vocabulary, lock};
use crate::discovery::Note;

/// The time between two looks, at first and at most. Half of the latter is what waiting for another costs on average.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// What to do for facts.
#[derive(Debug)]
pub enum Turn {
    /// Nothing: here they are.
    Fresh(Entry),
    /// Fetch them, [`Store::put`] them, and drop the guard then, so that all who wait find them.
    Fetch {
        /// The right to fetch alone; none when another was waited for until the deadline, or locks do not work.
        guard: Option<Guard>,
        /// Why there is no lock, and what of the store could not be used.
        notes: Vec<Note>,
    },
}

impl Store {
    /// Returns an entry that is fresh, or the turn to fetch it, which one of all threads and processes has at a time.
    ///
    /// While another fetches, waits until a fresh entry is there, until the other gives up or dies, or until `deadline`:
    /// then the caller fetches on its own. `is_fresh` is asked of the time at which an entry was fetched, and asked
    /// again while waiting, so that it must look at the clock each time.
    ///
    /// Looks at the lock again and again instead of waiting in the system: that could not be given up at the deadline,
    /// and would hold a thread for each scope. Those who wait see the new entry without a lock, all at once. What reads
    /// or writes runs on the threads of the runtime that may block. Must run inside a tokio runtime with time.
    pub async fn get_or_lock(
        &self,
        key: &Key,
        vocabulary: Vocabulary,
        is_fresh: impl Fn(SystemTime) -> bool,
        deadline: Instant,
    ) -> Turn {
        let mut notes = Vec::new();
        let mut pause = FIRST_PAUSE;
        loop {
            if let Some(entry) = self.fresh(key, vocabulary, &is_fresh, &mut notes).await {
                return Turn::Fresh(entry);
            }
            let path = self.lock_path(key);
            match spawn_blocking(move || lock::try_lock(&path)).await {
                Ok(Ok(Some(guard))) => {
                    // Another may have put an entry between the look and the lock.
                    return match self.fresh(key, vocabulary, &is_fresh, &mut notes).await {
                        Some(entry) => Turn::Fresh(entry),
                        None => Turn::Fetch { guard: Some(guard), notes },
                    };
                }
                Ok(Ok(None)) => {}
                Ok(Err(error)) => {
                    notes.push(Note::from(error.to_string()));
                    return Turn::Fetch { guard: None, notes };
                }
                // The runtime ends.
                Err(_) => return Turn::Fetch { guard: None, notes },
            }
            let now = Instant::now();
            if now >= deadline {
                return Turn::Fetch { guard: None, notes };
            }
            sleep(pause.min(deadline - now)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Reads the entry where its header says that it is fresh.
    async fn fresh(
        &self,
        key: &Key,
        vocabulary: Vocabulary,
        is_fresh: &impl Fn(SystemTime) -> bool,
        notes: &mut Vec<Note>,
    ) -> Option<Entry> {
        let (store, same) = (self.clone(), key.clone());
        let found = match spawn_blocking(move || store.look(&same)).await.ok()? {
            Ok(Some(summary)) if is_fresh(summary.fetched_at) => {
                let (store, key) = (self.clone(), key.clone());
                spawn_blocking(move || store.get(&key, vocabulary)).await.ok()?
            }
            Ok(_) => Found::Missing,
            Err(note) => Found::Unusable(note),
        };
        match found {
            // It may be another by now.
            Found::Entry(entry) => is_fresh(entry.fetched_at).then_some(entry),
            Found::Missing => None,
            Found::Unusable(note) => {
                if !notes.contains(&note) {
                    notes.push(note);
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
