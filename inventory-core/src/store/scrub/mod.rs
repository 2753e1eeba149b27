//! Replaces what identifies people and machines; what exactly is told where snapshots are written.

mod addresses;
mod pseudonyms;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{HashMap, HashSet};

use num_bigint::BigInt;

use self::addresses::Addresses;
use self::pseudonyms::Pseudonyms;
use self::words::{is_dropped, is_kept, is_place, is_tags};
use super::{Content, Entry};
use crate::discovery::{Facts, Page, Plan, Scope};
use crate::value::{Map, Text, Value};

/// Whole numbers below this stay: sizes, ports, counts, codes.
const SMALL: i64 = 100_000;

/// Returns entries in which everything is replaced that is not known to be public.
pub(super) fn scrub(entries: &[&Entry]) -> Vec<Entry> {
    let mut scrubber = Scrubber::default();
    entries.iter().for_each(|entry| scrubber.learn_places(entry));
    entries.iter().map(|entry| scrubber.entry(entry)).collect()
}

/// How the texts below a member are treated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// By the names of members.
    Members,
    /// As the value of a member that holds the cloud's own words.
    Words,
    /// As what users chose, keys and values.
    Tags,
    /// All is left out.
    Dropped,
}

impl Mode {
    /// Returns the mode of the value of a member.
    fn of(self, member: &str) -> Mode {
        match self {
            Mode::Tags | Mode::Dropped => self,
            _ if is_dropped(member) => Mode::Dropped,
            _ if is_tags(member) => Mode::Tags,
            // The name of a state is a word as well, but not all that is told of it.
            Mode::Words if member.eq_ignore_ascii_case("name") => self,
            _ if is_kept(member) || is_place(member) => Mode::Words,
            _ => Mode::Members,
        }
    }
}

/// Replaces equal things by equal ones.
#[derive(Default)]
struct Scrubber {
    addresses: Addresses,
    pseudonyms: Pseudonyms,
    numbers: HashMap<BigInt, BigInt>,
    numbers_by_length: HashMap<usize, u64>,
    /// Regions and zones, in small letters: parts of other names that stay.
    places: HashSet<String>,
}

impl Scrubber {
    fn learn_places(&mut self, entry: &Entry) {
        let mut scopes = vec![&entry.scope];
        match &entry.content {
            Content::Plan(plan) => scopes.extend(&plan.scopes),
            Content::Facts(page) => {
                page.facts.iter().for_each(|facts| self.learn_places_of(&facts.record));
            }
        }
        scopes.into_iter().filter_map(|scope| scope.region.as_deref()).for_each(|place| self.learn(place));
    }

