//! Makes the inventory of a native configuration: one set of rules over the machines of all clouds.
//!
//! Machines that count ([`Filters`]) get a name ([`Names`]), an address ([`Addresses`]), variables ([`Hostvars`]) and
//! groups ([`DefaultGroups`], then the user's own [`Rules`]).

mod address;
mod collisions;
mod default_groups;
mod filters;
mod hostvars;
mod names;

use std::collections::HashMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

pub use self::address::{Address, Addresses, DEFAULT_ADDRESSES};
pub use self::collisions::{Collisions, part as part_names};
pub use self::default_groups::DefaultGroups;
pub use self::filters::Filters;
pub use self::hostvars::Hostvars;
pub use self::names::{DEFAULT_NAMES, Names};
use crate::build::{STALE_SINCE, iso_time};
use crate::diagnostic::Diagnostic;
use crate::discovery::{Facts, Fetched, Note, Oddities, joined};
use crate::expression::{Environment, Variables};
use crate::grouping::{HostVariables, Rules};
use crate::host::{FIELDS, Machine};
use crate::inventory::{HostId, Inventory};
use crate::value::{Shapes, Text, Value};

/// What a native configuration makes of all its machines.
#[derive(Debug)]
pub struct Settings {
    /// Which machines count.
    pub filters: Filters,
    /// How hosts are called.
    pub names: Names,
    /// What becomes of machines with equal names.
    pub collisions: Collisions,
    /// Which address is `ansible_host`.
    pub addresses: Addresses,
    /// Which variables hosts get.
    pub hostvars: Hostvars,
    /// Which groups there are without a rule.
    pub default_groups: DefaultGroups,
    /// The user's own rules.
    pub rules: Rules,
}

/// Makes machines of facts, as [`crate::discovery::NativeSource::machines`] does.
pub type MakeMachines = dyn Fn(Vec<Facts>) -> (Vec<Machine>, Vec<Note>) + Send + Sync;

/// One source of a native configuration, and what it found.
pub struct Part<'a> {
    /// How the source is called in messages.
    pub label: &'a str,
    /// Makes machines of what it found.
    pub machines: &'a MakeMachines,
    /// What only this source's machines are asked.
    pub settings: &'a PartSettings,
    /// What it found.
    pub fetched: Fetched,
}

/// What a source may settle for its own machines.
#[derive(Debug, Default)]
pub struct PartSettings {
    /// Which machines count, besides what counts for all.
    pub filters: Filters,
    /// How hosts are called; as all others where it is none.
    pub names: Option<Names>,
    /// Which address is `ansible_host`; as for all others where it is none.
    pub addresses: Option<Addresses>,
}

impl Variables for Machine {
    fn variable(&self, name: &str) -> Option<Value> {
        self.host
            .field(name)
            .or_else(|| (name == self.host.provider).then(|| Value::Map(self.record.clone())))
    }
}

/// The names by which rules may ask for the clouds' own records.
const RECORDS: [&str; 3] = ["aws", "azure", "gcp"];

/// How expressions begin for the clouds and Ansible's plugins, and what to write for that.
const SYNONYMS: [(&str, &str); 13] = [
    ("availability_zone", "zone"),
    ("image_id", "image"),
    ("instance_id", "id"),
    ("instance_type", "type"),
    ("labels", "tags"),
    ("location", "region"),
    ("machine_type", "type"),
    ("placement.availability_zone", "zone"),
    ("placement.region", "region"),
    ("private_dns_name", "private_dns"),
    ("private_ip_address", "private_ips[0]"),
    ("public_dns_name", "public_dns"),
    ("public_ip_address", "public_ips[0]"),
];

/// Returns the names of the variables that rules see.
pub fn known_variables() -> HostVariables {
    let names = FIELDS.iter().chain(&RECORDS).map(|name| (*name).to_owned()).collect();
    HostVariables {
        names,
        unseen: vec!["ansible_host".to_owned()],
        prefixes: Vec::new(),
        synonyms: &SYNONYMS,
    }
}

/// A machine that counts, with its name.
struct Named<'a> {
    machine: Machine,
    name: Text,
    settings: &'a PartSettings,
    /// When the facts were fetched, where they stand in for newer ones.
    stale_since: Option<Text>,
}

/// The machines of a native configuration that count, each with its name: what is left is to add them to an inventory.
pub struct Hosts<'a> {
    path: &'a Path,
    settings: &'a Settings,
    named: Vec<Named<'a>>,
    notes: Vec<Note>,
    /// Whether the machines of a scope are missing.
    lacks_scopes: bool,
}

/// Names the machines of all sources of a native configuration; [`part_names`] then makes the names unique.
///
/// `path` is the file.
///
/// # Errors
/// Filters and names that fail.
pub fn prepare<'a>(
    path: &'a Path,
    parts: Vec<Part<'a>>,
    settings: &'a Settings,
    environment: &Environment,
) -> Result<Hosts<'a>, Diagnostic> {
    let mut hosts = Hosts { path, settings, named: Vec::new(), notes: Vec::new(), lacks_scopes: false };
    hosts.lacks_scopes = parts.iter().any(|part| part.fetched.lacks_scopes());
    let own: Vec<&PartSettings> = parts.iter().map(|part| part.settings).collect();
    for named in name_all(parts, settings, environment) {
        let (found, told) = named.map_err(|message| refuse(path, &message))?;
        hosts.named.extend(found);
        hosts.notes.extend(told);
    }
    hosts.notes.extend(settings.filters.doubts());
    hosts.notes.extend(own.iter().flat_map(|own| own.filters.doubts()));
    Ok(hosts)
}

