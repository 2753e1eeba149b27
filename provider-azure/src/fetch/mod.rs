//! Fetches the machines of a subscription, in as few requests as there can be.
//!
//! Machines, their states, their network interfaces and public addresses are four lists, joined by id: never a request
//! per machine. Only what a machine refers to and no list holds is asked for by its id. Resource Graph has them in three
//! lists, if it is asked in place of Resource Manager.

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
use inventory_core::config::native::Backend;
use inventory_core::discovery::Error;

pub(crate) use self::list::Fetched;
pub(crate) use self::query::{Group, Query};
use crate::client::Client;

/// Where a query is made.
#[derive(Clone, Copy)]
struct Place<'a> {
    client: &'a Client,
    subscription: &'a str,
}

/// Fetches all that a query asks of a subscription.
pub(crate) async fn subscription(
    client: &Client,
    subscription: &str,
    query: &Query,
) -> Result<Fetched, Error> {
    let place = Place { client, subscription };
    client.authorize().await?;
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
