//! Locks that die with their holder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::Error;

/// The ending of locks.
pub(super) const LOCK: &str = "lock";

/// The times that a lock is tried whose file somebody removed meanwhile.
const TRIES: usize = 100;

/// The right to fetch what a key names, until it is dropped.
///
/// The system takes it from a process that dies, so that none is ever left over. It is advice to others, no more:
/// [`Store::put`](super::Store::put) does not ask for it.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While the lock is held: who waits for the removed file notices, and makes a new one.
        if is_at(&self.file, &self.path).is_ok_and(|is_ours| is_ours) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Takes a lock; none while another thread or process holds it.
///
/// # Errors
/// When the file cannot be made, or the file system has no locks.
pub(super) fn try_lock(path: &Path) -> Result<Option<Lock>, Error> {
    for _ in 0..TRIES {
        let file = open(path).map_err(Error::of("lock", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(Error::of("lock", path)(error)),
        }
        if is_at(&file, path).map_err(Error::of("lock", path))? {
            return Ok(Some(Lock { path: path.to_owned(), file }));
        }
    }
    Ok(None)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Tells whether the path still leads to the file: else its lock is worth nothing, as others lock a new file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let file = file.metadata()?;
    match fs::metadata(path) {
        Ok(found) => Ok((found.dev(), found.ino()) == (file.dev(), file.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// An open file keeps its name there.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_lock_has_one_holder() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("lock");
        let guard = try_lock(&path).unwrap().unwrap();
        assert!(try_lock(&path).unwrap().is_none());
        drop(guard);
        assert!(!path.exists());
        drop(try_lock(&path).unwrap().unwrap());
        // What a dead holder leaves is only a file.
        fs::write(&path, "").unwrap();
        assert!(try_lock(&path).unwrap().is_some());
    }

    #[test]
    fn no_two_threads_hold_a_lock_that_comes_and_goes() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("lock");
        let (holders, most, taken) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let start = Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    while taken.load(Ordering::SeqCst) < 2000 {
                        let Some(guard) = try_lock(&path).unwrap() else { continue };
                        most.fetch_max(holders.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        taken.fetch_add(1, Ordering::SeqCst);
                        holders.fetch_sub(1, Ordering::SeqCst);
                        drop(guard);
                    }
                });
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 1);
    }
}
