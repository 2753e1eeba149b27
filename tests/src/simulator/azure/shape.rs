//! How a machine of no cloud in particular becomes one of Azure.

use serde_json::{Value, json};

use super::host::{Configuration, Host, Interface, Kind, PublicAddress};
use crate::simulator::fleet::{self, Draw, Geography, Machine, Size, State, System};

/// What Azure decides about a machine that the fleet leaves open.
const SEED: u64 = 0x00A2_0E01;

/// Returns ids of subscriptions that a seed decides, and names of regions.
pub fn geography(seed: u64, subscriptions: usize, regions: usize) -> Geography {
    let subscription = |place| super::host::uuid(&format!("subscription {place} of {seed}"));
    let names = ["westeurope", "eastus", "japaneast", "australiaeast", "brazilsouth"];
    Geography {
        accounts: (0..subscriptions).map(subscription).collect(),
        regions: names.iter().take(regions).map(|&name| name.to_owned()).collect(),
    }
}

/// Returns the machine as Azure has it.
///
/// The field `extra` of a description may hold `kind` (`uniform`, `flexible`, `arc`, `stack`), `power`, `provisioning`,
/// `license`, `image`, `plan`, `zones`, `tags`, `data_disks`, `os_profile`, `unallocated` (the public addresses are not
/// allocated yet), and `resource`, which is merged into the resource's JSON.
pub(super) fn shape(machine: &Machine) -> Host {
    let mut draw = Draw::new(SEED, machine.index);
    let extra = &machine.extra;
    let is_described = !extra.is_null();
    let chance = |draw: &mut Draw, share| draw.happens(share) && !is_described;
    let (power, provisioning) = state_of(machine, &mut draw);
    let is_windows = machine.system.is_windows();
    let by_id = chance(&mut draw, 150);
    let has_plan = chance(&mut draw, 60);
    let has_os_profile = !chance(&mut draw, 40);
    let data_disks = if is_described { 0 } else { draw.below(4) };
    let is_zonal = !machine.index.is_multiple_of(3);
    let image = if by_id { gallery_image(machine) } else { market_image(machine.system) };
    let text = |name: &str| extra.get(name).and_then(Value::as_str).map(str::to_owned);
    Host {
        kind: kind_of(machine),
        subscription: machine.account.clone(),
        group: machine.group.clone(),
        name: machine.name.clone(),
        location: machine.region.clone(),
        tags: extra.get("tags").cloned().or_else(|| tags_of(machine)),
        power: text("power").unwrap_or(power),
        provisioning: text("provisioning").unwrap_or(provisioning),
        is_windows,
        size: machine.machine_type.clone().unwrap_or_else(|| size_of(machine.size).to_owned()),
        zones: zones_of(machine, is_zonal),
        image: extra.get("image").cloned().unwrap_or(image),
        plan: extra.get("plan").cloned().or_else(|| has_plan.then(plan)),
        license: text("license").or_else(|| license_of(machine, &mut draw)),
        is_spot: machine.is_spot,
        has_os_profile: extra.get("os_profile").and_then(Value::as_bool).unwrap_or(has_os_profile),
        data_disks: number(extra, "data_disks").unwrap_or(data_disks),
        created: machine.launched,
        interfaces: interfaces_of(machine, &mut draw),
        extra: extra.get("resource").cloned().unwrap_or_default(),
    }
}

/// Returns what a machine becomes, and its scale set's name: a scale set is in one group and one region.
pub(super) fn kind_of(machine: &Machine) -> Kind {
    let instance = machine.index.to_string();
    let set = machine.set.as_ref().map(|set| format!("{set}-{}", machine.region));
    let kind = machine.extra.get("kind").and_then(Value::as_str);
    match (kind, set) {
        (Some("arc"), _) => Kind::Arc,
        (Some("stack"), _) => Kind::Stack,
        (Some("flexible"), Some(set)) => Kind::Flexible { set },
        (_, Some(set)) if machine.extra.is_null() && is_flexible(machine) => Kind::Flexible { set },
        (_, Some(set)) => Kind::Uniform { set, instance },
        (None, None) if machine.extra.is_null() && machine.index % 40 == 17 => Kind::Arc,
        (None, None) if machine.extra.is_null() && machine.index % 80 == 35 => Kind::Stack,
        _ => Kind::Single,
    }
}

/// Returns whether the set of a machine that a seed made is of the flexible kind: those of half of the groups are.
fn is_flexible(machine: &Machine) -> bool {
    machine.group.bytes().fold(0_u8, u8::wrapping_add).is_multiple_of(2)
}

fn state_of(machine: &Machine, draw: &mut Draw) -> (String, String) {
    let stopped = if draw.happens(300) { "stopped" } else { "deallocated" };
    let done = if draw.happens(15) && machine.extra.is_null() { "Failed" } else { "Succeeded" };
    let (power, provisioning) = match machine.state {
        State::Starting => ("starting", "Updating"),
        State::Running => ("running", done),
        State::Stopping => ("stopping", "Succeeded"),
        State::Stopped => (stopped, "Succeeded"),
        State::Terminated => ("deallocating", "Deleting"),
    };
    (power.to_owned(), provisioning.to_owned())
}

