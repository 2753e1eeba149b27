//! The frame of an entry: what it is, where it ends, and whether it is whole.
//!
//! ```text
//! mark      8 bytes
//! format    u32, little endian, as the next two
//! length    u32: of the header
//! checksum  u32: CRC-32 of all above and of the header
//! header    key, scope, time, kind, counts, sizes, and the CRC-32 of the content
//! content   blocks
//! ```
//!
//! The header is read without the content. A CRC-32 finds every changed bit and every run of up to 32 changed bits, and
//! of other damage all but one in four thousand million; the counts are compared after that.

use std::io::Read;
use std::time::{Duration, SystemTime};

use super::encoding::{self, Cursor, Malformed, put_bytes, put_number};
use super::{Content, Entry, Key, Vocabulary};
use crate::discovery::{Page, Scope};
use crate::value::Text;

/// The version of the format: of frames, of the content.
pub(super) const FORMAT: u32 = 1;

const MARK: &[u8; 8] = b"\x93CIFACT\n";

/// The size of what stands before the header.
const PREFIX: usize = MARK.len() + 12;

/// The size up to which a header is believed.
const HEADER: usize = 1 << 20;

/// What the header of an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The canonical text of the key; empty in a snapshot.
    pub key: String,
    /// The scope as users read it.
    pub scope: String,
    /// When the fetch began.
    pub fetched_at: SystemTime,
    /// Whether it is a plan: then scopes are counted, else facts.
    pub is_plan: bool,
    /// The number of scopes or facts.
    pub items: u64,
    /// The number of notes.
    pub notes: u64,
    /// The size of the entry as it is kept, in bytes.
    pub bytes: u64,
    /// The size of the content when it is not compressed, in bytes.
    pub content_bytes: u64,
}

/// A header as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) summary: Summary,
    scope: [Option<String>; 3],
    content: u64,
    checksum: u32,
}

impl Header {
    /// Returns the name of the cloud.
    pub(super) fn cloud(&self) -> Option<&str> {
        let [cloud, ..] = &self.scope;
        cloud.as_deref()
    }
}

/// Returns the bytes of an entry.
///
/// # Errors
/// When facts hold what cannot be kept; in words that go on from "facts hold".
pub(super) fn write(key: &str, entry: &Entry) -> Result<Vec<u8>, String> {
    let (content, size) = encoding::write(&entry.content)?;
    let mut header = Vec::new();
    put_bytes(&mut header, key.as_bytes());
    let Scope { cloud, account, region } = &entry.scope;
    for part in [Some(*cloud), account.as_deref(), region.as_deref()] {
        header.push(part.is_some().into());
        put_bytes(&mut header, part.unwrap_or_default().as_bytes());
    }
    let age = entry.fetched_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    put_number(&mut header, u64::try_from(age.as_nanos()).unwrap_or(u64::MAX));
    header.push(matches!(entry.content, Content::Plan(_)).into());
    let counts = [entry.content.len() as u64, entry.content.notes() as u64, size, content.len() as u64];
    counts.into_iter().for_each(|count| put_number(&mut header, count));
    put_number(&mut header, crc32fast::hash(&content).into());

    let length = u32::try_from(header.len()).ok().filter(|length| *length as usize <= HEADER);
    let length = length.ok_or_else(|| "a name of more than a million characters".to_owned())?;
    let mut bytes = Vec::with_capacity(PREFIX + header.len() + content.len());
    bytes.extend_from_slice(MARK);
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.extend(checksum(&bytes, &header).to_le_bytes());
    bytes.extend(header);
    bytes.extend(content);
    Ok(bytes)
}

/// Reads the header at the front of a file or of bytes, and no more than that.
pub(super) fn read_header(from: &mut impl Read) -> Result<Header, Malformed> {
    let mut prefix = [0; PREFIX];
    fill(from, &mut prefix)?;
    let mut cursor = Cursor::new(&prefix);
    let covered = cursor.take(PREFIX - 4)?;
    let mut parts = Cursor::new(covered);
    if parts.take(MARK.len())? != MARK {
        return Err("is not one of cloud-inventory's".into());
    }
    let format = word(&mut parts)?;
    if format != FORMAT {
        return Err(Malformed(format!("is of format {format}, not {FORMAT}")));
    }
    let length = word(&mut parts)? as usize;
    if length > HEADER {
        return Err("has a header that is too long".into());
    }
    let mut header = vec![0; length];
    fill(from, &mut header)?;
    if word(&mut cursor)? != checksum(covered, &header) {
        return Err("has a damaged header".into());
    }
    parse(&header, (PREFIX + length) as u64)
}

fn parse(header: &[u8], before: u64) -> Result<Header, Malformed> {
    let mut header = Cursor::new(header);
    let key = header.text()?.to_owned();
    let mut part = || {
        let is_there = header.byte()? != 0;
        header.text().map(|text| is_there.then(|| text.to_owned()))
    };
    let scope = [part()?, part()?, part()?];
    let fetched_at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(header.number()?));
    let fetched_at = fetched_at.ok_or_else(|| Malformed::from("holds a time that is none"))?;
    let is_plan = header.byte()? != 0;
    let (items, notes) = (header.number()?, header.number()?);
    let (content_bytes, content) = (header.number()?, header.number()?);
    let checksum = u32::try_from(header.number()?).map_err(|_| Malformed::from("has a damaged header"))?;
    if !header.is_empty() {
        return Err("has a damaged header".into());
    }
    let name = scope.iter().flatten().map(String::as_str).collect::<Vec<_>>().join("/");
    let bytes = before.saturating_add(content);
    let summary = Summary { key, scope: name, fetched_at, is_plan, items, notes, bytes, content_bytes };
    Ok(Header { summary, scope, content, checksum })
}

