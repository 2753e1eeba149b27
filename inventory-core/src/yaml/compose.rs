//! From text to a graph of tagged nodes, in which an alias and its anchor are one node.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

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

/// Reads the events of the only document of a file.
pub(super) fn compose(source: &Arc<Source>) -> Result<Graph, Diagnostic> {
    let mut composer = Composer::new(source);
    let mut documents = 0;
    for event in Parser::new_from_str(source.text()) {
        let (event, span) = event.map_err(|error| composer.syntax_error(&error))?;
        let range = composer.byte(span.start.index())..composer.byte(span.end.index());
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err(Diagnostic::error("the file holds more than one document")
                        .at(source, source.span(range))
                        .label("expected the end of the file")
                        .help("keep one document in a file: remove the `---` and what follows"));
                }
            }
            Event::Alias(anchor) => composer.alias(anchor, range)?,
            Event::Scalar(text, style, anchor, tag) => {
                let content = Content::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                let id = composer.add(content, anchor, tag.as_deref(), range);
                composer.attach(id);
            }
            Event::SequenceStart(anchor, tag) => composer.open(Content::Sequence(Vec::new()), anchor, tag.as_deref(), range)?,
            Event::MappingStart(anchor, tag) => composer.open(Content::Mapping(Vec::new()), anchor, tag.as_deref(), range)?,
            Event::SequenceEnd | Event::MappingEnd => composer.close(&range),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }
    Ok(composer.graph)
}

struct Composer<'a> {
    source: &'a Arc<Source>,
    graph: Graph,
    /// The collections that are open, outermost first, and the key of a mapping that waits for its value.
    open: Vec<(NodeId, Option<NodeId>)>,
    anchors: HashMap<usize, NodeId>,
    /// Byte offset of each character: the parser counts characters.
    offsets: Vec<usize>,
}

impl<'a> Composer<'a> {
    fn new(source: &'a Arc<Source>) -> Self {
        let offsets = source.text().char_indices().map(|(index, _)| index).collect();
        Self { source, graph: Graph::default(), open: Vec::new(), anchors: HashMap::new(), offsets }
    }

    fn byte(&self, character: usize) -> usize {
        self.offsets.get(character).copied().unwrap_or(self.source.text().len())
    }

    fn syntax_error(&self, error: &ScanError) -> Diagnostic {
        let start = self.byte(error.marker().index());
        // At the very end there is nothing to point at but the last character.
        let start = if start == self.source.text().len() { self.source.text().trim_end().len() } else { start };
        Diagnostic::error(format!("the file is not valid YAML: {}", error.info()))
            .at(self.source, self.source.span(start..start))
            .label("expected valid YAML here")
    }

    fn add(&mut self, content: Content, anchor: usize, tag: Option<&Tag>, range: Range<usize>) -> NodeId {
        let id = self.graph.nodes.len();
        self.graph.nodes.push(GraphNode { tag: tag.map(full_tag), content, range });
        // The parser numbers anchors from 1.
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
        id
    }

    /// Puts a finished node into the innermost open collection.
    fn attach(&mut self, id: NodeId) {
        let Some((parent, waiting_key)) = self.open.last_mut() else {
            self.graph.root = Some(id);
            return;
        };
        let Some(parent) = self.graph.nodes.get_mut(*parent) else { return };
        match &mut parent.content {
            Content::Sequence(items) => items.push(id),
            Content::Mapping(entries) => match waiting_key.take() {
                Some(key) => {
                    entries.push((key, id));
                    self.place_empty_value(key, id);
                }
                None => *waiting_key = Some(id),
            },
            Content::Scalar { .. } => {}
        }
    }

    /// A value that is not written is shown at its key.
    fn place_empty_value(&mut self, key: NodeId, value: NodeId) {
        let Some(key_range) = self.graph.nodes.get(key).map(|key| key.range.clone()) else { return };
        if let Some(GraphNode { content: Content::Scalar { text, plain: true }, range, .. }) = self.graph.nodes.get_mut(value)
            && text.is_empty()
        {
            *range = key_range;
        }
    }

    fn open(&mut self, content: Content, anchor: usize, tag: Option<&Tag>, range: Range<usize>) -> Result<(), Diagnostic> {
        if self.open.len() >= DEPTH_LIMIT {
            return Err(too_deep(self.source, range));
        }
        let id = self.add(content, anchor, tag, range);
        self.open.push((id, None));
        Ok(())
    }

    fn close(&mut self, end: &Range<usize>) {
        let Some((id, _)) = self.open.pop() else { return };
        let last_child = self.graph.nodes.get(id).and_then(|node| match &node.content {
            Content::Sequence(items) => items.last().copied(),
            Content::Mapping(entries) => entries.last().map(|&(_, value)| value),
            Content::Scalar { .. } => None,
        });
        let last_child = last_child.and_then(|child| self.graph.nodes.get(child)).map(|child| child.range.end);
        if let Some(node) = self.graph.nodes.get_mut(id) {
            // A block collection "ends" where the next token starts, which may be many lines later.
            let end = if end.is_empty() { last_child.unwrap_or(end.end) } else { end.end };
            node.range.end = end.max(node.range.start);
        }
        self.attach(id);
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Diagnostic> {
        let id = self.anchors.get(&anchor).copied();
        match id {
            Some(id) if !self.open.iter().any(|&(open, _)| open == id) => {
                self.attach(id);
                Ok(())
            }
            _ => Err(Diagnostic::error("an alias stands for a value that contains it")
                .at(self.source, self.source.span(range))
                .label("expected an alias of a finished value")),
        }
    }
}

/// Returns the error for collections nested deeper than [`DEPTH_LIMIT`].
pub(super) fn too_deep(source: &Arc<Source>, range: Range<usize>) -> Diagnostic {
    Diagnostic::error("the file is nested too deeply")
        .at(source, source.span(range))
        .label(format!("expected at most {DEPTH_LIMIT} levels"))
}

fn full_tag(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}
