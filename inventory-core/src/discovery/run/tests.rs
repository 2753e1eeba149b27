//! The scheduler against sources made up here.

mod keeping;

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use tokio::sync::Barrier;

use super::*;
use crate::discovery::Facts;
use crate::value::Value;

type Scripts = Result<Vec<Facts>, ErrorKind>;

/// A source with scopes `a`, `b`, ... whose pages are given.
struct Scripted {
    scopes: Vec<Vec<Scripts>>,
    barrier: Option<Barrier>,
    /// What its list of scopes waits for.
    list: Option<Arc<Barrier>>,
    in_flight: AtomicUsize,
    most: AtomicUsize,
    budget: Budget,
    /// What names it in a store.
    key: Option<String>,
    /// Why it does not know its scopes.
    unknown: Option<ErrorKind>,
}

impl Scripted {
    fn new(scopes: Vec<Vec<Scripts>>, budget: &Budget) -> Scripted {
        let zero = AtomicUsize::default;
        Scripted {
            scopes,
            barrier: None,
            list: None,
            in_flight: zero(),
            most: zero(),
            budget: budget.clone(),
            key: None,
            unknown: None,
        }
    }
}

fn facts(id: &str) -> Facts {
    Facts { kind: "instance", id: id.into(), record: Value::Null }
}

impl Provider for Scripted {
    fn cloud(&self) -> &'static str {
        "test"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["instance"]
    }

    fn host_kinds(&self) -> &'static [&'static str] {
        &["instance"]
    }

    fn key(&self, _: Option<&Scope>) -> Option<String> {
        self.key.clone()
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        let scope = |n: usize| Scope { cloud: "test", account: None, region: Some(format!("r{n}").into()) };
        let whole = Scope { cloud: "test", account: None, region: None };
        Box::pin(async move {
            if let Some(barrier) = &self.list {
                barrier.wait().await;
            }
            Ok(match self.unknown {
                None => (0..self.scopes.len()).map(scope).collect::<Vec<_>>().into(),
                Some(kind) => {
                    Plan { unknown: vec![(whole, Error::new(kind, "ListScopes", "no"))], ..Plan::default() }
                }
            })
        })
    }

    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        let place: usize = scope.region.as_deref().unwrap()[1..].parse().unwrap();
        let pages = stream::iter(&self.scopes[place]);
        Box::pin(pages.then(async |page| {
            let _permit = self.budget.permit().await;
            self.most.fetch_max(self.in_flight.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            match &self.barrier {
                Some(barrier) => {
                    barrier.wait().await;
                }
                None => tokio::task::yield_now().await,
            }
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
            page.clone().map(Page::from).map_err(|kind| Error::new(kind, "List", "no"))
        }))
    }
}

/// The number of scopes that were planned, and of the facts of each that is done.
#[derive(Default)]
pub(super) struct Seen(std::sync::Mutex<Vec<usize>>);

impl Watch for Seen {
    fn planned(&self, scopes: &[(Asked, Scope)]) {
        self.0.lock().unwrap().push(scopes.len());
    }

    fn done(&self, _: &Scope, report: Option<&ScopeReport>) {
        self.0.lock().unwrap().extend(report.map(|report| report.facts));
    }
}

fn task(source: Scripted) -> Task {
    task_of(Arc::new(source), Policy::default())
}

fn task_of(source: Arc<Scripted>, policy: Policy) -> Task {
    Task { asked: Asked::Provider(source), policy }
}

fn budget(max_in_flight: usize) -> Budget {
    Budget::new(max_in_flight, 0, Duration::from_secs(60))
}

