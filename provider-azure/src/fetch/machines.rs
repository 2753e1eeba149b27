//! Fetches virtual machines with their states, interfaces and addresses.

use std::collections::HashSet;

use futures::future::{try_join_all, try_join3};
use inventory_core::discovery::{Error, ErrorKind, Facts, Note};
use inventory_core::value::{Text, Value};

use super::Place;
use super::calls::{COMPUTE, MACHINES, STATUS, STATUSES};
use super::list::{Fetched, Outcome, Single, list, list_in, singles};
use super::network::{self, ADDRESS, INTERFACE};
use super::query::Group;
use super::references::{Wanted, at, interfaces};
use super::states::with_view;
use crate::facts::{VM, VM_STATUS};

/// Where the record of a state has what is asked for.
const VIEW: [&str; 2] = ["properties", "instanceView"];

pub(super) const PROVIDER: &str = "Microsoft.Compute/virtualMachines";

const SINGLE_STATUS: Single =
    Single { call: STATUS, kind: VM_STATUS, version: COMPUTE, suffix: "instanceView" };

/// Fetches the machines of the groups, in the order of the groups and of their lists.
pub(super) async fn fetch(place: Place<'_>, groups: &[Group]) -> Result<Fetched, Error> {
    if groups.is_empty() {
        return Ok(Fetched::default());
    }
    let network_groups = network::groups_of_lists(groups);
    let (mut machines, mut states, (mut interface_facts, mut address_facts)) = try_join3(
        list_machines(place, groups),
        list_states(place, groups),
        network::lists(place, &network_groups),
    )
    .await?;
    let wanted = machines.facts().flat_map(interfaces).collect();
    network::complete(place, INTERFACE, &network_groups, wanted, &mut interface_facts).await?;
    let wanted = network::wanted_addresses(&interface_facts);
    network::complete(place, ADDRESS, &network_groups, wanted, &mut address_facts).await?;
    complete_states(place, &mut machines, &mut states).await?;
    Ok(Fetched::join([machines, states, interface_facts, address_facts]))
}

/// Fetches the lists of machines of the groups.
pub(super) async fn list_machines(
    place: Place<'_>,
    groups: impl IntoIterator<Item = &Group>,
) -> Result<Fetched, Error> {
    let lists = groups.into_iter().map(|group| list_in(place, group, PROVIDER, COMPUTE, (MACHINES, VM)));
    try_join_all(lists).await.map(Fetched::join)
}

/// Fetches the states, which only the subscription has a list of; none where only groups may be read.
pub(super) async fn list_states(place: Place<'_>, groups: &[Group]) -> Result<Fetched, Error> {
    let path = Group::All.path(place.subscription, PROVIDER);
    let url = place.client.url(path, COMPUTE, &[("statusOnly", "true")]);
    match list(place.client, STATUSES, VM_STATUS, url).await {
        Err(error) if error.kind == ErrorKind::Denied && !groups.contains(&Group::All) => {
            let warning = format!(
                "the states of machines are asked for one by one, for their list is denied: allow `{}` on the \
                 subscription to make that one request",
                STATUSES.permission
            );
            Ok(Fetched { warnings: vec![Note::from(warning)], ..Fetched::default() })
        }
        states => states,
    }
}

/// Adds the states that the list lacks or has without a view, and drops machines that are gone since they were listed.
pub(super) async fn complete_states(
    place: Place<'_>,
    machines: &mut Fetched,
    states: &mut Fetched,
) -> Result<(), Error> {
    let wanted = Wanted::ids_of(machines);
    states.retain(|fact| wanted.holds(fact) && at(&fact.record, &VIEW).is_some_and(Value::is_true));
    let missing = wanted.missing(states);
    drop(wanted);
    let mut page = Vec::new();
    let mut gone: HashSet<Text> = HashSet::new();
    for (id, outcome) in singles(place, SINGLE_STATUS, &missing).await? {
        let lower = Text::from(id.to_lowercase());
        match outcome {
            Outcome::Found(view) => {
                page.push(Facts { kind: VM_STATUS, id: lower, record: with_view(id, view) });
            }
            Outcome::Gone => {
                let told = format!("`{id}` was deleted while machines were listed, and is left out");
                machines.warnings.push(Note::of_loss(told));
                gone.insert(lower);
            }
            Outcome::Foreign(error) => return Err(error),
        }
    }
    machines.retain(|fact| !gone.contains(&fact.id));
    if !page.is_empty() {
        states.pages.push(page);
    }
    Ok(())
}
