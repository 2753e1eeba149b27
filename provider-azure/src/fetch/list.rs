//! Fetches all pages of a list, and single resources, as facts.

use futures::stream::{self, StreamExt, TryStreamExt};
use inventory_core::discovery::{Error, ErrorKind, Facts, Note, Tokens};
use inventory_core::value::{JsonReader, Text, Value};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

use super::query::Group;
use super::states::state;
use super::{Place, addresses};
use crate::client::{Call, Client, Page};
use crate::facts::{PUBLIC_IP, SCALE_SET_PUBLIC_IP, VM_STATUS};

/// The most pages that wait to become facts: an answer takes more memory than its facts.
const PAGES_AHEAD: usize = 2;

/// Facts, and what people should know.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    /// The pages, in the order of the requests.
    pub(crate) pages: Vec<Vec<Facts>>,
    /// The notes; those of what costs a host or its address are losses.
    pub(crate) warnings: Vec<Note>,
}

impl Fetched {
    /// Joins parts in their order.
    pub(super) fn join(parts: impl IntoIterator<Item = Fetched>) -> Fetched {
        let mut joined = Fetched::default();
        for part in parts {
            joined.pages.extend(part.pages);
            joined.warnings.extend(part.warnings);
        }
        joined
    }

    /// Iterates over the facts.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &Facts> {
        self.pages.iter().flatten()
    }

    /// Leaves out the facts that do not count.
    pub(super) fn retain(&mut self, mut counts: impl FnMut(&Facts) -> bool) {
        self.pages.iter_mut().for_each(|page| page.retain(&mut counts));
    }
}

/// Fetches a list of a resource group, or of all; that of a group that may be missing is empty without it.
pub(super) async fn list_in(
    place: Place<'_>,
    group: &Group,
    provider: &str,
    version: &str,
    (call, kind): (Call, &'static str),
) -> Result<Fetched, Error> {
    let url = place.client.url(group.path(place.subscription, provider), version, &[]);
    match list(place.client, call, kind, url).await {
        Err(error) if error.kind == ErrorKind::NotFound && place.may_lack_groups && *group != Group::All => {
            Ok(Fetched::default())
        }
        fetched => fetched,
    }
}

/// Fetches the pages of a list, whose items become facts of a kind.
pub(crate) async fn list(
    client: &Client,
    call: Call,
    kind: &'static str,
    first: Url,
) -> Result<Fetched, Error> {
    let mut fetched = Fetched::default();
    let mut reader = JsonReader::default();
    let (sender, mut pages) = mpsc::channel(PAGES_AHEAD);
    // A task of its own asks for the next pages while this one makes facts; dropping the set ends it.
    let mut requests = JoinSet::new();
    requests.spawn(turn_pages(client.clone(), call, first, sender));
    while let Some(page) = pages.recv().await {
        let number = fetched.pages.len() + 1;
        let facts = read(call, kind, &page.items, number, &mut reader, &mut fetched.warnings);
        fetched.pages.push(facts);
    }
    match requests.join_next().await {
        Some(Err(fault)) => {
            Err(Error::new(ErrorKind::BadResponse, call.operation, format!("a task failed: {fault}")))
        }
        Some(Ok(turned)) => turned.map(|()| fetched),
        None => Ok(fetched),
    }
}

/// Sends the pages of a list, each as soon as it is there.
async fn turn_pages(client: Client, call: Call, first: Url, pages: mpsc::Sender<Page>) -> Result<(), Error> {
    let mut seen = Tokens::default();
    seen.next(call.operation, Some(first.to_string()))?;
    let (mut next, mut number) = (Some(first), 1);
    while let Some(url) = next {
        let page = client.page(call, &url).await.map_err(|error| in_page(error, number))?;
        next = client.next(call, &url, &page).map_err(|error| in_page(error, number))?;
        let link = next.as_ref().map(Url::to_string);
        seen.next(call.operation, link).map_err(|error| in_page(error, number))?;
        // Who does not listen any more has no use for further pages either.
        if pages.send(page).await.is_err() {
            return Ok(());
        }
        number += 1;
    }
    Ok(())
}

pub(super) fn in_page(mut error: Error, page: usize) -> Error {
    if error.kind == ErrorKind::BadResponse {
        error.message = format!("page {page}: {}", error.message);
    }
    error
}

/// Makes facts of the items of a page; what cannot be one costs a warning.
pub(super) fn read(
    call: Call,
    kind: &'static str,
    items: &[Box<RawValue>],
    page: usize,
    reader: &mut JsonReader,
    warnings: &mut Vec<Note>,
) -> Vec<Facts> {
    let mut facts = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        match fact(kind, item, reader) {
            Ok(fact) => facts.push(fact),
            Err(cause) => {
                let (operation, number) = (call.operation, place + 1);
                let name = name(item).map(|name| format!(", `{name}`,")).unwrap_or_default();
                let told = format!("{operation}: item {number} of page {page}{name} is left out: {cause}");
                // What the list of states lacks is asked for by its id.
                warnings.push(if kind == VM_STATUS { Note::from(told) } else { Note::of_loss(told) });
            }
        }
    }
    facts
}

