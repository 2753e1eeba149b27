//! The entries of a run as one file, to make the same inventory without a cloud.
//!
//! ```text
//! mark       8 bytes
//! format     u32, little endian, as the next two
//! entries    u32: their number; the highest bit tells that the file was scrubbed
//! standings  a byte for each entry: 0 good, 1 stale, 2 missing
//! checksum   u32: CRC-32 of all above
//! entries    as in a store, without keys: those name the principal
//! ```
//!
//! # What scrubbing replaces
//!
//! With `scrub` everything that is not known to be public is replaced, in the same way wherever it occurs in the file;
//! structure, types, order and numbers of things stay. Equal texts stay equal, different ones different, and what is a
//! part of another still is: the name of a network in its path, an address in a DNS name. What replaces a text tells
//! the order in which texts first occur, their length, and which characters are digits; nothing else.
//!
//! - Addresses: private IPv4 ones become others of the same private range; public ones become those for documentation
//!   (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24), and beyond those 762 those for benchmarks (198.18.0.0/15), then
//!   reserved ones (240.0.0.0/4). IPv6 becomes 2001:db8::/32, fd00::/8 or fe80::/10. Networks become networks of the
//!   same length; which address lies in which network is lost. Loopback, link-local IPv4, multicast and `0.0.0.0` stay.
//!   Hardware addresses become 02:00:00:XX:XX:XX.
//! - All other texts (names, ids, account numbers, values *and keys* of tags and labels, domains, paths) are taken apart
//!   into words and digits: each word is replaced by letters and digits of its length, its capitals kept; a GUID by a
//!   GUID. Words of a fixed list stay: those of the clouds' own paths and domains, the beginnings of AWS's ids
//!   (`subnet-`), those of operating systems, and the usual keys of tags, such as `Name` and `env`. So do regions and
//!   zones, and, in paths, the types of machines and disks.
//! - Whole numbers of six and more digits become others with as many digits.
//! - User data, the values of metadata, the settings of extensions, keys and passwords become empty texts and zeros.
//! - Notes are left out: they name machines in free text.
//!
//! Kept are: clouds, regions, zones, kinds; times (as times, and as texts in ISO 8601); truths, fractions, numbers of up
//! to five digits (sizes, ports, counts); members of the API's objects by name; and the texts of members whose values
//! are the cloud's own words: states, types, sizes, images on the marketplace, versions and the like.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use super::encoding::Malformed;
use super::error::reason;
use super::frame::{self, FORMAT};
use super::scrub::scrub as scrubbed;
use super::{Content, Entry, Error, Vocabulary, directory};
use crate::config::native::Cloud;
use crate::value::Value;

const MARK: &[u8; 8] = b"\x93CISNAP\n";

/// The bit of the number of entries that tells of scrubbing.
const SCRUBBED: u32 = 1 << 31;

/// The size of what stands before the standings.
const FRONT: usize = MARK.len() + 8;

/// What a snapshot holds.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The entries, in the order in which they were written.
    pub entries: Vec<Saved>,
    /// Whether what identifies people and machines was replaced.
    pub is_scrubbed: bool,
}

/// An entry, and how the run had it.
#[derive(Clone, Debug)]
pub struct Saved {
    /// The entry.
    pub entry: Entry,
    /// How the run had it.
    pub standing: Standing,
}

/// How a run had an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was as new as the run asked for.
    Good,
    /// It was older, and stood in.
    Stale,
    /// It was not there; the entry is empty.
    Missing,
}

impl Standing {
    const ALL: [Standing; 3] = [Standing::Good, Standing::Stale, Standing::Missing];

    fn byte(self) -> u8 {
        match self {
            Standing::Good => 0,
            Standing::Stale => 1,
            Standing::Missing => 2,
        }
    }
}

/// Tells whether a file begins as snapshots do; what cannot be read does not.
pub fn is_snapshot(path: &Path) -> bool {
    let mut mark = [0; MARK.len()];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut mark)).is_ok() && &mark == MARK
}

