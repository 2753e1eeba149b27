//! From tokens to a graph of tagged nodes, in which an alias and its anchor are one node.

mod brackets;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::scanner::{Scanner, Token, TokenKind};
use crate::diagnostic::{Diagnostic, Source};

/// Index of a node in a [`Graph`].
pub(super) type NodeId = usize;

/// How deep collections may be nested. No configuration comes near; the limit keeps recursion off the end of the stack.
pub(super) const DEPTH_LIMIT: usize = 128;

/// The nodes of one document.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<GraphNode>,
    /// None for an empty document.
    pub(super) root: Option<NodeId>,
}

#[derive(Debug)]
pub(super) struct GraphNode {
    /// The explicit tag, in full (`tag:yaml.org,2002:str`, `!vault`).
    pub(super) tag: Option<String>,
    pub(super) content: Content,
    pub(super) range: Range<usize>,
}

#[derive(Debug)]
pub(super) enum Content {
    Scalar { text: String, plain: bool },
    Sequence(Vec<NodeId>),
    Mapping(Vec<(NodeId, NodeId)>),
}

/// Reads the only document of a file.
pub(super) fn compose(source: &Arc<Source>) -> Result<Graph, Diagnostic> {
    let mut composer = Composer {
        source,
        scanner: Scanner::new(source),
        graph: Graph::default(),
        anchors: HashMap::new(),
        prefixes: HashMap::new(),
        depth: 0,
        end: 0,
    };
    composer.graph.root = composer.document()?;
    Ok(composer.graph)
}

struct Composer<'a> {
    source: &'a Arc<Source>,
    scanner: Scanner<'a>,
    graph: Graph,
    /// Nodes by anchor; none while the node is not finished.
    anchors: HashMap<String, Option<NodeId>>,
    /// What the handles of tags stand for.
    prefixes: HashMap<String, String>,
    depth: usize,
    /// Where the last written token ended.
    end: usize,
}

/// What may stand before a node.
#[derive(Default)]
struct Properties {
    anchor: Option<String>,
    tag: Option<String>,
    start: Option<usize>,
}

