//! Virtual machines, instances of scale sets, and their state, as Microsoft.Compute writes them.

use serde_json::{Map, Value, json};

use super::clock;
use super::host::{Host, Interface, Kind, uuid};
use crate::simulator::merge::merge;

/// Returns a virtual machine or an instance of a scale set as the lists have it.
pub(super) fn machine(host: &Host) -> Value {
    let mut value = match &host.kind {
        Kind::Uniform { set, instance } => instance_head(host, set, instance),
        _ => json!({
            "name": host.name, "id": host.listed_id(), "type": "Microsoft.Compute/virtualMachines",
            "location": host.location,
        }),
    };
    let mut properties = properties(host);
    match &host.kind {
        Kind::Flexible { set } => {
            put(&mut properties, "virtualMachineScaleSet", json!({"id": host.set_id(set)}));
        }
        Kind::Uniform { .. } => {
            put(&mut properties, "latestModelApplied", json!(true));
            put(&mut properties, "modelDefinitionApplied", json!("VirtualMachineScaleSet"));
            put(
                &mut properties,
                "networkProfileConfiguration",
                json!({"networkInterfaceConfigurations": []}),
            );
        }
        _ => {}
    }
    put_optional(&mut value, "tags", host.tags.clone());
    put_optional(&mut value, "plan", host.plan.clone());
    if !host.zones.is_empty() {
        put(&mut value, "zones", json!(host.zones));
    }
    put(&mut value, "properties", properties);
    merge(&mut value, &host.extra);
    value
}

/// Returns a virtual machine as the list of run-time states (`statusOnly=true`) has it.
pub(super) fn status(host: &Host) -> Value {
    json!({
        "name": host.name, "id": host.id(), "type": "Microsoft.Compute/virtualMachines", "location": host.location,
        "properties": {
            "vmId": uuid(&host.id()), "hardwareProfile": {"vmSize": host.size},
            "provisioningState": host.provisioning, "instanceView": view(host),
        },
    })
}

/// Returns a machine as it is got by itself, with its instance view where it was asked for.
pub(super) fn expanded(host: &Host, with_view: bool) -> Value {
    let mut value = machine(host);
    if with_view {
        merge(&mut value, &json!({"properties": {"instanceView": view(host)}}));
    }
    value
}

/// Returns the instance view of a machine.
pub(super) fn view(host: &Host) -> Value {
    let provisioning = host.provisioning.to_lowercase();
    let statuses = json!([
        {"code": format!("ProvisioningState/{provisioning}"), "level": "Info",
         "displayStatus": format!("Provisioning {provisioning}"), "time": clock::precise(host.created, 0)},
        {"code": format!("PowerState/{}", host.power), "level": "Info", "displayStatus": format!("VM {}", host.power)},
    ]);
    let disk = json!({"name": disk_name(host), "statuses": [
        {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Provisioning succeeded",
         "time": clock::precise(host.created, 0)}]});
    let mut view = Map::new();
    if let Kind::Uniform { set, .. } = &host.kind {
        view.insert("placementGroupId".to_owned(), json!(uuid(&format!("group of {set}"))));
    }
    // A machine whose agent does not report has no names of its system.
    if host.power == "running" && host.has_os_profile {
        let (name, version) = if host.is_windows {
            ("Windows Server 2022 Datacenter", "10.0.20348.2227")
        } else {
            ("ubuntu", "22.04")
        };
        view.insert("computerName".to_owned(), json!(computer_name(host)));
        view.insert("osName".to_owned(), json!(name));
        view.insert("osVersion".to_owned(), json!(version));
        view.insert("vmAgent".to_owned(), agent(host));
    }
    view.insert("disks".to_owned(), json!([disk]));
    view.insert("hyperVGeneration".to_owned(), json!(if host.is_windows { "V1" } else { "V2" }));
    view.insert("statuses".to_owned(), statuses);
    Value::Object(view)
}

/// Returns a scale set as the lists have it.
pub(super) fn scale_set(member: &Host, set: &str, capacity: usize) -> Value {
    let mode = if matches!(member.kind, Kind::Uniform { .. }) { "Uniform" } else { "Flexible" };
    let id = member.set_id(set);
    let mut value = json!({
        "name": set, "id": id, "type": "Microsoft.Compute/virtualMachineScaleSets", "location": member.location,
        "sku": {"name": member.size, "tier": "Standard", "capacity": capacity},
    });
    put_optional(&mut value, "tags", member.tags.clone());
    let properties = json!({
        "singlePlacementGroup": false, "orchestrationMode": mode, "provisioningState": "Succeeded",
        "platformFaultDomainCount": 1, "uniqueId": uuid(&id), "timeCreated": clock::precise(member.created, 0),
    });
    put(&mut value, "properties", properties);
    value
}

