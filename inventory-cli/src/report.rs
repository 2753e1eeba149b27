//! `--report FILE`: what a run did, as JSON.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use inventory_core::build::iso_time;
use inventory_core::discovery::{
    Error, Failed, Note, Outcome, Scope, ScopeReport, SourceReport, State, Task, Traffic,
};
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::output;
use crate::terminal::Terminal;

/// How a scope or list is called that failed the run.
const FAILED: &str = "failed";

/// A report that is not written yet: how the run ends is still to be known.
pub(crate) struct Report {
    file: PathBuf,
    json: Value,
}

/// Writes a report where one is wanted, when it is known what became of the run; `hosts` counts those of an inventory.
///
/// A run that failed otherwise fails for that reason: that its report cannot be written, too, is told beside it.
pub(crate) fn settle<T>(
    report: Option<Report>,
    done: Result<T, Failure>,
    hosts: impl FnOnce(&T) -> Option<usize>,
    terminal: &Terminal,
) -> Result<T, Failure> {
    match (report, done) {
        (None, done) => done,
        (Some(report), Ok(done)) => report.with("hosts", hosts(&done)).write().map(|()| done),
        (Some(report), Err(failure)) => {
            if let Err(unwritten) = report.of_failure(&failure).write() {
                // The exit code is that of the failure.
                let _ = unwritten.report(terminal);
            }
            Err(failure)
        }
    }
}

/// What a report is made of.
pub(crate) struct Parts<'a> {
    /// How the run came out.
    pub(crate) outcome: &'a Outcome,
    /// The sources.
    pub(crate) tasks: &'a [Task],
    /// How messages call each source.
    pub(crate) places: &'a [String],
    /// When the run began.
    pub(crate) started: SystemTime,
    /// How long it took.
    pub(crate) elapsed: Duration,
}

/// Returns the word for where facts come from.
pub(crate) fn state_name(state: &State) -> &'static str {
    match state {
        State::Fetched => "fetched",
        State::Kept { .. } => "kept",
        State::Stale { .. } => "stale",
        State::Missing { .. } => "missing",
    }
}

impl Report {
    fn with(mut self, member: &str, value: impl Into<Value>) -> Report {
        if let Some(members) = self.json.as_object_mut() {
            members.insert(member.to_owned(), value.into());
        }
        self
    }

    /// Adds that no inventory came of what is known.
    fn of_failure(self, failure: &Failure) -> Report {
        // What failed in discovery is in the report.
        if matches!(failure, Failure::Discovery(_)) {
            return self;
        }
        let failed = failure.messages().into_iter().map(|(message, hint)| {
            let error = json!({"kind": "inventory", "operation": "make", "message": message, "hint": hint});
            json!({"source": null, "scope": null, "error": error})
        });
        let failed = failed.collect::<Vec<_>>();
        self.with("outcome", FAILED).with("failures", failed)
    }

    /// Writes the report for the user alone: messages of clouds name users and accounts.
    fn write(&self) -> Result<(), Failure> {
        output::write_private(&self.file, |out| writeln!(out, "{:#}", self.json))
    }
}

