//! Python's pattern syntax to that of `fancy-regex`.

mod characters;

use std::fmt::Write;

use self::characters::push_literal;
use super::Flags;
use crate::expression::Error;

/// What a `$` outside of multi-line mode is translated to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The end of the text: enough for texts without a newline at the end, and faster.
    Text,
    /// Python's meaning: the end of the text, or before a newline there.
    Newline,
}

/// A translated pattern.
pub(super) struct Translation {
    pub(super) pattern: String,
    /// Whether [`End`] makes a difference.
    pub(super) ends_at_newline: bool,
}

/// The flags in effect at a place of the pattern.
#[derive(Clone, Copy)]
struct Scope {
    ignore_case: bool,
    multi_line: bool,
    dot_all: bool,
    verbose: bool,
    ascii: bool,
}

struct Translator<'p> {
    pattern: &'p str,
    rest: &'p str,
    out: String,
    scope: Scope,
    outer: Vec<Scope>,
    end: End,
    ends_at_newline: bool,
    groups: usize,
    /// What stands before: something that can be repeated, a repetition, or neither.
    before: Before,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Item,
    Repetition,
}

/// Translates a pattern; fails on what Python refuses.
pub(super) fn translate(pattern: &str, flags: Flags, end: End) -> Result<Translation, Error> {
    let scope = Scope {
        ignore_case: flags.ignore_case,
        multi_line: flags.multi_line,
        dot_all: flags.dot_all,
        verbose: false,
        ascii: false,
    };
    let mut translator = Translator {
        pattern,
        rest: pattern,
        out: String::with_capacity(pattern.len() + 8),
        scope,
        outer: Vec::new(),
        end,
        ends_at_newline: false,
        groups: 0,
        before: Before::Nothing,
    };
    translator.global_flags()?;
    if translator.scope.ignore_case {
        translator.out.push_str("(?i)");
    }
    while let Some(next) = translator.take() {
        translator.translate_next(next)?;
    }
    if !translator.outer.is_empty() {
        return Err(translator.bad("a `(` is not closed"));
    }
    Ok(Translation { pattern: translator.out, ends_at_newline: translator.ends_at_newline })
}

