//! Makes hosts of facts: pure.

use inventory_core::discovery::{Error, Facts, NamedHost, Note, Oddities, Owners};
use inventory_core::expression::Environment;
use inventory_core::value::{Map, Text, Value};

use crate::hosts;
use crate::options::HostSettings;

/// Makes the hosts, and says in one line each what is odd about them.
///
/// # Errors
/// In a strict configuration, a filter that fails, and a host that gets no name.
pub(crate) fn hosts(
    settings: &HostSettings,
    environment: &Environment,
    facts: Vec<Facts>,
) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
    let mut oddities = Oddities::default();
    let machines = hosts::machines(facts, settings.plain_host_names, &mut oddities);
    let mut hosts = Vec::with_capacity(machines.len());
    let mut owners = Owners::default();
    for machine in machines {
        let hosts::Machine { default_name, variables } = machine;
        // Filters do not see the name, so a machine that does not count needs none.
        if !settings.filters.keep(&default_name, &variables, environment, &mut oddities)? {
            continue;
        }
        let name = settings.hostnames.name(&default_name, &variables, environment, &mut oddities)?;
        owners.note(&name, place(&default_name, &variables));
        let unseen = vec![(Text::from("ansible_host"), address(&variables))];
        hosts.push(NamedHost { name, variables, raw: None, unseen });
    }
    let notes = oddities.into_warnings().into_iter().map(Note::from);
    Ok((hosts, notes.chain(owners.into_notes()).collect()))
}

/// Returns what tells a machine from others of its name.
fn place(name: &Text, variables: &Map) -> Text {
    let group = variables.get("resource_group").and_then(Value::as_str).unwrap_or("?");
    format!("{group}/{name}").into()
}

/// Returns the address that Ansible connects to: the first public one, else the first private one.
///
/// A public address that is not allocated yet has no number, and is passed over.
fn address(variables: &Map) -> Value {
    let addresses = ["public_ipv4_address", "private_ipv4_addresses"];
    let mut items = addresses.iter().filter_map(|name| variables.get(name)?.as_items()).flatten();
    items.find(|address| !matches!(address, Value::Null)).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
