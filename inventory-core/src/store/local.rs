//! The store on the disk of this machine.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use super::directory::{self, UNFINISHED};
use super::encoding::Malformed;
use super::error::reason;
use super::lock::{self, LOCK};
use super::{Entry, Error, Key, Recipe, Summary, Vocabulary, frame};
use crate::discovery::Note;

/// The ending of entries.
const ENTRY: &str = "facts";

/// The ending of finished outputs.
const FINISHED: &str = "done";

/// The age from which an unfinished file is that of a dead writer: none takes that long.
const DEAD: Duration = Duration::from_secs(3600);

/// The age from which a finished output is not kept: by then facts are hardly good any more, or the configuration is
/// another.
const OLD: Duration = Duration::from_secs(7 * 24 * 3600);

/// Entries in a directory, each in a file of its own.
///
/// Every function blocks on the disk: call them on a thread that may wait. A store is little more than a path: cheap to
/// clone, and used by any number of threads and processes at once. Who reads never waits, and never sees half an entry.
#[derive(Clone, Debug)]
pub struct LocalStore {
    directory: PathBuf,
    /// Whether it could not be written to, in this process.
    has_trouble: Arc<AtomicBool>,
}

/// What a store has for a key.
#[derive(Clone, Debug)]
pub enum Found {
    /// The entry, whole.
    Entry(Entry),
    /// Nothing.
    Missing,
    /// A file that is not used, and why: damaged, of another key, or with words that the provider does not know. The
    /// next entry takes its place.
    Unusable(Note),
    /// Nobody knows: the store could not be asked.
    #[cfg(any(feature = "redis", feature = "object-store"))]
    Unreachable(super::shared::Trouble),
}

/// An entry of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The file, or the place at a server.
    pub path: PathBuf,
    /// Its size, in bytes.
    pub bytes: u64,
    /// What its header says, or why it cannot be used: in words that go on from "the file".
    pub summary: Result<Summary, String>,
    /// The name of the key.
    #[cfg(any(feature = "redis", feature = "object-store"))]
    pub(super) name: String,
}

impl Listed {
    /// Returns a list in the order of scopes and keys, at its end what cannot be used.
    pub(super) fn sorted(mut list: Vec<Listed>) -> Vec<Listed> {
        list.sort_by(|a, b| {
            let order = |listed: &Listed| match &listed.summary {
                Ok(summary) => (false, summary.scope.clone(), summary.key.clone()),
                Err(_) => (true, String::new(), String::new()),
            };
            order(a).cmp(&order(b)).then_with(|| a.path.cmp(&b.path))
        });
        list
    }
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The number of entries.
    pub entries: usize,
    /// The size of their files, in bytes.
    pub bytes: u64,
}

impl LocalStore {
    /// Opens the store in a directory, which is made (mode 0700) where it is missing.
    ///
    /// # Errors
    /// When the directory cannot be made, is not the user's own, or may be written to by others; the hint says what to do.
    pub fn open(directory: impl Into<PathBuf>) -> Result<LocalStore, Error> {
        let directory = directory.into();
        directory::prepare(&directory)?;
        Ok(LocalStore { directory, has_trouble: Arc::default() })
    }

    /// Returns the directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Notes that the store could not be written to, where `is_trouble`; tells whether that is so for the first time.
    pub(crate) fn is_first_trouble(&self, is_trouble: bool) -> bool {
        is_trouble && !self.has_trouble.swap(true, Ordering::Relaxed)
    }

