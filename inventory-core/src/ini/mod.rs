//! Reads INI files as Python's `configparser.ConfigParser` does, with the place of every value kept.
//!
//! A file becomes a [`Document`] as a YAML file does: a mapping of sections, each a mapping of keys in small letters to
//! texts. What `%(name)s` in a text stands for is found by who reads the values: [`Options`].

mod interpolation;
mod options;

use std::sync::Arc;

pub use self::options::Options;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::yaml::{Document, Node, NodeValue, Text};

/// The section whose values hold for all others.
const SHARED: &str = "DEFAULT";

/// Reads an INI file.
///
/// # Errors
/// The first thing that Python refuses: a line that is none, a key before the first section, a section or key that is
/// there twice.
pub fn read(source: &Arc<Source>) -> Result<Document, Diagnostic> {
    let mut reader = Reader { source, sections: Vec::new(), indentation: 0, is_open: false };
    let text = source.text();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (line, after) = rest.split_at(length);
        reader.line(line, start)?;
        start += length + if after.starts_with("\r\n") { 2 } else { after.len().min(1) };
    }
    let sections = reader.sections.into_iter().map(|section| section.into_nodes(source)).collect();
    let root = Node { value: NodeValue::Mapping(sections), span: source.span(0..0) };
    Ok(Document { source: Arc::clone(source), root, warnings: Vec::new() })
}

/// The length of a key, in bytes, from which on it is not shown: it may be a part of a secret.
pub(crate) const LONG_KEY: usize = 32;

/// What to do with an inventory of Ansible.
pub const FOR_LISTS_OF_HOSTS: &str = "give a list of hosts to Ansible itself: `ansible-playbook -i FILE`";

/// Tells whether a file is an inventory of Ansible: it has a section such as `[web:vars]`, or a line such as
/// `web-1 ansible_host=10.0.0.1`, whose key has blanks in it, or nothing but names.
pub fn is_list_of_hosts(source: &Source) -> bool {
    let lines = || {
        let lines = source.text().split(['\n', '\r']).map(str::trim_end);
        lines.filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
    };
    let is_header = |line: &str| line.starts_with('[');
    let is_of_groups = |line: &str| {
        let section = line.trim_start().strip_prefix('[').and_then(|rest| rest.rsplit_once(']'));
        section
            .is_some_and(|(name, _)| [":vars", ":children", ":hosts"].iter().any(|end| name.ends_with(end)))
    };
    let is_host = |line: &str| {
        let key = line.split(['=', ':']).next().unwrap_or_default().trim_end();
        let is_text = !is_header(line) && !line.starts_with([' ', '\t']);
        is_text && (key.contains([' ', '\t']) && line.contains('=') || !line.contains(['=', ':']))
    };
    let assigns = |line: &str| !is_host(line) && line.contains(['=', ':']) && !is_header(line);
    lines().any(is_of_groups) || lines().any(is_host) && !lines().any(assigns)
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    sections: Vec<Section>,
    /// The column of the last section or key.
    indentation: usize,
    /// Whether a line that is indented deeper goes on with the last value.
    is_open: bool,
}

struct Section {
    name: String,
    span: Span,
    entries: Vec<Entry>,
}

struct Entry {
    key: String,
    key_span: Span,
    /// The lines of the value.
    lines: Vec<String>,
    /// Where the value begins and ends.
    start: usize,
    end: usize,
}

