//! Lists and mappings in brackets.

use std::ops::Range;

use super::super::scanner::TokenKind;
use super::{Composer, Content, NodeId};
use crate::diagnostic::Diagnostic;

impl Composer<'_> {
    pub(super) fn flow_sequence(&mut self) -> Result<Content, Diagnostic> {
        let open = self.next()?.range;
        let mut items = Vec::new();
        loop {
            if self.take(&TokenKind::FlowSequenceEnd)?.is_some() {
                return Ok(Content::Sequence(items));
            }
            if !items.is_empty() {
                self.flow_entry(&open, "]")?;
                if self.take(&TokenKind::FlowSequenceEnd)?.is_some() {
                    return Ok(Content::Sequence(items));
                }
            }
            items.push(match self.take(&TokenKind::Key)? {
                Some(range) => self.single_pair(range)?,
                None => self.node(false, false)?,
            });
        }
    }

    /// Reads the comma between the items of a list or mapping in brackets.
    fn flow_entry(&mut self, open: &Range<usize>, close: &str) -> Result<(), Diagnostic> {
        match self.take(&TokenKind::FlowEntry)? {
            Some(_) => Ok(()),
            None => {
                let related = self.source.span(open.clone());
                let error = self.unexpected(
                    "this does not continue what the bracket started",
                    &format!("`,` or `{close}`"),
                );
                Err(error
                    .related(related, "started here")
                    .help("put a value that starts with `{{` or `[` in quotes"))
            }
        }
    }

    /// Reads `key: value` in a list in brackets: a mapping of one pair.
    fn single_pair(&mut self, range: Range<usize>) -> Result<NodeId, Diagnostic> {
        if matches!(self.peek()?, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
            return Err(self
                .unexpected("a `?` without a key cannot stand in a list", "a key")
                .help("put `?` in quotes"));
        }
        let start = range.start;
        let entry = self.flow_pair(range, &TokenKind::FlowSequenceEnd)?;
        Ok(self.add(None, Content::Mapping(vec![entry]), start..self.end.max(start)))
    }

    /// Reads a pair after the token for its key.
    fn flow_pair(&mut self, range: Range<usize>, close: &TokenKind) -> Result<(NodeId, NodeId), Diagnostic> {
        let kind = self.peek()?;
        let is_empty = matches!(kind, TokenKind::Value | TokenKind::FlowEntry) || kind == close;
        let key = if is_empty { self.empty(range.clone()) } else { self.node(false, false)? };
        let key_range = self.graph.nodes.get(key).map_or(range, |key| key.range.clone());
        if self.take(&TokenKind::Value)?.is_some() {
            let kind = self.peek()?;
            if !matches!(kind, TokenKind::FlowEntry) && kind != close {
                return Ok((key, self.node(false, false)?));
            }
        }
        Ok((key, self.empty(key_range)))
    }

    pub(super) fn flow_mapping(&mut self) -> Result<Content, Diagnostic> {
        let open = self.next()?.range;
        let mut entries = Vec::new();
        loop {
            if self.take(&TokenKind::FlowMappingEnd)?.is_some() {
                return Ok(Content::Mapping(entries));
            }
            if !entries.is_empty() {
                self.flow_entry(&open, "}")?;
                if self.take(&TokenKind::FlowMappingEnd)?.is_some() {
                    return Ok(Content::Mapping(entries));
                }
            }
            entries.push(match self.take(&TokenKind::Key)? {
                Some(range) => self.flow_pair(range, &TokenKind::FlowMappingEnd)?,
                None => {
                    let key = self.node(false, false)?;
                    let range = self.graph.nodes.get(key).map_or(0..0, |key| key.range.clone());
                    (key, self.empty(range))
                }
            });
        }
    }
}
