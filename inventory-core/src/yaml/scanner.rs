//! From text to tokens, by the rules of YAML 1.1 as libyaml (and so PyYAML and Ansible) has them.
//!
//! YAML shows that a node is a key only by the `:` after it. So wherever a key may begin the scanner notes the place,
//! and puts the token for it in front of the node when the `:` comes. Indentation becomes tokens for the start and end
//! of blocks.

mod keys;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use self::keys::PossibleKey;
use super::cursor::{Cursor, END, is_blank_or_end, is_break_or_end};
use crate::diagnostic::{Diagnostic, Source};

#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Byte range; empty for what only indentation says.
    pub(super) range: Range<usize>,
}

#[derive(Debug, PartialEq)]
pub(super) enum TokenKind {
    StreamEnd,
    Version { major: u32, minor: u32 },
    TagPrefix { handle: String, prefix: String },
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    Tag { handle: String, suffix: String },
    Scalar { text: String, plain: bool },
}

#[derive(Debug)]
pub(super) struct Scanner<'a> {
    pub(super) cursor: Cursor<'a>,
    tokens: VecDeque<Token>,
    tokens_taken: usize,
    /// Column of the innermost block; -1 outside of all.
    pub(super) indent: isize,
    indents: Vec<isize>,
    pub(super) is_key_allowed: bool,
    /// One for the block context and each open `[` or `{`.
    possible_keys: Vec<Option<PossibleKey>>,
    is_done: bool,
}

type Scanned = Result<(), Diagnostic>;

impl<'a> Scanner<'a> {
    pub(super) fn new(source: &'a Arc<Source>) -> Self {
        Self {
            cursor: Cursor::new(source),
            tokens: VecDeque::new(),
            tokens_taken: 0,
            indent: -1,
            indents: Vec::new(),
            is_key_allowed: true,
            possible_keys: vec![None],
            is_done: false,
        }
    }

    /// Says whether a `[` or `{` is open.
    pub(super) fn is_in_flow(&self) -> bool {
        self.possible_keys.len() > 1
    }

