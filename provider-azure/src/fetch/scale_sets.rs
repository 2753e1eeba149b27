//! Fetches the instances of scale sets that are not flexible; those of flexible ones are virtual machines.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::{try_join_all, try_join3};
use inventory_core::discovery::{Error, ErrorKind, Note};
use inventory_core::value::{Text, Value};

use super::Place;
use super::calls::{
    COMPUTE, INSTANCE_STATUS, INSTANCES, SET_ADDRESS, SET_ADDRESSES, SET_INTERFACE, SET_INTERFACES,
    SET_NETWORK, SETS,
};
use super::list::{Fetched, Outcome, Single, list, list_in, singles};
use super::network::add_singles;
use super::query::Group;
use super::references::{Wanted, addresses, at, interfaces, text_at};
use crate::client::Call;
use crate::facts::{SCALE_SET, SCALE_SET_NETWORK_INTERFACE, SCALE_SET_PUBLIC_IP, SCALE_SET_VM};

const PROVIDER: &str = "Microsoft.Compute/virtualMachineScaleSets";

const STATUS: Single =
    Single { call: INSTANCE_STATUS, kind: SCALE_SET_VM, version: COMPUTE, suffix: "instanceView" };
const INTERFACE: Single =
    Single { call: SET_INTERFACE, kind: SCALE_SET_NETWORK_INTERFACE, version: SET_NETWORK[0], suffix: "" };
const ADDRESS: Single =
    Single { call: SET_ADDRESS, kind: SCALE_SET_PUBLIC_IP, version: SET_NETWORK[0], suffix: "" };

/// Fetches the scale sets of the groups and their instances.
pub(super) async fn fetch(place: Place<'_>, groups: &[Group]) -> Result<Fetched, Error> {
    let lists = groups.iter().map(|group| list_in(place, group, PROVIDER, COMPUTE, (SETS, SCALE_SET)));
    let mut sets = Fetched::join(try_join_all(lists).await?);
    let mut seen = HashSet::new();
    sets.retain(|set| {
        let is_flexible =
            text_at(&set.record, &["properties", "orchestrationMode"]).is_some_and(|mode| mode == "Flexible");
        !is_flexible && seen.insert(set.id.clone())
    });
    let ids: Vec<Text> =
        sets.facts().filter_map(|set| text_at(&set.record, &["id"]).map(Text::from)).collect();
    let parts = try_join_all(ids.iter().map(|id| fetch_set(place, id))).await?;
    Ok(Fetched::join(std::iter::once(sets).chain(parts)))
}

async fn fetch_set(place: Place<'_>, id: &Text) -> Result<Fetched, Error> {
    let path = id.split('/').filter(|part| !part.is_empty()).chain(["virtualMachines"]);
    let url = place.client.url(path, COMPUTE, &[("$expand", "instanceView")]);
    let lists = try_join3(
        list(place.client, INSTANCES, SCALE_SET_VM, url),
        whole_set(place, id, SET_INTERFACES, SCALE_SET_NETWORK_INTERFACE, "networkInterfaces"),
        whole_set(place, id, SET_ADDRESSES, SCALE_SET_PUBLIC_IP, "publicipaddresses"),
    );
    let (mut instances, mut interface_facts, mut address_facts) = match lists.await {
        Ok(lists) => lists,
        Err(error) if error.kind == ErrorKind::NotFound => {
            let warning = format!("`{id}` was deleted while scale sets were listed, and is left out");
            return Ok(Fetched { warnings: vec![Note::of_loss(warning)], ..Fetched::default() });
        }
        Err(error) => return Err(error),
    };
    let wanted: Wanted = instances.facts().flat_map(interfaces).collect();
    interface_facts.retain(|fact| wanted.holds(fact));
    let missing = wanted.missing(&interface_facts);
    add_singles(place, INTERFACE, &missing, &mut interface_facts).await?;
    let wanted: Wanted = interface_facts.facts().flat_map(addresses).collect();
    address_facts.retain(|fact| wanted.holds(fact));
    let missing = wanted.missing(&address_facts);
    add_singles(place, ADDRESS, &missing, &mut address_facts).await?;
    add_views(place, &mut instances).await?;
    Ok(Fetched::join([instances, interface_facts, address_facts]))
}

/// Fetches a list of the whole set, by the first version of the API that answers.
///
/// A cloud that knows none of them, and a set that has nothing to list, give an empty list: what instances refer to is
/// asked for by id all the same.
async fn whole_set(
    place: Place<'_>,
    id: &Text,
    call: Call,
    kind: &'static str,
    what: &'static str,
) -> Result<Fetched, Error> {
    for version in SET_NETWORK {
        let path = id.split('/').filter(|part| !part.is_empty()).chain([what]);
        match list(place.client, call, kind, place.client.url(path, version, &[])).await {
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Config) => {}
            fetched => return fetched,
        }
    }
    Ok(Fetched::default())
}

/// Adds the states that the list of instances does not hold, and drops instances that are gone.
async fn add_views(place: Place<'_>, instances: &mut Fetched) -> Result<(), Error> {
    let lacks =
        |record: &Value| at(record, &["properties", "instanceView"]).is_none_or(|view| !view.is_true());
    let without = instances.facts().filter(|fact| lacks(&fact.record));
    let missing: Vec<Text> =
        without.filter_map(|fact| text_at(&fact.record, &["id"]).map(Text::from)).collect();
    let mut gone: HashSet<Text> = HashSet::new();
    for (id, outcome) in singles(place, STATUS, &missing).await? {
        let lower = Text::from(id.to_lowercase());
        match outcome {
            Outcome::Found(view) => {
                let mut facts = instances.pages.iter_mut().flatten();
                if let Some(fact) = facts.find(|fact| fact.id == lower) {
                    insert_view(&mut fact.record, view);
                }
            }
            Outcome::Gone => {
                let told = format!("`{id}` was deleted while it was listed, and is left out");
                instances.warnings.push(Note::of_loss(told));
                gone.insert(lower);
            }
            Outcome::Foreign(error) => return Err(error),
        }
    }
    instances.retain(|fact| !gone.contains(&fact.id));
    Ok(())
}

fn insert_view(record: &mut Value, view: Value) {
    if let Value::Map(record) = record {
        let record = Arc::make_mut(record);
        let mut properties = record.get("properties").and_then(Value::as_map).cloned().unwrap_or_default();
        properties.insert("instanceView", view);
        record.insert("properties", properties);
    }
}
