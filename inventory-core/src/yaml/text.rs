//! Tokens of text: plain, quoted, and in blocks.

use super::cursor::{END, is_blank, is_blank_or_end, is_break, is_break_or_end};
use super::scanner::{Scanner, TokenKind};
use crate::diagnostic::Diagnostic;

/// White space inside a text, until it is known whether the text goes on.
#[derive(Default)]
struct Gap {
    blanks: String,
    breaks: usize,
}

impl Gap {
    /// Appends what the gap stands for: one line break is a blank, several are one fewer.
    fn fold_into(&mut self, text: &mut String) {
        match self.breaks {
            0 => text.push_str(&self.blanks),
            1 => text.push(' '),
            count => text.extend(std::iter::repeat_n('\n', count - 1)),
        }
        *self = Self::default();
    }
}

#[derive(PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn scan_plain_scalar(&mut self) -> Result<(), Diagnostic> {
        let start = self.cursor.offset;
        let mut end = start;
        let indent = self.indent + 1;
        let mut text = String::new();
        let mut gap = Gap::default();
        loop {
            let next = self.cursor.peek();
            if next == '#' || self.cursor.is_at_document_mark("---") || self.cursor.is_at_document_mark("...")
            {
                break;
            }
            while !self.ends_plain()? {
                gap.fold_into(&mut text);
                text.push(self.cursor.advance());
                end = self.cursor.offset;
            }
            if !is_blank(self.cursor.peek()) && !is_break(self.cursor.peek()) {
                break;
            }
            self.skip_plain_gap(&mut gap, indent)?;
            if !self.is_in_flow() && isize::try_from(self.cursor.column).is_ok_and(|column| column < indent) {
                break;
            }
        }
        if gap.breaks > 0 {
            self.is_key_allowed = true;
        }
        self.push_text(text, true, start, end);
        Ok(())
    }

    fn push_text(&mut self, text: String, plain: bool, start: usize, end: usize) {
        self.push_range(TokenKind::Scalar { text, plain }, start..end);
    }

    fn ends_plain(&self) -> Result<bool, Diagnostic> {
        let (next, after) = (self.cursor.peek(), self.cursor.peek_at(1));
        if self.is_in_flow() {
            if next == ':' && ",?[]{}".contains(after) {
                let error = self.cursor.error_here("`:` cannot stand here", "a blank after `:`");
                return Err(error.help("put the value in quotes"));
            }
            if ",[]{}".contains(next) {
                return Ok(true);
            }
        }
        Ok(is_blank_or_end(next) || (next == ':' && is_blank_or_end(after)))
    }

    fn skip_plain_gap(&mut self, gap: &mut Gap, indent: isize) -> Result<(), Diagnostic> {
        loop {
            let next = self.cursor.peek();
            if is_blank(next) {
                let is_indentation = isize::try_from(self.cursor.column).is_ok_and(|column| column < indent);
                if gap.breaks > 0 && next == '\t' && is_indentation {
                    return Err(self
                        .cursor
                        .error_here("a tab cannot indent", "spaces")
                        .help("replace the tab with spaces"));
                }
                gap.blanks.push(self.cursor.advance());
            } else if self.cursor.take_break() {
                gap.breaks += 1;
            } else {
                return Ok(());
            }
        }
    }

    pub(super) fn scan_quoted_scalar(&mut self) -> Result<(), Diagnostic> {
        let start = self.cursor.offset;
        let quote = self.cursor.advance();
        let mut text = String::new();
        loop {
            if self.cursor.is_at_document_mark("---")
                || self.cursor.is_at_document_mark("...")
                || self.cursor.peek() == END
            {
                return Err(self.cursor.error(
                    start..start + 1,
                    "a quote is not closed",
                    &format!("a closing `{quote}`"),
                ));
            }
            let mut gap = Gap::default();
            while !is_blank_or_end(self.cursor.peek())
                && (self.cursor.peek() != quote || self.is_doubled(quote))
            {
                if self.cursor.peek() == quote {
                    self.cursor.advance();
                    text.push(self.cursor.advance());
                } else if quote == '"' && self.cursor.peek() == '\\' {
                    if is_break(self.cursor.peek_at(1)) {
                        // An escaped break is nothing, and so are the blanks after it.
                        self.cursor.advance();
                        self.cursor.take_break();
                        self.cursor.take_while(is_blank);
                        while self.cursor.take_break() {
                            text.push('\n');
                            self.cursor.take_while(is_blank);
                        }
                        if self.cursor.column == 0 {
                            break;
                        }
                    } else {
                        text.push(self.scan_escape()?);
                    }
                } else {
                    text.push(self.cursor.advance());
                }
            }
            if self.cursor.peek() == quote {
                self.cursor.advance();
                self.push_text(text, false, start, self.cursor.offset);
                return Ok(());
            }
            while is_blank(self.cursor.peek()) || is_break(self.cursor.peek()) {
                if self.cursor.take_break() {
                    gap.breaks += 1;
                } else {
                    gap.blanks.push(self.cursor.advance());
                }
            }
            gap.fold_into(&mut text);
        }
    }

    /// In single quotes a quote is written as two.
    fn is_doubled(&self, quote: char) -> bool {
        quote == '\'' && self.cursor.peek_at(1) == quote
    }

    fn scan_escape(&mut self) -> Result<char, Diagnostic> {
        let start = self.cursor.offset;
        self.cursor.advance();
        let character = match self.cursor.advance() {
            '0' => '\0',
            'a' => '\x07',
            'b' => '\x08',
            't' | '\t' => '\t',
            'n' => '\n',
            'v' => '\x0B',
            'f' => '\x0C',
            'r' => '\r',
            'e' => '\x1B',
            ' ' => ' ',
            '"' => '"',
            '/' => '/',
            '\\' => '\\',
            'N' => '\u{85}',
            '_' => '\u{A0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            'x' => self.scan_code(start, 2)?,
            'u' => self.scan_code(start, 4)?,
            'U' => self.scan_code(start, 8)?,
            _ => {
                let range = start..self.cursor.offset;
                let error =
                    self.cursor.error(range, "this escape is not known", "an escape such as `\\n` or `\\\\`");
                return Err(error.help(
                    "write a backslash as `\\\\`, or use single quotes, where it is an ordinary character",
                ));
            }
        };
        Ok(character)
    }

    fn scan_code(&mut self, start: usize, length: usize) -> Result<char, Diagnostic> {
        let mut code: u32 = 0;
        for _ in 0..length {
            let Some(digit) = self.cursor.peek().to_digit(16) else {
                return Err(self
                    .cursor
                    .error_here("an escape is not complete", &format!("{length} hexadecimal digits")));
            };
            code = code.wrapping_shl(4) | digit;
            self.cursor.advance();
        }
        char::from_u32(code).ok_or_else(|| {
            self.cursor.error(start..self.cursor.offset, "there is no such character", "a Unicode character")
        })
    }

    pub(super) fn scan_block_scalar(&mut self) -> Result<(), Diagnostic> {
        let start = self.cursor.offset;
        let is_folded = self.cursor.advance() == '>';
        let (chomping, explicit_indent) = self.scan_block_header()?;
        let mut end = self.cursor.offset;
        let mut indent =
            explicit_indent.map(|digit| usize::try_from(self.indent.max(0)).unwrap_or_default() + digit);
        let mut text = String::new();
        // The break after the last line, and the empty lines after it.
        let (mut last_break, mut breaks) = (false, self.skip_empty_lines(&mut indent)?);
        let mut was_more_indented = false;
        let column = indent.unwrap_or_default();
        while self.cursor.column == column && self.cursor.peek() != END {
            let is_more_indented = is_blank(self.cursor.peek());
            if is_folded && last_break && !was_more_indented && !is_more_indented {
                if breaks == 0 {
                    text.push(' ');
                }
            } else if last_break {
                text.push('\n');
            }
            text.extend(std::iter::repeat_n('\n', breaks));
            was_more_indented = is_more_indented;
            text.push_str(self.cursor.take_while(|character| !is_break_or_end(character)));
            end = self.cursor.offset;
            last_break = self.cursor.take_break();
            breaks = self.skip_empty_lines(&mut indent)?;
        }
        if chomping != Chomping::Strip && last_break {
            text.push('\n');
        }
        if chomping == Chomping::Keep {
            text.extend(std::iter::repeat_n('\n', breaks));
        }
        self.push_text(text, false, start, end);
        Ok(())
    }

    /// Reads what follows `|` or `>` on its line: how the end is treated, and how deep the text is indented.
    fn scan_block_header(&mut self) -> Result<(Chomping, Option<usize>), Diagnostic> {
        let mut chomping = None;
        let mut indent = None;
        for _ in 0..2 {
            match self.cursor.peek() {
                '+' if chomping.is_none() => chomping = Some(Chomping::Keep),
                '-' if chomping.is_none() => chomping = Some(Chomping::Strip),
                digit @ '1'..='9' if indent.is_none() => {
                    indent = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
                }
                _ => break,
            }
            self.cursor.advance();
        }
        self.cursor.skip_to_line_end();
        if !is_break_or_end(self.cursor.peek()) {
            let error =
                self.cursor.error_here("the text of a block starts on the next line", "the end of the line");
            return Err(error.help("put a value that starts with `|` or `>` in quotes"));
        }
        self.cursor.take_break();
        Ok((chomping.unwrap_or(Chomping::Clip), indent))
    }

    /// Skips the indentation of the next line, and empty lines before it; finds the indentation if it is not known yet.
    fn skip_empty_lines(&mut self, indent: &mut Option<usize>) -> Result<usize, Diagnostic> {
        let mut breaks = 0;
        let mut deepest = 0;
        loop {
            while self.cursor.peek() == ' ' && indent.is_none_or(|indent| self.cursor.column < indent) {
                self.cursor.advance();
            }
            deepest = deepest.max(self.cursor.column);
            if self.cursor.peek() == '\t' && indent.is_none_or(|indent| self.cursor.column < indent) {
                return Err(self
                    .cursor
                    .error_here("a tab cannot indent", "spaces")
                    .help("replace the tab with spaces"));
            }
            if !self.cursor.take_break() {
                break;
            }
            breaks += 1;
        }
        if indent.is_none() {
            let least = usize::try_from(self.indent + 1).unwrap_or_default().max(1);
            *indent = Some(deepest.max(least));
        }
        Ok(breaks)
    }
}
