//! Python's `re`, on `fancy-regex`.

mod replacement;
mod translation;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock, RwLock};

use super::Error;

/// How many backtracking steps a match may take before it is given up.
const STEP_LIMIT: usize = 1_000_000;
/// How many compiled patterns are kept.
const CACHE_LIMIT: usize = 1_000;

/// The flags that Ansible's filters and tests can set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Flags {
    /// `re.IGNORECASE`.
    pub(crate) ignore_case: bool,
    /// `re.MULTILINE`.
    pub(crate) multi_line: bool,
    /// `re.DOTALL`.
    pub(crate) dot_all: bool,
}

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Regex {
    pattern: String,
    flags: Flags,
    /// The pattern for texts that do not end in a newline, where `$` is simply the end.
    plain: fancy_regex::Regex,
    /// Whether the pattern has a `$` that would also match before a final newline.
    ends_at_newline: bool,
    with_newline: OnceLock<Result<fancy_regex::Regex, Error>>,
    at_start: OnceLock<Result<fancy_regex::Regex, Error>>,
    /// The pattern for a match that does not end where the search begins.
    advancing: OnceLock<Result<fancy_regex::Regex, Error>>,
    names: Vec<Option<String>>,
}

/// Where and what a pattern matched.
pub(crate) struct Match<'t> {
    captures: fancy_regex::Captures<'t, str>,
}

impl<'t> Match<'t> {
    /// Returns the text of a group; group 0 is the whole match. None when the group did not take part.
    pub(crate) fn group(&self, index: usize) -> Option<&'t str> {
        self.captures.get(index).map(|group| group.as_str())
    }

    /// Returns the bytes of the whole match.
    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        self.captures.get(0).map_or(0..0, |whole| whole.range())
    }

    /// Returns the texts of all groups but the whole match.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Option<&'t str>> + use<'t, '_> {
        (1..self.captures.len()).map(|index| self.group(index))
    }
}

type Cache = RwLock<HashMap<Flags, HashMap<String, Arc<Regex>>>>;

static CACHE: LazyLock<Cache> = LazyLock::new(Cache::default);

impl Regex {
    /// Compiles a pattern, or returns it compiled from before.
    ///
    /// Fails on what is no pattern in Python.
    pub(crate) fn compile(pattern: &str, flags: Flags) -> Result<Arc<Regex>, Error> {
        if let Ok(cache) = CACHE.read()
            && let Some(known) = cache.get(&flags).and_then(|patterns| patterns.get(pattern))
        {
            return Ok(Arc::clone(known));
        }
        let compiled = Arc::new(Regex::build(pattern, flags)?);
        if let Ok(mut cache) = CACHE.write() {
            let patterns = cache.entry(flags).or_default();
            if patterns.len() >= CACHE_LIMIT {
                patterns.clear();
            }
            patterns.insert(pattern.to_owned(), Arc::clone(&compiled));
        }
        Ok(compiled)
    }

    fn build(pattern: &str, flags: Flags) -> Result<Regex, Error> {
        let translation = translation::translate(pattern, flags, translation::End::Text)?;
        let plain = build(&translation.pattern, pattern)?;
        let names = plain.capture_names().map(|name| name.map(str::to_owned)).collect();
        Ok(Regex {
            pattern: pattern.to_owned(),
            flags,
            plain,
            ends_at_newline: translation.ends_at_newline,
            with_newline: OnceLock::new(),
            at_start: OnceLock::new(),
            advancing: OnceLock::new(),
            names,
        })
    }

    /// Returns the number of groups without the whole match.
    pub(crate) fn group_count(&self) -> usize {
        self.names.len().saturating_sub(1)
    }

