//! The variables of a virtual machine of Azure, be it one of its own, an instance of a scale set or on Azure Stack HCI.

use inventory_core::value::{Map, Text, Value};

use super::network::{Lists, Network};
use super::{Identity, disks, power, system};
use inventory_core::discovery::Oddities;
use inventory_core::value::record;

/// The type of machines of Azure Stack HCI, in small letters.
const HCI_TYPE: &str = "microsoft.azurestackhci/virtualmachineinstances";

/// The types of machines that have network interfaces, in small letters.
const TYPES: [&str; 3] = [
    "microsoft.compute/virtualmachines",
    "microsoft.compute/virtualmachinescalesets/virtualmachines",
    HCI_TYPE,
];

/// What is known of a machine besides its own record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context<'a> {
    /// Its instance view.
    pub(super) view: Option<&'a Map>,
    /// The Uniform scale set that it is an instance of.
    pub(super) scale_set: Option<&'a Map>,
    /// The machine of Azure Arc that a machine of Azure Stack HCI is.
    pub(super) arc: Option<&'a Map>,
}

/// Returns the variables, in the order of the plugin.
pub(super) fn variables(
    machine: &Map,
    identity: &Identity,
    context: Context<'_>,
    network: &Network,
    oddities: &mut Oddities,
) -> Map {
    let is_hci = context.arc.is_some();
    let kind = record::lower(machine, &["type"]);
    let has_network = kind.as_ref().is_none_or(|kind| TYPES.contains(&kind.as_str()));
    let lists =
        if has_network { network.lists(machine, &identity.default_name, oddities) } else { Lists::default() };
    let mut variables = Map::with_capacity(40);
    push_lists(&mut variables, lists);
    push_identity(&mut variables, machine, identity, context, oddities);
    note_absent(machine, identity, is_hci, oddities);
    push_properties(&mut variables, machine, context);
    push_view(&mut variables, context.view);
    if kind.as_deref() == Some(HCI_TYPE) {
        let location = record::text(machine, &["extendedLocation", "name"]).unwrap_or_default();
        variables.push("customLocation", location.rsplit('/').next());
        variables.push(
            "virtual_machine_memoryMB",
            record::value(machine, &["properties", "hardwareProfile", "memoryMB"]),
        );
        variables.push(
            "virtual_machine_processors",
            record::value(machine, &["properties", "hardwareProfile", "processors"]),
        );
    }
    variables.push("image", system::image(machine));
    variables.push("os_disk", disks::os_disk(machine, is_hci));
    variables.push("data_disks", disks::data_disks(machine, is_hci));
    variables
}

fn push_lists(variables: &mut Map, lists: Lists) {
    for (key, values) in [
        ("network_interface", lists.interface),
        ("network_interface_properties", lists.interface_properties),
        ("mac_address", lists.mac_address),
        ("network_interface_id", lists.interface_id),
        ("security_group_id", lists.security_group_id),
        ("security_group", lists.security_group),
        ("public_ip_address", lists.public_ip_address),
        ("public_ipv4_address", lists.public_ipv4_address),
        ("public_dns_hostnames", lists.public_dns_hostnames),
        ("private_ipv4_addresses", lists.private_ipv4_addresses),
        ("subnet", lists.subnet),
    ] {
        variables.push(key, values);
    }
}

