//! What a run makes of facts that a store keeps, and of scopes that fail.

use super::*;
use crate::discovery::{Freshness, OnError, Shrink};
use crate::store::Store;

const HOUR: Duration = Duration::from_secs(3600);

/// Facts are kept, and nothing else is said of them.
const KEPT: Policy = Policy {
    on_error: OnError::Fail,
    ttl: Duration::ZERO,
    stale: Duration::ZERO,
    shrink: None,
    is_kept: true,
};

fn source(pages: Vec<Scripts>, budget: &Budget) -> Scripted {
    Scripted { key: Some("user 1".to_owned()), ..Scripted::new(vec![pages], budget) }
}

fn hosts(count: usize) -> Vec<Scripts> {
    vec![Ok((0..count).map(|number| facts(&number.to_string())).collect())]
}

fn failing() -> Vec<Scripts> {
    vec![Err(ErrorKind::Unreachable)]
}

struct Stage {
    // Kept for as long as the store is used.
    _folder: tempfile::TempDir,
    keeping: Keeping,
}

impl Stage {
    fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("store")).unwrap();
        Stage { _folder: folder, keeping: Keeping { store: Some(store), freshness: Freshness::Kept } }
    }

    async fn run(&self, pages: Vec<Scripts>, policy: Policy) -> Result<(State, usize), String> {
        self.run_with(pages, policy, Freshness::Kept).await
    }

    /// Runs one source of one scope; returns where its facts come from, and how many there are.
    async fn run_with(
        &self,
        pages: Vec<Scripts>,
        policy: Policy,
        freshness: Freshness,
    ) -> Result<(State, usize), String> {
        let budget = budget(8);
        let task = task_of(Arc::new(source(pages, &budget)), policy);
        let keeping = Keeping { freshness, ..self.keeping.clone() };
        let fetched = run(&[task], &budget, &keeping, &Seen::default()).await.complete();
        let mut fetched = fetched.map_err(|failed| failed[0].error.to_string())?;
        let scope = fetched.remove(0).scopes.remove(0);
        Ok((scope.report.state, scope.facts.len()))
    }
}

#[tokio::test]
async fn what_is_young_is_not_fetched_again() {
    let stage = Stage::new();
    let policy = Policy { ttl: HOUR, ..KEPT };
    assert!(matches!(stage.run(hosts(2), policy).await, Ok((State::Fetched, 2))));
    assert!(matches!(stage.run(hosts(3), policy).await, Ok((State::Kept { .. }, 2))));
    let refreshed = stage.run_with(hosts(3), policy, Freshness::Refreshed).await;
    assert!(matches!(refreshed, Ok((State::Fetched, 3))), "{refreshed:?}");
    assert!(matches!(stage.run(hosts(4), policy).await, Ok((State::Kept { .. }, 3))), "the new facts count");
    let without = Policy { ttl: Duration::ZERO, ..policy };
    assert!(matches!(stage.run(hosts(4), without).await, Ok((State::Fetched, 4))));
}

#[tokio::test]
async fn a_failure_is_one_unless_old_facts_may_stand_in() {
    let stage = Stage::new();
    let stale = Policy { on_error: OnError::Stale, stale: HOUR, ..KEPT };
    let nothing = stage.run(failing(), stale).await;
    assert!(nothing.unwrap_err().contains("List: no"), "nothing is kept yet");
    stage.run(hosts(2), stale).await.unwrap();
    let Ok((State::Stale { error: Some(error), .. }, 2)) = stage.run(failing(), stale).await else {
        panic!("old facts stand in");
    };
    assert_eq!(error.to_string(), "test/r0: List: no");
    assert!(stage.run(failing(), Policy::default()).await.is_err(), "not unless the policy says so");
    let short = Policy { stale: Duration::ZERO, ..stale };
    assert!(stage.run(failing(), short).await.is_err(), "not when they are too old");
    let wrong = stage.run(vec![Err(ErrorKind::Config)], stale).await;
    assert!(wrong.is_err(), "what the user must mend is told");
    let skip = Policy { on_error: OnError::Skip, ..Policy::default() };
    let nothing = stage.run(failing(), skip).await;
    assert!(nothing.is_err(), "nothing at all is no part");
    assert!(stage.run(vec![Err(ErrorKind::Config)], skip).await.is_err());
}