/// Writes entries to a file (mode 0600): whole, or not at all. An earlier file is replaced.
///
/// # Errors
/// When the file cannot be written or is something else than a file, or when a fact holds what only expressions have.
pub fn write(path: &Path, saved: &[Saved], scrub: bool) -> Result<(), Error> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        let error = Error::new("write", path, "there is something else than a file");
        return Err(error.with_hint("name a file, or a name that is free"));
    }
    let entries: Vec<&Entry> = saved.iter().map(|saved| &saved.entry).collect();
    let replaced = if scrub { scrubbed(&entries) } else { Vec::new() };
    let entries = if scrub { replaced.iter().collect() } else { entries };
    let count = u32::try_from(entries.len()).ok().filter(|count| count & SCRUBBED == 0);
    let count = count.ok_or_else(|| Error::new("write", path, "there are too many entries"))?;
    let mut bytes = MARK.to_vec();
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend((count | if scrub { SCRUBBED } else { 0 }).to_le_bytes());
    bytes.extend(saved.iter().map(|saved| saved.standing.byte()));
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    for entry in entries {
        let entry = frame::write("", entry)
            .map_err(|reason| Error::new("write", path, format!("facts hold {reason}")))?;
        bytes.extend(entry);
    }
    directory::replace(path, &bytes)
}

/// Reads the entries of a file, in the words of the providers that are known.
///
/// # Errors
/// When the file cannot be read, is not a whole snapshot of this format, or names a cloud or a kind of facts that no
/// vocabulary has.
pub fn read(path: &Path, vocabularies: &[Vocabulary]) -> Result<Snapshot, Error> {
    let bytes = fs::read(path).map_err(|error| Error::new("read", path, reason(&error)))?;
    parse(&bytes, vocabularies)
        .map_err(|Malformed(reason)| Error::new("read", path, format!("the file {reason}")))
}

