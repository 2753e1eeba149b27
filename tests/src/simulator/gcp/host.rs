//! How a machine of no cloud in particular becomes one of Google.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::zones;
use crate::simulator::fleet::{Draw, Fleet, Geography, Machine, Role, Size, State};

/// Keys with their values.
type Pairs = Vec<(String, String)>;

/// What Google decides about a machine that the fleet leaves open.
const SEED: u64 = 0x6C0E;

/// A machine as Google has it.
#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) machine: Machine,
    pub(super) name: String,
    pub(super) zone: String,
    pub(super) status: String,
    /// The labels; none leaves the field out.
    pub(super) labels: Option<Map<String, Value>>,
    pub(super) metadata: Pairs,
    /// Whether it may use a service account.
    pub(super) has_account: bool,
    pub(super) extra: Extra,
}

/// The field `extra` of a machine.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Extra {
    /// The name of the zone, in place of the one of the machine's region and number.
    pub(super) zone: Option<String>,
    pub(super) status: Option<String>,
    pub(super) hostname: Option<String>,
    pub(super) network_tags: Vec<String>,
    pub(super) metadata: BTreeMap<String, String>,
    /// Whether the boot disk is in two zones.
    pub(super) regional_disk: bool,
    /// Whether a public address is wanted, but none is given.
    pub(super) awaits_address: bool,
    /// Whether `spot` means the older, preemptible kind.
    pub(super) preemptible: bool,
    /// The VPC network; several interfaces are in networks of names that end with their number.
    pub(super) network: Option<String>,
    pub(super) data_disks: u64,
    /// Merged into the instance.
    pub(super) instance: Value,
    /// Merged into the boot disk.
    pub(super) disk: Value,
}

/// Returns ids of projects that a seed decides, and names of regions.
pub fn geography(seed: u64, projects: usize, regions: usize) -> Geography {
    let teams = ["atlas", "borealis", "cygnus", "draco", "eridanus", "fornax"];
    let project = |place: usize| {
        let team = teams.get(place % teams.len()).unwrap_or(&"atlas");
        let number = Draw::new(seed ^ SEED, place as u64).below(9000) + 1000;
        // Older projects are in the domain of a company.
        let domain = if place == 3 { "example.com:" } else { "" };
        format!("{domain}{team}-{place}-{number}")
    };
    Geography {
        accounts: (0..projects).map(project).collect(),
        regions: zones::regions().take(regions).map(str::to_owned).collect(),
    }
}

/// Checks the fields `extra` of the machines that are written down.
pub(super) fn check(fleet: &Fleet) -> Result<(), String> {
    if fleet.extra().is_null() {
        return Ok(());
    }
    for machine in (0..fleet.size()).filter_map(|index| fleet.machine(index)) {
        Extra::deserialize(&machine.extra)
            .map_err(|error| format!("`extra` of `{}`: {error}", machine.name))?;
    }
    Ok(())
}

impl Host {
    /// Returns the machine of a number.
    pub(super) fn of(fleet: &Fleet, index: u64) -> Option<Self> {
        let machine = fleet.machine(index)?;
        if machine.extra.is_null() {
            Some(Self::seeded(fleet, machine))
        } else {
            Some(Self::described(machine))
        }
    }

    fn described(machine: Machine) -> Self {
        let extra = Extra::deserialize(&machine.extra).unwrap_or_default();
        let labels = machine.tags.iter().flatten().map(|(key, value)| (key.clone(), json!(value)));
        let labels: Map<_, _> = labels.collect();
        let metadata = extra.metadata.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        Self {
            name: machine.name.clone(),
            zone: extra.zone.clone().unwrap_or_else(|| zones::zone(&machine.region, machine.zone)),
            status: extra.status.clone().unwrap_or_else(|| status_of(machine.state).to_owned()),
            labels: (!labels.is_empty()).then_some(labels),
            metadata,
            has_account: true,
            extra,
            machine,
        }
    }

