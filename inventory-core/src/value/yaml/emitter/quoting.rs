//! How scalars are written: plain or in quotes.

use super::super::Quotes;
use super::super::scalar::{Scalar, is_break, is_printable};
use super::{Emitter, Place};
use crate::name::looks_like_template;

/// The styles of a scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
}

impl Emitter<'_> {
    pub(super) fn scalar(&mut self, scalar: &Scalar<'_>, place: Place) {
        let simple_key = place == Place::SimpleKey;
        let style = self.style(scalar, simple_key);
        if !scalar.quoted_implicit && style != Style::Plain {
            if !self.whitespace {
                self.put(' ');
            }
            self.put('!');
            self.whitespace = false;
            self.indention = false;
        }
        if self.is_unsafe(scalar) {
            self.write_indicator("!unsafe", true, false, false);
        }
        let before = self.increase_indent(true, false);
        match style {
            Style::Plain => self.write_plain(&scalar.text, !simple_key),
            Style::Single => self.write_single_quoted(&scalar.text, !simple_key),
            Style::Double => self.write_double_quoted(&scalar.text, !simple_key),
        }
        self.indent = before;
    }

    /// Tells whether a scalar is text that Ansible must not take for a template.
    fn is_unsafe(&self, scalar: &Scalar<'_>) -> bool {
        self.options.marks_unsafe && scalar.quoted_implicit && looks_like_template(&scalar.text)
    }

    fn style(&self, scalar: &Scalar<'_>, simple_key: bool) -> Style {
        let analysis = scalar.analysis;
        let plain_allowed = if self.flow_level > 0 { analysis.flow_plain } else { analysis.block_plain };
        let empty = scalar.text.is_empty() && (self.flow_level > 0 || simple_key);
        let quoted = if analysis.single_quoted { Style::Single } else { Style::Double };
        match self.options.quotes {
            _ if simple_key && analysis.multiline => Style::Double,
            Some(Quotes::Double) => Style::Double,
            Some(Quotes::Single) => quoted,
            None if plain_allowed && !empty && scalar.plain_implicit && !self.is_unsafe(scalar) => {
                Style::Plain
            }
            None => quoted,
        }
    }

    fn write_plain(&mut self, text: &str, breakable: bool) {
        if !self.whitespace && (!text.is_empty() || self.flow_level > 0) {
            self.put(' ');
        }
        self.whitespace = false;
        self.indention = false;
        let mut spaces = false;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            if character == ' ' && breakable && !spaces && self.column > self.width && next != Some(' ') {
                self.write_indent();
            } else {
                self.put(character);
                if character != ' ' {
                    self.indention = false;
                }
            }
            spaces = character == ' ';
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn write_single_quoted(&mut self, text: &str, breakable: bool) {
        self.write_indicator("'", true, false, false);
        let (mut spaces, mut breaks, mut first) = (false, false, true);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            if character == ' ' {
                let inner = !first && next.is_some_and(|next| next != ' ');
                if breakable && !spaces && self.column > self.width && inner {
                    self.write_indent();
                } else {
                    self.put(' ');
                }
                spaces = true;
            } else if is_break(character) {
                if !breaks && character == '\n' {
                    self.put_break('\n');
                }
                self.put_break(character);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if character == '\'' {
                    self.put('\'');
                }
                self.put(character);
                self.indention = false;
                (spaces, breaks) = (false, false);
            }
            first = false;
        }
        if breaks {
            self.write_indent();
        }
        self.write_indicator("'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_double_quoted(&mut self, text: &str, breakable: bool) {
        self.write_indicator("\"", true, false, false);
        let (mut spaces, mut first) = (false, true);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let inner = !first && next.is_some();
            if !is_printable(character) || is_break(character) || matches!(character, '"' | '\\') {
                self.put_all(&escape(character));
            } else if character == ' ' && breakable && !spaces && self.column > self.width && inner {
                self.write_indent();
                if next == Some(' ') {
                    self.put('\\');
                }
            } else {
                self.put(character);
            }
            spaces = character == ' ';
            first = false;
        }
        self.write_indicator("\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }
}

/// Returns the escape of a character in double quotes.
fn escape(character: char) -> String {
    let short = match character {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '"' | '\\' => character,
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            return match u32::from(character) {
                code @ 0..=0xff => format!("\\x{code:02X}"),
                code @ 0x100..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
