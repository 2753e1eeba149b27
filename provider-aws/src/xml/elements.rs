//! Reads a document part by part, and nothing of one that is not well-formed.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Malformed, is_html};

/// The parts of a document, in its order. Comments, instructions and attributes are left out.
pub(crate) struct Elements<'a> {
    reader: Reader<&'a [u8]>,
    /// The elements whose end is still to come.
    open: usize,
    has_root: bool,
    /// Whether the last element ended where it began: `<a/>`.
    is_empty: bool,
}

/// A part of a document.
pub(crate) enum Part<'a> {
    /// An element begins.
    Start(Name<'a>),
    /// Text in an element; one text can come in several parts.
    Text(Cow<'a, str>),
    /// The element that began last ends.
    End,
}

/// The name of an element.
pub(crate) struct Name<'a> {
    tag: BytesStart<'a>,
    /// Where the name begins after its prefix.
    local: usize,
    end: usize,
}

impl Name<'_> {
    /// Returns the name without its prefix.
    pub(crate) fn local(&self) -> &str {
        self.tag.get(self.local..self.end).unwrap_or_default()
    }
}

impl<'a> Elements<'a> {
    /// Makes a reader of a body, which must look like XML in UTF-8.
    pub(crate) fn of(body: &'a [u8]) -> Result<Elements<'a>, Malformed> {
        let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        match start.first() {
            None => return Err(Malformed::Empty),
            Some(b'<') if is_html(start) => return Err(Malformed::Html),
            Some(b'<') => {}
            Some(_) => return Err(Malformed::NotXml),
        }
        let text = std::str::from_utf8(body).map_err(|_| Malformed::Broken)?;
        if !has_only_characters(text) {
            return Err(Malformed::Broken);
        }
        Ok(Elements { reader: Reader::from_str(text), open: 0, has_root: false, is_empty: false })
    }

    /// Returns the next part; none at the end of a whole document.
    pub(crate) fn next(&mut self) -> Result<Option<Part<'a>>, Malformed> {
        if std::mem::take(&mut self.is_empty) {
            return Ok(Some(self.end()));
        }
        loop {
            let part = match self.reader.read_event().map_err(|_| Malformed::Broken)? {
                Event::Start(tag) => self.start(tag)?,
                Event::Empty(tag) => {
                    self.is_empty = true;
                    self.start(tag)?
                }
                Event::End(_) => self.end(),
                Event::Text(text) => match self.text(text.xml10_content())? {
                    Some(part) => part,
                    None => continue,
                },
                Event::CData(text) if self.open > 0 => Part::Text(text.xml10_content()),
                Event::GeneralRef(reference) if self.open > 0 => Part::Text(resolve(&reference)?),
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Decl(_) | Event::DocType(_) if !self.has_root => continue,
                Event::Eof if self.open > 0 || !self.has_root => return Err(Malformed::Cut),
                Event::Eof => return Ok(None),
                Event::CData(_) | Event::GeneralRef(_) | Event::Decl(_) | Event::DocType(_) => {
                    return Err(Malformed::Broken);
                }
            };
            return Ok(Some(part));
        }
    }

    fn start(&mut self, tag: BytesStart<'a>) -> Result<Part<'a>, Malformed> {
        if self.open == 0 && self.has_root {
            return Err(Malformed::Broken);
        }
        let qualified = tag.name();
        let qualified = qualified.as_ref().as_bytes();
        if !is_name(qualified) {
            return Err(Malformed::Broken);
        }
        let local = qualified.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
        let end = qualified.len();
        check_attributes(&tag)?;
        let name = Name { tag, local, end };
        if !self.has_root && name.local().eq_ignore_ascii_case("html") {
            return Err(Malformed::Html);
        }
        self.has_root = true;
        self.open += 1;
        Ok(Part::Start(name))
    }

    fn end(&mut self) -> Part<'a> {
        // The reader refuses an end without a start.
        self.open = self.open.saturating_sub(1);
        Part::End
    }

    /// Returns the text of an element; none for space around the root.
    fn text(&self, text: Cow<'a, str>) -> Result<Option<Part<'a>>, Malformed> {
        match self.open {
            1.. => Ok(Some(Part::Text(text))),
            0 if text.trim_ascii().is_empty() => Ok(None),
            0 => Err(Malformed::Broken),
        }
    }
}

/// Tells whether a text holds only what XML allows.
fn has_only_characters(text: &str) -> bool {
    // Without an early end the compiler looks at many bytes at once.
    let has_control = text.bytes().fold(false, |found, byte| found | is_control(byte));
    !has_control && (text.is_ascii() || !text.contains(['\u{fffe}', '\u{ffff}']))
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Tells whether a name can be one: what a lost `>` or quote makes of a name is none.
fn is_name(name: &[u8]) -> bool {
    let is_inside = |byte: &u8| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b':' | 0x80..);
    let can_start = |byte: &u8| !matches!(byte, b'0'..=b'9' | b'-' | b'.');
    name.first().is_some_and(can_start) && name.iter().all(is_inside)
}

fn check_attributes(tag: &BytesStart<'_>) -> Result<(), Malformed> {
    if tag.attributes_raw().is_empty() {
        return Ok(());
    }
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| Malformed::Broken)?;
        let is_sound = is_name(attribute.key.as_ref().as_bytes()) && !attribute.value.contains('<');
        if !is_sound || unescape(&attribute.value).is_err() {
            return Err(Malformed::Broken);
        }
    }
    Ok(())
}

/// Returns the text that a reference such as `&amp;` or `&#xD;` stands for.
fn resolve(reference: &BytesRef<'_>) -> Result<Cow<'static, str>, Malformed> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| Malformed::Broken)? {
        let text = character.to_string();
        return if has_only_characters(&text) { Ok(Cow::Owned(text)) } else { Err(Malformed::Broken) };
    }
    resolve_xml_entity(reference).map(Cow::Borrowed).ok_or(Malformed::Broken)
}
