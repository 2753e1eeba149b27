//! Fetches machines of Azure Arc, and instances on Azure Stack HCI.

use futures::future::try_join_all;
use inventory_core::discovery::{Error, ErrorKind, Facts, Note};
use inventory_core::value::Text;

use super::Place;
use super::calls::{ARC_MACHINES, HCI_INSTANCES, HCI_INTERFACE, HCI_INTERFACES, HYBRID, STACK_HCI};
use super::list::{Fetched, Single, list, list_in};
use super::network::add_singles;
use super::query::Group;
use super::references::{Wanted, interfaces, text_at};
use crate::facts::{ARC_MACHINE, HCI_INSTANCE, HCI_MACHINE, NETWORK_INTERFACE};

const MACHINES: &str = "Microsoft.HybridCompute/machines";
const INTERFACES: &str = "Microsoft.AzureStackHCI/networkInterfaces";
const INSTANCES: [&str; 3] = ["providers", "Microsoft.AzureStackHCI", "virtualMachineInstances"];

const INTERFACE: Single =
    Single { call: HCI_INTERFACE, kind: NETWORK_INTERFACE, version: STACK_HCI, suffix: "" };

/// Fetches the machines of Arc in the groups of `arc`, and the instances on Azure Stack HCI in those of `hci`.
///
/// The machines that these instances belong to are in the lists of Arc, so no group is listed twice.
pub(super) async fn fetch(place: Place<'_>, arc: &[Group], hci: &[Group]) -> Result<Fetched, Error> {
    let mut groups: Vec<&Group> = arc.iter().collect();
    groups.extend(hci.iter().filter(|group| !arc.contains(group)));
    let lists =
        groups.iter().map(|group| list_in(place, group, MACHINES, HYBRID, (ARC_MACHINES, ARC_MACHINE)));
    let lists = try_join_all(lists).await?;
    let (mut machines, mut parents) = (Fetched::default(), Vec::new());
    for (group, mut listed) in groups.into_iter().zip(lists) {
        if hci.contains(group) {
            parents.extend(listed.facts().filter(|machine| is_hci(machine)).map(as_parent));
        }
        if !arc.contains(group) {
            listed.pages.clear();
        }
        machines = Fetched::join([machines, listed]);
    }
    let instances = fetch_hci(place, hci, parents).await?;
    Ok(Fetched::join([machines, instances]))
}

fn is_hci(machine: &Facts) -> bool {
    text_at(&machine.record, &["kind"]).is_some_and(|kind| kind == "HCI")
}

fn as_parent(machine: &Facts) -> Facts {
    Facts { kind: HCI_MACHINE, ..machine.clone() }
}

/// Fetches the instances on Azure Stack HCI: they are listed per machine only.
async fn fetch_hci(place: Place<'_>, groups: &[Group], machines: Vec<Facts>) -> Result<Fetched, Error> {
    let ids: Vec<Text> =
        machines.iter().filter_map(|machine| text_at(&machine.record, &["id"]).map(Text::from)).collect();
    if ids.is_empty() {
        return Ok(Fetched::default());
    }
    let machines = Fetched { pages: vec![machines], ..Fetched::default() };
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
    let listed =
        list(place.client, HCI_INSTANCES, HCI_INSTANCE, place.client.url(path, STACK_HCI, &[])).await;
    let mut instances = match listed {
        Err(error) if error.kind == ErrorKind::NotFound => Fetched::default(),
        listed => listed?,
    };
    if instances.facts().next().is_none() {
        let warning = format!("`{machine}` has no instance on Azure Stack HCI, and is left out");
        instances.warnings.push(Note::of_loss(warning));
    }
    Ok(instances)
}
