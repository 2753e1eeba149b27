//! Reads the instances of an answer by the tables of their members, in one pass.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use inventory_core::discovery::Facts;
use inventory_core::value::{Interner, Map, Text, Value};

use super::schema::{INSTANCE, Kind, Shape};
use super::{INSTANCE as INSTANCE_KIND, Page, timestamp};
use crate::xml::{Elements, Malformed, Name, Part};

const ANSWER: &str = "DescribeInstancesResponse";

/// The most characters of a value that a message shows.
const SHOWN: usize = 60;

/// An answer that is whole but does not say what an answer says.
#[derive(Clone, Debug)]
pub(crate) struct NotUnderstood {
    /// The id of the instance, where it is one that is not understood.
    instance: Option<Text>,
    problem: String,
}

impl fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.instance {
            write!(f, "instance `{id}`: ")?;
        }
        f.write_str(&self.problem)
    }
}

impl StdError for NotUnderstood {}

/// Reads a page.
///
/// Fails with [`Malformed`] when the answer is not whole, else with [`NotUnderstood`] for the first of its values that
/// is none.
pub(super) fn read(body: &[u8], interner: &mut Interner) -> Result<Page, BoxError> {
    let mut reader = Reader {
        elements: Elements::of(body)?,
        interner,
        members: Vec::new(),
        items: Vec::new(),
        fault: None,
    };
    let page = reader.answer()?;
    match reader.fault {
        Some(fault) => Err(fault.into()),
        None => Ok(page),
    }
}

struct Reader<'a, 'i> {
    elements: Elements<'a>,
    interner: &'i mut Interner,
    /// The members of the structures that are being read, each in its place.
    members: Vec<Option<Value>>,
    /// The items of the lists that are being read.
    items: Vec<Value>,
    /// The first thing that is not understood: told when the rest proves to be well-formed.
    fault: Option<NotUnderstood>,
}

