//! Virtual machines, as Compute Engine writes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::{Map, Value, json};

use super::host::{Host, project_link};
use super::time::pacific;
use crate::simulator::fleet::{Interface, System};
use crate::simulator::merge::merge;

/// The fields of an instance that a filter may name.
pub(super) const FIELDS: [&str; 49] = [
    "advancedMachineFeatures",
    "canIpForward",
    "confidentialInstanceConfig",
    "cpuPlatform",
    "creationTimestamp",
    "deletionProtection",
    "description",
    "disks",
    "displayDevice",
    "fingerprint",
    "guestAccelerators",
    "hostname",
    "id",
    "instanceEncryptionKey",
    "keyRevocationActionType",
    "kind",
    "labelFingerprint",
    "labels",
    "lastStartTimestamp",
    "lastStopTimestamp",
    "lastSuspendedTimestamp",
    "machineType",
    "metadata",
    "minCpuPlatform",
    "name",
    "networkInterfaces",
    "networkPerformanceConfig",
    "params",
    "partnerMetadata",
    "privateIpv6GoogleAccess",
    "reservationAffinity",
    "resourcePolicies",
    "resourceStatus",
    "satisfiesPzi",
    "satisfiesPzs",
    "scheduling",
    "selfLink",
    "selfLinkWithId",
    "serviceAccounts",
    "shieldedInstanceConfig",
    "shieldedInstanceIntegrityPolicy",
    "shieldedVmConfig",
    "shieldedVmIntegrityPolicy",
    "sourceMachineImage",
    "startRestricted",
    "status",
    "statusMessage",
    "tags",
    "zone",
];

/// The fingerprint of labels and network tags that are empty.
const EMPTY: &str = "42WmSpB8rSM=";
/// How long before the last start a machine was created, in seconds, at most.
const OLDEST: u64 = 30 * 24 * 60 * 60;

