//! Disks, as Compute Engine writes them.

use serde_json::{Value, json};

use super::host::{Host, project_link};
use super::instance::{features, fingerprint, id, license};
use super::time::pacific;
use super::zones;
use crate::simulator::fleet::System;
use crate::simulator::merge::merge;

/// The fields of a disk that a filter may name.
pub(super) const FIELDS: [&str; 35] = [
    "accessMode",
    "architecture",
    "creationTimestamp",
    "description",
    "diskEncryptionKey",
    "enableConfidentialCompute",
    "guestOsFeatures",
    "id",
    "kind",
    "labelFingerprint",
    "labels",
    "lastAttachTimestamp",
    "lastDetachTimestamp",
    "licenseCodes",
    "licenses",
    "locationHint",
    "name",
    "options",
    "params",
    "physicalBlockSizeBytes",
    "provisionedIops",
    "provisionedThroughput",
    "region",
    "replicaZones",
    "resourcePolicies",
    "satisfiesPzi",
    "satisfiesPzs",
    "selfLink",
    "sizeGb",
    "sourceImage",
    "sourceSnapshot",
    "status",
    "type",
    "users",
    "zone",
];

/// Returns the disks of an instance, each with its scope, such as `zones/us-east1-b`.
pub(super) fn disks(host: &Host) -> Vec<(String, Value)> {
    let mut disks = vec![boot(host)];
    disks.extend((1..=host.extra.data_disks).map(|place| data(host, place)));
    disks
}

fn boot(host: &Host) -> (String, Value) {
    let mut value = head(host, &host.name, "20", 30);
    let more = json!({
        "sourceImage": image(host.machine.system),
        "sourceImageId": id(host, 31),
        "licenses": [license(host.machine.system)],
        "guestOsFeatures": features(host.machine.system),
        "architecture": "X86_64",
    });
    merge(&mut value, &more);
    let scope =
        if host.extra.regional_disk { spread(host, &mut value) } else { format!("zones/{}", host.zone) };
    merge(&mut value, &host.extra.disk);
    (scope, value)
}

/// Makes a disk one of two zones, and returns its scope.
fn spread(host: &Host, value: &mut Value) -> String {
    let region = zones::region_of(&host.zone);
    let other = zones::zones().find(|zone| zones::region_of(zone) == region && *zone != host.zone);
    let link = |zone: &str| format!("{}/zones/{zone}", project_link(&host.machine.account));
    let replicas: Vec<_> =
        [Some(host.zone.clone()), other].into_iter().flatten().map(|zone| link(&zone)).collect();
    let change = json!({
        "zone": {"$absent": true},
        "region": host.in_region("").trim_end_matches('/'),
        "replicaZones": replicas,
        "selfLink": host.in_region(&format!("disks/{}", host.name)),
        "type": host.in_region("diskTypes/pd-balanced"),
    });
    merge(value, &change);
    format!("regions/{region}")
}

fn data(host: &Host, place: u64) -> (String, Value) {
    let name = format!("{}-data-{place}", host.name);
    (format!("zones/{}", host.zone), head(host, &name, "500", 40 + place * 4))
}

fn head(host: &Host, name: &str, size: &str, purpose: u64) -> Value {
    let created = host.machine.launched.saturating_sub(host.number(1) % 1000);
    json!({
        "kind": "compute#disk",
        "id": id(host, purpose),
        "creationTimestamp": pacific(created, host.number(purpose + 2)),
        "name": name,
        "sizeGb": size,
        "zone": host.in_zone("").trim_end_matches('/'),
        "status": "READY",
        "selfLink": host.in_zone(&format!("disks/{name}")),
        "type": host.in_zone("diskTypes/pd-balanced"),
        "lastAttachTimestamp": pacific(created, host.number(purpose + 3)),
        "users": [host.in_zone(&format!("instances/{}", host.name))],
        "labelFingerprint": fingerprint(host, purpose + 1),
        "physicalBlockSizeBytes": "4096",
        "satisfiesPzi": true,
    })
}

fn image(system: System) -> String {
    let (project, name) = match system {
        System::Debian => ("debian-cloud", "debian-12-bookworm-v20250311"),
        System::Ubuntu => ("ubuntu-os-cloud", "ubuntu-2204-jammy-v20250312"),
        System::RedHat => ("rhel-cloud", "rhel-9-v20250312"),
        System::Windows => ("windows-cloud", "windows-server-2022-dc-v20250314"),
    };
    format!("{}/global/images/{name}", project_link(project))
}