#[tokio::test]
async fn no_cloud_is_asked_when_only_kept_facts_are_wanted() {
    let stage = Stage::new();
    let policy = Policy { ttl: HOUR, ..KEPT };
    let empty = stage.run_with(hosts(1), policy, Freshness::KeptOnly).await;
    assert!(empty.unwrap_err().contains("no facts are kept"));
    stage.run(hosts(2), policy).await.unwrap();
    let kept = stage.run_with(failing(), policy, Freshness::KeptOnly).await;
    assert!(matches!(kept, Ok((State::Kept { .. }, 2))), "{kept:?}");
    let old = stage.run_with(failing(), KEPT, Freshness::KeptOnly).await;
    assert!(matches!(old, Ok((State::Stale { error: None, .. }, 2))), "{old:?}");
    let nowhere = Stage { keeping: Keeping::default(), ..stage };
    assert!(nowhere.run_with(hosts(1), policy, Freshness::KeptOnly).await.is_err());
}

#[tokio::test]
async fn a_scope_that_loses_most_hosts_fails() {
    let stage = Stage::new();
    let policy = Policy { shrink: Some(Shrink::default()), ..KEPT };
    stage.run(hosts(40), policy).await.unwrap();
    let error = stage.run(hosts(3), policy).await.unwrap_err();
    assert!(error.contains("3 hosts are left of the 40"), "{error}");
    assert!(stage.run(hosts(3), policy).await.is_err(), "what is not believed is not kept");
    assert!(stage.run(hosts(25), policy).await.is_ok());
    let accepting = Policy { shrink: None, ..policy };
    assert!(matches!(stage.run(hosts(0), accepting).await, Ok((State::Fetched, 0))));
    assert!(stage.run(hosts(0), policy).await.is_ok(), "what was accepted counts from now on");
}

#[tokio::test]
async fn who_asks_for_something_else_gets_something_else() {
    let stage = Stage::new();
    let policy = Policy { ttl: HOUR, ..KEPT };
    stage.run(hosts(2), policy).await.unwrap();
    let budget = budget(8);
    let other = Policy { is_kept: false, ..policy };
    assert!(
        matches!(stage.run(hosts(3), other).await, Ok((State::Fetched, 3))),
        "who keeps nothing is not served"
    );
    for (key, expected) in [(Some("user 1"), 2), (Some("user 2"), 3), (None, 3)] {
        let other = Scripted { key: key.map(str::to_owned), ..source(hosts(3), &budget) };
        let task = task_of(Arc::new(other), policy);
        let fetched = run(&[task], &budget, &stage.keeping, &Seen::default()).await.complete().unwrap();
        assert_eq!(fetched[0].scopes[0].facts.len(), expected, "{key:?}");
    }
}

/// Runs a source whose scopes have so many hosts each; returns the states of its plan and scopes, and what is told.
async fn run_scopes(
    stage: &Stage,
    hosts_of: &[usize],
    unknown: Option<ErrorKind>,
    policy: Policy,
) -> Result<(State, Vec<(String, usize)>, Vec<String>), String> {
    let budget = budget(8);
    let scopes = hosts_of.iter().map(|count| hosts(*count)).collect();
    let source = Scripted { key: Some("user 1".to_owned()), unknown, ..Scripted::new(scopes, &budget) };
    let outcome = run(&[task_of(Arc::new(source), policy)], &budget, &stage.keeping, &()).await;
    let mut fetched =
        outcome.complete().map_err(|failed| format!("{}: {:?}", failed[0].error, failed[0].error.hint))?;
    let Fetched { scopes, notes, plan, .. } = fetched.remove(0);
    let name = |scope: ScopeFacts| {
        let state = word(&scope.report.state);
        (format!("{} {state}", scope.report.scope), scope.facts.len())
    };
    let told = notes.into_iter().map(|note| note.message).collect();
    Ok((plan.unwrap(), scopes.into_iter().map(name).collect(), told))
}

