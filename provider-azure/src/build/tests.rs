//! `testdata/rules.jsonl` is what azure.azcollection 3.21.0 makes of configs and a few machines (`make_rules.py`).

use std::path::Path;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use inventory_core::build;
use inventory_core::config::environment;
use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Severity};
use inventory_core::discovery::{Fetched, Page, Plan, Provider, Scope, Source};
use inventory_core::expression::Escapes;
use inventory_core::grouping::{Rules, Settings};
use inventory_core::inventory::Inventory;
use inventory_core::value::Time;
use serde_json::{Value as Json, json};

use super::*;
use crate::options::RULES;
use crate::testing::facts_of;

/// A source that asks nobody.
struct Offline(HostSettings);

impl Provider for Offline {
    fn cloud(&self) -> &'static str {
        "azure"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn host_kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn key(&self, _: Option<&Scope>) -> Option<String> {
        None
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        Box::pin(async { Ok(Plan::default()) })
    }

    fn fetch<'a>(&'a self, _: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        Box::pin(futures::stream::empty())
    }
}

impl Source for Offline {
    fn group(&self) -> Option<&str> {
        None
    }

    fn build(&self, facts: Vec<Facts>) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
        hosts(&self.0, &environment(), facts)
    }
}

fn environment() -> Environment {
    Environment::new(|_| None, "/".into(), Time::from_unix(0, 0).unwrap())
}

/// Returns the inventory of a config and facts, and what people are told.
fn inventory(
    config: &str,
    facts: Vec<Facts>,
    extra: &Map,
) -> Result<(Inventory, Vec<Diagnostic>), Vec<Diagnostic>> {
    inventory_with(config, facts, extra, Escapes::default())
}

fn inventory_with(
    config: &str,
    facts: Vec<Facts>,
    extra: &Map,
    escapes: Escapes,
) -> Result<(Inventory, Vec<Diagnostic>), Vec<Diagnostic>> {
    let text = format!("plugin: azure_rm\n{config}");
    let document = inventory_core::yaml::read("a.azure_rm.yml", text.as_bytes()).unwrap();
    let variables = environment::Environment::default();
    let mut options = Options::new(&document, &variables).unwrap();
    let (mut settings, mut told) = HostSettings::read(&mut options, escapes)?;
    settings.set_extra_variables(extra.clone());
    let rules =
        Settings { dialect: RULES, sanitizer: settings.sanitizer, extra_variables: extra.clone(), escapes };
    let (rules, more) = Rules::from_options(&mut options, rules).map_err(|error| vec![error])?;
    told.extend(more);
    let mut inventory = Inventory::new();
    let path = Path::new("/a.azure_rm.yml");
    let source = Offline(settings);
    let fetched = Fetched::of(facts);
    let built = build::prepare(path, &source, &rules, fetched)
        .and_then(|hosts| hosts.add(&mut inventory, &environment()));
    told.extend(built.map_err(|error| vec![error])?);
    Ok((inventory, told))
}

/// Returns hosts with the variables that are no facts, and groups, as the rows have them.
fn shown(inventory: &Inventory) -> Json {
    let own = |host: &inventory_core::inventory::Host| {
        let variables = host.variables().filter(|(name, _)| !FACTS.contains(name));
        let mut variables: Vec<_> =
            variables.map(|(name, value)| (name.to_owned(), Json::from(value.to_string()))).collect();
        variables.sort_by(|a, b| a.0.cmp(&b.0));
        Json::Object(variables.into_iter().collect())
    };
    let hosts = inventory.hosts().map(|(_, host)| (host.name().to_string(), own(host))).collect();
    let groups = inventory
        .groups()
        .filter(|(_, group)| {
            !["all", "ungrouped"].contains(&group.name().as_str()) || !group.hosts().is_empty()
        })
        .map(|(_, group)| {
            let hosts: Vec<_> = group.hosts().iter().map(|id| inventory.host(*id).name().as_str()).collect();
            let children: Vec<_> =
                group.children().iter().map(|id| inventory.group(*id).name().as_str()).collect();
            (group.name().to_string(), json!([hosts, children]))
        })
        .collect();
    json!({"hosts": Json::Object(hosts), "groups": Json::Object(groups)})
}

