//! Ansible's own programs, by the script route, by the plugin route, by the plugin that is replaced, and with an
//! inventory that is in memory already.

use std::collections::HashMap;
use std::fs;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::collection;
use inventory_tests::python::Environment;
use inventory_tests::workplace::Workplace;
use serde_json::{Value, json};

use super::cost::{Contestant, race};
use super::report::{Report, Subject};
use super::scene::{Cloud, Scene};
use super::{Options, Section};

/// The names in tables.
pub(crate) const ALONE: &str = "Ansible alone, no hosts";
pub(crate) const MEMORY: &str = "hosts from memory";
pub(crate) const COLLECTION: &str = "ours, plugin route";
pub(crate) const KEPT: &str = "ours, plugin route, kept facts";
pub(crate) const SCRIPT: &str = "ours, script route";
pub(crate) const PLUGIN: &str = "Python plugin";

/// The names of what is asked.
pub(crate) const LIST_HOSTS: &str = "ansible all --list-hosts";
pub(crate) const INVENTORY: &str = "ansible-inventory --list";

/// How many variables each host has at least.
const VARIABLES: usize = 60;

/// Measures both programs with the same hosts.
pub(crate) fn measure(options: &Options, report: &mut Report) {
    let size = options.size();
    let mut scene = Scene::new(Cloud::Aws, size);
    collection::use_in(&mut scene.direct);
    scene.direct.write(Cloud::Aws.file(), &config(""));
    let kept = scene.direct.write("kept.aws_ec2.yml", &config(CACHE)).display().to_string();
    let config = scene.direct.path(Cloud::Aws.file());
    let workplace = &scene.direct;
    let script = workplace.write_script("script.sh", cloud_inventory(), &[config], &[]).display().to_string();
    let memory = remember(workplace);
    // So that there are facts.
    let first = workplace.run(cloud_inventory(), [kept.as_str(), "--list", "--output", "list.json"]);
    assert!(first.succeeded(), "{first:#?}");
    for (name, program, arguments) in
        [(LIST_HOSTS, "ansible", &["all", "--list-hosts"][..]), (INVENTORY, "ansible-inventory", &["--list"])]
    {
        let asks = |name, enabled: &str, source: &str| {
            let arguments = [&["-i", source], arguments].concat();
            Contestant::python(name, workplace, Environment::current(), program, &arguments)
                .with("ANSIBLE_INVENTORY_ENABLED", enabled)
        };
        // Ansible takes half a minute and more to write 10,000 hosts as JSON, wherever they are from.
        let (rounds, slow) = if options.quick || name == LIST_HOSTS { (4, 2) } else { (1, 1) };
        let mut contestants = vec![
            asks(ALONE, "host_list", "localhost,"),
            asks(MEMORY, "memory", &memory)
                .with("ANSIBLE_INVENTORY_PLUGINS", workplace.path("inventory_plugins")),
            asks(COLLECTION, collection::PLUGIN, Cloud::Aws.file()),
            asks(KEPT, collection::PLUGIN, &kept),
            asks(SCRIPT, "script", &script).rounds(slow),
        ];
        if options.measures_plugins(size) {
            contestants.push(asks(PLUGIN, "auto", Cloud::Aws.file()).rounds(1));
        }
        let costs = race(&format!("{name}, {size} hosts"), rounds, &contestants);
        let subject = Subject { section: Section::Ansible, name: name.to_owned(), hosts: size };
        report.add(&subject, &contestants, costs);
    }
}

/// The plugin's own options of a cache, which this program reads.
const CACHE: &str = "cache: true\ncache_plugin: ansible.builtin.jsonfile\ncache_connection: kept\n";

/// Returns a plugin's file that brings the hosts of AWS, with 45 variables at least, to sixty.
fn config(more: &str) -> String {
    let composed: String =
        (45..VARIABLES).map(|number| format!("  more_{number}: \"'more {number}'\"\n")).collect();
    format!(
        "plugin: amazon.aws.aws_ec2\nhostnames: [instance-id]\nkeyed_groups:\n  \
         - {{key: tags.Environment | default('none'), prefix: env}}\n{more}compose:\n{composed}"
    )
}

/// Writes what the memory plugin reads, and returns its path.
fn remember(workplace: &Workplace) -> String {
    let folder = workplace.folder();
    fs::create_dir_all(folder.join("inventory_plugins")).expect("a folder for plugins");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/python/memory.py");
    fs::copy(source, folder.join("inventory_plugins/memory.py")).expect("the plugin");
    let list = workplace.run(cloud_inventory(), [Cloud::Aws.file(), "--list"]).json();
    let variables_of = list["_meta"]["hostvars"].as_object().expect("variables of hosts");
    let places: HashMap<&str, usize> =
        variables_of.keys().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let variables = variables_of.values().next().expect("a host");
    let count = variables.as_object().map_or(0, serde_json::Map::len);
    assert!(count >= VARIABLES, "{count} variables");
    let texts = |list: &Value| -> Vec<String> { serde_json::from_value(list.clone()).unwrap_or_default() };
    let groups: Vec<Value> = list
        .as_object()
        .expect("groups")
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "_meta" | "all"))
        .map(|(name, group)| {
            let hosts: Vec<usize> = texts(&group["hosts"]).iter().map(|host| places[host.as_str()]).collect();
            json!([name, hosts, texts(&group["children"]), {}, 1])
        })
        .collect();
    let hosts: Vec<&String> = variables_of.keys().collect();
    let document = json!({"hosts": hosts, "variables": variables, "groups": groups});
    workplace.write("memory.json", &document.to_string()).display().to_string()
}
