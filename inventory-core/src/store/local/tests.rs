use std::fs::OpenOptions;

use super::*;
use crate::store::testing::{VOCABULARY, entry, fetched_at, plan};

fn store() -> (tempfile::TempDir, LocalStore) {
    let root = tempfile::tempdir().unwrap();
    let store = LocalStore::open(root.path().join("facts")).unwrap();
    (root, store)
}

fn names(store: &LocalStore) -> Vec<String> {
    let files = fs::read_dir(store.directory()).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

fn note(found: Found) -> String {
    match found {
        Found::Unusable(note) => note.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_put_is_found_until_it_is_replaced() {
    let (_root, store) = store();
    let key = Key::new("a");
    assert!(matches!(store.get(&key, VOCABULARY), Found::Missing));
    assert_eq!(store.summary(&key), None);
    for kept in [entry("eu-west-1", 2), entry("eu-west-1", 1), plan()] {
        store.put(&key, &kept).unwrap();
        let Found::Entry(found) = store.get(&key, VOCABULARY) else { panic!("an entry") };
        assert_eq!(format!("{found:?}"), format!("{kept:?}"));
        assert_eq!(store.summary(&key).unwrap().items, kept.content.len() as u64);
    }
    assert!(matches!(store.get(&Key::new("b"), VOCABULARY), Found::Missing));
    assert_eq!(names(&store).len(), 2, "the entry and the tag");
}

#[test]
fn a_damaged_or_foreign_file_is_told_of_and_replaced() {
    let (_root, store) = store();
    let (key, other) = (Key::new("a"), Key::new("b"));
    store.put(&other, &entry("eu-west-1", 2)).unwrap();
    let path = store.path(&key);
    let shown = path.display();
    for (content, reason) in [
        (Vec::new(), "ends early"),
        (b"something else that is longer than a header".to_vec(), "is not one of cloud-inventory's"),
        (fs::read(store.path(&other)).unwrap(), "is that of another request"),
    ] {
        fs::write(&path, content).unwrap();
        let expected = format!("the kept facts in `{shown}` are not used: the file {reason}");
        assert_eq!(note(store.get(&key, VOCABULARY)), expected);
        assert_eq!(store.summary(&key), None);
    }
    store.put(&key, &entry("eu-west-1", 2)).unwrap();
    assert!(matches!(store.get(&key, VOCABULARY), Found::Entry(_)));
    // A directory cannot be read as a file.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(note(store.get(&key, VOCABULARY)).ends_with("the file cannot be read: is a directory"));
    assert!(store.put(&key, &entry("eu-west-1", 2)).is_err());
}

#[test]
fn a_writer_that_dies_leaves_the_old_entry_and_a_file_that_is_swept_in_time() {
    let (_root, store) = store();
    let key = Key::new("a");
    store.put(&key, &entry("eu-west-1", 2)).unwrap();
    let whole = fs::read(store.path(&key)).unwrap();
    let torn = store.path(&key).with_extension(format!("4242-0.{UNFINISHED}"));
    fs::write(&torn, &whole[..whole.len() / 2]).unwrap();
    fs::write(store.lock_path(&key), "").unwrap();
    fs::write(store.directory().join(format!("foreign.{UNFINISHED}")), "").unwrap();
    assert!(matches!(store.get(&key, VOCABULARY), Found::Entry(_)));

    let written = fetched_at();
    OpenOptions::new().write(true).open(&torn).unwrap().set_modified(written).unwrap();
    store.sweep(written + DEAD - Duration::from_secs(1)).unwrap();
    assert!(torn.exists(), "its writer may be alive");
    assert!(!store.lock_path(&key).exists(), "nobody holds it");
    store.sweep(written - DEAD).unwrap();
    assert!(torn.exists(), "the clock went back");
    store.sweep(written + DEAD).unwrap();
    assert!(!torn.exists());
    assert_eq!(names(&store).len(), 3, "the entry, the tag, and what is not the store's");
}

#[test]
fn a_held_lock_is_not_swept() {
    let (_root, store) = store();
    let key = Key::new("a");
    let guard = lock::try_lock(&store.lock_path(&key)).unwrap().unwrap();
    store.clear(fetched_at()).unwrap();
    assert!(store.lock_path(&key).exists());
    assert!(lock::try_lock(&store.lock_path(&key)).unwrap().is_none());
    drop(guard);
    assert!(!store.lock_path(&key).exists());
}

#[test]
fn entries_are_listed_by_their_headers_and_removed_as_chosen() {
    let (_root, store) = store();
    for (key, kept) in [("2", entry("eu-west-2", 4)), ("1", entry("eu-west-1", 3)), ("0", plan())] {
        store.put(&Key::new(key), &kept).unwrap();
    }
    let torn = Key::new("torn");
    store.put(&torn, &entry("eu-west-3", 3)).unwrap();
    let whole = fs::read(store.path(&torn)).unwrap();
    fs::write(store.path(&torn), &whole[..whole.len() - 1]).unwrap();

    let list = store.list().unwrap();
    let line = |listed: &Listed| match &listed.summary {
        Ok(summary) => format!("{} {} {} {}", summary.key, summary.scope, summary.items, summary.is_plan),
        Err(reason) => reason.clone(),
    };
    assert_eq!(
        list.iter().map(line).collect::<Vec<_>>(),
        [
            "0 aws 3 true",
            "1 aws/prod/eu-west-1 3 false",
            "2 aws/prod/eu-west-2 4 false",
            "is not as long as it says"
        ]
    );
    let summary = list[1].summary.as_ref().unwrap();
    assert_eq!((summary.fetched_at, summary.notes, summary.bytes), (fetched_at(), 2, list[1].bytes));

    let is_west_2 =
        |listed: &Listed| listed.summary.as_ref().is_ok_and(|summary| summary.scope.ends_with("eu-west-2"));
    assert_eq!(store.remove(is_west_2).unwrap(), Removed { entries: 1, bytes: list[2].bytes });
    assert_eq!(store.list().unwrap().len(), 3);
    assert_eq!(store.clear(fetched_at()).unwrap().entries, 3);
    assert_eq!(names(&store), ["CACHEDIR.TAG"]);
}

#[test]
fn a_store_that_is_gone_is_an_error_with_its_path() {
    let (root, store) = store();
    fs::remove_dir_all(store.directory()).unwrap();
    let error = store.put(&Key::new("a"), &entry("eu-west-1", 2)).unwrap_err();
    assert!(error.to_string().ends_with(".facts`: no such file or directory"), "{error}");
    let error = store.list().unwrap_err();
    let expected =
        format!("cannot read `{}`: no such file or directory", root.path().join("facts").display());
    assert_eq!(error.to_string(), expected);
    assert!(matches!(store.get(&Key::new("a"), VOCABULARY), Found::Missing));
}

#[test]
fn readers_see_one_entry_or_another_while_writers_replace_it() {
    let (_root, store) = store();
    let key = Key::new("a");
    store.put(&key, &entry("eu-west-1", 1)).unwrap();
    std::thread::scope(|scope| {
        let writers = [40, 400].map(|instances| {
            let (store, key) = (&store, &key);
            scope.spawn(move || (0..20).for_each(|_| store.put(key, &entry("eu-west-1", instances)).unwrap()))
        });
        while !writers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            let Found::Entry(found) = store.get(&key, VOCABULARY) else { panic!("an entry") };
            assert!([1, 40, 400].contains(&found.content.len()));
        }
    });
    assert_eq!(names(&store).len(), 2, "no unfinished file is left");
}
