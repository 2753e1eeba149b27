//! The pure stage between facts and an inventory: the same facts and rules give the same inventory.

use std::collections::HashMap;
use std::path::Path;
use std::time::SystemTime;

use crate::diagnostic::Diagnostic;
use crate::discovery::{Fetched, NamedHost, Note, Source, joined};
use crate::expression::Environment;
use crate::grouping::Rules;
use crate::inventory::{self, GroupId, HostId, Inventory};
use crate::value::Text;

/// The variable of hosts whose facts stand in for newer ones that could not be fetched: the time at which they were
/// fetched, as ISO 8601 in UTC.
pub const STALE_SINCE: &str = "cloud_stale_since";

/// Returns a time as ISO 8601 in UTC, to the second.
pub fn iso_time(time: SystemTime) -> Text {
    // What is out of the range of calendars was no time of a fetch.
    let time = jiff::Timestamp::try_from(time).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

/// The hosts of one plugin's file: what is left is to add them to an inventory.
#[derive(Debug)]
pub struct Hosts<'a> {
    path: &'a Path,
    rules: &'a Rules,
    group: Option<&'a str>,
    hosts: Vec<NamedHost>,
    /// When the facts of a host were fetched, by name, where they stand in for newer ones.
    since: HashMap<Text, Text>,
    notes: Vec<Note>,
}

/// Makes the hosts of one source, as its plugin does.
///
/// `path` is the file that configures the source.
///
/// # Errors
/// What the plugin gives the source up for.
pub fn prepare<'a>(
    path: &'a Path,
    source: &'a dyn Source,
    rules: &'a Rules,
    mut fetched: Fetched,
) -> Result<Hosts<'a>, Diagnostic> {
    let refuse = |message: String| Diagnostic::error(format!("{}: {message}", path.display()));
    let told = std::mem::take(&mut fetched.notes);
    let (facts, stale) = fetched.into_facts();
    let (hosts, notes) = source.build(facts).map_err(|error| {
        let mut refusal = refuse(error.to_string());
        refusal.help.extend(error.hint);
        refusal
    })?;
    let notes = joined(told.into_iter().chain(notes));
    // The same facts give the same names.
    let mut since: HashMap<Text, Text> = HashMap::new();
    for (fetched_at, facts) in stale {
        let (hosts, _) = source.build(facts).map_err(|error| refuse(error.to_string()))?;
        since.extend(hosts.into_iter().map(|host| (host.name, iso_time(fetched_at))));
    }
    Ok(Hosts { path, rules, group: source.group(), hosts, since, notes })
}

impl Hosts<'_> {
    /// Returns the names of all hosts.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.hosts.iter().map(|host| &host.name)
    }

    /// Adds the hosts to an inventory, with their groups and variables: one whose name is there becomes one with it.
    ///
    /// Returns diagnostics for people: what the source found odd, what its rules skipped without a word, and, as
    /// errors, where they stopped for a host.
    ///
    /// # Errors
    /// What the plugin gives the source up for, such as a rule that fails in a strict configuration.
    pub fn add(
        self,
        inventory: &mut Inventory,
        environment: &Environment,
    ) -> Result<Vec<Diagnostic>, Diagnostic> {
        let Hosts { path, rules, group, hosts, since, notes } = self;
        let name = path.display();
        let refuse = |message: String| Diagnostic::error(format!("{name}: {message}"));
        let mut warnings: Vec<_> = notes
            .iter()
            .map(|note| Diagnostic::warning(format!("{name}: {note}")).of_loss(note.is_loss))
            .collect();
        // Ansible's own sources have absolute paths, and `inventory_file` is made of it.
        inventory.begin_source(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        let group = group.map(|group| add_group(inventory, group)).transpose();
        let group = group.map_err(|error| refuse(error.to_string()))?;
        let mut tally = rules.tally();
        for host in hosts {
            let id = inventory.add_host(&host.name).map_err(|error| refuse(error.to_string()))?;
            if let Some(group) = group {
                inventory.add_member(group, id);
            }
            inventory.set_host_facts(id, &host.variables);
            if let Some(since) = since.get(&host.name) {
                inventory.set_host_variable(id, STALE_SINCE.into(), since.clone().into());
            }
            place(inventory, id, &host.groups, &host.relations).map_err(|error| refuse(error.to_string()))?;
            for (variable, value) in host.unseen {
                inventory.set_host_variable(id, variable, value);
            }
            let snapshot = host.raw.as_ref().unwrap_or(&host.variables);
            rules.apply(inventory, id, &**snapshot, environment, &mut tally)?;
        }
        warnings.extend(tally.diagnostics(path));
        Ok(warnings)
    }
}

/// Puts a host into the groups of its source, and these into order.
fn place(
    inventory: &mut Inventory,
    host: HostId,
    groups: &[Text],
    relations: &[(Text, Text)],
) -> Result<(), inventory::Error> {
    for group in groups {
        let group = inventory.add_group(group)?;
        inventory.add_member(group, host);
    }
    for (parent, child) in relations {
        let (parent, child) = (inventory.add_group(parent)?, inventory.add_group(child)?);
        inventory.add_child(parent, child)?;
    }
    Ok(())
}

/// Adds the group of a whole source.
fn add_group(inventory: &mut Inventory, name: &str) -> Result<GroupId, inventory::Error> {
    let group = inventory.add_group(name)?;
    inventory.add_child(GroupId::ALL, group)?;
    Ok(group)
}