impl<'a> Reader<'a, '_> {
    fn answer(&mut self) -> Result<Page, Malformed> {
        let mut page = Page::default();
        if let Some(root) = self.child()?.filter(|root| root.local() != ANSWER) {
            self.note(|| format!("`{}` is not `{ANSWER}`", shortened(root.local())));
        }
        let mut has_set = false;
        while let Some(name) = self.child()? {
            match name.local() {
                "reservationSet" => {
                    has_set = true;
                    self.each_item(|reader| reader.reservation(&mut page.instances))?;
                }
                "nextToken" => page.next = Some(self.text(name.local())?.into_owned()),
                _ => self.skip()?,
            }
        }
        // What follows the root must be nothing.
        self.child()?;
        if !has_set {
            self.note(|| "it has no `reservationSet`".to_owned());
        }
        Ok(page)
    }

    fn reservation(&mut self, facts: &mut Vec<Facts>) -> Result<(), Malformed> {
        let [mut owner, mut requester, mut reservation] = [const { Text::new() }; 3];
        let mut instances = Vec::new();
        while let Some(name) = self.child()? {
            match name.local() {
                "ownerId" => owner = self.shared_text(name.local())?,
                "requesterId" => requester = self.shared_text(name.local())?,
                "reservationId" => reservation = self.shared_text(name.local())?,
                "instancesSet" => self.each_item(|reader| {
                    instances.push(reader.instance()?);
                    Ok(())
                })?,
                _ => self.skip()?,
            }
        }
        facts.extend(instances.into_iter().map(|(id, mut map)| {
            // The plugin always sets the four.
            map.push(arcstr::literal!("owner_id"), owner.clone());
            map.push(arcstr::literal!("requester_id"), requester.clone());
            map.push(arcstr::literal!("reservation_id"), reservation.clone());
            if !map.contains("tags") {
                map.push(arcstr::literal!("tags"), Map::new());
            }
            self.interner.shapes.share(&mut map);
            Facts { kind: INSTANCE_KIND, id, record: map.into() }
        }));
        Ok(())
    }

    /// Reads an instance, with room for the keys that its reservation adds.
    fn instance(&mut self) -> Result<(Text, Map), Malformed> {
        let was_sound = self.fault.is_none();
        let map = self.structure(&INSTANCE, 4)?;
        let id = match map.get("instance_id") {
            Some(Value::Text(id)) => id.clone(),
            _ => Text::new(),
        };
        if let Some(fault) = self.fault.as_mut().filter(|_| was_sound) {
            fault.instance = Some(id.clone());
        }
        Ok((id, map))
    }

    /// Reads a structure into a map with room for `more` keys, which shares its keys where there are none; members that are not there have no key, of one that is
    /// there twice the last counts.
    fn structure(&mut self, shape: &'static Shape, more: usize) -> Result<Map, Malformed> {
        let first = self.members.len();
        self.members.resize_with(first + shape.members.len(), || None);
        let mut next = 0;
        while let Some(name) = self.child()? {
            let Some((place, member)) = shape.find(name.local(), next) else {
                self.skip()?;
                continue;
            };
            next = place + 1;
            let value = self.value(&member.kind, &member.key)?;
            if let Some(slot) = self.members.get_mut(first + place) {
                *slot = Some(value);
            }
        }
        let present = self.members.iter().skip(first).flatten().count();
        let mut map = Map::with_capacity(present + more);
        for (member, value) in shape.members.iter().zip(self.members.drain(first..)) {
            if let Some(value) = value {
                map.push(member.key.clone(), value);
            }
        }
        if more == 0 {
            self.interner.shapes.share(&mut map);
        }
        Ok(map)
    }

    /// Reads the value of a member, which messages call `key`.
    fn value(&mut self, kind: &'static Kind, key: &str) -> Result<Value, Malformed> {
        Ok(match kind {
            Kind::Text => self.shared_text(key)?.into(),
            Kind::Integer => self.parsed(key, "an integer", |text| text.parse().ok().map(Value::Int))?,
            // Anything else is false, as for botocore.
            Kind::Boolean => self.parsed(key, "true or false", |text| Some(Value::Bool(text == "true")))?,
            Kind::Timestamp => self.parsed(key, "a time", |text| timestamp::read(text).map(Value::from))?,
            Kind::Structure(shape) => self.structure(shape, 0)?.into(),
            Kind::Placement(shape) => self.placement(shape)?.into(),
            Kind::List(items) => self.list(items, key)?.into(),
            Kind::Tags => self.tags()?.into(),
        })
    }

    fn list(&mut self, kind: &'static Kind, key: &str) -> Result<Vec<Value>, Malformed> {
        let first = self.items.len();
        self.each_item(|reader| {
            let item = reader.value(kind, key)?;
            reader.items.push(item);
            Ok(())
        })?;
        Ok(self.items.split_off(first))
    }

    /// Adds `region`, as the plugin does: the zone without its last character.
    fn placement(&mut self, shape: &'static Shape) -> Result<Map, Malformed> {
        let mut map = self.structure(shape, 1)?;
        if let Some(zone) = map.get("availability_zone").and_then(Value::as_str) {
            let end = zone.char_indices().next_back().map_or(0, |(place, _)| place);
            let region = self.interner.intern(zone.get(..end).unwrap_or_default());
            map.push(arcstr::literal!("region"), region);
            self.interner.shapes.share(&mut map);
        }
        Ok(map)
    }

    /// Makes a dict of the tags; of equal keys the last value wins.
    fn tags(&mut self) -> Result<Map, Malformed> {
        let mut map = Map::new();
        self.each_item(|reader| {
            let [mut key, mut value] = [const { Text::new() }; 2];
            while let Some(name) = reader.child()? {
                match name.local() {
                    "key" => key = reader.shared_text(name.local())?,
                    "value" => value = reader.shared_text(name.local())?,
                    _ => reader.skip()?,
                }
            }
            map.insert(key, value);
            Ok(())
        })?;
        self.interner.shapes.share(&mut map);
        Ok(map)
    }

    /// Reads a text with `parse`; one that it does not take makes the answer one that is not understood.
    fn parsed(
        &mut self,
        key: &str,
        expected: &str,
        parse: fn(&str) -> Option<Value>,
    ) -> Result<Value, Malformed> {
        let text = self.text(key)?;
        Ok(parse(text.trim_ascii()).unwrap_or_else(|| {
            self.note(|| format!("`{key}` is `{}`, not {expected}", shortened(&text)));
            Value::Null
        }))
    }

    /// Reads a text, of which equal ones are kept once.
    fn shared_text(&mut self, key: &str) -> Result<Text, Malformed> {
        let text = self.text(key)?;
        Ok(self.interner.intern(&text))
    }

    /// Reads the text of the element that began last.
    fn text(&mut self, key: &str) -> Result<Cow<'a, str>, Malformed> {
        let mut text = Cow::Borrowed("");
        loop {
            match self.elements.next()? {
                Some(Part::Text(more)) if text.is_empty() => text = more,
                Some(Part::Text(more)) => text.to_mut().push_str(&more),
                Some(Part::Start(name)) => {
                    self.note(|| format!("`{key}` holds `{}`, not a text", shortened(name.local())));
                    self.skip()?;
                }
                Some(Part::End) | None => return Ok(text),
            }
        }
    }

    /// Visits the elements called `item` in the element that began last.
    fn each_item(
        &mut self,
        mut visit: impl FnMut(&mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        while let Some(name) = self.child()? {
            if name.local() == "item" {
                visit(self)?;
            } else {
                self.skip()?;
            }
        }
        Ok(())
    }

    /// Returns the name of the next element in the one that began last; none at its end.
    fn child(&mut self) -> Result<Option<Name<'a>>, Malformed> {
        loop {
            match self.elements.next()? {
                Some(Part::Start(name)) => return Ok(Some(name)),
                // Space between elements.
                Some(Part::Text(_)) => {}
                Some(Part::End) | None => return Ok(None),
            }
        }
    }

    /// Goes to the end of the element that began last.
    fn skip(&mut self) -> Result<(), Malformed> {
        let mut open = 1;
        while open > 0 {
            match self.elements.next()? {
                Some(Part::Start(_)) => open += 1,
                Some(Part::Text(_)) => {}
                Some(Part::End) | None => open -= 1,
            }
        }
        Ok(())
    }

    fn note(&mut self, problem: impl FnOnce() -> String) {
        if self.fault.is_none() {
            self.fault = Some(NotUnderstood { instance: None, problem: problem() });
        }
    }
}

/// Returns a text of an answer for a message: its beginning, on one line.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short.escape_debug().to_string()
}

#[cfg(test)]
mod tests;
