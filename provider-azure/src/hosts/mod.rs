//! Makes the variables of hosts: those that azure.azcollection 3.21.0 gives them.

mod address;
mod arc;
mod azure;
mod disks;
mod network;
mod power;
mod resource_id;
mod system;

use std::collections::HashSet;
use std::sync::Arc;

use inventory_core::discovery::Facts;
use inventory_core::value::record;
use inventory_core::value::{Map, Shapes, Text, Value};
use sha1::{Digest, Sha1};

use self::azure::Context;
use self::network::{ById, Network};
use self::resource_id::ResourceId;
use crate::{facts, model};
use inventory_core::discovery::Oddities;

/// A machine with its variables, not yet filtered nor named.
#[derive(Debug)]
pub(crate) struct Machine {
    /// The name that the plugin gives by default.
    pub(crate) default_name: Text,
    /// The variables.
    pub(crate) variables: Arc<Map>,
    /// What Azure says of the machine itself.
    pub(crate) record: Arc<Map>,
    /// The scale set that it is an instance of, where that is not flexible.
    pub(crate) scale_set: Option<Arc<Map>>,
}

/// How a machine is called.
#[derive(Debug)]
struct Identity {
    name: Value,
    default_name: Text,
    resource_group: Value,
}

/// The facts by what they are for.
#[derive(Default)]
struct Sorted {
    machines: Vec<(&'static str, Text, Arc<Map>)>,
    network: Network,
    views: ById,
    scale_sets: ById,
    hci_machines: ById,
    shapes: Shapes,
}

/// Makes the machines of facts one by one, in the order of the plugin: machines, those of Arc, of Azure Stack HCI,
/// instances. What only a machine needs goes with it, so that many take little memory.
pub(crate) struct Machines {
    waiting: std::vec::IntoIter<(&'static str, Text, Arc<Map>)>,
    sorted: Sorted,
    plain_names: bool,
}

impl Machines {
    /// Sorts the facts.
    pub(crate) fn of(facts: Vec<Facts>, plain_names: bool) -> Machines {
        let mut sorted = sort(facts);
        let mut waiting = std::mem::take(&mut sorted.machines);
        let order = [facts::VM, facts::ARC_MACHINE, facts::HCI_INSTANCE, facts::SCALE_SET_VM];
        waiting.sort_by_key(|(kind, ..)| order.iter().position(|known| known == kind));
        Machines { waiting: waiting.into_iter(), sorted, plain_names }
    }

    /// Makes the next machine; none after the last.
    pub(crate) fn next(&mut self, oddities: &mut Oddities) -> Option<Machine> {
        let Machines { waiting, sorted, plain_names } = self;
        waiting.find_map(|(kind, id, record)| sorted.machine(kind, &id, record, *plain_names, oddities))
    }
}

fn sort(facts: Vec<Facts>) -> Sorted {
    let mut sorted = Sorted::default();
    let mut seen = HashSet::new();
    for Facts { kind, id, record } in facts {
        let Value::Map(record) = record else { continue };
        let map = match kind {
            facts::VM | facts::ARC_MACHINE | facts::HCI_INSTANCE | facts::SCALE_SET_VM => {
                // A machine comes as often as lists of the configuration name it.
                if seen.insert((kind, id.clone())) {
                    sorted.machines.push((kind, id, record));
                }
                continue;
            }
            facts::NETWORK_INTERFACE | facts::SCALE_SET_NETWORK_INTERFACE => &mut sorted.network.interfaces,
            facts::PUBLIC_IP | facts::SCALE_SET_PUBLIC_IP => &mut sorted.network.addresses,
            facts::VM_STATUS => &mut sorted.views,
            facts::SCALE_SET => &mut sorted.scale_sets,
            facts::HCI_MACHINE => &mut sorted.hci_machines,
            _ => continue,
        };
        map.insert(id, record);
    }
    sorted
}

impl Sorted {
    fn machine(
        &mut self,
        kind: &'static str,
        id: &Text,
        record: Arc<Map>,
        plain_names: bool,
        oddities: &mut Oddities,
    ) -> Option<Machine> {
        let listed = self.views.remove(id);
        let arc = if kind == facts::HCI_INSTANCE { self.parent(&self.hci_machines, id) } else { None };
        if kind == facts::HCI_INSTANCE && arc.is_none() {
            oddities.lose("on Azure Stack HCI belong to no listed machine of Arc, and are left out", id);
            return None;
        }
        let identity = identity(&record, arc.unwrap_or(&record), plain_names, oddities)?;
        let scale_set = if kind == facts::SCALE_SET_VM { self.parent(&self.scale_sets, id) } else { None };
        let mut variables = if kind == facts::ARC_MACHINE {
            arc::variables(&record, &identity, oddities)
        } else {
            model::check(kind, &record, &identity.default_name, oddities);
            let own_view = record::object(&record, &["properties", "instanceView"]);
            let view = match kind {
                facts::HCI_INSTANCE => Some(record.as_ref()),
                _ => {
                    listed.as_ref().and_then(|listed| record::object(listed, &["properties", "instanceView"]))
                }
            };
            let context = Context {
                view: view.or(own_view),
                scale_set: scale_set.map(AsRef::as_ref),
                arc: arc.map(AsRef::as_ref),
            };
            azure::variables(&record, &identity, context, &self.network, oddities)
        };
        let scale_set = scale_set.cloned();
        self.shapes.share_all(&mut variables);
        let variables = Arc::new(variables);
        Some(Machine { default_name: identity.default_name, variables, record, scale_set })
    }

    /// Returns the resource whose identifier a longer one begins with.
    fn parent<'a>(&'a self, resources: &'a ById, id: &str) -> Option<&'a Arc<Map>> {
        let ends = id.match_indices('/').map(|(place, _)| place);
        let mut starts = ends.filter_map(|end| id.get(..end));
        starts.find_map(|start| resources.get(start))
    }
}

/// Returns how a machine is called; none for one without an identifier, which cannot be told from others.
fn identity(record: &Map, named: &Map, plain_names: bool, oddities: &mut Oddities) -> Option<Identity> {
    let Some(id) = record::text(record, &["id"]) else {
        oddities.lose("have no `id`, and are left out", "?");
        return None;
    };
    let parsed = ResourceId::parse(id);
    let name = record::text(named, &["name"]).or(parsed.name).unwrap_or(id);
    if record::text(named, &["name"]).is_none() {
        oddities.note("have no `name`", id);
    }
    let default_name =
        if plain_names { Text::from(name) } else { Text::from(format!("{name}_{}", short_hash(id))) };
    let resource_group = parsed.group.map(str::to_lowercase).into();
    Some(Identity { name: name.into(), default_name, resource_group })
}

/// Returns the first four hexadecimal digits of the SHA-1 of an identifier, just as Azure spells it.
fn short_hash(id: &str) -> String {
    let digest = Sha1::digest(id.as_bytes());
    digest.iter().take(2).map(|byte| format!("{byte:02x}")).collect()
}

/// Makes all machines of facts.
#[cfg(test)]
pub(crate) fn machines(facts: Vec<Facts>, plain_names: bool, oddities: &mut Oddities) -> Vec<Machine> {
    let mut machines = Machines::of(facts, plain_names);
    std::iter::from_fn(|| machines.next(oddities)).collect()
}

#[cfg(test)]
mod tests;
