//! Answers that something spoilt on their way: no panic, and never fewer instances without an error.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::*;

const ANSWER: &str = include_str!("../../../testdata/instances.xml");

/// One thing that happens to a text; places are thousandths of its length.
#[derive(Clone, Debug)]
enum Damage {
    Remove {
        from: usize,
        length: usize,
    },
    Repeat {
        from: usize,
        length: usize,
    },
    Write {
        at: usize,
        text: String,
    },
    /// Replaces what the element after `at` holds.
    Fill {
        at: usize,
        text: String,
    },
}

impl Damage {
    fn apply(&self, text: &mut String) {
        let place = |thousandth: usize| text.floor_char_boundary(text.len() * thousandth / 1000);
        let part = |from: usize, length: usize| {
            let begin = place(from);
            begin..text.floor_char_boundary((begin + length).min(text.len()))
        };
        match self {
            Damage::Remove { from, length } => text.replace_range(part(*from, *length), ""),
            Damage::Repeat { from, length } => {
                let part = part(*from, *length);
                let copy = text[part.clone()].to_owned();
                text.insert_str(part.end, &copy);
            }
            Damage::Write { at, text: more } => text.insert_str(place(*at), more),
            Damage::Fill { at, text: more } => {
                let after = place(*at);
                let Some(begin) = text[after..].find('>').map(|found| after + found + 1) else { return };
                let Some(end) = text[begin..].find('<').map(|found| begin + found) else { return };
                text.replace_range(begin..end, more);
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = || 0..1000_usize;
    let junk = || {
        prop_oneof![
            "[a-z0-9:.<>&/ -]{0,12}",
            "\\PC{0,6}",
            Just("99999999999999999999".to_owned()),
            Just("-1".to_owned()),
            Just("<item/>".to_owned()),
            Just("<![CDATA[{{ 1 }}]]>".to_owned()),
            Just("&#0;&unknown;".to_owned()),
            Just("0000-99-99T99:99:99Z".to_owned()),
        ]
    };
    prop_oneof![
        (place(), 1..60_usize).prop_map(|(from, length)| Damage::Remove { from, length }),
        (place(), 1..200_usize).prop_map(|(from, length)| Damage::Repeat { from, length }),
        (place(), junk()).prop_map(|(at, text)| Damage::Write { at, text }),
        (place(), junk()).prop_map(|(at, text)| Damage::Fill { at, text }),
    ]
}

/// Returns the configuration: the same cases in every run, unless `PROPTEST_CASES` or `PROPTEST_RNG_SEED` say others.
fn properties() -> Config {
    let defaults = Config { failure_persistence: None, ..Config::default() };
    let is_set = |name: &str| std::env::var_os(name).is_some();
    let cases = if is_set("PROPTEST_CASES") { defaults.cases } else { 300 };
    let rng_seed = if is_set("PROPTEST_RNG_SEED") { defaults.rng_seed } else { RngSeed::Fixed(17) };
    Config { cases, rng_seed, ..defaults }
}

#[test]
fn no_spoilt_answer_panics_or_loses_instances() {
    let text = Arc::new(Mutex::new(String::new()));
    let served = Arc::clone(&text);
    let server = Server::start(move |_| (200, served.lock().unwrap().clone()));
    let source = source_at(&server, "regions: [eu-west-1]\nhostnames: [tag:Name, instance-id]\n");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (whole, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let run = TestRunner::new(properties()).run(&prop::collection::vec(damage(), 1..4), |damages| {
        let mut spoilt = ANSWER.to_owned();
        damages.iter().for_each(|damage| damage.apply(&mut spoilt));
        // A token would ask for the same page again.
        prop_assume!(!spoilt.contains("nextToken"));
        let instances = spoilt.matches("<instanceId>").count();
        text.lock().unwrap().clone_from(&spoilt);
        match runtime.block_on(fetch(&source)) {
            Ok(facts) => {
                whole.fetch_add(1, Relaxed);
                prop_assert!(!facts.is_empty() || instances == 0, "{instances} instances are lost");
                source.build(facts).unwrap();
            }
            Err(error) => {
                refused.fetch_add(1, Relaxed);
                prop_assert!(!error.message.is_empty());
            }
        }
        Ok(())
    });
    run.unwrap();
    // Both ways are taken, else the damage is too small or too large to say anything.
    assert!(whole.load(Relaxed) > 0 && refused.load(Relaxed) > 0, "{whole:?} {refused:?}");
}
