//! Python's `dict` for the small maps of hostvars.

use std::fmt;
use std::sync::Arc;

use super::{Text, Value};

mod shapes;

pub use self::shapes::Shapes;

/// A `dict`: entries in the order in which their keys were first set.
///
/// Looks keys up one after the other: the maps of hostvars are small (some 60 keys at the most, tags 50), and an
/// index would cost more memory than the entries. Maps that are alike can share their keys (see [`Shapes`]).
#[derive(Clone, Default)]
pub struct Map {
    /// As many as values; none where there is nothing.
    keys: Option<Arc<Vec<Value>>>,
    values: Vec<Value>,
}

impl Map {
    /// Makes an empty map.
    pub fn new() -> Map {
        Map::default()
    }

    /// Makes an empty map with room for `entries`.
    pub fn with_capacity(entries: usize) -> Map {
        let keys = (entries > 0).then(|| Arc::new(Vec::with_capacity(entries)));
        Map { keys, values: Vec::with_capacity(entries) }
    }

    fn key_list(&self) -> &[Value] {
        self.keys.as_ref().map_or(&[], |keys| keys.as_slice())
    }

    /// Returns the keys to change them, which are this map's alone then.
    fn keys_mut(&mut self) -> &mut Vec<Value> {
        Arc::make_mut(self.keys.get_or_insert_default())
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Tells whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.key_list().iter().position(|name| name.as_str() == Some(key))
    }

    /// Returns the value of a text key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(self.place(key)?)
    }

    /// Returns the value of a text key, to change it in its place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let place = self.place(key)?;
        self.values.get_mut(place)
    }

    /// Returns the value of a key that equals `key` as Python compares (`1`, `1.0` and `True` are one key).
    pub fn get_value(&self, key: &Value) -> Option<&Value> {
        match key {
            Value::Text(text) => self.get(text),
            _ => self.values.get(self.key_list().iter().position(|name| name == key)?),
        }
    }

    /// Tells whether a text key exists.
    pub fn contains(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// Sets a key; an existing one keeps its place, as in Python. Returns the value that was there.
    pub fn insert(&mut self, key: impl Into<Value>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        let place = self.key_list().iter().position(|name| *name == key);
        if let Some(old) = place.and_then(|place| self.values.get_mut(place)) {
            return Some(std::mem::replace(old, value));
        }
        self.push_value(key, value);
        None
    }

    /// Appends an entry whose key the caller knows to be new, without looking for it.
    pub fn push(&mut self, key: impl Into<Text>, value: impl Into<Value>) {
        self.push_value(Value::Text(key.into()), value.into());
    }

    fn push_value(&mut self, key: Value, value: Value) {
        self.keys_mut().push(key);
        self.values.push(value);
    }

    /// Removes a key and returns its value; the others keep their order.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        let place = self.key_list().iter().position(|name| name == key)?;
        self.keys_mut().remove(place);
        Some(self.values.remove(place))
    }

    /// Iterates over the entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Value, &Value)> + ExactSizeIterator {
        self.key_list().iter().zip(&self.values)
    }

    /// Iterates over the keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.key_list().iter()
    }

    /// Iterates over the values in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.values.iter()
    }
}

impl fmt::Debug for Map {
    /// Writes the entries, whatever they share.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Into<Value>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Map::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_set_again_keeps_its_place() {
        let mut map: Map =
            [("b", 1), ("a", 2)].map(|(key, value)| (key, Value::Int(value))).into_iter().collect();
        assert!(map.insert("b", Value::Int(3)) == Some(Value::Int(1)));
        assert_eq!(map.keys().filter_map(Value::as_str).collect::<Vec<_>>(), ["b", "a"]);
        assert!(map.get("b") == Some(&Value::Int(3)));
    }

    #[test]
    fn equal_numbers_are_one_key() {
        let mut map = Map::new();
        map.insert(1, "int");
        map.insert(true, "bool");
        assert_eq!(map.len(), 1);
        assert!(map.get_value(&Value::Float(1.0)) == Some(&Value::from("bool")));
    }
}
