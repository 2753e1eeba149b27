//! Makes the host that all clouds share of what Google says about an instance.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use inventory_core::host::{Host, state};
use inventory_core::value::{Map, Text, Value, record};

use crate::hosts::last_part;

/// The projects whose licences are for Linux.
const LINUX: [&str; 17] = [
    "almalinux-cloud",
    "centos-cloud",
    "cos-cloud",
    "debian-cloud",
    "deeplearning-platform-release",
    "fedora-cloud",
    "fedora-coreos-cloud",
    "opensuse-cloud",
    "oracle-linux-cloud",
    "rhel-cloud",
    "rhel-sap-cloud",
    "rocky-linux-cloud",
    "suse-cloud",
    "suse-sap-cloud",
    "ubuntu-os-accelerator-images",
    "ubuntu-os-cloud",
    "ubuntu-os-pro-cloud",
];

/// The projects whose licences are for Windows.
const WINDOWS: [&str; 2] = ["windows-cloud", "windows-sql-cloud"];

/// Returns the host of an instance, made of its variables.
pub(crate) fn host(variables: &Map) -> Host {
    let text = |path: &[&str]| filled(variables, path).map(Text::from);
    let zone = filled(variables, &["zone"]);
    let interface = record::objects(variables, &["networkInterfaces"]).next();
    let of_interface = |key: &str| interface.and_then(|found| filled(found, &[key, "name"])).map(Text::from);
    let (private_ips, public_ips, ipv6_ips) = addresses(variables);
    Host {
        provider: "gcp",
        account: text(&["project"]),
        region: zone.and_then(|zone| zone.rsplit_once('-')).map(|(region, _)| Text::from(region)),
        zone: zone.map(Text::from),
        id: id(variables),
        name: text(&["name"]),
        r#type: text(&["machineType"]),
        image: image(variables),
        os: system(variables),
        arch: architecture(variables),
        state: instance_state(variables),
        private_ips,
        public_ips,
        ipv6_ips,
        // The names that instances have inside of a network are nowhere in the answers.
        private_dns: None,
        public_dns: public_dns(variables),
        network: of_interface("network"),
        subnet: of_interface("subnetwork"),
        security_groups: None,
        tags: match variables.get("labels") {
            Some(Value::Map(labels)) => Arc::clone(labels),
            _ => Arc::default(),
        },
        lifecycle: lifecycle(variables),
        scale_group: scale_group(variables),
        created_at: filled(variables, &["creationTimestamp"]).and_then(utc),
    }
}

/// Returns the text of a member that is not empty.
fn filled<'a>(map: &'a Map, path: &[&str]) -> Option<&'a str> {
    record::text(map, path).filter(|text| !text.is_empty())
}

/// Returns the number of the instance, or its link where it has none.
fn id(variables: &Map) -> Text {
    match variables.get("id") {
        Some(Value::Text(number)) if !number.is_empty() => number.clone(),
        Some(Value::Int(number)) => Text::from(number.to_string()),
        _ => Text::from(filled(variables, &["selfLink"]).unwrap_or_default()),
    }
}

fn boot_disk(variables: &Map) -> Option<&Map> {
    record::objects(variables, &["disks"]).filter(|disk| disk.get("boot").is_some_and(Value::is_true)).last()
}

/// Returns the image that the instance started from; the variable names the disk itself where that has none.
fn image(variables: &Map) -> Option<Text> {
    let disk = boot_disk(variables).and_then(|disk| filled(disk, &["source"])).map(last_part);
    filled(variables, &["image"]).filter(|image| Some(*image) != disk).map(Text::from)
}

