//! What goes wrong with the files of a store.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A failed operation on a file or directory: displays as ``cannot write `PATH`: REASON``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What was tried: a verb, such as `write`.
    pub operation: &'static str,
    /// The file or directory.
    pub path: PathBuf,
    /// Why it failed.
    pub reason: String,
    /// What the user can do about it.
    pub hint: Option<String>,
}

impl Error {
    pub(super) fn new(operation: &'static str, path: &Path, reason: impl Into<String>) -> Error {
        Error { operation, path: path.to_owned(), reason: reason.into(), hint: None }
    }

    /// Returns what makes an error of a failed operation of the system.
    pub(super) fn of<'a>(operation: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Error + use<'a> {
        move |error| {
            let hint = match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Some("make room there, or name another directory")
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some("name a directory that you may write to")
                }
                _ => None,
            };
            Error { hint: hint.map(str::to_owned), ..Error::new(operation, path, reason(&error)) }
        }
    }

    pub(super) fn with_hint(self, hint: impl Into<String>) -> Error {
        Error { hint: Some(hint.into()), ..self }
    }
}

/// Returns the words of an error of the system, in lower case and without its number.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} `{}`: {}", self.operation, self.path.display(), self.reason)
    }
}

impl std::error::Error for Error {}