/// Makes a fact of an item, or tells why it cannot be one: what is no object or has no id.
fn fact(kind: &'static str, item: &RawValue, reader: &mut JsonReader) -> Result<Facts, String> {
    let mut record = match kind {
        VM_STATUS => state(item, reader),
        _ => {
            let whole = reader.read(item.get()).map_err(|error| format!("it cannot be read: {error}"))?;
            Some(kept(kind, whole))
        }
    };
    if let Some(record) = record.as_mut().filter(|_| kind == VM_STATUS || is_address(kind)) {
        reader.share(record);
    }
    let id = record.as_ref().and_then(|record| record.as_map()?.get("id")?.as_str());
    let id = id.filter(|id| !id.is_empty()).map(|id| Text::from(id.to_lowercase()));
    let fact = id.zip(record).map(|(id, record)| Facts { kind, id, record });
    fact.ok_or_else(|| "it is no object with an `id`".to_owned())
}

/// Returns what is kept of the record of a resource.
pub(super) fn kept(kind: &'static str, record: Value) -> Value {
    if is_address(kind) { addresses::kept(&record) } else { record }
}

fn is_address(kind: &'static str) -> bool {
    matches!(kind, PUBLIC_IP | SCALE_SET_PUBLIC_IP)
}

/// Returns the name of an item that has no id.
fn name(item: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    serde_json::from_str(item.get()).ok().map(|named: Named| named.name)
}

/// How resources are asked for one by one.
#[derive(Clone, Copy)]
pub(super) struct Single {
    /// The call.
    pub(super) call: Call,
    /// The kind of the facts.
    pub(super) kind: &'static str,
    /// The version of the API.
    pub(super) version: &'static str,
    /// What follows the id in the path.
    pub(super) suffix: &'static str,
}

/// The most resources that are asked for at once: so many requests can be in vain when the first of them fails.
const MOST_AT_ONCE: usize = 32;

/// What came of asking for one resource.
pub(super) enum Outcome {
    /// The resource.
    Found(Value),
    /// It does not exist, or not any more.
    Gone,
    /// It is in another subscription, and may not be read.
    Foreign(Error),
}

/// Asks for resources that no list holds, and returns what came of each, in their order.
///
/// Ends with the first failure that is not about one resource alone. That one of this subscription may not be read is
/// such a failure: a host must not lose its addresses silently.
pub(super) async fn singles<'a>(
    place: Place<'_>,
    single: Single,
    ids: &'a [Text],
) -> Result<Vec<(&'a Text, Outcome)>, Error> {
    let requests: Vec<_> = ids.iter().map(|id| ask(place, single, id)).collect();
    stream::iter(requests).buffered(MOST_AT_ONCE).try_collect().await
}

async fn ask<'a>(place: Place<'_>, single: Single, id: &'a Text) -> Result<(&'a Text, Outcome), Error> {
    let path = id.split('/').filter(|part| !part.is_empty());
    let suffix = (!single.suffix.is_empty()).then_some(single.suffix);
    let url = place.client.url(path.chain(suffix), single.version, &[]);
    let is_foreign =
        || !id.to_lowercase().starts_with(&format!("/subscriptions/{}/", place.subscription).to_lowercase());
    let outcome = match place.client.resource(single.call, &url).await {
        Ok(text) => {
            let read = JsonReader::default().read(text.get()).map_err(|error| {
                let message = format!("the answer about `{id}` cannot be read: {error}");
                Error::new(ErrorKind::BadResponse, single.call.operation, message)
            });
            Outcome::Found(read?)
        }
        Err(error) if error.kind == ErrorKind::NotFound => Outcome::Gone,
        Err(error) if error.kind == ErrorKind::Denied && is_foreign() => Outcome::Foreign(error),
        Err(error) => return Err(error),
    };
    Ok((id, outcome))
}
