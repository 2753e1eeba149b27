//! Makes typed values of YAML, with the place of every error: what the native file says is read into the types from
//! which its JSON Schema is made.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::native::Cloud;
use super::suggest::{closest, did_you_mean};
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

/// Why a node is not what was expected.
#[derive(Debug)]
struct Mismatch {
    message: String,
    help: Option<String>,
    /// The place; none until the error has left the value that it is about.
    span: Option<Span>,
    /// Whether it is one value where a list of such is expected.
    is_no_list: bool,
}

impl Mismatch {
    fn new(message: impl Into<String>) -> Mismatch {
        Mismatch { message: message.into(), help: None, span: None, is_no_list: false }
    }

    fn at(mut self, span: Span) -> Mismatch {
        self.span.get_or_insert(span);
        self
    }

    /// Adds how the value of a key is written as a list, where the value is what is wrong.
    fn in_a_list(mut self, key: Option<&str>, value: &Node, text: &str) -> Mismatch {
        let written = text.get(value.span.start..value.span.end).filter(|written| !written.contains('\n'));
        if let (true, Some(key), Some(written)) =
            (self.is_no_list && self.span == Some(value.span), key, written)
            && value.value != NodeValue::Null
        {
            self.help.get_or_insert_with(|| format!("write `{key}: [{written}]`"));
        }
        self
    }

    fn unknown(what: &str, name: &str, expected: &'static [&'static str]) -> Mismatch {
        let known = expected.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let help = closest(name, expected.iter().copied()).map(did_you_mean);
        let help = secret_elsewhere(what, name)
            .or(help)
            .or_else(|| (!expected.is_empty()).then(|| format!("expected one of {known}")));
        Mismatch { help, ..Mismatch::new(format!("the {what} `{name}` is not known")) }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Mismatch {
        Mismatch::new(message.to_string())
    }

    fn invalid_type(found_type: de::Unexpected<'_>, expected: &dyn de::Expected) -> Mismatch {
        let found = match found_type {
            de::Unexpected::Bool(_) => "a boolean".to_owned(),
            de::Unexpected::Unsigned(_) | de::Unexpected::Signed(_) => "an integer".to_owned(),
            de::Unexpected::Float(_) => "a number".to_owned(),
            de::Unexpected::Str(_) => "a string".to_owned(),
            de::Unexpected::Unit | de::Unexpected::Option => "nothing".to_owned(),
            de::Unexpected::Seq => "a list".to_owned(),
            de::Unexpected::Map => "a mapping".to_owned(),
            other => other.to_string(),
        };
        let expected = expected.to_string();
        let is_no_list = expected == "a sequence" && !matches!(found_type, de::Unexpected::Map);
        Mismatch { is_no_list, ..Mismatch::new(format!("expected {}, found {found}", words(&expected))) }
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Mismatch {
        let found = match found {
            de::Unexpected::Unsigned(number) => number.to_string(),
            de::Unexpected::Signed(number) => number.to_string(),
            de::Unexpected::Float(number) => number.to_string(),
            other => other.to_string(),
        };
        Mismatch::new(format!("expected {}, found {found}", words(&expected.to_string())))
    }

    fn unknown_field(name: &str, expected: &'static [&'static str]) -> Mismatch {
        Mismatch::unknown("key", name, expected)
    }

    fn unknown_variant(name: &str, expected: &'static [&'static str]) -> Mismatch {
        Mismatch::unknown("value", name, expected)
    }

    fn missing_field(name: &'static str) -> Mismatch {
        Mismatch::new(format!("the key `{name}` is missing"))
    }
}

/// Returns what serde expects in the words of YAML.
fn words(expected: &str) -> String {
    match expected {
        "a sequence" => "a list".to_owned(),
        "a map" => "a mapping".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0".to_owned(),
        other => other.to_owned(),
    }
}

/// Returns where a secret goes whose key a file has; no key of a native file is one.
fn secret_elsewhere(what: &str, name: &str) -> Option<String> {
    let place = match name.to_ascii_lowercase().as_str() {
        "secret" | "client_secret" => "set `AZURE_SECRET`",
        "password" | "ad_password" => "set `AZURE_PASSWORD`",
        "access_key"
        | "secret_key"
        | "session_token"
        | "access_key_id"
        | "secret_access_key"
        | "aws_access_key_id"
        | "aws_secret_access_key"
        | "aws_session_token"
        | "security_token" => "name a `profile`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
        "access_token" => "set `GCP_ACCESS_TOKEN`",
        "service_account_contents" => "name a `service_account_file`",
        _ => return None,
    };
    (what == "key").then(|| format!("secrets are never in a native config: {place}"))
}

/// Returns how a mapping is written that says what the one word means which stands in its place.
fn mapping_of(name: &str, value: &NodeValue, written: Option<&str>) -> Option<String> {
    let written = written.filter(|written| !written.contains('\n') && !written.is_empty())?;
    match (name, value) {
        ("KeyedGroup", NodeValue::String(_)) => Some(format!("write `{{key: {written}}}`")),
        ("SourceOptions", NodeValue::String(_)) if Cloud::ALL.iter().any(|cloud| cloud.name() == written) => {
            Some(format!("write `{written}: {{}}`"))
        }
        ("CacheOptions", NodeValue::String(_)) => Some(format!("write `cache: {{ttl: {written}}}`")),
        _ => None,
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
