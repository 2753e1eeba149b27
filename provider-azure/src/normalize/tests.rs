use inventory_core::discovery::Oddities;
use inventory_core::host::FIELDS;
use serde_json::{Value as Json, json};

use super::*;
use crate::hosts::machines;
use crate::testing::facts_of;

/// Returns the facts of a case of `testdata/hosts.jsonl`.
fn case(name: &str) -> Json {
    let mut rows = include_str!("../../testdata/hosts.jsonl").lines();
    let row = rows.find_map(|line| {
        let row: Json = serde_json::from_str(line).unwrap();
        (row["case"] == name).then_some(row)
    });
    row.unwrap()["facts"].clone()
}

fn hosts(facts: &Json) -> Vec<Host> {
    machines(facts_of(facts), false, &mut Oddities::default()).iter().map(host).collect()
}

/// Returns the fields that tell something, as Python writes them.
fn told(host: &Host) -> Vec<(&'static str, String)> {
    let fields = FIELDS.into_iter().map(|name| (name, host.field(name).unwrap().repr()));
    fields.filter(|(_, value)| !matches!(value.as_str(), "None" | "[]" | "{}")).collect()
}

/// Returns the field of the only machine, as Python writes it.
fn field(facts: &Json, name: &str) -> String {
    let hosts = hosts(facts);
    assert_eq!(hosts.len(), 1);
    hosts[0].field(name).unwrap().repr()
}

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-00000000c0de";

#[test]
fn a_virtual_machine_tells_all_that_is_known() {
    let mut facts = case("one of everything");
    facts[0][1]["zones"] = json!(["2"]);
    facts[0][1]["location"] = json!("West Europe");
    let subnet =
        format!("{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Network/VirtualNetworks/net/subnets/a");
    let configurations = &mut facts[2][1]["properties"]["ipConfigurations"];
    configurations[0]["properties"]["subnet"]["id"] = json!(subnet);
    let v6 = json!({"properties": {"privateIPAddress": "fd00::4"}});
    configurations.as_array_mut().unwrap().push(v6);
    facts[2][1]["properties"]["dnsSettings"] = json!({"internalFqdn": "web.internal"});
    let id = format!("'{SUBSCRIPTION}/resourceGroups/rg-a/providers/Microsoft.Compute/virtualMachines/web'");
    let expected = [
        ("provider", "'azure'"),
        ("account", "'00000000-0000-0000-0000-00000000c0de'"),
        ("region", "'westeurope'"),
        ("zone", "'westeurope-2'"),
        ("id", &id),
        ("name", "'web'"),
        ("type", "'Standard_B2s'"),
        ("image", "'Canonical:ubuntu:22:latest'"),
        ("os", "'linux'"),
        ("state", "'running'"),
        ("private_ips", "['10.0.0.4']"),
        ("public_ips", "['20.1.2.3']"),
        ("ipv6_ips", "['fd00::4']"),
        ("private_dns", "'web.internal'"),
        ("public_dns", "'web.example.com'"),
        ("network", "'net'"),
        ("subnet", "'a'"),
        ("security_groups", "['Sec-G']"),
        ("tags", "{'role': 'web'}"),
        ("lifecycle", "'on_demand'"),
        ("created_at", "'2023-07-21T09:30:30Z'"),
    ];
    assert_eq!(told(&hosts(&facts)[0]), expected.map(|(name, value)| (name, value.to_owned())));
}

#[test]
fn an_instance_of_a_scale_set_tells_its_size_and_priority_by_the_set() {
    let mut facts = case("an instance of a scale set");
    facts[1][1]["sku"] = json!({"name": "Standard_D2s_v5", "tier": "Standard"});
    facts[1][1]["zones"] = json!(["1"]);
    facts[0][1]["properties"]["virtualMachineProfile"] = json!({"priority": "Spot"});
    let id = format!(
        "'{SUBSCRIPTION}/resourceGroups/RG-Sets/providers/Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/0'"
    );
    for (name, expected) in [
        ("id", id.as_str()),
        ("name", "'set_0'"),
        ("type", "'Standard_D2s_v5'"),
        ("zone", "'westeurope-1'"),
        ("lifecycle", "'spot'"),
        ("scale_group", "'set'"),
        ("private_ips", "['10.9.0.1']"),
        ("public_ips", "['20.5.5.5']"),
        ("security_groups", "[]"),
    ] {
        assert_eq!(field(&facts, name), expected, "{name}");
    }
}

