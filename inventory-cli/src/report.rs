//! `--report FILE`: what a run did, as JSON.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use inventory_core::build::iso_time;
use inventory_core::discovery::{Error, Failed, Outcome, Scope, ScopeReport, State};
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::output;
use crate::terminal::Terminal;

/// A report that is not written yet: how the run ends is still to be known.
pub(crate) struct Report {
    file: PathBuf,
    json: Value,
}

/// Writes a report where one is wanted, when it is known what became of the run.
///
/// A run that failed otherwise fails for that reason: that its report cannot be written, too, is told beside it.
pub(crate) fn settle<T>(
    report: Option<Report>,
    done: Result<T, Failure>,
    terminal: &Terminal,
) -> Result<T, Failure> {
    match (report, done) {
        (None, done) => done,
        (Some(report), Ok(done)) => report.write().map(|()| done),
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
struct Parts<'a> {
    outcome: &'a Outcome,
    paths: &'a [PathBuf],
    started: SystemTime,
    elapsed: Duration,
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
    /// Makes the report of what discovery did: `paths` are the files of the sources, `started` is when it began.
    pub(crate) fn of(
        file: &Path,
        outcome: &Outcome,
        paths: &[PathBuf],
        started: SystemTime,
        elapsed: Duration,
    ) -> Report {
        let json = Parts { outcome, paths, started, elapsed }.json();
        Report { file: file.to_owned(), json }
    }

    /// Adds that no inventory came of what is known.
    fn of_failure(mut self, failure: &Failure) -> Report {
        // What failed in discovery is in the report.
        if matches!(failure, Failure::Discovery(_)) {
            return self;
        }
        let failed = failure.messages().into_iter().map(|(message, hint)| {
            let error = json!({"kind": "inventory", "operation": "make", "message": message, "hint": hint});
            json!({"source": null, "scope": null, "error": error})
        });
        let failed = failed.collect::<Vec<_>>();
        if let Some(members) = self.json.as_object_mut() {
            members.insert("outcome".to_owned(), "failed".into());
            members.insert("failures".to_owned(), failed.into());
        }
        self
    }

    /// Writes the report for the user alone: messages of clouds name users and accounts.
    fn write(&self) -> Result<(), Failure> {
        output::write_private(&self.file, |out| writeln!(out, "{:#}", self.json))
    }
}

impl Parts<'_> {
    fn json(&self) -> Value {
        let scopes = self.outcome.reports().map(|(source, report)| self.scope(source, report));
        let failures = self.outcome.failures().iter().map(|failed| self.failure(failed));
        let plans =
            self.outcome.doubts().filter(|(_, scope, _)| scope.is_none()).map(|(source, _, state)| {
                let mut plan = json!({"source": self.path(source), "state": state_name(state)});
                if let (Some(plan), State::Stale { error: Some(error), .. } | State::Missing { error }) =
                    (plan.as_object_mut(), state)
                {
                    plan.insert("error".to_owned(), error_json(error));
                }
                plan
            });
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "outcome": self.name(),
            "started_at": iso_time(self.started).as_str(),
            "milliseconds": milliseconds(self.elapsed),
            "scopes": scopes.collect::<Vec<_>>(),
            "plans": plans.collect::<Vec<_>>(),
            "failures": failures.collect::<Vec<_>>(),
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

    fn path(&self, source: usize) -> String {
        self.paths.get(source).map(|path| path.display().to_string()).unwrap_or_default()
    }

    fn scope(&self, source: usize, report: &ScopeReport) -> Value {
        let ScopeReport { scope, state, pages, facts, hosts, elapsed } = report;
        let (fetched_at, error) = match state {
            State::Fetched => (None, None),
            State::Kept { fetched_at } => (Some(fetched_at), None),
            State::Stale { fetched_at, error } => (Some(fetched_at), error.as_ref()),
            State::Missing { error } => (None, Some(error)),
        };
        json!({
            "source": self.path(source),
            "scope": scope.to_string(),
            "cloud": scope.cloud,
            "account": scope.account.as_deref(),
            "region": scope.region.as_deref(),
            "state": state_name(state),
            "fetched_at": fetched_at.map(|time| iso_time(*time).to_string()),
            "pages": pages,
            "records": facts,
            "machines": hosts,
            "milliseconds": milliseconds(*elapsed),
            "error": error.map(error_json),
        })
    }

    fn failure(&self, Failed { source, error }: &Failed) -> Value {
        json!({
            "source": self.path(*source),
            "scope": error.scope.as_ref().map(Scope::to_string),
            "error": error_json(error),
        })
    }
}

fn error_json(error: &Error) -> Value {
    let kind = format!("{:?}", error.kind).to_lowercase();
    json!({"kind": kind, "operation": error.operation, "message": error.message, "hint": error.hint})
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
