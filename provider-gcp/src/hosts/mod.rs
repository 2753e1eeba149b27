//! Makes the variables of hosts: those that google.cloud 1.10.2 gives them.

mod images;
mod variables;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use inventory_core::discovery::{Facts, Oddities};
use inventory_core::value::{Interner, Map, Text, Value, record};

use self::images::Images;
use crate::facts;

/// An instance with its variables, not yet named.
#[derive(Debug)]
pub(crate) struct Machine {
    /// The name of the instance itself.
    pub(crate) name: Text,
    /// The variables, without any prefix.
    pub(crate) variables: Map,
}

/// What the variables of all machines are made with.
struct Shared {
    /// The images of disks, if they were asked for.
    images: Option<Images>,
    /// The names of members that are added, and parts of links, which repeat.
    texts: Interner,
}

/// Makes the machines of the facts, in the order of the plugin: project by project, zone by zone, each zone in the place
/// of its first instance.
///
/// `with_images` tells whether disks were asked for: else nothing is odd about a machine whose disk is unknown.
pub(crate) fn machines(facts: Vec<Facts>, with_images: bool, oddities: &mut Oddities) -> Vec<Machine> {
    let mut images = with_images.then(Images::default);
    let mut instances = Vec::with_capacity(facts.len());
    let (mut seen, mut zones) = (HashSet::new(), HashMap::new());
    for Facts { kind, id, record } in facts {
        match (kind, record) {
            (facts::INSTANCE, Value::Map(record)) => {
                // One that moves from page to page while they are read comes twice.
                if !seen.insert(id.clone()) {
                    continue;
                }
                let next = zones.len();
                let zone = *zones.entry(text(&record, "zone").map(Text::from)).or_insert(next);
                instances.push((zone, id, record));
            }
            (facts::INSTANCE, _) => oddities.note("are no objects, and are left out", &id),
            (facts::DISK, Value::Map(disk)) => {
                if let Some(images) = &mut images {
                    images.add(&disk);
                }
            }
            _ => {}
        }
    }
    instances.sort_by_key(|(zone, ..)| *zone);
    let mut shared = Shared { images, texts: Interner::default() };
    instances
        .into_iter()
        .map(|(_, id, record)| machine(&id, Arc::unwrap_or_clone(record), &mut shared, oddities))
        .collect()
}

fn machine(id: &Text, instance: Map, shared: &mut Shared, oddities: &mut Oddities) -> Machine {
    let name = match text(&instance, "name") {
        Some(name) => Text::from(name),
        None => {
            let parts = [last_part(id), text(&instance, "id").unwrap_or_default(), "unnamed"];
            let name = parts.into_iter().find(|part| !part.is_empty()).unwrap_or_default();
            oddities.note("have no `name`", name);
            Text::from(name)
        }
    };
    let mut variables = variables::variables(id, &name, instance, shared, oddities);
    shared.texts.shapes.share_all(&mut variables);
    Machine { name, variables }
}

/// Returns the text of a member that is not empty.
fn text<'a>(record: &'a Map, key: &str) -> Option<&'a str> {
    record::text(record, &[key]).filter(|text| !text.is_empty())
}

/// Returns the last part of a link.
pub(crate) fn last_part(link: &str) -> &str {
    link.rsplit('/').next().unwrap_or(link)
}

#[cfg(test)]
mod tests;
