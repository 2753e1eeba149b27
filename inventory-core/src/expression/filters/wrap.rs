//! `wordwrap`: Python's `textwrap.wrap` as Jinja calls it.

use std::sync::LazyLock;

use fancy_regex::Regex;

use super::super::{Arguments, Call, Error, methods::lines};
use super::Table;
use super::inputs::{given, optional_integer, string};
use crate::value::{Value, is_space};

pub(super) const FILTERS: Table = &[("wordwrap", wrap_words)];

fn wrap_words(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let names = ["width", "break_long_words", "wrapstring", "break_on_hyphens"];
    let [width, break_long, separator, break_hyphens] = arguments.bind("wordwrap", names, 0)?;
    let width = usize::try_from(optional_integer(width.as_ref(), 79)?).ok().filter(|width| *width > 0);
    let Some(width) = width else { return Err(Error::new("the `width` of `wordwrap` must be positive")) };
    let wrapping = Wrapping {
        width,
        breaks_long_words: break_long.is_none_or(|breaks| breaks.is_true()),
        breaks_on_hyphens: break_hyphens.is_none_or(|breaks| breaks.is_true()),
    };
    let separator = given(separator).unwrap_or_else(|| "\n".into());
    let separator = string(&separator)?;
    let paragraphs =
        lines(string(&input)?, false).into_iter().map(|line| wrapping.wrap(line).join(separator));
    Ok(paragraphs.collect::<Vec<_>>().join(separator).into())
}

struct Wrapping {
    width: usize,
    breaks_long_words: bool,
    breaks_on_hyphens: bool,
}

/// Python's own pattern: white space, dashes between words, or words with the hyphen that may end a line.
static PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = r#"(?x)
        [\t\n\x0b\x0c\r\x20]+
      | (?<= [\w!"'&.,?]) -{2,} (?=\w)
      | [^\t\n\x0b\x0c\r\x20]+? (?:
            - (?: (?<= [^\d\W]{2}-) | (?<= [^\d\W]-[^\d\W]-)) (?= [^\d\W] -? [^\d\W])
          | (?= [\t\n\x0b\x0c\r\x20] | \z)
          | (?<= [\w!"'&.,?]) (?= -{2,}\w)
        )"#;
    Regex::new(pattern).ok()
});

/// Words and the white space between them.
static WORDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[\t\n\x0b\x0c\r\x20]+|[^\t\n\x0b\x0c\r\x20]+").ok());

fn is_blank(chunk: &str) -> bool {
    chunk.chars().all(is_space)
}

fn length_of(chunk: &str) -> usize {
    chunk.chars().count()
}

impl Wrapping {
    fn wrap(&self, paragraph: &str) -> Vec<String> {
        let pattern = if self.breaks_on_hyphens { &PARTS } else { &WORDS };
        let found = pattern.iter().flat_map(|pattern| pattern.find_iter(paragraph).map_while(Result::ok));
        let mut chunks: Vec<&str> = found.map(|found| found.as_str()).collect();
        chunks.reverse();
        let mut wrapped: Vec<String> = Vec::new();
        while !chunks.is_empty() {
            if !wrapped.is_empty() && chunks.last().is_some_and(|chunk| is_blank(chunk)) {
                chunks.pop();
            }
            let mut line: Vec<&str> = Vec::new();
            let mut length = 0;
            while let Some(chunk) = chunks.pop_if(|chunk| length + length_of(chunk) <= self.width) {
                length += length_of(chunk);
                line.push(chunk);
            }
            if let Some(chunk) = chunks.pop_if(|chunk| length_of(chunk) > self.width) {
                self.place_long_chunk(chunk, &mut chunks, &mut line, self.width - length);
            }
            if line.last().is_some_and(|chunk| is_blank(chunk)) {
                line.pop();
            }
            if !line.is_empty() {
                wrapped.push(line.concat());
            }
        }
        wrapped
    }

    /// Puts the start of a chunk that fits on no line into this one, or all of it where it may not be broken.
    fn place_long_chunk<'a>(
        &self,
        chunk: &'a str,
        chunks: &mut Vec<&'a str>,
        line: &mut Vec<&'a str>,
        space: usize,
    ) {
        if self.breaks_long_words {
            let end = chunk.char_indices().nth(space).map_or(chunk.len(), |(place, _)| place);
            let fitting = chunk.get(..end).unwrap_or_default();
            let hyphen = fitting.rfind('-').filter(|_| self.breaks_on_hyphens);
            let is_inside =
                |hyphen: &usize| fitting.get(..*hyphen).is_some_and(|start| start.contains(|c| c != '-'));
            let (start, rest) = chunk.split_at(hyphen.filter(is_inside).map_or(end, |hyphen| hyphen + 1));
            // An empty start is kept: Python then leaves the white space before it.
            line.push(start);
            chunks.push(rest);
        } else if line.is_empty() {
            line.push(chunk);
        } else {
            chunks.push(chunk);
        }
    }
}

#[cfg(test)]
mod tests;
