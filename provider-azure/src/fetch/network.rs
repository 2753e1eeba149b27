//! Fetches the network interfaces and public addresses that no list holds.

use std::collections::HashSet;

use futures::future::{try_join, try_join_all};
use inventory_core::discovery::{Error, ErrorKind, Facts, Note};
use inventory_core::value::Text;
use url::Url;

use super::Place;
use super::calls::{ADDRESSES, INTERFACES, NETWORK};
use super::list::{Fetched, Outcome, Single, kept, list, singles};
use super::query::Group;
use super::references::{Wanted, addresses};
use crate::client::Call;
use crate::facts::{NETWORK_INTERFACE, PUBLIC_IP};

/// The most resource groups whose lists are asked for one by one; more take the lists of the subscription.
const MOST_GROUPS: usize = 5;

/// The most resources that are asked for by id where the list of the subscription could have them.
pub(super) const MOST_SINGLES: usize = 4;

/// A kind of network resource.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) call: Call,
    pub(super) provider: &'static str,
    pub(super) single: Single,
}

pub(super) const INTERFACE: Kind = Kind {
    call: INTERFACES,
    provider: "Microsoft.Network/networkInterfaces",
    single: Single { call: super::calls::INTERFACE, kind: NETWORK_INTERFACE, version: NETWORK, suffix: "" },
};

pub(super) const ADDRESS: Kind = Kind {
    call: ADDRESSES,
    provider: "Microsoft.Network/publicIPAddresses",
    single: Single { call: super::calls::ADDRESS, kind: PUBLIC_IP, version: NETWORK, suffix: "" },
};

/// Which lists are asked for.
pub(super) fn groups_of_lists(groups: &[Group]) -> Vec<Group> {
    if groups.contains(&Group::All) || groups.len() > MOST_GROUPS {
        vec![Group::All]
    } else {
        groups.to_vec()
    }
}

/// Fetches the interfaces and addresses of the groups.
pub(super) async fn lists(place: Place<'_>, groups: &[Group]) -> Result<(Fetched, Fetched), Error> {
    let of_kind = async |kind| {
        try_join_all(groups.iter().map(|group| list_of(place, kind, group))).await.map(Fetched::join)
    };
    try_join(of_kind(INTERFACE), of_kind(ADDRESS)).await
}

async fn list_of(place: Place<'_>, kind: Kind, group: &Group) -> Result<Fetched, Error> {
    match list(place.client, kind.call, kind.single.kind, url(place, kind, group)).await {
        // That a group does not exist is said by its list of machines; what these refer to is asked for all the same.
        Err(error) if error.kind == ErrorKind::NotFound && *group != Group::All => Ok(Fetched::default()),
        fetched => fetched,
    }
}

fn url(place: Place<'_>, kind: Kind, group: &Group) -> Url {
    place.client.url(group.path(place.subscription, kind.provider), kind.single.version, &[])
}

/// Adds what is referred to and not there, and leaves out what nothing refers to.
///
/// `groups` are those whose lists are there: resources of other groups can be in the list of the subscription.
pub(super) async fn complete(
    place: Place<'_>,
    kind: Kind,
    groups: &[Group],
    wanted: Wanted,
    fetched: &mut Fetched,
) -> Result<(), Error> {
    let missing = wanted.missing(fetched);
    if missing.len() > MOST_SINGLES && !groups.contains(&Group::All) {
        match list_of(place, kind, &Group::All).await {
            Ok(all) => *fetched = Fetched::join([std::mem::take(fetched), all]),
            // Who may read some groups only can still read what is referred to.
            Err(error) if error.kind == ErrorKind::Denied => {}
            Err(error) => return Err(error),
        }
    }
    let mut seen = HashSet::new();
    fetched.retain(|fact| wanted.holds(fact) && seen.insert(fact.id.clone()));
    let missing = wanted.missing(fetched);
    drop((wanted, seen));
    add_singles(place, kind.single, &missing, fetched).await
}

/// Adds resources by id.
///
/// What is gone, or belongs to another subscription and may not be read, costs a warning.
pub(super) async fn add_singles(
    place: Place<'_>,
    single: Single,
    ids: &[Text],
    fetched: &mut Fetched,
) -> Result<(), Error> {
    let mut page = Vec::new();
    for (id, outcome) in singles(place, single, ids).await? {
        match outcome {
            Outcome::Found(record) => {
                let record = kept(single.kind, record);
                page.push(Facts { kind: single.kind, id: Text::from(id.to_lowercase()), record });
            }
            Outcome::Gone => {
                let told = format!("`{id}` is referred to but does not exist (any more)");
                fetched.warnings.push(Note::of_loss(told));
            }
            Outcome::Foreign(error) => {
                let reason = error.message;
                let told = format!("`{id}` is in another subscription and cannot be read: {reason}");
                fetched.warnings.push(Note::of_loss(told));
            }
        }
    }
    if !page.is_empty() {
        fetched.pages.push(page);
    }
    Ok(())
}

/// Returns the addresses that interfaces refer to.
pub(super) fn wanted_addresses(interfaces: &Fetched) -> Wanted {
    interfaces.facts().flat_map(addresses).collect()
}
