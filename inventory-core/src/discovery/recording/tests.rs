//! What a run makes of recordings.

use std::time::Duration;

use super::*;
use crate::discovery::{
    Budget, Facts, Keeping, Note, OnError, Outcome, Policy, ScopeFacts, ScopeReport, Traffic, run,
};
use crate::value::Value;

const VOCABULARIES: [Vocabulary; 2] = [
    Vocabulary { cloud: "aws", kinds: &["instance"], host_kinds: &["instance"] },
    Vocabulary { cloud: "gcp", kinds: &["instance"], host_kinds: &["instance"] },
];

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn scope(cloud: &'static str, region: &str) -> Scope {
    Scope { cloud, account: None, region: Some(region.into()) }
}

fn scope_facts(scope: Scope, ids: &[&str], state: State) -> ScopeFacts {
    let fact = |id: &&str| Facts { kind: "instance", id: (*id).into(), record: Value::Null };
    let facts: Vec<Facts> = ids.iter().map(fact).collect();
    let (pages, elapsed) = (1, Duration::ZERO);
    let (traffic, warnings, count) = (Traffic::default(), Vec::new(), facts.len());
    let report = ScopeReport { scope, state, pages, facts: count, hosts: count, elapsed, traffic, warnings };
    ScopeFacts { facts, report }
}

/// Makes what a run learned of two sources, of which a scope is old and one is missing.
fn fetched() -> Vec<Fetched> {
    let error = Error::new(ErrorKind::Denied, "List", "no");
    let scopes = vec![
        scope_facts(scope("aws", "a"), &["1", "2"], State::Fetched),
        scope_facts(scope("aws", "b"), &["3"], State::Stale { fetched_at: at(7), error: None }),
        scope_facts(scope("aws", "c"), &[], State::Missing { error }),
    ];
    let aws = Fetched {
        scopes,
        notes: vec![Note::of_loss("odd")],
        plan: Some(State::Fetched),
        ..Fetched::default()
    };
    let scopes = vec![scope_facts(scope("gcp", "a"), &["4"], State::Kept { fetched_at: at(8) })];
    vec![aws, Fetched { scopes, notes: Vec::new(), plan: Some(State::Fetched), ..Fetched::default() }]
}

fn empty(vocabulary: Vocabulary, policy: Policy) -> Task {
    let plan = Recorded { content: Plan::default(), standing: Standing::Good, fetched_at: at(0) };
    let recording = Recording { vocabulary, plan, scopes: HashMap::new() };
    Task { asked: Asked::Recording(Arc::new(recording)), policy }
}

fn tasks(policy: Policy) -> Vec<Task> {
    VOCABULARIES.iter().map(|vocabulary| empty(*vocabulary, policy)).collect()
}

fn entries() -> Vec<Saved> {
    Recording::entries(&tasks(Policy::default()), fetched(), at(9))
}

async fn replay(policy: Policy) -> Outcome {
    let mut tasks = tasks(policy);
    let recordings = Recording::of_entries(entries(), &VOCABULARIES).unwrap();
    Recording::assign(recordings, &mut tasks).unwrap();
    run(&tasks, &Budget::new(1, 0, Duration::from_secs(60)), &Keeping::default(), &()).await
}

#[tokio::test]
async fn what_was_old_is_old_and_what_was_missing_is_missing() {
    let skip = Policy { on_error: OnError::Skip, ..Policy::default() };
    let fetched = replay(skip).await.complete().unwrap();
    assert_eq!(fetched[0].notes, [Note::of_loss("odd")]);
    let scopes = fetched.iter().flat_map(|fetched| &fetched.scopes);
    let seen: Vec<String> = scopes
        .map(|ScopeFacts { facts, report }| {
            let ids: Vec<&str> = facts.iter().map(|facts| facts.id.as_str()).collect();
            let state = match &report.state {
                State::Kept { fetched_at } => format!("kept {:?}", *fetched_at == at(9)),
                State::Stale { fetched_at, .. } => format!("stale {:?}", *fetched_at == at(7)),
                State::Missing { error } => format!("missing: {}", error.message),
                State::Fetched => "fetched".to_owned(),
            };
            format!("{} {} {state}", report.scope, ids.join(","))
        })
        .collect();
    let missing = "aws/c  missing: it was missing when the snapshot was saved";
    assert_eq!(seen, ["aws/a 1,2 kept true", "aws/b 3 stale true", missing, "gcp/a 4 kept false"]);
}

#[tokio::test]
async fn what_was_missing_fails_a_run_that_needs_it() {
    let failed = replay(Policy::default()).await.complete().unwrap_err();
    let errors: Vec<String> = failed.iter().map(|failed| failed.error.to_string()).collect();
    assert_eq!(errors, ["aws/c: look up: it was missing when the snapshot was saved"]);
}

#[test]
fn entries_that_no_run_has_are_refused() {
    type Case = (fn(&mut Vec<Saved>), &'static str);
    let cases: [Case; 5] = [
        (|entries| drop(entries.remove(0)), "holds facts of `aws/a`, which no source of it has"),
        (|entries| drop(entries.remove(2)), "does not hold the facts of `aws/b`"),
        (|entries| drop(entries.pop()), "does not hold the facts of `gcp/a`"),
        (|entries| entries.swap(1, 2), "does not hold the facts of `aws/a`"),
        (
            |entries| {
                let twice = entries[1].clone();
                if let Content::Plan(plan) = &mut entries[0].entry.content {
                    plan.scopes.insert(0, twice.entry.scope.clone());
                }
                entries.insert(1, twice);
            },
            "names the scope `aws/a` twice",
        ),
    ];
    for (change, expected) in cases {
        let mut entries = entries();
        change(&mut entries);
        assert_eq!(Recording::of_entries(entries, &VOCABULARIES).unwrap_err(), expected);
    }
    let error = Recording::of_entries(entries(), &VOCABULARIES[..1]).unwrap_err();
    assert_eq!(error, "holds a source of the unknown cloud `gcp`");
}

#[test]
fn every_source_needs_a_recording_of_its_cloud() {
    let [aws, gcp] = VOCABULARIES.map(|vocabulary| empty(vocabulary, Policy::default()));
    let cases = [
        (vec![gcp.clone(), aws.clone()], Ok(())),
        (vec![aws.clone()], Err("holds 1 source of `gcp` where the configuration has 0")),
        (
            vec![aws.clone(), aws],
            Err("holds 1 source of `aws` where the configuration has 2, and 1 source of `gcp` where the \
                 configuration has 0"),
        ),
    ];
    for (mut tasks, expected) in cases {
        let recordings = Recording::of_entries(entries(), &VOCABULARIES).unwrap();
        let assigned = Recording::assign(recordings, &mut tasks);
        assert_eq!(assigned, expected.map_err(str::to_owned));
    }
}
