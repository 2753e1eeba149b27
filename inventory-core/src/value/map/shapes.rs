//! Maps that are alike share their keys.

use std::sync::Arc;

use super::Map;
use crate::value::{Value, quick_place};

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

/// Returns the place of keys: by their number, lengths and ends.
fn place(keys: &[Value]) -> usize {
    let word = |key: &Value| {
        let text = key.as_str().unwrap_or_default().as_bytes();
        let [first, last] =
            [text.first(), text.last()].map(|end| u64::from(end.copied().unwrap_or_default()));
        (text.len() as u64) << 16 | first << 8 | last
    };
    quick_place(keys.len(), keys.iter().map(word), SHAPE_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Text;

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
