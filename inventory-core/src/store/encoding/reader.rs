//! Reads the content of entries, without trust in the bytes.

use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use num_bigint::BigInt;

use super::primitive::{Cursor, Malformed};
use super::{DEPTH, record, tag};
use crate::discovery::{Facts, Note, Plan, Scope};
use crate::store::Vocabulary;
use crate::value::{Map, Shapes, Text, Time, Value};

/// The number of items for which room is made before they are read: a count may be a lie.
const BELIEVED: usize = 1024;

/// The size of the largest block that is read: what a machine has is far smaller, and a small file that claims to be
/// large is none of ours.
const LARGEST: usize = 16 << 20;

/// Reads blocks: scopes and notes of a plan, or facts and notes of a page.
///
/// Texts that repeat are shared. Fails when the bytes are not what a writer made, are not of the `size` that they have
/// when not compressed, or name a cloud or a kind of facts that no vocabulary has.
pub(in crate::store) fn read(
    blocks: &[u8],
    size: u64,
    vocabularies: &[Vocabulary],
) -> Result<(Plan, Vec<Facts>), Malformed> {
    let mut blocks = Cursor::new(blocks);
    let mut reader = Reader {
        texts: Vec::new(),
        shapes: Shapes::default(),
        open: Vec::new(),
        vocabularies,
        plan: Plan::default(),
        facts: Vec::new(),
    };
    let mut left = size;
    while !blocks.is_empty() {
        let size = blocks.count()?;
        left = left.checked_sub(size as u64).filter(|_| size <= LARGEST).ok_or("is larger than it may be")?;
        let compressed = blocks.bytes()?;
        // No block of LZ4 becomes larger than this.
        if size / 255 > compressed.len() {
            return Err("names a size that it cannot have".into());
        }
        let block = lz4_flex::block::decompress(compressed, size)
            .map_err(|error| Malformed(format!("cannot be decompressed: {error}")))?;
        if block.len() != size {
            return Err("names a size that it does not have".into());
        }
        reader.block(&mut Cursor::new(&block))?;
    }
    if left > 0 {
        return Err("is not as large as it says".into());
    }
    Ok((reader.plan, reader.facts))
}

/// Reads the content of an entry in the words of the vocabularies.
struct Reader<'a> {
    texts: Vec<Text>,
    shapes: Shapes,
    /// The keys of the maps that are being read, each after those of the one around it.
    open: Vec<Value>,
    vocabularies: &'a [Vocabulary],
    plan: Plan,
    facts: Vec<Facts>,
}