impl Reader<'_> {
    /// Reads the line that starts at a byte of the text.
    fn line(&mut self, line: &str, start: usize) -> Result<(), Diagnostic> {
        let content = line.trim();
        let start = start + line.len() - line.trim_start().len();
        if content.starts_with(['#', ';']) {
            return Ok(());
        }
        let column = line.chars().take_while(|letter| letter.is_whitespace()).count();
        let is_deeper = column > self.indentation;
        let is_open = self.is_open;
        let open = self.sections.last_mut().and_then(|section| section.entries.last_mut());
        match open.filter(|_| is_open) {
            Some(entry) if content.is_empty() => entry.lines.push(String::new()),
            Some(entry) if is_deeper => {
                entry.lines.push(content.to_owned());
                entry.end = start + content.len();
            }
            _ if content.is_empty() => {}
            _ => {
                self.indentation = column;
                return self.begin(content, start);
            }
        }
        Ok(())
    }

    /// Reads a line that begins a section or an entry.
    fn begin(&mut self, content: &str, start: usize) -> Result<(), Diagnostic> {
        let span = self.source.span(start..start + content.len());
        let error = |message: String| Diagnostic::error(message).at(self.source, span);
        let header = content.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')).map(|(name, _)| name);
        if let Some(name) = header.filter(|name| !name.is_empty()) {
            return self.begin_section(name, span);
        }
        let Some(section) = self.sections.last_mut() else {
            return Err(error("the file does not begin with a section".to_owned())
                .label("expected a section such as `[ec2]` before this line"));
        };
        let Some((place, (key, value))) = content.find(['=', ':']).zip(content.split_once(['=', ':'])) else {
            return Err(error("the line is neither a section nor `key = value`".to_owned())
                .label("expected `=` or `:`")
                .help("a line that goes on with the value above it is indented deeper than its key"));
        };
        let (key, value_start) = (key.trim_end(), start + place + 1);
        if key.is_empty() {
            return Err(error("the key before the `=` is missing".to_owned()).label("expected `key = value`"));
        }
        let key_span = self.source.span(start..start + key.len());
        let key = key.to_lowercase();
        if let Some(earlier) = section.entries.iter().find(|entry| entry.key == key) {
            let message = format!("the key `{key}` is in the section `[{}]` twice", section.name);
            return Err(Diagnostic::error(message)
                .at(self.source, key_span)
                .label("expected another key")
                .related(earlier.key_span, "first written here")
                .help("remove one of the two"));
        }
        let value_start = value_start + value.len() - value.trim_start().len();
        let value = value.trim();
        let end = value_start + value.len();
        let lines = vec![value.to_owned()];
        section.entries.push(Entry { key, key_span, lines, start: value_start, end });
        self.is_open = true;
        Ok(())
    }

    fn begin_section(&mut self, name: &str, span: Span) -> Result<(), Diagnostic> {
        self.is_open = false;
        let earlier = self.sections.iter().position(|section| section.name == name);
        match earlier {
            // The shared section goes on: it becomes the last one.
            Some(place) if name == SHARED => {
                let section = self.sections.remove(place);
                self.sections.push(section);
            }
            Some(place) => {
                let earlier = self.sections.get(place).map(|section| section.span).unwrap_or_default();
                return Err(Diagnostic::error(format!("the section `[{name}]` is there twice"))
                    .at(self.source, span)
                    .label("expected another section")
                    .related(earlier, "first written here")
                    .help("put the keys of both into one"));
            }
            None => self.sections.push(Section { name: name.to_owned(), span, entries: Vec::new() }),
        }
        Ok(())
    }
}

impl Section {
    fn into_nodes(self, source: &Source) -> (Node, Node) {
        let entries = self.entries.into_iter().map(|entry| entry.into_nodes(source)).collect();
        let entries = Node { value: NodeValue::Mapping(entries), span: self.span };
        (text_node(self.name, self.span), entries)
    }
}

impl Entry {
    fn into_nodes(self, source: &Source) -> (Node, Node) {
        let is_empty = self.start == self.end;
        let span = if is_empty { self.key_span } else { source.span(self.start..self.end) };
        let value = self.lines.join("\n").trim_end().to_owned();
        (text_node(self.key, self.key_span), text_node(value, span))
    }
}

fn text_node(text: String, span: Span) -> Node {
    Node { value: NodeValue::String(Text { text, is_unsafe: false }), span }
}

#[cfg(test)]
mod tests;