/// The hostvars that the facts of the test give.
const FACTS: [&str; 32] = [
    "network_interface",
    "network_interface_properties",
    "mac_address",
    "network_interface_id",
    "security_group_id",
    "security_group",
    "public_ip_address",
    "public_ipv4_address",
    "public_dns_hostnames",
    "private_ipv4_addresses",
    "subnet",
    "id",
    "location",
    "name",
    "computer_name",
    "availability_zone",
    "powerstate",
    "provisioning_state",
    "tags",
    "resource_type",
    "vmid",
    "resource_group",
    "default_inventory_hostname",
    "os_profile",
    "vmss",
    "virtual_machine_size",
    "plan",
    "creation_time",
    "license_type",
    "image",
    "os_disk",
    "data_disks",
];

/// The configs with which only one of the two fails, and why.
const DIFFERENCES: [(&str, &str); 3] = [
    ("hostnames: [tags.role, default]", "a tag that one machine lacks is what the next preference is for"),
    (
        "fail_on_template_errors: false\nhostnames: [tags.role]",
        "the default name is better than no inventory",
    ),
    ("keyed_groups: [location, {key: name}]", "an entry that cannot be meant is an error of the config"),
];

fn facts() -> Vec<Facts> {
    facts_of(&serde_json::from_str(include_str!("../../testdata/rules-facts.json")).unwrap())
}

