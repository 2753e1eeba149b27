//! Shares texts and keys that repeat.

use std::collections::HashSet;

use foldhash::quality::RandomState;

use super::{Shapes, Text};

/// Texts seen so far: types, zones, networks, groups, images, tags repeat over thousands of instances.
#[derive(Debug, Default)]
pub struct Interner {
    // A text is looked up for each value that a cloud sends; the hash is seeded, so that none is made to collide.
    seen: HashSet<Text, RandomState>,
    /// The keys of maps seen so far.
    pub shapes: Shapes,
}

impl Interner {
    /// Returns the shared copy of a text.
    pub fn intern(&mut self, text: &str) -> Text {
        if let Some(shared) = self.seen.get(text) {
            return shared.clone();
        }
        let shared = Text::from(text);
        self.seen.insert(shared.clone());
        shared
    }
}
