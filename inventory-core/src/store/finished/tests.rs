//! What comes back, for whom, and what does not.

use std::fs;
use std::io::Write;
use std::time::{Duration, SystemTime};

use super::*;
use crate::store::{Key, LocalStore};

/// A store with one output, and what it is made of.
struct Stage {
    _root: tempfile::TempDir,
    store: LocalStore,
    recipe: Recipe,
    stamps: Vec<Stamp>,
    output: Vec<u8>,
}

impl Stage {
    fn new() -> Stage {
        let root = tempfile::tempdir().unwrap();
        let store = LocalStore::open(root.path().join("store")).unwrap();
        let stamp = |name: &str| Stamp::new(&Key::new(name), SystemTime::UNIX_EPOCH + Duration::from_secs(5));
        let recipe = Recipe::new("1.0").part("config", b"compose: {ansible_password: planted}");
        let hosts = (0..5000).map(|number| format!("host {number}: planted {}\n", "x".repeat(number % 100)));
        let output = hosts.collect::<String>().into_bytes();
        Stage { _root: root, store, recipe, stamps: vec![stamp("a"), stamp("b")], output }
    }

    fn write(&self) {
        let mut finishing = self.store.finish(&self.recipe, &self.stamps).unwrap();
        let mut places = Vec::new();
        let mut start = 0;
        for (number, line) in self.output.split_inclusive(|byte| *byte == b'\n').enumerate() {
            finishing.write_all(line).unwrap();
            let end = start + line.len() as u64;
            places.push((number.to_string(), start..end));
            start = end;
        }
        let warnings = vec![Warning { text: "planted: told".to_owned(), is_loss: true }];
        let told = Told { machines: 7, warnings };
        finishing.complete(&told, places.iter().map(|(name, place)| (name.as_str(), place.clone()))).unwrap();
    }

    fn read(&self, recipe: &Recipe, stamps: &[Stamp]) -> Option<Vec<u8>> {
        let mut output = Vec::new();
        let mut finished = self.store.finished(recipe, stamps)?;
        let is_whole = finished.is_whole();
        let written = finished.write(&mut output);
        assert_eq!(is_whole, written.is_ok());
        is_whole.then_some(output)
    }

    fn file(&self) -> std::path::PathBuf {
        self.store.finished_path(&self.recipe)
    }
}

#[test]
fn what_was_printed_is_printed_again() {
    let stage = Stage::new();
    assert!(stage.read(&stage.recipe, &stage.stamps).is_none());
    stage.write();
    assert!(stage.read(&stage.recipe, &stage.stamps).unwrap() == stage.output);
    let mut finished = stage.store.finished(&stage.recipe, &stage.stamps).unwrap();
    assert_eq!(finished.told().machines, 7);
    let [warning] = finished.told().warnings.as_slice() else { panic!("one warning") };
    assert_eq!((warning.text.as_str(), warning.is_loss), ("planted: told", true));
    for number in [0, 1, 2500, 4999] {
        let expected = format!("host {number}: planted {}\n", "x".repeat(number % 100));
        assert_eq!(finished.part_of(&number.to_string()).unwrap().unwrap(), expected.into_bytes());
    }
    assert!(finished.part_of("another").unwrap().is_none());
    assert!(finished.blocks > 1 && finished.firsts.len() > 1, "the test covers more than one block");
}

#[test]
fn an_empty_output_is_one() {
    let stage = Stage { output: Vec::new(), ..Stage::new() };
    stage.write();
    assert_eq!(stage.read(&stage.recipe, &stage.stamps), Some(Vec::new()));
    let mut finished = stage.store.finished(&stage.recipe, &stage.stamps).unwrap();
    assert!(finished.part_of("0").unwrap().is_none());
}

#[test]
fn only_the_same_recipe_and_facts_open_it() {
    let stage = Stage::new();
    stage.write();
    let one = stage.stamps.first().cloned().unwrap();
    let later = Stamp { fetched_at: one.fetched_at + Duration::from_nanos(1), ..one.clone() };
    for stamps in [vec![], vec![one.clone()], vec![one.clone(), later.clone()], vec![later, one]] {
        assert!(stage.read(&stage.recipe, &stamps).is_none(), "{stamps:?}");
    }
    let changed = Recipe::new("1.0").part("config", b"compose: {ansible_password: other}");
    assert!(stage.read(&changed, &stage.stamps).is_none());
    // Even in the place of the other.
    fs::copy(stage.file(), stage.store.finished_path(&changed)).unwrap();
    assert!(stage.read(&changed, &stage.stamps).is_none());
    let shifted = Recipe::new("1.0").part("confi", b"gcompose: {ansible_password: planted}");
    assert_ne!(shifted.name(), stage.recipe.name());
}

#[test]
fn nothing_of_it_can_be_read_from_the_file() {
    let stage = Stage::new();
    stage.write();
    let bytes = fs::read(stage.file()).unwrap();
    assert!(bytes.len() > 1000 && !bytes.windows(7).any(|part| part == b"planted"));
    stage.write();
    let again = fs::read(stage.file()).unwrap();
    let differing = bytes.iter().zip(&again).filter(|(one, other)| one != other).count();
    assert!(differing > bytes.len() / 2, "each file has a key of its own");
}

#[test]
fn damage_never_goes_unnoticed() {
    let stage = Stage::new();
    stage.write();
    let whole = fs::read(stage.file()).unwrap();
    for place in (0..whole.len()).step_by(997).chain(whole.len() - 40..whole.len()) {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        fs::write(stage.file(), &changed).unwrap();
        let is_whole = stage.read(&stage.recipe, &stage.stamps).is_some();
        let mut finished = stage.store.finished(&stage.recipe, &stage.stamps);
        // The index is not needed for the whole.
        let finds_all = finished.as_mut().is_some_and(|finished| {
            (0..5000).step_by(100).all(|number| matches!(finished.part_of(&number.to_string()), Ok(Some(_))))
        });
        assert!(!is_whole || !finds_all, "changed at {place}");
        fs::write(stage.file(), &whole[..place]).unwrap();
        assert!(stage.store.finished(&stage.recipe, &stage.stamps).is_none(), "cut at {place}");
    }
}

#[test]
fn what_is_not_complete_is_nothing() {
    let stage = Stage::new();
    let mut finishing = stage.store.finish(&stage.recipe, &stage.stamps).unwrap();
    finishing.write_all(&stage.output).unwrap();
    assert!(stage.read(&stage.recipe, &stage.stamps).is_none());
    drop(finishing);
    let left = fs::read_dir(stage.store.directory()).unwrap().count();
    assert_eq!(left, 1, "only the tag of the directory");
}

#[test]
fn old_ones_are_swept_and_all_are_cleared() {
    let stage = Stage::new();
    stage.write();
    let now = SystemTime::now();
    stage.store.sweep(now).unwrap();
    assert!(stage.file().exists());
    stage.store.sweep(now + Duration::from_secs(8 * 24 * 3600)).unwrap();
    assert!(!stage.file().exists());
    stage.write();
    stage.store.clear(now).unwrap();
    assert!(!stage.file().exists());
}
