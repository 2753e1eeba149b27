//! The inventory, as `--list` writes it: hosts as they come, then groups.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, StdoutLock, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer as _};
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

/// Standard output, and what is written at its end.
pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    has_hosts: bool,
    groups: BTreeMap<String, Vec<String>>,
}

impl Output {
    /// Begins the inventory.
    pub(crate) fn begin() -> Self {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        out.write_all(b"{\n    \"_meta\": {\n        \"hostvars\": {").expect("standard output");
        Self { out, has_hosts: false, groups: BTreeMap::new() }
    }

    /// Writes a host.
    pub(crate) fn host(&mut self, name: &str, variables: &impl Serialize) {
        let comma: &[u8] = if self.has_hosts { b",\n            " } else { b"\n            " };
        self.has_hosts = true;
        self.out.write_all(comma).expect("standard output");
        serde_json::to_writer(&mut self.out, name).expect("standard output");
        self.out.write_all(b": ").expect("standard output");
        let form = Indented { depth: 3, has_value: false };
        variables.serialize(&mut Serializer::with_formatter(&mut self.out, form)).expect("standard output");
    }

    /// Puts a host into a group.
    pub(crate) fn member(&mut self, group: &str, host: &str) {
        match self.groups.get_mut(group) {
            Some(hosts) => hosts.push(host.to_owned()),
            None => drop(self.groups.insert(group.to_owned(), vec![host.to_owned()])),
        }
    }

    /// Puts a host into the group of the value of a tag or label.
    pub(crate) fn member_of_environment(&mut self, environment: Option<&str>, host: &str) {
        self.member(&format!("env_{}", environment.unwrap_or("none")), host);
    }

    /// Writes the groups, and ends the inventory.
    pub(crate) fn finish(&mut self) {
        let profile = "\n        },\n        \"profile\": \"inventory_legacy\"\n    },\n    \"all\": ";
        self.out.write_all(profile.as_bytes()).expect("standard output");
        let mut serializer =
            Serializer::with_formatter(&mut self.out, Indented { depth: 1, has_value: false });
        let mut all = serializer.serialize_map(Some(1)).expect("standard output");
        let children: Vec<_> =
            ["ungrouped"].into_iter().chain(self.groups.keys().map(String::as_str)).collect();
        all.serialize_entry("children", &children).expect("standard output");
        all.end().expect("standard output");
        for (name, hosts) in &self.groups {
            self.out.write_all(b",\n    ").expect("standard output");
            serde_json::to_writer(&mut self.out, name).expect("standard output");
            self.out.write_all(b": ").expect("standard output");
            let mut serializer =
                Serializer::with_formatter(&mut self.out, Indented { depth: 1, has_value: false });
            let mut group = serializer.serialize_map(Some(1)).expect("standard output");
            group.serialize_entry("hosts", hosts).expect("standard output");
            group.end().expect("standard output");
        }
        self.out.write_all(b"\n}\n").and_then(|()| self.out.flush()).expect("standard output");
    }
}

/// A text of the cloud, marked where Ansible could take it for a template.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Serialize for Text<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_template = self.0.contains('{') && ["{{", "{%", "{#"].iter().any(|mark| self.0.contains(mark));
        if !is_template {
            return serializer.serialize_str(self.0);
        }
        let mut marked = serializer.serialize_map(Some(1))?;
        marked.serialize_entry("__ansible_unsafe", self.0)?;
        marked.end()
    }
}

/// A value of the cloud, whose texts are marked so.
pub(crate) struct Safe<'a>(pub(crate) &'a Value);

impl Serialize for Safe<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) => Text(text).serialize(serializer),
            Value::Array(values) => serializer.collect_seq(values.iter().map(Safe)),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, Safe(value))))
            }
            other => other.serialize(serializer),
        }
    }
}

/// Four spaces for each level, of which some are there already.
struct Indented {
    depth: usize,
    has_value: bool,
}

impl Indented {
    fn line(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        const SPACES: &[u8] = &[b' '; 128];
        out.write_all(b"\n")?;
        out.write_all(&SPACES[..(4 * self.depth).min(SPACES.len())])
    }

    fn open(&mut self, out: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        out.write_all(bracket)
    }

    fn close(&mut self, out: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.line(out)?;
        }
        self.has_value = true;
        out.write_all(bracket)
    }

    fn next(&mut self, out: &mut (impl Write + ?Sized), is_first: bool) -> io::Result<()> {
        if !is_first {
            out.write_all(b",")?;
        }
        self.line(out)
    }
}

impl Formatter for Indented {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}