    fn learn_places_of(&mut self, value: &Value) {
        match value {
            Value::Map(map) => {
                for (key, value) in map.iter() {
                    match (key.as_str(), value) {
                        (Some(key), Value::Text(place)) if is_place(key) => self.learn(place),
                        (Some(key), _) if is_tags(key) || is_dropped(key) => {}
                        _ => self.learn_places_of(value),
                    }
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.learn_places_of(item)),
            _ => {}
        }
    }

    /// Learns a region or zone, such as `eu-west-1` or `westeurope`, but no number, path or sentence.
    fn learn(&mut self, place: &str) {
        let is_word = |character: char| character.is_ascii_alphanumeric() || character == '-';
        if (4..=32).contains(&place.len()) && place.chars().all(is_word) {
            self.places.insert(place.to_lowercase());
        }
    }

    fn entry(&mut self, entry: &Entry) -> Entry {
        let content = match &entry.content {
            Content::Plan(plan) => {
                let scopes: Vec<_> = plan.scopes.iter().map(|scope| self.scope(scope)).collect();
                Content::Plan(Plan::from(scopes))
            }
            Content::Facts(page) => {
                let facts = page.facts.iter().map(|facts| self.facts(facts)).collect();
                Content::Facts(Page { facts, notes: Vec::new() })
            }
        };
        Entry { scope: self.scope(&entry.scope), fetched_at: entry.fetched_at, content }
    }

    fn scope(&mut self, scope: &Scope) -> Scope {
        let account = scope.account.as_ref().map(|account| self.text(account, Mode::Members));
        Scope { account, ..scope.clone() }
    }

    fn facts(&mut self, facts: &Facts) -> Facts {
        let id = self.text(&facts.id, Mode::Members);
        Facts { kind: facts.kind, id, record: self.value(&facts.record, Mode::Members) }
    }

    fn value(&mut self, value: &Value, mode: Mode) -> Value {
        match value {
            Value::Text(text) => Value::Text(self.text(text, mode)),
            Value::Int(_) | Value::BigInt(_) if mode == Mode::Dropped => Value::Int(0),
            Value::Float(_) if mode == Mode::Dropped => Value::Float(0.0),
            Value::Int(number) if number.unsigned_abs() < SMALL.unsigned_abs() => Value::Int(*number),
            Value::Int(number) => self.number(&BigInt::from(*number)),
            Value::BigInt(number) => self.number(number),
            Value::List(items) => items.iter().map(|item| self.value(item, mode)).collect::<Vec<_>>().into(),
            Value::Map(map) => self.map(map, mode).into(),
            other => other.clone(),
        }
    }

    fn map(&mut self, map: &Map, mode: Mode) -> Map {
        let mut scrubbed = Map::with_capacity(map.len());
        for (key, value) in map.iter() {
            let Value::Text(member) = key else {
                let key = self.value(key, mode);
                scrubbed.insert(key, self.value(value, mode));
                continue;
            };
            let is_name = mode != Mode::Tags && is_member(member);
            let name = if is_name { member.clone() } else { self.text(member, Mode::Tags) };
            // What a key of metadata means is no secret; its value may be.
            let mode = if mode == Mode::Dropped && member == "key" { Mode::Tags } else { mode.of(member) };
            scrubbed.insert(name, self.value(value, mode));
        }
        scrubbed
    }

    fn text(&mut self, text: &Text, mode: Mode) -> Text {
        let is_plain = |text: &str| text.len() <= 64 && (!text.contains(['/', ':', '@']) || is_state(text));
        if text.is_empty() || (mode == Mode::Words && is_plain(text)) || is_time(text) {
            return text.clone();
        }
        if mode == Mode::Dropped {
            return Text::new();
        }
        match self.addresses.whole(text) {
            Some(address) => address.into(),
            None => self.parts(text).into(),
        }
    }

    /// Replaces the words of a text, and leaves what is between them.
    fn parts(&mut self, text: &str) -> String {
        let mut scrubbed = String::with_capacity(text.len());
        let mut rest = text;
        let mut is_named_type = false;
        while let Some(first) = rest.chars().next() {
            if !first.is_alphanumeric() {
                scrubbed.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                continue;
            }
            if let Some((address, length)) = self.addresses.front(rest, '.') {
                scrubbed.push_str(&address);
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            let is_of_name = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_');
            let (name, after) = split(rest, is_of_name);
            if is_named_type || self.places.contains(&name.to_lowercase()) {
                scrubbed.push_str(name);
            } else if let Some(guid) = self.pseudonyms.guid(name) {
                scrubbed.push_str(&guid);
            } else {
                self.name(name, &mut scrubbed);
            }
            is_named_type = after.starts_with('/') && words::is_collection_of_types(name);
            rest = after;
        }
        scrubbed
    }

    /// Replaces the words of a name: letters and digits between `-` and `_`.
    fn name(&mut self, name: &str, scrubbed: &mut String) {
        let mut rest = name;
        while let Some(first) = rest.chars().next() {
            if !first.is_alphanumeric() {
                scrubbed.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            } else if let Some((address, length)) = self.addresses.front(rest, '-') {
                scrubbed.push_str(&address);
                rest = rest.get(length..).unwrap_or_default();
            } else {
                let (word, after) = split(rest, char::is_alphanumeric);
                scrubbed.push_str(&self.pseudonyms.word(word));
                rest = after;
            }
        }
    }

    /// Replaces a whole number by one with as many digits.
    fn number(&mut self, number: &BigInt) -> Value {
        if let Some(other) = self.numbers.get(number) {
            return Value::from_big_int(other.clone());
        }
        let length = number.magnitude().to_string().len();
        let next = self.numbers_by_length.entry(length).or_default();
        *next += 1;
        let magnitude =
            BigInt::from(10).pow(u32::try_from(length - 1).unwrap_or_default()) + BigInt::from(*next);
        let other = if number.sign() == num_bigint::Sign::Minus { -magnitude } else { magnitude };
        self.numbers.insert(number.clone(), other.clone());
        Value::from_big_int(other)
    }
}

/// Splits a text after the characters at its front that belong together.
fn split(text: &str, is_part: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|character| !is_part(character)).unwrap_or(text.len()))
}

/// Tells whether a key is the name of a member of the API, not an id or a path.
fn is_member(key: &str) -> bool {
    let is_of_name = |character: char| character.is_ascii_alphanumeric() || "_-.@$ ".contains(character);
    key.chars().all(is_of_name) && key.bytes().filter(u8::is_ascii_digit).count() < 4
}

/// Tells whether a text is a state as Azure writes it, such as `PowerState/running`.
fn is_state(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphabetic());
    text.split_once('/')
        .is_some_and(|(kind, state)| kind.ends_with("State") && is_word(kind) && is_word(state))
}

/// Tells whether a text is a date, or a date and time, in ISO 8601.
fn is_time(text: &str) -> bool {
    let has_shape = |text: &[u8], shape: &[u8]| {
        let fits = |(byte, shape): (&u8, &u8)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        };
        text.len() == shape.len() && text.iter().zip(shape).all(fits)
    };
    let bytes = text.as_bytes();
    let Some((front, rest)) = bytes.split_at_checked(19) else { return has_shape(bytes, b"0000-00-00") };
    let fraction = match rest.split_first() {
        Some((b'.', digits)) => 1 + digits.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => 0,
    };
    let offset = rest.get(fraction..).unwrap_or_default();
    (has_shape(front, b"0000-00-00T00:00:00") || has_shape(front, b"0000-00-00 00:00:00"))
        && fraction <= 10
        && (offset.is_empty()
            || offset == b"Z"
            || has_shape(offset, b"+00:00")
            || has_shape(offset, b"-00:00")
            || has_shape(offset, b"+0000"))
}
