//! What is written is read back as Python does it. That Python's own `marshal` reads the same, the tests of the
//! collection show.

use num_bigint::{BigInt, BigUint, Sign};
use proptest::prelude::*;

use super::*;
use crate::name::looks_like_template;
use crate::render::tests::{any_value, map};
use crate::testing::properties;
use crate::value::{Map, Time};

/// Reads what `marshal` holds.
struct Reader<'a> {
    bytes: &'a [u8],
    numbered: Vec<Value>,
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> &[u8] {
        let (taken, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        taken
    }

    fn size(&mut self) -> i32 {
        i32::from_le_bytes(self.take(4).try_into().unwrap())
    }

    fn text(&mut self, length: usize) -> Value {
        Value::text(std::str::from_utf8(self.take(length)).unwrap())
    }

    /// Reads an object; none at the end of a dict.
    fn object(&mut self) -> Option<Value> {
        let code = self.take(1)[0];
        let number = (code & 0x80 != 0).then(|| {
            self.numbered.push(Value::Null);
            self.numbered.len() - 1
        });
        let object = match code & 0x7f {
            b'0' => return None,
            b'N' => Value::Null,
            b'T' => true.into(),
            b'F' => false.into(),
            b'i' => Value::Int(self.size().into()),
            b'g' => f64::from_le_bytes(self.take(8).try_into().unwrap()).into(),
            b'l' => self.long(),
            b'z' => {
                let length = self.take(1)[0].into();
                let text = self.text(length);
                assert!(text.as_str().unwrap().is_ascii());
                text
            }
            b'u' => {
                let length = self.size() as usize;
                self.text(length)
            }
            b'r' => {
                let number = self.size() as usize;
                self.numbered[number].clone()
            }
            b'[' => {
                let length = self.size();
                Value::list((0..length).map(|_| self.object().unwrap()).collect::<Vec<_>>())
            }
            b'{' => {
                let mut map = Map::new();
                while let Some(key) = self.object() {
                    map.insert(key, self.object().unwrap());
                }
                map.into()
            }
            other => panic!("the code {other}"),
        };
        if let Some(number) = number {
            self.numbered[number] = object.clone();
        }
        Some(object)
    }

    fn long(&mut self) -> Value {
        let count = self.size();
        let digit = |bytes: &[u8]| u32::from(u16::from_le_bytes(bytes.try_into().unwrap()));
        let digits: Vec<u32> = self.take(count.unsigned_abs() as usize * 2).chunks(2).map(digit).collect();
        assert!(digits.last() != Some(&0) && digits.iter().all(|digit| *digit < 1 << 15));
        let magnitude =
            digits.iter().rev().fold(BigUint::ZERO, |number, digit| (number << 15) + BigUint::from(*digit));
        let sign = if count < 0 { Sign::Minus } else { Sign::Plus };
        Value::from_big_int(BigInt::from_biguint(sign, magnitude))
    }
}

/// Returns what is handed over of an inventory.
fn handed_over(inventory: &Inventory) -> Value {
    let mut out = Vec::new();
    write_hand_over(inventory, &mut out).unwrap();
    let bytes = out.strip_prefix(b"cloud-inventory 2\n").unwrap().strip_suffix(b"\nend\n").unwrap();
    let mut reader = Reader { bytes, numbered: Vec::new() };
    let document = reader.object().unwrap();
    assert!(reader.bytes.is_empty(), "nothing comes after it");
    document
}

/// Returns what is handed over of one host without groups that has one variable.
fn handed_over_of(host: &str, variable: Value) -> Value {
    let mut inventory = Inventory::new();
    let host = inventory.add_host(host).unwrap();
    inventory.set_host_variable(host, "v".into(), variable);
    inventory.reconcile().unwrap();
    handed_over(&inventory)
}

fn variable(document: &Value) -> &Value {
    let host = &member(document, "hosts")[0];
    host.as_items().unwrap()[1].as_map().unwrap().get("v").unwrap()
}

fn member<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document.as_map().unwrap().get(name).unwrap().as_items().unwrap()
}

/// Returns the texts whose places are listed.
fn listed<'a>(document: &'a Value, name: &str) -> Vec<&'a str> {
    let place = |place: &'a [Value]| match (&place[0], &place[1]) {
        (Value::List(items), Value::Int(index)) => items[*index as usize].as_str().unwrap(),
        (Value::Map(map), key) => map.get_value(key).unwrap().as_str().unwrap(),
        other => panic!("{other:?}"),
    };
    member(document, name).chunks(2).map(place).collect()
}

/// Counts the texts in a value that look like templates.
fn templates(value: &Value) -> usize {
    match value {
        Value::Text(text) => usize::from(looks_like_template(text)),
        Value::List(items) => items.iter().map(templates).sum(),
        Value::Map(map) => map.values().map(templates).sum(),
        _ => 0,
    }
}

