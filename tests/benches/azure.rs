//! What `--list` costs beside `ansible-inventory` with the plugin `azure.azcollection.azure_rm`, in one run.
//!
//! `cargo bench -p inventory-tests --bench azure [-- HOSTS]`: about 5,000 virtual machines unless HOSTS says otherwise,
//! from the simulator, which is in this process: its answers cost neither program anything. Only ratios mean something
//! on another machine.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and its failure is a panic"
)]

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::python::Environment;
use inventory_tests::simulator::statistics::{CallCount, Statistics};
use inventory_tests::simulator::{Settings, Simulator};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

const CONFIG: &str = "\
plugin: azure.azcollection.azure_rm
default_host_filters: []
keyed_groups:
  - {key: tags.Environment | default('none'), prefix: env}
  - {key: tags.Role | default('none'), prefix: role}
  - {key: location, prefix: region}
conditional_groups:
  linux: os_profile.system == 'linux'
hostvar_expressions:
  size: virtual_machine_size
";

/// The four lists of which hosts are made.
const LISTS: [&str; 4] = ["VirtualMachines", "VirtualMachineStates", "NetworkInterfaces", "PublicAddresses"];

const LATENCY: Duration = Duration::from_millis(100);
const PAGE: usize = 200;

/// Of so many machines of the fleet 100 are virtual machines; the others are instances of scale sets or not in Azure.
const FLEET: u64 = 116;

/// The rounds of this program; the quickest counts, as what slows a round down is never the program.
const ROUNDS: usize = 5;

/// A simulator, and where it is asked from.
struct Stage {
    simulator: Simulator,
    workplace: Workplace,
}

fn main() {
    let hosts = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(5000);
    show_requests(&Stage::new(hosts, LATENCY));
    let stage = Stage::new(hosts, Duration::ZERO);
    let ours = stage.ours();
    let inventory = Environment::azure().program("ansible-inventory");
    stage.simulator.reset();
    let plugin =
        stage.measure(&inventory, &["-i".as_ref(), "bench.azure_rm.yml".as_ref(), "--list".as_ref()]);
    let asked = manager(&stage.simulator.statistics()).requests;
    println!("\nwithout latency; the plugin makes {asked} requests to Resource Manager");
    println!("{:<20}{:>10}{:>10}{:>14}{:>12}", "", "CPU s", "wall s", "peak MB", "output MB");
    row("ansible-inventory", &plugin);
    row("cloud-inventory", &ours);
    let ratios = (plugin.cpu / ours.cpu, plugin.wall / ours.wall, plugin.memory / ours.memory);
    println!("{:<20}{:>9.0}x{:>9.0}x{:>13.1}x", "plugin : ours", ratios.0, ratios.1, ratios.2);
}

/// Shows how near the requests and the time are to the least that there can be.
fn show_requests(stage: &Stage) {
    let ours = stage.ours();
    let statistics = stage.simulator.statistics();
    let pages: u64 = LISTS.iter().map(|list| statistics.of("azure", list).pages).sum();
    let requests = manager(&statistics).requests;
    let chain = statistics.longest_chain("azure");
    let least = LATENCY.mul_f64(chain as f64).as_secs_f64();
    println!("{} ms per request, {PAGE} items on a page", LATENCY.as_millis());
    println!("{requests} requests / {pages} pages of four lists = {:.2}", requests as f64 / pages as f64);
    println!("{:.2} s wall / {chain} pages one after another = {:.2}", ours.wall, ours.wall / least);
    println!("{} connections, {} requests at once", statistics.connections, statistics.most_in_flight);
}

/// Counts the requests to Resource Manager.
fn manager(statistics: &Statistics) -> CallCount {
    let all = statistics.of("azure", "*");
    let others = ["Token", "OpenIdConfiguration", "InstanceDiscovery"];
    let others: u64 = others.iter().map(|call| statistics.of("azure", call).requests).sum();
    CallCount { requests: all.requests - others, ..all }
}

impl Stage {
    fn new(hosts: u64, latency: Duration) -> Self {
        let settings =
            Settings { latency, page_size: Some(PAGE), ..Settings::seeded(17, hosts * FLEET / 100) };
        let simulator = Simulator::start(settings).expect("a simulator");
        let workplace = Workplace::with_simulator(&simulator, true);
        workplace.write("bench.azure_rm.yml", CONFIG);
        Self { simulator, workplace }
    }

    /// Measures this program; what is counted afterwards is of one round.
    fn ours(&self) -> Cost {
        let round = |_| {
            self.simulator.reset();
            self.measure(cloud_inventory(), &["bench.azure_rm.yml".as_ref(), "--list".as_ref()])
        };
        (0..ROUNDS).map(round).min_by(|a, b| a.cpu.total_cmp(&b.cpu)).expect("some rounds")
    }

    fn measure(&self, program: &Path, arguments: &[&OsStr]) -> Cost {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/measure.py");
        let mut command = self.workplace.python_command(Environment::azure(), "python");
        command.arg(script).arg(program).args(arguments);
        command.env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1");
        let result = Run::of(&mut command).json();
        let number = |name: &str| result.get(name).and_then(Value::as_f64).expect("a number");
        assert!(number("code") == 0.0, "{} failed", program.display());
        assert!(number("bytes") > 1000.0, "{} printed no inventory", program.display());
        let (cpu, wall, memory) = (number("cpu"), number("wall"), number("memory"));
        Cost { cpu, wall, memory, bytes: number("bytes") }
    }
}

/// What one run of a program cost.
struct Cost {
    cpu: f64,
    wall: f64,
    memory: f64,
    bytes: f64,
}

fn row(name: &str, cost: &Cost) {
    let megabytes = cost.bytes / 1e6;
    println!("{name:<20}{:>10.3}{:>10.3}{:>14.1}{megabytes:>12.1}", cost.cpu, cost.wall, cost.memory);
}
