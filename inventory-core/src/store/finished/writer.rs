//! Writes a finished output while it is printed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};

use super::seal::Seal;
use super::{
    BLOCK, ENTRIES, ENTRY, FORMAT, MARK, NameDigest, PREFIX, Place, Recipe, SALT, SUMMARY, Stamp, Told,
    Warning, name_digest,
};
use crate::store::encoding::{put_bytes, put_number};
use crate::store::{Error, LocalStore, directory};

/// A file that is being written. It counts only once it is complete; until then it has no name that anyone reads.
pub struct Finishing {
    path: PathBuf,
    unfinished: PathBuf,
    file: BufWriter<File>,
    seal: Seal,
    /// What is not yet a block.
    pending: Vec<u8>,
    /// The length of the output up to now.
    length: u64,
    /// Where the blocks end in the file.
    ends: Vec<u64>,
    is_complete: bool,
}

impl LocalStore {
    /// Begins to keep an output that is made of a recipe and facts.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn finish(&self, recipe: &Recipe, stamps: &[Stamp]) -> Result<Finishing, Error> {
        let path = self.finished_path(recipe);
        let mut salt = [0; SALT];
        let seal =
            SystemRandom::new().fill(&mut salt).ok().and_then(|()| Seal::new(&recipe.secret(stamps), &salt));
        let no_seal = || Error::new("write", &path, "the system has no random numbers".to_owned());
        let seal = seal.ok_or_else(no_seal)?;
        let (file, unfinished) = directory::create_unfinished(&path).map_err(Error::of("write", &path))?;
        let mut finishing = Finishing {
            path,
            unfinished,
            file: BufWriter::new(file),
            seal,
            pending: Vec::with_capacity(2 * BLOCK),
            length: 0,
            ends: Vec::new(),
            is_complete: false,
        };
        let head = [MARK.as_slice(), &FORMAT.to_le_bytes(), &salt].concat();
        finishing.file.write_all(&head).map_err(Error::of("write", &finishing.path))?;
        Ok(finishing)
    }
}

impl Finishing {
    /// Gives the file its name, now that the output is whole.
    ///
    /// `hosts` says where the variables of each host are. The file is not forced to the disk: one that a crash tears does
    /// not open.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn complete<'a>(
        mut self,
        told: &Told,
        hosts: impl IntoIterator<Item = (&'a str, Range<u64>)>,
    ) -> Result<(), Error> {
        let hosts = hosts.into_iter().map(|(name, place)| (name_digest(name), place));
        let written = self.write_rest(told, hosts.collect());
        written.map_err(Error::of("write", &self.path))
    }

    fn write_rest(&mut self, told: &Told, mut hosts: Vec<(NameDigest, Place)>) -> io::Result<()> {
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            self.write_block(&pending)?;
        }
        let blocks = self.ends.len() as u64;
        hosts.sort_unstable_by_key(|(digest, _)| *digest);
        for entries in hosts.chunks(ENTRIES) {
            let mut block = Vec::with_capacity(entries.len() * ENTRY);
            for (digest, place) in entries {
                block.extend_from_slice(digest);
                block.extend_from_slice(&place.start.to_le_bytes());
                block.extend_from_slice(&place.end.to_le_bytes());
            }
            self.write_block(&block)?;
        }
        let mut summary = Vec::new();
        put_number(&mut summary, told.machines);
        put_number(&mut summary, told.warnings.len() as u64);
        for Warning { text, is_loss } in &told.warnings {
            summary.push((*is_loss).into());
            put_bytes(&mut summary, text.as_bytes());
        }
        let numbers = [self.length, blocks, self.ends.len() as u64];
        numbers.into_iter().for_each(|number| put_number(&mut summary, number));
        let mut start = PREFIX as u64;
        for end in &self.ends {
            put_number(&mut summary, end - start);
            start = *end;
        }
        hosts
            .chunks(ENTRIES)
            .filter_map(<[_]>::first)
            .for_each(|(digest, _)| summary.extend_from_slice(digest));
        self.seal.close(SUMMARY, &mut summary).map_err(|_| io::Error::other("cannot be sealed"))?;
        let length = u32::try_from(summary.len()).map_err(io::Error::other)?;
        self.file.write_all(&summary)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.flush()?;
        fs::rename(&self.unfinished, &self.path)?;
        self.is_complete = true;
        Ok(())
    }

    fn write_block(&mut self, block: &[u8]) -> io::Result<()> {
        let mut sealed = lz4_flex::block::compress_prepend_size(block);
        let number = self.ends.len() as u64;
        self.seal.close(number, &mut sealed).map_err(|_| io::Error::other("cannot be sealed"))?;
        let start = self.ends.last().copied().unwrap_or(PREFIX as u64);
        self.ends.push(start + sealed.len() as u64);
        self.file.write_all(&sealed)
    }
}

impl Write for Finishing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        self.length += bytes.len() as u64;
        if self.pending.len() >= BLOCK {
            let pending = std::mem::take(&mut self.pending);
            let blocks = pending.chunks_exact(BLOCK);
            let rest = blocks.remainder().to_vec();
            blocks.into_iter().try_for_each(|block| self.write_block(block))?;
            self.pending = rest;
        }
        Ok(bytes.len())
    }

    /// Does nothing: only the whole counts.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Finishing {
    fn drop(&mut self) {
        if !self.is_complete {
            // It is cleaned up later when this fails, too.
            let _ = fs::remove_file(Path::new(&self.unfinished));
        }
    }
}
