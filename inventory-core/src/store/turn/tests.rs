use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::store::LocalStore;
use crate::store::testing::{VOCABULARY, entry, fetched_at};

/// More than any machine needs; only a broken lock waits that long.
const AMPLE: Duration = Duration::from_secs(60);

fn store() -> (tempfile::TempDir, LocalStore) {
    let root = tempfile::tempdir().unwrap();
    let store = LocalStore::open(root.path()).unwrap();
    (root, store)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

fn is_of_test(time: SystemTime) -> bool {
    time == fetched_at()
}

async fn turn(store: &LocalStore, key: &Key, patience: Duration) -> Turn {
    let store = Store::from(store.clone());
    store.get_or_lock(key, VOCABULARY, is_of_test, Instant::now() + patience).await
}

#[test]
fn fifty_who_want_the_same_make_one_fetch() {
    let (_root, store) = store();
    let (key, arrived, fetches) = (Key::new("a"), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                runtime().block_on(async {
                    arrived.fetch_add(1, Ordering::SeqCst);
                    let found = match turn(&store, &key, AMPLE).await {
                        Turn::Fresh(entry) => entry,
                        Turn::Fetch { guard, notes } => {
                            assert!(guard.is_some() && notes.is_empty());
                            fetches.fetch_add(1, Ordering::SeqCst);
                            while arrived.load(Ordering::SeqCst) < 50 {
                                std::thread::yield_now();
                            }
                            let fetched = entry("eu-west-1", 20);
                            store.put(&key, &fetched).unwrap();
                            fetched
                        }
                    };
                    assert_eq!(found.content.len(), 20);
                });
            });
        }
    });
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
    assert!(!store.lock_path(&key).exists());
}

#[test]
fn tasks_of_one_process_make_one_fetch_for_each_key() {
    let (_root, store) = store();
    let fetches = Arc::new(AtomicUsize::new(0));
    runtime().block_on(async {
        let tasks: Vec<_> = (0..40)
            .map(|number| {
                let (store, fetches) = (store.clone(), Arc::clone(&fetches));
                tokio::spawn(async move {
                    let key = Key::new(format!("key {}", number % 4));
                    if let Turn::Fetch { guard, .. } = turn(&store, &key, AMPLE).await {
                        fetches.fetch_add(1, Ordering::SeqCst);
                        tokio::task::yield_now().await;
                        store.put(&key, &entry("eu-west-1", 3)).unwrap();
                        drop(guard);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(fetches.load(Ordering::SeqCst), 4);
}

#[test]
fn who_waited_until_the_deadline_fetches_without_the_lock() {
    let (_root, store) = store();
    let key = Key::new("a");
    runtime().block_on(async {
        let Turn::Fetch { guard: Some(holder), .. } = turn(&store, &key, AMPLE).await else {
            panic!("a guard")
        };
        let late = turn(&store, &key, Duration::from_millis(5)).await;
        assert!(matches!(late, Turn::Fetch { guard: None, ref notes } if notes.is_empty()), "{late:?}");
        // It gives up without an entry: the next one has the turn.
        drop(holder);
        assert!(matches!(turn(&store, &key, Duration::ZERO).await, Turn::Fetch { guard: Some(_), .. }));
    });
}

#[test]
fn what_is_not_fresh_or_not_whole_is_fetched() {
    let (_root, store) = store();
    let key = Key::new("a");
    runtime().block_on(async {
        let old = SystemTime::UNIX_EPOCH;
        store.put(&key, &Entry { fetched_at: old, ..entry("eu-west-1", 3) }).unwrap();
        assert!(matches!(turn(&store, &key, AMPLE).await, Turn::Fetch { guard: Some(_), notes } if notes.is_empty()));

        store.put(&key, &entry("eu-west-1", 3)).unwrap();
        assert!(matches!(turn(&store, &key, AMPLE).await, Turn::Fresh(_)));
        let path = store.path(&key);
        let mut bytes = std::fs::read(&path).unwrap();
        for place in [bytes.len() - 1, 30] {
            bytes[place] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            let Turn::Fetch { guard: Some(_), notes } = turn(&store, &key, AMPLE).await else { panic!("a guard") };
            assert_eq!(notes.len(), 1, "{notes:?}");
        }
    });
}

#[test]
fn without_locks_everybody_fetches_and_is_told() {
    let (_root, store) = store();
    let key = Key::new("a");
    std::fs::create_dir(store.lock_path(&key)).unwrap();
    let turn = runtime().block_on(turn(&store, &key, AMPLE));
    let Turn::Fetch { guard: None, notes } = turn else { panic!("{turn:?}") };
    let expected = format!("cannot lock `{}`: is a directory", store.lock_path(&key).display());
    assert_eq!(notes.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
}
