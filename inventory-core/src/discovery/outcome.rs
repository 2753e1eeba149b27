//! What came of a run.

use std::time::{Duration, SystemTime};

use super::{Error, Facts, Note, Scope, State, Traffic};

/// What is known of one source.
#[derive(Debug, Default)]
pub struct Fetched {
    /// The scopes in the order of the plan.
    pub scopes: Vec<ScopeFacts>,
    /// What people should know about them.
    pub notes: Vec<Note>,
    /// Where the list of scopes comes from; none where nobody asked for it, and where it failed the run.
    pub plan: Option<State>,
    /// What was done for no scope alone.
    pub report: SourceReport,
}

/// What was done for a source, but for no scope alone: the list of scopes, and what scopes share, such as tokens.
#[derive(Clone, Debug, Default)]
pub struct SourceReport {
    /// The time that the list of scopes took.
    pub elapsed: Duration,
    /// What was sent.
    pub traffic: Traffic,
    /// What people should know about the list of scopes.
    pub warnings: Vec<Note>,
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
    /// Makes what is known of a scope that is left out before anything was sent for it.
    pub(super) fn missing(scope: Scope, error: Error) -> ScopeFacts {
        let (state, elapsed) = (State::Missing { error }, Duration::ZERO);
        let (traffic, warnings) = (Traffic::default(), Vec::new());
        let report = ScopeReport { scope, state, pages: 0, facts: 0, hosts: 0, elapsed, traffic, warnings };
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
    /// What was sent for this scope alone.
    pub traffic: Traffic,
    /// What people should know about it.
    pub warnings: Vec<Note>,
}

/// An error, and the place of its source among all.
#[derive(Debug)]
pub struct Failed {
    /// The place of the source, from 0.
    pub source: usize,
    /// What went wrong.
    pub error: Error,
    /// How long it took.
    pub elapsed: Duration,
    /// What was sent for the scope; nothing where no scope failed alone.
    pub traffic: Traffic,
}

impl Fetched {
    /// Makes what is known of a source of facts that nobody fetched.
    pub fn of(facts: Vec<Facts>) -> Fetched {
        let scope = Scope { cloud: "none", account: None, region: None };
        let (state, elapsed, count) = (State::Fetched, Duration::ZERO, facts.len());
        let (traffic, warnings) = (Traffic::default(), Vec::new());
        let report =
            ScopeReport { scope, state, pages: 0, facts: count, hosts: 0, elapsed, traffic, warnings };
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
    pub(super) fetched: Vec<Fetched>,
    pub(super) failed: Vec<Failed>,
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

    /// Returns where the list of scopes of each source comes from, none where it failed, and what was done for none of
    /// them alone.
    pub fn sources(&self) -> impl Iterator<Item = (Option<&State>, &SourceReport)> {
        self.fetched.iter().map(|fetched| (fetched.plan.as_ref(), &fetched.report))
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