    fn seeded(fleet: &Fleet, machine: Machine) -> Self {
        let mut draw = Draw::new(SEED, machine.index);
        let name = machine.name.to_lowercase();
        let is_suspended = machine.state == State::Stopped && draw.happens(200);
        let status = if is_suspended { "SUSPENDED" } else { status_of(machine.state) };
        let (labels, rest) = labels_of(&machine);
        let mut extra = Extra {
            hostname: draw.happens(90).then(|| format!("{name}.corp.example.com")),
            regional_disk: machine.role == Role::Database && draw.happens(300),
            awaits_address: machine.role == Role::Web && machine.state == State::Stopped && draw.happens(700),
            preemptible: draw.happens(300),
            data_disks: if machine.role == Role::Database { 1 + draw.below(2) } else { 0 },
            ..Extra::default()
        };
        if !draw.happens(150) {
            extra.network_tags.push(machine.role.word().to_owned());
        }
        if machine.public_address().is_some() {
            extra.network_tags.extend(["http-server", "https-server"].map(str::to_owned));
        }
        let has_metadata = !draw.happens(100);
        let metadata = if has_metadata { metadata_of(&machine, &mut draw, rest) } else { Vec::new() };
        Self {
            zone: zones::zone(&machine.region, zone_number(fleet, &machine)),
            status: status.to_owned(),
            labels: labels.filter(|labels| !labels.is_empty()),
            metadata,
            has_account: !draw.happens(100),
            name,
            extra,
            machine,
        }
    }

    /// Returns a number of the host's own that looks random; each `purpose` has another one.
    pub(super) fn number(&self, purpose: u64) -> u64 {
        Draw::new(SEED ^ (purpose << 32), self.machine.index).number()
    }

    /// Returns a link to what is in the host's zone, such as `disks/NAME`.
    pub(super) fn in_zone(&self, rest: &str) -> String {
        format!("{}/zones/{}/{rest}", project_link(&self.machine.account), self.zone)
    }

    /// Returns a link to what is in the host's region.
    pub(super) fn in_region(&self, rest: &str) -> String {
        format!("{}/regions/{}/{rest}", project_link(&self.machine.account), zones::region_of(&self.zone))
    }

    /// Returns the name of its type of machine.
    pub(super) fn machine_type(&self) -> &str {
        self.machine.machine_type.as_deref().unwrap_or(match self.machine.size {
            Size::Small => "e2-small",
            Size::Medium => "e2-standard-2",
            Size::Large => "n2-standard-8",
            Size::Huge => "n2-highmem-32",
        })
    }
}

/// Returns the link to a project, which is the same at every endpoint.
pub(super) fn project_link(project: &str) -> String {
    format!("https://www.googleapis.com/compute/v1/projects/{project}")
}

fn status_of(state: State) -> &'static str {
    match state {
        State::Starting => "STAGING",
        State::Running => "RUNNING",
        State::Stopping => "STOPPING",
        State::Stopped => "TERMINATED",
        State::Terminated => "DEPROVISIONING",
    }
}

/// Returns the number of a machine's zone: names are unique in a zone, so that the twin of a machine is in another one.
fn zone_number(fleet: &Fleet, machine: &Machine) -> u8 {
    let before = machine.index.checked_sub(1).and_then(|index| fleet.machine(index));
    match before.filter(|before| before.name == machine.name) {
        Some(before) => before.zone + 1,
        None => machine.zone,
    }
}

/// Returns what of the tags can be a label, and the rest.
fn labels_of(machine: &Machine) -> (Option<Map<String, Value>>, Pairs) {
    let Some(tags) = &machine.tags else { return (None, Vec::new()) };
    let (mut labels, mut rest) = (Map::new(), Vec::new());
    for (key, value) in tags {
        let (key, value) = (key.to_lowercase(), value.to_lowercase());
        let is_fine = |text: &str| {
            let fits = |letter: char| letter.is_alphanumeric() || "-_".contains(letter);
            text.chars().all(fits) && text.chars().count() <= 63
        };
        let is_key = key.chars().next().is_some_and(char::is_alphabetic) && is_fine(&key);
        if is_key && is_fine(&value) {
            labels.entry(key).or_insert_with(|| json!(value));
        } else {
            rest.push((key.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"), value));
        }
    }
    (Some(labels), rest)
}

fn metadata_of(machine: &Machine, draw: &mut Draw, rest: Pairs) -> Pairs {
    let item = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let mut items = Vec::new();
    if machine.system.is_windows() {
        items.push(item("enable-windows-ssh", "TRUE"));
        items.push(item("sysprep-specialize-script-ps1", "Set-Service -Name WinRM -StartupType Automatic"));
    } else {
        items.push(item("enable-oslogin", if draw.happens(500) { "TRUE" } else { "FALSE" }));
        items.push(item("startup-script", "#! /bin/bash\napt-get update\napt-get install -y chrony\n"));
    }
    if let Some(set) = &machine.set {
        let number = Draw::new(SEED, machine.account.len() as u64).below(900_000) + 100_000;
        let group = format!("projects/{number}/regions/{}/instanceGroupManagers/{set}", machine.region);
        items.push(item("created-by", &group));
    }
    items.extend(rest);
    items
}
