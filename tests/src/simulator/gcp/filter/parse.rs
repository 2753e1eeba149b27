//! Reads filters: <https://google.aip.dev/160>, and the older comparisons `eq` and `ne` with regular expressions.

use fancy_regex::Regex;

use super::{Comparator, Filter};

const COMPARATORS: [(&str, Comparator); 7] = [
    ("!=", Comparator::Different),
    ("<=", Comparator::AtMost),
    (">=", Comparator::AtLeast),
    ("=", Comparator::Equal),
    ("<", Comparator::Less),
    (">", Comparator::Greater),
    (":", Comparator::Has),
];
/// What ends a word that has no quotes.
const SPECIAL: &str = "()=<>!:\"'{}[]";

pub(super) fn parse(text: &str, fields: &[&str]) -> Option<Filter> {
    let mut reader = Reader { rest: text.trim(), fields };
    if reader.rest.is_empty() {
        return Some(Filter::All(Vec::new()));
    }
    let filter = reader.expression()?;
    reader.rest.is_empty().then_some(filter)
}

/// A filter of which a part was read.
struct Reader<'a> {
    rest: &'a str,
    fields: &'a [&'a str],
}

impl<'a> Reader<'a> {
    /// Terms with `AND` or nothing between them.
    fn expression(&mut self) -> Option<Filter> {
        let mut parts = vec![self.factor()?];
        while !self.rest.is_empty() && !self.rest.starts_with(')') {
            self.keyword("AND");
            parts.push(self.factor()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
    }

    /// Terms with `OR` between them, which binds before `AND`.
    fn factor(&mut self) -> Option<Filter> {
        let mut parts = vec![self.term()?];
        while self.keyword("OR") {
            parts.push(self.term()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) })
    }

    fn term(&mut self) -> Option<Filter> {
        if self.keyword("NOT") || self.symbol("-") {
            return Some(Filter::Not(Box::new(self.term()?)));
        }
        if self.symbol("(") {
            let inside = self.expression()?;
            return self.symbol(")").then_some(inside);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Option<Filter> {
        let path = self.path()?;
        for (word, is_wanted) in [("eq", true), ("ne", false)] {
            if self.keyword(word) {
                let pattern = self.pattern()?;
                let pattern = Box::new(Regex::new(&format!("^(?:{pattern})$")).ok()?);
                return Some(Filter::Match { path, pattern, is_wanted });
            }
        }
        let (symbol, comparator) = COMPARATORS.iter().find(|(symbol, _)| self.rest.starts_with(symbol))?;
        self.symbol(symbol);
        let wanted = self.value()?;
        Some(Filter::Compare { path, comparator: *comparator, wanted })
    }

    /// Reads the path of a field, whose parts may have quotes.
    fn path(&mut self) -> Option<Vec<String>> {
        let mut path = Vec::new();
        loop {
            if self.rest.starts_with(['"', '\'']) {
                path.push(self.quoted()?);
            } else {
                let word =
                    self.bare(|letter| letter.is_whitespace() || letter == '.' || SPECIAL.contains(letter));
                if word.is_empty() {
                    return None;
                }
                path.push(word.to_owned());
            }
            match self.rest.strip_prefix('.') {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        self.skip();
        let is_known =
            self.fields.is_empty() || path.first().is_some_and(|first| self.fields.contains(&first.as_str()));
        is_known.then_some(path)
    }

    fn value(&mut self) -> Option<String> {
        let value = if self.rest.starts_with(['"', '\'']) {
            self.quoted()?
        } else {
            let ends = |letter: char| letter.is_whitespace() || "()=\"'{}".contains(letter);
            self.bare(ends).to_owned()
        };
        self.skip();
        (!value.is_empty()).then_some(value)
    }

    /// Reads a regular expression: in quotes, or up to a space or the parenthesis that closes one before it.
    fn pattern(&mut self) -> Option<String> {
        if self.rest.starts_with(['"', '\'']) {
            let pattern = self.quoted();
            self.skip();
            return pattern;
        }
        let mut depth = 0_usize;
        let mut is_escaped = false;
        let end = self.rest.find(|letter: char| {
            let was_escaped = is_escaped;
            is_escaped = letter == '\\' && !was_escaped;
            match letter {
                _ if was_escaped => false,
                '(' => {
                    depth += 1;
                    false
                }
                ')' if depth == 0 => true,
                ')' => {
                    depth -= 1;
                    false
                }
                letter => letter.is_whitespace(),
            }
        });
        let (pattern, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        self.skip();
        (!pattern.is_empty()).then(|| pattern.to_owned())
    }

    fn quoted(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let mut text = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((place, letter)) = letters.next() {
            if letter == quote {
                self.rest = &self.rest[place + 1..];
                return Some(text);
            }
            if letter != '\\' {
                text.push(letter);
                continue;
            }
            match letters.next()?.1 {
                escaped if escaped == quote || escaped == '\\' => text.push(escaped),
                other => text.extend(['\\', other]),
            }
        }
        None
    }

    /// Takes all up to the first letter that ends it.
    fn bare(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let (word, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// Takes a word, if it stands here by itself.
    fn keyword(&mut self, word: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(word) else { return false };
        let is_alone = rest.chars().next().is_none_or(|next| next.is_whitespace() || "(\"'".contains(next));
        if is_alone {
            self.rest = rest.trim_start();
        }
        is_alone
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(symbol) else { return false };
        self.rest = rest.trim_start();
        true
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }
}