impl Reader<'_> {
    fn block(&mut self, block: &mut Cursor<'_>) -> Result<(), Malformed> {
        for _ in 0..block.count()? {
            self.texts.push(Text::from(block.text()?));
        }
        while !block.is_empty() {
            match block.byte()? {
                record::SCOPE => {
                    let scope = self.scope(block)?;
                    self.plan.scopes.push(scope);
                }
                record::NOTE => {
                    let note = self.note(block)?;
                    self.plan.notes.push(note);
                }
                record::FACT => {
                    let facts = self.fact(block)?;
                    self.facts.push(facts);
                }
                tag => return Err(Malformed(format!("holds a record of the unknown type {tag}"))),
            }
        }
        Ok(())
    }

    fn scope(&self, block: &mut Cursor<'_>) -> Result<Scope, Malformed> {
        let cloud = cloud(self.text(block)?, self.vocabularies)?;
        let mut part = || if truth(block)? { self.text(block).cloned().map(Some) } else { Ok(None) };
        Ok(Scope { cloud, account: part()?, region: part()? })
    }

    fn note(&self, block: &mut Cursor<'_>) -> Result<Note, Malformed> {
        let message = self.text(block)?.to_string();
        let is_loss = truth(block)?;
        let count = block.count()?;
        let mut machines = Vec::with_capacity(count.min(BELIEVED));
        for _ in 0..count {
            machines.push(self.text(block)?.clone());
        }
        Ok(Note { message, is_loss, machines })
    }

    fn fact(&mut self, block: &mut Cursor<'_>) -> Result<Facts, Malformed> {
        let word = self.text(block)?;
        let mut kinds = self.vocabularies.iter().flat_map(|vocabulary| vocabulary.kinds);
        let kind = kinds.find(|kind| **kind == *word);
        let kind = kind.ok_or_else(|| Malformed(format!("holds facts of the unknown kind `{word}`")))?;
        let id = self.text(block)?.clone();
        Ok(Facts { kind, id, record: self.value(block, DEPTH)? })
    }

    fn text(&self, block: &mut Cursor<'_>) -> Result<&Text, Malformed> {
        let number = block.count()?;
        self.texts.get(number).ok_or_else(|| "names a text that it does not hold".into())
    }

    fn value(&mut self, block: &mut Cursor<'_>, depth: usize) -> Result<Value, Malformed> {
        let depth = depth.checked_sub(1).ok_or_else(|| Malformed::from("nests values too deeply"))?;
        Ok(match block.byte()? {
            tag::NULL => Value::Null,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::INT => Value::Int(block.signed()?),
            tag::BIG_INT => Value::from_big_int(BigInt::from_signed_bytes_le(block.bytes()?)),
            tag::FLOAT => Value::Float(float(block)?),
            tag::TEXT => Value::Text(self.text(block)?.clone()),
            tag::LIST => {
                let count = block.count()?;
                let mut items = Vec::with_capacity(count.min(BELIEVED));
                for _ in 0..count {
                    items.push(self.value(block, depth)?);
                }
                Value::from(items)
            }
            tag::MAP => {
                let count = block.count()?;
                let first = self.open.len();
                let mut values = Vec::with_capacity(count.min(BELIEVED));
                for _ in 0..count {
                    // The keys are those of a map: distinct.
                    let key = self.text(block)?.clone();
                    self.open.push(key.into());
                    values.push(self.value(block, depth)?);
                }
                let map = self.shapes.map(self.open.get(first..).unwrap_or_default(), values);
                self.open.truncate(first);
                Value::from(map)
            }
            tag::ANY_MAP => {
                let count = block.count()?;
                let mut map = Map::with_capacity(count.min(BELIEVED));
                for _ in 0..count {
                    let key = self.value(block, depth)?;
                    map.insert(key, self.value(block, depth)?);
                }
                Value::from(map)
            }
            tag::TIME => Value::Time(Arc::new(time(block, true)?)),
            tag::NAIVE_TIME => Value::Time(Arc::new(time(block, false)?)),
            tag => return Err(Malformed(format!("holds a value of the unknown type {tag}"))),
        })
    }
}

/// Returns the word of a vocabulary for a cloud.
pub(in crate::store) fn cloud(word: &str, vocabularies: &[Vocabulary]) -> Result<&'static str, Malformed> {
    let clouds = vocabularies.iter().map(|vocabulary| vocabulary.cloud);
    let known = clouds.into_iter().find(|cloud| *cloud == word);
    known.ok_or_else(|| Malformed(format!("names the unknown cloud `{word}`")))
}

fn truth(block: &mut Cursor<'_>) -> Result<bool, Malformed> {
    match block.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err("holds a truth that is none".into()),
    }
}

fn float(block: &mut Cursor<'_>) -> Result<f64, Malformed> {
    let mut bits = [0; 8];
    bits.iter_mut().zip(block.take(8)?).for_each(|(to, from)| *to = *from);
    Ok(f64::from_bits(u64::from_le_bytes(bits)))
}

fn time(block: &mut Cursor<'_>, has_offset: bool) -> Result<Time, Malformed> {
    let no_time = || Malformed::from("holds a time that is none");
    let year = i16::try_from(block.signed()?).map_err(|_| no_time())?;
    let mut part = || block.byte().map(u8::cast_signed);
    let (month, day, hour, minute, second) = (part()?, part()?, part()?, part()?, part()?);
    let nanosecond = i32::try_from(block.signed()?).map_err(|_| no_time())?;
    let civil = DateTime::new(year, month, day, hour, minute, second, nanosecond).map_err(|_| no_time())?;
    let mut offset = None;
    if has_offset {
        let seconds = i32::try_from(block.signed()?).map_err(|_| no_time())?;
        offset = Some(Offset::from_seconds(seconds).map_err(|_| no_time())?);
    }
    Ok(Time { civil, offset })
}
