//! Machines of Arc (Microsoft.HybridCompute) and virtual machines on Azure Stack HCI (Microsoft.AzureStackHCI).

use serde_json::{Value, json};

use super::clock;
use super::compute::put;
use super::host::{Host, Interface, Kind, uuid};
use crate::simulator::merge::merge;

/// Returns a machine of Arc.
pub(super) fn machine(host: &Host) -> Value {
    let id = host.id();
    let (system, sku, version) = if host.is_windows {
        ("windows", "Windows Server 2022 Datacenter", "10.0.20348.2227")
    } else {
        ("linux", "Ubuntu 22.04.4 LTS", "5.15.0-101-generic")
    };
    let status = if host.power == "running" { "Connected" } else { "Disconnected" };
    let properties = json!({
        "provisioningState": host.provisioning, "status": status, "vmId": uuid(&id), "vmUuid": uuid(&format!("bios of {id}")),
        "displayName": host.name, "machineFqdn": format!("{}.example.com", host.name.to_lowercase()),
        "osName": system, "osType": system, "osSku": sku, "osVersion": version, "agentVersion": "1.40.02664.1629",
        "lastStatusChange": clock::rfc3339(host.created), "extensions": [],
        "osProfile": {"computerName": host.name},
        "networkProfile": {"networkInterfaces": host.interfaces.iter().map(interface).collect::<Vec<_>>()},
    });
    let mut value = json!({
        "name": host.name, "id": id, "type": "Microsoft.HybridCompute/machines", "location": host.location,
        "identity": {"type": "SystemAssigned", "principalId": uuid(&format!("principal of {id}")),
            "tenantId": super::directory::TENANT},
        "properties": properties,
    });
    if let Some(tags) = &host.tags {
        put(&mut value, "tags", tags.clone());
    }
    if host.kind == Kind::Stack {
        put(&mut value, "kind", json!("HCI"));
    }
    merge(&mut value, &host.extra);
    value
}

/// Returns an interface as the machine itself sees it: a public address that leads to it from elsewhere is not among its own.
fn interface(interface: &Interface) -> Value {
    let addresses: Vec<_> = interface
        .configurations
        .iter()
        .filter_map(|configuration| {
            let (version, subnet) =
                if configuration.is_version_6 { ("IPv6", "fd00::/64") } else { ("IPv4", "10.0.0.0/8") };
            let address = configuration.address.as_ref()?;
            Some(
                json!({"address": address, "ipAddressVersion": version, "subnet": {"addressPrefix": subnet}}),
            )
        })
        .collect();
    json!({"name": interface.name, "macAddress": interface.mac, "ipAddresses": addresses})
}

/// Returns the virtual machine on Azure Stack HCI that belongs to a machine of Arc.
pub(super) fn instance(host: &Host) -> Value {
    let scope = host.scope();
    let references: Vec<_> =
        host.interfaces.iter().map(|interface| json!({"id": stack_interface_id(host, interface)})).collect();
    let power = if host.power == "running" { "Running" } else { "Stopped" };
    json!({
        "name": "default", "id": format!("{}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default", host.id()),
        "type": "microsoft.azurestackhci/virtualmachineinstances",
        "extendedLocation": {"type": "CustomLocation",
            "name": format!("{scope}/providers/Microsoft.ExtendedLocation/customLocations/datacenter")},
        "systemData": {"createdAt": clock::precise(host.created, 0), "createdByType": "Application"},
        "properties": {
            "vmId": uuid(&format!("instance of {}", host.id())), "provisioningState": host.provisioning,
            "status": {"powerState": power}, "resourceUid": uuid(&format!("resource of {}", host.id())),
            "hardwareProfile": {"vmSize": "Custom", "processors": 4, "memoryMB": 8192},
            "osProfile": {"computerName": host.name, "adminUsername": "azureuser"},
            "networkProfile": {"networkInterfaces": references},
            "storageProfile": {
                "vmConfigStoragePathId": format!("{scope}/providers/Microsoft.AzureStackHCI/storageContainers/store"),
                "osDisk": {"osType": if host.is_windows { "Windows" } else { "Linux" }},
                "dataDisks": (0..host.data_disks)
                    .map(|disk| json!({"id": format!(
                        "{scope}/providers/Microsoft.AzureStackHCI/virtualHardDisks/{}-data{disk}", host.name)}))
                    .collect::<Vec<_>>(),
            },
        },
    })
}

/// Returns the id of an interface on Azure Stack HCI.
pub(super) fn stack_interface_id(host: &Host, interface: &Interface) -> String {
    format!("{}/providers/Microsoft.AzureStackHCI/networkInterfaces/{}", host.scope(), interface.name)
}

/// Returns an interface on Azure Stack HCI.
pub(super) fn stack_interface(host: &Host, interface: &Interface) -> Value {
    let configurations: Vec<_> = interface
        .configurations
        .iter()
        .map(|configuration| {
            let mut properties = json!({"subnet": {"id": format!(
                "{}/providers/Microsoft.AzureStackHCI/logicalNetworks/{}", host.scope(), configuration.subnet)}});
            if let Some(address) = &configuration.address {
                put(&mut properties, "privateIPAddress", json!(address));
            }
            json!({"name": configuration.name, "properties": properties})
        })
        .collect();
    json!({
        "name": interface.name, "id": stack_interface_id(host, interface),
        "type": "microsoft.azurestackhci/networkinterfaces", "location": host.location,
        "properties": {"provisioningState": "Succeeded", "macAddress": interface.mac,
            "ipConfigurations": configurations},
    })
}
