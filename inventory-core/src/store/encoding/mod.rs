//! Facts as bytes.
//!
//! The content of an entry is a row of blocks, each compressed for itself, so that writing and reading need the memory
//! of one. A block holds the texts that no block before it has, then records, which name texts by their number:
//!
//! ```text
//! block    size, size when compressed, LZ4 block of:
//! texts    count, then each: length, UTF-8
//! records  until the end of the block, each: tag, then
//!          scope: cloud, (1 account)?, (1 region)?    note: message, loss, count, machines    fact: kind, id, value
//! value    tag, then what the variant needs
//! ```
//!
//! Numbers are in LEB128, seven bits a byte; signed ones with the sign in the lowest bit.

mod primitive;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub(super) use self::primitive::{Cursor, Malformed, put_bytes, put_number};
pub(super) use self::reader::{cloud, read};
pub(super) use self::writer::write;

/// The tags of records.
mod record {
    pub(super) const SCOPE: u8 = 0;
    pub(super) const NOTE: u8 = 1;
    pub(super) const FACT: u8 = 2;
}

/// The tags of values.
mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const BIG_INT: u8 = 4;
    pub(super) const FLOAT: u8 = 5;
    pub(super) const TEXT: u8 = 6;
    pub(super) const LIST: u8 = 7;
    /// A map whose keys are all texts: their numbers alone.
    pub(super) const MAP: u8 = 8;
    /// A map with other keys, too: whole values.
    pub(super) const ANY_MAP: u8 = 9;
    pub(super) const TIME: u8 = 10;
    /// A time without an offset.
    pub(super) const NAIVE_TIME: u8 = 11;
}

/// The depth up to which values are written and read, so that none can exhaust the stack. JSON is read to half of it.
const DEPTH: usize = 256;

/// The size from which a block is closed: far above the window of the compression, far below what memory notices.
const BLOCK: usize = 256 * 1024;
