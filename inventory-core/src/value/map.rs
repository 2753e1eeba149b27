//! Python's `dict` for the small maps of hostvars.

use super::{Text, Value};

/// A `dict`: entries in the order in which their keys were first set.
///
/// Looks keys up one after the other: the maps of hostvars are small (some 60 keys at the most, tags 50), and an
/// index would cost more memory than the entries.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: Vec<(Value, Value)>,
}

impl Map {
    /// Makes an empty map.
    pub fn new() -> Map {
        Map::default()
    }

    /// Makes an empty map with room for `entries`.
    pub fn with_capacity(entries: usize) -> Map {
        Map { entries: Vec::with_capacity(entries) }
    }

    /// Makes room for so many more entries, and no more.
    pub fn reserve_exact(&mut self, entries: usize) {
        self.entries.reserve_exact(entries);
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the value of a text key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// Returns the value of a text key, to change it in its place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.entries.iter_mut().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// Returns the value of a key that equals `key` as Python compares (`1`, `1.0` and `True` are one key).
    pub fn get_value(&self, key: &Value) -> Option<&Value> {
        match key {
            Value::Text(text) => self.get(text),
            _ => self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
        }
    }

    /// Tells whether a text key exists.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets a key; an existing one keeps its place, as in Python. Returns the value that was there.
    pub fn insert(&mut self, key: impl Into<Value>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        if let Some((_, old)) = self.entries.iter_mut().find(|(name, _)| *name == key) {
            return Some(std::mem::replace(old, value));
        }
        self.entries.push((key, value));
        None
    }

    /// Appends an entry whose key the caller knows to be new, without looking for it.
    pub fn push(&mut self, key: impl Into<Text>, value: impl Into<Value>) {
        self.entries.push((Value::Text(key.into()), value.into()));
    }

    /// Removes a key and returns its value; the others keep their order.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        let place = self.entries.iter().position(|(name, _)| name == key)?;
        Some(self.entries.remove(place).1)
    }

    /// Iterates over the entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Value, &Value)> + ExactSizeIterator {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// Iterates over the keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.entries.iter().map(|(key, _)| key)
    }

    /// Iterates over the values in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.entries.iter().map(|(_, value)| value)
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
