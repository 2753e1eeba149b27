//! Makes the host that all clouds share of what EC2 says about an instance: pure.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use inventory_core::host::{Host, state};
use inventory_core::value::record::{lower, member, objects, text};
use inventory_core::value::{Map, Text, Time, Value};

/// The tag in which EC2 Auto Scaling names its group.
const SCALE_GROUP: &str = "aws:autoscaling:groupName";

/// Makes the host of an instance, from the variables that the plugin makes of it.
pub(crate) fn host(record: &Map) -> Host {
    let interfaces = interfaces(record);
    let first = interfaces.first().copied();
    let of_first = |key| first.and_then(|interface| known(interface, &[key]));
    let zone = known(record, &["placement", "availability_zone"]);
    Host {
        provider: "aws",
        account: known(record, &["owner_id"]),
        region: zone.as_deref().and_then(region_of),
        zone,
        id: known(record, &["instance_id"]).unwrap_or_default(),
        name: known(record, &["tags", "Name"]),
        r#type: known(record, &["instance_type"]),
        image: known(record, &["image_id"]),
        os: system(record),
        arch: lower(record, &["architecture"]).and_then(|arch| filled(arch.trim_end_matches("_mac"))),
        state: lower(record, &["state", "name"]).and_then(|name| filled(common_state(&name))),
        private_ips: private_addresses(record, &interfaces),
        public_ips: public_addresses(record, &interfaces),
        ipv6_ips: ipv6_addresses(record, &interfaces),
        private_dns: known(record, &["private_dns_name"]),
        public_dns: known(record, &["public_dns_name"]),
        network: known(record, &["vpc_id"]).or_else(|| of_first("vpc_id")),
        subnet: known(record, &["subnet_id"]).or_else(|| of_first("subnet_id")),
        security_groups: Some(security_groups(record, &interfaces)),
        tags: match record.get("tags") {
            Some(Value::Map(tags)) => Arc::clone(tags),
            _ => Arc::default(),
        },
        // An instance that is neither on the spot market nor reserved in another way has no word for it.
        lifecycle: lower(record, &["instance_lifecycle"])
            .and_then(|word| filled(&word))
            .or_else(|| Some(Text::from("on_demand"))),
        scale_group: known(record, &["tags", SCALE_GROUP]),
        created_at: first.and_then(|interface| match member(interface, &["attachment", "attach_time"]) {
            Some(Value::Time(time)) => in_utc(time),
            _ => None,
        }),
    }
}

fn filled(text: &str) -> Option<Text> {
    (!text.is_empty()).then(|| Text::from(text))
}