fn instance_head(host: &Host, set: &str, instance: &str) -> Value {
    json!({
        "name": format!("{set}_{instance}"), "id": host.listed_id(), "instanceId": instance,
        "type": "Microsoft.Compute/virtualMachineScaleSets/virtualMachines", "location": host.location,
        "sku": {"name": host.size, "tier": "Standard"},
    })
}

fn properties(host: &Host) -> Value {
    let size = match host.kind {
        Kind::Uniform { .. } => json!({}),
        _ => json!({"vmSize": host.size}),
    };
    let mut properties = json!({
        "hardwareProfile": size,
        "provisioningState": host.provisioning,
        "vmId": uuid(&host.id()),
        "storageProfile": storage(host),
        "networkProfile": {"networkInterfaces": references(host)},
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": true}},
        "timeCreated": clock::precise(host.created, host.created.wrapping_mul(7_919)),
    });
    if host.has_os_profile {
        put(&mut properties, "osProfile", os_profile(host));
    }
    if host.is_spot {
        merge(
            &mut properties,
            &json!({"priority": "Spot", "evictionPolicy": "Deallocate", "billingProfile": {"maxPrice": -1.0}}),
        );
    }
    put_optional(&mut properties, "licenseType", host.license.clone().map(Value::String));
    properties
}

fn storage(host: &Host) -> Value {
    let disk = |name: &str| json!(format!("{}/providers/Microsoft.Compute/disks/{name}", host.scope()));
    let data: Vec<_> = (0..host.data_disks)
        .map(|lun| {
            let name = format!("{}-data{lun}", host.name);
            json!({"lun": lun, "name": name, "createOption": "Attach", "caching": "None", "toBeDetached": false,
                "managedDisk": {"storageAccountType": "Premium_LRS", "id": disk(&name)},
                "deleteOption": "Detach", "diskSizeGB": 64})
        })
        .collect();
    let name = disk_name(host);
    let (system, option) = (
        if host.is_windows { "Windows" } else { "Linux" },
        if host.has_os_profile { "FromImage" } else { "Attach" },
    );
    let mut storage = json!({
        "osDisk": {"osType": system, "name": name, "createOption": option, "caching": "ReadWrite",
            "managedDisk": {"storageAccountType": "Premium_LRS", "id": disk(&name)},
            "deleteOption": "Detach", "diskSizeGB": 30},
        "dataDisks": data,
        "diskControllerType": "SCSI",
    });
    if host.has_os_profile {
        put(&mut storage, "imageReference", host.image.clone());
    }
    storage
}

fn os_profile(host: &Host) -> Value {
    let mut profile = json!({
        "computerName": computer_name(host), "adminUsername": "azureuser", "secrets": [],
        "allowExtensionOperations": true, "requireGuestProvisionSignal": true,
    });
    let patches = json!({"patchMode": "AutomaticByPlatform", "assessmentMode": "ImageDefault"});
    if host.is_windows {
        let windows =
            json!({"provisionVMAgent": true, "enableAutomaticUpdates": true, "patchSettings": patches});
        put(&mut profile, "windowsConfiguration", windows);
    } else {
        let linux = json!({"disablePasswordAuthentication": true, "provisionVMAgent": true, "patchSettings": patches});
        put(&mut profile, "linuxConfiguration", linux);
    }
    profile
}

/// Returns the references to the interfaces; only several tell which is the primary one.
fn references(host: &Host) -> Vec<Value> {
    let one = |interface: &Interface| {
        let mut reference = json!({"id": host.interface_id(interface)});
        if host.interfaces.len() > 1 {
            let properties = json!({"primary": interface.is_primary, "deleteOption": "Detach"});
            put(&mut reference, "properties", properties);
        }
        reference
    };
    host.interfaces.iter().map(one).collect()
}

fn agent(host: &Host) -> Value {
    json!({"vmAgentVersion": "2.9.1.1", "extensionHandlers": [], "statuses": [
        {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Ready",
         "message": "Guest Agent is running", "time": clock::precise(host.created, 0)}]})
}

/// Returns the name that the system gave itself, which Windows limits to 15 letters.
fn computer_name(host: &Host) -> String {
    let limit = if host.is_windows { 15 } else { 63 };
    host.name.replace('_', "-").chars().take(limit).collect()
}

fn disk_name(host: &Host) -> String {
    format!("{}_OsDisk_1", host.name)
}

/// Sets a field of an object.
pub(super) fn put(value: &mut Value, name: &str, field: Value) {
    if let Value::Object(fields) = value {
        fields.insert(name.to_owned(), field);
    }
}

fn put_optional(value: &mut Value, name: &str, field: Option<Value>) {
    if let Some(field) = field {
        put(value, name, field);
    }
}
