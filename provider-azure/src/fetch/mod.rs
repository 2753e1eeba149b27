//! Fetches the machines of a subscription, in as few requests as there can be.
//!
//! Machines, their states, their network interfaces and public addresses are four lists, joined by id: never a request
//! per machine. Only what a machine refers to and no list holds is asked for by its id. Resource Graph has them in three
//! lists, if it is asked in place of Resource Manager.

mod addresses;
mod calls;
mod graph;
mod hybrid;
mod list;
mod machines;
mod network;
mod query;
mod references;
mod scale_sets;
mod states;

use futures::future::try_join3;
use futures::stream::{self, BoxStream, StreamExt};
use inventory_core::config::native::Backend;
use inventory_core::discovery::{Error, Page};

pub(crate) use self::list::{Fetched, list};
pub(crate) use self::query::{Group, Query};
use crate::client::Client;

/// Where a query is made.
#[derive(Clone, Copy)]
struct Place<'a> {
    client: &'a Client,
    subscription: &'a str,
    may_lack_groups: bool,
}

/// Fetches all that a query asks of a subscription, as the pages of its scope.
///
/// Which interfaces and addresses are missing is known only when the last page is there.
pub(crate) async fn pages(client: &Client, subscription: &str, query: &Query) -> Result<Vec<Page>, Error> {
    let fetched = self::subscription(client, subscription, query).await?;
    let notes = Page::of_notes(fetched.warnings);
    Ok(fetched.pages.into_iter().map(Page::from).chain(notes).collect())
}

/// Makes a stream of the pages, or of the error.
pub(crate) fn stream<'a>(
    pages: impl Future<Output = Result<Vec<Page>, Error>> + Send + 'a,
) -> BoxStream<'a, Result<Page, Error>> {
    let each = |pages: Result<Vec<Page>, Error>| match pages {
        Ok(pages) => stream::iter(pages.into_iter().map(Ok).collect::<Vec<_>>()),
        Err(error) => stream::iter(vec![Err(error)]),
    };
    stream::once(pages).flat_map(each).boxed()
}

/// Fetches all that a query asks of a subscription.
async fn subscription(client: &Client, subscription: &str, query: &Query) -> Result<Fetched, Error> {
    client.authorize().await?;
    let client = &client.about(subscription);
    let place = Place { client, subscription, may_lack_groups: query.may_lack_groups };
    let (machines, hybrid, scale_sets) = try_join3(
        fetch_machines(place, query),
        hybrid::fetch(place, &query.arc, &query.hci),
        scale_sets::fetch(place, &query.scale_sets),
    )
    .await?;
    Ok(Fetched::join([machines, hybrid, scale_sets]))
}

async fn fetch_machines(place: Place<'_>, query: &Query) -> Result<Fetched, Error> {
    match query.backend {
        Backend::ResourceManager => machines::fetch(place, &query.machines).await,
        Backend::ResourceGraph => graph::fetch(place, &query.machines).await,
    }
}

#[cfg(test)]
mod tests;
