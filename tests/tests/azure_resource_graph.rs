//! Azure Resource Graph as the back-end of an `azure_rm.yml`: the inventory that Resource Manager gives, or a failure.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::path::PathBuf;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::compare::Inventory;
use inventory_tests::simulator::fleet::Description;
use inventory_tests::simulator::{Settings, Simulator, Source, azure};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

/// The rows of a page.
const PAGE: usize = 20;

/// Machines, instances of scale sets and machines of Arc, in whatever state. Names are ids, which the two services spell in different case.
const ALL: &str = "default_host_filters: []\ninclude_vmss_resource_groups: ['*']\n\
    include_arc_resource_groups: ['*']\nplain_host_names: true\n\
    hostnames: [id | lower]";

/// What Resource Manager is asked for where Resource Graph is not.
const LISTS: [&str; 7] = [
    "VirtualMachines",
    "VirtualMachineStates",
    "InstanceView",
    "NetworkInterfaces",
    "NetworkInterface",
    "PublicAddresses",
    "PublicAddress",
];

/// A simulator, and a workplace whose Azure it is.
struct Stage {
    simulator: Simulator,
    workplace: Workplace,
}

impl Stage {
    fn new(settings: Settings) -> Self {
        let simulator = Simulator::start(settings).expect("a simulator");
        let workplace = Workplace::with_simulator(&simulator, true);
        Self { simulator, workplace }
    }

    fn seeded(azure: azure::Options) -> Self {
        let source = Source::Seeded { seed: 3, size: 240, accounts: 2, regions: 3 };
        Self::new(Settings { source, page_size: Some(PAGE), azure, ..Settings::default() })
    }

    fn run(&self, backend: &str, options: &str) -> Run {
        let text = format!("plugin: azure.azcollection.azure_rm\n{options}\n");
        self.workplace.write("stage.azure_rm.yml", &text);
        let native = format!("sources:\n  - file: stage.azure_rm.yml\n    backend: {backend}\nretries: 2\n");
        self.workplace.write("native.yml", &native);
        self.workplace.run(cloud_inventory(), ["native.yml", "--list"])
    }

    /// Lists with a back-end, without faults, and with counts that begin anew.
    fn list(&self, backend: &str, options: &str) -> Inventory {
        self.simulator.reset();
        Inventory::read(&self.run(backend, options).json())
    }

    fn requests(&self, call: &str) -> u64 {
        self.simulator.statistics().of("azure", call).requests
    }
}

/// Returns the variables of all hosts, without what Resource Graph does not tell: how the virtual machine list spells
/// ids, and the versions of interfaces.
fn comparable(inventory: &Inventory) -> Vec<(&str, Value)> {
    let one = |name| {
        let mut variables = inventory.host(name).cloned().unwrap_or_default();
        if let Some(id) = variables.get_mut("id") {
            *id = id.as_str().unwrap_or_default().to_lowercase().into();
        }
        let interfaces = variables.get_mut("network_interface_properties").and_then(Value::as_array_mut);
        for interface in interfaces.into_iter().flatten().filter_map(Value::as_object_mut) {
            interface.remove("etag");
        }
        (name, variables)
    };
    inventory.host_names().into_iter().map(one).collect()
}

/// Returns how many pages the virtual machines of an inventory take, with their interfaces and addresses.
fn pages(inventory: &Inventory) -> usize {
    let machines =
        inventory.host_names().into_iter().filter_map(|name| inventory.host(name)).filter(|host| {
            host.get("resource_type").is_some_and(|kind| kind == "Microsoft.Compute/virtualMachines")
        });
    let machines: Vec<_> = machines.collect();
    let items = |list: &str| -> usize {
        machines.iter().filter_map(|host| host.get(list)?.as_array()).map(Vec::len).sum()
    };
    let counts = [machines.len(), items("network_interface"), items("public_ip_address")];
    counts.into_iter().map(|count| count.div_ceil(PAGE)).sum()
}

#[test]
fn hosts_are_those_of_resource_manager_in_fewer_requests() {
    let stage = Stage::seeded(azure::Options::default());
    let theirs = stage.list("resource_manager", ALL);
    let asked = LISTS.map(|call| stage.requests(call)).iter().sum::<u64>();
    assert_eq!(stage.requests("ResourceGraph"), 0);
    let ours = stage.list("resource_graph", ALL);
    let (expected, found) = (comparable(&theirs), comparable(&ours));
    assert!(expected.len() > 100, "{}", expected.len());
    assert_eq!(found.len(), expected.len());
    for (host, other) in expected.iter().zip(&found) {
        assert_eq!(host, other);
    }
    for call in LISTS {
        assert_eq!(stage.requests(call), 0, "{call}");
    }
    let pages = u64::try_from(pages(&ours)).expect("a number");
    assert!(pages > 6, "every query has several pages");
    assert_eq!(stage.requests("ResourceGraph"), pages);
    assert!(pages < asked, "{pages} {asked}");
    assert_eq!(stage.simulator.statistics().of("azure", "*").failures, 0);
}

#[test]
fn resource_groups_are_part_of_the_query() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/azure.yml");
    let source = Source::Described(Description::read(&file).expect("a fleet"));
    let stage = Stage::new(Settings { source, ..Settings::default() });
    let inventory =
        stage.list("resource_graph", "include_vm_resource_groups: [WEB-team, sets]\nplain_host_names: true");
    assert_eq!(inventory.host_names(), ["Capital-VM", "loose-a", "plain"]);
    assert_eq!(stage.requests("ResourceGraph"), 3);
    // Only Resource Manager says that a group does not exist.
    let run = stage.run("resource_graph", "include_vm_resource_groups: [WEB-team, nowhere]");
    check_failure(&run, "ResourceGroupNotFound");
    assert_eq!(stage.requests("VirtualMachines"), 1);
}

#[test]
fn a_throttled_query_is_asked_again() {
    let stage = Stage::seeded(azure::Options::default());
    let whole = stage.list("resource_graph", ALL);
    let requests = stage.requests("ResourceGraph");
    stage.simulator.reset();
    stage.simulator.add_fault("azure:ResourceGraph:2:throttled".parse().expect("a rule"));
    let again = Inventory::read(&stage.run("resource_graph", ALL).json());
    assert_eq!(comparable(&again), comparable(&whole));
    assert_eq!(stage.requests("ResourceGraph"), requests + 1);
    let stage = Stage::seeded(azure::Options::default());
    stage.simulator.add_fault("azure:ResourceGraph:always:throttled".parse().expect("a rule"));
    check_failure(&stage.run("resource_graph", ALL), "RateLimiting");
}

#[test]
fn a_truncated_result_is_a_failure() {
    let stage = Stage::seeded(azure::Options { truncates_queries: true, ..azure::Options::default() });
    check_failure(&stage.run("resource_graph", ALL), "the result is truncated");
}

fn check_failure(run: &Run, cause: &str) {
    assert!(!run.succeeded() && run.stdout.is_empty(), "{run:#?}");
    assert!(run.stderr.contains(cause) && run.stderr.contains("azure/"), "{}", run.stderr);
}

#[test]
fn a_back_end_is_for_azure_only() {
    let workplace = Workplace::new();
    workplace.write("a.aws_ec2.yml", "plugin: amazon.aws.aws_ec2\n");
    let native = "sources:\n  - file: a.aws_ec2.yml\n    backend: resource_graph\n";
    workplace.write("native.yml", native);
    let run = workplace.run(cloud_inventory(), ["check", "native.yml"]);
    assert!(!run.succeeded(), "{run:#?}");
    for part in ["native.yml:3:14", "`backend` is only for Azure"] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
}
