//! What happens to a source before it is parsed.

use std::collections::BTreeSet;

use minijinja::machinery::{Span, Token, tokenize};
use minijinja::syntax::SyntaxConfig;

use super::super::{Error, literal};
use super::syntax_error;

/// How many operators, dots and filters one expression may have: the parser nests them without a limit of its own.
const OPERATOR_LIMIT: usize = 2_000;
/// How many prefix operators may follow each other, and how many `else` an expression may have.
const PREFIX_LIMIT: usize = 60;
/// How many `{% %}` a template may have.
const BLOCK_LIMIT: usize = 200;

/// A source that the parser can read.
pub(in super::super) struct Prepared {
    /// The text to parse; offsets are those of the source.
    pub(in super::super) text: String,
    /// Where a `-` stands for a `+` sign, which the parser does not know.
    positive: BTreeSet<usize>,
}

impl Prepared {
    /// Tells whether the sign at the start of a span is a `+` in the source.
    pub(super) fn is_positive(&self, span: Span) -> bool {
        self.positive.contains(&(span.start_offset as usize))
    }
}

/// Masks the literals of a source, rewrites `+` signs, and refuses what would exhaust the parser's stack.
pub(in super::super) fn prepare(source: &str, is_expression: bool) -> Result<Prepared, Error> {
    let mut text = literal::mask(source);
    let mut positive = BTreeSet::new();
    let mut counter = Counter::default();
    for token in tokenize(&text, is_expression, syntax()) {
        let (token, span) = token.map_err(|error| syntax_error(&error, source))?;
        let place = span.start_offset as usize;
        if counter.is_prefix && matches!(token, Token::Plus) {
            positive.insert(place);
        }
        if !counter.count(&token) {
            return Err(Error::syntax("the expression is too long").at(place..span.end_offset as usize));
        }
    }
    for place in &positive {
        text.replace_range(*place..*place + 1, "-");
    }
    Ok(Prepared { text, positive })
}

/// Jinja's syntax as Ansible configures it.
pub(in super::super) fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder().trim_blocks(true).build().unwrap_or_default()
}

struct Counter {
    operators: usize,
    prefixes: usize,
    alternatives: usize,
    blocks: usize,
    /// Whether an operator that comes next has nothing to its left.
    is_prefix: bool,
}

impl Default for Counter {
    fn default() -> Counter {
        Counter { operators: 0, prefixes: 0, alternatives: 0, blocks: 0, is_prefix: true }
    }
}

impl Counter {
    /// Counts a token; false when a limit is passed.
    fn count(&mut self, token: &Token<'_>) -> bool {
        let was_prefix = self.is_prefix;
        self.is_prefix = match token {
            Token::VariableStart | Token::BlockStart => {
                *self = Counter {
                    blocks: self.blocks + usize::from(matches!(token, Token::BlockStart)),
                    ..Counter::default()
                };
                true
            }
            Token::Ident("not") | Token::Plus | Token::Minus if was_prefix => {
                self.prefixes += 1;
                true
            }
            Token::Ident("else") => {
                self.alternatives += 1;
                true
            }
            Token::Ident("and" | "or" | "in" | "if" | "elif" | "not" | "is") => true,
            Token::Ident(_)
            | Token::Str(_)
            | Token::String(_)
            | Token::Int(_)
            | Token::Int128(_)
            | Token::Float(_)
            | Token::ParenClose
            | Token::BracketClose
            | Token::BraceClose => {
                self.prefixes = 0;
                false
            }
            _ => true,
        };
        if self.is_prefix && !matches!(token, Token::Comma | Token::Colon) {
            self.operators += 1;
        }
        self.operators <= OPERATOR_LIMIT
            && self.prefixes <= PREFIX_LIMIT
            && self.alternatives <= PREFIX_LIMIT
            && self.blocks <= BLOCK_LIMIT
    }
}
