//! The right to fetch alone, for as long as its holder renews it.

use std::hash::{BuildHasher, Hasher, RandomState};

use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::{OPERATION, SharedStore};
use crate::discovery::Note;

/// The right to fetch what a key names, renewed until it is given back or dropped; others wait a while for one that is
/// only dropped.
#[derive(Debug)]
pub struct Lease {
    store: SharedStore,
    name: String,
    token: String,
    renewal: JoinHandle<()>,
}

impl Lease {
    pub(super) fn new(store: SharedStore, name: String, token: String) -> Lease {
        let renewal = tokio::spawn(renew(store.clone(), name.clone(), token.clone()));
        Lease { store, name, token, renewal }
    }

    /// Gives the right back; returns what went wrong, where nobody was told yet.
    pub(in crate::store) async fn release(self) -> Option<Note> {
        self.renewal.abort();
        let release = self.store.engine().release(&self.name, &self.token);
        let released = self.store.attempt("unlock", OPERATION, release).await;
        released.err().and_then(|trouble| trouble.note())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Renews a lease three times in its length, until it is lost.
async fn renew(store: SharedStore, name: String, token: String) {
    let length = store.inner.lease;
    loop {
        sleep(length / 3).await;
        let engine = store.engine();
        let work = engine.renew(&name, &token, length);
        // A failure is known to the store then, and told by whoever uses it next.
        if !matches!(store.attempt_silently("lock", OPERATION, work).await, Ok(true)) {
            return;
        }
    }
}

/// Makes a text that no other holder has.
pub(super) fn token() -> String {
    // Each state has random keys.
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
