//! Runs discovery: all scopes of all sources at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::future::join_all;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::answer::{Answer, Asking, State};
use super::policy::{Keeping, OnError, Policy};
use super::{Budget, Error, ErrorKind, Facts, Note, Page, Plan, Provider, Recording, Scope, joined};

/// A source of facts.
#[derive(Clone)]
pub struct Task {
    /// Who is asked.
    pub asked: Asked,
    /// What holds for its scopes.
    pub policy: Policy,
}

/// Who knows the facts of a source.
#[derive(Clone)]
pub enum Asked {
    /// A cloud.
    Provider(Arc<dyn Provider>),
    /// What a cloud answered in an earlier run.
    Recording(Arc<Recording>),
}

impl Asked {
    /// Returns the cloud, as scopes name it.
    pub fn cloud(&self) -> &'static str {
        match self {
            Asked::Provider(provider) => provider.cloud(),
            Asked::Recording(recording) => recording.cloud(),
        }
    }

    /// Returns how the last attempt to fetch a scope ended; none when no call is being tried again.
    pub fn last_failure(&self, scope: &Scope) -> Option<String> {
        match self {
            Asked::Provider(provider) => provider.last_failure(Some(scope)),
            Asked::Recording(_) => None,
        }
    }

    fn host_kinds(&self) -> &'static [&'static str] {
        match self {
            Asked::Provider(provider) => provider.host_kinds(),
            Asked::Recording(recording) => recording.host_kinds(),
        }
    }
}

impl Task {
    async fn plan(&self, budget: &Budget, keeping: &Keeping) -> Result<Answer<Plan>, Error> {
        match &self.asked {
            Asked::Provider(provider) => {
                Asking { provider: provider.as_ref(), policy: self.policy, budget, keeping }.plan().await
            }
            Asked::Recording(recording) => recording.plan(),
        }
    }

    async fn fetch(&self, scope: &Scope, budget: &Budget, keeping: &Keeping) -> Result<Answer<Page>, Error> {
        match &self.asked {
            Asked::Provider(provider) => {
                Asking { provider: provider.as_ref(), policy: self.policy, budget, keeping }
                    .fetch(scope)
                    .await
            }
            Asked::Recording(recording) => recording.fetch(scope),
        }
    }
}

impl From<Arc<dyn Provider>> for Task {
    /// Makes a task whose failure is that of the run, and of which nothing is kept.
    fn from(provider: Arc<dyn Provider>) -> Task {
        Task { asked: Asked::Provider(provider), policy: Policy::default() }
    }
}

/// What is known of one source.
#[derive(Debug, Default)]
pub struct Fetched {
    /// The scopes in the order of the plan.
    pub scopes: Vec<ScopeFacts>,
    /// What people should know about them.
    pub notes: Vec<Note>,
    /// Where the list of scopes comes from; none where nobody asked for it.
    pub plan: Option<State>,
}

/// What is known of one scope.
#[derive(Debug)]
pub struct ScopeFacts {
    /// The facts.
    pub facts: Vec<Facts>,
    /// What was done.
    pub report: ScopeReport,
}

impl ScopeFacts {
    /// Makes what is known of a scope that is left out.
    fn missing(scope: Scope, error: Error) -> ScopeFacts {
        let state = State::Missing { error };
        let report = ScopeReport { scope, state, pages: 0, facts: 0, hosts: 0, elapsed: Duration::ZERO };
        ScopeFacts { facts: Vec::new(), report }
    }
}

/// What was done for one scope.
#[derive(Clone, Debug)]
pub struct ScopeReport {
    /// The scope.
    pub scope: Scope,
    /// Where the facts come from.
    pub state: State,
    /// The number of pages that came back.
    pub pages: usize,
    /// The number of facts.
    pub facts: usize,
    /// The number of facts that are machines.
    pub hosts: usize,
    /// The time from the first request to the last answer.
    pub elapsed: Duration,
}

/// An error, and the place of its source among all.
#[derive(Debug)]
pub struct Failed {
    /// The place of the source, from 0.
    pub source: usize,
    /// What went wrong.
    pub error: Error,
}

impl Fetched {
    /// Makes what is known of a source of facts that nobody fetched.
    pub fn of(facts: Vec<Facts>) -> Fetched {
        let scope = Scope { cloud: "none", account: None, region: None };
        let (state, elapsed, count) = (State::Fetched, Duration::ZERO, facts.len());
        let report = ScopeReport { scope, state, pages: 0, facts: count, hosts: 0, elapsed };
        Fetched { scopes: vec![ScopeFacts { facts, report }], ..Fetched::default() }
    }

    /// Tells whether a scope, or the list of all scopes, is missing.
    pub(crate) fn lacks_scopes(&self) -> bool {
        let is_missing = |state: &State| matches!(state, State::Missing { .. });
        self.plan.as_ref().is_some_and(is_missing)
            || self.scopes.iter().any(|scope| is_missing(&scope.report.state))
    }

