//! Makes hosts of facts: pure.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use inventory_core::discovery::{Error, ErrorKind, Facts, NamedHost, Note};
use inventory_core::expression;
use inventory_core::value::{Map, Text, Value};

use super::groups::{Grouping, Groups};
use super::instance::Instance;
use super::names::Named;
use super::settings::Settings;
use crate::facts::INSTANCE;
use crate::hostnames::DnsNames;
use crate::route53;

/// The machines that a note names; the others are counted.
const EXAMPLES: usize = 3;

/// A host on its way.
struct Host {
    name: Text,
    variables: Map,
    groups: Groups,
    /// The instances that are this host.
    ids: Vec<Text>,
}

/// Makes the hosts, in the order of the facts, and says in one line each what is odd about them.
///
/// Of instances with one name the last gives the variables, as in the script, and all give groups.
pub(super) fn hosts(settings: &Settings, facts: &[Facts]) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
    let dns = Dns::of(facts);
    let (mut hosts, mut places) = (Vec::<Host>::new(), HashMap::new());
    let (mut unreachable, mut seen) = (Vec::new(), HashSet::new());
    for (id, record) in instances(facts).filter(|(id, _)| seen.insert((*id).clone())) {
        let instance = Instance::new(record);
        let is_wanted = |state: Text| settings.states.iter().any(|wanted| *wanted == state.as_str());
        if !instance.text("state").is_some_and(is_wanted) {
            continue;
        }
        let names = dns.names_of(instance);
        let named = settings.naming.name(instance, &names, settings.grouping.safe);
        let (name, address) = match named.map_err(|error| refuse(id, &error))? {
            Named::Host { name, address } => (name, address),
            Named::Excluded => continue,
            Named::Unreachable => {
                unreachable.push(id.clone());
                continue;
            }
        };
        let variables = variables(&settings.grouping, instance, &address);
        let groups = settings.grouping.groups(instance, &names);
        let place = *places.entry(name.clone()).or_insert(hosts.len());
        match hosts.get_mut(place) {
            Some(host) => {
                host.variables = variables;
                host.groups.extend(groups);
                host.ids.push(id.clone());
            }
            None => hosts.push(Host { name, variables, groups, ids: vec![id.clone()] }),
        }
    }
    let notes = notes(&hosts, unreachable);
    Ok((hosts.into_iter().map(Host::into_named).collect(), notes))
}

impl Host {
    fn into_named(self) -> NamedHost {
        NamedHost {
            name: self.name,
            variables: Arc::new(self.variables),
            groups: self.groups.groups,
            relations: self.groups.relations,
            ..NamedHost::default()
        }
    }
}

fn instances(facts: &[Facts]) -> impl Iterator<Item = (&Text, &Map)> {
    let instances = facts.iter().filter(|facts| facts.kind == INSTANCE);
    instances.filter_map(|facts| Some((&facts.id, facts.record.as_map()?)))
}

/// The names of Route 53.
#[derive(Default)]
struct Dns {
    names: DnsNames,
    /// To how many addresses each name leads.
    uses: HashMap<Text, usize>,
}

impl Dns {
    fn of(facts: &[Facts]) -> Dns {
        let mut dns = Dns::default();
        for fact in facts.iter().filter(|facts| facts.kind == route53::KIND) {
            if let Value::Text(name) = &fact.record {
                dns.names.entry(fact.id.clone()).or_default().push(name.clone());
                *dns.uses.entry(name.clone()).or_default() += 1;
            }
        }
        dns
    }

    /// Returns the names that lead to an instance, those that lead to little else first.
    ///
    /// The script has them in random order, and so may give two instances one name.
    fn names_of(&self, instance: Instance<'_>) -> Vec<Text> {
        let addresses = ["public_dns_name", "private_dns_name", "ip_address", "private_ip_address"];
        let found = addresses.iter().filter_map(|name| self.names.get(&instance.text(name)?)).flatten();
        let mut names: Vec<Text> = found.cloned().collect();
        names.sort_by_key(|name| (self.uses.get(name).copied(), name.clone()));
        names.dedup();
        names
    }
}

fn variables(grouping: &Grouping, instance: Instance<'_>, address: &Text) -> Map {
    let named = instance.variables().into_iter().map(|(name, value)| (format!("ec2_{name}"), value));
    let mut variables: Map = named.map(|(name, value)| (Value::from(name), value)).collect();
    for (key, value) in instance.tags() {
        let values = grouping.values(value);
        let value = if grouping.splits_tags && value.contains(',') {
            Value::list(values.into_iter().map(Value::from))
        } else {
            Value::from(value)
        };
        variables.insert(grouping.safe.clean(&format!("ec2_tag_{key}")), value);
    }
    variables.insert("ansible_host", address.clone());
    variables
}

fn refuse(id: &Text, error: &expression::Error) -> Error {
    let message = format!("the instance `{id}` cannot be named: {error}");
    let hint = "see `destination_format`, `pattern_include` and `pattern_exclude`";
    Error::new(ErrorKind::Config, "name hosts", message).with_hint(hint)
}

fn notes(hosts: &[Host], unreachable: Vec<Text>) -> Vec<Note> {
    let mut notes = Vec::new();
    if !unreachable.is_empty() {
        let oddity = "have no address (`destination_variable`, `vpc_destination_variable`) and are left out";
        notes.push(Note::of_machines(oddity, unreachable));
    }
    let shared: BTreeMap<&Text, &[Text]> = hosts
        .iter()
        .filter(|host| host.ids.len() > 1)
        .map(|host| (&host.name, host.ids.as_slice()))
        .collect();
    for (name, ids) in shared.iter().take(EXAMPLES) {
        let mut examples = ids.iter().take(EXAMPLES).map(Text::as_str).collect::<Vec<_>>().join(", ");
        if ids.len() > EXAMPLES {
            examples.push_str(", ...");
        }
        let count = ids.len();
        let text = format!("{count} instances are called `{name}` and become one host: {examples}");
        notes.push(Note::of_loss(text));
    }
    if let Some(more @ 1..) = shared.len().checked_sub(EXAMPLES) {
        notes.push(Note::of_loss(format!("{more} more names are those of several instances each")));
    }
    notes
}
