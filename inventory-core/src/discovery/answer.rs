//! What is known of a scope: fetched now, kept from an earlier run, or not at all.

use std::time::{Duration, SystemTime};

use futures::StreamExt;
use futures::future::BoxFuture;
use tokio::time::timeout_at;

use super::kept::Kept;
use super::policy::{Freshness, Keeping, OnError, Policy};
use super::{Budget, Error, ErrorKind, Note, Page, Plan, Provider, Scope};
use crate::store::{Entry, Found, Key, Store, Turn, Vocabulary};

/// How long a run waits for another that fetches the same, before it fetches on its own.
const PATIENCE: Duration = Duration::from_secs(60);

/// The part of the time that is left which a run waits at the most: the other may be dead or stopped.
const SHARE: u32 = 3;

/// Where what is known of a scope comes from.
#[derive(Clone, Debug)]
pub enum State {
    /// It was fetched in this run.
    Fetched,
    /// It was kept, and is as good as new.
    Kept {
        /// When it was fetched.
        fetched_at: SystemTime,
    },
    /// It was kept, and stands in for what could not be fetched.
    Stale {
        /// When it was fetched.
        fetched_at: SystemTime,
        /// Why it could not be fetched anew; none where no cloud was to be asked.
        error: Option<Error>,
    },
    /// Nothing is known: it is left out.
    Missing {
        /// Why it could not be fetched.
        error: Error,
    },
}

/// What is known of a scope, or of the scopes of a source.
#[derive(Debug)]
pub(super) struct Answer<T> {
    pub(super) content: T,
    pub(super) state: State,
    /// The number of pages that came back.
    pub(super) pages: usize,
    /// What people should know about the store.
    pub(super) notes: Vec<Note>,
}

/// What a run asks a provider, and how.
pub(super) struct Asking<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) policy: Policy,
    pub(super) budget: &'a Budget,
    pub(super) keeping: &'a Keeping,
}

