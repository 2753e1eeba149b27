//! `testdata/rules.jsonl` is what google.cloud 1.10.2 makes of configs and a few instances (`make_rules.py`).

use std::path::Path;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use inventory_core::build;
use inventory_core::config::environment;
use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Severity};
use inventory_core::discovery::{Fetched, Page, Plan, Provider, Scope, Source};
use inventory_core::expression::Environment;
use inventory_core::grouping::{Rules, Settings};
use inventory_core::inventory::Inventory;
use inventory_core::value::Time;
use serde_json::{Value as Json, json};

use super::*;
use crate::facts;
use crate::options::{self, Query, RULES};
use crate::testing::facts_of;

/// A source that asks nobody.
struct Offline {
    hosts: HostSettings,
    with_images: bool,
}

impl Provider for Offline {
    fn cloud(&self) -> &'static str {
        "gcp"
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
        hosts(&self.hosts, self.with_images, facts)
    }
}

fn all_facts() -> Json {
    serde_json::from_str(include_str!("../../testdata/rules-facts.json")).unwrap()
}

/// Returns what fetching gives for a query, but for the filter.
fn facts_for(query: &Query, all: &Json) -> Vec<Facts> {
    let mut facts = Vec::new();
    for project in &query.projects {
        let records = |kind: &str| all[project][kind].as_array().cloned().unwrap_or_default();
        let is_wanted = |record: &&Json| {
            let link = record["selfLink"].as_str().unwrap();
            query.zones.wants(&link.split('/').skip(7).take(2).collect::<Vec<_>>().join("/"))
        };
        facts.extend(facts_of(facts::INSTANCE, records("instances").iter().filter(is_wanted)));
        if query.images {
            facts.extend(facts_of(facts::DISK, &records("disks")));
        }
    }
    facts
}

/// What becomes of a config.
struct Outcome {
    inventory: Inventory,
    told: Vec<Diagnostic>,
    filter: Option<String>,
}

fn run(config: &str) -> Result<Outcome, Vec<Diagnostic>> {
    let text = format!("plugin: google.cloud.gcp_compute\nauth_kind: accesstoken\naccess_token: t\n{config}");
    let document = inventory_core::yaml::read("a.gcp.yml", text.as_bytes()).unwrap();
    let variables = environment::Environment::default();
    let mut options = Options::new(&document, &variables).unwrap();
    let (settings, mut told) = options::read(&mut options)?;
    let (hosts, more) = HostSettings::read(&mut options)?;
    told.extend(more);
    let rules = Settings { dialect: RULES, sanitizer: hosts.sanitizer, ..Settings::default() };
    let (rules, more) = Rules::from_options(&mut options, rules).map_err(|error| vec![error])?;
    told.extend(more);
    let facts = facts_for(&settings.query, &all_facts());
    let source = Offline { hosts, with_images: settings.query.images };
    let environment = Environment::new(|_| None, "/".into(), Time::from_unix(0, 0).unwrap());
    let mut inventory = Inventory::new();
    let path = Path::new("/a.gcp.yml");
    let fetched = Fetched::of(facts);
    let built = build::prepare(path, &source, &rules, fetched)
        .and_then(|hosts| hosts.add(&mut inventory, &environment));
    told.extend(built.map_err(|error| vec![error])?);
    inventory.reconcile().map_err(|error| vec![Diagnostic::error(error.to_string())])?;
    Ok(Outcome { inventory, told, filter: settings.query.filter })
}

