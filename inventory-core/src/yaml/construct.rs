//! From the graph to values: tags, merge keys, duplicate keys, as PyYAML's safe constructor and Ansible's own tags.

use std::collections::HashMap;
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use super::compose::{Content, DEPTH_LIMIT, Graph, GraphNode, too_deep};
use super::scalar::{self, ScalarKind};
use super::{Node, NodeValue, Text, Vault};
use crate::diagnostic::{Diagnostic, Source, Span};

/// How many values aliases may unfold to. A file of a few lines can ask for billions.
const NODE_LIMIT: usize = 200_000;

/// The tags of YAML's own types start with this.
const CORE: &str = "tag:yaml.org,2002:";

/// Makes the values of a document.
pub(super) fn construct(
    source: &Arc<Source>,
    graph: &Graph,
    vault: &Vault,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Node, Diagnostic> {
    let Some(root) = graph.root.and_then(|root| graph.nodes.get(root)) else {
        return Ok(Node { value: NodeValue::Null, span: source.span(0..0) });
    };
    Constructor { source, graph, vault, warnings, made: 0, depth: 0, unsafe_depth: 0, path: Vec::new() }
        .node(root)
}

struct Constructor<'a> {
    source: &'a Arc<Source>,
    graph: &'a Graph,
    vault: &'a Vault,
    warnings: &'a mut Vec<Diagnostic>,
    /// How many values were made, for [`NODE_LIMIT`].
    made: usize,
    depth: usize,
    /// How many `!unsafe` tags are around the value.
    unsafe_depth: usize,
    /// The keys that lead to the value, for errors.
    path: Vec<String>,
}

/// What a tag makes of a node, by the explicit tag or the resolver.
enum Resolved {
    Scalar(ScalarKind),
    Sequence,
    Mapping,
    Unsafe,
    /// Encrypted text: what it says.
    Secret(String),
}

impl<'a> Constructor<'a> {
    fn node(&mut self, node: &'a GraphNode) -> Result<Node, Diagnostic> {
        self.made += 1;
        if self.made > NODE_LIMIT {
            return Err(self.too_large(node));
        }
        if self.depth >= DEPTH_LIMIT {
            return Err(too_deep(self.source, node.range.clone()));
        }
        self.depth += 1;
        let result = self.tagged(node, self.resolve(node)?);
        self.depth -= 1;
        Ok(Node { value: result?, span: self.span(node) })
    }

    fn tagged(&mut self, node: &'a GraphNode, resolved: Resolved) -> Result<NodeValue, Diagnostic> {
        match (resolved, &node.content) {
            (Resolved::Unsafe, _) => {
                self.unsafe_depth += 1;
                let result = self.tagged(node, implicit(&node.content, true));
                self.unsafe_depth -= 1;
                result
            }
            // It is a secret, not a template, whatever is in it.
            (Resolved::Secret(text), _) => Ok(NodeValue::String(Text { text, is_unsafe: true })),
            (Resolved::Scalar(kind), Content::Scalar { text, .. }) => self.scalar(node, kind, text),
            (Resolved::Sequence, Content::Sequence(items)) => {
                let items = items.iter().filter_map(|&item| self.graph.nodes.get(item));
                items.map(|item| self.node(item)).collect::<Result<_, _>>().map(NodeValue::Sequence)
            }
            (Resolved::Mapping, Content::Mapping(_)) => self.mapping(node),
            (resolved, content) => Err(self.wrong_shape(node, &resolved, content)),
        }
    }

