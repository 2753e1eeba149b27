//! Reads finished outputs.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::seal::Seal;
use super::{
    BLOCK, ENTRY, FORMAT, MARK, NameDigest, PREFIX, Place, Recipe, SALT, SUMMARY, Stamp, Told, Warning,
    name_digest,
};
use crate::store::LocalStore;
use crate::store::encoding::{Cursor, Malformed};

/// A finished output that fits: the same recipe and facts would give the same again.
pub struct Finished {
    file: File,
    seal: Seal,
    told: Told,
    length: u64,
    /// The number of blocks that are the output; the others are the index.
    pub(super) blocks: usize,
    /// Where the blocks begin in the file, and where the last one ends.
    bounds: Vec<u64>,
    /// The first digest of each block of the index.
    pub(super) firsts: Vec<NameDigest>,
}

impl LocalStore {
    /// Returns the output of a recipe and facts; none where it is not there, or made of something else, or damaged.
    pub fn finished(&self, recipe: &Recipe, stamps: &[Stamp]) -> Option<Finished> {
        let file = File::open(self.finished_path(recipe)).ok()?;
        Finished::open(file, &recipe.secret(stamps)).ok()
    }
}

impl Finished {
    fn open(mut file: File, secret: &[u8; 32]) -> io::Result<Finished> {
        let mut prefix = [0; PREFIX];
        file.read_exact(&mut prefix)?;
        let (mark, rest) = prefix.split_at(MARK.len());
        let (format, salt) = rest.split_at(4);
        let salt: &[u8; SALT] = salt.try_into().map_err(io::Error::other)?;
        let seal = Seal::new(secret, salt).filter(|_| mark == MARK && format == FORMAT.to_le_bytes());
        let seal = seal.ok_or_else(damaged)?;

        let mut length = [0; 4];
        let end = file.seek(SeekFrom::End(-4))?;
        file.read_exact(&mut length)?;
        let length = u64::from(u32::from_le_bytes(length));
        let start = end.checked_sub(length).filter(|start| *start >= PREFIX as u64).ok_or_else(damaged)?;
        let mut summary = read_at(&mut file, start..end)?;
        let summary = seal.open(SUMMARY, &mut summary).map_err(|_| damaged())?.to_vec();
        Finished::parse(file, seal, &summary).map_err(|_| damaged())
    }

    /// Reads the summary, which nobody can have changed.
    fn parse(file: File, seal: Seal, summary: &[u8]) -> Result<Finished, Malformed> {
        let mut summary = Cursor::new(summary);
        let mut told = Told { machines: summary.number()?, warnings: Vec::new() };
        for _ in 0..summary.number()? {
            let is_loss = summary.byte()? != 0;
            told.warnings.push(Warning { text: summary.text()?.to_owned(), is_loss });
        }
        let (length, blocks, all) = (summary.number()?, summary.number()?, summary.number()?);
        let mut bounds = vec![PREFIX as u64];
        let mut end = PREFIX as u64;
        for _ in 0..all {
            end += summary.number()?;
            bounds.push(end);
        }
        let mut firsts = Vec::new();
        while !summary.is_empty() {
            let mut first = NameDigest::default();
            first.copy_from_slice(summary.take(16)?);
            firsts.push(first);
        }
        let blocks = usize::try_from(blocks).map_err(|_| Malformed::from("has too many blocks"))?;
        Ok(Finished { file, seal, told, length, blocks, bounds, firsts })
    }

    /// Returns what the run had to tell.
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// Tells whether every block is as it was written: to know before anything is printed. Costs little beside printing.
    pub fn is_whole(&mut self) -> bool {
        (0..self.blocks).all(|number| {
            let sealed = self.sealed(number);
            sealed.is_ok_and(|mut sealed| self.seal.open(number as u64, &mut sealed).is_ok())
        })
    }

    /// Prints the whole.
    ///
    /// # Errors
    /// Those of `out`; and when the file is damaged, of which a part may be printed already.
    pub fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut left = self.length;
        for number in 0..self.blocks {
            let block = self.block(number)?;
            left = left.checked_sub(block.len() as u64).ok_or_else(damaged)?;
            out.write_all(&block)?;
        }
        if left == 0 { out.flush() } else { Err(damaged()) }
    }

    /// Returns a part of the output, by the name of a host whose place was told; none where none was.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn part_of(&mut self, host: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(place) = self.place(&name_digest(host))? else { return Ok(None) };
        let first = usize::try_from(place.start / BLOCK as u64).map_err(io::Error::other)?;
        let start = usize::try_from(place.start % BLOCK as u64).map_err(io::Error::other)?;
        let length =
            place.end.checked_sub(place.start).filter(|_| place.end <= self.length).ok_or_else(damaged)?;
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let mut part = Vec::new();
        for number in first..self.blocks {
            part.extend(self.block(number)?);
            if part.len() >= start + length {
                break;
            }
        }
        part.get(start..start + length).map(<[u8]>::to_vec).map(Some).ok_or_else(damaged)
    }

    /// Looks up where a host is.
    fn place(&mut self, digest: &NameDigest) -> io::Result<Option<Place>> {
        let Some(after) = self.firsts.partition_point(|first| first <= digest).checked_sub(1) else {
            return Ok(None);
        };
        let block = self.block(self.blocks + after)?;
        let found = block.chunks_exact(ENTRY).find_map(|entry| {
            let (found, place) = entry.split_at(16);
            let (start, end) = place.split_at(8);
            let number = |bytes: &[u8]| Some(u64::from_le_bytes(bytes.try_into().ok()?));
            if found == digest { Some(number(start)?..number(end)?) } else { None }
        });
        Ok(found)
    }

    fn sealed(&mut self, number: usize) -> io::Result<Vec<u8>> {
        let (Some(start), Some(end)) = (self.bounds.get(number), self.bounds.get(number + 1)) else {
            return Err(damaged());
        };
        read_at(&mut self.file, *start..*end)
    }

    fn block(&mut self, number: usize) -> io::Result<Vec<u8>> {
        let mut sealed = self.sealed(number)?;
        let block = self.seal.open(number as u64, &mut sealed).map_err(|_| damaged())?;
        lz4_flex::block::decompress_size_prepended(block).map_err(|_| damaged())
    }
}

fn read_at(file: &mut File, place: Place) -> io::Result<Vec<u8>> {
    let length = place.end.checked_sub(place.start).and_then(|length| usize::try_from(length).ok());
    let mut bytes = vec![0; length.ok_or_else(damaged)?];
    file.seek(SeekFrom::Start(place.start))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the kept output is damaged")
}