impl Parts<'_> {
    /// Makes the report that goes into a file.
    pub(crate) fn report(&self, file: &Path) -> Report {
        Report { file: file.to_owned(), json: self.json() }
    }

    fn json(&self) -> Value {
        let sources = self.outcome.sources().enumerate();
        let sources = sources.map(|(source, (state, report))| self.source(source, state, report));
        let scopes = self.outcome.reports().map(|(source, report)| self.scope(source, report));
        let failed = self.outcome.failures().iter().filter_map(|failed| self.failed_scope(failed));
        let failures = self.outcome.failures().iter().map(|failed| self.failure(failed));
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "outcome": self.name(),
            "started_at": iso_time(self.started).as_str(),
            "milliseconds": milliseconds(self.elapsed),
            "hosts": null,
            "sources": sources.collect::<Vec<_>>(),
            "scopes": scopes.chain(failed).collect::<Vec<_>>(),
            "failures": failures.collect::<Vec<_>>(),
        })
    }

    fn source(&self, source: usize, state: Option<&State>, report: &SourceReport) -> Value {
        let SourceReport { elapsed, traffic: Traffic { requests, retries, throttles }, warnings } = report;
        let failed = || {
            let mut failures = self.outcome.failures().iter();
            failures.find(|failed| failed.source == source).map(|failed| &failed.error)
        };
        let (fetched_at, error) = state.map_or_else(|| (None, failed()), origin);
        json!({
            "source": self.place(source),
            "cloud": self.tasks.get(source).map(|task| task.asked.cloud()),
            "state": state.map_or(FAILED, state_name),
            "fetched_at": fetched_at.map(|time| iso_time(time).to_string()),
            "requests": requests,
            "retries": retries,
            "throttles": throttles,
            "milliseconds": milliseconds(*elapsed),
            "warnings": lines(warnings),
            "error": error.map(error_json),
        })
    }

    fn name(&self) -> &'static str {
        if !self.outcome.failures().is_empty() {
            return "failed";
        }
        let states: Vec<&State> = self.outcome.doubts().map(|(_, _, state)| state).collect();
        if states.iter().any(|state| matches!(state, State::Missing { .. })) {
            "partial"
        } else if states.is_empty() {
            "complete"
        } else {
            "stale"
        }
    }

    fn place(&self, source: usize) -> &str {
        self.places.get(source).map_or("", String::as_str)
    }

    fn scope(&self, source: usize, report: &ScopeReport) -> Value {
        let ScopeReport { scope, state, pages, facts, hosts, elapsed, traffic, warnings } = report;
        let Traffic { requests, retries, throttles } = traffic;
        let (fetched_at, error) = origin(state);
        json!({
            "source": self.place(source),
            "scope": scope.to_string(),
            "cloud": scope.cloud,
            "account": scope.account.as_deref(),
            "region": scope.region.as_deref(),
            "state": state_name(state),
            "fetched_at": fetched_at.map(|time| iso_time(time).to_string()),
            "requests": requests,
            "pages": pages,
            "retries": retries,
            "throttles": throttles,
            "records": facts,
            "machines": hosts,
            "milliseconds": milliseconds(*elapsed),
            "warnings": lines(warnings),
            "error": error.map(error_json),
        })
    }

    /// Returns what is told of a scope that failed the run; none of what is no scope.
    fn failed_scope(&self, failed: &Failed) -> Option<Value> {
        let Failed { source, error, elapsed, traffic } = failed;
        let scope = error.scope.clone().filter(|scope| scope.account.is_some() || scope.region.is_some())?;
        let state = State::Missing { error: error.clone() };
        let (elapsed, traffic, warnings) = (*elapsed, *traffic, Vec::new());
        let report = ScopeReport { scope, state, pages: 0, facts: 0, hosts: 0, elapsed, traffic, warnings };
        let mut scope = self.scope(*source, &report);
        scope.as_object_mut()?.insert("state".to_owned(), FAILED.into());
        Some(scope)
    }

    fn failure(&self, Failed { source, error, .. }: &Failed) -> Value {
        json!({
            "source": self.place(*source),
            "scope": error.scope.as_ref().map(Scope::to_string),
            "error": error_json(error),
        })
    }
}

/// Returns when something was fetched where that was not in this run, and why it could not be.
fn origin(state: &State) -> (Option<SystemTime>, Option<&Error>) {
    match state {
        State::Fetched => (None, None),
        State::Kept { fetched_at } => (Some(*fetched_at), None),
        State::Stale { fetched_at, error } => (Some(*fetched_at), error.as_ref()),
        State::Missing { error } => (None, Some(error)),
    }
}

fn lines(notes: &[Note]) -> Vec<String> {
    notes.iter().map(ToString::to_string).collect()
}

fn error_json(error: &Error) -> Value {
    let kind = format!("{:?}", error.kind).to_lowercase();
    json!({"kind": kind, "operation": error.operation, "message": error.message, "hint": error.hint})
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
