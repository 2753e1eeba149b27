//! The stages after discovery, without the providers: what they make of facts is in the facts already.

use std::io;
use std::mem::forget;
use std::path::Path;
use std::sync::Arc;

use inventory_core::config::environment::Environment as Variables;
use inventory_core::config::native::{self as native_config, Native};
use inventory_core::config::options::Options;
use inventory_core::discovery::{Facts, Fetched};
use inventory_core::expression::{Environment, Escapes};
use inventory_core::grouping::{self, Rules};
use inventory_core::host::{Host, Machine};
use inventory_core::inventory::Inventory;
use inventory_core::native::{self, Part};
use inventory_core::render::{self, View};
use inventory_core::store::snapshot;
use inventory_core::store::{Content, Vocabulary};
use inventory_core::value::{Map, Text, Time, Value};
use inventory_core::yaml::{self, Document};

use super::facts::CLOUDS;

/// The kind of all facts.
pub(crate) const KIND: &str = "instance";

/// The rules of a plugin's file and of a native one.
const PLUGIN_RULES: &str = include_str!("plugin.yml");
const NATIVE_RULES: &str = include_str!("native.yml");

/// A stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    ReadSnapshot,
    BuildPlugin,
    RenderScript,
    RenderHandOver,
    BuildNative,
    RenderYaml,
}

impl Stage {
    /// All of them, in the order in which they run.
    pub(crate) const ALL: [Stage; 6] = [
        Stage::ReadSnapshot,
        Stage::BuildPlugin,
        Stage::RenderScript,
        Stage::RenderHandOver,
        Stage::BuildNative,
        Stage::RenderYaml,
    ];

    /// Returns the name in the file of figures.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Stage::ReadSnapshot => "read a snapshot",
            Stage::BuildPlugin => "build by a plugin's file",
            Stage::RenderScript => "render for a script",
            Stage::RenderHandOver => "render for the collection",
            Stage::BuildNative => "build by a native config",
            Stage::RenderYaml => "render as YAML",
        }
    }
}

/// Goes through so many stages with the facts of a snapshot. Nothing is freed, so that each costs only what it does.
pub(crate) fn run(count: usize, file: &Path) {
    let (mut facts, mut inventory) = (Vec::new(), Inventory::new());
    for stage in Stage::ALL.into_iter().take(count) {
        match stage {
            Stage::ReadSnapshot => facts = read(file),
            Stage::BuildPlugin => inventory = build_plugin(&facts),
            Stage::RenderScript => {
                render::write_list(&View::new(&inventory, false), io::sink()).expect("a list");
            }
            Stage::RenderHandOver => {
                render::write_hand_over(&inventory, io::sink()).expect("what is handed over");
            }
            Stage::BuildNative => forget(std::mem::replace(&mut inventory, build_native(&facts))),
            Stage::RenderYaml => {
                render::write_list_yaml(&View::new(&inventory, false), &mut io::sink()).expect("YAML");
            }
        }
    }
    forget((facts, inventory));
}

/// Reads the facts of all clouds.
fn read(file: &Path) -> Vec<(&'static str, Vec<Facts>)> {
    let vocabularies = CLOUDS.map(|cloud| Vocabulary { cloud, kinds: &[KIND], host_kinds: &[KIND] });
    let snapshot = snapshot::read(file, &vocabularies).expect("a snapshot");
    let of_entry = |saved: snapshot::Saved| match saved.entry.content {
        Content::Facts(page) => (saved.entry.scope.cloud, page.facts),
        Content::Plan(_) => (saved.entry.scope.cloud, Vec::new()),
    };
    snapshot.entries.into_iter().map(of_entry).collect()
}

fn world() -> Environment {
    Environment::new(|_| None, "/".into(), Time::from_unix(0, 0).expect("a time"))
}

fn document(text: &str) -> Document {
    yaml::read("rules.yml", text.as_bytes()).expect("YAML")
}

fn rules(document: &Document) -> Rules {
    let variables = Variables::default();
    let mut options = Options::new(document, &variables).expect("options");
    Rules::from_options(&mut options, grouping::Settings::default()).expect("rules").0
}

fn record(facts: &Facts) -> &Arc<Map> {
    let Value::Map(map) = &facts.record else { panic!("a record is a map") };
    map
}

/// Does what becomes of the hosts of plugins' files.
fn build_plugin(facts: &[(&'static str, Vec<Facts>)]) -> Inventory {
    let (document, world) = (document(PLUGIN_RULES), world());
    let rules = rules(&document);
    let mut inventory = Inventory::new();
    for (cloud, facts) in facts {
        inventory.begin_source(format!("/{cloud}.yml"));
        let group = inventory.add_group(&format!("all_{cloud}")).expect("a group");
        let mut tally = rules.tally();
        for facts in facts {
            let host = inventory.add_host(&facts.id).expect("a host");
            inventory.add_member(group, host);
            inventory.set_host_facts(host, record(facts));
            rules.apply(&mut inventory, host, &**record(facts), &world, &mut tally).expect("rules that fit");
        }
        forget(tally);
    }
    inventory.reconcile().expect("an inventory");
    forget((rules, document));
    inventory
}

/// Makes an inventory of all clouds by a native configuration.
fn build_native(facts: &[(&'static str, Vec<Facts>)]) -> Inventory {
    let (document, world) = (document(NATIVE_RULES), world());
    let Native { file, sources, .. } =
        native_config::read(&document, Path::new("")).expect("a native config");
    let escapes = Escapes::default();
    let settings = file.host_settings(&document.source, rules(&document), escapes).expect("settings");
    let own = sources.first().expect("a source").options.part_settings(&document.source, escapes);
    let own = own.expect("settings of a source");
    let make = CLOUDS.map(|cloud| {
        move |facts: Vec<Facts>| (facts.iter().map(|facts| machine(cloud, facts)).collect(), Vec::new())
    });
    let parts = facts.iter().zip(&make).map(|((cloud, facts), machines)| Part {
        label: cloud,
        machines,
        settings: &own,
        fetched: Fetched::of(facts.clone()),
    });
    let mut hosts =
        native::prepare(Path::new("/rules.yml"), parts.collect(), &settings, &world).expect("hosts");
    native::part_names(&mut [&mut hosts], &[].into()).expect("names");
    let mut inventory = Inventory::new();
    hosts.add(&mut inventory, &world).expect("rules that fit");
    inventory.reconcile().expect("an inventory");
    forget(document);
    inventory
}

/// Makes a machine of the members that records of all clouds have, under their names.
fn machine(provider: &'static str, facts: &Facts) -> Machine {
    let record = record(facts);
    let text = |names: &[&str]| names.iter().find_map(|name| Some(Text::from(record.get(name)?.as_str()?)));
    let tags = ["tags", "labels"].iter().find_map(|name| match record.get(name)? {
        Value::Map(tags) => Some(Arc::clone(tags)),
        _ => None,
    });
    let host = Host {
        provider,
        region: text(&["location", "zone"]),
        id: facts.id.clone(),
        name: text(&["name"]),
        r#type: text(&["instance_type", "virtual_machine_size", "machineType"]),
        state: text(&["powerstate", "status"]),
        private_ips: text(&["ansible_host"]).into_iter().collect(),
        tags: tags.unwrap_or_default(),
        ..Host::default()
    };
    Machine { host, record: Arc::clone(record) }
}