impl Asking<'_> {
    /// Returns the scopes of the source.
    pub(super) async fn plan(&self) -> Result<Answer<Plan>, Error> {
        let provider = self.provider;
        let whole = Scope { cloud: provider.cloud(), account: None, region: None };
        let ask = Box::pin(async {
            let planned = timeout_at(self.budget.end(), provider.plan()).await;
            let planned = planned.unwrap_or_else(|_| Err(late("plan", self.budget, provider, None)));
            planned.map(|plan| (plan, 1))
        });
        let answer = self.answer(&whole, None, ask).await.map_err(|error| error.in_scope(&whole))?;
        Ok(self.fill_in(answer).await)
    }

    /// Takes the scopes that were known last in the place of parts that are unknown now, where the policy allows.
    async fn fill_in(&self, mut answer: Answer<Plan>) -> Answer<Plan> {
        let policy = self.policy;
        if answer.content.unknown.is_empty() || policy.on_error != OnError::Stale {
            return answer;
        }
        let Some((store, key)) = self.place(None) else { return answer };
        let (entry, notes) = self.get(&store, &key).await;
        answer.notes.extend(notes);
        let usable = entry.filter(|entry| policy.is_usable(entry.fetched_at, SystemTime::now()));
        let Some((fetched_at, before)) =
            usable.and_then(|entry| Some((entry.fetched_at, Plan::from_content(entry.content)?)))
        else {
            return answer;
        };
        let Plan { scopes, unknown, .. } = &mut answer.content;
        let mut errors = Vec::new();
        unknown.retain(|(part, error)| {
            let known = before.scopes.iter().filter(|scope| scope.account == part.account);
            let count = scopes.len();
            scopes.extend(known.cloned());
            let is_filled_in = scopes.len() > count && error.kind != ErrorKind::Config;
            if is_filled_in {
                errors.push(error.clone());
            } else {
                scopes.truncate(count);
            }
            !is_filled_in
        });
        scopes.sort_by(|a, b| a.account.cmp(&b.account));
        if let Some(error) = errors.into_iter().next() {
            answer.state = State::Stale { fetched_at, error: Some(error) };
        }
        answer
    }

    /// Returns what a scope has.
    pub(super) async fn fetch(&self, scope: &Scope) -> Result<Answer<Page>, Error> {
        let provider = self.provider;
        let ask = Box::pin(async {
            let mut all = Page::default();
            let mut pages = 0;
            let stream = async {
                let mut stream = provider.fetch(scope);
                while let Some(page) = stream.next().await {
                    let page = page?;
                    // What is only told came in no page of its own.
                    pages += usize::from(!page.facts.is_empty() || page.notes.is_empty());
                    all.facts.extend(page.facts);
                    all.notes.extend(page.notes);
                }
                Ok(())
            };
            let done = timeout_at(self.budget.end(), stream).await;
            done.unwrap_or_else(|_| Err(late("fetch", self.budget, provider, Some(scope))))?;
            Ok((all, pages))
        });
        self.answer(scope, Some(scope), ask).await.map_err(|error| error.in_scope(scope))
    }

    /// Asks the store, then the cloud, then the store again for what is too old.
    async fn answer<T: Kept + Clone + 'static>(
        &self,
        scope: &Scope,
        asked: Option<&Scope>,
        ask: BoxFuture<'_, Result<(T, usize), Error>>,
    ) -> Result<Answer<T>, Error> {
        let Some((store, key)) = self.place(asked) else {
            if self.keeping.freshness == Freshness::KeptOnly {
                return Err(nothing_kept());
            }
            let (content, pages) = ask.await?;
            return Ok(Answer { content, state: State::Fetched, pages, notes: Vec::new() });
        };
        if self.keeping.freshness == Freshness::KeptOnly {
            return self.kept_only(&store, &key).await;
        }
        let (policy, freshness) = (self.policy, self.keeping.freshness);
        let asked_at = SystemTime::now();
        // What another began to fetch meanwhile is as new as what would be fetched now.
        let is_fresh = |at| {
            let now = SystemTime::now();
            policy.is_fresh(freshness, at, now) || (asked_at..=now).contains(&at)
        };
        let vocabulary = vocabulary(self.provider);
        let now = tokio::time::Instant::now();
        let patience = now + PATIENCE.min(self.budget.end().saturating_duration_since(now) / SHARE);
        let (guard, mut notes) = match store.get_or_lock(&key, vocabulary, is_fresh, patience).await {
            Turn::Fresh(entry) => {
                let fetched_at = entry.fetched_at;
                if let Some(content) = T::from_content(entry.content) {
                    let state = State::Kept { fetched_at };
                    return Ok(Answer { content, state, pages: 0, notes: Vec::new() });
                }
                (None, Vec::new())
            }
            Turn::Fetch { guard, notes } => (guard, notes),
        };
        let fetched_at = SystemTime::now();
        let fetched = ask.await.map_err(|error| error.in_scope(scope));
        let fetched = match fetched {
            Ok((content, pages)) => {
                let lost = self.check_shrink(&store, &key, &content).await;
                lost.map(|lost| {
                    notes.extend(lost);
                    (content, pages)
                })
            }
            Err(error) => Err(error),
        };
        let answer = match fetched {
            Ok((content, pages)) if !content.is_whole() => {
                Ok(Answer { content, state: State::Fetched, pages, notes })
            }
            Ok((content, pages)) => {
                let entry =
                    Entry { scope: scope.clone(), fetched_at, content: content.clone().into_content() };
                notes.extend(store.put(&key, entry, policy.keep()).await);
                Ok(Answer { content, state: State::Fetched, pages, notes })
            }
            Err(error) => self.stand_in(&store, &key, error, notes).await,
        };
        let note = match guard {
            Some(guard) => guard.release().await,
            None => None,
        };
        answer.map(|mut answer| {
            answer.notes.extend(note);
            answer
        })
    }

    /// Returns the store and the key of a scope; none where nothing is kept.
    fn place(&self, scope: Option<&Scope>) -> Option<(Store, Key)> {
        let store = self.keeping.store.clone().filter(|_| self.policy.is_kept)?;
        Some((store, key(self.provider, scope)?))
    }

    /// Returns what is kept, however old it is.
    async fn kept_only<T: Kept>(&self, store: &Store, key: &Key) -> Result<Answer<T>, Error> {
        let (entry, notes) = match store.get(key, vocabulary(self.provider)).await {
            // Whether anything is kept is not known: nothing may be left out for it.
            #[cfg(any(feature = "redis", feature = "object-store"))]
            Found::Unreachable(trouble) => {
                return Err(Error::new(ErrorKind::Config, "look up", trouble.error.to_string())
                    .with_hint("without `--cached-only` the clouds are asked instead"));
            }
            found => kept_of(found),
        };
        let Some((fetched_at, content)) =
            entry.and_then(|entry| Some((entry.fetched_at, T::from_content(entry.content)?)))
        else {
            return Err(nothing_kept());
        };
        let is_fresh = self.policy.is_fresh(Freshness::Kept, fetched_at, SystemTime::now());
        let state =
            if is_fresh { State::Kept { fetched_at } } else { State::Stale { fetched_at, error: None } };
        Ok(Answer { content, state, pages: 0, notes })
    }

    /// Returns what is kept in the place of what could not be fetched, where the policy allows.
    async fn stand_in<T: Kept>(
        &self,
        store: &Store,
        key: &Key,
        error: Error,
        mut notes: Vec<Note>,
    ) -> Result<Answer<T>, Error> {
        let policy = self.policy;
        // What a user must mend does not mend itself while old facts hide it.
        if policy.on_error != OnError::Stale || error.kind == ErrorKind::Config {
            return Err(error);
        }
        let (entry, more) = self.get(store, key).await;
        notes.extend(more);
        let usable = entry.filter(|entry| policy.is_usable(entry.fetched_at, SystemTime::now()));
        match usable.and_then(|entry| Some((entry.fetched_at, T::from_content(entry.content)?))) {
            Some((fetched_at, content)) => {
                let state = State::Stale { fetched_at, error: Some(error) };
                Ok(Answer { content, state, pages: 0, notes })
            }
            None => Err(error),
        }
    }

    pub(super) async fn get(&self, store: &Store, key: &Key) -> (Option<Entry>, Vec<Note>) {
        kept_of(store.get(key, vocabulary(self.provider)).await)
    }

    /// Compares what was fetched with what is kept.
    async fn check_shrink<T: Kept>(&self, store: &Store, key: &Key, content: &T) -> Result<Vec<Note>, Error> {
        let Some(shrink) = self.policy.shrink else { return Ok(Vec::new()) };
        let (entry, mut notes) = self.get(store, key).await;
        if let Some(before) = entry.and_then(|entry| T::from_content(entry.content)) {
            notes.extend(content.compare(before, self, store, shrink).await?);
        }
        Ok(notes)
    }
}

