use inventory_core::discovery::Oddities;
use inventory_core::host::FIELDS;
use serde_json::{Value as Json, json};

use super::*;
use crate::facts::{DISK, INSTANCE};
use crate::hosts::machines;
use crate::testing::facts_of;

const PROJECT: &str = "https://www.googleapis.com/compute/v1/projects/p";

fn instance() -> Json {
    let link = |rest: &str| format!("{PROJECT}/{rest}");
    json!({
        "kind": "compute#instance", "id": "4158127351007949610", "name": "web", "status": "RUNNING",
        "zone": link("zones/europe-west1-b"), "machineType": link("zones/europe-west1-b/machineTypes/e2-small"),
        "selfLink": link("zones/europe-west1-b/instances/web"),
        "creationTimestamp": "2024-01-01T16:30:00.123-08:00", "labels": {"role": "web"},
        "metadata": {"items": [{"key": "created-by",
            "value": "projects/123/zones/europe-west1-b/instanceGroupManagers/pool"}]},
        "scheduling": {"preemptible": false, "provisioningModel": "STANDARD"},
        "disks": [
            {"boot": false, "source": link("zones/europe-west1-b/disks/data")},
            {"boot": true, "source": link("zones/europe-west1-b/disks/web"), "architecture": "X86_64",
             "guestOsFeatures": [{"type": "UEFI_COMPATIBLE"}],
             "licenses": [link("global/licenses/own"), "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/licenses/debian-12"]},
        ],
        "networkInterfaces": [
            {"network": link("global/networks/net"), "subnetwork": link("regions/europe-west1/subnetworks/sub"),
             "networkIP": "10.0.0.2", "ipv6Address": "fd20::1",
             "accessConfigs": [{"natIP": "34.1.2.3", "publicPtrDomainName": "web.example.com."}],
             "ipv6AccessConfigs": [{"externalIpv6": "2600:1900::1"}]},
            {"network": link("global/networks/second"), "networkIP": "10.1.0.2", "accessConfigs": [{"natIP": "34.1.2.4"}]},
        ],
    })
}

fn made(instance: &Json, image: Option<&str>) -> Host {
    let disk = json!({"selfLink": format!("{PROJECT}/zones/europe-west1-b/disks/web"), "name": "web",
        "sourceImage": image.map(|image| format!("https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/{image}"))});
    let mut facts = facts_of(INSTANCE, [instance]);
    facts.extend(facts_of(DISK, [&disk]));
    let machines = machines(facts, true, &mut Oddities::default());
    assert_eq!(machines.len(), 1);
    host(&machines[0].variables)
}

#[test]
fn an_instance_tells_all_that_is_known() {
    let host = made(&instance(), Some("debian-12-v2024"));
    let told = FIELDS.into_iter().map(|name| (name, host.field(name).unwrap().repr()));
    let told: Vec<_> = told.filter(|(_, value)| value != "None").collect();
    let expected = [
        ("provider", "'gcp'"),
        ("account", "'p'"),
        ("region", "'europe-west1'"),
        ("zone", "'europe-west1-b'"),
        ("id", "'4158127351007949610'"),
        ("name", "'web'"),
        ("type", "'e2-small'"),
        ("image", "'debian-12-v2024'"),
        ("os", "'linux'"),
        ("arch", "'x86_64'"),
        ("state", "'running'"),
        ("private_ips", "['10.0.0.2', '10.1.0.2']"),
        ("public_ips", "['34.1.2.3', '34.1.2.4']"),
        ("ipv6_ips", "['fd20::1', '2600:1900::1']"),
        ("public_dns", "'web.example.com'"),
        ("network", "'net'"),
        ("subnet", "'sub'"),
        ("tags", "{'role': 'web'}"),
        ("lifecycle", "'on_demand'"),
        ("scale_group", "'pool'"),
        ("created_at", "'2024-01-02T00:30:00Z'"),
    ];
    assert_eq!(told, expected.map(|(name, value)| (name, value.to_owned())));
}

#[test]
fn words_of_google_become_those_of_all_clouds() {
    let licence = |project: &str| json!([{"boot": true, "licenses": [format!("projects/{project}/global/licenses/x")]}]);
    let table = [
        ("status", json!("PROVISIONING"), "state", "'starting'"),
        ("status", json!("STAGING"), "state", "'starting'"),
        ("status", json!("STOPPING"), "state", "'stopping'"),
        ("status", json!("SUSPENDING"), "state", "'stopping'"),
        ("status", json!("SUSPENDED"), "state", "'suspended'"),
        ("status", json!("TERMINATED"), "state", "'stopped'"),
        ("status", json!("DEPROVISIONING"), "state", "'terminated'"),
        ("status", json!("REPAIRING"), "state", "'repairing'"),
        ("scheduling", json!({"provisioningModel": "SPOT", "preemptible": true}), "lifecycle", "'spot'"),
        ("scheduling", json!({"preemptible": true}), "lifecycle", "'spot'"),
        ("scheduling", json!({"preemptible": false}), "lifecycle", "'on_demand'"),
        ("scheduling", json!({"provisioningModel": "FLEX_START"}), "lifecycle", "'flex_start'"),
        ("scheduling", json!(null), "lifecycle", "None"),
        ("disks", licence("windows-cloud"), "os", "'windows'"),
        ("disks", licence("somebody"), "os", "None"),
        ("disks", json!([{"boot": true, "guestOsFeatures": [{"type": "WINDOWS"}]}]), "os", "'windows'"),
        ("disks", json!([{"boot": true, "architecture": "ARM64"}]), "arch", "'arm64'"),
        ("disks", json!([{"boot": true, "architecture": "ARCHITECTURE_UNSPECIFIED"}]), "arch", "None"),
        ("disks", json!([]), "os", "None"),
        ("metadata", json!({"items": [{"key": "created-by", "value": "me"}]}), "scale_group", "None"),
        ("id", json!(17), "id", "'17'"),
        ("name", json!(""), "name", "None"),
        ("creationTimestamp", json!("soon"), "created_at", "None"),
        (
            "networkInterfaces",
            json!([{"networkIP": "fd20::2", "accessConfigs": [{"natIP": "x"}]}]),
            "private_ips",
            "[]",
        ),
        (
            "networkInterfaces",
            json!([{"accessConfigs": [{"natIP": "34.0.0.1"}, {"natIP": "34.0.0.2", "publicPtrDomainName": "b."}]}]),
            "public_dns",
            "None",
        ),
    ];
    for (key, value, name, expected) in table {
        let mut instance = instance();
        instance[key] = value.clone();
        assert_eq!(made(&instance, None).field(name).unwrap().repr(), expected, "{key}: {value}");
    }
}

#[test]
fn a_disk_that_was_made_of_no_image_is_none() {
    assert_eq!(made(&instance(), None).image, None);
}

#[test]
fn nonsense_gives_none() {
    let whole = instance();
    for key in whole.as_object().unwrap().keys() {
        for nonsense in [json!(null), json!(7.5), json!("x"), json!([1]), json!([[]]), json!({"items": 1})] {
            let mut odd = instance();
            odd[key] = nonsense;
            assert_eq!(made(&odd, None).provider, "gcp");
        }
    }
}