/// Reads the entry of a key at the front of bytes, and returns what follows it.
pub(super) fn read<'a>(
    bytes: &'a [u8],
    key: &str,
    vocabularies: &[Vocabulary],
) -> Result<(Entry, &'a [u8]), Malformed> {
    let mut rest = bytes;
    let Header { summary, scope, content, checksum } = read_header(&mut rest)?;
    if summary.key != key {
        return Err("is that of another request".into());
    }
    let content = usize::try_from(content).ok().and_then(|length| rest.split_at_checked(length));
    let (content, rest) = content.ok_or_else(|| Malformed::from("ends early"))?;
    if crc32fast::hash(content) != checksum {
        return Err("is damaged".into());
    }
    let (plan, facts) = encoding::read(content, summary.content_bytes, vocabularies)?;
    let items = if summary.is_plan { plan.scopes.len() } else { facts.len() };
    let others = if summary.is_plan { facts.len() } else { plan.scopes.len() };
    if (items as u64, plan.notes.len() as u64, others) != (summary.items, summary.notes, 0) {
        return Err("holds another number of facts than it says".into());
    }
    let content =
        if summary.is_plan { Content::Plan(plan) } else { Content::Facts(Page { facts, notes: plan.notes }) };
    let [cloud, account, region] = scope;
    let cloud = encoding::cloud(cloud.as_deref().unwrap_or_default(), vocabularies)?;
    let scope = Scope { cloud, account: account.map(Text::from), region: region.map(Text::from) };
    Ok((Entry { scope, fetched_at: summary.fetched_at, content }, rest))
}

/// Reads the only entry of a file.
pub(super) fn read_file(bytes: &[u8], key: &Key, vocabulary: Vocabulary) -> Result<Entry, Malformed> {
    match read(bytes, key.text(), &[vocabulary])? {
        (entry, []) => Ok(entry),
        _ => Err("goes on after its end".into()),
    }
}

fn checksum(prefix: &[u8], header: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(prefix);
    hasher.update(header);
    hasher.finalize()
}

fn word(cursor: &mut Cursor<'_>) -> Result<u32, Malformed> {
    let mut word = [0; 4];
    word.iter_mut().zip(cursor.take(4)?).for_each(|(to, from)| *to = *from);
    Ok(u32::from_le_bytes(word))
}

fn fill(from: &mut impl Read, bytes: &mut [u8]) -> Result<(), Malformed> {
    from.read_exact(bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "ends early".into(),
        _ => Malformed(format!("cannot be read: {}", super::error::reason(&error))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{VOCABULARY, entry, plan};

    #[test]
    fn an_entry_comes_back() {
        for entry in [entry("eu-west-1", 3), entry("eu-west-1", 0), plan()] {
            let bytes = write("the key", &entry).unwrap();
            let (read, rest) = read(&bytes, "the key", &[VOCABULARY]).unwrap();
            assert_eq!(format!("{read:?}"), format!("{entry:?}"));
            assert!(rest.is_empty());
            let Header { summary, .. } = read_header(&mut bytes.as_slice()).unwrap();
            assert_eq!((summary.key.as_str(), summary.bytes), ("the key", bytes.len() as u64));
            assert_eq!(summary.scope, entry.scope.to_string());
            assert_eq!(summary.items, entry.content.len() as u64);
        }
    }

    #[test]
    fn no_change_of_a_byte_goes_unnoticed() {
        let key = Key::new("the key");
        let bytes = write(key.text(), &entry("eu-west-1", 3)).unwrap();
        assert!(read_file(&bytes, &key, VOCABULARY).is_ok());
        for place in 0..bytes.len() {
            assert!(read_file(&bytes[..place], &key, VOCABULARY).is_err(), "cut at {place}");
            for flip in [1, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[place] ^= flip;
                assert!(read_file(&changed, &key, VOCABULARY).is_err(), "{place} changed by {flip}");
            }
            let mut zeroed = bytes.clone();
            zeroed[place..].fill(0);
            assert!(zeroed == bytes || read_file(&zeroed, &key, VOCABULARY).is_err(), "zeros from {place}");
        }
        let longer = [bytes.as_slice(), b"\0"].concat();
        assert!(read_file(&longer, &key, VOCABULARY).is_err());
        assert!(read_file(&bytes, &Key::new("another"), VOCABULARY).is_err());
        assert!(read_file(b"", &key, VOCABULARY).is_err());
    }

    #[test]
    fn words_that_the_provider_does_not_know_make_an_entry_unusable() {
        let key = Key::new("the key");
        let bytes = write(key.text(), &entry("eu-west-1", 3)).unwrap();
        for (vocabulary, reason) in [
            (Vocabulary { kinds: &["disk"], ..VOCABULARY }, "holds facts of the unknown kind `instance`"),
            (Vocabulary { cloud: "gcp", ..VOCABULARY }, "names the unknown cloud `aws`"),
        ] {
            let error = read_file(&bytes, &key, vocabulary).unwrap_err();
            assert_eq!(error.to_string(), reason);
        }
    }
}
