//! Makes hosts of facts: pure.

use std::sync::Arc;

use inventory_core::discovery::{Error, Facts, NamedHost, Note, Oddities, Owners};
use inventory_core::value::{Map, Text, Value};

use crate::hosts;
use crate::options::HostSettings;

/// Makes the hosts, and says in one line each what is odd about them.
///
/// `with_images` tells whether disks were asked for.
///
/// # Errors
/// A form of `hostnames` that does not exist and is reached.
pub(crate) fn hosts(
    settings: &HostSettings,
    with_images: bool,
    facts: Vec<Facts>,
) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
    let mut oddities = Oddities::default();
    let machines = hosts::machines(facts, with_images, &mut oddities);
    let mut hosts = Vec::with_capacity(machines.len());
    let mut owners = Owners::default();
    for hosts::Machine { name: own, variables } in machines {
        let name = settings.hostnames.name(&own, &variables, &mut oddities)?;
        owners.note(&name, place(&own, &variables));
        hosts.push(named(name, variables, &settings.vars_prefix));
    }
    let mut notes = oddities.into_notes();
    notes.extend(owners.into_notes());
    Ok((hosts, notes))
}

/// Makes a host; the prefix is for the names of its variables, and composed variables do not see it.
fn named(name: Text, variables: Map, prefix: &str) -> NamedHost {
    let variables = Arc::new(variables);
    if prefix.is_empty() {
        return NamedHost { name, variables, ..NamedHost::default() };
    }
    let prefixed = |(key, value): (&Value, &Value)| (format!("{prefix}{key}"), value.clone());
    let prefixed = variables.iter().map(prefixed).collect();
    NamedHost { name, variables: Arc::new(prefixed), raw: Some(variables), ..NamedHost::default() }
}

/// Returns what tells an instance from others of its name.
fn place(own: &Text, variables: &Map) -> Text {
    let part = |key| variables.get(key).and_then(Value::as_str).unwrap_or("?");
    format!("{}/{}/{own}", part("project"), part("zone")).into()
}

#[cfg(test)]
mod tests;
