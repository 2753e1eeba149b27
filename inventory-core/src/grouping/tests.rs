//! Each row of `rows.jsonl` is what a plugin of the cloud plugins' form (compose, groups, keyed_groups for each host
//! in turn) makes of a configuration and the hosts of `hosts.json`, on ansible-core 2.19.14.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::value::Time;
use crate::yaml;

fn environment() -> Environment {
    Environment { read_variable: |_| None, folder: "/".into(), now: Time::from_unix(0, 0).unwrap() }
}

fn read(text: &str, settings: Settings) -> Result<(Rules, Vec<Diagnostic>), Diagnostic> {
    let document = yaml::read("test.yml", text.as_bytes()).unwrap();
    let variables = config::environment::Environment::default();
    let mut options = config::options::Options::new(&document, &variables).unwrap();
    let (rules, mut warnings) = Rules::from_options(&mut options, settings)?;
    warnings.extend(options.finish(Severity::Warning));
    Ok((rules, warnings))
}

fn hosts() -> Vec<(String, Arc<Map>)> {
    let json: Json = serde_json::from_str(include_str!("hosts.json")).unwrap();
    let entries = json.as_object().unwrap().clone();
    let facts = |json| match Value::from(json) {
        Value::Map(map) => map,
        other => panic!("{other:?}"),
    };
    entries.into_iter().map(|(name, json)| (name, facts(json))).collect()
}

/// Does for each host what the plugins do.
fn build(rules: &Rules, hosts: &[(String, Arc<Map>)]) -> (Inventory, Result<Tally, Error>) {
    let mut inventory = Inventory::new();
    inventory.begin_source("/tmp/src/x.rowcloud.yml");
    let cloud = inventory.add_group("cloud").unwrap();
    let environment = environment();
    let mut tally = rules.tally();
    for (name, facts) in hosts {
        let host = inventory.add_host(name).unwrap();
        inventory.add_member(cloud, host);
        inventory.set_host_facts(host, facts);
        if let Err(error) = rules.apply(&mut inventory, host, facts, &environment, &mut tally) {
            return (inventory, Err(error));
        }
    }
    (inventory, Ok(tally))
}

/// Returns the groups and the variables that differ from the facts, as the rows have them.
fn shown(inventory: &Inventory, hosts: &[(String, Arc<Map>)]) -> (Json, Value) {
    let groups: Vec<Json> = inventory
        .groups()
        .map(|(_, group)| {
            let hosts = group.hosts().iter().map(|id| inventory.host(*id).name().as_str());
            let children = group.children().iter().map(|id| inventory.group(*id).name().as_str());
            serde_json::json!([
                group.name().as_str(),
                hosts.collect::<Vec<_>>(),
                children.collect::<Vec<_>>()
            ])
        })
        .collect();
    let mut variables = Map::new();
    for ((_, host), (name, facts)) in inventory.hosts().zip(hosts) {
        let changed = |(name, value): &(&str, &Value)| facts.get(name).is_none_or(|fact| fact != *value);
        let changed: Map =
            host.variables().filter(changed).map(|(name, value)| (name, value.clone())).collect();
        if !changed.is_empty() {
            variables.insert(name.as_str(), changed);
        }
    }
    (groups.into(), variables.into())
}

#[test]
fn rules_do_what_ansible_does() {
    let hosts = hosts();
    let mut wrong = Vec::new();
    for line in include_str!("rows.jsonl").lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let config = row["config"].as_str().unwrap();
        let outcome =
            read(config, Settings::default()).map_err(|error| error.message).and_then(|(rules, _)| {
                let (inventory, outcome) = build(&rules, &hosts);
                outcome.map(|_| shown(&inventory, &hosts)).map_err(|error| error.to_string())
            });
        let is_right = match &outcome {
            Err(_) => row.get("error").is_some(),
            Ok((groups, variables)) => {
                *groups == row["groups"] && *variables == Value::from(row["vars"].clone())
            }
        };
        if !is_right {
            wrong.push(format!("{line}\n  gave {outcome:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}
