//! Whether all that is known is kept and as good as new, without reading it.

use std::time::SystemTime;

use super::answer::{key, vocabulary};
use super::run::{Asked, Task};
use super::{Fetched, Freshness, Keeping, State};
use crate::store::{Content, Found, Stamp};

/// Returns the stamps of all that the sources would be told, in their order; none where a cloud would be asked, or where
/// a snapshot is a source or the store is not a directory.
///
/// Reads the lists of scopes, and of their facts only the headers. Blocks on the disk.
pub fn stamps(tasks: &[Task], keeping: &Keeping) -> Option<Vec<Stamp>> {
    let store = keeping.store.as_ref().filter(|_| keeping.freshness != Freshness::Refreshed)?.local()?;
    let mut stamps = Vec::new();
    for task in tasks {
        let Asked::Provider(provider) = &task.asked else { return None };
        let is_fresh =
            |at| task.policy.is_kept && task.policy.is_fresh(Freshness::Kept, at, SystemTime::now());
        let whole = key(provider.as_ref(), None)?;
        let Found::Entry(plan) = store.get(&whole, vocabulary(provider.as_ref())) else { return None };
        let Content::Plan(scopes) = plan.content else { return None };
        stamps.push(Stamp::new(&whole, Some(plan.fetched_at).filter(|at| is_fresh(*at))?));
        for scope in &scopes.scopes {
            let key = key(provider.as_ref(), Some(scope))?;
            let fetched_at = store.summary(&key)?.fetched_at;
            stamps.push(Stamp::new(&key, Some(fetched_at).filter(|at| is_fresh(*at))?));
        }
    }
    Some(stamps)
}

/// Tells whether what a run found is just what the stamps name.
pub fn are_of(stamps: &[Stamp], fetched: &[Fetched]) -> bool {
    let states = fetched.iter().flat_map(|fetched| {
        fetched.plan.iter().chain(fetched.scopes.iter().map(|scope| &scope.report.state))
    });
    let times = states.map(|state| match state {
        State::Kept { fetched_at } => Some(*fetched_at),
        State::Fetched | State::Stale { .. } | State::Missing { .. } => None,
    });
    times.eq(stamps.iter().map(|stamp| Some(stamp.fetched_at())))
}