    /// Reads the entry of a key.
    pub fn get(&self, key: &Key, vocabulary: Vocabulary) -> Found {
        let path = self.path(key);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Found::Missing,
            Err(error) => {
                return Found::Unusable(unusable(&path, &format!("cannot be read: {}", reason(&error))));
            }
        };
        match frame::read_file(&bytes, key, vocabulary) {
            Ok(entry) => Found::Entry(entry),
            Err(Malformed(reason)) => Found::Unusable(unusable(&path, &reason)),
        }
    }

    /// Reads what the header of the entry of a key says; none when there is none that is whole.
    ///
    /// Costs the same for any number of facts; whether the content is undamaged only [`LocalStore::get`] tells.
    pub fn summary(&self, key: &Key) -> Option<Summary> {
        self.look(key).ok()?
    }

    /// Reads what the header of the entry of a key says, or why the file cannot be used.
    pub(super) fn look(&self, key: &Key) -> Result<Option<Summary>, Note> {
        let path = self.path(key);
        match read_summary(&path) {
            Ok(summary) if summary.key == key.text() => Ok(Some(summary)),
            Ok(_) => Err(unusable(&path, "is that of another request")),
            Err(_) if path.try_exists().is_ok_and(|exists| !exists) => Ok(None),
            Err(Malformed(reason)) => Err(unusable(&path, &reason)),
        }
    }

    /// Keeps an entry, in place of an earlier one: whole and on the disk when this returns, or not at all.
    ///
    /// # Errors
    /// When the file cannot be written; the earlier entry is still there then. When a fact holds what only expressions
    /// have, or is nested more than 256 levels deep.
    pub fn put(&self, key: &Key, entry: &Entry) -> Result<(), Error> {
        let path = self.path(key);
        let bytes = frame::write(key.text(), entry)
            .map_err(|reason| Error::new("write", &path, format!("facts hold {reason}")))?;
        directory::replace(&path, &bytes)
    }

    /// Lists the entries, by scope and key; those that cannot be used come last.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, Error> {
        let list = self.files(ENTRY)?.into_iter().map(|path| {
            let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
            let summary = read_summary(&path).map_err(|Malformed(reason)| reason);
            #[cfg(any(feature = "redis", feature = "object-store"))]
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Listed {
                path,
                bytes,
                summary,
                #[cfg(any(feature = "redis", feature = "object-store"))]
                name,
            }
        });
        Ok(Listed::sorted(list.collect()))
    }

    /// Removes the entries that `is_unwanted` names, and all finished outputs, which may be made of them.
    ///
    /// # Errors
    /// When the directory cannot be read, or a file not removed: those before it are removed then.
    pub fn remove(&self, is_unwanted: impl Fn(&Listed) -> bool) -> Result<Removed, Error> {
        let mut removed = Removed::default();
        for listed in self.list()?.iter().filter(|listed| is_unwanted(listed)) {
            remove(&listed.path)?;
            removed.entries += 1;
            removed.bytes += listed.bytes;
        }
        self.files(FINISHED)?.iter().try_for_each(|path| remove(path))?;
        Ok(removed)
    }

    /// Removes all entries, and what dead processes left; what others write or lock at this moment stays.
    ///
    /// # Errors
    /// As [`LocalStore::remove`].
    pub fn clear(&self, now: SystemTime) -> Result<Removed, Error> {
        let removed = self.remove(|_| true)?;
        self.sweep(now)?;
        Ok(removed)
    }

    /// Removes what dead processes left: unfinished files that are an hour old, and locks that nobody holds; and finished
    /// outputs of last week.
    ///
    /// For a run that has written; it costs a look at the directory.
    ///
    /// # Errors
    /// When the directory cannot be read, or a file not removed.
    pub fn sweep(&self, now: SystemTime) -> Result<(), Error> {
        for (ending, age) in [(UNFINISHED, DEAD), (FINISHED, OLD)] {
            for path in self.files(ending)? {
                let written = fs::metadata(&path).and_then(|metadata| metadata.modified());
                let is_past = |written| now.duration_since(written).is_ok_and(|since| since >= age);
                if written.is_ok_and(is_past) {
                    remove(&path)?;
                }
            }
        }
        // Whoever holds a lock removes its file: to take one and let go is to clean up.
        for path in self.files(LOCK)? {
            drop(lock::try_lock(&path)?);
        }
        Ok(())
    }

    pub(super) fn path(&self, key: &Key) -> PathBuf {
        self.directory.join(key.name()).with_extension(ENTRY)
    }

    pub(super) fn finished_path(&self, recipe: &Recipe) -> PathBuf {
        self.directory.join(recipe.name()).with_extension(FINISHED)
    }

    pub(super) fn lock_path(&self, key: &Key) -> PathBuf {
        self.directory.join(key.name()).with_extension(LOCK)
    }

    /// Returns the files of the store with an ending; what is not named as the store names files is not the store's.
    fn files(&self, extension: &str) -> Result<Vec<PathBuf>, Error> {
        let failed = Error::of("read", &self.directory);
        let mut files = Vec::new();
        for file in fs::read_dir(&self.directory).map_err(&failed)? {
            let path = file.map_err(&failed)?.path();
            let name = path.file_name().and_then(OsStr::to_str).and_then(|name| name.split('.').next());
            let is_name = |name: &str| name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            if path.extension() == Some(OsStr::new(extension)) && name.is_some_and(is_name) {
                files.push(path);
            }
        }
        Ok(files)
    }
}

fn read_summary(path: &Path) -> Result<Summary, Malformed> {
    let unreadable = |error| Malformed(format!("cannot be read: {}", reason(&error)));
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let summary = frame::read_header(&mut std::io::BufReader::with_capacity(1024, file))?.summary;
    if summary.bytes == length { Ok(summary) } else { Err("is not as long as it says".into()) }
}

/// Removes a file that may be gone already.
fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::of("remove", path)(error)),
        _ => Ok(()),
    }
}

fn unusable(path: &Path, reason: &str) -> Note {
    Note::from(format!("the kept facts in `{}` are not used: the file {reason}", path.display()))
}

#[cfg(test)]
mod tests;
