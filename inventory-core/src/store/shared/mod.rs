//! Stores that machines share: entries and leases at a server, with what a server adds to a disk: it may be slow, or gone.

use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use super::encoding::Malformed;
use super::local::{Found, Listed, Removed};
use super::{Address, Entry, Error, Key, Vocabulary, address, frame};
use crate::discovery::Note;

mod lease;
#[cfg(feature = "object-store")]
pub(super) mod objects;
#[cfg(feature = "redis")]
pub(super) mod redis;

pub use self::lease::Lease;

/// The longest that one operation may take.
const OPERATION: Duration = Duration::from_secs(5);

/// What an operation may take after the end of the run: old facts must be had that stand in, and leases given back.
const GRACE: Duration = Duration::from_secs(1);

/// The longest that all entries may take to be listed, which only people ask for.
const LISTING: Duration = Duration::from_secs(60);

/// How many operations are under way at once.
const AT_ONCE: usize = 32;

/// How long a lease lasts that its holder does not renew. A holder that dies holds others up for as long.
const LEASE: Duration = Duration::from_secs(10);

/// The most of an entry that its header can take.
const FRONT: usize = 1 << 16;

/// Why an operation failed, without any secret.
#[derive(Debug)]
pub(super) struct Fault(pub(super) String);

/// When facts were fetched, in nanoseconds since 1970, as texts that sort as the times do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp(String);

impl Stamp {
    const LENGTH: usize = 20;

    fn of(time: SystemTime) -> Stamp {
        let age = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Stamp(format!("{:020}", u64::try_from(age.as_nanos()).unwrap_or(u64::MAX)))
    }

    fn parse(text: &str) -> Option<Stamp> {
        (text.len() == Stamp::LENGTH && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| Stamp(text.to_owned()))
    }

    fn time(&self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(self.0.parse().ok()?))
    }

    /// Tells whether an entry stays in its place when another comes: it is newer, and not from the future.
    #[cfg(feature = "object-store")]
    fn stays(&self, other: &Stamp) -> bool {
        self > other && *self <= Stamp::of(SystemTime::now())
    }
}

/// A server that keeps entries and leases by name.
#[async_trait]
pub(super) trait Engine: Debug + Send + Sync {
    /// Returns where an entry is, for people.
    fn place(&self, name: &str) -> String;

    /// Returns the time between two looks at what another fetches, at first and at most.
    fn pauses(&self) -> [Duration; 2];

    /// Returns when the facts of an entry were fetched; none where there is no entry.
    async fn stamp(&self, name: &str) -> Result<Option<Stamp>, Fault>;

    /// Reads an entry.
    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Fault>;

    /// Writes an entry, unless there is one of newer facts; it may go after `keep`, never without.
    async fn write(
        &self,
        name: &str,
        stamp: &Stamp,
        bytes: Vec<u8>,
        keep: Option<Duration>,
    ) -> Result<(), Fault>;

    /// Lists the entries: name, size, and what they begin with.
    async fn list(&self) -> Result<Vec<(String, u64, Vec<u8>)>, Fault>;

    /// Removes an entry that may be gone already.
    async fn remove(&self, name: &str) -> Result<(), Fault>;

    /// Takes a lease; tells whether that went well: not while another holds it.
    async fn take(&self, name: &str, token: &str, lease: Duration) -> Result<bool, Fault>;

    /// Renews a lease; tells whether it is still that of the token.
    async fn renew(&self, name: &str, token: &str, lease: Duration) -> Result<bool, Fault>;

    /// Gives a lease back, where it is still that of the token.
    async fn release(&self, name: &str, token: &str) -> Result<(), Fault>;
}

/// A store that cannot be used any more in this run, and why.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What failed.
    pub error: Error,
    /// Whether nobody was told yet.
    pub is_first: bool,
}

impl Trouble {
    /// Returns what people are told; none where they were told before.
    pub(crate) fn note(&self) -> Option<Note> {
        let text = || format!("{}; no more is read or kept there in this run", self.error);
        self.is_first.then(|| Note::from(text()))
    }
}

/// Entries at a server. A clone is the same store.
#[derive(Clone, Debug)]
pub struct SharedStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    engine: Box<dyn Engine>,
    shown: String,
    /// When the run ends; none for a command of people.
    end: Option<Instant>,
    lease: Duration,
    permits: Semaphore,
    /// What failed first.
    trouble: OnceLock<Error>,
    is_told: AtomicBool,
}

impl SharedStore {
    /// Opens a store, without asking it anything; `end` is when the run ends that uses it.
    ///
    /// # Errors
    /// When what the environment says of it makes no sense.
    pub(super) fn open(address: &Address, end: Option<Instant>) -> Result<SharedStore, Error> {
        let opened: Result<Box<dyn Engine>, String> = match address.engine() {
            #[cfg(feature = "redis")]
            address::Engine::Redis => redis::open(address).map(|engine| Box::new(engine) as _),
            #[cfg(not(feature = "redis"))]
            address::Engine::Redis => Err("this build lacks the feature `redis`".to_owned()),
            #[cfg(feature = "object-store")]
            address::Engine::Objects => objects::open(address).map(|engine| Box::new(engine) as _),
            #[cfg(not(feature = "object-store"))]
            address::Engine::Objects => Err("this build lacks the feature `object-store`".to_owned()),
        };
        let shown = address.to_string();
        let engine = opened.map_err(|reason| Error::new("use", Path::new(&shown), reason))?;
        Ok(SharedStore::of(engine, shown, end, LEASE))
    }