/// Returns hosts with the variables that are no facts, and groups, as the rows have them.
fn shown(inventory: &Inventory, facts: &[&str]) -> Json {
    let own = |host: &inventory_core::inventory::Host| {
        let variables = host.variables().filter(|(name, _)| !facts.contains(name));
        let mut variables: Vec<_> =
            variables.map(|(name, value)| (name.to_owned(), Json::from(value.repr()))).collect();
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

/// Returns a row as [`shown`] writes it: the plugin puts its hosts into `all`, ours are in no group.
fn expected(row: &Json) -> Json {
    let mut row = row.clone();
    for variables in row["hosts"].as_object_mut().unwrap().values_mut() {
        let mut sorted: Vec<_> = variables.as_object().unwrap().clone().into_iter().collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let as_text = |(name, value)| (name, Json::from(Value::from(value).repr()));
        *variables = Json::Object(sorted.into_iter().map(as_text).collect());
    }
    row["groups"].as_object_mut().unwrap().remove("all");
    json!({"hosts": row["hosts"], "groups": row["groups"]})
}

/// The configs for which only the plugin fails, and why we do not.
const NOT_COPIED: [(&str, &str); 8] = [
    (
        "projects: [one, two]\nhostnames: [hostname]\nname_suffix: .example.com\n",
        "its own name is better than no hosts",
    ),
    ("projects: [one]\nhostnames: [labels.vm_name]\n", "its own name is better than no hosts"),
    ("projects: [one]\nhostnames: [public_ip]\n", "its own name is better than no hosts"),
    (
        "projects: [one, two]\nhostnames: [name]\nretrieve_image_info: true\n",
        "regional disks have images too",
    ),
    (
        "projects: [one]\nhostnames: [name]\nkeyed_groups: [{key: deletionProtection}, {key: status}]\n",
        "what is not strict is skipped",
    ),
    (
        "projects: [one]\nhostnames: [name]\nkeyed_groups: [{key: \"5\"}, {key: status}]\n",
        "what is not strict is skipped",
    ),
    (
        "projects: [one]\nhostnames: [name]\nkeyed_groups: [{key: zone, default_value: x, trailing_separator: false}, {key: status}]\n",
        "what is not strict is skipped",
    ),
    (
        "projects: [one]\nhostnames: [name]\nkeyed_groups: [{key: status, parent_group: status}, {key: zone, parent_group: _us_east1_b}]\n",
        "what is not strict is skipped",
    ),
];

/// The configs that only we refuse, and why.
const REFUSED: [(&str, &str); 1] =
    [("projects: [one]\nfilters: [{status: RUNNING}]\n", "Compute Engine would get its key for a filter")];

/// The filters of several that the plugin joins without their parentheses, and how they are joined here.
const JOINED: [(&str, &str); 1] = [(
    "(labels.a = x) (labels.b = y) (a = b) AND c = d",
    "(labels.a = x) (labels.b = y) ((a = b) AND c = d)",
)];

#[test]
fn rules_do_what_the_plugin_does() {
    let facts = all_facts();
    let facts: Vec<&str> =
        facts["facts"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let (mut wrong, mut only_theirs, mut only_ours) = (Vec::new(), Vec::new(), Vec::new());
    for line in include_str!("../../testdata/rules.jsonl").lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let config = row["config"].as_str().unwrap();
        match (row.get("error"), run(config)) {
            (Some(_), Err(_)) => {}
            (Some(_), Ok(_)) => only_theirs.push(config.to_owned()),
            (None, Err(_)) => only_ours.push(config.to_owned()),
            (None, Ok(outcome)) => {
                let (ours, theirs) = (shown(&outcome.inventory, &facts), expected(&row));
                if ours != theirs {
                    wrong.push(format!("{config}\n  ours   {ours}\n  theirs {theirs}"));
                }
                let sent = row["filter"].as_str().unwrap_or_default();
                let joined =
                    JOINED.iter().find(|(theirs, _)| *theirs == sent).map_or(sent, |(_, ours)| *ours);
                assert_eq!(outcome.filter.unwrap_or_default(), joined, "{config}");
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
    let sorted = |configs: &[(&str, &str)]| {
        let mut configs: Vec<String> = configs.iter().map(|(config, _)| (*config).to_owned()).collect();
        configs.sort();
        configs
    };
    only_theirs.sort();
    assert_eq!(only_theirs, sorted(&NOT_COPIED));
    assert_eq!(only_ours, sorted(&REFUSED));
}

/// Returns the names of hosts, and what is told by the build and the rules, without what is told of the options.
fn outcome(config: &str) -> (Vec<String>, Vec<(Severity, String)>) {
    let outcome = run(config).unwrap();
    let names = outcome.inventory.hosts().map(|(_, host)| host.name().to_string()).collect();
    let told = outcome.told.into_iter().map(|diagnostic| (diagnostic.severity, diagnostic.message));
    (names, told.filter(|(_, message)| message.starts_with('/')).collect())
}

fn warning(text: &str) -> (Severity, String) {
    (Severity::Warning, format!("/a.gcp.yml: {text}"))
}

#[test]
fn a_host_that_has_no_name_by_the_config_is_not_lost() {
    let (names, told) = outcome("projects: [one]\nhostnames: [labels.vm_name]\nname_suffix: .x");
    assert_eq!(names, ["web-1.x", "plain.x", "database"]);
    let expected = "2 machines have no name by `hostnames`, and are called by their own: web-1, plain";
    assert_eq!(told, [warning(expected)]);
}

#[test]
fn equal_names_are_one_host_and_told() {
    let (names, told) = outcome("projects: [one, two]\nhostnames: [name]");
    assert_eq!(names, ["web-1", "plain", "db-1", "far"]);
    let expected =
        "2 machines are called `web-1` and become one host: one/us-east1-b/web-1, two/us-east1-b/web-1";
    assert_eq!(told, [warning(expected)]);
}

#[test]
fn a_key_that_names_no_group_costs_only_its_entry() {
    let config =
        "projects: [one]\nhostnames: [name]\nkeyed_groups: [{key: deletionProtection}, {key: status}]";
    let result = run(config).unwrap();
    assert_eq!(result.inventory.group(result.inventory.find_group("_TERMINATED").unwrap()).hosts().len(), 1);
    let expected = "keyed_groups[0] failed on 1 of 3 hosts, e.g. db-1: the key is a bool; expected a string, a list or a \
                    mapping (`| string` makes it one)";
    assert_eq!(outcome(config).1, [warning(expected)]);
}

#[test]
fn images_are_those_of_all_disks_of_all_projects() {
    let config = "projects: [two]\nhostnames: [name]\nfilters: [status = RUNNING]\nretrieve_image_info: true";
    let result = run(config).unwrap();
    let image = |name: &str| {
        let host = result.inventory.host(result.inventory.find_host(name).unwrap());
        host.variable("image").and_then(Value::as_str).map(str::to_owned)
    };
    assert_eq!(image("web-1").as_deref(), Some("debian-12"));
    assert_eq!(image("far").as_deref(), Some("debian-12"));
    assert_eq!(result.told.len(), 0);
}