    fn resolve(&self, node: &GraphNode) -> Result<Resolved, Diagnostic> {
        let Some(tag) = node.tag.as_deref() else { return Ok(implicit(&node.content, false)) };
        let resolved = match tag {
            // YAML means "a string, whatever it looks like"; libyaml reads even quoted text as plain.
            "!" => implicit(&node.content, true),
            "!unsafe" => Resolved::Unsafe,
            "!vault" | "!vault-encrypted" => self.decrypted(node, tag)?,
            _ => match tag.strip_prefix(CORE).unwrap_or_default() {
                "null" => Resolved::Scalar(ScalarKind::Null),
                "bool" => Resolved::Scalar(ScalarKind::Bool),
                "int" => Resolved::Scalar(ScalarKind::Int),
                "float" => Resolved::Scalar(ScalarKind::Float),
                "timestamp" => Resolved::Scalar(ScalarKind::Timestamp),
                "merge" => Resolved::Scalar(ScalarKind::Merge),
                "value" => Resolved::Scalar(ScalarKind::Value),
                "str" | "python/unicode" => Resolved::Scalar(ScalarKind::String),
                "seq" => Resolved::Sequence,
                "map" | "python/dict" => Resolved::Mapping,
                "binary" | "set" | "omap" | "pairs" => return Err(self.python_only(node, tag)),
                _ => return Err(self.unknown_tag(node, tag)),
            },
        };
        Ok(resolved)
    }

    fn scalar(&self, node: &GraphNode, kind: ScalarKind, text: &str) -> Result<NodeValue, Diagnostic> {
        let value = match kind {
            ScalarKind::Null => Some(NodeValue::Null),
            ScalarKind::Bool => scalar::construct_bool(text),
            ScalarKind::Int => scalar::construct_int(text),
            ScalarKind::Float => scalar::construct_float(text),
            ScalarKind::Timestamp => scalar::construct_timestamp(text),
            ScalarKind::String => {
                Some(NodeValue::String(Text { text: text.to_owned(), is_unsafe: self.unsafe_depth > 0 }))
            }
            ScalarKind::Merge | ScalarKind::Value => {
                return Err(self
                    .error(node, format!("`{text}` has a special meaning in YAML and is not a value"))
                    .label("expected a value")
                    .help(format!("write `\"{text}\"` for the string")));
            }
        };
        value.ok_or_else(|| {
            let expected = match kind {
                ScalarKind::Bool => "a boolean",
                ScalarKind::Int => "an integer",
                ScalarKind::Float => "a number",
                _ => "a date that exists",
            };
            self.error(node, format!("`{text}` is not {expected}"))
                .label(format!("expected {expected}"))
                .help("write it in quotes for a string")
        })
    }

    /// Makes a mapping: merged pairs first, then the mapping's own, the last value of a key in the place of the first.
    fn mapping(&mut self, node: &'a GraphNode) -> Result<NodeValue, Diagnostic> {
        let mut pairs = Vec::new();
        self.flatten(node, &mut pairs)?;
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut seen: HashMap<Key, (usize, bool)> = HashMap::new();
        for (key_node, value_node, is_own) in pairs {
            let key = self.key(key_node)?;
            self.path.push(key_node.text().unwrap_or_default().to_owned());
            let value = self.node(value_node)?;
            self.path.pop();
            let index = Key::of(&key.value).and_then(|key| match seen.get_mut(&key) {
                Some(first) => Some(std::mem::replace(first, (first.0, is_own))),
                None => {
                    seen.insert(key, (entries.len(), is_own));
                    None
                }
            });
            match index.and_then(|(index, was_own)| entries.get_mut(index).map(|entry| (entry, was_own))) {
                Some((entry, was_own)) => {
                    if was_own && is_own {
                        self.warnings.push(duplicate_key(self.source, key_node, entry.0.span, key.span));
                    }
                    entry.0.span = key.span;
                    entry.1 = value;
                }
                None => entries.push((key, value)),
            }
        }
        Ok(NodeValue::Mapping(entries))
    }