    /// Returns the facts of all scopes, those of a scope together, and apart the facts that stand in for newer ones,
    /// with the times at which they were fetched.
    pub(crate) fn into_facts(self) -> (Vec<Facts>, Vec<(SystemTime, Vec<Facts>)>) {
        let (mut facts, mut stale) = (Vec::new(), Vec::new());
        for scope in self.scopes {
            if let State::Stale { fetched_at, .. } = scope.report.state {
                stale.push((fetched_at, scope.facts.clone()));
            }
            if facts.is_empty() {
                facts = scope.facts;
            } else {
                facts.extend(scope.facts);
            }
        }
        (facts, stale)
    }
}

/// How a run came out.
#[derive(Debug)]
pub struct Outcome {
    fetched: Vec<Fetched>,
    failed: Vec<Failed>,
}

impl Outcome {
    /// Returns what is known of the sources, in the order of the tasks.
    ///
    /// # Errors
    /// All that failed and may not: a part of the hosts is never taken for the whole.
    pub fn complete(self) -> Result<Vec<Fetched>, Vec<Failed>> {
        if self.failed.is_empty() { Ok(self.fetched) } else { Err(self.failed) }
    }

    /// Returns what was done for the scopes of each source; those that failed are among [`Outcome::failures`].
    pub fn reports(&self) -> impl Iterator<Item = (usize, &ScopeReport)> {
        let sources = self.fetched.iter().enumerate();
        sources.flat_map(|(source, fetched)| fetched.scopes.iter().map(move |scope| (source, &scope.report)))
    }

    /// Returns all that is old or missing: the place of the source, the scope or none for the list of scopes, and how.
    pub fn doubts(&self) -> impl Iterator<Item = (usize, Option<&Scope>, &State)> {
        self.fetched.iter().enumerate().flat_map(|(source, fetched)| {
            let is_doubtful = |state: &State| matches!(state, State::Stale { .. } | State::Missing { .. });
            let plan = fetched.plan.iter().filter(move |state| is_doubtful(state));
            let plan = plan.map(move |state| (source, None, state));
            let scopes = fetched.scopes.iter().map(|scope| &scope.report);
            let scopes = scopes.filter(move |report| is_doubtful(&report.state));
            plan.chain(scopes.map(move |report| (source, Some(&report.scope), &report.state)))
        })
    }

    /// Returns what failed and may not.
    pub fn failures(&self) -> &[Failed] {
        &self.failed
    }
}

/// Looks on while a run goes on.
pub trait Watch {
    /// Learns which scopes there are; their fetches begin now.
    fn planned(&self, scopes: &[(Asked, Scope)]);

    /// Learns that a scope is done: with what came of it, or none when it failed.
    fn done(&self, scope: &Scope, report: Option<&ScopeReport>);
}

/// Nobody looks on.
impl Watch for () {
    fn planned(&self, _: &[(Asked, Scope)]) {}

    fn done(&self, _: &Scope, _: Option<&ScopeReport>) {}
}

/// Asks for all scopes of all sources.
///
/// Waits for every scope, so that the errors name all that fail. An error fails the run unless the policy of its source
/// says otherwise. Must run inside a tokio runtime.
pub async fn run(tasks: &[Task], budget: &Budget, keeping: &Keeping, watch: &dyn Watch) -> Outcome {
    let plans = tasks.iter().map(async |task| task.plan(budget, keeping).await);
    let plans = join_all(plans).await;
    let mut pending: Vec<Pending> = Vec::new();
    let (mut failed, mut planned) = (Vec::new(), Vec::new());
    for (source, (task, plan)) in tasks.iter().zip(plans).enumerate() {
        let (Plan { scopes, mut notes, unknown }, plan, more) = match plan {
            Ok(Answer { content, state, notes, .. }) => (content, Some(state), notes),
            Err(error) if may_skip(task, &error) => {
                (Plan::default(), Some(State::Missing { error }), Vec::new())
            }
            Err(error) => {
                failed.push(Failed { source, error });
                (Plan::default(), None, Vec::new())
            }
        };
        notes.extend(more);
        let mut slots: Vec<_> = scopes.iter().map(|_| None).collect();
        for (scope, error) in unknown {
            if may_skip(task, &error) {
                slots.push(Some((ScopeFacts::missing(scope, error), Vec::new())));
            } else {
                failed.push(Failed { source, error: error.in_scope(&scope) });
            }
        }
        pending.push(Pending { notes, plan, scopes: slots });
        planned.extend(scopes.into_iter().enumerate().map(|(place, scope)| (source, place, scope)));
    }
    fetch_all(tasks, planned, budget, keeping, watch, &mut pending, &mut failed).await;
    failed.sort_by(|a, b| (a.source, &a.error.scope).cmp(&(b.source, &b.error.scope)));
    let mut fetched: Vec<Fetched> = pending.into_iter().map(merge).collect();
    if failed.is_empty() {
        failed = nothing_but_missing(&mut fetched);
    }
    Outcome { fetched, failed }
}

