//! Writes the content of entries.

use std::collections::HashMap;

use super::primitive::{put_bytes, put_number, put_signed};
use super::{BLOCK, DEPTH, record, tag};
use crate::discovery::{Facts, Note, Scope};
use crate::store::Content;
use crate::value::{Map, Time, Value};

/// Returns the blocks of a content, and their size when not compressed.
///
/// # Errors
/// When a value is of a type that only expressions have, or nested too deeply: in words that go on from "facts hold".
pub(in crate::store) fn write(content: &Content) -> Result<(Vec<u8>, u64), String> {
    let mut writer = Writer::default();
    match content {
        Content::Plan(plan) => {
            plan.scopes.iter().for_each(|scope| writer.scope(scope));
            plan.notes.iter().for_each(|note| writer.note(note));
        }
        Content::Facts(page) => {
            page.notes.iter().for_each(|note| writer.note(note));
            page.facts.iter().try_for_each(|facts| writer.facts(facts))?;
        }
    }
    writer.close_block();
    Ok((writer.out, writer.size))
}

/// Collects a block: new texts and records apart, as the texts come first.
#[derive(Default)]
struct Writer<'a> {
    out: Vec<u8>,
    size: u64,
    numbers: HashMap<&'a str, u64>,
    new_texts: u64,
    texts: Vec<u8>,
    records: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn scope(&mut self, scope: &'a Scope) {
        self.records.push(record::SCOPE);
        self.text(scope.cloud);
        for part in [&scope.account, &scope.region] {
            self.records.push(part.is_some().into());
            if let Some(text) = part {
                self.text(text);
            }
        }
        self.close_full_block();
    }

    fn note(&mut self, note: &'a Note) {
        self.records.push(record::NOTE);
        self.text(&note.message);
        self.records.push(note.is_loss.into());
        put_number(&mut self.records, note.machines.len() as u64);
        note.machines.iter().for_each(|machine| self.text(machine));
        self.close_full_block();
    }

    fn facts(&mut self, facts: &'a Facts) -> Result<(), String> {
        self.records.push(record::FACT);
        self.text(facts.kind);
        self.text(&facts.id);
        self.value(&facts.record, DEPTH)?;
        self.close_full_block();
        Ok(())
    }

    fn value(&mut self, value: &'a Value, depth: usize) -> Result<(), String> {
        let depth = depth.checked_sub(1).ok_or_else(|| format!("values in more than {DEPTH} levels"))?;
        match value {
            Value::Null => self.records.push(tag::NULL),
            Value::Bool(false) => self.records.push(tag::FALSE),
            Value::Bool(true) => self.records.push(tag::TRUE),
            Value::Int(number) => {
                self.records.push(tag::INT);
                put_signed(&mut self.records, *number);
            }
            Value::BigInt(number) => {
                self.records.push(tag::BIG_INT);
                put_bytes(&mut self.records, &number.to_signed_bytes_le());
            }
            Value::Float(number) => {
                self.records.push(tag::FLOAT);
                self.records.extend(number.to_bits().to_le_bytes());
            }
            Value::Text(text) => {
                self.records.push(tag::TEXT);
                self.text(text);
            }
            Value::List(items) => {
                self.records.push(tag::LIST);
                put_number(&mut self.records, items.len() as u64);
                items.iter().try_for_each(|item| self.value(item, depth))?;
            }
            Value::Map(map) => self.map(map, depth)?,
            Value::Time(time) => self.time(time),
            other => return Err(format!("a value of the type `{}`", other.type_name())),
        }
        Ok(())
    }

    fn map(&mut self, map: &'a Map, depth: usize) -> Result<(), String> {
        let is_plain = map.keys().all(|key| matches!(key, Value::Text(_)));
        self.records.push(if is_plain { tag::MAP } else { tag::ANY_MAP });
        put_number(&mut self.records, map.len() as u64);
        for (key, value) in map.iter() {
            match key {
                Value::Text(text) if is_plain => self.text(text),
                key => self.value(key, depth)?,
            }
            self.value(value, depth)?;
        }
        Ok(())
    }

    fn time(&mut self, time: &Time) {
        let civil = time.civil;
        self.records.push(if time.offset.is_some() { tag::TIME } else { tag::NAIVE_TIME });
        put_signed(&mut self.records, civil.year().into());
        for part in [civil.month(), civil.day(), civil.hour(), civil.minute(), civil.second()] {
            self.records.push(part.cast_unsigned());
        }
        put_signed(&mut self.records, civil.subsec_nanosecond().into());
        if let Some(offset) = time.offset {
            put_signed(&mut self.records, offset.seconds().into());
        }
    }

    /// Writes the number of a text, which is that of its first use.
    fn text(&mut self, text: &'a str) {
        let next = self.numbers.len() as u64;
        let number = *self.numbers.entry(text).or_insert_with(|| {
            put_bytes(&mut self.texts, text.as_bytes());
            self.new_texts += 1;
            next
        });
        put_number(&mut self.records, number);
    }

    fn close_full_block(&mut self) {
        if self.texts.len() + self.records.len() >= BLOCK {
            self.close_block();
        }
    }

    fn close_block(&mut self) {
        if self.records.is_empty() {
            return;
        }
        let mut block = Vec::with_capacity(self.texts.len() + self.records.len() + 10);
        put_number(&mut block, self.new_texts);
        block.append(&mut self.texts);
        block.append(&mut self.records);
        self.new_texts = 0;
        put_number(&mut self.out, block.len() as u64);
        put_bytes(&mut self.out, &lz4_flex::block::compress(&block));
        self.size += block.len() as u64;
    }
}