#[test]
fn hosts_are_named_once_and_groups_name_places() {
    let mut inventory = Inventory::new();
    let [first, second] = ["h", "{{ 2 }}"].map(|name| inventory.add_host(name).unwrap());
    inventory.set_host_variable(first, "v".into(), 1.into());
    let [parent, child] = ["parent", "child"].map(|name| inventory.add_group(name).unwrap());
    inventory.add_child(parent, child).unwrap();
    inventory.add_member(child, second);
    inventory.add_member(child, first);
    inventory.set_group_variable(child, "ansible_group_priority".into(), 7.into());
    inventory.set_group_variable(child, "g".into(), "{{ 3 }}".into());
    inventory.reconcile().unwrap();
    let document = handed_over(&inventory);
    assert_eq!(
        document.to_string(),
        "{'hosts': [['h', {'v': 1}], ['{{ 2 }}', {}]], \
         'groups': [['all', [], [], {}, 1], ['ungrouped', [], [], {}, 1], ['parent', [], ['child'], {}, 1], \
         ['child', [1, 0], [], {'g': '{{ 3 }}'}, 7]], \
         'times': [], 'templates': [['{{ 2 }}', {}], 0, {'g': '{{ 3 }}'}, 'g']}"
    );
}

#[test]
fn times_and_templates_are_listed_wherever_they_are() {
    let time = |seconds| Value::from(Time::from_unix(seconds, 0).unwrap());
    let templates = map([("a", "{{ 2 }}".into()), ("b", "plain".into())]);
    let mut odd = Map::new();
    odd.insert(7, time(1));
    odd.insert(Value::Null, "{{ 3 }}");
    let deep = map([
        ("z", Value::list([time(1_795_350_917), "{{ 1 }}".into(), Value::from(odd)])),
        ("y", templates),
        ("x", time(0)),
    ]);
    let document = handed_over_of("h", deep);
    let expected = ["2026-11-22T12:35:17+00:00", "1970-01-01T00:00:01+00:00", "1970-01-01T00:00:00+00:00"];
    assert_eq!(listed(&document, "times"), expected);
    assert_eq!(listed(&document, "templates"), ["{{ 1 }}", "{{ 3 }}", "{{ 2 }}"]);
}

#[test]
fn numbers_of_any_size_and_what_python_has_no_name_for_in_json_are_themselves() {
    let big = |text: &str| Value::from_big_int(text.parse().unwrap());
    let numbers = [
        0.into(),
        i64::from(i32::MAX).into(),
        i64::from(i32::MIN).into(),
        (i64::from(i32::MAX) + 1).into(),
        (i64::from(i32::MIN) - 1).into(),
        i64::MAX.into(),
        i64::MIN.into(),
        big("1267650600228229401496703205376"),
        big("-1267650600228229401496703205377"),
        f64::INFINITY.into(),
        (-0.0).into(),
    ];
    let document = handed_over_of("h", Value::list(numbers.clone()));
    assert_eq!(format!("{:?}", variable(&document)), format!("{:?}", Value::list(numbers)));
}

#[test]
fn keys_are_themselves_but_never_marks_of_ansible() {
    let mut keys = Map::new();
    let texts =
        ["10", "__ansible_vault", "___ansible_vault", "_ansible_type", "ansible_type"].map(Value::from);
    for key in [Value::Int(10), Value::Null, true.into(), 1.5.into()].into_iter().chain(texts) {
        keys.insert(key, 0);
    }
    let document = handed_over_of("h", keys.into());
    assert_eq!(
        variable(&document).to_string(),
        "{10: 0, None: 0, True: 0, 1.5: 0, '10': 0, '___ansible_vault': 0, '____ansible_vault': 0, \
         '_ansible_type': 0, 'ansible_type': 0}"
    );
}

#[test]
fn a_text_that_repeats_is_written_once() {
    let text = Value::text("a text that is held twice and has an ü");
    let list = Value::list([text.clone(), text.clone(), map([("k", text)])]);
    let mut inventory = Inventory::new();
    for host in ["a", "b"] {
        let host = inventory.add_host(host).unwrap();
        inventory.set_host_variable(host, "v".into(), list.clone());
    }
    inventory.reconcile().unwrap();
    let mut out = Vec::new();
    write_hand_over(&inventory, &mut out).unwrap();
    assert_eq!(String::from_utf8_lossy(&out).matches("held twice").count(), 1);
    let document = handed_over(&inventory);
    assert_eq!(variable(&document).to_string(), list.to_string());
}

proptest! {
    #![proptest_config(properties(250))]

    #[test]
    fn what_is_read_back_is_what_was_there(value in any_value(), name in "\\PC{1,10}") {
        let document = handed_over_of(&name, value.clone());
        prop_assert_eq!(format!("{:?}", variable(&document)), format!("{value:?}"));
        let expected = [templates(&value), usize::from(looks_like_template(&name))].iter().sum::<usize>();
        let found = listed(&document, "templates");
        prop_assert!(found.iter().all(|text| looks_like_template(text)), "{found:?}");
        prop_assert_eq!(found.len(), expected);
        prop_assert_eq!(member(&document, "hosts")[0].as_items().unwrap()[0].as_str(), Some(name.as_str()));
    }
}
