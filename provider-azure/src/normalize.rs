//! Makes the host that all clouds share of what Azure says about a machine.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use inventory_core::host::{Host, state};
use inventory_core::value::{Map, Text, Value, record};

use crate::hosts::Machine;

/// The types of resources that Azure itself runs, and bills by priority, begin so, in small letters.
const COMPUTE: &str = "microsoft.compute/";

/// Returns the host of a machine: of its variables, and of its own record where these do not tell.
pub(crate) fn host(machine: &Machine) -> Host {
    let Machine { variables, record, .. } = machine;
    let text = |key: &str| filled(variables, &[key]);
    let region = text("location").map(|location| Text::from(location.replace(' ', "").to_lowercase()));
    let zone = region.as_ref().and_then(|region| zone(variables, region));
    let id = text("id").unwrap_or_default();
    let subnet = record::objects(variables, &["subnet"]).next().and_then(|subnet| filled(subnet, &["id"]));
    let (private_ips, public_ips, ipv6_ips) = addresses(variables);
    Host {
        provider: "azure",
        account: after(id, &["subscriptions"]).map(|account| Text::from(account.to_lowercase())),
        region,
        zone,
        id: id.into(),
        name: text("name").map(Text::from),
        r#type: machine_type(machine).map(Text::from),
        image: image(machine),
        os: system(machine),
        arch: None,
        state: machine_state(variables),
        private_ips,
        public_ips,
        ipv6_ips,
        private_dns: private_dns(variables),
        public_dns: public_dns(variables),
        network: subnet.and_then(|id| after(id, &["virtualNetworks", "logicalNetworks"])).map(Text::from),
        subnet: subnet.and_then(|id| after(id, &["subnets"])).map(Text::from),
        security_groups: security_groups(variables),
        tags: match variables.get("tags") {
            Some(Value::Map(tags)) => Arc::clone(tags),
            _ => Arc::default(),
        },
        lifecycle: lifecycle(machine),
        scale_group: scale_group(machine),
        created_at: text("creation_time")
            .or_else(|| filled(record, &["systemData", "createdAt"]))
            .and_then(utc),
    }
}

/// Returns the text of a member that is not empty.
fn filled<'a>(map: &'a Map, path: &[&str]) -> Option<&'a str> {
    record::text(map, path).filter(|text| !text.is_empty())
}

/// Returns the part of an id that follows one of the words; Azure spells these with large and small letters.
fn after<'a>(id: &'a str, words: &[&str]) -> Option<&'a str> {
    let mut parts = id.split('/');
    parts.find(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))?;
    parts.next().filter(|part| !part.is_empty())
}

/// Returns the zone: Azure numbers those of each region.
fn zone(variables: &Map, region: &str) -> Option<Text> {
    let first = variables.get("availability_zone")?.as_items()?.first()?;
    match first {
        Value::Text(number) if number.is_empty() => None,
        Value::Text(_) | Value::Int(_) => Some(Text::from(format!("{region}-{first}"))),
        _ => None,
    }
}

/// Returns the size; an instance of a scale set tells it by its SKU.
fn machine_type(machine: &Machine) -> Option<&str> {
    filled(&machine.variables, &["virtual_machine_size"]).or_else(|| match machine.scale_set {
        Some(_) => filled(&machine.record, &["sku", "name"]),
        None => None,
    })
}

/// Returns the image: the four parts of one of the marketplace, else its resource id.
fn image(machine: &Machine) -> Option<Text> {
    let of_image = |key: &str| filled(&machine.variables, &["image", key]);
    let parts = ["publisher", "offer", "sku", "version"].map(of_image);
    if let [Some(publisher), Some(offer), Some(sku), Some(version)] = parts {
        return Some(Text::from(format!("{publisher}:{offer}:{sku}:{version}")));
    }
    let galleries = ["sharedGalleryImageId", "communityGalleryImageId"];
    let of_gallery =
        |key: &&str| filled(&machine.record, &["properties", "storageProfile", "imageReference", key]);
    of_image("id").or_else(|| galleries.iter().find_map(of_gallery)).map(Text::from)
}

/// Returns the operating system: that of the profile, else that of the disk.
fn system(machine: &Machine) -> Option<Text> {
    let known = |path: &[&str]| {
        record::lower(&machine.variables, path).filter(|system| !matches!(system.as_str(), "" | "unknown"))
    };
    known(&["os_profile", "system"]).or_else(|| known(&["os_disk", "operating_system_type"]))
}

