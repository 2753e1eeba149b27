//! The object storage of a cloud: entries and leases are objects, and conditions of the server decide who is first.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt,
    ObjectStoreScheme, PutMode, PutOptions, RetryConfig, UpdateVersion,
};
use url::Url;

use super::{AT_ONCE, Address, Engine, FRONT, Fault, OPERATION, Stamp};

mod http;
mod reason;

use self::http::Connector;
use self::reason::reason;

/// The endings of entries and leases.
const ENTRY: &str = "facts";
const LEASE: &str = "lock";

/// The name of what an object says of itself besides its bytes: one that all clouds take.
const STAMP: &str = "fetchedat";

/// How often a write is tried that others come before.
const TRIES: usize = 5;

/// A bucket or container, and where in it.
#[derive(Debug)]
pub(super) struct Objects {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    shown: String,
}

/// Tells whether the library can read an address.
pub(in crate::store) fn check(address: &Address) -> Result<(), String> {
    parse(address).map(drop)
}

fn parse(address: &Address) -> Result<(Url, ObjectStoreScheme, Path), String> {
    let url = Url::parse(address.reveal()).map_err(|error| error.to_string())?;
    let (scheme, prefix) = ObjectStoreScheme::parse(&url).map_err(|error| error.to_string())?;
    Ok((url, scheme, prefix))
}

/// Makes the client of an address and of the variables that `object_store` reads; nothing is asked yet.
pub(super) fn open(address: &Address) -> Result<Objects, String> {
    let (url, scheme, prefix) = parse(address)?;
    let retries = RetryConfig { max_retries: 2, retry_timeout: OPERATION, ..RetryConfig::default() };
    let connector = Connector::new()?;
    let store: Result<Arc<dyn ObjectStore>, Error> = match scheme {
        ObjectStoreScheme::AmazonS3 => {
            let builder = AmazonS3Builder::from_env().with_url(url).with_retry(retries);
            builder.with_http_connector(connector).build().map(|store| Arc::new(store) as _)
        }
        ObjectStoreScheme::GoogleCloudStorage => {
            let builder = GoogleCloudStorageBuilder::from_env().with_url(url).with_retry(retries);
            builder.with_http_connector(connector).build().map(|store| Arc::new(store) as _)
        }
        ObjectStoreScheme::MicrosoftAzure => {
            let builder = MicrosoftAzureBuilder::from_env().with_url(url).with_retry(retries);
            builder.with_http_connector(connector).build().map(|store| Arc::new(store) as _)
        }
        _ => return Err("it is no object storage".to_owned()),
    };
    let store = store.map_err(|error| reason(&error))?;
    Ok(Objects { store, prefix, shown: address.to_string() })
}

/// Who holds a lease, and until when, by the holder's clock.
#[derive(Debug, PartialEq, Eq)]
struct Holder {
    token: String,
    until: Duration,
}

impl Holder {
    fn new(token: &str, lease: Duration) -> Holder {
        Holder { token: token.to_owned(), until: now() + lease }
    }

    fn text(&self) -> String {
        format!("{} {}\n", self.token, self.until.as_millis())
    }

    fn parse(bytes: &[u8]) -> Option<Holder> {
        let (token, until) = std::str::from_utf8(bytes).ok()?.trim_end().split_once(' ')?;
        Some(Holder { token: token.to_owned(), until: Duration::from_millis(until.parse().ok()?) })
    }

    /// Tells whether the lease holds: it has not run out, and does not last longer than a lease can, as by a wrong clock.
    fn holds(&self, lease: Duration) -> bool {
        (now()..=now() + lease * 2).contains(&self.until)
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

fn version(meta: &ObjectMeta) -> UpdateVersion {
    UpdateVersion { e_tag: meta.e_tag.clone(), version: meta.version.clone() }
}

/// Tells whether an error of a write says that another came before; where there was nothing, there is no bucket.
fn is_conflict(error: &Error, was_there: bool) -> bool {
    match error {
        Error::AlreadyExists { .. } | Error::Precondition { .. } => true,
        Error::NotFound { .. } => was_there,
        _ => false,
    }
}

fn fault(error: &Error) -> Fault {
    Fault(reason(error))
}

impl Objects {
    fn path(&self, name: &str, ending: &str) -> Path {
        self.prefix.clone().join(format!("{name}.{ending}"))
    }

    /// Reads what stands at an entry: its version, and the stamp where it has one.
    async fn look(&self, name: &str) -> Result<Option<(UpdateVersion, Option<Stamp>)>, Fault> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        match self.store.get_opts(&self.path(name, ENTRY), options).await {
            Ok(found) => {
                let stamp = found.attributes.get(&Attribute::Metadata(STAMP.into()));
                let stamp = stamp.and_then(|value| Stamp::parse(value.as_ref()));
                Ok(Some((version(&found.meta), stamp)))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fault(&error)),
        }
    }

    /// Reads a lease: its version, and its holder where it is whole.
    async fn holder(&self, name: &str) -> Result<Option<(UpdateVersion, Option<Holder>)>, Fault> {
        let found = match self.store.get(&self.path(name, LEASE)).await {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(fault(&error)),
        };
        let version = version(&found.meta);
        let bytes = found.bytes().await.map_err(|error| fault(&error))?;
        Ok(Some((version, Holder::parse(&bytes))))
    }

    /// Writes a lease; tells whether it was the first to do so.
    async fn hold(&self, name: &str, holder: &Holder, mode: PutMode) -> Result<bool, Fault> {
        let was_there = mode != PutMode::Create;
        let put = self.store.put_opts(&self.path(name, LEASE), holder.text().into(), mode.into()).await;
        match put {
            Ok(_) => Ok(true),
            Err(error) if is_conflict(&error, was_there) => Ok(false),
            Err(error) => Err(fault(&error)),
        }
    }

    async fn front(&self, meta: ObjectMeta) -> Result<Option<(String, u64, Vec<u8>)>, Fault> {
        let Some(name) = meta.location.filename().and_then(|name| name.strip_suffix(&format!(".{ENTRY}")))
        else {
            return Ok(None);
        };
        let name = name.to_owned();
        // An empty object has no range.
        if meta.size == 0 {
            return Ok(Some((name, 0, Vec::new())));
        }
        let range = GetRange::Bounded(0..meta.size.min(FRONT as u64));
        let options = GetOptions { range: Some(range), ..GetOptions::default() };
        let bytes = async { self.store.get_opts(&meta.location, options).await?.bytes().await }.await;
        match bytes {
            Ok(bytes) => Ok(Some((name, meta.size, bytes.to_vec()))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fault(&error)),
        }
    }
}

#[async_trait]
impl Engine for Objects {
    fn place(&self, name: &str) -> String {
        format!("{}/{name}.{ENTRY}", self.shown.trim_end_matches('/'))
    }