    /// Lists the pairs of a mapping with those of its `<<` keys before its own; the flag says which are its own.
    fn flatten(
        &mut self,
        node: &'a GraphNode,
        pairs: &mut Vec<(&'a GraphNode, &'a GraphNode, bool)>,
    ) -> Result<(), Diagnostic> {
        let Content::Mapping(own) = &node.content else { return Ok(()) };
        let graph = self.graph;
        let own =
            || own.iter().filter_map(|&(key, value)| Some((graph.nodes.get(key)?, graph.nodes.get(value)?)));
        for (_, value) in own().filter(|(key, _)| is_merge(key)) {
            match &value.content {
                Content::Mapping(_) => self.merge(value, pairs)?,
                // The first of the list wins, so it comes last.
                Content::Sequence(items) => {
                    for item in items.iter().rev().filter_map(|&item| graph.nodes.get(item)) {
                        self.merge(item, pairs)?;
                    }
                }
                Content::Scalar { .. } => return Err(self.not_mergeable(value)),
            }
        }
        pairs.extend(own().filter(|(key, _)| !is_merge(key)).map(|(key, value)| (key, value, true)));
        Ok(())
    }

    fn merge(
        &mut self,
        node: &'a GraphNode,
        pairs: &mut Vec<(&'a GraphNode, &'a GraphNode, bool)>,
    ) -> Result<(), Diagnostic> {
        if !matches!(node.content, Content::Mapping(_)) {
            return Err(self.not_mergeable(node));
        }
        if self.depth >= DEPTH_LIMIT {
            return Err(too_deep(self.source, node.range.clone()));
        }
        self.depth += 1;
        let before = pairs.len();
        self.flatten(node, pairs)?;
        self.depth -= 1;
        let merged = pairs.get_mut(before..).unwrap_or_default();
        self.made += merged.len();
        merged.iter_mut().for_each(|pair| pair.2 = false);
        if self.made > NODE_LIMIT { Err(self.too_large(node)) } else { Ok(()) }
    }

    fn key(&mut self, node: &'a GraphNode) -> Result<Node, Diagnostic> {
        let is_value_tag = matches!(self.resolve(node), Ok(Resolved::Scalar(ScalarKind::Value)));
        let key = match node.text() {
            // PyYAML reads `=` as a key as a string.
            Some(text) if is_value_tag => {
                let text = Text { text: text.to_owned(), is_unsafe: self.unsafe_depth > 0 };
                Node { value: NodeValue::String(text), span: self.span(node) }
            }
            _ => self.node(node)?,
        };
        match key.value {
            NodeValue::Sequence(_) | NodeValue::Mapping(_) => {
                let kind = key.value.kind();
                let diagnostic =
                    self.error(node, format!("{kind} cannot be a key")).label("expected a string as the key");
                Err(diagnostic.help("put a value that starts with `{{` or `[` in quotes"))
            }
            _ => Ok(key),
        }
    }

    fn span(&self, node: &GraphNode) -> Span {
        self.source.span(node.range.clone())
    }

    fn error(&self, node: &GraphNode, message: String) -> Diagnostic {
        Diagnostic::error(message).at(self.source, self.span(node))
    }

    fn decrypted(&self, node: &GraphNode, tag: &str) -> Result<Resolved, Diagnostic> {
        let text = match &node.content {
            Content::Scalar { text, .. } => self.vault.find(text),
            _ => None,
        };
        text.map(|text| Resolved::Secret(text.to_owned())).ok_or_else(|| self.encrypted(node, tag))
    }

    fn encrypted(&self, node: &GraphNode, tag: &str) -> Diagnostic {
        let key = self.path.last().map_or_else(|| "the document".to_owned(), |key| format!("`{key}`"));
        self.error(node, format!("{key} is encrypted with Ansible Vault (`{tag}`), which cannot be decrypted here"))
            .label("expected a value that is not encrypted")
            .help("keep the secret out of the file: give it in an environment variable, or by a profile or role of the cloud")
            .help("or let Ansible run this program through the collection `cloud_inventory.cloud_inventory`, which decrypts it")
    }

    fn python_only(&self, node: &GraphNode, tag: &str) -> Diagnostic {
        let name = tag.strip_prefix(CORE).unwrap_or(tag);
        self.error(
            node,
            format!("`!!{name}` makes a Python object that an inventory configuration cannot use"),
        )
        .label("expected a string, a list or a mapping")
        .help(format!("remove the tag `!!{name}`"))
    }

