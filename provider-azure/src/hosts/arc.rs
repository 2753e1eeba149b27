//! The variables of a machine of Azure Arc.

use inventory_core::value::{Map, Value};

use super::{Identity, address};
use inventory_core::discovery::Oddities;
use inventory_core::value::record;

/// Returns the variables, in the order of the plugin.
pub(super) fn variables(machine: &Map, identity: &Identity, oddities: &mut Oddities) -> Map {
    let properties = record::object(machine, &["properties"]);
    let property = |key: &str, default: &str| {
        properties.and_then(|properties| properties.get(key)).cloned().unwrap_or_else(|| default.into())
    };
    let status = record::lower(machine, &["properties", "status"]).unwrap_or_default();
    if status.is_empty() {
        oddities.note("have no `properties.status`", &identity.default_name);
    }
    for path in [&["location"][..], &["properties", "vmId"], &["properties", "provisioningState"]] {
        if record::member(machine, path).is_none() {
            oddities.note(&format!("have no `{}`", path.join(".")), &identity.default_name);
        }
    }
    let provisioning = record::lower(machine, &["properties", "provisioningState"]);
    let mut variables = Map::with_capacity(24);
    addresses(&mut variables, machine);
    for (key, values) in [("public_dns_hostnames", Vec::new()), ("ansible_dns", Vec::new())] {
        variables.push(key, values);
    }
    variables.push("id", record::value(machine, &["id"]));
    variables.push("location", record::value(machine, &["location"]));
    variables.push("name", identity.name.clone());
    variables.push("default_inventory_hostname", identity.default_name.clone());
    variables.push("powerstate", status.replace("connected", "running"));
    variables.push("status", status);
    variables.push("provisioning_state", provisioning.unwrap_or_else(|| "unknown".into()));
    variables.push("vmid", record::value(machine, &["properties", "vmId"]));
    let profile = [("sku", "osSku"), ("system", "osType"), ("version", "osVersion")];
    let profile: Map = profile.map(|(key, source)| (key, property(source, "unknown"))).into_iter().collect();
    variables.push("os_profile", profile);
    variables.push("tags", machine.get("tags").cloned().unwrap_or_else(|| Map::new().into()));
    variables.push("resource_type", machine.get("type").cloned().unwrap_or_else(|| "unknown".into()));
    variables.push("resource_group", identity.resource_group.clone());
    variables
}

/// Adds the lists of interfaces and addresses.
fn addresses(variables: &mut Map, machine: &Map) {
    let (mut names, mut macs) = (Vec::new(), Vec::new());
    let (mut ipv4, mut ipv6, mut public, mut private) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for interface in record::objects(machine, &["properties", "networkProfile", "networkInterfaces"]) {
        macs.push(record::value(interface, &["macAddress"]));
        names.push(record::value(interface, &["name"]));
        for address in record::objects(interface, &["ipAddresses"]) {
            let value: Value = record::value(address, &["address"]);
            match record::text(address, &["ipAddressVersion"]) {
                Some("IPv4") => {
                    ipv4.push(value.clone());
                    let is_global = value.as_str().is_some_and(address::is_global);
                    if is_global { public.push(value) } else { private.push(value) }
                }
                Some("IPv6") => ipv6.push(value),
                _ => {}
            }
        }
    }
    for (key, values) in [
        ("network_interface", names),
        ("mac_address", macs),
        ("ansible_all_ipv4_addresses", ipv4),
        ("ansible_all_ipv6_addresses", ipv6),
        ("public_ipv4_address", public),
        ("private_ipv4_addresses", private),
    ] {
        variables.push(key, values);
    }
}
