//! Words in place of words.

use std::collections::{HashMap, HashSet};

use super::words::is_public;

/// What a character of a word is replaced by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Class {
    Digit,
    Hex,
    Letter,
}

impl Class {
    /// Returns the characters of the class.
    fn characters(self) -> &'static [u8] {
        match self {
            Class::Digit => b"0123456789",
            Class::Hex => b"abcdef",
            Class::Letter => b"abcdefghijklmnopqrstuvwxyz",
        }
    }
}

/// The pseudonyms of words, without regard to case: made by counting, so that none tells of its word.
#[derive(Default)]
pub(super) struct Pseudonyms {
    words: HashMap<String, String>,
    taken: HashSet<String>,
    counts: HashMap<Vec<Class>, u64>,
    guids: HashMap<String, String>,
}

impl Pseudonyms {
    /// Returns what stands for a word of letters and digits, of its length and with its capitals.
    pub(super) fn word(&mut self, word: &str) -> String {
        let lower = word.to_lowercase();
        if is_public(&lower) {
            return word.to_owned();
        }
        let pseudonym = match self.words.get(&lower) {
            Some(pseudonym) => pseudonym.clone(),
            None => {
                let pseudonym = self.next(classes(&lower));
                self.words.insert(lower, pseudonym.clone());
                pseudonym
            }
        };
        let mut capitals = word.chars().map(char::is_uppercase);
        let mut case = |character: char| match capitals.next() {
            Some(true) => character.to_ascii_uppercase(),
            _ => character,
        };
        pseudonym.chars().map(&mut case).collect()
    }

    /// Returns the GUID that stands for another; none for what is no GUID.
    pub(super) fn guid(&mut self, name: &str) -> Option<String> {
        let is_guid = name.len() == 36
            && name.bytes().enumerate().all(|(place, byte)| match place {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
        let next = self.guids.len() + 1;
        is_guid.then(|| {
            let pseudonym = || format!("00000000-0000-0000-0000-{next:012}");
            self.guids.entry(name.to_lowercase()).or_insert_with(pseudonym).clone()
        })
    }

    /// Returns a word of a shape that was not returned before and means nothing; a longer one when there is none left.
    fn next(&mut self, mut shape: Vec<Class>) -> String {
        loop {
            let count = self.counts.entry(shape.clone()).or_default();
            *count += 1;
            match spell(*count, &shape) {
                Some(word) if !is_public(&word) && !self.taken.contains(&word) => {
                    self.taken.insert(word.clone());
                    return word;
                }
                Some(_) => {}
                None => shape.push(Class::Letter),
            }
        }
    }
}

fn classes(word: &str) -> Vec<Class> {
    // The ids of AWS and the like: they stay numbers in base sixteen.
    let is_hex = word.len() >= 8
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit());
    let class = |character: char| match character {
        _ if character.is_numeric() => Class::Digit,
        _ if is_hex => Class::Hex,
        _ => Class::Letter,
    };
    word.chars().map(class).collect()
}

/// Writes a number with the characters of the classes as digits; none when it is too large. The highest is left out.
fn spell(number: u64, shape: &[Class]) -> Option<String> {
    let mut rest = number;
    let mut word = Vec::with_capacity(shape.len());
    for class in shape.iter().rev() {
        let characters = class.characters();
        let base = characters.len() as u64;
        word.push(char::from(*characters.get(usize::try_from(rest % base).ok()?)?));
        rest /= base;
    }
    (rest == 0).then(|| word.iter().rev().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_keep_shape_and_case_and_never_meet() {
        let mut pseudonyms = Pseudonyms::default();
        for (word, pseudonym) in [
            ("shop", "aaab"),
            ("Shop", "Aaab"),
            ("SHOP", "AAAB"),
            ("blog", "aaac"),
            ("123456789012", "000000000001"),
            ("0ab12cd3", "0aa00aa1"),
            ("virtualMachines", "virtualMachines"),
            ("é", "b"),
        ] {
            assert_eq!(pseudonyms.word(word), pseudonym, "{word}");
        }
        let made: HashSet<String> = (0..1000).map(|number| pseudonyms.word(&format!("{number}"))).collect();
        assert_eq!(made.len(), 1000);
    }

    #[test]
    fn guids_become_guids() {
        let mut pseudonyms = Pseudonyms::default();
        let mut guid = |name: &str| pseudonyms.guid(name);
        let first = "00000000-0000-0000-0000-000000000001".to_owned();
        assert_eq!(guid("DEADBEEF-0000-4abc-8def-0123456789ab"), Some(first.clone()));
        assert_eq!(guid("deadbeef-0000-4abc-8def-0123456789ab"), Some(first));
        assert_eq!(
            guid("deadbeef-0000-4abc-8def-0123456789ac").unwrap(),
            "00000000-0000-0000-0000-000000000002"
        );
        assert_eq!(guid("deadbeef-0000-4abc-8def-0123456789xy"), None);
    }
}