fn parse(bytes: &[u8], vocabularies: &[Vocabulary]) -> Result<Snapshot, Malformed> {
    let word = |place: usize| {
        let bytes = bytes.get(place..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    if !bytes.starts_with(MARK) {
        return Err("is no snapshot".into());
    }
    let (Some(format), Some(count)) = (word(8), word(12)) else {
        return Err("ends early".into());
    };
    if format != FORMAT {
        return Err(Malformed(format!("is of format {format}, not {FORMAT}")));
    }
    let end = FRONT.saturating_add((count & !SCRUBBED) as usize);
    let (Some(front), Some(checksum)) = (bytes.get(..end), word(end)) else {
        return Err("ends early".into());
    };
    if crc32fast::hash(front) != checksum {
        return Err("is damaged".into());
    }
    let mut rest = bytes.get(end + 4..).unwrap_or_default();
    let mut entries = Vec::new();
    for byte in front.get(FRONT..).unwrap_or_default() {
        let standing = Standing::ALL.into_iter().find(|standing| standing.byte() == *byte);
        let standing = standing.ok_or("tells of an entry what this version does not know")?;
        check_cloud(rest, vocabularies)?;
        let (entry, after) = frame::read(rest, "", vocabularies)?;
        if let Content::Facts(page) = &entry.content
            && page.facts.iter().any(|facts| has_twins(&facts.record))
        {
            return Err("holds a map with a key that is there twice".into());
        }
        entries.push(Saved { entry, standing });
        rest = after;
    }
    if !rest.is_empty() {
        return Err("goes on after its end".into());
    }
    Ok(Snapshot { entries, is_scrubbed: count & SCRUBBED != 0 })
}

/// Tells whether a map in a value has a key twice: no program writes that.
fn has_twins(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(has_twins),
        Value::Map(map) => {
            let mut names = HashSet::with_capacity(map.len());
            map.keys().filter_map(Value::as_str).any(|name| !names.insert(name))
                || map.values().any(has_twins)
        }
        _ => false,
    }
}

/// Names the feature that a build lacks for the cloud of the next entry.
fn check_cloud(mut bytes: &[u8], vocabularies: &[Vocabulary]) -> Result<(), Malformed> {
    let header = frame::read_header(&mut bytes)?;
    let cloud = header.cloud().unwrap_or_default();
    let is_lacking = Cloud::ALL.iter().any(|known| known.name() == cloud)
        && !vocabularies.iter().any(|vocabulary| vocabulary.cloud == cloud);
    if !is_lacking {
        return Ok(());
    }
    Err(Malformed(format!(
        "holds facts of `{cloud}`, and this build of cloud-inventory lacks the feature `{cloud}`"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{VOCABULARY, entry, plan};
    use crate::value::Map;

    fn saved(entries: impl IntoIterator<Item = Entry>) -> Vec<Saved> {
        let standings = Standing::ALL.into_iter().cycle();
        entries.into_iter().zip(standings).map(|(entry, standing)| Saved { entry, standing }).collect()
    }

    #[test]
    fn a_run_comes_back_from_its_file() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("run.snapshot");
        for entries in [vec![plan(), entry("eu-west-1", 3), entry("eu-west-2", 0)], Vec::new()] {
            let entries = saved(entries);
            write(&path, &entries, false).unwrap();
            assert!(is_snapshot(&path) && !is_snapshot(root.path()));
            let other = Vocabulary { cloud: "gcp", ..VOCABULARY };
            let snapshot = read(&path, &[other, VOCABULARY]).unwrap();
            assert_eq!(format!("{:?}", snapshot.entries), format!("{entries:?}"));
            assert!(!snapshot.is_scrubbed);
            write(&path, &entries, true).unwrap();
            let snapshot = read(&path, &[VOCABULARY]).unwrap();
            assert!(snapshot.is_scrubbed && snapshot.entries.len() == entries.len());
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_not_whole_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("run.snapshot");
        write(&path, &saved([entry("eu-west-1", 2), plan()]), false).unwrap();
        let bytes = fs::read(&path).unwrap();
        for place in 0..bytes.len() {
            assert!(parse(&bytes[..place], &[VOCABULARY]).is_err(), "cut at {place}");
            let mut changed = bytes.clone();
            changed[place] ^= 0x10;
            assert!(parse(&changed, &[VOCABULARY]).is_err(), "{place} changed");
        }
        assert!(parse(&[bytes.as_slice(), b"\n"].concat(), &[VOCABULARY]).is_err());
        let error = read(&path, &[Vocabulary { kinds: &[], ..VOCABULARY }]).unwrap_err();
        let expected =
            format!("cannot read `{}`: the file holds facts of the unknown kind `instance`", path.display());
        assert_eq!(error.to_string(), expected);
        let error = read(&path, &[Vocabulary { cloud: "gcp", ..VOCABULARY }]).unwrap_err();
        let expected =
            "the file holds facts of `aws`, and this build of cloud-inventory lacks the feature `aws`";
        assert_eq!(error.reason, expected);
    }

    #[test]
    fn a_key_that_is_there_twice_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("run.snapshot");
        let mut entry = entry("eu-west-1", 1);
        let Content::Facts(page) = &mut entry.content else { panic!("facts") };
        let mut inner = Map::new();
        inner.push("name", "one");
        inner.push("name", "two");
        page.facts[0].record = Value::list([Value::from(inner)]);
        write(&path, &saved([entry]), false).unwrap();
        let error = read(&path, &[VOCABULARY]).unwrap_err();
        assert_eq!(error.reason, "the file holds a map with a key that is there twice");
    }

    #[test]
    fn only_a_file_is_replaced() {
        let root = tempfile::tempdir().unwrap();
        let error = write(root.path(), &[], false).unwrap_err();
        assert_eq!(error.reason, "there is something else than a file");
    }
}