/// Returns the operating system, where the boot disk tells it by its features or licences.
fn system(variables: &Map) -> Option<Text> {
    let disk = boot_disk(variables)?;
    let mut features = record::objects(disk, &["guestOsFeatures"]);
    if features.any(|feature| record::text(feature, &["type"]) == Some("WINDOWS")) {
        return Some("windows".into());
    }
    let licences = record::member(disk, &["licenses"]).and_then(Value::as_items).unwrap_or_default();
    let projects = licences.iter().filter_map(|licence| {
        let mut parts = licence.as_str()?.split('/').skip_while(|part| *part != "projects");
        parts.nth(1)
    });
    let systems = projects.filter_map(|project| match project {
        _ if WINDOWS.contains(&project) => Some("windows"),
        _ if LINUX.contains(&project) => Some("linux"),
        _ => None,
    });
    systems.map(Text::from).next()
}

fn architecture(variables: &Map) -> Option<Text> {
    let found = record::lower(boot_disk(variables)?, &["architecture"])?;
    (!matches!(found.as_str(), "" | "architecture_unspecified")).then_some(found)
}

fn instance_state(variables: &Map) -> Option<Text> {
    let status = filled(variables, &["status"])?;
    Some(match status {
        "PROVISIONING" | "STAGING" => state::STARTING.into(),
        "RUNNING" => state::RUNNING.into(),
        "STOPPING" | "PENDING_STOP" | "SUSPENDING" => state::STOPPING.into(),
        "TERMINATED" | "STOPPED" => state::STOPPED.into(),
        "SUSPENDED" => state::SUSPENDED.into(),
        "DEPROVISIONING" => state::TERMINATED.into(),
        other => Text::from(other.to_lowercase()),
    })
}

/// Returns the private, the public and the IPv6 addresses.
fn addresses(variables: &Map) -> (Vec<Text>, Vec<Text>, Vec<Text>) {
    let (mut private, mut public, mut v6) = (Vec::new(), Vec::new(), Vec::new());
    for interface in record::objects(variables, &["networkInterfaces"]) {
        add::<Ipv4Addr>(&mut private, filled(interface, &["networkIP"]));
        for access in record::objects(interface, &["accessConfigs"]) {
            add::<Ipv4Addr>(&mut public, filled(access, &["natIP"]));
        }
        add::<Ipv6Addr>(&mut v6, filled(interface, &["ipv6Address"]));
        for access in record::objects(interface, &["ipv6AccessConfigs"]) {
            add::<Ipv6Addr>(&mut v6, filled(access, &["externalIpv6"]));
        }
    }
    (private, public, v6)
}

fn add<A: std::str::FromStr>(addresses: &mut Vec<Text>, address: Option<&str>) {
    addresses.extend(address.filter(|address| address.parse::<A>().is_ok()).map(Text::from));
}

/// Returns the name of the first public address, where it has one.
fn public_dns(variables: &Map) -> Option<Text> {
    let interfaces = record::objects(variables, &["networkInterfaces"]);
    let mut accesses = interfaces.flat_map(|interface| record::objects(interface, &["accessConfigs"]));
    let first = accesses.find(|access| filled(access, &["natIP"]).is_some())?;
    let name = filled(first, &["publicPtrDomainName"])?.trim_end_matches('.');
    (!name.is_empty()).then(|| Text::from(name))
}

/// Returns how the instance is paid for; one that is preemptible is paid for as a spot instance.
fn lifecycle(variables: &Map) -> Option<Text> {
    let scheduling = record::object(variables, &["scheduling"])?;
    if scheduling.get("preemptible").is_some_and(Value::is_true) {
        return Some("spot".into());
    }
    match record::lower(scheduling, &["provisioningModel"]) {
        Some(model) if model == "standard" => Some("on_demand".into()),
        None => Some("on_demand".into()),
        model => model,
    }
}

/// Returns the name of the managed group that made the instance.
fn scale_group(variables: &Map) -> Option<Text> {
    let maker = filled(variables, &["metadata", "created-by"])?;
    let mut parts = maker.split('/').skip_while(|part| *part != "instanceGroupManagers");
    parts.nth(1).filter(|name| !name.is_empty()).map(Text::from)
}

/// Returns a time in UTC, in seconds.
fn utc(text: &str) -> Option<Text> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(Text::from(jiff::Timestamp::from_second(time.as_second()).ok()?.to_string()))
}

#[cfg(test)]
mod tests;
