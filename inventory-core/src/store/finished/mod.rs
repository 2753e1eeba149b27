//! Finished outputs: what was printed for facts that are still good is printed again, without being made again.
//!
//! An output holds what rules made of facts, so also what the configuration says, such as a password in `compose`. It is
//! therefore sealed with a key that is never written: a digest of everything it was made of. Who can make the output
//! can read it, and nobody else; and whatever changes, from a rule to a fact, the seal no longer opens.
//!
//! ```text
//! mark     8 bytes
//! format   u32, little endian
//! salt     32 bytes: each file has a key of its own
//! blocks   LZ4, sealed: of the output, then of the index
//! summary  sealed: machines, warnings, length of the output, sizes of the blocks, first digest of each block of the
//!          index
//! length   u32: of the summary
//! ```
//!
//! The index leads from the digest of a host's name to its variables, sorted by digest: to print one host, its block of
//! the index is read, and the one or two blocks that hold it.

mod reader;
mod recipe;
mod seal;
#[cfg(test)]
mod tests;
mod writer;

use std::ops::Range;

use sha2::{Digest, Sha256};

pub use self::reader::Finished;
pub use self::recipe::{Recipe, Stamp};
pub use self::writer::Finishing;

/// What a run has to tell besides its output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The number of machines that the clouds told of.
    pub machines: u64,
    /// The warnings.
    pub warnings: Vec<Warning>,
}

/// A warning as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The text.
    pub text: String,
    /// Whether machines are lost.
    pub is_loss: bool,
}

const MARK: &[u8; 8] = b"\x93CIDONE\n";

/// The version of the format.
const FORMAT: u32 = 1;

const SALT: usize = 32;

/// The size of what stands before the blocks.
const PREFIX: usize = MARK.len() + 4 + SALT;

/// The size of a block before it is compressed and sealed: small, as one is read whole for one host.
const BLOCK: usize = 128 * 1024;

/// The number of the block that is the summary.
const SUMMARY: u64 = u64::MAX;

/// The digest of the name of a host. Names come from clouds: too long for anyone to find two that share one.
type NameDigest = [u8; 16];

/// The number of entries in a block of the index.
const ENTRIES: usize = BLOCK / ENTRY;

/// The size of an entry of the index: digest, start and end.
const ENTRY: usize = 16 + 8 + 8;

fn name_digest(name: &str) -> NameDigest {
    let mut short = NameDigest::default();
    short.iter_mut().zip(Sha256::digest(name)).for_each(|(to, from)| *to = from);
    short
}

/// Where the variables of a host are in the output, in bytes from its start.
type Place = Range<u64>;