impl Composer<'_> {
    fn peek(&mut self) -> Result<&TokenKind, Diagnostic> {
        self.scanner.peek().map(|token| &token.kind)
    }

    fn next(&mut self) -> Result<Token, Diagnostic> {
        let token = self.scanner.next()?;
        if !token.range.is_empty() {
            self.end = token.range.end;
        }
        Ok(token)
    }

    /// Takes the next token if it is of this kind.
    fn take(&mut self, kind: &TokenKind) -> Result<Option<Range<usize>>, Diagnostic> {
        if self.peek()? == kind { self.next().map(|token| Some(token.range)) } else { Ok(None) }
    }

    /// Makes the error for the next token.
    fn unexpected(&mut self, message: &str, expected: &str) -> Diagnostic {
        match self.scanner.peek() {
            Ok(token) => {
                let range = token.range.clone();
                self.scanner.cursor.error(range, message, expected)
            }
            Err(error) => error,
        }
    }

    fn document(&mut self) -> Result<Option<NodeId>, Diagnostic> {
        let root = match self.peek()? {
            TokenKind::StreamEnd => return Ok(None),
            TokenKind::Version { .. } | TokenKind::TagPrefix { .. } | TokenKind::DocumentStart => {
                self.explicit_document()?
            }
            _ => {
                self.directives()?;
                self.node(true, false)?
            }
        };
        while self.take(&TokenKind::DocumentEnd)?.is_some() {}
        match self.peek()? {
            TokenKind::StreamEnd => Ok(Some(root)),
            TokenKind::Version { .. } | TokenKind::TagPrefix { .. } | TokenKind::DocumentStart => {
                let error = self.unexpected("the file holds more than one document", "the end of the file");
                Err(error.help("keep one document in a file: remove the `---` and what follows"))
            }
            _ => Err(self
                .unexpected("there is text after the end of the value", "the end of the file")
                .help("check the indentation of this line")),
        }
    }

    fn explicit_document(&mut self) -> Result<NodeId, Diagnostic> {
        self.directives()?;
        let Some(range) = self.take(&TokenKind::DocumentStart)? else {
            return Err(self.unexpected("a document with directives starts with `---`", "`---`"));
        };
        match self.peek()? {
            TokenKind::Version { .. }
            | TokenKind::TagPrefix { .. }
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => Ok(self.empty(range)),
            _ => self.node(true, false),
        }
    }

    fn directives(&mut self) -> Result<(), Diagnostic> {
        let mut has_version = false;
        loop {
            match self.peek()? {
                TokenKind::Version { major, minor } => {
                    let is_known = *major == 1 && matches!(minor, 1 | 2);
                    if has_version || !is_known {
                        return Err(self.unexpected("this version of YAML is not known", "one `%YAML 1.1`"));
                    }
                    has_version = true;
                    self.next()?;
                }
                TokenKind::TagPrefix { handle, prefix } => {
                    let (handle, prefix) = (handle.clone(), prefix.clone());
                    if self.prefixes.insert(handle, prefix).is_some() {
                        return Err(
                            self.unexpected("a tag handle is defined twice", "one `%TAG` for each handle")
                        );
                    }
                    self.next()?;
                }
                _ => break,
            }
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            self.prefixes.entry(handle.to_owned()).or_insert_with(|| prefix.to_owned());
        }
        Ok(())
    }

    fn add(&mut self, tag: Option<String>, content: Content, range: Range<usize>) -> NodeId {
        self.graph.nodes.push(GraphNode { tag, content, range });
        self.graph.nodes.len() - 1
    }

    /// Adds the node of a value that is not written; the range is that of what asks for it.
    fn empty(&mut self, range: Range<usize>) -> NodeId {
        self.add(None, Content::Scalar { text: String::new(), plain: true }, range)
    }

    /// Reads a node; `block` allows block collections, `indentless` a list that is not indented more than its key.
    fn node(&mut self, block: bool, indentless: bool) -> Result<NodeId, Diagnostic> {
        if matches!(self.peek()?, TokenKind::Alias(_)) {
            return self.alias();
        }
        if self.depth >= DEPTH_LIMIT {
            let range = self.scanner.peek()?.range.clone();
            return Err(too_deep(self.source, range));
        }
        let mut properties = self.properties()?;
        let token = self.scanner.peek()?;
        let start = properties.start.unwrap_or(token.range.start);
        self.depth += 1;
        let content = match &token.kind {
            TokenKind::BlockEntry if indentless => self.indentless_sequence(),
            TokenKind::Scalar { .. } => self.scalar(),
            TokenKind::FlowSequenceStart => self.flow_sequence(),
            TokenKind::FlowMappingStart => self.flow_mapping(),
            TokenKind::BlockSequenceStart if block => self.block_sequence(),
            TokenKind::BlockMappingStart if block => self.block_mapping(),
            // A lone `!` is read as a string here, and nowhere else.
            _ if properties.start.is_some() => {
                if properties.tag.as_deref() == Some("!") {
                    properties.tag = Some("tag:yaml.org,2002:str".to_owned());
                }
                Ok(Content::Scalar { text: String::new(), plain: true })
            }
            TokenKind::StreamEnd => Err(self.unexpected("the text ends too early", "a value")),
            _ => Err(self.unexpected("this cannot start a value", "a value").help("put the value in quotes")),
        }?;
        self.depth -= 1;
        let id = self.add(properties.tag, content, start..self.end.max(start));
        if let Some(anchor) = properties.anchor {
            self.anchors.insert(anchor, Some(id));
        }
        Ok(id)
    }

    fn alias(&mut self) -> Result<NodeId, Diagnostic> {
        let token = self.next()?;
        let TokenKind::Alias(name) = token.kind else {
            return Err(self.unexpected("this is not an alias", "an alias"));
        };
        match self.anchors.get(&name) {
            Some(Some(id)) => Ok(*id),
            Some(None) => {
                Err(Diagnostic::error(format!("the alias `*{name}` stands for a value that contains it"))
                    .at(self.source, self.source.span(token.range))
                    .label("expected the alias of a finished value"))
            }
            None => Err(Diagnostic::error(format!("there is no anchor `&{name}` before this alias"))
                .at(self.source, self.source.span(token.range))
                .label("expected the name of an anchor")
                .help(format!("put a value that starts with `*` in quotes: `\"*{name}\"`"))),
        }
    }

    /// Reads an anchor and a tag, in any order.
    fn properties(&mut self) -> Result<Properties, Diagnostic> {
        let mut properties = Properties::default();
        loop {
            match self.peek()? {
                TokenKind::Anchor(_) if properties.anchor.is_none() => {}
                TokenKind::Tag { .. } if properties.tag.is_none() => {}
                _ => return Ok(properties),
            }
            let token = self.next()?;
            properties.start.get_or_insert(token.range.start);
            match token.kind {
                TokenKind::Anchor(name) => {
                    if self.anchors.insert(name.clone(), None).is_some() {
                        return Err(Diagnostic::error(format!("the anchor `&{name}` is given twice"))
                            .at(self.source, self.source.span(token.range))
                            .label("expected another name"));
                    }
                    properties.anchor = Some(name);
                }
                TokenKind::Tag { handle, suffix } => {
                    properties.tag = Some(self.full_tag(&handle, &suffix, token.range)?);
                }
                _ => {}
            }
        }
    }

    fn full_tag(&self, handle: &str, suffix: &str, range: Range<usize>) -> Result<String, Diagnostic> {
        if handle.is_empty() {
            return Ok(suffix.to_owned());
        }
        match self.prefixes.get(handle) {
            Some(prefix) => Ok(format!("{prefix}{suffix}")),
            None => {
                let error = self.scanner.cursor.error(
                    range,
                    &format!("the tag handle `{handle}` is not defined"),
                    "a known tag",
                );
                Err(error.help("put a value that starts with `!` in quotes"))
            }
        }
    }

    fn scalar(&mut self) -> Result<Content, Diagnostic> {
        match self.next()?.kind {
            TokenKind::Scalar { text, plain } => Ok(Content::Scalar { text, plain }),
            _ => Err(self.unexpected("this is not a text", "a text")),
        }
    }

    fn block_sequence(&mut self) -> Result<Content, Diagnostic> {
        self.next()?;
        let mut items = Vec::new();
        loop {
            if let Some(range) = self.take(&TokenKind::BlockEntry)? {
                let is_empty = matches!(self.peek()?, TokenKind::BlockEntry | TokenKind::BlockEnd);
                items.push(if is_empty { self.empty(range) } else { self.node(true, false)? });
            } else if self.take(&TokenKind::BlockEnd)?.is_some() {
                return Ok(Content::Sequence(items));
            } else {
                return Err(self
                    .unexpected("this does not continue the list", "`- ` and an item")
                    .help("check the indentation"));
            }
        }
    }

    fn indentless_sequence(&mut self) -> Result<Content, Diagnostic> {
        let mut items = Vec::new();
        while let Some(range) = self.take(&TokenKind::BlockEntry)? {
            let is_empty = matches!(
                self.peek()?,
                TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd
            );
            items.push(if is_empty { self.empty(range) } else { self.node(true, false)? });
        }
        Ok(Content::Sequence(items))
    }

    fn block_mapping(&mut self) -> Result<Content, Diagnostic> {
        self.next()?;
        let mut entries = Vec::new();
        loop {
            if let Some(range) = self.take(&TokenKind::Key)? {
                let key = self.block_mapping_part(range.clone())?;
                let key_range = self.graph.nodes.get(key).map_or(range, |key| key.range.clone());
                let value = match self.take(&TokenKind::Value)? {
                    Some(_) => self.block_mapping_part(key_range)?,
                    None => self.empty(key_range),
                };
                entries.push((key, value));
            } else if self.take(&TokenKind::BlockEnd)?.is_some() {
                return Ok(Content::Mapping(entries));
            } else {
                return Err(self
                    .unexpected("this does not continue the mapping", "`key: value`")
                    .help("check the indentation and the quotes"));
            }
        }
    }

    fn block_mapping_part(&mut self, range: Range<usize>) -> Result<NodeId, Diagnostic> {
        match self.peek()? {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => Ok(self.empty(range)),
            _ => self.node(true, true),
        }
    }
}

/// Returns the error for collections nested deeper than [`DEPTH_LIMIT`].
pub(super) fn too_deep(source: &Arc<Source>, range: Range<usize>) -> Diagnostic {
    Diagnostic::error("the file is nested too deeply")
        .at(source, source.span(range))
        .label(format!("expected at most {DEPTH_LIMIT} levels"))
}