    /// Returns the next token and leaves it there.
    pub(super) fn peek(&mut self) -> Result<&Token, Diagnostic> {
        while self.needs_more()? {
            self.fetch()?;
        }
        // The stream's end stays the last token for ever.
        if self.tokens.is_empty() {
            self.push(TokenKind::StreamEnd, self.cursor.offset);
        }
        self.tokens.front().ok_or_else(|| self.cursor.error_here("the text ends too early", "more text"))
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Result<Token, Diagnostic> {
        self.peek()?;
        self.tokens_taken += 1;
        self.tokens.pop_front().ok_or_else(|| self.cursor.error_here("the text ends too early", "more text"))
    }

    /// The first token is known only when it can no longer turn out to be a key.
    fn needs_more(&mut self) -> Result<bool, Diagnostic> {
        if self.is_done {
            return Ok(false);
        }
        if self.tokens.is_empty() {
            return Ok(true);
        }
        self.drop_stale_keys()?;
        Ok(self.possible_keys.iter().flatten().any(|key| key.token_number == self.tokens_taken))
    }

    pub(super) fn push(&mut self, kind: TokenKind, start: usize) {
        self.push_range(kind, start..self.cursor.offset);
    }

    pub(super) fn push_range(&mut self, kind: TokenKind, range: Range<usize>) {
        self.tokens.push_back(Token { kind, range });
    }

    /// Takes one character and makes a token of it.
    fn push_indicator(&mut self, kind: TokenKind) {
        let start = self.cursor.offset;
        self.cursor.advance();
        self.push(kind, start);
    }

    fn fetch(&mut self) -> Scanned {
        self.skip_to_token();
        self.drop_stale_keys()?;
        self.close_blocks(isize::try_from(self.cursor.column).unwrap_or(isize::MAX));
        let (next, after) = (self.cursor.peek(), self.cursor.peek_at(1));
        let in_flow = self.is_in_flow();
        match next {
            END => self.fetch_end(),
            '%' if self.cursor.column == 0 => self.fetch_directive(),
            '-' if self.cursor.is_at_document_mark("---") => {
                self.fetch_document_mark(TokenKind::DocumentStart)
            }
            '.' if self.cursor.is_at_document_mark("...") => self.fetch_document_mark(TokenKind::DocumentEnd),
            '[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            '{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            ']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            '}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            ',' => {
                self.drop_key()?;
                self.is_key_allowed = true;
                self.push_indicator(TokenKind::FlowEntry);
                Ok(())
            }
            '-' if is_blank_or_end(after) => self.fetch_block_entry(),
            '?' if in_flow || is_blank_or_end(after) => self.fetch_key(),
            ':' if in_flow || is_blank_or_end(after) => self.fetch_value(),
            '*' | '&' | '!' => self.fetch_property(next),
            '|' | '>' if !in_flow => {
                self.drop_key()?;
                self.is_key_allowed = true;
                self.scan_block_scalar()
            }
            '\'' | '"' => {
                self.save_key()?;
                self.is_key_allowed = false;
                self.scan_quoted_scalar()
            }
            _ if self.starts_plain(next, after) => {
                self.save_key()?;
                self.is_key_allowed = false;
                self.scan_plain_scalar()
            }
            '\t' => Err(self
                .cursor
                .error_here("a tab cannot indent", "spaces")
                .help("replace the tab with spaces")),
            _ => Err(self
                .cursor
                .error_here(&format!("`{next}` cannot start a value"), "a value")
                .help("put the value in quotes")),
        }
    }

    fn starts_plain(&self, next: char, after: char) -> bool {
        match next {
            '-' => !matches!(after, ' ' | '\t'),
            '?' | ':' => !self.is_in_flow() && !is_blank_or_end(after),
            '\t' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`' => false,
            _ => true,
        }
    }

    fn skip_to_token(&mut self) {
        loop {
            // A tab is white space only where it cannot be taken for indentation.
            while self.cursor.peek() == ' '
                || (self.cursor.peek() == '\t' && (self.is_in_flow() || !self.is_key_allowed))
                || (self.cursor.peek() == '\u{FEFF}' && self.cursor.column == 0)
            {
                self.cursor.advance();
            }
            if self.cursor.peek() == '#' {
                self.cursor.take_while(|character| !is_break_or_end(character));
            }
            if !self.cursor.take_break() {
                return;
            }
            if !self.is_in_flow() {
                self.is_key_allowed = true;
            }
        }
    }

    /// Opens a block at a deeper column; the token goes before the one with the given number.
    fn open_block(&mut self, column: usize, token_number: Option<usize>, kind: TokenKind, offset: usize) {
        let column = isize::try_from(column).unwrap_or(isize::MAX);
        if self.is_in_flow() || self.indent >= column {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column;
        let position =
            token_number.map_or(self.tokens.len(), |number| number.saturating_sub(self.tokens_taken));
        self.insert(position, kind, offset);
    }

    fn insert(&mut self, position: usize, kind: TokenKind, offset: usize) {
        self.tokens.insert(position.min(self.tokens.len()), Token { kind, range: offset..offset });
    }

    fn close_blocks(&mut self, column: isize) {
        while !self.is_in_flow() && self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.offset);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn fetch_end(&mut self) -> Scanned {
        self.reset()?;
        self.push(TokenKind::StreamEnd, self.cursor.offset);
        self.is_done = true;
        Ok(())
    }

    /// Leaves all blocks, as the end of a document does.
    fn reset(&mut self) -> Scanned {
        self.close_blocks(-1);
        self.drop_key()?;
        self.is_key_allowed = false;
        Ok(())
    }

    fn fetch_directive(&mut self) -> Scanned {
        self.reset()?;
        self.scan_directive()
    }

    fn fetch_document_mark(&mut self, kind: TokenKind) -> Scanned {
        self.reset()?;
        let start = self.cursor.offset;
        for _ in 0..3 {
            self.cursor.advance();
        }
        self.push(kind, start);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Scanned {
        self.save_key()?;
        self.possible_keys.push(None);
        self.is_key_allowed = true;
        self.push_indicator(kind);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Scanned {
        self.drop_key()?;
        if self.is_in_flow() {
            self.possible_keys.pop();
        }
        self.is_key_allowed = false;
        self.push_indicator(kind);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Scanned {
        if !self.is_in_flow() {
            if !self.is_key_allowed {
                return Err(self
                    .cursor
                    .error_here("a list item cannot start here", "a value")
                    .help("start the list on a new line"));
            }
            self.open_block(self.cursor.column, None, TokenKind::BlockSequenceStart, self.cursor.offset);
        }
        self.drop_key()?;
        self.is_key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Scanned {
        if !self.is_in_flow() {
            if !self.is_key_allowed {
                return Err(self
                    .cursor
                    .error_here("a key cannot start here", "a value")
                    .help("put the value in quotes"));
            }
            self.open_block(self.cursor.column, None, TokenKind::BlockMappingStart, self.cursor.offset);
        }
        self.drop_key()?;
        self.is_key_allowed = !self.is_in_flow();
        self.push_indicator(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Scanned {
        if let Some(key) = self.possible_keys.last_mut().and_then(Option::take) {
            let position = key.token_number.saturating_sub(self.tokens_taken);
            self.insert(position, TokenKind::Key, key.offset);
            self.open_block(key.column, Some(key.token_number), TokenKind::BlockMappingStart, key.offset);
            self.is_key_allowed = false;
        } else {
            if !self.is_in_flow() {
                if !self.is_key_allowed {
                    let error = self
                        .cursor
                        .error_here("`:` cannot stand here", "a value without `: `, or a new line for a key");
                    return Err(error.help("put a value that contains `: ` in quotes"));
                }
                self.open_block(self.cursor.column, None, TokenKind::BlockMappingStart, self.cursor.offset);
            }
            self.is_key_allowed = !self.is_in_flow();
        }
        self.push_indicator(TokenKind::Value);
        Ok(())
    }

    fn fetch_property(&mut self, indicator: char) -> Scanned {
        self.save_key()?;
        self.is_key_allowed = false;
        if indicator == '!' { self.scan_tag() } else { self.scan_anchor(indicator) }
    }
}
