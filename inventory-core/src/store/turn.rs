//! One fetch for all who want the same facts at the same time.

use std::time::SystemTime;

use tokio::time::{Instant, sleep};

use super::front::Attempt;
use super::{Entry, Found, Guard, Key, Store, Vocabulary};
use crate::discovery::Note;

/// What to do for facts.
#[derive(Debug)]
pub enum Turn {
    /// Nothing: here they are.
    Fresh(Entry),
    /// Fetch them, [`Store::put`] them, and release the guard then, so that all who wait find them.
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
    /// would hold a thread for each scope, and servers have nothing like it. Those who wait see the new entry without a lock, all at once. What reads
    /// or writes runs on the threads of the runtime that may block. Must run inside a tokio runtime with time.
    pub async fn get_or_lock(
        &self,
        key: &Key,
        vocabulary: Vocabulary,
        is_fresh: impl Fn(SystemTime) -> bool,
        deadline: Instant,
    ) -> Turn {
        let mut notes = Vec::new();
        let [mut pause, longest] = self.pauses();
        loop {
            match self.fresh(key, vocabulary, &is_fresh, &mut notes).await {
                Look::Fresh(entry) => return Turn::Fresh(entry),
                Look::Nothing => {}
                Look::Unreachable => return Turn::Fetch { guard: None, notes },
            }
            match self.try_lock(key).await {
                Attempt::Taken(guard) => {
                    // Another may have put an entry between the look and the lock.
                    if let Look::Fresh(entry) = self.fresh(key, vocabulary, &is_fresh, &mut notes).await {
                        // What goes wrong here does not concern the entry.
                        let _ = guard.release().await;
                        return Turn::Fresh(entry);
                    }
                    return Turn::Fetch { guard: Some(guard), notes };
                }
                Attempt::Busy => {}
                Attempt::Failed(note) => {
                    notes.extend(note);
                    return Turn::Fetch { guard: None, notes };
                }
            }
            let now = Instant::now();
            if now >= deadline {
                return Turn::Fetch { guard: None, notes };
            }
            sleep(pause.min(deadline - now)).await;
            pause = (pause * 2).min(longest);
        }
    }

    /// Reads the entry where its header says that it is fresh.
    async fn fresh(
        &self,
        key: &Key,
        vocabulary: Vocabulary,
        is_fresh: &impl Fn(SystemTime) -> bool,
        notes: &mut Vec<Note>,
    ) -> Look {
        match self.get_fresh(key, vocabulary, is_fresh).await {
            // It may be another by now.
            Found::Entry(entry) if is_fresh(entry.fetched_at) => return Look::Fresh(entry),
            Found::Entry(_) | Found::Missing => {}
            Found::Unusable(note) => {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Found::Unreachable(trouble) => {
                notes.extend(trouble.note());
                return Look::Unreachable;
            }
        }
        Look::Nothing
    }
}

/// What there is before anything is fetched.
enum Look {
    Fresh(Entry),
    Nothing,
    #[cfg_attr(
        not(any(feature = "redis", feature = "object-store")),
        expect(dead_code, reason = "only a shared store can be gone")
    )]
    Unreachable,
}

#[cfg(test)]
mod tests;
