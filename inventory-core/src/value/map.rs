//! Python's `dict` for the small maps of hostvars.

use std::fmt;
use std::sync::Arc;

use super::{Text, Value};

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

/// The number of lists of keys that are remembered is two to the power of this.
const SHAPE_BITS: u32 = 10;

/// Has maps that are alike share their keys: the records of a cloud are, and most of their tags.
///
/// Memory stays bounded, for only the latest lists of keys are remembered.
#[derive(Debug, Default)]
pub struct Shapes {
    latest: Vec<Option<Arc<Vec<Value>>>>,
}

impl Shapes {
    /// Makes a map of keys, which must be distinct, and their values; of more keys or values the first count.
    pub(crate) fn map(&mut self, keys: &[Value], mut values: Vec<Value>) -> Map {
        values.truncate(keys.len());
        values.shrink_to_fit();
        Map { keys: self.shared(keys.get(..values.len()).unwrap_or_default()), values }
    }

    /// Lets a map share its keys with an earlier one that has the same in the same order.
    pub fn share(&mut self, map: &mut Map) {
        map.values.shrink_to_fit();
        map.keys = self.shared(map.key_list());
    }

    /// Does the same for a map and for all maps in it that nothing else holds.
    pub fn share_all(&mut self, map: &mut Map) {
        self.share(map);
        map.values.iter_mut().for_each(|value| self.share_in(value));
    }

    /// Does the same for all maps in a value that nothing else holds.
    pub fn share_in(&mut self, value: &mut Value) {
        match value {
            Value::Map(map) => {
                if let Some(map) = Arc::get_mut(map) {
                    self.share_all(map);
                }
            }
            Value::List(items) => {
                if let Some(items) = Arc::get_mut(items) {
                    items.iter_mut().for_each(|item| self.share_in(item));
                }
            }
            _ => {}
        }
    }

    /// Returns the keys as they are shared; none of no keys.
    fn shared(&mut self, keys: &[Value]) -> Option<Arc<Vec<Value>>> {
        if keys.is_empty() {
            return None;
        }
        if self.latest.is_empty() {
            self.latest.resize(1 << SHAPE_BITS, None);
        }
        match self.latest.get_mut(place(keys)) {
            Some(Some(known)) if is_same(known, keys) => Some(Arc::clone(known)),
            Some(slot) => Some(Arc::clone(slot.insert(Arc::new(keys.to_vec())))),
            None => Some(Arc::new(keys.to_vec())),
        }
    }
}

/// Tells whether keys are the same text for text; others are few, and never shared.
fn is_same(known: &[Value], keys: &[Value]) -> bool {
    let is_text = |(a, b): (&Value, &Value)| matches!((a, b), (Value::Text(a), Value::Text(b)) if a == b);
    known.len() == keys.len() && known.iter().zip(keys).all(is_text)
}

/// Returns the place of keys: by their number, lengths and first letters, as a quick hash will do.
fn place(keys: &[Value]) -> usize {
    let mut hash = keys.len() as u64;
    for key in keys {
        let text = key.as_str().unwrap_or_default().as_bytes();
        let ends = [text.first(), text.last()].map(|end| u64::from(end.copied().unwrap_or_default()));
        let word = (text.len() as u64) << 16 | ends[0] << 8 | ends[1];
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    (hash >> (u64::BITS - SHAPE_BITS)) as usize
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

    fn of(keys: &[&str]) -> Map {
        keys.iter().zip(1..).map(|(key, number)| (Text::from(*key), Value::Int(number))).collect()
    }

    #[test]
    fn maps_that_are_alike_share_their_keys_until_one_changes() {
        let mut shapes = Shapes::default();
        let [mut first, mut second] = [of(&["a", "bc"]), of(&["a", "bc"])];
        shapes.share(&mut first);
        shapes.share(&mut second);
        assert!(Arc::ptr_eq(first.keys.as_ref().unwrap(), second.keys.as_ref().unwrap()));
        second.push("d", 3);
        first.insert("bc", 7);
        first.remove(&"a".into());
        let shown = [&first, &second].map(|map| Value::from(map.clone()).to_string());
        assert_eq!(shown, ["{'bc': 7}", "{'a': 1, 'bc': 2, 'd': 3}"]);
        let third = shapes.map(&["a".into(), "bc".into()], vec![1.into(), 2.into()]);
        assert_eq!(Value::from(third).to_string(), "{'a': 1, 'bc': 2}");
    }

    #[test]
    fn maps_in_maps_share_their_keys_unless_something_else_holds_them() {
        let mut shapes = Shapes::default();
        let held = Value::from(of(&["a"]));
        let inner =
            |name: &'static str, value: Value| Value::from([(name, value)].into_iter().collect::<Map>());
        let mut map: Map =
            [("x", held.clone()), ("y", Value::list([inner("z", 1.into()), inner("z", 2.into())]))]
                .into_iter()
                .collect();
        shapes.share_all(&mut map);
        let items = map.get("y").unwrap().as_items().unwrap();
        let [first, second] =
            [0, 1].map(|place: usize| items[place].as_map().unwrap().keys.as_ref().unwrap());
        assert!(Arc::ptr_eq(first, second));
        assert_eq!(Value::from(map).to_string(), "{'x': {'a': 1}, 'y': [{'z': 1}, {'z': 2}]}");
        assert_eq!(held.to_string(), "{'a': 1}");
    }

    #[test]
    fn keys_that_only_look_alike_stay_apart() {
        let mut shapes = Shapes::default();
        let alike = [&["axb", "c"][..], &["ayb", "c"], &["c", "axb"], &["axb"], &[]];
        let mut maps = alike.map(of);
        maps.iter_mut().for_each(|map| shapes.share(map));
        for (map, keys) in maps.iter().zip(alike) {
            assert_eq!(map.keys().filter_map(Value::as_str).collect::<Vec<_>>(), keys);
        }
        for odd in [Value::Int(1), Value::Float(1.0), Value::Bool(true), Value::Null] {
            let mut map: Map = [(odd.clone(), 1)].into_iter().collect();
            shapes.share(&mut map);
            assert_eq!(format!("{:?}", map.keys().next().unwrap()), format!("{odd:?}"));
        }
    }
}