#[test]
fn rules_do_what_the_plugin_does() {
    let (mut wrong, mut differences) = (Vec::new(), Vec::new());
    for line in include_str!("../../testdata/rules.jsonl").lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let config = row["config"].as_str().unwrap();
        let ours = inventory(config, facts(), &Map::new());
        match (row.get("error"), &ours) {
            (Some(_), Err(_)) => {}
            (Some(_), Ok(_)) | (None, Err(_)) => differences.push(config.to_owned()),
            (None, Ok((inventory, _))) => {
                let ours = shown(inventory);
                let theirs = as_text(&row);
                if ours["hosts"] != theirs["hosts"] || ours["groups"] != theirs["groups"] {
                    wrong.push(format!("{config}\n  ours   {ours}\n  theirs {theirs}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
    differences.sort();
    let mut expected = DIFFERENCES.map(|(config, _)| config.to_owned());
    expected.sort();
    assert_eq!(differences, expected);
}

/// Returns a row with the variables of hosts as Python writes them.
fn as_text(row: &Json) -> Json {
    let mut row = row.clone();
    for variables in row["hosts"].as_object_mut().unwrap().values_mut() {
        for (_, value) in variables.as_object_mut().unwrap() {
            *value = Value::from(value.take()).to_string().into();
        }
    }
    row.as_object_mut().unwrap().remove("config");
    row
}

fn names(config: &str, extra: &Map) -> Vec<String> {
    let (inventory, _) = inventory(config, facts(), extra).unwrap();
    inventory.hosts().map(|(_, host)| host.name().to_string()).collect()
}

#[test]
fn a_lacking_tag_leads_to_the_next_name() {
    let none = Map::new();
    assert_eq!(names("hostnames: [tags.role, default]", &none), ["web", "web-2_d6fb", "db"]);
    let lenient = "fail_on_template_errors: false\nhostnames: [tags.role]";
    assert_eq!(names(lenient, &none), ["web", "web-2_d6fb", "db"]);
    let errors = inventory("hostnames: [tags.role]", facts(), &none).unwrap_err();
    assert!(
        errors[0].message.contains("`hostnames` finds no name for `web-2_d6fb`"),
        "{}",
        errors[0].message
    );
    assert_eq!(errors[0].help, ["add `default` as the last of `hostnames`"]);
}

#[test]
fn extra_variables_count_for_names_where_wanted() {
    let extra: Map = [("name", Value::from("extra"))].into_iter().collect();
    let config =
        "plain_host_names: true\ndefault_host_filters: [\"name == 'extra'\"]\nhostnames: [name ~ vmid]";
    assert_eq!(names(config, &extra)[0], "web-1id-web-1");
    assert_eq!(names(&format!("use_extra_vars: true\n{config}"), &extra)[0], "extraid-web-1");
}

#[test]
fn failures_are_told_by_their_weight() {
    let told = |config: &str| -> Vec<(Severity, String)> {
        let (_, told) = inventory(config, facts(), &Map::new()).unwrap();
        told.into_iter().map(|diagnostic| (diagnostic.severity, diagnostic.message)).collect()
    };
    let cause = "object of type 'dict' has no attribute 'role'";
    let rule = "/a.azure_rm.yml: keyed_groups[0] failed on 1 of 3 hosts, e.g. web-2_d6fb";
    assert_eq!(
        told("keyed_groups: [{key: tags.role}]"),
        [(Severity::Error, format!("{rule}: {cause}; 1 hosts get nothing of the rules after it"))]
    );
    assert_eq!(
        told("fail_on_template_errors: false\nkeyed_groups: [{key: tags.role}]"),
        [(Severity::Warning, format!("{rule}: {cause}"))]
    );
    assert_eq!(
        told("fail_on_template_errors: false\nexclude_host_filters: [tags.role == 'x']"),
        [(
            Severity::Warning,
            "/a.azure_rm.yml: 1 machines fail `exclude_host_filters[0]`, which is skipped: web-2_d6fb"
                .to_owned()
        )]
    );
}

#[test]
fn a_public_address_without_a_number_does_not_hide_the_private_one() {
    let mut facts = facts();
    for fact in &mut facts {
        if fact.kind == crate::facts::PUBLIC_IP {
            fact.record = [("id", fact.id.clone())].into_iter().collect::<Map>().into();
        }
    }
    let (inventory, _) = inventory("", facts, &Map::new()).unwrap();
    let host = inventory.host(inventory.find_host("web-1_6146").unwrap());
    assert_eq!(host.variable("public_ipv4_address").unwrap().repr(), "[None]");
    assert_eq!(host.variable("ansible_host").unwrap().repr(), "'10.0.0.4'");
}

#[test]
fn what_a_state_or_an_address_costs_is_a_loss() {
    let losses = |config: &str, facts: Vec<Facts>| -> Vec<String> {
        let (_, told) = inventory(config, facts, &Map::new()).unwrap();
        told.into_iter().filter(|told| told.is_loss).map(|told| told.message).collect()
    };
    let without =
        |kind: &str| -> Vec<Facts> { facts().into_iter().filter(|fact| fact.kind != kind).collect() };
    assert_eq!(losses("", facts()), [""; 0]);
    let told = losses("", without(crate::facts::VM_STATUS));
    let state = "machines are left out by filters, and have no known power state: ";
    assert!(matches!(&told[..], [told] if told.contains(state)), "{told:?}");
    // Nobody misses what would be left out all the same, and what is there.
    assert_eq!(losses("include_host_filters: [false]", without(crate::facts::VM_STATUS)), [""; 0]);
    let told = losses("default_host_filters: []", without(crate::facts::VM_STATUS));
    let address = "2 machines have no network interface, and so no address: ";
    assert!(matches!(&told[..], [told] if told.contains(address)), "{told:?}");
    let told = losses("", without(crate::facts::NETWORK_INTERFACE));
    let interface = "refer to a network interface that Azure does not list: ";
    assert!(told.iter().any(|told| told.contains(interface)), "{told:?}");
}

#[test]
fn equal_names_are_told() {
    let (_, told) = inventory("hostnames: [resource_group]", facts(), &Map::new()).unwrap();
    assert_eq!(told.len(), 1);
    assert!(
        told[0]
            .message
            .ends_with("2 machines are called `rg-a` and become one host: rg-a/web-1_6146, rg-a/db_e446")
    );
}

#[test]
fn backslashes_mean_the_same_in_names_filters_and_groups() {
    let config = r#"
hostnames: ["name | regex_replace('^(w)eb', '\\1')"]
include_host_filters: ["name | regex_replace('^(w)eb', '\\1') == 'w-1'", name == 'db']
conditional_groups: {short: "name | regex_replace('^(w)eb', '\\1') == 'w-1'"}
"#;
    let made = |config, escapes| {
        let (inventory, _) = inventory_with(config, facts(), &Map::new(), escapes).unwrap();
        let hosts: Vec<_> = inventory.hosts().map(|(_, host)| host.name().to_string()).collect();
        let short = inventory.groups().find(|(_, group)| group.name().as_str() == "short");
        (hosts, short.map_or(0, |(_, group)| group.hosts().len()))
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(made(config, Escapes::Author), (names(&["w-1", "db"]), 1));
    // The character 1 in place of `web`.
    assert_eq!(made(config, Escapes::Exact), (names(&["db"]), 0));
    let named = config.lines().nth(1).unwrap();
    assert_eq!(made(named, Escapes::Exact).0, ["\u{1}-1", "\u{1}-2", "db"]);
}
