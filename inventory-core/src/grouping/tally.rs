//! What the rules skip.

use std::fmt;

use crate::value::Text;

/// Counts, for every rule of a source, the hosts for which it failed and was skipped.
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
    /// The number of hosts to which it was applied.
    pub hosts: usize,
    /// The first host for which it failed, and why.
    pub example: Option<(Text, String)>,
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed on {} of {} hosts", self.rule, self.count, self.hosts)?;
        match &self.example {
            Some((host, cause)) => write!(f, ", e.g. {host}: {cause}"),
            None => Ok(()),
        }
    }
}

impl Tally {
    pub(super) fn new(rules: impl Iterator<Item = String>) -> Tally {
        let failures = rules.map(|rule| Failures { rule, count: 0, hosts: 0, example: None }).collect();
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

    /// Returns the rules that failed for some host, in their order.
    pub fn failures(&self) -> impl Iterator<Item = Failures> {
        let failed = self.failures.iter().filter(|failures| failures.count > 0);
        failed.map(|failures| Failures { hosts: self.hosts, ..failures.clone() })
    }
}