    fn pauses(&self) -> [Duration; 2] {
        [Duration::from_millis(50), Duration::from_millis(500)]
    }

    async fn stamp(&self, name: &str) -> Result<Option<Stamp>, Fault> {
        Ok(self.look(name).await?.and_then(|(_, stamp)| stamp))
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let bytes = async { self.store.get(&self.path(name, ENTRY)).await?.bytes().await }.await;
        match bytes {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fault(&error)),
        }
    }

    async fn write(
        &self,
        name: &str,
        stamp: &Stamp,
        bytes: Vec<u8>,
        _: Option<Duration>,
    ) -> Result<(), Fault> {
        let bytes = object_store::PutPayload::from(bytes);
        let attributes = || Attributes::from_iter([(Attribute::Metadata(STAMP.into()), stamp.0.clone())]);
        for _ in 0..TRIES {
            let mode = match self.look(name).await? {
                Some((_, Some(old))) if old.stays(stamp) => return Ok(()),
                Some((version, _)) => PutMode::Update(version),
                None => PutMode::Create,
            };
            let was_there = mode != PutMode::Create;
            let options = PutOptions { mode, attributes: attributes(), ..PutOptions::default() };
            match self.store.put_opts(&self.path(name, ENTRY), bytes.clone(), options).await {
                Ok(_) => return Ok(()),
                Err(error) if is_conflict(&error, was_there) => {}
                Err(error) => return Err(fault(&error)),
            }
        }
        // Others have just written, each newer facts than the one before.
        Ok(())
    }

    async fn list(&self) -> Result<Vec<(String, u64, Vec<u8>)>, Fault> {
        let all = self.store.list(Some(&self.prefix)).map_err(|error| fault(&error));
        let fronts = all.map(|meta| async { self.front(meta?).await }).buffer_unordered(AT_ONCE);
        fronts.try_filter_map(|front| async { Ok(front) }).try_collect().await
    }

    async fn remove(&self, name: &str) -> Result<(), Fault> {
        match self.store.delete(&self.path(name, ENTRY)).await {
            Err(error) if !matches!(error, Error::NotFound { .. }) => Err(fault(&error)),
            _ => Ok(()),
        }
    }

    async fn take(&self, name: &str, token: &str, lease: Duration) -> Result<bool, Fault> {
        let mode = match self.holder(name).await? {
            Some((_, Some(holder))) if holder.holds(lease) => return Ok(false),
            Some((version, _)) => PutMode::Update(version),
            None => PutMode::Create,
        };
        self.hold(name, &Holder::new(token, lease), mode).await
    }

    async fn renew(&self, name: &str, token: &str, lease: Duration) -> Result<bool, Fault> {
        match self.holder(name).await? {
            Some((version, Some(holder))) if holder.token == token => {
                self.hold(name, &Holder::new(token, lease), PutMode::Update(version)).await
            }
            _ => Ok(false),
        }
    }

    async fn release(&self, name: &str, token: &str) -> Result<(), Fault> {
        // There is no removal with a condition: what may be another's in a moment is left to run out.
        let is_ours =
            |holder: &Holder| holder.token == token && holder.until > now() + Duration::from_millis(100);
        if !matches!(self.holder(name).await?, Some((_, Some(holder))) if is_ours(&holder)) {
            return Ok(());
        }
        match self.store.delete(&self.path(name, LEASE)).await {
            Err(error) if !matches!(error, Error::NotFound { .. }) => Err(fault(&error)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
impl Objects {
    /// Makes a store in memory.
    pub(super) fn in_memory() -> (Objects, Arc<object_store::memory::InMemory>) {
        let store = Arc::new(object_store::memory::InMemory::new());
        let objects = Objects {
            store: Arc::clone(&store) as _,
            prefix: Path::from("kept"),
            shown: "s3://bucket/kept".to_owned(),
        };
        (objects, store)
    }
}

#[cfg(test)]
mod tests;
