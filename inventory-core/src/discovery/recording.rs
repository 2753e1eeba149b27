//! What an earlier run learned, in the place of the clouds.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use super::answer::Answer;
use super::{Asked, Error, ErrorKind, Fetched, Page, Plan, Scope, State, Task};
use crate::store::snapshot::{Saved, Standing};
use crate::store::{Content, Entry, Vocabulary};

/// What a run learned of one source: its scopes, and the facts of each.
///
/// A run that is given recordings makes of them what the run made that they were taken in: what was old there is old,
/// and what was missing is missing.
#[derive(Debug)]
pub struct Recording {
    vocabulary: Vocabulary,
    plan: Recorded<Plan>,
    scopes: HashMap<Scope, Recorded<Page>>,
}

#[derive(Debug)]
struct Recorded<T> {
    content: T,
    standing: Standing,
    fetched_at: SystemTime,
}

impl Recording {
    /// Returns what a run learned as the entries of a snapshot: for each source its scopes, then the facts of each in
    /// their order.
    ///
    /// `tasks` are those of the run, and `started` is when it began: what it fetched is at least as new.
    pub fn entries(tasks: &[Task], fetched: Vec<Fetched>, started: SystemTime) -> Vec<Saved> {
        let mut entries = Vec::new();
        for (task, Fetched { scopes, notes, plan, .. }) in tasks.iter().zip(fetched) {
            let whole = Scope { cloud: task.asked.cloud(), account: None, region: None };
            let planned = scopes.iter().map(|scope| scope.report.scope.clone()).collect();
            // The notes of all: those of a run are told source by source.
            let content = Content::Plan(Plan { scopes: planned, notes, ..Plan::default() });
            let state = plan.unwrap_or(State::Fetched);
            entries.push(saved(whole, content, &state, started));
            entries.extend(scopes.into_iter().map(|scope| {
                let content = Content::Facts(scope.facts.into());
                saved(scope.report.scope, content, &scope.report.state, started)
            }));
        }
        entries
    }

    /// Reads the recordings of all sources of a snapshot, in its order.
    ///
    /// # Errors
    /// When the entries are not those of [`Recording::entries`]; in words that go on from the name of the file.
    pub fn of_entries(entries: Vec<Saved>, vocabularies: &[Vocabulary]) -> Result<Vec<Recording>, String> {
        let mut entries = entries.into_iter();
        let mut recordings = Vec::new();
        while let Some(Saved { entry: Entry { scope, fetched_at, content }, standing }) = entries.next() {
            let Content::Plan(plan) = content else {
                return Err(format!("holds facts of `{scope}`, which no source of it has"));
            };
            let known = vocabularies.iter().find(|vocabulary| vocabulary.cloud == scope.cloud);
            let vocabulary =
                *known.ok_or_else(|| format!("holds a source of the unknown cloud `{}`", scope.cloud))?;
            let mut scopes = HashMap::with_capacity(plan.scopes.len());
            for planned in &plan.scopes {
                let next = entries.next().filter(|next| next.entry.scope == *planned);
                let Some((entry, standing)) = next.map(|next| (next.entry, next.standing)) else {
                    return Err(format!("does not hold the facts of `{planned}`"));
                };
                let Content::Facts(content) = entry.content else {
                    return Err(format!("does not hold the facts of `{planned}`"));
                };
                let recorded = Recorded { content, standing, fetched_at: entry.fetched_at };
                if scopes.insert(entry.scope, recorded).is_some() {
                    return Err(format!("names the scope `{planned}` twice"));
                }
            }
            let plan = Recorded { content: plan, standing, fetched_at };
            recordings.push(Recording { vocabulary, plan, scopes });
        }
        Ok(recordings)
    }

    /// Puts recordings in the place of those whom tasks ask: the first of a cloud in that of the first task of that
    /// cloud, and so on.
    ///
    /// # Errors
    /// When there are not as many recordings of each cloud as tasks; in words that go on from the name of the file.
    pub fn assign(recordings: Vec<Recording>, tasks: &mut [Task]) -> Result<(), String> {
        let mut by_cloud: BTreeMap<&str, (VecDeque<Recording>, usize)> = BTreeMap::new();
        for recording in recordings {
            by_cloud.entry(recording.cloud()).or_default().0.push_back(recording);
        }
        for task in tasks.iter() {
            by_cloud.entry(task.asked.cloud()).or_default().1 += 1;
        }
        let differences: Vec<String> = by_cloud
            .iter()
            .filter(|(_, (recordings, tasks))| recordings.len() != *tasks)
            .map(|(cloud, (recordings, tasks))| {
                format!("{} of `{cloud}` where the configuration has {tasks}", sources(recordings.len()))
            })
            .collect();
        if !differences.is_empty() {
            return Err(format!("holds {}", differences.join(", and ")));
        }
        for task in tasks {
            let recordings = by_cloud.get_mut(task.asked.cloud());
            if let Some(recording) = recordings.and_then(|(recordings, _)| recordings.pop_front()) {
                task.asked = Asked::Recording(Arc::new(recording));
            }
        }
        Ok(())
    }

    /// Returns the cloud, as scopes name it.
    pub fn cloud(&self) -> &'static str {
        self.vocabulary.cloud
    }

    pub(super) fn host_kinds(&self) -> &'static [&'static str] {
        self.vocabulary.host_kinds
    }

    pub(super) fn plan(&self) -> Result<Answer<Plan>, Error> {
        let whole = Scope { cloud: self.cloud(), account: None, region: None };
        self.plan.answer().map_err(|error| error.in_scope(&whole))
    }

    pub(super) fn fetch(&self, scope: &Scope) -> Result<Answer<Page>, Error> {
        let answer = self.scopes.get(scope).map_or_else(|| Err(missing()), Recorded::answer);
        answer.map_err(|error| error.in_scope(scope))
    }
}

impl<T: Clone> Recorded<T> {
    fn answer(&self) -> Result<Answer<T>, Error> {
        let fetched_at = self.fetched_at;
        let state = match self.standing {
            Standing::Good => State::Kept { fetched_at },
            Standing::Stale => State::Stale { fetched_at, error: None },
            Standing::Missing => return Err(missing()),
        };
        Ok(Answer { content: self.content.clone(), state, pages: 0, notes: Vec::new() })
    }
}

fn saved(scope: Scope, content: Content, state: &State, started: SystemTime) -> Saved {
    let (standing, fetched_at) = match state {
        State::Fetched => (Standing::Good, started),
        State::Kept { fetched_at } => (Standing::Good, *fetched_at),
        State::Stale { fetched_at, .. } => (Standing::Stale, *fetched_at),
        State::Missing { .. } => (Standing::Missing, started),
    };
    Saved { entry: Entry { scope, fetched_at, content }, standing }
}

fn missing() -> Error {
    Error::new(ErrorKind::NotFound, "look up", "it was missing when the snapshot was saved")
}

fn sources(count: usize) -> String {
    format!("{count} source{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
