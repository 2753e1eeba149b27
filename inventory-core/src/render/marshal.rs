//! Objects as Python's `marshal` reads them, in its version 4: each is a byte that says what it is, and its content.
//!
//! An object whose byte has the flag [`NUMBERED`] gets the next number, in the order in which objects begin, and can be
//! referred to by it. So a text that more than one place holds is written once, and is one object in Python.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};

use foldhash::quality::RandomState;
use num_bigint::{BigInt, Sign};

use super::json::key_text;
use crate::name::looks_like_template;
use crate::value::{Text, Value};

/// The flag of an object that gets a number.
const NUMBERED: u8 = 0x80;

/// Writes objects, piece by piece.
pub(super) struct Marshal<'a, W> {
    out: W,
    /// How many objects have a number.
    count: usize,
    /// The numbers of texts that come again.
    texts: HashMap<&'a str, usize, RandomState>,
    /// Where texts are that stand for times.
    times: Vec<Place<'a>>,
    /// Where texts are that look like templates.
    templates: Vec<Place<'a>>,
}

/// Where an object is: in the list or dict of this number.
#[derive(Clone, Copy)]
pub(super) struct Place<'a>(usize, Item<'a>);

#[derive(Clone, Copy)]
enum Item<'a> {
    Index(usize),
    Name(&'a str),
    Key(&'a Value),
}

impl<'a, W: Write> Marshal<'a, W> {
    pub(super) fn new(out: W) -> Marshal<'a, W> {
        let (times, templates) = (Vec::new(), Vec::new());
        Marshal { out, count: 0, texts: HashMap::default(), times, templates }
    }

    /// Writes what follows the object, and hands everything to the writer beneath.
    pub(super) fn finish(mut self, end: &str) -> io::Result<()> {
        self.out.write_all(end.as_bytes())?;
        self.out.flush()
    }

    /// Begins an object that gets a number, and returns that.
    fn begin(&mut self, code: u8) -> io::Result<usize> {
        self.out.write_all(&[code | NUMBERED])?;
        self.count += 1;
        Ok(self.count - 1)
    }

    /// Writes a length or the number of an object.
    fn size(&mut self, size: usize) -> io::Result<()> {
        let size = i32::try_from(size).map_err(|_| too_much())?;
        self.out.write_all(&size.to_le_bytes())
    }

    /// Writes a number that is no value: of hosts, of items.
    pub(super) fn number(&mut self, number: usize) -> io::Result<()> {
        self.out.write_all(b"i")?;
        self.size(number)
    }

    /// Writes the object of a number once more.
    fn refer(&mut self, number: usize) -> io::Result<()> {
        self.out.write_all(b"r")?;
        self.size(number)
    }

    /// Writes a list; `write` is told the place of each item.
    pub(super) fn list<T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T, Place<'a>) -> io::Result<()>,
    ) -> io::Result<()> {
        let list = self.begin(b'[')?;
        self.size(items.len())?;
        for (index, item) in items.enumerate() {
            write(self, item, Place(list, Item::Index(index)))?;
        }
        Ok(())
    }

    /// Writes a dict.
    pub(super) fn dict<T>(
        &mut self,
        entries: impl IntoIterator<Item = (&'a str, T)>,
        mut write: impl FnMut(&mut Self, T, Place<'a>) -> io::Result<()>,
    ) -> io::Result<()> {
        let dict = self.begin(b'{')?;
        for (name, item) in entries {
            self.shared(name)?;
            write(self, item, Place(dict, Item::Name(name)))?;
        }
        self.out.write_all(b"0")
    }

    /// Writes a text that comes again.
    pub(super) fn shared(&mut self, text: &'a str) -> io::Result<()> {
        match self.texts.entry(text) {
            Entry::Occupied(number) => {
                let number = *number.get();
                self.refer(number)
            }
            Entry::Vacant(new) => {
                new.insert(self.count);
                self.count += 1;
                self.text(text, NUMBERED)
            }
        }
    }

    fn text(&mut self, text: &str, flag: u8) -> io::Result<()> {
        match u8::try_from(text.len()) {
            Ok(length) if text.is_ascii() => self.out.write_all(&[b'z' | flag, length])?,
            _ => {
                self.out.write_all(&[b'u' | flag])?;
                self.size(text.len())?;
            }
        }
        self.out.write_all(text.as_bytes())
    }

    /// Writes text that Ansible takes for data.
    pub(super) fn data(&mut self, text: &'a Text, place: Place<'a>) -> io::Result<()> {
        self.note_template(text, place);
        // What nothing else holds seldom comes again, and there are many.
        if Text::strong_count(text) == Some(1) { self.text(text, 0) } else { self.shared(text) }
    }

    fn note_template(&mut self, text: &str, place: Place<'a>) {
        if looks_like_template(text) {
            self.templates.push(place);
        }
    }

    /// Writes a value; every string in it is data.
    pub(super) fn value(&mut self, value: &'a Value, place: Place<'a>) -> io::Result<()> {
        match value {
            Value::Null | Value::Undefined(_) | Value::Omit => self.out.write_all(b"N"),
            Value::Bool(true) => self.out.write_all(b"T"),
            Value::Bool(false) => self.out.write_all(b"F"),
            Value::Int(number) => self.integer(*number),
            Value::BigInt(number) => self.long(number),
            Value::Float(number) => {
                self.out.write_all(b"g")?;
                self.out.write_all(&number.to_le_bytes())
            }
            Value::Text(text) => self.data(text, place),
            Value::List(items) | Value::Tuple(items) => self.list(items.iter(), Self::value),
            Value::Map(map) => {
                let dict = self.begin(b'{')?;
                for (key, value) in map.iter() {
                    self.key(key)?;
                    self.value(value, Place(dict, Item::Key(key)))?;
                }
                self.out.write_all(b"0")
            }
            Value::Range(range) => {
                let items: Vec<i64> = range.iter().collect();
                self.list(items.into_iter(), |marshal, item, _| marshal.integer(item))
            }
            Value::Time(time) => {
                self.times.push(place);
                self.text(&time.format('T').to_string(), 0)
            }
            Value::Duration(_) | Value::Callable(_) => {
                let text = value.to_string();
                self.note_template(&text, place);
                self.text(&text, 0)
            }
        }
    }

    /// Writes a key of a dict; one that is no scalar is a text.
    fn key(&mut self, key: &'a Value) -> io::Result<()> {
        match key {
            Value::Null => self.out.write_all(b"N"),
            Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) => {
                self.value(key, Place(0, Item::Index(0)))
            }
            _ => match key_text(key) {
                Cow::Borrowed(text) => self.shared(text),
                Cow::Owned(text) => self.text(&text, 0),
            },
        }
    }

    /// Writes an integer.
    pub(super) fn integer(&mut self, number: i64) -> io::Result<()> {
        match i32::try_from(number) {
            Ok(number) => {
                self.out.write_all(b"i")?;
                self.out.write_all(&number.to_le_bytes())
            }
            Err(_) => self.long(&number.into()),
        }
    }

    /// Writes an integer of any size: the count of its digits of 15 bits, with its sign, and they from the lowest on.
    fn long(&mut self, number: &BigInt) -> io::Result<()> {
        let mut digits = Vec::new();
        let (mut rest, mut bits) = (0_u64, 0);
        for part in number.magnitude().iter_u32_digits() {
            rest |= u64::from(part) << bits;
            bits += 32;
            while bits >= 15 {
                digits.push((rest & 0x7fff) as u16);
                rest >>= 15;
                bits -= 15;
            }
        }
        digits.push(rest as u16);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let count = i32::try_from(digits.len()).map_err(|_| too_much())?;
        self.out.write_all(b"l")?;
        self.out.write_all(&(if number.sign() == Sign::Minus { -count } else { count }).to_le_bytes())?;
        digits.iter().try_for_each(|digit| self.out.write_all(&digit.to_le_bytes()))
    }

    /// Writes where the texts are that stand for times.
    pub(super) fn times(&mut self) -> io::Result<()> {
        let times = std::mem::take(&mut self.times);
        self.places(&times)
    }

    /// Writes where the texts are that look like templates.
    pub(super) fn templates(&mut self) -> io::Result<()> {
        let templates = std::mem::take(&mut self.templates);
        self.places(&templates)
    }

    /// Writes a list of lists and dicts, each followed by the index or key in it.
    fn places(&mut self, places: &[Place<'a>]) -> io::Result<()> {
        self.begin(b'[')?;
        self.size(places.len() * 2)?;
        places.iter().try_for_each(|Place(container, item)| {
            self.refer(*container)?;
            match item {
                Item::Index(index) => self.number(*index),
                Item::Name(name) => self.shared(name),
                Item::Key(key) => self.key(key),
            }
        })
    }
}

fn too_much() -> io::Error {
    io::Error::other("the inventory is too large to be handed over")
}
