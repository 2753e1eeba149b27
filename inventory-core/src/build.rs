//! The pure stage between facts and an inventory: the same facts and rules give the same inventory.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::discovery::{Facts, Note, Source};
use crate::expression::Environment;
use crate::grouping::Rules;
use crate::inventory::{self, GroupId, Inventory};

/// Adds the hosts of one source to an inventory, with its groups and variables, as its plugin does.
///
/// `path` is the file that configures the source. Returns diagnostics for people: what the source found odd, what its
/// rules skipped without a word, and, as errors, where they stopped for a host.
///
/// # Errors
/// What the plugin gives the source up for, such as a rule that fails in a strict configuration.
pub fn add_source(
    inventory: &mut Inventory,
    path: &Path,
    source: &dyn Source,
    rules: &Rules,
    facts: Vec<Facts>,
    environment: &Environment,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let name = path.display();
    let refuse = |message: String| Diagnostic::error(format!("{name}: {message}"));
    let (hosts, notes) = source.build(facts).map_err(|error| {
        let mut refusal = refuse(error.to_string());
        refusal.help.extend(error.hint);
        refusal
    })?;
    let tell = |Note { message, is_loss }| Diagnostic::warning(format!("{name}: {message}")).of_loss(is_loss);
    let mut warnings: Vec<_> = notes.into_iter().map(tell).collect();
    // Ansible's own sources have absolute paths, and `inventory_file` is made of it.
    inventory.begin_source(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let group = source.group().map(|group| add_group(inventory, group)).transpose();
    let group = group.map_err(|error| refuse(error.to_string()))?;
    let mut tally = rules.tally();
    for host in hosts {
        let id = inventory.add_host(&host.name).map_err(|error| refuse(error.to_string()))?;
        if let Some(group) = group {
            inventory.add_member(group, id);
        }
        inventory.set_host_facts(id, &host.variables);
        for (variable, value) in host.unseen {
            inventory.set_host_variable(id, variable, value);
        }
        let snapshot = host.raw.as_ref().unwrap_or(&host.variables);
        rules.apply(inventory, id, snapshot, environment, &mut tally)?;
    }
    warnings.extend(tally.failures().map(|failures| {
        let message = format!("{name}: {failures}");
        // What is skipped as configured is for those who look; what is lost against the configuration is for all.
        if failures.stopped > 0 { Diagnostic::error(message) } else { Diagnostic::warning(message) }
    }));
    Ok(warnings)
}

/// Adds the group of a whole source.
fn add_group(inventory: &mut Inventory, name: &str) -> Result<GroupId, inventory::Error> {
    let group = inventory.add_group(name)?;
    inventory.add_child(GroupId::ALL, group)?;
    Ok(group)
}
