//! Makes hosts of facts: pure.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use inventory_core::discovery::{Error, ErrorKind, Facts, NamedHost, Note};
use inventory_core::expression::Environment;
use inventory_core::grouping::HostVariables;
use inventory_core::value::{Map, Text, Value};

use crate::facts::{self, INSTANCE};
use crate::hostnames::{DnsNames, Trials};
use crate::options::{Route53, Settings, VariableNames};
use crate::{route53, ssm};

/// The facts by their kind.
#[derive(Default)]
struct Sorted {
    /// The instances in the order of their ids, which is that of the hosts.
    instances: BTreeMap<Text, Arc<Map>>,
    ssm: HashMap<Text, Value>,
    dns: DnsNames,
}

/// Makes the hosts, in the order of the instances' ids, and says in one line each what is odd about them.
pub(crate) fn hosts(
    settings: &Settings,
    environment: &Environment,
    facts: Vec<Facts>,
) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
    let Sorted { instances, mut ssm, dns } = sort(settings.route53.as_ref(), facts);
    let mut hosts = Vec::with_capacity(instances.len());
    let mut oddities = Oddities::default();
    for (id, record) in instances {
        let mut trials = Trials::new();
        let names = settings.hostnames.names(&record, &dns, environment, &mut trials);
        oddities.note(&id, &names, trials);
        if names.is_empty() {
            continue;
        }
        let variables = variables(&settings.variables, record, ssm.remove(&id));
        hosts.extend(names.into_iter().map(|name| NamedHost {
            name,
            variables: Arc::clone(&variables),
            ..NamedHost::default()
        }));
    }
    oddities.check_filters()?;
    Ok((hosts, oddities.into_notes()))
}

fn sort(route53: Option<&Route53>, facts: Vec<Facts>) -> Sorted {
    let mut sorted = Sorted::default();
    let counts = |name: &Text| {
        let ends = route53.map_or(&[][..], |route53| &route53.hostnames);
        ends.is_empty() || ends.iter().any(|end| name.ends_with(end.as_str()))
    };
    for Facts { kind, id, record } in facts {
        match (kind, record) {
            (INSTANCE, Value::Map(record)) => {
                sorted.instances.entry(id).or_insert(record);
            }
            (ssm::KIND, record) => {
                sorted.ssm.insert(id, record);
            }
            (route53::KIND, Value::Text(name)) if counts(&name) => {
                let id = Text::from(route53::without_dot(&id));
                sorted.dns.entry(id).or_default().push(name);
            }
            _ => {}
        }
    }
    sorted
}

/// Returns the hostvars of an instance, called as the options say.
pub(crate) fn variables(names: &VariableNames, record: Arc<Map>, ssm: Option<Value>) -> Arc<Map> {
    let VariableNames { prefix, suffix, tag_keys } = names;
    let renames = !prefix.is_empty() || !suffix.is_empty();
    if ssm.is_none() && !tag_keys && !renames {
        return record;
    }
    let mut variables = Arc::unwrap_or_clone(record);
    if let Some(ssm) = ssm {
        variables.insert(ssm::KIND, ssm);
    }
    if *tag_keys {
        let tags = variables.get("tags").cloned().unwrap_or_default();
        for (key, value) in tags.as_map().into_iter().flat_map(Map::iter) {
            variables.insert(format!("ec2_tag_{key}"), value.clone());
        }
    }
    if !renames {
        return Arc::new(variables);
    }
    Arc::new(
        variables.iter().map(|(name, value)| (format!("{prefix}{name}{suffix}"), value.clone())).collect(),
    )
}

/// Returns the names of all variables that a host may have.
pub(crate) fn known_variables(settings: &Settings) -> HostVariables {
    let VariableNames { prefix, suffix, tag_keys } = &settings.variables;
    let ssm = settings.query.ssm.then_some(ssm::KIND);
    let names = facts::names().chain(ssm).map(|name| format!("{prefix}{name}{suffix}"));
    let prefixes = tag_keys.then(|| format!("{prefix}ec2_tag_"));
    HostVariables {
        names: names.collect(),
        unseen: Vec::new(),
        prefixes: prefixes.into_iter().collect(),
        synonyms: &[],
    }
}

/// What is odd about the names of hosts.
#[derive(Default)]
struct Oddities {
    /// The instances by name, in the order of the ids.
    owners: BTreeMap<Text, Vec<Text>>,
    nameless: Vec<Text>,
    filters: BTreeMap<Text, Tally>,
}

/// What came of the filters of a hostname.
#[derive(Default)]
struct Tally {
    tried: usize,
    failed: usize,
    /// The first instance on which they failed, and the reason.
    first_failure: Option<(Text, String)>,
}

/// The instances that a warning names; the others are counted.
const EXAMPLES: usize = 3;

impl Oddities {
    fn note(&mut self, id: &Text, names: &[Text], trials: Trials) {
        if names.is_empty() {
            self.nameless.push(id.clone());
        }
        let mut seen = HashSet::new();
        for name in names.iter().filter(|name| seen.insert(*name)) {
            self.owners.entry(name.clone()).or_default().push(id.clone());
        }
        for trial in trials {
            let tally = self.filters.entry(trial.filters).or_default();
            tally.tried += 1;
            if let Some(fault) = trial.fault {
                tally.failed += 1;
                tally.first_failure.get_or_insert_with(|| (id.clone(), fault.to_string()));
            }
        }
    }

    /// Fails when the filters of a hostname failed wherever they were tried: the configuration is at fault, not a host.
    fn check_filters(&self) -> Result<(), Error> {
        for (filters, tally) in &self.filters {
            if let Some((id, reason)) = tally.first_failure.as_ref().filter(|_| tally.failed == tally.tried) {
                let message = format!(
                    "the filters `{filters}` in `hostnames` failed on every instance they were tried on ({}), e.g. \
                     `{id}`: {reason}",
                    tally.tried
                );
                return Err(Error::new(ErrorKind::Config, "name hosts", message));
            }
        }
        Ok(())
    }

    fn into_notes(self) -> Vec<Note> {
        let mut notes = Vec::new();
        for Tally { failed, first_failure, .. } in self.filters.into_values() {
            if let Some((id, reason)) = first_failure {
                let text =
                    format!("a filter in `hostnames` failed on {failed} instances, e.g. `{id}`: {reason}");
                notes.push(Note::from(text));
            }
        }
        if !self.nameless.is_empty() {
            let (count, examples) = (self.nameless.len(), examples(&self.nameless));
            notes.push(Note::of_loss(format!(
                "`hostnames` finds no name for {count} instances, which are left out: {examples}"
            )));
        }
        let shared: Vec<_> = self.owners.iter().filter(|(_, ids)| ids.len() > 1).collect();
        for (name, ids) in shared.iter().take(EXAMPLES) {
            let (count, examples) = (ids.len(), examples(ids));
            let text = format!("{count} instances are called `{name}` and become one host: {examples}");
            notes.push(Note::of_loss(text));
        }
        if let Some(more @ 1..) = shared.len().checked_sub(EXAMPLES) {
            notes.push(Note::of_loss(format!("{more} more names are those of several instances each")));
        }
        notes
    }
}

fn examples(ids: &[Text]) -> String {
    let mut text = ids.iter().take(EXAMPLES).map(Text::as_str).collect::<Vec<_>>().join(", ");
    if ids.len() > EXAMPLES {
        text.push_str(", ...");
    }
    text
}

#[cfg(test)]
mod tests;
