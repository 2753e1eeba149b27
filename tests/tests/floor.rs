//! The floor of the benchmark does no less than this program: both make the same inventory.

use std::collections::BTreeMap;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::simulator::gcp::files::ACCESS_TOKEN;
use inventory_tests::simulator::{Settings, Simulator};
use inventory_tests::workplace::Workplace;
use serde_json::Value;

/// The plugins' files of the benchmark.
const CONFIGS: [(&str, &str, &str); 3] = [
    ("aws", "x.aws_ec2.yml", include_str!("../benches/table/aws_ec2.yml")),
    ("azure", "x.azure_rm.yml", include_str!("../benches/table/azure_rm.yml")),
    ("gcp", "x.gcp.yml", include_str!("../benches/table/gcp.yml")),
];

/// Returns the hosts of a group, sorted, and its children.
fn groups(inventory: &Value) -> BTreeMap<String, Vec<String>> {
    let names = |group: &Value, part: &str| -> Vec<String> {
        let names = group[part].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let groups = inventory.as_object().into_iter().flatten().filter(|(name, _)| *name != "_meta");
    let groups = groups.map(|(name, group)| {
        let mut members = [names(group, "hosts"), names(group, "children")].concat();
        members.sort();
        (name.clone(), members)
    });
    groups.collect()
}

#[test]
fn the_floor_lists_what_this_program_lists() {
    // Pages of their usual sizes, of which the last ones are not full.
    let simulator = Simulator::start(Settings::seeded(3, 1_300)).expect("a simulator");
    let mut workplace = Workplace::with_simulator(&simulator, false);
    let token = std::fs::read_to_string(simulator.credential_file(ACCESS_TOKEN)).expect("a token");
    workplace.set("FLOOR_TOKEN", token.trim());
    let variables = simulator.environment(false);
    let project = variables.iter().find(|(name, _)| *name == "GOOGLE_CLOUD_PROJECT").expect("a project");
    for (cloud, file, config) in CONFIGS {
        workplace.write(file, &config.replace("PROJECT", &project.1));
        let ours = workplace.run(cloud_inventory(), [file, "--list"]);
        let floor = workplace.run(env!("CARGO_BIN_EXE_floor"), [cloud]);
        // Not only equal, but of the same form.
        assert_eq!(ours.stdout.len(), floor.stdout.len(), "{cloud}");
        let (ours, floor) = (ours.json(), floor.json());
        let hosts = |inventory: &Value| inventory["_meta"]["hostvars"].as_object().expect("hosts").clone();
        let (our_hosts, floor_hosts) = (hosts(&ours), hosts(&floor));
        assert!(our_hosts.len() > 1_000, "{cloud}: {}", our_hosts.len());
        for (name, variables) in &our_hosts {
            assert_eq!(floor_hosts.get(name), Some(variables), "{cloud}: {name}");
        }
        assert!(groups(&ours).len() > 3, "{cloud}");
        assert_eq!(groups(&ours), groups(&floor), "{cloud}");
    }
}
