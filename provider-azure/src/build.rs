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
    let mut machines = hosts::Machines::of(facts, settings.plain_host_names);
    let mut hosts = Vec::new();
    let mut owners = Owners::default();
    while let Some(machine) = machines.next(&mut oddities) {
        let hosts::Machine { default_name, variables, .. } = machine;
        // Filters do not see the name, so a machine that does not count needs none.
        if !settings.filters.keep(&default_name, &variables, environment, &mut oddities)? {
            if is_left_out_for_its_state(settings, &default_name, &variables, environment) {
                oddities.lose("are left out by filters, and have no known power state", &default_name);
            }
            continue;
        }
        let name = settings.hostnames.name(&default_name, &variables, environment, &mut oddities)?;
        owners.note(&name, place(&default_name, &variables));
        let address = address(&variables);
        if matches!(address, Value::Null) && lacks_interfaces(&variables) {
            oddities.lose("have no network interface, and so no address", &default_name);
        }
        let unseen = vec![(Text::from("ansible_host"), address)];
        hosts.push(NamedHost { name, variables, unseen, ..NamedHost::default() });
    }
    let mut notes = oddities.into_notes();
    notes.extend(owners.into_notes());
    Ok((hosts, notes))
}

/// Tells whether a machine that filters leave out would be a host if its power state were known, and it ran.
fn is_left_out_for_its_state(
    settings: &HostSettings,
    name: &Text,
    variables: &Map,
    environment: &Environment,
) -> bool {
    let state = variables.get("powerstate").and_then(Value::as_str);
    if !matches!(state, None | Some("" | "unknown")) {
        return false;
    }
    let mut running = variables.clone();
    running.insert("powerstate", "running");
    // What is odd about the filters is noted already.
    settings.filters.keep(name, &running, environment, &mut Oddities::default()).unwrap_or_default()
}

/// Tells whether a machine lacks what each has but those on Azure Stack HCI, which may report nothing.
fn lacks_interfaces(variables: &Map) -> bool {
    let is_hci = variables.get("customLocation").is_some();
    let interfaces = variables.get("network_interface").and_then(Value::as_items);
    !is_hci && interfaces.is_none_or(<[Value]>::is_empty)
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
