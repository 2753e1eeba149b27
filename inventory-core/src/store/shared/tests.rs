use std::sync::atomic::AtomicUsize;

use super::objects::Objects;
use super::*;
use crate::store::testing::{VOCABULARY, entry, fetched_at};
use crate::store::{Store, Turn};

/// More than any machine needs.
const AMPLE: Duration = Duration::from_secs(60);

/// Short enough to wait for, and long enough to be renewed in time on a busy machine.
const SHORT: Duration = Duration::from_millis(900);

fn store(lease: Duration) -> SharedStore {
    let (objects, _) = Objects::in_memory();
    SharedStore::of(Box::new(objects), "s3://bucket/kept".to_owned(), None, lease)
}

async fn turn(store: &SharedStore, key: &Key, patience: Duration) -> Turn {
    let is_of_test = |time| time == fetched_at();
    Store::Shared(store.clone()).get_or_lock(key, VOCABULARY, is_of_test, Instant::now() + patience).await
}

#[tokio::test]
async fn a_crowd_makes_one_fetch_for_each_key() {
    let (store, fetches) = (store(AMPLE), Arc::new(AtomicUsize::new(0)));
    let tasks = (0..40).map(|number| {
        let (store, fetches) = (store.clone(), Arc::clone(&fetches));
        tokio::spawn(async move {
            let key = Key::new(format!("key {}", number % 4));
            match turn(&store, &key, AMPLE).await {
                Turn::Fetch { guard, notes } => {
                    assert!(notes.is_empty(), "{notes:?}");
                    fetches.fetch_add(1, Ordering::SeqCst);
                    assert_eq!(store.put(&key, entry("eu-west-1", 3), None).await, None);
                    assert_eq!(guard.expect("a lease").release().await, None);
                }
                Turn::Fresh(entry) => assert_eq!(entry.content.len(), 3),
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 4);
    let listed = store.list().await.unwrap();
    assert!(listed.len() == 4 && listed.iter().all(|listed| listed.summary.is_ok()), "{listed:?}");
    assert_eq!(store.remove(listed).await.unwrap().entries, 4);
    assert!(store.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_lease_lasts_while_its_holder_lives_and_no_longer() {
    let (store, key) = (store(SHORT), Key::new("a"));
    let lease = store.try_lock(&key).await.unwrap().expect("a lease");
    tokio::time::sleep(SHORT * 2).await;
    assert!(store.try_lock(&key).await.unwrap().is_none(), "it was renewed");
    // As if its process died.
    drop(lease);
    let start = Instant::now();
    let Turn::Fetch { guard: Some(guard), .. } = turn(&store, &key, AMPLE).await else { panic!("a turn") };
    assert!(start.elapsed() <= SHORT * 4, "{:?}", start.elapsed());
    assert_eq!(guard.release().await, None);
    assert!(store.try_lock(&key).await.unwrap().is_some(), "it was given back");
}

#[tokio::test]
async fn older_facts_never_take_the_place_of_newer_ones() {
    let (store, key) = (store(AMPLE), Key::new("a"));
    let at = |time: SystemTime, hosts| Entry { fetched_at: time, ..entry("eu-west-1", hosts) };
    let (hour, now) = (Duration::from_secs(3600), SystemTime::now());
    // What a wrong clock says to be of tomorrow stays in nobody's way.
    for (time, hosts, kept) in
        [(now - hour, 1, 1), (now - 2 * hour, 2, 1), (now - hour / 2, 3, 3), (now + hour, 4, 4), (now, 5, 5)]
    {
        assert_eq!(store.put(&key, at(time, hosts), None).await, None);
        let Found::Entry(found) = store.get(&key, VOCABULARY).await else { panic!("an entry") };
        assert_eq!(found.content.len(), kept);
    }
}

#[tokio::test]
async fn what_is_not_whole_is_told_of_and_replaced() {
    let (store, key) = (store(AMPLE), Key::new("a"));
    let bytes = frame::write(key.text(), &entry("eu-west-1", 3)).unwrap();
    for damaged in [&bytes[..0], &bytes[..30], &bytes[..bytes.len() - 1]] {
        let stamp = Stamp::of(fetched_at());
        store.engine().write(key.name(), &stamp, damaged.to_vec(), None).await.unwrap();
        let listed = store.list().await.unwrap();
        assert!(listed.len() == 1 && listed[0].summary.is_err(), "{listed:?}");
        let Turn::Fetch { guard, notes } = turn(&store, &key, AMPLE).await else { panic!("a turn") };
        let place = format!("the kept facts in `s3://bucket/kept/{}.facts` are not used", key.name());
        assert!(notes.len() == 1 && notes[0].message.starts_with(&place), "{notes:?}");
        guard.expect("a lease").release().await;
    }
    store.put(&key, entry("eu-west-1", 3), None).await;
    assert!(matches!(turn(&store, &key, AMPLE).await, Turn::Fresh(_)));
}

/// A server that fails, or says nothing.
#[derive(Debug)]
struct Gone {
    asked: Arc<AtomicUsize>,
    is_silent: bool,
}

impl Gone {
    async fn fail<T>(&self) -> Result<T, Fault> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_silent {
            std::future::pending::<()>().await;
        }
        Err(Fault("no connection".to_owned()))
    }
}

#[async_trait]
impl Engine for Gone {
    fn place(&self, name: &str) -> String {
        name.to_owned()
    }

    fn pauses(&self) -> [Duration; 2] {
        [Duration::ZERO; 2]
    }

    async fn stamp(&self, _: &str) -> Result<Option<Stamp>, Fault> {
        self.fail().await
    }

    async fn read(&self, _: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.fail().await
    }

    async fn write(&self, _: &str, _: &Stamp, _: Vec<u8>, _: Option<Duration>) -> Result<(), Fault> {
        self.fail().await
    }

    async fn list(&self) -> Result<Vec<(String, u64, Vec<u8>)>, Fault> {
        self.fail().await
    }

    async fn remove(&self, _: &str) -> Result<(), Fault> {
        self.fail().await
    }

    async fn take(&self, _: &str, _: &str, _: Duration) -> Result<bool, Fault> {
        self.fail().await
    }

    async fn renew(&self, _: &str, _: &str, _: Duration) -> Result<bool, Fault> {
        self.fail().await
    }

    async fn release(&self, _: &str, _: &str) -> Result<(), Fault> {
        self.fail().await
    }
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_once_and_told_of_once() {
    for (is_silent, reason) in [(false, "no connection"), (true, "no answer within 1 s")] {
        let asked = Arc::new(AtomicUsize::new(0));
        let engine = Gone { asked: Arc::clone(&asked), is_silent };
        // The run is over: what it still asks is given a second.
        let store = SharedStore::of(Box::new(engine), "redis://h".to_owned(), Some(Instant::now()), AMPLE);
        let mut told = Vec::new();
        for number in 0..4 {
            let key = Key::new(format!("key {number}"));
            let Turn::Fetch { guard: None, notes } = turn(&store, &key, AMPLE).await else {
                panic!("no lease")
            };
            told.extend(notes);
            told.extend(store.put(&key, entry("eu-west-1", 1), None).await);
            let Found::Unreachable(trouble) = store.get(&key, VOCABULARY).await else { panic!("trouble") };
            assert_eq!(trouble.error.to_string(), format!("cannot read `redis://h`: {reason}"));
        }
        let expected =
            format!("cannot read `redis://h`: {reason}; no more is read or kept there in this run");
        assert_eq!(told.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}