fn word(state: &State) -> &'static str {
    match state {
        State::Fetched => "fetched",
        State::Kept { .. } => "kept",
        State::Stale { .. } => "stale",
        State::Missing { .. } => "missing",
    }
}

#[tokio::test]
async fn scopes_that_are_unknown_now_are_those_known_last() {
    let stage = Stage::new();
    let stale = Policy { on_error: OnError::Stale, stale: HOUR, ttl: HOUR, ..KEPT };
    let unknown = Some(ErrorKind::Unreachable);
    let refreshed = Stage {
        keeping: Keeping { freshness: Freshness::Refreshed, ..stage.keeping.clone() },
        _folder: tempfile::tempdir().unwrap(),
    };
    let nothing = run_scopes(&refreshed, &[2, 1], unknown, stale).await.unwrap_err();
    assert!(nothing.contains("ListScopes: no"), "nothing is known yet: {nothing}");
    run_scopes(&stage, &[2, 1], None, stale).await.unwrap();
    let (plan, scopes, _) = run_scopes(&refreshed, &[3, 4], unknown, stale).await.unwrap();
    assert!(matches!(plan, State::Stale { error: Some(_), .. }), "{plan:?}");
    assert_eq!(scopes, [("test/r0 fetched".to_owned(), 3), ("test/r1 fetched".to_owned(), 4)]);
    let fail = Policy { on_error: OnError::Fail, ..stale };
    assert!(run_scopes(&refreshed, &[3, 4], unknown, fail).await.is_err());
    let skip = Policy { on_error: OnError::Skip, ..stale };
    assert!(run_scopes(&refreshed, &[3, 4], unknown, skip).await.is_err(), "nothing at all is no part");
    // None of these took the place of what was known.
    let (plan, scopes, _) = run_scopes(&stage, &[3, 4], None, skip).await.unwrap();
    assert!(matches!(plan, State::Kept { .. }) && scopes.len() == 2, "{plan:?} {scopes:?}");
}

#[tokio::test]
async fn a_scope_that_is_gone_has_lost_its_hosts() {
    let stage = Stage::new();
    let policy = Policy { shrink: Some(Shrink::default()), ..KEPT };
    run_scopes(&stage, &[1, 2, 20], None, policy).await.unwrap();
    let error = run_scopes(&stage, &[1], None, policy).await.unwrap_err();
    assert!(error.contains("2 scopes with 22 hosts are gone: `test/r2`, `test/r1`"), "{error}");
    assert!(error.contains("--accept-shrink"), "{error}");
    let (_, _, told) = run_scopes(&stage, &[1, 1, 20], None, policy).await.unwrap();
    assert!(told.is_empty(), "{told:?}");
    let accepting = Policy { shrink: None, ..policy };
    run_scopes(&stage, &[1, 1], None, accepting).await.unwrap();
    let (_, _, told) = run_scopes(&stage, &[1], None, policy).await.unwrap();
    assert_eq!(told, ["1 scope with 1 hosts are gone: `test/r1`"]);
    let (_, _, told) = run_scopes(&stage, &[1], None, policy).await.unwrap();
    assert!(told.is_empty(), "it is told once: {told:?}");
}

#[tokio::test]
async fn a_damaged_entry_is_told_where_hosts_are_compared() {
    let stage = Stage::new();
    let policy = Policy { shrink: Some(Shrink::default()), ..KEPT };
    run_scopes(&stage, &[20], None, policy).await.unwrap();
    let store = stage.keeping.store.clone().unwrap();
    for listed in
        store.list().await.unwrap().into_iter().filter(|listed| !listed.summary.as_ref().unwrap().is_plan)
    {
        let mut bytes = std::fs::read(&listed.path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&listed.path, bytes).unwrap();
    }
    let (_, scopes, told) = run_scopes(&stage, &[1], None, policy).await.unwrap();
    assert_eq!(scopes, [("test/r0 fetched".to_owned(), 1)]);
    assert!(told.len() == 1 && told[0].contains("is damaged"), "{told:?}");
}
