//! The place in the text that the scanner has reached.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};

/// What [`Cursor::peek`] gives after the end. The text itself has none: the reader refuses it.
pub(super) const END: char = '\0';

/// Walks over the characters of a text and counts lines and columns.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    source: &'a Arc<Source>,
    /// Byte offset of the next character.
    pub(super) offset: usize,
    /// Number of the next character in the text.
    pub(super) index: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source: &'a Arc<Source>) -> Self {
        Self { source, offset: 0, index: 0, line: 0, column: 0 }
    }

    fn rest(&self) -> &'a str {
        self.source.text().get(self.offset..).unwrap_or_default()
    }

    /// Returns the next character.
    pub(super) fn peek(&self) -> char {
        self.rest().chars().next().unwrap_or(END)
    }

    /// Returns a character after the next.
    pub(super) fn peek_at(&self, distance: usize) -> char {
        self.rest().chars().nth(distance).unwrap_or(END)
    }

    /// Says whether the text goes on with `---` or `...` at the start of a line, and then a blank or the end.
    pub(super) fn is_at_document_mark(&self, mark: &str) -> bool {
        self.column == 0 && self.rest().starts_with(mark) && is_blank_or_end(self.peek_at(3))
    }

    /// Takes the next character of a line.
    pub(super) fn advance(&mut self) -> char {
        let character = self.peek();
        if character != END {
            self.offset += character.len_utf8();
            self.index += 1;
            self.column += 1;
        }
        character
    }

    /// Takes the next character if it is this one.
    pub(super) fn take(&mut self, character: char) -> bool {
        let is_next = self.peek() == character;
        if is_next {
            self.advance();
        }
        is_next
    }

    /// Takes characters while the test holds; it must not hold for line breaks.
    pub(super) fn take_while(&mut self, test: fn(char) -> bool) -> &'a str {
        let start = self.offset;
        while test(self.peek()) {
            self.advance();
        }
        self.source.text().get(start..self.offset).unwrap_or_default()
    }

    /// Takes a line break, which YAML reads as a line feed however it is written.
    pub(super) fn take_break(&mut self) -> bool {
        if !is_break(self.peek()) {
            return false;
        }
        if self.advance() == '\r' {
            self.take('\n');
        }
        self.line += 1;
        self.column = 0;
        true
    }

    /// Skips blanks and a comment; a comment needs no blank before it here.
    pub(super) fn skip_to_line_end(&mut self) {
        self.take_while(is_blank);
        if self.peek() == '#' {
            self.take_while(|character| !is_break_or_end(character));
        }
    }

    /// Returns the rest of the line at an offset.
    pub(super) fn line_from(&self, offset: usize) -> &'a str {
        let rest = self.source.text().get(offset..).unwrap_or_default();
        rest.lines().next().unwrap_or_default().trim_end()
    }

    /// Makes the error for a text that is not YAML.
    pub(super) fn error(&self, range: Range<usize>, message: &str, expected: &str) -> Diagnostic {
        // After the end there is nothing to point at but the end of the last line.
        let written = self.source.text().trim_end().len();
        let range = if range.start > written { written..written } else { range };
        Diagnostic::error(format!("the file is not valid YAML: {message}"))
            .at(self.source, self.source.span(range))
            .label(format!("expected {expected}"))
    }

    /// Makes the error for the next character.
    pub(super) fn error_here(&self, message: &str, expected: &str) -> Diagnostic {
        let length = if is_break_or_end(self.peek()) { 0 } else { self.peek().len_utf8() };
        self.error(self.offset..self.offset + length, message, expected)
    }
}

pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r')
}

pub(super) fn is_break_or_end(character: char) -> bool {
    is_break(character) || character == END
}

pub(super) fn is_blank_or_end(character: char) -> bool {
    is_blank(character) || is_break_or_end(character)
}

/// The characters of the names of anchors and tag handles.
pub(super) fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}
