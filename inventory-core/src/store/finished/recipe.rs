//! What an output is made of.

use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::store::Key;

/// Names facts that are kept: those of a request, fetched at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub(super) name: String,
    pub(super) fetched_at: SystemTime,
}

impl Stamp {
    /// Makes the stamp of the facts of a key, from the time at which they were fetched.
    pub(crate) fn new(key: &Key, fetched_at: SystemTime) -> Stamp {
        Stamp { name: key.name().to_owned(), fetched_at }
    }

    /// Returns when they were fetched.
    pub(crate) fn fetched_at(&self) -> SystemTime {
        self.fetched_at
    }
}

/// Collects all that an output is made of besides facts: program, configuration, and what is to be printed.
#[derive(Clone)]
pub struct Recipe(Sha256);

impl Recipe {
    /// Begins with the program: its version, and what else tells one build from another.
    pub fn new(program: &str) -> Recipe {
        Recipe(Sha256::new()).part("program", program.as_bytes())
    }

    /// Adds a part. It may be secret: nothing of it can be found in the file.
    #[must_use]
    pub fn part(mut self, name: &str, bytes: &[u8]) -> Recipe {
        for piece in [name.as_bytes(), bytes] {
            self.0.update((piece.len() as u64).to_le_bytes());
            self.0.update(piece);
        }
        self
    }

    /// Returns the name of the file, which is the same for all facts: a new output takes the place of the old one.
    pub(in crate::store) fn name(&self) -> String {
        let digest = self.clone().part("use", b"name").0.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the secret from which the key of the seal is derived.
    pub(super) fn secret(&self, stamps: &[Stamp]) -> [u8; 32] {
        let mut recipe = self.clone().part("use", b"key");
        for Stamp { name, fetched_at } in stamps {
            let age = fetched_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            recipe = recipe.part(name, &age.as_nanos().to_le_bytes());
        }
        recipe.0.finalize().into()
    }
}