    fn of(engine: Box<dyn Engine>, shown: String, end: Option<Instant>, lease: Duration) -> SharedStore {
        let (permits, trouble, is_told) = (Semaphore::new(AT_ONCE), OnceLock::new(), AtomicBool::new(false));
        SharedStore { inner: Arc::new(Inner { engine, shown, end, lease, permits, trouble, is_told }) }
    }

    /// Returns where the store is, without any secret.
    pub fn shown(&self) -> &str {
        &self.inner.shown
    }

    pub(super) fn pauses(&self) -> [Duration; 2] {
        self.inner.engine.pauses()
    }

    fn engine(&self) -> &dyn Engine {
        self.inner.engine.as_ref()
    }

    /// Does something with the server, unless it was in trouble before.
    async fn attempt<T>(
        &self,
        operation: &'static str,
        limit: Duration,
        work: impl Future<Output = Result<T, Fault>> + Send,
    ) -> Result<T, Trouble> {
        let done = self.attempt_silently(operation, limit, work).await;
        done.map_err(|error| Trouble { error, is_first: !self.inner.is_told.swap(true, Ordering::Relaxed) })
    }

    /// Does the same, and leaves it to the next who uses the store to tell of trouble.
    async fn attempt_silently<T>(
        &self,
        operation: &'static str,
        limit: Duration,
        work: impl Future<Output = Result<T, Fault>> + Send,
    ) -> Result<T, Error> {
        let inner = &*self.inner;
        // The semaphore is never closed.
        let _permit = inner.permits.acquire().await.ok();
        if let Some(error) = inner.trouble.get() {
            return Err(error.clone());
        }
        let left =
            inner.end.map_or(limit, |end| (end.saturating_duration_since(Instant::now()) / 2).max(GRACE));
        let limit = limit.min(left);
        let reason = match timeout(limit, work).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(Fault(reason))) => reason,
            Err(_) => format!("no answer within {:.0} s", limit.as_secs_f64().ceil()),
        };
        let error = Error::new(operation, Path::new(&inner.shown), reason);
        Err(inner.trouble.get_or_init(|| error).clone())
    }

    /// Returns when the facts of a key were fetched.
    pub(super) async fn fetched_at(&self, key: &Key) -> Result<Option<SystemTime>, Trouble> {
        let stamp = self.attempt("read", OPERATION, self.engine().stamp(key.name())).await?;
        Ok(stamp.and_then(|stamp| stamp.time()))
    }

    /// Reads the entry of a key.
    pub(super) async fn get(&self, key: &Key, vocabulary: Vocabulary) -> Found {
        let bytes = match self.attempt("read", OPERATION, self.engine().read(key.name())).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Found::Missing,
            Err(trouble) => return Found::Unreachable(trouble),
        };
        let same = key.clone();
        let read = tokio::task::spawn_blocking(move || frame::read_file(&bytes, &same, vocabulary)).await;
        match read {
            Ok(Ok(entry)) => Found::Entry(entry),
            Ok(Err(Malformed(reason))) => {
                let place = self.engine().place(key.name());
                Found::Unusable(Note::from(format!(
                    "the kept facts in `{place}` are not used: the entry {reason}"
                )))
            }
            // The runtime ends.
            Err(_) => Found::Missing,
        }
    }

    /// Keeps an entry, in place of one of older facts.
    pub(super) async fn put(&self, key: &Key, entry: Entry, keep: Option<Duration>) -> Option<Note> {
        let (stamp, text) = (Stamp::of(entry.fetched_at), key.text().to_owned());
        let bytes = match tokio::task::spawn_blocking(move || frame::write(&text, &entry)).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(reason)) => {
                let place = self.engine().place(key.name());
                return Some(Note::from(format!("cannot write `{place}`: facts hold {reason}")));
            }
            // The runtime ends.
            Err(_) => return None,
        };
        let write = self.engine().write(key.name(), &stamp, bytes, keep);
        self.attempt("write", OPERATION, write).await.err().and_then(|trouble| trouble.note())
    }

    /// Takes the right to fetch what a key names; none while another has it.
    pub(super) async fn try_lock(&self, key: &Key) -> Result<Option<Lease>, Trouble> {
        let token = lease::token();
        let take = self.engine().take(key.name(), &token, self.inner.lease);
        let is_taken = self.attempt("lock", OPERATION, take).await?;
        Ok(is_taken.then(|| Lease::new(self.clone(), key.name().to_owned(), token)))
    }

    /// Lists the entries; those that cannot be used come last.
    pub(super) async fn list(&self) -> Result<Vec<Listed>, Error> {
        let listed = self.attempt("list", LISTING, self.engine().list()).await;
        let listed = listed.map_err(|trouble| trouble.error)?;
        let listed = listed.into_iter().map(|(name, bytes, front)| {
            let summary = match frame::read_header(&mut front.as_slice()) {
                Ok(header) if header.summary.bytes == bytes => Ok(header.summary),
                Ok(_) => Err("is not as long as it says".to_owned()),
                Err(Malformed(reason)) => Err(reason),
            };
            Listed { path: self.engine().place(&name).into(), bytes, summary, name }
        });
        Ok(Listed::sorted(listed.collect()))
    }

    /// Removes entries.
    pub(super) async fn remove(&self, unwanted: Vec<Listed>) -> Result<Removed, Error> {
        let mut removed = Removed::default();
        for listed in unwanted {
            let gone = self.attempt("remove", OPERATION, self.engine().remove(&listed.name)).await;
            gone.map_err(|trouble| trouble.error)?;
            removed.entries += 1;
            removed.bytes += listed.bytes;
        }
        Ok(removed)
    }
}

#[cfg(all(test, feature = "object-store"))]
mod tests;
