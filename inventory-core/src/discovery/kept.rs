//! What a store keeps of a source, and how it compares with what there was before.

use futures::future::BoxFuture;

use super::answer::{Asking, key};
use super::policy::Shrink;
use super::{Error, ErrorKind, Note, Page, Plan, Provider, Scope};
use crate::store::{Content, Store};

/// The scopes that a message names; the others are counted.
const EXAMPLES: usize = 5;

/// Content that a store keeps.
pub(super) trait Kept: Sized + Send {
    fn into_content(self) -> Content;
    fn from_content(content: Content) -> Option<Self>;

    /// Tells whether it may be kept.
    fn is_whole(&self) -> bool;

    /// Compares it with what there was: fails when so many hosts are gone that an error of the cloud, or of the rights,
    /// is more likely, and returns what people should know of others that are gone.
    fn compare<'a>(
        &'a self,
        before: Self,
        asking: &'a Asking<'_>,
        store: &'a Store,
        shrink: Shrink,
    ) -> BoxFuture<'a, Result<Vec<Note>, Error>>;
}

impl Kept for Plan {
    fn into_content(self) -> Content {
        Content::Plan(self)
    }

    fn from_content(content: Content) -> Option<Plan> {
        match content {
            Content::Plan(plan) => Some(plan),
            Content::Facts(_) => None,
        }
    }

    fn is_whole(&self) -> bool {
        self.unknown.is_empty()
    }

    /// A scope that is gone has lost all its hosts.
    fn compare<'a>(
        &'a self,
        before: Plan,
        asking: &'a Asking<'_>,
        store: &'a Store,
        shrink: Shrink,
    ) -> BoxFuture<'a, Result<Vec<Note>, Error>> {
        let unknown = |gone: &Scope| self.unknown.iter().any(|(scope, _)| scope.account == gone.account);
        let gone =
            before.scopes.into_iter().filter(move |gone| !self.scopes.contains(gone) && !unknown(gone));
        Box::pin(async move {
            let (mut refused, mut told, mut hosts) = (Vec::new(), Vec::new(), 0);
            for scope in gone {
                let Some(key) = key(asking.provider, Some(&scope)) else { continue };
                let (entry, _) = asking.get(store, &key).await;
                let page = entry.and_then(|entry| Page::from_content(entry.content));
                let count = page.map_or(0, |page| hosts_of(&page, asking.provider));
                hosts += count;
                if shrink.is_exceeded(count, 0) { refused.push(scope) } else { told.push(scope) }
            }
            if !refused.is_empty() {
                refused.extend(told);
                let message =
                    format!("{} with {hosts} hosts are gone: {}", scopes(&refused), named(&refused));
                return Err(shrunk(message));
            }
            let note = |_| {
                let message = format!("{} with {hosts} hosts are gone: {}", scopes(&told), named(&told));
                Note::of_loss(message)
            };
            Ok(Some(()).filter(|()| hosts > 0).map(note).into_iter().collect())
        })
    }
}

impl Kept for Page {
    fn into_content(self) -> Content {
        Content::Facts(self)
    }

    fn from_content(content: Content) -> Option<Page> {
        match content {
            Content::Facts(page) => Some(page),
            Content::Plan(_) => None,
        }
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn compare<'a>(
        &'a self,
        before: Page,
        asking: &'a Asking<'_>,
        _: &'a Store,
        shrink: Shrink,
    ) -> BoxFuture<'a, Result<Vec<Note>, Error>> {
        let (before, now) = (hosts_of(&before, asking.provider), hosts_of(self, asking.provider));
        let message =
            format!("{now} hosts are left of the {before} that there were when facts were last good");
        let is_exceeded = shrink.is_exceeded(before, now);
        Box::pin(async move { if is_exceeded { Err(shrunk(message)) } else { Ok(Vec::new()) } })
    }
}

fn hosts_of(page: &Page, provider: &dyn Provider) -> usize {
    let kinds = provider.host_kinds();
    page.facts.iter().filter(|facts| kinds.contains(&facts.kind)).count()
}

fn scopes(scopes: &[Scope]) -> String {
    if scopes.len() == 1 { "1 scope".to_owned() } else { format!("{} scopes", scopes.len()) }
}

fn named(scopes: &[Scope]) -> String {
    let names: Vec<String> = scopes.iter().take(EXAMPLES).map(|scope| format!("`{scope}`")).collect();
    let more = scopes.len().saturating_sub(EXAMPLES);
    if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
}

fn shrunk(message: String) -> Error {
    Error::new(ErrorKind::Shrunk, "compare", message)
        .with_hint("run again with `--accept-shrink` when that is right, or set `shrink`")
}