fn machine_state(variables: &Map) -> Option<Text> {
    // The power state that the plugin makes of the status of a machine of Arc is no word of Azure.
    let power = record::lower(variables, &["status"]).or_else(|| record::lower(variables, &["powerstate"]));
    let power = power.filter(|power| !matches!(power.as_str(), "" | "unknown"));
    let word = match (filled(variables, &["provisioning_state"]), power.as_deref()) {
        (Some(provisioning), _) if provisioning.eq_ignore_ascii_case("deleting") => state::TERMINATED,
        (Some(provisioning), None) if provisioning.eq_ignore_ascii_case("creating") => state::STARTING,
        (_, Some("running" | "connected")) => state::RUNNING,
        (_, Some("deallocated")) => state::STOPPED,
        (_, Some("deallocating")) => state::STOPPING,
        _ => return power,
    };
    Some(Text::from(word))
}

/// Returns the private, the public and the IPv6 addresses.
fn addresses(variables: &Map) -> (Vec<Text>, Vec<Text>, Vec<Text>) {
    // What the variables call IPv4 is whatever is configured on an interface.
    let of_interfaces = texts(variables, "private_ipv4_addresses");
    let public = texts(variables, "public_ipv4_address");
    let of_arc = texts(variables, "ansible_all_ipv6_addresses");
    // A machine of Arc also tells those that nobody else reaches.
    let is_v6 = |address: &Text| {
        address.parse().is_ok_and(|found: Ipv6Addr| !found.is_loopback() && !found.is_unicast_link_local())
    };
    let is_v4 = |address: &Text| {
        address.parse().is_ok_and(|found: Ipv4Addr| !found.is_loopback() && !found.is_link_local())
    };
    let v6 = of_interfaces.iter().chain(&public).chain(&of_arc).filter(|address| is_v6(address));
    let v6 = v6.cloned().collect();
    let only_v4 = |addresses: Vec<Text>| addresses.into_iter().filter(is_v4).collect();
    (only_v4(of_interfaces), only_v4(public), v6)
}

/// Returns the texts of a variable that is a list.
fn texts(variables: &Map, key: &str) -> Vec<Text> {
    let items = variables.get(key).and_then(Value::as_items).unwrap_or_default();
    items.iter().filter_map(Value::as_str).filter(|text| !text.is_empty()).map(Text::from).collect()
}

/// Returns the name that Azure's DNS has for the first network interface, where one was asked for.
fn private_dns(variables: &Map) -> Option<Text> {
    let first = record::objects(variables, &["network_interface_properties"]).next()?;
    filled(first, &["properties", "dnsSettings", "internalFqdn"]).map(Text::from)
}

/// Returns the name of the first public address; none where another one's may be the first.
fn public_dns(variables: &Map) -> Option<Text> {
    let addresses = variables.get("public_ip_address")?.as_items()?;
    let names = texts(variables, "public_dns_hostnames");
    if names.len() == addresses.len() { names.into_iter().next() } else { None }
}

/// Returns the names of the groups, each once; none for a machine whose network Azure does not know.
fn security_groups(variables: &Map) -> Option<Vec<Text>> {
    variables.get("security_group")?.as_items()?;
    let mut groups: Vec<Text> = Vec::new();
    for group in texts(variables, "security_group") {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    Some(groups)
}

/// Returns how the machine is paid for; none for one that Azure does not run.
fn lifecycle(machine: &Machine) -> Option<Text> {
    let priority = match &machine.scale_set {
        Some(set) => record::lower(set, &["properties", "virtualMachineProfile", "priority"]),
        None => None,
    };
    let priority = record::lower(&machine.record, &["properties", "priority"]).or(priority);
    match priority.as_deref() {
        Some("regular") => Some("on_demand".into()),
        Some(_) => priority,
        None => {
            let kind = record::lower(&machine.variables, &["resource_type"])?;
            kind.starts_with(COMPUTE).then(|| "on_demand".into())
        }
    }
}

/// Returns the name of the scale set, flexible or not.
fn scale_group(machine: &Machine) -> Option<Text> {
    let flexible = || {
        let id = filled(&machine.record, &["properties", "virtualMachineScaleSet", "id"])?;
        after(id, &["virtualMachineScaleSets"])
    };
    filled(&machine.variables, &["vmss", "name"]).or_else(flexible).map(Text::from)
}

/// Returns a time in UTC, in seconds.
fn utc(text: &str) -> Option<Text> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(Text::from(jiff::Timestamp::from_second(time.as_second()).ok()?.to_string()))
}

#[cfg(test)]
mod tests;
