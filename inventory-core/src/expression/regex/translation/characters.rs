//! Escapes and classes of characters.

use std::fmt::Write;

use super::{Before, Translator};
use crate::expression::Error;

impl Translator<'_> {
    pub(super) fn translate_escape(&mut self) -> Result<(), Error> {
        let escaped = self.take().ok_or_else(|| self.bad("a backslash stands at the end"))?;
        match escaped {
            'A' => self.item("\\A"),
            'Z' => self.item("\\z"),
            'b' | 'B' => {
                self.out.extend(['\\', escaped]);
                self.before = Before::Item;
            }
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                let class = class_escape(escaped, self.scope.ascii);
                self.item(class);
            }
            '1'..='9' => {
                let mut digits = escaped.to_string();
                digits.push_str(&self.take_while(1, |c| c.is_ascii_digit()));
                let third = self.rest.chars().next().filter(|c| matches!(c, '0'..='7'));
                if let Some(third) = third
                    && digits.len() == 2
                    && digits.bytes().all(|digit| digit < b'8')
                {
                    self.take();
                    digits.push(third);
                    let character = u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32);
                    self.literal(character.ok_or_else(|| self.bad("an octal escape is too large"))?);
                    return Ok(());
                }
                if !digits.parse().is_ok_and(|group: usize| group <= self.groups) {
                    return Err(self.bad(&format!("the group {digits} does not exist")));
                }
                let reference = format!("(?:\\{digits})");
                self.item(&reference);
            }
            other => {
                let character = self.character_escape(other)?;
                self.literal(character);
            }
        }
        Ok(())
    }

    /// Reads an escape that means one character.
    fn character_escape(&mut self, escaped: char) -> Result<char, Error> {
        let digits = match escaped {
            'a' => return Ok('\u{7}'),
            'f' => return Ok('\u{c}'),
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            'v' => return Ok('\u{b}'),
            '0' => {
                let digits = self.take_while(2, |c| matches!(c, '0'..='7'));
                let code = u32::from_str_radix(&format!("0{digits}"), 8).ok();
                return code.and_then(char::from_u32).ok_or_else(|| self.bad("an octal escape is too large"));
            }
            'x' => 2,
            'u' => 4,
            'U' => 8,
            letter if letter.is_ascii_alphanumeric() => {
                return Err(self.bad(&format!("the escape `\\{letter}` is unknown")));
            }
            other => return Ok(other),
        };
        let code = self.take_while(digits, |c| c.is_ascii_hexdigit());
        u32::from_str_radix(&code, 16)
            .ok()
            .filter(|_| code.len() == digits)
            .and_then(char::from_u32)
            .ok_or_else(|| self.bad(&format!("the escape `\\{escaped}{code}` is incomplete")))
    }

    pub(super) fn translate_class(&mut self) -> Result<(), Error> {
        self.out.push('[');
        if self.take_if("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let next = self.take().ok_or_else(|| self.bad("a `[` is not closed"))?;
            if next == ']' && !first {
                break;
            }
            first = false;
            let Some(low) = self.class_member(next)? else { continue };
            let Some(after) = self.rest.strip_prefix('-').filter(|after| !after.starts_with(']')) else {
                push_literal(&mut self.out, low);
                continue;
            };
            self.rest = after;
            let next = self.take().ok_or_else(|| self.bad("a `[` is not closed"))?;
            let written = self.out.len();
            let high = self.class_member(next)?.filter(|high| low <= *high);
            self.out.truncate(written);
            let high = high.ok_or_else(|| self.bad("a range of characters runs backwards"))?;
            push_literal(&mut self.out, low);
            self.out.push('-');
            push_literal(&mut self.out, high);
        }
        self.out.push(']');
        self.before = Before::Item;
        Ok(())
    }

    /// Reads a member of a class; a class inside is written at once.
    fn class_member(&mut self, next: char) -> Result<Option<char>, Error> {
        if next != '\\' {
            return Ok(Some(next));
        }
        let escaped = self.take().ok_or_else(|| self.bad("a backslash stands at the end"))?;
        match escaped {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                self.out.push_str(class_escape(escaped, self.scope.ascii));
                Ok(None)
            }
            'b' => Ok(Some('\u{8}')),
            '1'..='7' => {
                let digits = format!("{escaped}{}", self.take_while(2, |c| matches!(c, '0'..='7')));
                let character = u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32);
                Ok(Some(character.ok_or_else(|| self.bad("an octal escape is too large"))?))
            }
            other => self.character_escape(other).map(Some),
        }
    }
}

/// The classes whose meaning depends on `(?a)`.
fn class_escape(letter: char, ascii: bool) -> &'static str {
    match (letter, ascii) {
        ('d', false) => "\\d",
        ('D', false) => "\\D",
        ('s', false) => "[\\s\\x1c-\\x1f]",
        ('S', false) => "[^\\s\\x1c-\\x1f]",
        ('w', false) => "\\w",
        ('W', false) => "\\W",
        ('d', true) => "[0-9]",
        ('D', true) => "[^0-9]",
        ('s', true) => "[ \\t-\\r]",
        ('S', true) => "[^ \\t-\\r]",
        ('w', true) => "[0-9A-Za-z_]",
        _ => "[^0-9A-Za-z_]",
    }
}

pub(super) fn push_literal(out: &mut String, character: char) {
    match character {
        c if c == '_' || c == ' ' || c.is_alphanumeric() => out.push(c),
        c if c.is_ascii_punctuation() => out.extend(['\\', c]),
        // Writing to a `String` does not fail.
        c => drop(write!(out, "\\x{{{:x}}}", u32::from(c))),
    }
}
