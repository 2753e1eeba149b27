//! One store for the rest of the program, wherever it is.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::local::{Found, Listed, LocalStore, Removed};
#[cfg(any(feature = "redis", feature = "object-store"))]
use super::shared::{Lease, SharedStore};
use super::{Address, Entry, Error, Key, Vocabulary, lock};
use crate::discovery::Note;

/// Entries by their keys: in a directory of this machine, or at a server that machines share.
///
/// A clone is the same store. Must be used inside a tokio runtime with I/O and time, except where a function says so. What
/// is wrong with the store is told once in a run; a shared one that was in trouble once is not asked again.
#[derive(Clone, Debug)]
pub enum Store {
    /// A directory.
    Local(LocalStore),
    /// A server.
    #[cfg(any(feature = "redis", feature = "object-store"))]
    Shared(SharedStore),
}

/// The right to fetch what a key names, until it is given back or dropped.
#[derive(Debug)]
pub enum Guard {
    /// A lock of this machine, which the system takes from a process that dies.
    Lock(lock::Lock),
    /// A lease of a server, which runs out when its holder dies.
    #[cfg(any(feature = "redis", feature = "object-store"))]
    Lease(Lease),
}

impl Guard {
    /// Gives the right back, so that the next need not wait; returns what people should know.
    pub async fn release(self) -> Option<Note> {
        match self {
            Guard::Lock(lock) => {
                drop(lock);
                None
            }
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Guard::Lease(lease) => lease.release().await,
        }
    }
}

/// What came of asking for the right to fetch.
pub(super) enum Attempt {
    Taken(Guard),
    Busy,
    /// There is no such right to be had; with what people should know.
    Failed(Option<Note>),
}

impl From<LocalStore> for Store {
    fn from(store: LocalStore) -> Store {
        Store::Local(store)
    }
}

impl Store {
    /// Opens the store in a directory, as [`LocalStore::open`]. Blocks on the disk, and needs no runtime.
    ///
    /// # Errors
    /// As [`LocalStore::open`].
    pub fn open(directory: impl Into<PathBuf>) -> Result<Store, Error> {
        LocalStore::open(directory).map(Store::Local)
    }

