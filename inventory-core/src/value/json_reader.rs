//! Reads JSON into values that share what repeats.

use std::fmt;

use serde_core::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::{Shapes, Text, Value, quick_place};

mod tolerant;

/// The texts up to this length that are looked for among earlier ones: kinds, places, states, not ids.
const SHARED_LENGTH: usize = 64;

/// The number of texts that are remembered is two to the power of this.
const SHARED_BITS: u32 = 12;

/// Reads JSON documents that are alike: keys and short texts that repeat are kept once.
///
/// Memory stays bounded, for only the latest are remembered.
#[derive(Debug, Default)]
pub struct JsonReader {
    keys: Latest,
    texts: Latest,
    shapes: Shapes,
    /// The keys of the objects that are being read, each after those of the one around it.
    open: Vec<Value>,
}

/// Texts that were read lately; one takes the place of another with the same hash.
#[derive(Debug, Default)]
struct Latest {
    texts: Vec<Option<Text>>,
}

impl Latest {
    /// Returns the shared copy of a text.
    fn share(&mut self, text: &str) -> Text {
        if text.len() > SHARED_LENGTH {
            return Text::from(text);
        }
        if self.texts.is_empty() {
            self.texts.resize(1 << SHARED_BITS, None);
        }
        match self.texts.get_mut(place(text)) {
            Some(Some(shared)) if shared == text => shared.clone(),
            Some(slot) => slot.insert(Text::from(text)).clone(),
            None => Text::from(text),
        }
    }
}

/// Returns the place of a text.
fn place(text: &str) -> usize {
    let word = |chunk: &[u8]| {
        let mut word = [0; 8];
        word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
        u64::from_le_bytes(word)
    };
    quick_place(text.len(), text.as_bytes().chunks(8).map(word), SHARED_BITS)
}

impl JsonReader {
    /// Reads one document; keys keep their order, and of equal keys in one object the last value counts.
    ///
    /// As in Python's `json`, numbers out of the range of floats are infinite, and half a character (a surrogate without
    /// the other) costs nothing else: it becomes U+FFFD.
    ///
    /// # Errors
    /// When the text is not one JSON document, or nested deeper than 500 levels.
    pub fn read(&mut self, json: &str) -> Result<Value, serde_json::Error> {
        // Few documents need the reader that is slower.
        self.read_strictly(json).or_else(|error| tolerant::read(json, self).ok_or(error))
    }

    /// Lets maps that were made of what was read share their keys with others.
    pub fn share(&mut self, value: &mut Value) {
        self.shapes.share_in(value);
    }

    fn read_strictly(&mut self, json: &str) -> Result<Value, serde_json::Error> {
        // What a document that could not be read left behind.
        self.open.clear();
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let value = Seed(self).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }
}

/// Reads one value with the texts of a reader.
struct Seed<'a>(&'a mut JsonReader);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: serde_core::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or_else(|_| Value::from_big_int(number.into()), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(self.0.texts.share(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Seed(self.0))? {
            list.push(item);
        }
        list.shrink_to_fit();
        Ok(Value::from(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let first = self.0.open.len();
        let mut values: Vec<Value> = Vec::new();
        while let Some(key) = entries.next_key_seed(Key(self.0))? {
            let earlier = self.0.open.iter().skip(first).position(|earlier| earlier.as_str() == Some(&key));
            if earlier.is_none() {
                self.0.open.push(key.into());
            }
            let value = entries.next_value_seed(Seed(self.0))?;
            match earlier.and_then(|place| values.get_mut(place)) {
                Some(earlier) => *earlier = value,
                None => values.push(value),
            }
        }
        let map = self.0.shapes.map(self.0.open.get(first..).unwrap_or_default(), values);
        self.0.open.truncate(first);
        Ok(Value::from(map))
    }
}

/// Reads a key.
struct Key<'a>(&'a mut JsonReader);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Text;

    fn deserialize<D: serde_core::Deserializer<'de>>(self, deserializer: D) -> Result<Text, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Text, E> {
        Ok(self.0.keys.share(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_as_they_are() {
        let mut reader = JsonReader::default();
        for json in [
            r#"{"b": 1, "a": [null, true, -2, 1.5, 18446744073709551615, "é\n"], "c": {}}"#,
            "[]",
            r#""text""#,
        ] {
            let expected = Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap());
            let found = reader.read(json).unwrap();
            assert_eq!(format!("{found:?}"), format!("{expected:?}"));
            let tolerant = tolerant::read(json, &mut reader).unwrap();
            assert_eq!(format!("{tolerant:?}"), format!("{expected:?}"));
        }
        assert_eq!(reader.read(r#""\ud800""#).unwrap().as_str(), Some("\u{fffd}"));
        for json in ["", "{", "[1,]", "1 2", r#"{"a" 1}"#] {
            assert!(reader.read(json).is_err(), "{json}");
        }
        assert!(reader.read(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn of_equal_keys_the_last_value_counts_at_the_first_place() {
        let value = JsonReader::default().read(r#"{"a": 1, "b": 2, "a": 3}"#).unwrap();
        let entries: Vec<_> =
            value.as_map().unwrap().iter().map(|(key, value)| format!("{key}{value}")).collect();
        assert_eq!(entries, ["a3", "b2"]);
    }

    #[test]
    fn keys_and_short_texts_are_shared() {
        let mut reader = JsonReader::default();
        let long = "x".repeat(SHARED_LENGTH + 1);
        let mut read = || reader.read(&format!(r#"{{"key": "short", "other": "{long}"}}"#)).unwrap();
        let (first, second) = (read(), read());
        let parts = |value: &Value| {
            let map = value.as_map().unwrap();
            let mut texts = map.keys().chain(map.values()).map(|value| value.as_str().unwrap().as_ptr());
            [(); 4].map(|()| texts.next().unwrap())
        };
        let same: Vec<bool> = parts(&first).iter().zip(parts(&second)).map(|(a, b)| *a == b).collect();
        assert_eq!(same, [true, true, true, false]);
    }
}
