//! JSON text as Python's `json` writes and reads it.

mod read;
mod write;

pub(super) use self::read::read;
pub(super) use self::write::{Layout, write};
