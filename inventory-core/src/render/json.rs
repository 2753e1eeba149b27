//! JSON as Python's `json.dumps(..., indent=4, sort_keys=True, ensure_ascii=False)` writes it.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::name::looks_like_template;
use crate::value::{Map, Value, json_escape, json_float};

/// Writes JSON, piece by piece.
pub(super) struct Json<W> {
    out: Counted<W>,
    depth: usize,
}

/// Counts the bytes on their way.
struct Counted<W> {
    out: W,
    count: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.count += written as u64;
        Ok(written)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.count += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

const SPACES: &[u8] = &[b' '; 64];

impl<W: Write> Json<W> {
    pub(super) fn new(out: W) -> Json<W> {
        Json { out: Counted { out, count: 0 }, depth: 0 }
    }

    /// Returns the number of bytes up to now.
    pub(super) fn written(&self) -> u64 {
        self.out.count
    }

    /// Ends the line and hands everything to the writer beneath.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.write_all(b"\n")?;
        self.out.flush()
    }

    fn line(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")?;
        let mut spaces = self.depth * 4;
        while spaces > 0 {
            let part = spaces.min(SPACES.len());
            self.out.write_all(SPACES.get(..part).unwrap_or(SPACES))?;
            spaces -= part;
        }
        Ok(())
    }

    /// Writes a list or an object of what `write` writes for each item, between `open` and `close`.
    fn items<T>(
        &mut self,
        [open, close]: [&str; 2],
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> io::Result<()>,
    ) -> io::Result<()> {
        self.out.write_all(open.as_bytes())?;
        self.depth += 1;
        let mut is_empty = true;
        for item in items {
            if !is_empty {
                self.out.write_all(b",")?;
            }
            is_empty = false;
            self.line()?;
            write(self, item)?;
        }
        self.depth -= 1;
        if !is_empty {
            self.line()?;
        }
        self.out.write_all(close.as_bytes())
    }

    /// Writes a list.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        write: impl FnMut(&mut Self, T) -> io::Result<()>,
    ) -> io::Result<()> {
        self.items(["[", "]"], items, write)
    }

    /// Writes an object, its keys in the order given.
    pub(super) fn object<K: AsRef<str>, T>(
        &mut self,
        entries: impl IntoIterator<Item = (K, T)>,
        mut write: impl FnMut(&mut Self, T) -> io::Result<()>,
    ) -> io::Result<()> {
        self.items(["{", "}"], entries, |json, (key, item)| {
            json.string(key.as_ref())?;
            json.out.write_all(b": ")?;
            write(json, item)
        })
    }

    /// Writes text that Ansible takes for data, marked so that it does where it could take it for a template.
    pub(super) fn data(&mut self, text: &str) -> io::Result<()> {
        if looks_like_template(text) {
            self.object([("__ansible_unsafe", text)], Self::string)
        } else {
            self.string(text)
        }
    }

    /// Writes a value; every string in it is data.
    pub(super) fn value(&mut self, value: &Value) -> io::Result<()> {
        match value {
            Value::Null | Value::Undefined(_) | Value::Omit => self.out.write_all(b"null"),
            Value::Bool(true) => self.out.write_all(b"true"),
            Value::Bool(false) => self.out.write_all(b"false"),
            Value::Int(number) => write!(self.out, "{number}"),
            Value::BigInt(number) => write!(self.out, "{number}"),
            Value::Float(number) => self.out.write_all(json_float(*number).as_bytes()),
            Value::Text(text) => self.data(text),
            Value::List(items) | Value::Tuple(items) => self.list(items.iter(), Self::value),
            Value::Map(map) => self.map(map),
            Value::Range(range) => self.list(range.iter(), |json, item| write!(json.out, "{item}")),
            Value::Time(time) => write!(self.out, "\"{}\"", time.format('T')),
            Value::Duration(_) | Value::Callable(_) => self.data(&value.to_string()),
        }
    }

    fn map(&mut self, map: &Map) -> io::Result<()> {
        let mut entries: Vec<_> = map.iter().map(|(key, value)| (key_text(key), value)).collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.object(entries, Self::value)
    }

    /// Writes text as it is.
    pub(super) fn string(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(b"\"")?;
        let bytes = text.as_bytes();
        let mut start = 0;
        for (place, byte) in bytes.iter().enumerate() {
            let escape = json_escape(char::from(*byte));
            if escape.is_none() && *byte >= b' ' {
                continue;
            }
            self.out.write_all(bytes.get(start..place).unwrap_or_default())?;
            match escape {
                Some(escape) => self.out.write_all(escape.as_bytes())?,
                None => write!(self.out, "\\u{byte:04x}")?,
            }
            start = place + 1;
        }
        self.out.write_all(bytes.get(start..).unwrap_or_default())?;
        self.out.write_all(b"\"")
    }
}

/// Returns a key of a dict as JSON has it.
///
/// A dict with one of the keys that mark Ansible's own types is read as such a type, whatever it was: in the names of cloud
/// tags these get one more underscore, and so do those that look like that, so that no two become one.
pub(super) fn key_text(key: &Value) -> Cow<'_, str> {
    match key {
        Value::Text(text) if is_mark(text) => Cow::Owned(format!("_{text}")),
        Value::Text(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed("null"),
        Value::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        Value::Float(number) => Cow::Owned(json_float(*number)),
        other => Cow::Owned(other.to_string()),
    }
}

/// Tells whether a key marks one of Ansible's own types, or does so without some of its underscores.
fn is_mark(key: &str) -> bool {
    let name = key.trim_start_matches('_');
    key.len() >= name.len() + 2 && matches!(name, "ansible_unsafe" | "ansible_vault" | "ansible_type")
}