#[tokio::test]
async fn facts_come_in_the_order_of_the_plan() {
    let budget = budget(8);
    let scopes = vec![vec![Ok(vec![facts("1")]), Ok(vec![facts("2")])], vec![], vec![Ok(vec![facts("3")])]];
    let sources: Vec<Task> = vec![task(Scripted::new(scopes, &budget))];
    let done = Seen::default();
    let fetched = run(&sources, &budget, &Keeping::default(), &done).await.complete().unwrap();
    done.0.lock().unwrap().sort_unstable();
    assert_eq!(*done.0.lock().unwrap(), [0, 1, 2, 3]);
    let ids: Vec<_> =
        fetched[0].scopes.iter().flat_map(|scope| &scope.facts).map(|facts| facts.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    let reports: Vec<_> =
        fetched[0].scopes.iter().map(|scope| (scope.report.pages, scope.report.facts)).collect();
    assert_eq!(reports, [(2, 2), (0, 0), (1, 1)]);
}

#[tokio::test]
async fn all_failed_scopes_are_named() {
    let budget = budget(8);
    let scopes = vec![
        vec![Ok(vec![facts("1")]), Err(ErrorKind::Throttled)],
        vec![Ok(vec![facts("2")])],
        vec![Err(ErrorKind::Denied)],
    ];
    let other = vec![vec![Err(ErrorKind::Denied)]];
    let sources: Vec<Task> = vec![task(Scripted::new(scopes, &budget)), task(Scripted::new(other, &budget))];
    let errors = run(&sources, &budget, &Keeping::default(), &Seen::default()).await.complete().unwrap_err();
    let texts: Vec<_> = errors.iter().map(|failed| (failed.source, failed.error.to_string())).collect();
    let expected = [(0, "test/r0: List: no"), (0, "test/r2: List: no"), (1, "test/r0: List: no")];
    assert_eq!(texts, expected.map(|(source, text)| (source, text.to_owned())));
}

#[tokio::test]
async fn scopes_are_fetched_at_once() {
    let budget = budget(8);
    let mut source = Scripted::new(vec![vec![Ok(vec![])], vec![Ok(vec![])], vec![Ok(vec![])]], &budget);
    // Nobody passes the barrier unless all three are under way together.
    source.barrier = Some(Barrier::new(3));
    let sources: Vec<Task> = vec![task(source)];
    assert!(run(&sources, &budget, &Keeping::default(), &Seen::default()).await.complete().is_ok());
}

#[tokio::test]
async fn scopes_of_one_source_do_not_wait_for_the_list_of_another() {
    let budget = budget(8);
    let barrier = Arc::new(Barrier::new(2));
    let quick = Scripted::new(vec![vec![Ok(vec![facts("1")])]], &budget);
    let slow = Scripted { list: Some(barrier.clone()), ..Scripted::new(vec![vec![Ok(vec![])]], &budget) };
    let sources = [task(slow), task(quick)];
    let outcome = run(&sources, &budget, &Keeping::default(), &Meets(barrier)).await;
    assert_eq!(outcome.complete().unwrap()[1].scopes[0].facts.len(), 1);
}

/// Lets a list of scopes come once the first scope of another source is done.
struct Meets(Arc<Barrier>);

impl Watch for Meets {
    fn planned(&self, _: &[(Asked, Scope)]) {}

    fn done(&self, _: &Scope, report: Option<&ScopeReport>) {
        if report.is_some_and(|report| report.facts == 1) {
            let barrier = self.0.clone();
            tokio::spawn(async move { barrier.wait().await });
        }
    }
}

#[tokio::test]
async fn requests_in_flight_are_limited_over_all_scopes() {
    let budget = budget(2);
    let source = Arc::new(Scripted::new((0..9).map(|_| vec![Ok(vec![]), Ok(vec![])]).collect(), &budget));
    let sources: Vec<Task> = vec![task_of(source.clone(), Policy::default())];
    run(&sources, &budget, &Keeping::default(), &Seen::default()).await.complete().unwrap();
    assert_eq!(source.most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_scope_that_hangs_fails_at_the_deadline() {
    let patient = budget(8);
    let mut source = Scripted::new(vec![vec![Ok(vec![])]], &patient);
    // Nobody comes to let this one pass.
    source.barrier = Some(Barrier::new(2));
    let scope = source.plan().await.unwrap().scopes.remove(0);
    let late = Budget::new(8, 0, Duration::ZERO);
    let error = fetch(&task(source), scope, &late, &Keeping::default()).await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert_eq!(error.to_string(), "test/r0: fetch: not finished when the deadline of 0ns passed");
}
