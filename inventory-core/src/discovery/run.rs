//! Runs discovery: all scopes of all sources at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::{Budget, Error, ErrorKind, Facts, Scope, Source};

/// The facts of one source, complete.
#[derive(Debug, Default)]
pub struct Fetched {
    /// The facts of all scopes, those of a scope together, scopes in the order of the plan.
    pub facts: Vec<Facts>,
    /// What was done, scope by scope.
    pub scopes: Vec<ScopeReport>,
}

/// What was done for one scope.
#[derive(Debug)]
pub struct ScopeReport {
    /// The scope.
    pub scope: Scope,
    /// The number of pages that came back.
    pub pages: usize,
    /// The number of facts.
    pub facts: usize,
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

/// Fetches all scopes of all sources and returns their facts in the order of `sources`.
///
/// Waits for every scope, so that the errors name all that fail; any error fails the run: a part of the hosts is
/// never taken for the whole. Each scope that is complete is reported to `progress` at once. Must run inside a tokio
/// runtime.
pub async fn run(
    sources: &[Arc<dyn Source>],
    budget: &Budget,
    progress: impl Fn(&ScopeReport),
) -> Result<Vec<Fetched>, Vec<Failed>> {
    let plans = join_all(sources.iter().map(|source| plan(source.as_ref(), budget))).await;
    let mut tasks = JoinSet::new();
    let mut fetched: Vec<Vec<Option<ScopeFacts>>> = Vec::new();
    let mut owners = HashMap::new();
    let mut errors = Vec::new();
    for (source, (provider, planned)) in sources.iter().zip(plans).enumerate() {
        let scopes = planned.unwrap_or_else(|error| {
            errors.push(Failed { source, error });
            Vec::new()
        });
        fetched.push(scopes.iter().map(|_| None).collect());
        for (place, scope) in scopes.into_iter().enumerate() {
            let (provider, budget) = (Arc::clone(provider), budget.clone());
            let task = tasks.spawn(async move { fetch(provider.as_ref(), scope, &budget).await });
            owners.insert(task.id(), (source, place));
        }
    }
    while let Some(task) = tasks.join_next_with_id().await {
        let (id, outcome) = match task {
            Ok((id, outcome)) => (id, outcome),
            Err(fault) => {
                let message = format!("a task failed: {fault}");
                (fault.id(), Err(Error::new(ErrorKind::BadResponse, "fetch", message)))
            }
        };
        let (source, place) = owners.get(&id).copied().unwrap_or_default();
        match outcome {
            Ok(facts) => {
                progress(&facts.report);
                if let Some(slot) = fetched.get_mut(source).and_then(|scopes| scopes.get_mut(place)) {
                    *slot = Some(facts);
                }
            }
            Err(error) => errors.push(Failed { source, error }),
        }
    }
    if errors.is_empty() {
        return Ok(fetched.into_iter().map(merge).collect());
    }
    errors.sort_by(|a, b| (a.source, &a.error.scope).cmp(&(b.source, &b.error.scope)));
    Err(errors)
}

/// The pages of one scope.
struct ScopeFacts {
    pages: Vec<Vec<Facts>>,
    report: ScopeReport,
}

fn merge(scopes: Vec<Option<ScopeFacts>>) -> Fetched {
    let mut fetched = Fetched::default();
    for scope in scopes.into_iter().flatten() {
        fetched.facts.reserve(scope.report.facts);
        fetched.facts.extend(scope.pages.into_iter().flatten());
        fetched.scopes.push(scope.report);
    }
    fetched
}

async fn plan(source: &dyn Source, budget: &Budget) -> Result<Vec<Scope>, Error> {
    let plan = timeout_at(budget.end(), source.plan()).await;
    let plan = plan.unwrap_or_else(|_| Err(late("plan", budget, source.last_failure(None))));
    let whole = Scope { cloud: source.cloud(), account: None, region: None };
    plan.map_err(|error| error.in_scope(&whole))
}

async fn fetch(source: &dyn Source, scope: Scope, budget: &Budget) -> Result<ScopeFacts, Error> {
    let start = Instant::now();
    let mut pages: Vec<Vec<Facts>> = Vec::new();
    let all = async {
        let mut stream = source.fetch(&scope);
        while let Some(page) = stream.next().await {
            pages.push(page?);
        }
        Ok(())
    };
    let done = timeout_at(budget.end(), all)
        .await
        .unwrap_or_else(|_| Err(late("fetch", budget, source.last_failure(Some(&scope)))));
    done.map_err(|error: Error| error.in_scope(&scope))?;
    let facts = pages.iter().map(Vec::len).sum();
    let report = ScopeReport { pages: pages.len(), facts, elapsed: start.elapsed(), scope };
    Ok(ScopeFacts { pages, report })
}

fn late(operation: &'static str, budget: &Budget, last_failure: Option<String>) -> Error {
    let mut message = format!("not finished when the deadline of {:?} passed", budget.length());
    if let Some(failure) = last_failure {
        message.push_str(&format!("; the last answer was {failure}"));
    }
    Error::new(ErrorKind::Timeout, operation, message)
        .with_hint("raise `--deadline`, or ask for less: fewer regions or resource groups")
}

#[cfg(test)]
mod tests;