fn tags_of(machine: &Machine) -> Option<Value> {
    match &machine.tags {
        Some(tags) => Some(tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect()),
        // Some resources have no field for tags, in some it is null.
        None => (machine.index % 2 == 1).then_some(Value::Null),
    }
}

fn zones_of(machine: &Machine, is_zonal: bool) -> Vec<String> {
    if let Some(zones) = machine.extra.get("zones").and_then(Value::as_array) {
        return zones.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    if is_zonal { vec![(machine.zone + 1).to_string()] } else { Vec::new() }
}

fn size_of(size: Size) -> &'static str {
    match size {
        Size::Small => "Standard_B1s",
        Size::Medium => "Standard_D2s_v5",
        Size::Large => "Standard_D8s_v5",
        Size::Huge => "Standard_E32ds_v5",
    }
}

fn market_image(system: System) -> Value {
    let (publisher, offer, sku, exact) = match system {
        System::Debian => ("Debian", "debian-12", "12-gen2", "0.20240507.1740"),
        System::Ubuntu => ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2", "22.04.202404160"),
        System::RedHat => ("RedHat", "RHEL", "9-lvm-gen2", "9.3.2024031411"),
        System::Windows => {
            ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition", "20348.2402.240405")
        }
    };
    json!({"publisher": publisher, "offer": offer, "sku": sku, "version": "latest", "exactVersion": exact})
}

fn gallery_image(machine: &Machine) -> Value {
    let scope = format!("/subscriptions/{}/resourceGroups/images", machine.account);
    let gallery =
        format!("{scope}/providers/Microsoft.Compute/galleries/base/images/{}", machine.role.word());
    json!({"id": format!("{gallery}/versions/1.0.{}", machine.index % 10), "exactVersion": format!("1.0.{}", machine.index % 10)})
}

fn plan() -> Value {
    json!({"name": "byol", "publisher": "example", "product": "appliance"})
}

fn license_of(machine: &Machine, draw: &mut Draw) -> Option<String> {
    let license = match machine.system {
        System::Windows => "Windows_Server",
        System::RedHat => "RHEL_BYOS",
        System::Debian | System::Ubuntu => return None,
    };
    draw.happens(500).then(|| license.to_owned())
}

fn interfaces_of(machine: &Machine, draw: &mut Draw) -> Vec<Interface> {
    let is_guarded = draw.happens(600);
    let has_label = draw.happens(400);
    let shows_primary_last = draw.happens(500) && machine.extra.is_null();
    let is_unallocated = machine.extra.get("unallocated") == Some(&Value::Bool(true))
        || (machine.extra.is_null() && machine.state == State::Stopped && draw.happens(400));
    let numbered = (0_usize..).zip(&machine.interfaces);
    let mut interfaces: Vec<_> = numbered
        .map(|(place, interface)| Interface {
            name: format!("{}-nic{place}", machine.name),
            is_primary: place == 0,
            mac: mac(machine.index, place),
            security_group: (is_guarded && place == 0).then(|| format!("nsg-{}", machine.role.word())),
            configurations: configurations_of(machine, place, interface, is_unallocated, has_label),
        })
        .collect();
    if shows_primary_last {
        interfaces.reverse();
    }
    interfaces
}

fn configurations_of(
    machine: &Machine,
    place: usize,
    interface: &fleet::Interface,
    is_unallocated: bool,
    has_label: bool,
) -> Vec<Configuration> {
    let public_name = |order: usize| format!("{}-ip{place}{order}", machine.name);
    let version_4 = (0_usize..).zip(&interface.addresses).map(|(order, address)| {
        let is_first = place == 0 && order == 0;
        let public = address.public.filter(|_| !is_unallocated).map(|public| public.to_string());
        let is_public = address.public.is_some() || (is_first && is_unallocated);
        Configuration {
            name: format!("ipconfig{}", order + 1),
            address: Some(address.private.to_string()),
            is_primary: order == 0,
            is_version_6: false,
            subnet: if place == 0 { "default" } else { "replication" }.to_owned(),
            public: is_public.then(|| PublicAddress {
                name: public_name(order),
                address: public,
                label: (is_first && has_label)
                    .then(|| format!("{}-{}", machine.name.to_lowercase(), machine.index)),
                is_version_6: false,
            }),
        }
    });
    let offset = interface.addresses.len();
    let version_6 = (offset..).zip(&interface.ipv6).map(|(order, address)| Configuration {
        name: format!("ipconfig{}", order + 1),
        address: Some(address.to_string()),
        is_primary: order == 0,
        is_version_6: true,
        subnet: "default".to_owned(),
        public: None,
    });
    version_4.chain(version_6).collect()
}

fn mac(index: u64, place: usize) -> String {
    let [.., a, b, c] = index.to_be_bytes();
    format!("00-{:02X}-{:02X}-{a:02X}-{b:02X}-{c:02X}", 0x0d, 0x3a_usize.wrapping_add(place) & 0xff)
}

fn number(value: &Value, name: &str) -> Option<u64> {
    value.get(name).and_then(Value::as_u64)
}