    fn unknown_tag(&self, node: &GraphNode, tag: &str) -> Diagnostic {
        let shown = tag.strip_prefix(CORE).map_or_else(|| tag.to_owned(), |name| format!("!!{name}"));
        self.error(node, format!("the tag `{shown}` is not known"))
            .label("expected a value without this tag")
            .help("remove the tag, or write the value in quotes if it only starts with `!`")
    }

    fn not_mergeable(&self, node: &GraphNode) -> Diagnostic {
        self.error(node, "`<<` merges mappings only".to_owned())
            .label("expected a mapping or a list of mappings")
    }

    fn wrong_shape(&self, node: &GraphNode, resolved: &Resolved, content: &Content) -> Diagnostic {
        let expected = match resolved {
            Resolved::Sequence => "a list",
            Resolved::Mapping => "a mapping",
            Resolved::Scalar(_) | Resolved::Secret(_) | Resolved::Unsafe => "a single value",
        };
        let found = match content {
            Content::Scalar { .. } => "a single value",
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "a mapping",
        };
        self.error(node, format!("the tag asks for {expected}, but this is {found}"))
            .label(format!("expected {expected}"))
    }

    fn too_large(&self, node: &GraphNode) -> Diagnostic {
        self.error(node, format!("the aliases of the file unfold to more than {NODE_LIMIT} values"))
            .label("expected fewer aliases of aliases")
    }
}

impl GraphNode {
    fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// Resolves a node without a tag; `as_plain` reads quoted text like plain text.
fn implicit(content: &Content, as_plain: bool) -> Resolved {
    match content {
        Content::Scalar { text, plain } if *plain || as_plain => Resolved::Scalar(ScalarKind::resolve(text)),
        Content::Scalar { .. } => Resolved::Scalar(ScalarKind::String),
        Content::Sequence(_) => Resolved::Sequence,
        Content::Mapping(_) => Resolved::Mapping,
    }
}

fn is_merge(key: &GraphNode) -> bool {
    match (&key.tag, &key.content) {
        (None, Content::Scalar { text, plain }) => *plain && text == "<<",
        (Some(tag), _) => tag.strip_prefix(CORE) == Some("merge"),
        _ => false,
    }
}

fn duplicate_key(source: &Arc<Source>, key: &GraphNode, first: Span, last: Span) -> Diagnostic {
    let name = key.text().unwrap_or_default();
    Diagnostic::warning(format!("the key `{name}` is given twice, on lines {} and {}", first.line, last.line))
        .at(source, last)
        .label("this one counts")
        .related(first, "this one is ignored")
        .help("remove one of them")
}

/// A key as Python compares keys: `1`, `1.0` and `true` are one key.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Null,
    Number(BigInt),
    Float(u64),
    String(String),
    Timestamp(String),
}

impl Key {
    /// None for what is never equal to another key (not-a-number).
    fn of(value: &NodeValue) -> Option<Self> {
        match value {
            NodeValue::Null => Some(Self::Null),
            NodeValue::Bool(value) => Some(Self::Number(BigInt::from(i64::from(*value)))),
            NodeValue::Int(value) => Some(Self::Number(BigInt::from(*value))),
            NodeValue::BigInt(value) => Some(Self::Number(value.clone())),
            NodeValue::Float(value) if value.is_nan() => None,
            NodeValue::Float(value) if value.fract() == 0.0 => BigInt::from_f64(*value).map(Self::Number),
            NodeValue::Float(value) => Some(Self::Float(value.to_bits())),
            NodeValue::String(text) => Some(Self::String(text.text.clone())),
            // Two spellings of one moment are one key in Python too; its text differs only by the zone then.
            NodeValue::Timestamp(timestamp) => Some(Self::Timestamp(timestamp.python_text.clone())),
            NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
        }
    }
}
