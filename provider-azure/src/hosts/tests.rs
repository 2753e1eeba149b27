//! `testdata/hosts.jsonl` is what the classes of azure.azcollection 3.21.0 make of machines (`make_hosts.py`).

use serde_json::Value as Json;

use super::*;
use crate::testing::facts_of;

#[test]
fn variables_are_those_of_the_plugin() {
    let mut wrong = Vec::new();
    for line in include_str!("../../testdata/hosts.jsonl").lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let facts = facts_of(&row["facts"]);
        let is_plain = row["plain_names"].as_bool().unwrap();
        let made = machines(facts, is_plain, &mut Oddities::default());
        let expected: Vec<(String, String)> = row["hosts"].as_array().unwrap().iter().map(expected).collect();
        let made: Vec<(String, String)> = made
            .into_iter()
            .map(|machine| (machine.default_name.to_string(), sorted(&Value::Map(machine.variables)).repr()))
            .collect();
        if made != expected {
            wrong.push(format!("{}\n made {made:#?}\nexpected {expected:#?}", row["case"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn expected(host: &Json) -> (String, String) {
    let variables = Value::from(host[1].clone());
    (host[0].as_str().unwrap().to_owned(), sorted(&variables).repr())
}

/// Returns the variables by name: the order of variables means nothing, that of what is in them does.
fn sorted(variables: &Value) -> Value {
    let mut entries: Vec<_> = variables.as_map().unwrap().iter().collect();
    entries.sort_by_key(|(name, _)| name.as_str().unwrap());
    entries.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Map>().into()
}

/// Returns the machines and the warnings of facts as `[kind, record]`.
fn made(facts: &Json) -> (Vec<Machine>, Vec<String>) {
    let mut oddities = Oddities::default();
    let machines = machines(facts_of(facts), false, &mut oddities);
    (machines, oddities.into_notes().iter().map(ToString::to_string).collect())
}

fn web() -> Json {
    serde_json::json!({
        "id": "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/web",
        "name": "web", "location": "x", "type": "Microsoft.Compute/virtualMachines",
        "properties": {"vmId": "v", "provisioningState": "Succeeded", "osProfile": {},
            "instanceView": {"statuses": [{"code": "PowerState/running"}]}},
    })
}

#[test]
fn a_machine_that_comes_twice_is_one() {
    let mut again = web();
    again["id"] = web()["id"].as_str().unwrap().to_lowercase().into();
    let (machines, warnings) = made(&serde_json::json!([["vm", web()], ["vm", again]]));
    assert_eq!(machines.len(), 1);
    assert_eq!(machines[0].variables.get("id").unwrap().as_str(), web()["id"].as_str());
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn what_a_machine_lacks_costs_a_warning() {
    let cut = |path: &[&str]| {
        let mut machine = web();
        let (last, parents) = path.split_last().unwrap();
        let parent = parents.iter().fold(&mut machine, |json, key| &mut json[*key]);
        parent.as_object_mut().unwrap().remove(*last);
        machine
    };
    let rows: [(&[&str], &str, &str, &[&str]); 6] = [
        (&["properties", "vmId"], "vmid", "None", &["have no `properties.vmId`"]),
        (
            &["properties", "provisioningState"],
            "provisioning_state",
            "'unknown'",
            &["have no `properties.provisioningState`"],
        ),
        (
            &["properties", "instanceView"],
            "powerstate",
            "'unknown'",
            &["have no known power state, and count as `unknown`"],
        ),
        (&["location"], "location", "None", &["are not as Azure's API promises (missing field `location`)"]),
        (&["type"], "resource_type", "'unknown'", &["have no `type`"]),
        (
            &["properties"],
            "os_profile",
            "{'system': 'unknown'}",
            &[
                "have no `properties.provisioningState`",
                "have no `properties.vmId`",
                "have no known power state, and count as `unknown`",
            ],
        ),
    ];
    for (path, variable, value, oddities) in rows {
        let (machines, warnings) = made(&serde_json::json!([["vm", cut(path)]]));
        assert_eq!(machines[0].variables.get(variable).unwrap().repr(), value, "{path:?}");
        let name = &machines[0].default_name;
        let expected: Vec<String> =
            oddities.iter().map(|oddity| format!("1 machines {oddity}: {name}")).collect();
        assert_eq!(warnings, expected, "{path:?}");
    }
    let null = Json::Null;
    for (member, value, oddity) in [
        ("osProfile", null.clone(), "have no `properties.osProfile`"),
        ("storageProfile", serde_json::json!({}), "have no `properties.storageProfile.osDisk`"),
        ("storageProfile", serde_json::json!({"osDisk": null}), "have no `properties.storageProfile.osDisk`"),
    ] {
        let mut machine = web();
        machine["properties"][member] = value;
        let (machines, warnings) = made(&serde_json::json!([["vm", machine]]));
        assert_eq!(warnings, [format!("1 machines {oddity}: {}", machines[0].default_name)], "{member}");
    }
    let mut machine = cut(&["properties", "osProfile"]);
    machine["properties"]["storageProfile"] = null;
    let (machines, warnings) = made(&serde_json::json!([["vm", machine]]));
    let name = &machines[0].default_name;
    assert_eq!(warnings, [format!("1 machines have no `properties.storageProfile`: {name}")]);
    let (machines, warnings) = made(&serde_json::json!([["vm", {"name": "x"}]]));
    assert!(machines.is_empty());
    assert_eq!(warnings, ["1 machines have no `id`, and are left out: ?"]);
}

#[test]
fn odd_machines_of_arc_and_azure_stack_hci_are_hosts() {
    let id = "/subscriptions/s/resourceGroups/r/providers/Microsoft.HybridCompute/machines/m";
    let arc = serde_json::json!({"id": id, "name": "m", "location": "x", "type": "Microsoft.HybridCompute/machines",
        "properties": {"vmId": "1", "provisioningState": "Succeeded", "status": "Connected", "networkProfile":
            {"networkInterfaces": [{"ipAddresses": [{"address": "none", "ipAddressVersion": "IPv4"}]}]}}});
    let (machines, _) = made(&serde_json::json!([["arc_machine", arc]]));
    assert_eq!(machines[0].variables.get("private_ipv4_addresses").unwrap().repr(), "['none']");
    let instance = serde_json::json!({"id": format!("{id}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default"),
        "name": "default", "type": "microsoft.azurestackhci/virtualmachineinstances",
        "properties": {"storageProfile": {"vmConfigStoragePathId": "/p", "dataDisks": []}}});
    let (machines, warnings) = made(&serde_json::json!([["hci_machine", arc], ["hci_instance", instance]]));
    let disk = machines[0].variables.get("os_disk").unwrap().repr();
    assert_eq!(disk, "{'name': None, 'operating_system_type': None, 'id': '/p'}");
    assert!(
        warnings.iter().any(|warning| warning.contains("have no `properties.storageProfile.osDisk`")),
        "{warnings:?}"
    );
}

#[test]
fn nonsense_in_a_machine_costs_no_other() {
    for nonsense in ["null", "7", "\"x\"", "[1]", "{}"] {
        let nonsense: Json = serde_json::from_str(nonsense).unwrap();
        for path in
            ["osProfile", "storageProfile", "networkProfile", "hardwareProfile", "instanceView", "vmId"]
        {
            let mut odd = web();
            odd["properties"][path] = nonsense.clone();
            odd["id"] = "/subscriptions/s/odd".into();
            let (machines, _) = made(&serde_json::json!([["vm", odd], ["vm", web()]]));
            assert_eq!(machines.len(), 2, "{path}: {nonsense}");
        }
    }
}

#[test]
fn the_model_names_what_is_odd() {
    let mut odd = web();
    odd["properties"]["storageProfile"] = serde_json::json!({"osDisk": {"osType": "linux"}});
    let (machines, warnings) = made(&serde_json::json!([["vm", odd]]));
    assert_eq!(machines.len(), 1);
    assert!(warnings[0].contains("in `properties.storageProfile.osDisk"), "{warnings:?}");
}

#[test]
fn missing_interfaces_and_addresses_are_told() {
    let mut machine = web();
    machine["properties"]["networkProfile"] =
        serde_json::json!({"networkInterfaces": [{"id": "/n1"}, {"id": "/n2"}]});
    let interface = serde_json::json!({"id": "/N1", "name": "n1", "properties": {"ipConfigurations": [
        {"properties": {"privateIPAddress": "10.0.0.1", "publicIPAddress": {"id": "/p"}}}]}});
    let (machines, warnings) = made(&serde_json::json!([["vm", machine], ["network_interface", interface]]));
    assert_eq!(machines[0].variables.get("private_ipv4_addresses").unwrap().repr(), "['10.0.0.1']");
    let name = &machines[0].default_name;
    assert_eq!(
        warnings,
        [
            format!("1 machines refer to a network interface that Azure does not list: {name}"),
            format!("1 machines refer to a public address that Azure does not list: {name}"),
        ]
    );
}
