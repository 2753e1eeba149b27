//! YAML text as PyYAML's `CSafeDumper` (libyaml 0.2.5) writes it, character by character.
//!
//! Ansible writes its YAML with that dumper: the `to_yaml` filters and `ansible-inventory --list --yaml`.

mod emitter;
mod scalar;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use self::emitter::Emitter;
use self::scalar::Scalar;
use super::{Map, Ordered, Value, float_repr};

/// How [`dump`] writes: the keyword arguments of `yaml.dump`, with its defaults and `allow_unicode=True`.
#[derive(Clone, Debug)]
pub struct DumpOptions {
    /// Spaces per level; libyaml takes 2 instead of anything outside of 2 to 9.
    pub indent: i64,
    /// The column after which lines are folded at a space; 80 when too narrow for the indent, negative for never.
    pub width: i64,
    /// Whether the entries of a dict are sorted by their keys (those whose keys have no order stay as they are).
    pub sort_keys: bool,
    /// True for `{a: [1]}`, false for blocks, none for brackets only around collections that hold no other.
    pub default_flow_style: Option<bool>,
    /// The quotes around every scalar; none for plain text where possible.
    pub quotes: Option<Quotes>,
    /// Whether a collection that occurs again is written as an alias (`*id001`) of the first one.
    pub aliases: bool,
    /// Whether text that looks like a template is tagged `!unsafe`, so that Ansible reads it as text.
    pub marks_unsafe: bool,
    /// Whether the document starts with `---`.
    pub explicit_start: bool,
    /// Whether the document ends with `...`.
    pub explicit_end: bool,
}

impl Default for DumpOptions {
    fn default() -> Self {
        DumpOptions {
            indent: 2,
            width: 80,
            sort_keys: true,
            default_flow_style: Some(false),
            quotes: None,
            aliases: true,
            marks_unsafe: false,
            explicit_start: false,
            explicit_end: false,
        }
    }
}

/// The styles of quoted scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// `'it''s'`.
    Single,
    /// `"tab:\t"`.
    Double,
}

/// A value that PyYAML refuses to write, as a `timedelta`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpError {
    type_name: &'static str,
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value of type `{}` cannot be written as YAML", self.type_name)
    }
}

impl std::error::Error for DumpError {}

/// Writes a value as a YAML document, with a line break at its end.
///
/// Fails for types that have no YAML form: durations, ranges, functions, `omit` and undefined.
pub fn dump(value: &Value, options: &DumpOptions) -> Result<String, DumpError> {
    let mut graph = Graph { nodes: Vec::new(), places: HashMap::new(), options };
    let root = graph.add(value)?;
    let anchors = graph.anchors(root);
    let mut emitter = Emitter::new(&graph.nodes, &anchors, options);
    emitter.document(root);
    Ok(emitter.finish())
}

/// The place of a node in a graph.
type NodeId = usize;

enum Node<'a> {
    Scalar(Scalar<'a>),
    Sequence { items: Vec<NodeId>, flow: bool },
    Mapping { entries: Vec<(NodeId, NodeId)>, flow: bool },
}

/// The nodes of a document; a value that occurs twice is one node.
struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    places: HashMap<usize, NodeId>,
    options: &'a DumpOptions,
}

impl<'a> Graph<'a> {
    fn add(&mut self, value: &'a Value) -> Result<NodeId, DumpError> {
        let address = if self.options.aliases { address(value) } else { None };
        if let Some(&known) = address.as_ref().and_then(|address| self.places.get(address)) {
            return Ok(known);
        }
        let node = self.represent(value)?;
        let id = self.nodes.len();
        self.nodes.push(node);
        if let Some(address) = address {
            self.places.insert(address, id);
        }
        Ok(id)
    }