/// Returns the key of a scope, or of the list of scopes; none where the provider cannot tell who asks.
pub(super) fn key(provider: &dyn Provider, scope: Option<&Scope>) -> Option<Key> {
    let source = provider.key(scope)?;
    let what = scope.map_or_else(|| "scopes".to_owned(), |scope| format!("facts of {scope}"));
    Some(Key::new(format!("{what}\n{source}")))
}

pub(super) fn vocabulary(provider: &dyn Provider) -> Vocabulary {
    Vocabulary { cloud: provider.cloud(), kinds: provider.kinds(), host_kinds: provider.host_kinds() }
}

/// Returns the entry that was found, and what people should know.
fn kept_of(found: Found) -> (Option<Entry>, Vec<Note>) {
    match found {
        Found::Entry(entry) => (Some(entry), Vec::new()),
        Found::Unusable(note) => (None, vec![note]),
        Found::Missing => (None, Vec::new()),
        #[cfg(any(feature = "redis", feature = "object-store"))]
        Found::Unreachable(trouble) => (None, trouble.note().into_iter().collect()),
    }
}

fn nothing_kept() -> Error {
    Error::new(ErrorKind::NotFound, "look up", "no facts are kept, and no cloud is to be asked").with_hint(
        "run once without `--cached-only`, with the cache on and the same credentials: facts are those of who asked",
    )
}

fn late(operation: &'static str, budget: &Budget, provider: &dyn Provider, scope: Option<&Scope>) -> Error {
    let mut message = format!("not finished when the deadline of {:?} passed", budget.length());
    if let Some(failure) = provider.last_failure(scope) {
        message.push_str(&format!("; the last answer was {}", failure.text));
    }
    let under_way: Vec<_> = provider.under_way(scope).iter().map(|name| format!("`{name}`")).collect();
    if !under_way.is_empty() {
        message.push_str(&format!("; under way: {}", under_way.join(", ")));
    }
    Error::new(ErrorKind::Timeout, operation, message)
        .with_hint("raise `--deadline`, or ask for less: fewer regions or resource groups")
}
