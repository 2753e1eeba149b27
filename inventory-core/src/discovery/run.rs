//! Runs discovery: all scopes of all sources at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::answer::{Answer, Asking, State};
use super::outcome::{Failed, Fetched, Outcome, ScopeFacts, ScopeReport, SourceReport};
use super::policy::{Keeping, OnError, Policy};
use super::{
    Budget, Error, ErrorKind, Note, Page, Plan, Provider, Recording, Scope, Setback, Traffic, joined,
};

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
    pub fn last_failure(&self, scope: &Scope) -> Option<Setback> {
        match self {
            Asked::Provider(provider) => provider.last_failure(Some(scope)),
            Asked::Recording(_) => None,
        }
    }

    /// Returns what was sent for a scope so far, or without one for all.
    fn traffic(&self, scope: Option<&Scope>) -> Traffic {
        match self {
            Asked::Provider(provider) => provider.traffic(scope),
            Asked::Recording(_) => Traffic::default(),
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

/// Looks on while a run goes on.
pub trait Watch {
    /// Learns which scopes a source has; their fetches begin now.
    fn planned(&self, scopes: &[(Asked, Scope)]);

    /// Learns that a scope is done: with what came of it, or none when it failed.
    fn done(&self, scope: &Scope, report: Option<&ScopeReport>);
}

/// Nobody looks on.
impl Watch for () {
    fn planned(&self, _: &[(Asked, Scope)]) {}

    fn done(&self, _: &Scope, _: Option<&ScopeReport>) {}
}

/// Asks for all scopes of all sources; those of a source as soon as they are known.
///
/// Waits for every scope, so that the errors name all that fail. An error fails the run unless the policy of its source
/// says otherwise. Must run inside a tokio runtime.
pub async fn run(tasks: &[Task], budget: &Budget, keeping: &Keeping, watch: &dyn Watch) -> Outcome {
    let plan = async |source: usize, task: &Task| {
        let start = Instant::now();
        (source, task.plan(budget, keeping).await, start.elapsed())
    };
    let mut plans: FuturesUnordered<_> =
        tasks.iter().enumerate().map(|(source, task)| plan(source, task)).collect();
    let mut run = Run {
        tasks,
        budget,
        keeping,
        pending: tasks.iter().map(|_| Pending::default()).collect(),
        failed: Vec::new(),
        running: JoinSet::new(),
        owners: HashMap::new(),
    };
    loop {
        tokio::select! {
            Some((source, plan, elapsed)) = plans.next() => {
                let scopes = run.planned(source, plan, elapsed);
                run.spawn(source, scopes, watch);
            }
            Some(done) = run.running.join_next_with_id() => run.done(done, watch),
            else => break,
        }
    }
    run.finish()
}

type Done = Result<(ScopeFacts, Vec<Note>), Error>;

/// A run that goes on.
struct Run<'a> {
    tasks: &'a [Task],
    budget: &'a Budget,
    keeping: &'a Keeping,
    /// By source.
    pending: Vec<Pending>,
    failed: Vec<Failed>,
    running: JoinSet<Done>,
    owners: HashMap<Id, Owner>,
}

/// Whose a fetch is.
struct Owner {
    source: usize,
    /// The place of the scope in the plan.
    place: usize,
    scope: Scope,
    start: Instant,
}

impl Run<'_> {
    /// Notes what the scopes of a source are, and returns them.
    fn planned(&mut self, source: usize, plan: Result<Answer<Plan>, Error>, elapsed: Duration) -> Vec<Scope> {
        let may_skip = |error: &Error| self.tasks.get(source).is_some_and(|task| may_skip(task, error));
        let (Plan { scopes, mut notes, unknown }, plan, more) = match plan {
            Ok(Answer { content, state, notes, .. }) => (content, Some(state), notes),
            Err(error) if may_skip(&error) => (Plan::default(), Some(State::Missing { error }), Vec::new()),
            Err(error) => {
                // What was sent is the source's.
                self.failed.push(Failed { source, error, elapsed, traffic: Traffic::default() });
                (Plan::default(), None, Vec::new())
            }
        };
        notes.extend(more);
        let report = SourceReport { elapsed, warnings: notes.clone(), ..SourceReport::default() };
        let mut fetched: Vec<_> = scopes.iter().map(|_| None).collect();
        for (scope, error) in unknown {
            if may_skip(&error) {
                fetched.push(Some((ScopeFacts::missing(scope, error), Vec::new())));
            } else {
                // What was sent is the source's.
                let error = error.in_scope(&scope);
                self.failed.push(Failed { source, error, elapsed, traffic: Traffic::default() });
            }
        }
        if let Some(pending) = self.pending.get_mut(source) {
            *pending = Pending { notes, plan, report, planned: scopes.clone(), scopes: fetched };
        }
        scopes
    }

    /// Begins to fetch the scopes of a source, all at once.
    fn spawn(&mut self, source: usize, scopes: Vec<Scope>, watch: &dyn Watch) {
        let Some(task) = self.tasks.get(source) else { return };
        let known: Vec<_> = scopes.iter().map(|scope| (task.asked.clone(), scope.clone())).collect();
        watch.planned(&known);
        for (place, scope) in scopes.into_iter().enumerate() {
            let (task, budget, keeping) = (task.clone(), self.budget.clone(), self.keeping.clone());
            let asked = scope.clone();
            let handle = self.running.spawn(async move { fetch(&task, asked, &budget, &keeping).await });
            self.owners.insert(handle.id(), Owner { source, place, scope, start: Instant::now() });
        }
    }

    /// Notes what came of a fetch.
    fn done(&mut self, done: Result<(Id, Done), JoinError>, watch: &dyn Watch) {
        let (id, outcome) = match done {
            Ok((id, outcome)) => (id, outcome),
            Err(fault) => {
                let message = format!("a task failed: {fault}");
                (fault.id(), Err(Error::new(ErrorKind::BadResponse, "fetch", message)))
            }
        };
        let Some(Owner { source, place, scope, start }) = self.owners.remove(&id) else { return };
        match outcome {
            Ok(done) => {
                watch.done(&scope, Some(&done.0.report));
                let pending = self.pending.get_mut(source);
                if let Some(slot) = pending.and_then(|pending| pending.scopes.get_mut(place)) {
                    *slot = Some(done);
                }
            }
            Err(error) => {
                watch.done(&scope, None);
                let traffic = self.tasks.get(source).map(|task| task.asked.traffic(Some(&scope)));
                let (traffic, elapsed) = (traffic.unwrap_or_default(), start.elapsed());
                self.failed.push(Failed { source, error: error.in_scope(&scope), elapsed, traffic });
            }
        }
    }

    fn finish(mut self) -> Outcome {
        for (task, pending) in self.tasks.iter().zip(&mut self.pending) {
            let of_scopes: Traffic =
                pending.planned.iter().map(|scope| task.asked.traffic(Some(scope))).sum();
            pending.report.traffic = task.asked.traffic(None) - of_scopes;
        }
        self.failed.sort_by(|a, b| (a.source, &a.error.scope).cmp(&(b.source, &b.error.scope)));
        let mut fetched: Vec<Fetched> = self.pending.into_iter().map(merge).collect();
        let mut failed = self.failed;
        if failed.is_empty() {
            failed = nothing_but_missing(&mut fetched);
        }
        Outcome { fetched, failed }
    }
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
    for (source, Fetched { scopes, plan, report, .. }) in fetched.iter_mut().enumerate() {
        if let Some(State::Missing { error }) = plan.take_if(|plan| is_missing(plan)) {
            failed.push(Failed { source, error, elapsed: report.elapsed, traffic: Traffic::default() });
        }
        failed.extend(scopes.drain(..).filter_map(|scope| match scope.report.state {
            State::Missing { error } => {
                let ScopeReport { elapsed, traffic, .. } = scope.report;
                Some(Failed { source, error, elapsed, traffic })
            }
            _ => None,
        }));
    }
    if let Some(Failed { error, .. }) = failed.first_mut() {
        let hint = error.hint.take().map(|hint| format!("{hint}; ")).unwrap_or_default();
        error.hint = Some(format!("{hint}`on_error: skip` leaves out a part, and this is all"));
    }
    failed
}

/// Tells whether a scope may be left out for an error; not for what a user must mend.
fn may_skip(task: &Task, error: &Error) -> bool {
    task.policy.on_error == OnError::Skip && error.kind != ErrorKind::Config
}

/// A source whose scopes come in one by one.
#[derive(Default)]
struct Pending {
    notes: Vec<Note>,
    plan: Option<State>,
    report: SourceReport,
    planned: Vec<Scope>,
    scopes: Vec<Option<(ScopeFacts, Vec<Note>)>>,
}

/// Puts the scopes of a source in their order.
fn merge(Pending { mut notes, plan, report, scopes, .. }: Pending) -> Fetched {
    let mut fetched = Fetched { plan, report, ..Fetched::default() };
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
    let (elapsed, traffic) = (start.elapsed(), task.asked.traffic(Some(&scope)));
    let warnings = notes.clone();
    let report = ScopeReport { scope, state, pages, facts: count, hosts, elapsed, traffic, warnings };
    Ok((ScopeFacts { facts, report }, notes))
}

#[cfg(test)]
mod tests;