#[test]
fn machines_that_azure_does_not_run_tell_what_they_have() {
    let arc = hosts(&case("machines of Arc"));
    let id =
        format!("'{SUBSCRIPTION}/resourceGroups/RG-Arc/providers/Microsoft.HybridCompute/machines/arc-vm'");
    let expected = [
        ("provider", "'azure'"),
        ("account", "'00000000-0000-0000-0000-00000000c0de'"),
        ("region", "'uksouth'"),
        ("id", &id),
        ("name", "'arc-vm'"),
        ("os", "'linux'"),
        ("state", "'running'"),
        ("private_ips", "['10.1.1.1']"),
        ("public_ips", "['8.8.4.4']"),
        ("tags", "{'x': 'y'}"),
    ];
    assert_eq!(told(&arc[0]), expected.map(|(name, value)| (name, value.to_owned())));
    assert_eq!(arc[0].security_groups, None);
    let states: Vec<_> = arc.iter().map(|host| host.state.as_deref()).collect();
    assert_eq!(states, [Some("running"), Some("disconnected"), None]);

    let mut facts = case("a machine of Azure Stack HCI");
    facts[2][1]["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] = json!(format!(
        "{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.AzureStackHCI/logicalnetworks/lan"
    ));
    for (name, expected) in [
        ("name", "'hci-vm'"),
        ("region", "'eastus'"),
        ("type", "'Custom'"),
        ("image", "'/gallery/i'"),
        ("os", "'linux'"),
        ("state", "'running'"),
        ("private_ips", "['192.168.1.5']"),
        ("network", "'lan'"),
        ("subnet", "None"),
        ("tags", "{'a': 'b'}"),
        ("lifecycle", "None"),
        ("created_at", "'2024-02-02T00:00:00Z'"),
    ] {
        assert_eq!(field(&facts, name), expected, "{name}");
    }
}

#[test]
fn states_are_those_of_all_clouds() {
    let table = [
        ("Succeeded", Some("PowerState/running"), Some("running")),
        ("Succeeded", Some("PowerState/starting"), Some("starting")),
        ("Succeeded", Some("PowerState/stopping"), Some("stopping")),
        ("Succeeded", Some("PowerState/deallocating"), Some("stopping")),
        ("Succeeded", Some("PowerState/stopped"), Some("stopped")),
        ("Succeeded", Some("PowerState/deallocated"), Some("stopped")),
        ("Succeeded", Some("PowerState/Novel"), Some("novel")),
        ("Succeeded", Some("PowerState/unknown"), None),
        ("Succeeded", None, None),
        ("Creating", None, Some("starting")),
        ("Creating", Some("PowerState/running"), Some("running")),
        ("Deleting", Some("PowerState/running"), Some("terminated")),
    ];
    for (provisioning, power, expected) in table {
        let mut facts = case("one of everything");
        facts[0][1]["properties"]["provisioningState"] = json!(provisioning);
        let statuses: Vec<Json> = power.iter().map(|code| json!({"code": code})).collect();
        facts[1][1]["properties"]["instanceView"]["statuses"] = json!(statuses);
        assert_eq!(hosts(&facts)[0].state.as_deref(), expected, "{provisioning} {power:?}");
    }
}

#[test]
fn what_a_machine_has_instead_counts() {
    let set =
        format!("{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Compute/virtualMachineScaleSets/flex");
    let image = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/images/own";
    let storage = |reference: &Json| json!({"imageReference": reference, "osDisk": {"osType": "Windows"}});
    let table: [(&str, Json, &str, &str); 11] = [
        ("virtualMachineScaleSet", json!({"id": set}), "scale_group", "'flex'"),
        ("priority", json!("Spot"), "lifecycle", "'spot'"),
        ("priority", json!("Low"), "lifecycle", "'low'"),
        ("priority", json!("Regular"), "lifecycle", "'on_demand'"),
        ("osProfile", json!({"windowsConfiguration": {}}), "os", "'windows'"),
        ("osProfile", json!({}), "os", "'linux'"),
        ("storageProfile", storage(&json!({"id": image})), "image", &format!("'{image}'")),
        (
            "storageProfile",
            storage(&json!({"communityGalleryImageId": "/CommunityGalleries/g"})),
            "image",
            "'/CommunityGalleries/g'",
        ),
        ("storageProfile", storage(&json!({"publisher": "p", "offer": "o"})), "image", "None"),
        ("timeCreated", json!("2024-01-01T01:30:00.9+02:00"), "created_at", "'2023-12-31T23:30:00Z'"),
        ("timeCreated", json!("yesterday"), "created_at", "None"),
    ];
    for (key, value, name, expected) in table {
        let mut facts = case("one of everything");
        facts[0][1]["properties"][key] = value.clone();
        assert_eq!(field(&facts, name), expected, "{key}: {value}");
    }
}

#[test]
fn a_name_of_another_address_is_not_that_of_the_first() {
    let facts = case("several interfaces and configurations, in their order");
    let machine = &machines(facts_of(&facts), false, &mut Oddities::default())[0];
    let names = texts(&machine.variables, "public_dns_hostnames").len();
    let addresses = machine.variables.get("public_ip_address").and_then(Value::as_items).unwrap().len();
    assert!((1..addresses).contains(&names), "{names} of {addresses}");
    assert_eq!(field(&facts, "public_dns"), "None");
    let mut facts = case("one of everything");
    facts[3][1]["properties"]["dnsSettings"] = json!({});
    assert_eq!(field(&facts, "public_dns"), "None");
}

#[test]
fn nonsense_gives_none() {
    for nonsense in [json!(null), json!(7), json!("x"), json!([[1]]), json!([{}]), json!({"id": 1})] {
        for (fact, key) in [
            (0, "zones"),
            (0, "location"),
            (0, "tags"),
            (0, "properties"),
            (0, "name"),
            (2, "properties"),
            (3, "properties"),
        ] {
            let mut facts = case("one of everything");
            facts[fact][1][key] = nonsense.clone();
            let host = &hosts(&facts)[0];
            assert_eq!(host.provider, "azure");
            assert!(host.zone.is_none(), "{key}: {nonsense}");
        }
    }
}
