//! Reads YAML as Ansible does: PyYAML's safe loader (YAML 1.1), with the place of every value kept.
//!
//! The text becomes tokens (`scanner`), the tokens a graph (`compose`), the graph a tree of values (`construct`).
//! YAML 1.2 parsers read the same text differently (block scalars without a last line break, keys on several lines,
//! `[?a]`, tabs), so the first step is our own, and a test compares all of it with the real PyYAML.

mod compose;
mod construct;
mod cursor;
mod decode;
mod property;
mod scalar;
mod scanner;
mod text;
mod vault;

use std::sync::Arc;

use num_bigint::BigInt;

pub(crate) use self::decode::decode_text;
use crate::diagnostic::Diagnostic;
pub use crate::diagnostic::{Source, Span};
use crate::value::{Map, Value};
pub use scalar::Timestamp;
pub use vault::Vault;

/// Holds one YAML file that was read.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file's name and text.
    pub source: Arc<Source>,
    /// The value of the document; null when the file is empty.
    pub root: Node,
    /// What was read, but probably does not say what its author meant.
    pub warnings: Vec<Diagnostic>,
}

/// Holds one value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: NodeValue,
    /// The place where it is written. Where nothing is written (`key:`), the place of the key. What an alias stands for
    /// has the place of the anchor.
    pub span: Span,
}

/// Holds a value as Python's safe loader gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeValue {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number that 64 bits do not hold.
    BigInt(BigInt),
    /// A number with a fraction, infinity or not-a-number.
    Float(f64),
    /// Text.
    String(Text),
    /// A date or a date with time.
    Timestamp(Timestamp),
    /// A list.
    Sequence(Vec<Node>),
    /// Pairs of key and value, in the order Python's dictionary has; no key is there twice, none is a sequence or a
    /// mapping.
    Mapping(Vec<(Node, Node)>),
}

/// Holds text, and whether it may be read as a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Tagged `!unsafe`: data that must never be read as a template.
    pub is_unsafe: bool,
}

impl NodeValue {
    /// Returns what the value is, for a sentence such as "expected a list, found a string".
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::BigInt(_) => "an integer",
            Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Timestamp(_) => "a date",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}

impl Node {
    /// Returns the value as expressions and hostvars have it; a date without a time becomes its text.
    ///
    /// Whether a string is `!unsafe` is lost: who may evaluate strings as templates looks at the node.
    pub fn to_value(&self) -> Value {
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(truth) => Value::Bool(*truth),
            NodeValue::Int(number) => Value::Int(*number),
            NodeValue::BigInt(number) => Value::from_big_int(number.clone()),
            NodeValue::Float(number) => Value::Float(*number),
            NodeValue::String(text) => Value::from(text.text.as_str()),
            NodeValue::Timestamp(timestamp) => match &timestamp.time {
                Some(time) => Value::from(time.clone()),
                None => Value::from(timestamp.python_text.as_str()),
            },
            NodeValue::Sequence(items) => Value::list(items.iter().map(Self::to_value)),
            NodeValue::Mapping(entries) => {
                entries.iter().map(|(key, value)| (key.to_value(), value.to_value())).collect::<Map>().into()
            }
        }
    }

    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text) => Some(&text.text),
            _ => None,
        }
    }

    /// Returns the pairs of a mapping.
    pub fn as_mapping(&self) -> Option<&[(Self, Self)]> {
        match &self.value {
            NodeValue::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// Returns the items of a list.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.value {
            NodeValue::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the value of a key of a mapping; none when this is not a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }
}

/// Tells whether PyYAML takes plain text for a string, not for another type.
pub(crate) fn is_plain_text(text: &str) -> bool {
    scalar::ScalarKind::resolve(text) == scalar::ScalarKind::String
}

/// Reads one YAML document.
///
/// `name` is the file's name as the user should see it. The document must be UTF-8 and the only one in the file.
///
/// # Errors
/// The first thing that PyYAML's safe loader would refuse, or that this program cannot use (encrypted values,
/// Python-only types), with its place.
pub fn read(name: &str, bytes: &[u8]) -> Result<Document, Diagnostic> {
    read_source(&decode::decode(name, bytes, false)?, &Vault::default())
}

/// Reads one YAML document as [`read`] does, with the values that are encrypted in it.
///
/// # Errors
/// Those of [`read`].
pub fn read_with_vault(name: &str, bytes: &[u8], vault: &Vault) -> Result<Document, Diagnostic> {
    read_source(&decode::decode(name, bytes, false)?, vault)
}

/// Reads one YAML document that was encrypted as a whole: messages name places in it, and show nothing of it.
///
/// # Errors
/// Those of [`read`].
pub fn read_decrypted(name: &str, text: &str, vault: &Vault) -> Result<Document, Diagnostic> {
    read_source(&decode::decode(name, text.as_bytes(), true)?, vault)
}

fn read_source(source: &Arc<Source>, vault: &Vault) -> Result<Document, Diagnostic> {
    let graph = compose::compose(source)?;
    let mut warnings = Vec::new();
    let root = construct::construct(source, &graph, vault, &mut warnings)?;
    Ok(Document { source: Arc::clone(source), root, warnings })
}

#[cfg(test)]
mod tests;