    /// Returns the number of a named group.
    pub(crate) fn group_index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|group| group.as_deref() == Some(name))
    }

    /// Matches at the start of the text, as `re.match` does.
    pub(crate) fn match_at_start<'t>(&self, text: &'t str) -> Result<Option<Match<'t>>, Error> {
        let compiled = self.at_start.get_or_init(|| self.build_within("\\A(?:", ")"));
        self.run(compiled.as_ref().map_err(Clone::clone)?, text, 0)
    }

    /// Finds the first match from a place on, but not an empty one at that place.
    fn advance_from<'t>(&self, text: &'t str, position: usize) -> Result<Option<Match<'t>>, Error> {
        let compiled = self.advancing.get_or_init(|| self.build_within("(?:", ")(?!\\G)"));
        self.run(compiled.as_ref().map_err(Clone::clone)?, text, position)
    }

    fn build_within(&self, before: &str, after: &str) -> Result<fancy_regex::Regex, Error> {
        let end = if self.ends_at_newline { translation::End::Newline } else { translation::End::Text };
        let translation = translation::translate(&self.pattern, self.flags, end)?;
        build(&format!("{before}{}{after}", translation.pattern), &self.pattern)
    }

    /// Finds the first match, as `re.search` does.
    pub(crate) fn search<'t>(&self, text: &'t str) -> Result<Option<Match<'t>>, Error> {
        self.search_from(text, 0)
    }

    /// Finds all matches that do not overlap, as `re.finditer` does.
    pub(crate) fn find_all<'t>(&self, text: &'t str) -> Result<Vec<Match<'t>>, Error> {
        self.find(text, usize::MAX)
    }

    fn find<'t>(&self, text: &'t str, limit: usize) -> Result<Vec<Match<'t>>, Error> {
        let mut found = Vec::new();
        let mut position = 0;
        let mut was_empty = false;
        while found.len() < limit {
            // Since 3.7 Python looks for a longer match where it has found an empty one.
            let next = if was_empty {
                self.advance_from(text, position)?
            } else {
                self.search_from(text, position)?
            };
            let Some(next) = next else { break };
            was_empty = next.range().is_empty();
            position = next.range().end;
            found.push(next);
        }
        Ok(found)
    }

    /// Replaces up to `count` matches (0: all) by a replacement in Python's syntax, as `re.sub` does.
    ///
    /// Returns the new text and how often it was replaced. Fails on a replacement that Python refuses.
    pub(crate) fn replace(
        &self,
        text: &str,
        replacement: &str,
        count: usize,
    ) -> Result<(String, usize), Error> {
        let parts = replacement::parse(replacement, self)?;
        let matches = self.find(text, if count == 0 { usize::MAX } else { count })?;
        let mut out = String::with_capacity(text.len());
        let mut position = 0;
        for found in &matches {
            let range = found.range();
            out.push_str(text.get(position..range.start).unwrap_or_default());
            replacement::write(&parts, found, &mut out);
            position = range.end;
        }
        out.push_str(text.get(position..).unwrap_or_default());
        Ok((out, matches.len()))
    }

    fn search_from<'t>(&self, text: &'t str, position: usize) -> Result<Option<Match<'t>>, Error> {
        if !self.ends_at_newline || !text.ends_with('\n') {
            return self.run(&self.plain, text, position);
        }
        let compiled = self.with_newline.get_or_init(|| {
            let translation = translation::translate(&self.pattern, self.flags, translation::End::Newline)?;
            build(&translation.pattern, &self.pattern)
        });
        self.run(compiled.as_ref().map_err(Clone::clone)?, text, position)
    }

    fn run<'t>(
        &self,
        compiled: &fancy_regex::Regex,
        text: &'t str,
        position: usize,
    ) -> Result<Option<Match<'t>>, Error> {
        match compiled.captures_from_pos(text, position) {
            Ok(captures) => Ok(captures.map(|captures| Match { captures })),
            Err(_) => Err(Error::new(format!(
                "the regular expression `{}` takes too many steps on a text of {} bytes",
                self.pattern,
                text.len()
            ))),
        }
    }
}

fn build(translated: &str, pattern: &str) -> Result<fancy_regex::Regex, Error> {
    fancy_regex::RegexBuilder::new(translated)
        .backtrack_limit(STEP_LIMIT)
        .build()
        .map_err(|error| Error::new(format!("`{pattern}` is not a regular expression: {error}")))
}

#[cfg(test)]
mod tests;
