//! What the plugin makes of an instance: the object of the API, with some members changed and some added.

use std::sync::Arc;

use inventory_core::discovery::Oddities;
use inventory_core::value::{Interner, Map, Value};

use super::{Shared, last_part, text};

/// Returns the variables; what the API does not give as it promises stays as it is, with a warning.
pub(super) fn variables(
    id: &str,
    name: &str,
    mut instance: Map,
    shared: &mut Shared,
    oddities: &mut Oddities,
) -> Map {
    let Shared { images, texts } = shared;
    shorten(&mut instance, "zone", "zone_selflink", name, texts, oddities);
    shorten(&mut instance, "machineType", "machineType_selflink", name, texts, oddities);
    change(&mut instance, "networkInterfaces", |interfaces| match interfaces {
        Value::List(interfaces) => {
            let interfaces = Arc::unwrap_or_clone(interfaces).into_iter();
            Value::list(interfaces.map(|interface| with_networks(interface, name, texts, oddities)))
        }
        other => odd(other, "networkInterfaces", name, oddities),
    });
    change(&mut instance, "metadata", |metadata| match metadata {
        Value::Map(metadata) => dictionary(&metadata, name, oddities).into(),
        other => odd(other, "metadata", name, oddities),
    });
    let project = project_of_link(&instance).or_else(|| {
        oddities.note("have no link that names their project", name);
        project_of_id(id)
    });
    let project = Value::from(project.map(|project| texts.intern(project)));
    let image = images.as_ref().map_or(Value::Null, |images| images.of(&instance, name, oddities));
    instance.insert(texts.intern("project"), project);
    instance.insert(texts.intern("image"), image);
    instance
}

/// Replaces a member, if there is one, in its place.
fn change(record: &mut Map, key: &'static str, make: impl FnOnce(Value) -> Value) {
    if let Some(member) = record.get_mut(key) {
        *member = make(std::mem::take(member));
    }
}

fn odd(value: Value, member: &str, name: &str, oddities: &mut Oddities) -> Value {
    oddities.note(&format!("have a `{member}` that is a {}", value.type_name()), name);
    value
}

/// Replaces a link by its last part, and keeps the link under another name.
fn shorten(
    record: &mut Map,
    key: &'static str,
    link_key: &'static str,
    name: &str,
    texts: &mut Interner,
    oddities: &mut Oddities,
) {
    let Some(member) = record.get_mut(key) else { return };
    match member.as_str() {
        Some(link) => {
            let short = Value::from(texts.intern(last_part(link)));
            let link = std::mem::replace(member, short);
            record.insert(texts.intern(link_key), link);
        }
        None => {
            odd(member.clone(), key, name, oddities);
        }
    }
}

/// Returns an interface with objects for its network and subnetwork.
fn with_networks(interface: Value, name: &str, texts: &mut Interner, oddities: &mut Oddities) -> Value {
    let Value::Map(interface) = interface else {
        return odd(interface, "networkInterfaces", name, oddities);
    };
    let mut interface = Arc::unwrap_or_clone(interface);
    for key in ["network", "subnetwork"] {
        change(&mut interface, key, |link| match &link {
            Value::Text(address) => {
                let region = region(address);
                if region.is_none() {
                    oddities.note(&format!("have a `{key}` whose link names no region"), name);
                }
                let mut network = Map::with_capacity(3);
                network.push(texts.intern("region"), texts.intern(region.unwrap_or_default()));
                network.push(texts.intern("name"), texts.intern(last_part(address)));
                network.push(texts.intern("selfLink"), link);
                network.into()
            }
            _ => odd(link, key, name, oddities),
        });
    }
    interface.into()
}

/// Returns the region that a link names, and `global` where any part of it says so.
fn region(link: &str) -> Option<&str> {
    if link.split('/').any(|part| part == "global") {
        return Some("global");
    }
    // After `https://HOST/compute/v1/projects/PROJECT/regions/`, or in what is left of such a link.
    link.split('/').nth(8).or_else(|| after(link, "regions"))
}

/// Returns the part of a link after a given one.
fn after<'a>(link: &'a str, part: &str) -> Option<&'a str> {
    let mut parts = link.split('/').skip_while(|found| *found != part);
    parts.nth(1).filter(|found| !found.is_empty())
}

/// Makes a dictionary of the list of keys and values of an instance's metadata.
fn dictionary(metadata: &Map, name: &str, oddities: &mut Oddities) -> Map {
    let items = match metadata.get("items") {
        None => return Map::new(),
        Some(Value::List(items)) => items,
        Some(other) => {
            odd(other.clone(), "metadata.items", name, oddities);
            return Map::new();
        }
    };
    let mut dictionary = Map::with_capacity(items.len());
    for item in items.iter() {
        let entry = item.as_map().and_then(|item| Some((item.get("key")?, item.get("value"))));
        let Some((key, value)) = entry else {
            oddities.note("have metadata without a key, which is left out", name);
            continue;
        };
        if value.is_none() {
            oddities.note("have metadata without a value, which is null", name);
        }
        dictionary.insert(key.clone(), value.cloned().unwrap_or_default());
    }
    dictionary
}

/// Returns the project that an instance's link names.
fn project_of_link(instance: &Map) -> Option<&str> {
    let link = text(instance, "selfLink")?;
    link.split('/').nth(6).or_else(|| after(link, "projects"))
}

/// Returns the project that was asked for an instance whose link does not tell it: the first part of its fact's id.
fn project_of_id(id: &str) -> Option<&str> {
    id.split_once('/').map(|(project, _)| project)
}
