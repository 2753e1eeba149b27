//! Tokens that say something about a node or a document: anchors, aliases, tags, directives.

use super::cursor::{is_blank, is_blank_or_end, is_break_or_end, is_name};
use super::scanner::{Scanner, TokenKind};
use crate::diagnostic::Diagnostic;

impl Scanner<'_> {
    pub(super) fn scan_anchor(&mut self, indicator: char) -> Result<(), Diagnostic> {
        let start = self.cursor.offset;
        self.cursor.advance();
        let name = self.cursor.take_while(is_name).to_owned();
        let next = self.cursor.peek();
        if name.is_empty() || !(is_blank_or_end(next) || "?:,]}%@`".contains(next)) {
            let what = if indicator == '*' { "an alias" } else { "an anchor" };
            let error = self.cursor.error_here(
                &format!("`{next}` cannot be in the name of {what}"),
                "letters, digits, `-` or `_`",
            );
            return Err(error.help(format!("put a value that starts with `{indicator}` in quotes")));
        }
        self.push(if indicator == '*' { TokenKind::Alias(name) } else { TokenKind::Anchor(name) }, start);
        Ok(())
    }

    pub(super) fn scan_tag(&mut self) -> Result<(), Diagnostic> {
        let start = self.cursor.offset;
        let (handle, suffix) = if self.cursor.peek_at(1) == '<' {
            self.cursor.advance();
            self.cursor.advance();
            let suffix = self.scan_tag_text(true)?;
            if !self.cursor.take('>') {
                return Err(self.cursor.error_here("a tag is not complete", "`>`"));
            }
            (String::new(), suffix)
        } else {
            self.cursor.advance();
            let name = self.cursor.take_while(is_name).to_owned();
            if self.cursor.take('!') {
                (format!("!{name}!"), self.scan_tag_text(false)?)
            } else {
                let suffix = name + &self.scan_tag_rest(false)?;
                // A lone `!` is a tag without a handle.
                if suffix.is_empty() { (String::new(), "!".to_owned()) } else { ("!".to_owned(), suffix) }
            }
        };
        let next = self.cursor.peek();
        let is_end = is_blank_or_end(next) || (self.is_in_flow() && next == ',');
        if !is_end {
            return Err(self
                .cursor
                .error_here("a tag ends with a blank", "a blank")
                .help("put a value that starts with `!` in quotes"));
        }
        self.push(TokenKind::Tag { handle, suffix }, start);
        Ok(())
    }

    fn scan_tag_text(&mut self, is_verbatim: bool) -> Result<String, Diagnostic> {
        let text = self.scan_tag_rest(is_verbatim)?;
        if text.is_empty() {
            Err(self.cursor.error_here("a tag has no name", "the name of the tag"))
        } else {
            Ok(text)
        }
    }

    fn scan_tag_rest(&mut self, is_verbatim: bool) -> Result<String, Diagnostic> {
        let mut bytes = Vec::new();
        let start = self.cursor.offset;
        loop {
            let next = self.cursor.peek();
            if next == '%' {
                self.cursor.advance();
                bytes.push(self.scan_escaped_byte()?);
            } else if is_name(next)
                || ";/?:@&=+$.!~*'()".contains(next)
                || (is_verbatim && ",[]".contains(next))
            {
                bytes.extend(u8::try_from(next));
                self.cursor.advance();
            } else {
                return String::from_utf8(bytes).map_err(|_| {
                    self.cursor.error(start..self.cursor.offset, "a tag is not UTF-8", "escaped UTF-8")
                });
            }
        }
    }

    fn scan_escaped_byte(&mut self) -> Result<u8, Diagnostic> {
        let mut byte = 0;
        for _ in 0..2 {
            let Some(digit) = self.cursor.peek().to_digit(16).and_then(|digit| u8::try_from(digit).ok())
            else {
                return Err(self.cursor.error_here("`%` in a tag escapes a byte", "two hexadecimal digits"));
            };
            byte = byte << 4 | digit;
            self.cursor.advance();
        }
        Ok(byte)
    }

    pub(super) fn scan_directive(&mut self) -> Result<(), Diagnostic> {
        let start = self.cursor.offset;
        self.cursor.advance();
        let kind = match self.cursor.take_while(is_name) {
            "YAML" if is_blank(self.cursor.peek()) => self.scan_version()?,
            "TAG" if is_blank(self.cursor.peek()) => self.scan_tag_prefix()?,
            _ => {
                let error = self.cursor.error(
                    start..self.cursor.offset,
                    "this directive is not known",
                    "`%YAML` or `%TAG`",
                );
                return Err(error.help("put a value that starts with `%` in quotes"));
            }
        };
        self.push(kind, start);
        self.cursor.skip_to_line_end();
        if self.cursor.take_break() || is_break_or_end(self.cursor.peek()) {
            Ok(())
        } else {
            Err(self.cursor.error_here("a directive ends with its line", "the end of the line"))
        }
    }

    fn scan_version(&mut self) -> Result<TokenKind, Diagnostic> {
        self.cursor.take_while(is_blank);
        let major = self.scan_version_number()?;
        if !self.cursor.take('.') {
            return Err(self.cursor.error_here("a version has two numbers", "`.`"));
        }
        let minor = self.scan_version_number()?;
        Ok(TokenKind::Version { major, minor })
    }

    fn scan_version_number(&mut self) -> Result<u32, Diagnostic> {
        let digits = self.cursor.take_while(|character| character.is_ascii_digit());
        digits.parse().map_err(|_| self.cursor.error_here("a version has two numbers", "a number"))
    }

    fn scan_tag_prefix(&mut self) -> Result<TokenKind, Diagnostic> {
        self.cursor.take_while(is_blank);
        let is_handle = self.cursor.take('!');
        let name = self.cursor.take_while(is_name);
        let handle = if is_handle && self.cursor.take('!') {
            format!("!{name}!")
        } else if is_handle && name.is_empty() {
            "!".to_owned()
        } else {
            return Err(self.cursor.error_here("a tag handle is not complete", "a handle such as `!name!`"));
        };
        if self.cursor.take_while(is_blank).is_empty() {
            return Err(self.cursor.error_here("a tag handle ends with a blank", "a blank"));
        }
        let prefix = self.scan_tag_text(true)?;
        Ok(TokenKind::TagPrefix { handle, prefix })
    }
}