/// Returns the text of a member that is not empty, without a copy.
fn known(record: &Map, path: &[&str]) -> Option<Text> {
    match member(record, path) {
        Some(Value::Text(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// Returns the network interfaces, the primary first: the API does not promise an order.
fn interfaces(record: &Map) -> Vec<&Map> {
    let mut interfaces: Vec<&Map> = objects(record, &["network_interfaces"]).collect();
    let number = |interface: &Map, key| match member(interface, &["attachment", key]) {
        Some(Value::Int(number)) => *number,
        // Only instances with several network cards say which.
        _ if key == "network_card_index" => 0,
        _ => i64::MAX,
    };
    interfaces.sort_by_key(|interface| {
        (number(interface, "network_card_index"), number(interface, "device_index"))
    });
    interfaces
}

/// Returns the region of a zone: what comes up to the first number. Local Zones (`us-west-2-lax-1a`) and Wavelength
/// Zones (`us-east-1-wl1-bos-wlz-1`) go on after it.
pub(crate) fn region_of(zone: &str) -> Option<Text> {
    let is_number = |part: &str| part.starts_with(|sign: char| sign.is_ascii_digit());
    let (place, _) =
        zone.match_indices('-').find(|(place, _)| zone.get(place + 1..).is_some_and(is_number))?;
    let (words, number) = zone.split_at_checked(place + 1)?;
    let length = number.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(number.len());
    Some(Text::from(format!("{words}{}", number.get(..length)?)))
}

/// Returns the operating system, as the billing of the image or the architecture tell it.
fn system(record: &Map) -> Option<Text> {
    if text(record, &["architecture"]).is_some_and(|arch| arch.ends_with("_mac")) {
        return Some(Text::from("macos"));
    }
    let word = lower(record, &["platform"]).filter(|word| !word.is_empty());
    let word = word.or_else(|| lower(record, &["platform_details"]))?;
    let holds = |names: &[&str]| names.iter().any(|name| word.contains(name));
    if holds(&["windows"]) {
        Some(Text::from("windows"))
    } else if holds(&["linux", "red hat", "rhel", "suse", "ubuntu"]) {
        Some(Text::from("linux"))
    } else if holds(&["macos"]) {
        Some(Text::from("macos"))
    } else {
        filled(&word)
    }
}

fn common_state(name: &str) -> &str {
    match name {
        "pending" => state::STARTING,
        "running" => state::RUNNING,
        "stopping" => state::STOPPING,
        "stopped" => state::STOPPED,
        "shutting-down" | "terminated" => state::TERMINATED,
        other => other,
    }
}

/// Returns the private addresses of an interface, the primary first.
fn private_of(interface: &Map) -> impl Iterator<Item = &Map> {
    let all = objects(interface, &["private_ip_addresses"]);
    let is_primary = |address: &&Map| matches!(member(address, &["primary"]), Some(Value::Bool(true)));
    all.clone().filter(is_primary).chain(all.filter(move |address| !is_primary(address)))
}

fn private_addresses(record: &Map, interfaces: &[&Map]) -> Vec<Text> {
    let mut addresses = Vec::new();
    add::<Ipv4Addr>(&mut addresses, record, &["private_ip_address"]);
    for interface in interfaces {
        add::<Ipv4Addr>(&mut addresses, interface, &["private_ip_address"]);
        for address in private_of(interface) {
            add::<Ipv4Addr>(&mut addresses, address, &["private_ip_address"]);
        }
    }
    addresses
}

fn public_addresses(record: &Map, interfaces: &[&Map]) -> Vec<Text> {
    let mut addresses = Vec::new();
    add::<Ipv4Addr>(&mut addresses, record, &["public_ip_address"]);
    for interface in interfaces {
        add::<Ipv4Addr>(&mut addresses, interface, &["association", "public_ip"]);
        for address in private_of(interface) {
            add::<Ipv4Addr>(&mut addresses, address, &["association", "public_ip"]);
        }
    }
    addresses
}

fn ipv6_addresses(record: &Map, interfaces: &[&Map]) -> Vec<Text> {
    let mut addresses = Vec::new();
    add::<Ipv6Addr>(&mut addresses, record, &["ipv6_address"]);
    for interface in interfaces {
        for address in objects(interface, &["ipv6_addresses"]) {
            add::<Ipv6Addr>(&mut addresses, address, &["ipv6_address"]);
        }
    }
    addresses
}

/// Adds the address at a path, where there is one that is not known yet.
fn add<Address: FromStr>(addresses: &mut Vec<Text>, record: &Map, path: &[&str]) {
    if let Some(address) = known(record, path)
        && address.parse::<Address>().is_ok()
        && !addresses.contains(&address)
    {
        addresses.push(address);
    }
}

/// Returns the names of the groups of the instance and of all its interfaces, each once.
fn security_groups(record: &Map, interfaces: &[&Map]) -> Vec<Text> {
    let mut names = Vec::new();
    let of_interfaces = interfaces.iter().flat_map(|interface| objects(interface, &["groups"]));
    for group in objects(record, &["security_groups"]).chain(of_interfaces) {
        if let Some(name) = known(group, &["group_name"])
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// Returns a time as ISO 8601 in UTC, without a fraction of the second.
fn in_utc(time: &Time) -> Option<Text> {
    let seconds = i64::try_from(time.unix_microseconds().div_euclid(1_000_000)).ok()?;
    Time::from_unix(seconds, 0).map(|time| Text::from(format!("{}Z", time.civil)))
}

#[cfg(test)]
mod tests;