/// Returns the instance; `account` is the service account that machines have.
pub(super) fn instance(host: &Host, account: &str) -> Value {
    let created = host.machine.launched.saturating_sub(host.number(1) % OLDEST);
    let mut value = json!({
        "kind": "compute#instance",
        "id": id(host, 2),
        "creationTimestamp": pacific(created, host.number(3)),
        "name": host.name,
        "description": "",
        "tags": network_tags(host),
        "machineType": host.in_zone(&format!("machineTypes/{}", host.machine_type())),
        "status": host.status,
        "zone": zone_link(host),
        "canIpForward": false,
        "networkInterfaces": interfaces(host),
        "disks": disks(host),
        "metadata": metadata(host),
        "serviceAccounts": [{"email": account, "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}],
        "selfLink": host.in_zone(&format!("instances/{}", host.name)),
        "scheduling": scheduling(host),
        "cpuPlatform": processor(host),
    });
    let tail = json!({
        "labels": host.labels,
        "labelFingerprint": if host.labels.is_some() { fingerprint(host, 4) } else { EMPTY.to_owned() },
        "startRestricted": false,
        "deletionProtection": false,
        "reservationAffinity": {"consumeReservationType": "ANY_RESERVATION"},
        "displayDevice": {"enableDisplay": false},
        "shieldedInstanceConfig": {"enableSecureBoot": false, "enableVtpm": true, "enableIntegrityMonitoring": true},
        "shieldedInstanceIntegrityPolicy": {"updateAutoLearnPolicy": true},
        "fingerprint": fingerprint(host, 5),
        "lastStartTimestamp": pacific(host.machine.launched, host.number(6)),
        "satisfiesPzi": true,
        "resourceStatus": {"scheduling": {}, "effectiveInstanceMetadata": {"vmDnsSettingMetadataValue": "ZonalOnly"}},
        "keyRevocationActionType": "NONE",
    });
    merge(&mut value, &tail);
    complete(&mut value, host);
    merge(&mut value, &host.extra.instance);
    value
}

/// Takes away what this instance does not have, and adds what only some have: the service leaves empty fields out.
fn complete(value: &mut Value, host: &Host) {
    let Value::Object(fields) = value else { return };
    if host.labels.is_none() {
        fields.shift_remove("labels");
    }
    if !host.has_account {
        fields.shift_remove("serviceAccounts");
    }
    if host.machine.interfaces.is_empty() && !host.machine.extra.is_null() {
        fields.shift_remove("networkInterfaces");
    }
    if let Some(name) = &host.extra.hostname {
        fields.insert("hostname".to_owned(), json!(name));
    }
    if ["TERMINATED", "SUSPENDED"].contains(&host.status.as_str()) {
        let field = if host.status == "SUSPENDED" { "lastSuspendedTimestamp" } else { "lastStopTimestamp" };
        let later = host.machine.launched + 3600 + host.number(7) % OLDEST;
        fields.insert(field.to_owned(), json!(pacific(later, host.number(8))));
    }
}

fn zone_link(host: &Host) -> String {
    host.in_zone("").trim_end_matches('/').to_owned()
}

/// Returns an id of 19 digits.
pub(super) fn id(host: &Host, purpose: u64) -> String {
    (1_000_000_000_000_000_000 + host.number(purpose) % 8_000_000_000_000_000_000).to_string()
}

/// Returns a fingerprint: eight bytes in the alphabet of addresses.
pub(super) fn fingerprint(host: &Host, purpose: u64) -> String {
    URL_SAFE.encode(host.number(purpose).to_be_bytes())
}

fn network_tags(host: &Host) -> Value {
    match host.extra.network_tags.as_slice() {
        [] => json!({"fingerprint": EMPTY}),
        tags => json!({"items": tags, "fingerprint": fingerprint(host, 9)}),
    }
}

fn metadata(host: &Host) -> Value {
    let mut value = json!({"kind": "compute#metadata", "fingerprint": fingerprint(host, 10)});
    let items = host.metadata.iter().map(|(key, value)| json!({"key": key, "value": value}));
    if let (Value::Object(fields), false) = (&mut value, host.metadata.is_empty()) {
        fields.insert("items".to_owned(), items.collect());
    }
    value
}

fn scheduling(host: &Host) -> Value {
    if !host.machine.is_spot {
        return json!({"onHostMaintenance": "MIGRATE", "automaticRestart": true, "preemptible": false,
            "provisioningModel": "STANDARD"});
    }
    let mut value = json!({"onHostMaintenance": "TERMINATE", "automaticRestart": false, "preemptible": true});
    let model = if host.extra.preemptible {
        json!({"provisioningModel": "STANDARD"})
    } else {
        json!({"provisioningModel": "SPOT", "instanceTerminationAction": "STOP"})
    };
    merge(&mut value, &model);
    value
}

fn processor(host: &Host) -> &'static str {
    match host.status.as_str() {
        "RUNNING" | "STOPPING" | "SUSPENDING" => {
            if host.machine_type().starts_with("n2") {
                "Intel Cascade Lake"
            } else {
                "AMD Rome"
            }
        }
        _ => "Unknown CPU Platform",
    }
}

fn interfaces(host: &Host) -> Vec<Value> {
    let usual;
    let interfaces = if host.machine.interfaces.is_empty() {
        // A machine that is being deleted still has its interface.
        let [.., high, middle, low] = host.machine.index.to_be_bytes();
        let address =
            crate::simulator::fleet::Address { private: [10, high | 0x80, middle, low].into(), public: None };
        usual = vec![Interface { addresses: vec![address], ipv6: Vec::new() }];
        &usual
    } else {
        &host.machine.interfaces
    };
    (0_u64..).zip(interfaces).map(|(place, card)| interface(host, place, card)).collect()
}

fn interface(host: &Host, place: u64, card: &Interface) -> Value {
    let network = host.extra.network.as_deref().unwrap_or("default");
    let name = if place == 0 { network.to_owned() } else { format!("{network}-{place}") };
    let mut value = json!({
        "kind": "compute#networkInterface",
        "network": format!("{}/global/networks/{name}", project_link(&host.machine.account)),
        "subnetwork": host.in_region(&format!("subnetworks/{name}")),
    });
    let Value::Object(fields) = &mut value else { return value };
    let mut put = |name: &str, field: Value| drop(fields.insert(name.to_owned(), field));
    if let Some(first) = card.addresses.first() {
        put("networkIP", json!(first.private.to_string()));
    }
    let internal = card.ipv6.first().filter(|address| address.is_unique_local());
    if let Some(address) = internal {
        put("ipv6Address", json!(address.to_string()));
    }
    put("name", json!(format!("nic{place}")));
    let public = card.addresses.first().and_then(|first| first.public);
    if public.is_some() || (place == 0 && host.extra.awaits_address) {
        let mut access =
            json!({"kind": "compute#accessConfig", "type": "ONE_TO_ONE_NAT", "name": "External NAT"});
        if let Some(public) = public {
            merge(&mut access, &json!({"natIP": public.to_string()}));
        }
        merge(&mut access, &json!({"networkTier": "PREMIUM"}));
        put("accessConfigs", json!([access]));
    }
    let aliases: Vec<_> = card
        .addresses
        .iter()
        .skip(1)
        .map(|alias| json!({"ipCidrRange": format!("{}/32", alias.private)}))
        .collect();
    if !aliases.is_empty() {
        put("aliasIpRanges", json!(aliases));
    }
    put("fingerprint", json!(fingerprint(host, 20 + place)));
    put("stackType", json!(if card.ipv6.is_empty() { "IPV4_ONLY" } else { "IPV4_IPV6" }));
    match (card.ipv6.first(), internal) {
        (Some(address), None) => {
            put("ipv6AccessType", json!("EXTERNAL"));
            put(
                "ipv6AccessConfigs",
                json!([{"kind": "compute#accessConfig", "type": "DIRECT_IPV6", "name": "external-ipv6",
                    "externalIpv6": address.to_string(), "externalIpv6PrefixLength": 96, "networkTier": "PREMIUM"}]),
            );
        }
        (Some(_), Some(_)) => put("ipv6AccessType", json!("INTERNAL")),
        (None, _) => {}
    }
    value
}

/// Returns the disks as the instance has them: the boot disk, and those of data.
fn disks(host: &Host) -> Vec<Value> {
    let boot = host.name.clone();
    let source = if host.extra.regional_disk {
        host.in_region(&format!("disks/{boot}"))
    } else {
        host.in_zone(&format!("disks/{boot}"))
    };
    let mut disks = vec![json!({
        "kind": "compute#attachedDisk", "type": "PERSISTENT", "mode": "READ_WRITE", "source": source, "deviceName": boot,
        "index": 0, "boot": true, "autoDelete": true, "licenses": [license(host.machine.system)],
        "interface": "SCSI", "guestOsFeatures": features(host.machine.system), "diskSizeGb": "20",
        "architecture": "X86_64",
    })];
    disks.extend((1..=host.extra.data_disks).map(|place| {
        let name = format!("{}-data-{place}", host.name);
        json!({
            "kind": "compute#attachedDisk", "type": "PERSISTENT", "mode": "READ_WRITE",
            "source": host.in_zone(&format!("disks/{name}")), "deviceName": format!("data-{place}"), "index": place,
            "boot": false, "autoDelete": false, "interface": "SCSI", "diskSizeGb": "500",
        })
    }));
    disks
}

/// Returns the link of the licence of a system.
pub(super) fn license(system: System) -> String {
    let (project, name) = match system {
        System::Debian => ("debian-cloud", "debian-12-bookworm"),
        System::Ubuntu => ("ubuntu-os-cloud", "ubuntu-2204-lts"),
        System::RedHat => ("rhel-cloud", "rhel-9-server"),
        System::Windows => ("windows-cloud", "windows-server-2022-dc"),
    };
    format!("{}/global/licenses/{name}", project_link(project))
}

/// Returns what a system can do with the hardware.
pub(super) fn features(system: System) -> Value {
    let mut names = vec!["UEFI_COMPATIBLE", "VIRTIO_SCSI_MULTIQUEUE", "GVNIC"];
    names.push(if system.is_windows() { "WINDOWS" } else { "SEV_CAPABLE" });
    names.into_iter().map(|name| Value::Object(Map::from_iter([("type".to_owned(), json!(name))]))).collect()
}