impl Translator<'_> {
    fn bad(&self, why: &str) -> Error {
        Error::new(format!("`{}` is not a regular expression: {why}", self.pattern))
    }

    fn take(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = self.rest.get(next.len_utf8()..).unwrap_or_default();
        Some(next)
    }

    fn take_if(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take_while(&mut self, most: usize, wanted: impl Fn(char) -> bool) -> String {
        let taken: String = self.rest.chars().take(most).take_while(|c| wanted(*c)).collect();
        self.rest = self.rest.get(taken.len()..).unwrap_or_default();
        taken
    }

    /// Reads `(?flags)` at the start, the only place where Python takes it.
    fn global_flags(&mut self) -> Result<(), Error> {
        while let Some(rest) = self.rest.strip_prefix("(?")
            && let Some((flags, after)) = rest.split_once(')')
            && !flags.is_empty()
            && flags.chars().all(|c| "aimsux".contains(c))
        {
            self.rest = after;
            for flag in flags.chars() {
                self.set_flag(flag, true)?;
            }
        }
        Ok(())
    }

    fn set_flag(&mut self, flag: char, on: bool) -> Result<(), Error> {
        match flag {
            'i' => self.scope.ignore_case = on,
            'm' => self.scope.multi_line = on,
            's' => self.scope.dot_all = on,
            'x' => self.scope.verbose = on,
            'a' => self.scope.ascii = on,
            'u' => self.scope.ascii = false,
            other => return Err(self.bad(&format!("the flag `{other}` is unknown"))),
        }
        Ok(())
    }

    fn translate_next(&mut self, next: char) -> Result<(), Error> {
        match next {
            '(' => return self.open_group(),
            ')' => {
                self.scope = self.outer.pop().ok_or_else(|| self.bad("a `)` has no `(`"))?;
                self.out.push(')');
                self.before = Before::Item;
            }
            '|' => {
                self.out.push('|');
                self.before = Before::Nothing;
            }
            '*' | '+' | '?' => self.repeat(&next.to_string())?,
            '{' => return self.open_brace(),
            '[' => self.translate_class()?,
            '\\' => self.translate_escape()?,
            '.' => self.item(if self.scope.dot_all { "(?s:.)" } else { "." }),
            '^' => self.item(if self.scope.multi_line { "(?m:^)" } else { "^" }),
            '$' if self.scope.multi_line => self.item("(?m:$)"),
            '$' => {
                self.ends_at_newline = true;
                self.item(if self.end == End::Newline { "(?=\\n?\\z)" } else { "\\z" });
            }
            '#' if self.scope.verbose => {
                self.take_while(usize::MAX, |c| c != '\n');
            }
            space if self.scope.verbose && space.is_ascii_whitespace() => {}
            other => self.literal(other),
        }
        Ok(())
    }

    fn item(&mut self, translated: &str) {
        self.out.push_str(translated);
        self.before = Before::Item;
    }

    fn literal(&mut self, character: char) {
        push_literal(&mut self.out, character);
        self.before = Before::Item;
    }

    /// Adds a repetition with its `?` (lazy) or `+` (possessive).
    fn repeat(&mut self, translated: &str) -> Result<(), Error> {
        match self.before {
            Before::Nothing => return Err(self.bad("there is nothing to repeat")),
            Before::Repetition => return Err(self.bad("a repetition is repeated")),
            Before::Item => {}
        }
        self.out.push_str(translated);
        for suffix in ["?", "+"] {
            if self.take_if(suffix) {
                self.out.push_str(suffix);
                break;
            }
        }
        self.before = Before::Repetition;
        Ok(())
    }

    /// Translates `{2,3}`; any other brace is itself.
    fn open_brace(&mut self) -> Result<(), Error> {
        let bounds = self.rest.split_once('}').map(|(bounds, _)| bounds).filter(|bounds| {
            let (low, high) = bounds.split_once(',').unwrap_or((bounds, "0"));
            !bounds.is_empty() && [low, high].iter().all(|n| n.bytes().all(|b| b.is_ascii_digit()))
        });
        let Some(bounds) = bounds else {
            self.literal('{');
            return Ok(());
        };
        let translated = match bounds.strip_prefix(',') {
            Some("") => "{0,}".to_owned(),
            Some(high) => format!("{{0,{high}}}"),
            None => format!("{{{bounds}}}"),
        };
        self.rest = self.rest.get(bounds.len() + 1..).unwrap_or_default();
        self.repeat(&translated)
    }

    fn open_group(&mut self) -> Result<(), Error> {
        self.before = Before::Nothing;
        let outer = self.scope;
        if !self.take_if("?") {
            self.groups += 1;
            self.out.push('(');
            self.outer.push(outer);
            return Ok(());
        }
        if self.take_if("#") {
            self.take_while(usize::MAX, |c| c != ')');
            return if self.take_if(")") { Ok(()) } else { Err(self.bad("a comment is not closed")) };
        }
        if self.take_if("P=") {
            let name = self.take_until(')', "group reference")?;
            let reference = format!("(?P={name})");
            self.item(&reference);
            return Ok(());
        }
        if self.take_if("P<") {
            let name = self.take_until('>', "group name")?;
            let fits = !name.starts_with(|c: char| c.is_ascii_digit())
                && name.chars().all(|c| c == '_' || c.is_alphanumeric());
            if name.is_empty() || !fits {
                return Err(self.bad(&format!("`{name}` is not a group name")));
            }
            self.groups += 1;
            let _ = write!(self.out, "(?P<{name}>");
            self.outer.push(outer);
            return Ok(());
        }
        if self.take_if("(") {
            let group = self.take_until(')', "condition")?;
            let is_number = group.bytes().all(|byte| byte.is_ascii_digit());
            let _ =
                if is_number { write!(self.out, "(?({group})") } else { write!(self.out, "(?(<{group}>)") };
            self.outer.push(outer);
            return Ok(());
        }
        if let Some(kind) = ["<=", "<!", "=", "!", ":", ">"].into_iter().find(|kind| self.take_if(kind)) {
            let _ = write!(self.out, "(?{kind}");
            self.outer.push(outer);
            return Ok(());
        }
        self.open_flags(outer)
    }

    /// Translates `(?i-s:`.
    fn open_flags(&mut self, outer: Scope) -> Result<(), Error> {
        let mut on = true;
        loop {
            match self.take() {
                Some(':') => break,
                Some('-') if on => on = false,
                Some(')') => {
                    return Err(self.bad("global flags are not at the start of the expression"));
                }
                Some(flag) if flag.is_ascii_alphabetic() => self.set_flag(flag, on)?,
                _ => return Err(self.bad("what follows `(?` is unknown")),
            }
        }
        self.out.push_str(if self.scope.ignore_case { "(?i:" } else { "(?-i:" });
        self.outer.push(outer);
        Ok(())
    }

    fn take_until(&mut self, end: char, what: &str) -> Result<String, Error> {
        let taken = self.take_while(usize::MAX, |c| c != end);
        if self.take() == Some(end) { Ok(taken) } else { Err(self.bad(&format!("a {what} is not closed"))) }
    }
}
