//! Fetches machines of Azure Arc, and instances on Azure Stack HCI.

use futures::future::try_join_all;
use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::value::Text;

use super::Place;
use super::calls::{ARC_MACHINES, HCI_INSTANCES, HCI_INTERFACE, HCI_INTERFACES, HYBRID, STACK_HCI};
use super::list::{Fetched, Single, list};
use super::network::add_singles;
use super::query::Group;
use super::references::{Wanted, interfaces, text_at};
use crate::facts::{ARC_MACHINE, HCI_INSTANCE, HCI_MACHINE, NETWORK_INTERFACE};

const MACHINES: &str = "Microsoft.HybridCompute/machines";
const INTERFACES: &str = "Microsoft.AzureStackHCI/networkInterfaces";
const INSTANCES: [&str; 3] = ["providers", "Microsoft.AzureStackHCI", "virtualMachineInstances"];

const INTERFACE: Single =
    Single { call: HCI_INTERFACE, kind: NETWORK_INTERFACE, version: STACK_HCI, suffix: "" };

/// Fetches the machines of Arc in the groups.
pub(super) async fn fetch_arc(place: Place<'_>, groups: &[Group]) -> Result<Fetched, Error> {
    machines(place, groups, ARC_MACHINE).await
}

async fn machines(place: Place<'_>, groups: &[Group], kind: &'static str) -> Result<Fetched, Error> {
    let lists = groups.iter().map(|group| {
        let url = place.client.url(group.path(place.subscription, MACHINES), HYBRID, &[]);
        list(place.client, ARC_MACHINES, kind, url)
    });
    try_join_all(lists).await.map(Fetched::join)
}

/// Fetches the instances on Azure Stack HCI: they are listed per machine only.
pub(super) async fn fetch_hci(place: Place<'_>, groups: &[Group]) -> Result<Fetched, Error> {
    let mut machines = machines(place, groups, HCI_MACHINE).await?;
    machines.retain(|machine| text_at(&machine.record, &["kind"]) == Some("HCI"));
    let ids: Vec<Text> =
        machines.facts().filter_map(|machine| text_at(&machine.record, &["id"]).map(Text::from)).collect();
    if ids.is_empty() {
        return Ok(Fetched { warnings: machines.warnings, ..Fetched::default() });
    }
    let instances = Fetched::join(try_join_all(ids.iter().map(|id| instances(place, id))).await?);
    let wanted: Wanted = instances.facts().flat_map(interfaces).collect();
    let url = place.client.url(Group::All.path(place.subscription, INTERFACES), STACK_HCI, &[]);
    let mut found = match list(place.client, HCI_INTERFACES, NETWORK_INTERFACE, url).await {
        // Who may read some groups only can still read what is referred to.
        Err(error) if error.kind == ErrorKind::Denied && !groups.contains(&Group::All) => Fetched::default(),
        found => found?,
    };
    found.retain(|fact| wanted.holds(fact));
    let missing = wanted.missing(&found);
    add_singles(place, INTERFACE, &missing, &mut found).await?;
    Ok(Fetched::join([machines, instances, found]))
}

async fn instances(place: Place<'_>, machine: &Text) -> Result<Fetched, Error> {
    let path = machine.split('/').filter(|part| !part.is_empty()).chain(INSTANCES);
    match list(place.client, HCI_INSTANCES, HCI_INSTANCE, place.client.url(path, STACK_HCI, &[])).await {
        Err(error) if error.kind == ErrorKind::NotFound => {
            let warning = format!("`{machine}` has no instance on Azure Stack HCI, and is left out");
            Ok(Fetched { warnings: vec![warning], ..Fetched::default() })
        }
        instances => instances,
    }
}