fn push_identity(
    variables: &mut Map,
    machine: &Map,
    identity: &Identity,
    context: Context<'_>,
    oddities: &mut Oddities,
) {
    // A machine of Azure Stack HCI is called, placed and tagged as the machine of Arc that it is.
    let named = context.arc.unwrap_or(machine);
    let mut required = |path: &[&str]| {
        let value = record::value(machine, path);
        if let Value::Null = value {
            oddities.note(&format!("have no `{}`", path.join(".")), &identity.default_name);
        }
        value
    };
    let vmid = required(&["properties", "vmId"]);
    let provisioning = required(&["properties", "provisioningState"]);
    let location = record::value(named, &["location"]);
    // The models of the other kinds tell it of these.
    if matches!(location, Value::Null) && context.arc.is_some() {
        oddities.note("have no `location`", &identity.default_name);
    }
    let provisioning = provisioning.as_str().map_or_else(|| "unknown".to_owned(), str::to_lowercase);
    let power = power_state(machine, context);
    if power.is_none() {
        oddities.note("have no known power state, and count as `unknown`", &identity.default_name);
    }
    let computer_name = context.view.and_then(|view| view.get("computerName")).filter(|name| name.is_true());
    let computer_name = computer_name.cloned();
    variables.push("id", record::value(machine, &["id"]));
    variables.push("location", location);
    variables.push("name", identity.name.clone());
    variables.push(
        "computer_name",
        computer_name.unwrap_or_else(|| record::value(machine, &["properties", "osProfile", "computerName"])),
    );
    variables.push("availability_zone", record::value(machine, &["zones"]));
    variables.push("powerstate", power.unwrap_or_else(|| "unknown".into()));
    variables.push("provisioning_state", provisioning);
    variables.push("tags", named.get("tags").cloned().unwrap_or_else(|| Map::new().into()));
    variables.push("resource_type", machine.get("type").cloned().unwrap_or_else(|| "unknown".into()));
    variables.push("vmid", vmid);
    variables.push("resource_group", identity.resource_group.clone());
    variables.push("default_inventory_hostname", identity.default_name.clone());
}

/// Notes the members without which the plugin fails, and that the models let pass or need not get to.
fn note_absent(machine: &Map, identity: &Identity, is_hci: bool, oddities: &mut Oddities) {
    let mut absent = |path: &str| oddities.note(&format!("have no `{path}`"), &identity.default_name);
    if record::member(machine, &["type"]).is_none_or(|kind| matches!(kind, Value::Null)) {
        absent("type");
    }
    let Some(properties) = record::object(machine, &["properties"]) else { return };
    let storage = record::object(properties, &["storageProfile"]);
    match properties.get("osProfile") {
        Some(Value::Null) => absent("properties.osProfile"),
        // A machine made of a disk that was there before has no profile; then the disk tells the system.
        None if storage.is_none() && !is_hci => absent("properties.storageProfile"),
        _ => {}
    }
    if storage.is_some_and(|storage| record::object(storage, &["osDisk"]).is_none()) {
        absent("properties.storageProfile.osDisk");
    }
}

fn push_properties(variables: &mut Map, machine: &Map, context: Context<'_>) {
    let mut os_profile = Map::with_capacity(1);
    os_profile.push("system", system::system(machine, context.arc));
    variables.push("os_profile", os_profile);
    let mut scale_set = Map::new();
    if let Some(set) = context.scale_set {
        scale_set.push("id", record::value(set, &["id"]));
        scale_set.push("name", record::value(set, &["name"]));
    }
    variables.push("vmss", scale_set);
    variables
        .push("virtual_machine_size", record::value(machine, &["properties", "hardwareProfile", "vmSize"]));
    variables.push("plan", record::value(machine, &["properties", "plan", "name"]));
    let created = record::member(machine, &["systemData", "createdAt"]).filter(|time| time.is_true());
    variables.push(
        "creation_time",
        created.cloned().unwrap_or_else(|| record::value(machine, &["properties", "timeCreated"])),
    );
    let properties = record::object(machine, &["properties"]);
    let license = properties.and_then(|properties| properties.get("licenseType")).cloned();
    variables.push("license_type", license.unwrap_or_else(|| "Unknown".into()));
}

fn push_view(variables: &mut Map, view: Option<&Map>) {
    let Some(view) = view else { return };
    for (key, source) in
        [("os_name", "osName"), ("os_version", "osVersion"), ("hyper_v_generation", "hyperVGeneration")]
    {
        if let Some(value) = view.get(source).filter(|value| value.is_true()) {
            variables.push(key, value.clone());
        }
    }
}

fn power_state(machine: &Map, context: Context<'_>) -> Option<Text> {
    match context.arc {
        Some(_) => record::lower(machine, &["properties", "status", "powerState"]),
        None => context.view.and_then(power::power_state),
    }
}