    fn represent(&mut self, value: &'a Value) -> Result<Node<'a>, DumpError> {
        let scalar = match value {
            Value::Null => Scalar::of_other("null"),
            Value::Bool(true) => Scalar::of_other("true"),
            Value::Bool(false) => Scalar::of_other("false"),
            Value::Int(number) => Scalar::of_other(number.to_string()),
            Value::BigInt(number) => Scalar::of_other(number.to_string()),
            Value::Float(number) => Scalar::of_other(float_text(*number)),
            Value::Text(text) => Scalar::of_text(text),
            Value::Time(time) => Scalar::of_other(time.format(' ').to_string()),
            Value::List(items) | Value::Tuple(items) => return self.represent_items(items),
            Value::Map(map) => return self.represent_map(map),
            Value::Duration(_) | Value::Range(_) | Value::Callable(_) | Value::Undefined(_) | Value::Omit => {
                return Err(DumpError { type_name: value.type_name() });
            }
        };
        Ok(Node::Scalar(scalar))
    }

    fn represent_items(&mut self, items: &'a [Value]) -> Result<Node<'a>, DumpError> {
        let items = items.iter().map(|item| self.add(item)).collect::<Result<Vec<_>, _>>()?;
        let flow = self.flow(items.iter());
        Ok(Node::Sequence { items, flow })
    }

    fn represent_map(&mut self, map: &'a Map) -> Result<Node<'a>, DumpError> {
        let mut entries: Vec<_> = map.iter().collect();
        if self.options.sort_keys {
            sort_entries(&mut entries);
        }
        let entries = entries
            .into_iter()
            .map(|(key, value)| Ok((self.add(key)?, self.add(value)?)))
            .collect::<Result<Vec<_>, DumpError>>()?;
        let flow = self.flow(entries.iter().flat_map(|(key, value)| [key, value]));
        Ok(Node::Mapping { entries, flow })
    }

    /// Decides between brackets and a block for a collection of these nodes.
    fn flow<'n>(&self, mut children: impl Iterator<Item = &'n NodeId>) -> bool {
        self.options.default_flow_style.unwrap_or_else(|| {
            let plain = |child: &NodeId| matches!(self.nodes.get(*child), Some(Node::Scalar(_)));
            self.options.quotes.is_none() && children.all(plain)
        })
    }

    /// Numbers the nodes that occur more than once, in the order in which that shows.
    fn anchors(&self, root: NodeId) -> HashMap<NodeId, usize> {
        let mut seen = vec![false; self.nodes.len()];
        let mut anchors = HashMap::new();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            let Some(seen) = seen.get_mut(id) else { continue };
            if std::mem::replace(seen, true) {
                let next = anchors.len() + 1;
                anchors.entry(id).or_insert(next);
                continue;
            }
            match self.nodes.get(id) {
                Some(Node::Sequence { items, .. }) => open.extend(items.iter().rev()),
                Some(Node::Mapping { entries, .. }) => {
                    open.extend(entries.iter().rev().flat_map(|(key, value)| [*value, *key]));
                }
                Some(Node::Scalar(_)) | None => {}
            }
        }
        anchors
    }
}

/// Returns what tells a value from an equal one; none for those that PyYAML never makes an alias of.
fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Tuple(items) if items.is_empty() => None,
        Value::List(items) | Value::Tuple(items) => Some(Arc::as_ptr(items).addr()),
        Value::Map(map) => Some(Arc::as_ptr(map).addr()),
        Value::Time(time) => Some(Arc::as_ptr(time).addr()),
        _ => None,
    }
}

/// Returns a float as YAML 1.1 reads it: a dot is needed before an exponent.
fn float_text(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() };
    }
    let text = float_repr(number);
    if text.contains('.') { text } else { text.replacen('e', ".0e", 1) }
}

/// Sorts entries by their keys, or leaves them when two keys have no order.
fn sort_entries(entries: &mut Vec<(&Value, &Value)>) {
    if entries.iter().all(|(key, _)| key.as_str().is_some()) {
        entries.sort_by_key(|(key, _)| key.as_str());
        return;
    }
    // A binary insertion: keys with NaN have no total order, which the library's sort does not forgive.
    let mut sorted: Vec<(&Value, &Value)> = Vec::with_capacity(entries.len());
    for entry in entries.iter() {
        let mut comparable = true;
        let place = sorted.partition_point(|(key, _)| match entry.0.compare(key) {
            Ordered::As(order) => order.is_ge(),
            Ordered::Not => true,
            Ordered::TypeError => {
                comparable = false;
                true
            }
        });
        if !comparable {
            return;
        }
        sorted.insert(place, *entry);
    }
    *entries = sorted;
}

#[cfg(test)]
mod tests;