    /// Opens the store at an address. Asks nothing yet, and needs no runtime; `end` is when the run ends that uses it.
    ///
    /// Reads the variables that give credentials from the environment.
    ///
    /// # Errors
    /// When these make no sense.
    #[cfg_attr(
        not(any(feature = "redis", feature = "object-store")),
        expect(unused_variables, reason = "a build without shared stores opens none")
    )]
    pub fn open_shared(address: &Address, end: Option<Instant>) -> Result<Store, Error> {
        #[cfg(any(feature = "redis", feature = "object-store"))]
        return SharedStore::open(address, end).map(Store::Shared);
        #[cfg(not(any(feature = "redis", feature = "object-store")))]
        Err(Error::new("use", std::path::Path::new(&address.to_string()), "this build has no shared stores"))
    }

    /// Returns the store as one in a directory; none where it is at a server.
    pub fn local(&self) -> Option<&LocalStore> {
        match self {
            Store::Local(store) => Some(store),
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Store::Shared(_) => None,
        }
    }

    /// Reads the entry of a key.
    pub async fn get(&self, key: &Key, vocabulary: Vocabulary) -> Found {
        match self {
            Store::Local(store) => {
                let (store, key) = (store.clone(), key.clone());
                spawn_blocking(move || store.get(&key, vocabulary)).await.unwrap_or(Found::Missing)
            }
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Store::Shared(store) => store.get(key, vocabulary).await,
        }
    }

    /// Reads the entry of a key where its header says that it is fresh.
    pub(super) async fn get_fresh(
        &self,
        key: &Key,
        vocabulary: Vocabulary,
        is_fresh: &impl Fn(SystemTime) -> bool,
    ) -> Found {
        match self {
            Store::Local(store) => {
                let (store, same) = (store.clone(), key.clone());
                match spawn_blocking(move || store.look(&same)).await {
                    Ok(Ok(Some(summary))) if is_fresh(summary.fetched_at) => self.get(key, vocabulary).await,
                    Ok(Err(note)) => Found::Unusable(note),
                    Ok(Ok(_)) | Err(_) => Found::Missing,
                }
            }
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Store::Shared(store) => match store.fetched_at(key).await {
                Ok(Some(fetched_at)) if is_fresh(fetched_at) => store.get(key, vocabulary).await,
                Ok(_) => Found::Missing,
                Err(trouble) => Found::Unreachable(trouble),
            },
        }
    }

    /// Keeps an entry, at least as long as `keep` where the store removes what is old; none keeps it for ever.
    ///
    /// A shared store leaves an entry of newer facts in its place. Returns what people should know.
    #[cfg_attr(
        not(any(feature = "redis", feature = "object-store")),
        expect(unused_variables, reason = "a directory keeps all until it is cleared")
    )]
    pub async fn put(&self, key: &Key, entry: Entry, keep: Option<Duration>) -> Option<Note> {
        match self {
            Store::Local(store) => {
                let (place, key) = (store.clone(), key.clone());
                let put = spawn_blocking(move || place.put(&key, &entry)).await.ok()?;
                // A full disk is one for all scopes.
                let error = put.err().filter(|_| store.is_first_trouble(true))?;
                Some(match error.hint.clone() {
                    Some(hint) => Note::from(format!("{error}; {hint}")),
                    None => Note::from(error.to_string()),
                })
            }
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Store::Shared(store) => store.put(key, entry, keep).await,
        }
    }

    /// Asks for the right to fetch what a key names.
    pub(super) async fn try_lock(&self, key: &Key) -> Attempt {
        match self {
            Store::Local(store) => {
                let path = store.lock_path(key);
                match spawn_blocking(move || lock::try_lock(&path)).await {
                    Ok(Ok(Some(lock))) => Attempt::Taken(Guard::Lock(lock)),
                    Ok(Ok(None)) => Attempt::Busy,
                    // Where locks do not work, they do not for any scope.
                    Ok(Err(error)) => {
                        let is_first = store.is_first_trouble(true);
                        Attempt::Failed(is_first.then(|| Note::from(error.to_string())))
                    }
                    // The runtime ends.
                    Err(_) => Attempt::Failed(None),
                }
            }
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Store::Shared(store) => match store.try_lock(key).await {
                Ok(Some(lease)) => Attempt::Taken(Guard::Lease(lease)),
                Ok(None) => Attempt::Busy,
                Err(trouble) => Attempt::Failed(trouble.note()),
            },
        }
    }

    /// Returns the time between two looks at what another fetches, at first and at most. Half of the latter is what
    /// waiting for another costs on average.
    pub(super) fn pauses(&self) -> [Duration; 2] {
        match self {
            Store::Local(_) => [Duration::from_millis(2), Duration::from_millis(50)],
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Store::Shared(store) => store.pauses(),
        }
    }

    /// Lists the entries, by scope and key; those that cannot be used come last.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(&self) -> Result<Vec<Listed>, Error> {
        match self {
            Store::Local(store) => store.list(),
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Store::Shared(store) => store.list().await,
        }
    }

    /// Removes the entries that `is_unwanted` names.
    ///
    /// # Errors
    /// When the store cannot be read, or an entry not removed: those before it are removed then.
    pub async fn remove(&self, is_unwanted: impl Fn(&Listed) -> bool) -> Result<Removed, Error> {
        match self {
            Store::Local(store) => store.remove(is_unwanted),
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Store::Shared(store) => {
                let listed = store.list().await?;
                store.remove(listed.into_iter().filter(|listed| is_unwanted(listed)).collect()).await
            }
        }
    }

    /// Removes all entries, and what dead processes left in a directory; what others write or lock at this moment stays.
    ///
    /// # Errors
    /// As [`Store::remove`].
    pub async fn clear(&self, now: SystemTime) -> Result<Removed, Error> {
        let removed = self.remove(|_| true).await?;
        self.sweep(now)?;
        Ok(removed)
    }

    /// Removes what dead processes left in a directory, as [`LocalStore::sweep`]; a server does without. Needs no runtime.
    ///
    /// # Errors
    /// As [`LocalStore::sweep`].
    pub fn sweep(&self, now: SystemTime) -> Result<(), Error> {
        match self {
            Store::Local(store) => store.sweep(now),
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Store::Shared(_) => Ok(()),
        }
    }
}