/// Takes what is missing as failures, where nothing at all is known of any source: nothing is no part of an inventory.
fn nothing_but_missing(fetched: &mut [Fetched]) -> Vec<Failed> {
    let is_missing = |state: &State| matches!(state, State::Missing { .. });
    let is_known = |source: &Fetched| match &source.plan {
        Some(plan) if is_missing(plan) => false,
        _ => source.scopes.is_empty() || source.scopes.iter().any(|scope| !is_missing(&scope.report.state)),
    };
    if fetched.iter().any(is_known) {
        return Vec::new();
    }
    let mut failed = Vec::new();
    for (source, Fetched { scopes, plan, .. }) in fetched.iter_mut().enumerate() {
        let states = plan.take().into_iter().chain(scopes.drain(..).map(|scope| scope.report.state));
        failed.extend(states.filter_map(|state| match state {
            State::Missing { error } => Some(Failed { source, error }),
            _ => None,
        }));
    }
    if let Some(Failed { error, .. }) = failed.first_mut() {
        let hint = error.hint.take().map(|hint| format!("{hint}; ")).unwrap_or_default();
        error.hint = Some(format!("{hint}`on_error: skip` leaves out a part, and this is all"));
    }
    failed
}

/// Fetches the planned scopes (source, place in its plan, scope), all at once.
async fn fetch_all(
    tasks: &[Task],
    planned: Vec<(usize, usize, Scope)>,
    budget: &Budget,
    keeping: &Keeping,
    watch: &dyn Watch,
    pending: &mut [Pending],
    failed: &mut Vec<Failed>,
) {
    let mut running = JoinSet::new();
    let mut owners = HashMap::new();
    let task_of = |source: &usize| tasks.get(*source);
    let known =
        planned.iter().filter_map(|(source, _, scope)| Some((task_of(source)?.asked.clone(), scope.clone())));
    watch.planned(&known.collect::<Vec<_>>());
    for (source, place, scope) in planned {
        let Some(task) = task_of(&source).cloned() else { continue };
        let (budget, keeping, asked) = (budget.clone(), keeping.clone(), scope.clone());
        let handle = running.spawn(async move { fetch(&task, asked, &budget, &keeping).await });
        owners.insert(handle.id(), (source, place, scope));
    }
    while let Some(done) = running.join_next_with_id().await {
        let (id, outcome) = match done {
            Ok((id, outcome)) => (id, outcome),
            Err(fault) => {
                let message = format!("a task failed: {fault}");
                (fault.id(), Err(Error::new(ErrorKind::BadResponse, "fetch", message)))
            }
        };
        let Some((source, place, scope)) = owners.remove(&id) else { continue };
        match outcome {
            Ok(done) => {
                watch.done(&scope, Some(&done.0.report));
                if let Some(slot) = pending.get_mut(source).and_then(|pending| pending.scopes.get_mut(place))
                {
                    *slot = Some(done);
                }
            }
            Err(error) => {
                watch.done(&scope, None);
                failed.push(Failed { source, error: error.in_scope(&scope) });
            }
        }
    }
}

/// Tells whether a scope may be left out for an error; not for what a user must mend.
fn may_skip(task: &Task, error: &Error) -> bool {
    task.policy.on_error == OnError::Skip && error.kind != ErrorKind::Config
}

/// A source whose scopes come in one by one.
struct Pending {
    notes: Vec<Note>,
    plan: Option<State>,
    scopes: Vec<Option<(ScopeFacts, Vec<Note>)>>,
}

/// Puts the scopes of a source in their order.
fn merge(Pending { mut notes, plan, scopes }: Pending) -> Fetched {
    let mut fetched = Fetched { plan, ..Fetched::default() };
    for (scope, more) in scopes.into_iter().flatten() {
        fetched.scopes.push(scope);
        notes.extend(more);
    }
    fetched.notes = joined(notes);
    fetched
}

async fn fetch(
    task: &Task,
    scope: Scope,
    budget: &Budget,
    keeping: &Keeping,
) -> Result<(ScopeFacts, Vec<Note>), Error> {
    let start = Instant::now();
    let answered = task.fetch(&scope, budget, keeping).await;
    let Answer { content: Page { facts, mut notes }, state, pages, notes: more } = match answered {
        Err(error) if may_skip(task, &error) => {
            let state = State::Missing { error };
            Answer { content: Page::default(), state, pages: 0, notes: Vec::new() }
        }
        answered => answered?,
    };
    notes.extend(more);
    let kinds = task.asked.host_kinds();
    let hosts = facts.iter().filter(|facts| kinds.contains(&facts.kind)).count();
    let count = facts.len();
    let report = ScopeReport { scope, state, pages, facts: count, hosts, elapsed: start.elapsed() };
    Ok((ScopeFacts { facts, report }, notes))
}

#[cfg(test)]
mod tests;