type NamedPart<'a> = Result<(Vec<Named<'a>>, Vec<Note>), String>;

/// Names the machines of the sources, as many at once as there are processors.
fn name_all<'a>(parts: Vec<Part<'a>>, settings: &Settings, environment: &Environment) -> Vec<NamedPart<'a>> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(parts.len());
    let queue = Mutex::new(parts.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || -> Vec<(usize, NamedPart<'a>)> {
        let name = |(place, part)| (place, name_machines(part, settings, environment));
        std::iter::from_fn(next).map(name).collect()
    };
    let mut named = thread::scope(|threads| {
        // Where there can be no other thread, this one does it all.
        let spawn = |_| thread::Builder::new().spawn_scoped(threads, work).ok();
        let others: Vec<_> = (1..workers).filter_map(spawn).collect();
        let mut named = work();
        for other in others {
            named.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        named
    });
    named.sort_by_key(|(place, _)| *place);
    named.into_iter().map(|(_, named)| named).collect()
}

fn refuse(path: &Path, message: &str) -> Diagnostic {
    Diagnostic::error(format!("{}: {message}", path.display()))
}

impl Hosts<'_> {
    /// Adds the hosts to an inventory, with their groups and variables.
    ///
    /// Returns diagnostics for people: what sources found odd, which machines are left out, what rules skipped.
    ///
    /// # Errors
    /// Addresses and strict rules that fail.
    pub fn add(
        self,
        inventory: &mut Inventory,
        environment: &Environment,
    ) -> Result<Vec<Diagnostic>, Diagnostic> {
        let Hosts { path, settings, named, mut notes, .. } = self;
        let refuse = |message: String| refuse(path, &message);
        inventory.begin_source(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        let mut tally = settings.rules.tally();
        let mut groups = settings.default_groups.maker(settings.rules.sanitizer());
        let (mut addresses, mut shapes) = (Oddities::default(), Shapes::default());
        for Named { machine, name, settings: own, stale_since } in named {
            let host = inventory.add_host(&name).map_err(|error| refuse(error.to_string()))?;
            inventory.set_host_facts(host, &settings.hostvars.of(&machine, &mut shapes));
            if let Some(since) = stale_since {
                inventory.set_host_variable(host, STALE_SINCE.into(), since.into());
            }
            let rules = own.addresses.as_ref().unwrap_or(&settings.addresses);
            set_address(inventory, host, rules, &machine, environment, &mut addresses).map_err(refuse)?;
            groups.apply(inventory, host, &machine.host).map_err(|error| refuse(error.to_string()))?;
            settings.rules.apply(inventory, host, &machine, environment, &mut tally)?;
        }
        notes.extend(addresses.into_notes());
        let mut warnings: Vec<Diagnostic> = joined(notes)
            .iter()
            .map(|note| Diagnostic::warning(format!("{}: {note}", path.display())).of_loss(note.is_loss))
            .collect();
        warnings.extend(tally.diagnostics(path));
        Ok(warnings)
    }
}

/// Returns the machines of a source that count, with names, and what is to be told of them.
fn name_machines<'a>(part: Part<'a>, settings: &Settings, environment: &Environment) -> NamedPart<'a> {
    let Part { label, machines: make, settings: own, mut fetched } = part;
    let told = std::mem::take(&mut fetched.notes);
    let (facts, stale) = fetched.into_facts();
    let mut since: HashMap<Text, Text> = HashMap::new();
    for (fetched_at, facts) in stale {
        let (machines, _) = make(facts);
        since.extend(machines.into_iter().map(|machine| (machine.host.id, iso_time(fetched_at))));
    }
    let (machines, more) = make(facts);
    let mut notes: Vec<Note> = told.into_iter().chain(more).collect();
    notes.iter_mut().filter(|note| note.machines.is_empty()).for_each(|note| {
        note.message = format!("{label}: {}", note.message);
    });
    let names = own.names.as_ref().unwrap_or(&settings.names);
    let mut named = Vec::with_capacity(machines.len());
    let mut oddities = Oddities::default();
    for machine in machines {
        if !settings.filters.keep(&machine, environment)? || !own.filters.keep(&machine, environment)? {
            if machine.host.state.is_none() {
                oddities.lose("are left out by filters, and have no known `state`", &machine.host.id);
            }
            continue;
        }
        match names.name(&machine, environment)? {
            Some(name) => {
                let stale_since = since.get(&machine.host.id).cloned();
                named.push(Named { machine, name, settings: own, stale_since });
            }
            None => oddities.lose("get no name by `names`, and are left out", &machine.host.id),
        }
    }
    notes.extend(oddities.into_notes());
    Ok((named, notes))
}

fn set_address(
    inventory: &mut Inventory,
    host: HostId,
    rules: &Addresses,
    machine: &Machine,
    environment: &Environment,
    oddities: &mut Oddities,
) -> Result<(), String> {
    match rules.choose(machine, environment)? {
        Some(address) => inventory.set_host_variable(host, "ansible_host".into(), address.into()),
        // Who gives no rule means the name itself to be reached.
        None if rules.is_empty() => {}
        None => oddities
            .note("have no address that `address` names: Ansible will use their names", &machine.host.id),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
