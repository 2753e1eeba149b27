//! Makes typed values of YAML, with the place of every error: what the native file says is read into the types from
//! which its JSON Schema is made.

mod mismatch;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use self::mismatch::{Mismatch, mapping_of};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::yaml::{Node, NodeValue};

/// Makes a value of a node.
///
/// # Errors
/// The first thing that does not fit, with its place; for a key that is not known also what was probably meant.
pub fn decode<T: for<'de> Deserialize<'de>>(source: &Arc<Source>, node: &Node) -> Result<T, Diagnostic> {
    T::deserialize(At { node, text: source.text() }).map_err(|error| {
        let Mismatch { message, help, span, .. } = error;
        let diagnostic = Diagnostic::error(message).at(source, span.unwrap_or(node.span));
        help.into_iter().fold(diagnostic, Diagnostic::help)
    })
}

/// A value and its place in the file that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// The place.
    pub span: Span,
}

impl<T> Placed<T> {
    /// Makes an error about the value.
    pub fn error(&self, source: &Arc<Source>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(message).at(source, self.span)
    }
}

/// The name by which [`At`] knows that a place is asked for; no type of a configuration is called so.
const PLACED: &str = "$placed";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pair<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Pair<T> {
            type Value = Placed<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value in a file")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut parts: A) -> Result<Placed<T>, A::Error> {
                let missing = || de::Error::custom("a value without its place");
                let start = parts.next_element()?.ok_or_else(missing)?;
                let end = parts.next_element()?.ok_or_else(missing)?;
                let line = parts.next_element()?.ok_or_else(missing)?;
                let column = parts.next_element()?.ok_or_else(missing)?;
                let value = parts.next_element()?.ok_or_else(missing)?;
                Ok(Placed { value, span: Span { start, end, line, column } })
            }
        }
        deserializer.deserialize_newtype_struct(PLACED, Pair(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Placed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A text that may be written as a number, such as that of an account, for the schema: numbers are taken for texts.
#[derive(Debug)]
pub struct TextOrNumber;

/// Stands in a schema for a whole number from `LEAST`, 0 or 1, which may be in quotes.
pub struct NumberFrom<const LEAST: u64>;

impl<const LEAST: u64> JsonSchema for NumberFrom<LEAST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("NumberFrom{LEAST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let written = if LEAST == 0 { "^[0-9]+$" } else { "^0*[1-9][0-9]*$" };
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": LEAST }, { "type": "string", "pattern": written }] })
    }
}

impl JsonSchema for TextOrNumber {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TextOrNumber".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

/// A node as serde reads it.
#[derive(Clone, Copy)]
struct At<'de> {
    node: &'de Node,
    /// The text of the whole file.
    text: &'de str,
}

impl<'de> Deserializer<'de> for At<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let At { node, text } = self;
        let read = match &node.value {
            NodeValue::Null => visitor.visit_unit(),
            NodeValue::Bool(truth) => visitor.visit_bool(*truth),
            NodeValue::Int(number) => visitor.visit_i64(*number),
            NodeValue::Float(number) => visitor.visit_f64(*number),
            NodeValue::String(text) => visitor.visit_borrowed_str(&text.text),
            // These are no text for YAML, but nothing else in a configuration.
            NodeValue::BigInt(_) | NodeValue::Timestamp(_) => {
                visitor.visit_string(node.to_value().to_string())
            }
            NodeValue::Sequence(items) => visitor.visit_seq(Items { items: items.iter(), text }),
            NodeValue::Mapping(entries) => visitor.visit_map(Entries {
                entries: entries.iter(),
                key: None,
                value: None,
                text: self.text,
            }),
        };
        read.map_err(|error: Mismatch| error.at(node.span))
    }

    /// Takes mappings only: serde would take a list for the values of the fields.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match &self.node.value {
            NodeValue::Mapping(_) => self.deserialize_any(visitor),
            other => {
                let help = mapping_of(name, other, self.text.get(self.node.span.start..self.node.span.end));
                let error = Mismatch::new(format!("expected a mapping, found {}", other.kind()));
                Err(Mismatch { help, ..error }.at(self.node.span))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.node.value {
            NodeValue::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    /// Also takes numbers, such as those of accounts, for the text that is written.
    ///
    /// Refuses one that YAML reads as another than is written: `012345670123` is an octal number.
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let At { node: Node { value, span }, text } = self;
        let NodeValue::Int(number) = value else { return self.deserialize_any(visitor) };
        match text.get(span.start..span.end) {
            Some(written) if written != number.to_string() => {
                let message = format!("`{written}` is the number {number} in YAML");
                let help = Some(format!("put it into quotes: `'{written}'`"));
                Err(Mismatch { help, span: Some(*span), ..Mismatch::new(message) })
            }
            _ => visitor.visit_string(number.to_string()),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        if name != PLACED {
            return visitor.visit_newtype_struct(self);
        }
        let Span { start, end, line, column } = self.node.span;
        let numbers = [start, end, line, column].map(|number| Part::Number(number as u64));
        visitor.visit_seq(de::value::SeqDeserializer::new(numbers.into_iter().chain([Part::Value(self)])))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let read = match &self.node.value {
            NodeValue::String(text) => visitor.visit_enum(text.text.as_str().into_deserializer()),
            NodeValue::Mapping(entries) => {
                let entries = Entries { entries: entries.iter(), key: None, value: None, text: self.text };
                visitor.visit_enum(de::value::MapAccessDeserializer::new(entries))
            }
            other => Err(Mismatch::new(format!("expected a name, found {}", other.kind()))),
        };
        read.map_err(|error: Mismatch| error.at(self.node.span))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for At<'de> {
    type Deserializer = At<'de>;

    fn into_deserializer(self) -> At<'de> {
        self
    }
}

/// A part of a value with its place.
enum Part<'de> {
    Number(u64),
    Value(At<'de>),
}

impl<'de> Deserializer<'de> for Part<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Part::Number(number) => visitor.visit_u64(number),
            Part::Value(at) => at.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Part::Number(number) => visitor.visit_u64(number),
            Part::Value(at) => at.deserialize_string(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Part::Number(number) => visitor.visit_u64(number),
            Part::Value(at) => at.deserialize_option(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self {
            Part::Number(number) => visitor.visit_u64(number),
            Part::Value(at) => at.deserialize_enum(name, variants, visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for Part<'de> {
    type Deserializer = Part<'de>;

    fn into_deserializer(self) -> Part<'de> {
        self
    }
}

/// The items of a list that are still to be read.
struct Items<'de> {
    items: std::slice::Iter<'de, Node>,
    text: &'de str,
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let Some(item) = self.items.next() else { return Ok(None) };
        seed.deserialize(At { node: item, text: self.text }).map(Some).map_err(|error| error.at(item.span))
    }
}

/// The entries of a mapping that are still to be read.
struct Entries<'de> {
    entries: std::slice::Iter<'de, (Node, Node)>,
    key: Option<&'de str>,
    value: Option<&'de Node>,
    text: &'de str,
}

impl<'de> de::MapAccess<'de> for Entries<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        (self.key, self.value) = (key.as_str(), Some(value));
        seed.deserialize(At { node: key, text: self.text }).map(Some).map_err(|error| error.at(key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        match self.value.take() {
            Some(value) => {
                let read = seed.deserialize(At { node: value, text: self.text });
                read.map_err(|error| error.at(value.span).in_a_list(self.key, value, self.text))
            }
            None => Err(Mismatch::new("a value without its key")),
        }
    }
}

#[cfg(test)]
mod tests;
