//! What the rules skip, and where they stop.

use std::fmt;
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::value::Text;

/// Counts, for every rule of a source, the hosts for which it failed.
#[derive(Clone, Debug)]
pub struct Tally {
    hosts: usize,
    failures: Vec<Failures>,
}

/// Says how often one rule failed, and an example.
#[derive(Clone, Debug)]
pub struct Failures {
    /// The rule, as `keyed_groups[2]`.
    pub rule: String,
    /// The number of hosts for which it failed.
    pub count: usize,
    /// The number of those for which it was not skipped: the rules after it were not applied to them.
    pub stopped: usize,
    /// The number of hosts to which rules were applied.
    pub hosts: usize,
    /// The first host for which it failed, and why.
    pub example: Option<(Text, String)>,
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed on {} of {} hosts", self.rule, self.count, self.hosts)?;
        if let Some((host, cause)) = &self.example {
            write!(f, ", e.g. {host}: {cause}")?;
        }
        if self.stopped > 0 {
            write!(f, "; {} hosts get nothing of the rules after it", self.stopped)?;
        }
        Ok(())
    }
}

impl Tally {
    pub(super) fn new(rules: impl Iterator<Item = String>) -> Tally {
        let failures =
            rules.map(|rule| Failures { rule, count: 0, stopped: 0, hosts: 0, example: None }).collect();
        Tally { hosts: 0, failures }
    }

    pub(super) fn begin_host(&mut self) {
        self.hosts += 1;
    }

    pub(super) fn note(&mut self, place: usize, host: &Text, cause: &str) {
        if let Some(failures) = self.failures.get_mut(place) {
            failures.count += 1;
            failures.example.get_or_insert_with(|| (host.clone(), cause.to_owned()));
        }
    }

    pub(super) fn note_stop(&mut self, place: usize, host: &Text, cause: &str) {
        self.note(place, host, cause);
        if let Some(failures) = self.failures.get_mut(place) {
            failures.stopped += 1;
        }
    }

    /// Returns what to tell of the rules that failed, `path` being the file that holds them.
    ///
    /// What is skipped as configured is a warning, for those who look; what is lost against the configuration an error.
    pub fn diagnostics(&self, path: &Path) -> Vec<Diagnostic> {
        let diagnostic = |failures: Failures| {
            let message = format!("{}: {failures}", path.display());
            if failures.stopped > 0 { Diagnostic::error(message) } else { Diagnostic::warning(message) }
        };
        self.failures().map(diagnostic).collect()
    }

    /// Returns the rules that failed for some host, in their order.
    pub fn failures(&self) -> impl Iterator<Item = Failures> {
        let failed = self.failures.iter().filter(|failures| failures.count > 0);
        failed.map(|failures| Failures { hosts: self.hosts, ..failures.clone() })
    }
}
