//! What `--list` costs beside `ansible-inventory` with the plugin `google.cloud.gcp_compute`, in one run.
//!
//! `cargo bench -p inventory-tests --bench gcp [-- HOSTS]`: 5,000 instances of a project unless HOSTS says otherwise, and
//! 30 projects of ten, from the simulator, which is in this process: its answers cost neither program anything. Only
//! ratios mean something on another machine.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and its failure is a panic"
)]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::time::Duration;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::python::Environment;
use inventory_tests::simulator::gcp::{self, files};
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

const CONFIG: &str = "\
plugin: google.cloud.gcp_compute
keyed_groups:
  - {key: labels.environment | default('none'), prefix: env}
  - {key: labels.role | default('none'), prefix: role}
  - {key: zone, prefix: zone}
groups:
  running: status == 'RUNNING'
compose:
  size: machineType
";

/// The two ways to say who asks: with a key, for which there is a token, and with a token.
const CREDENTIALS: [(&str, &str); 2] = [
    ("serviceaccount", "auth_kind: serviceaccount\nservice_account_file: KEY_FILE\n"),
    ("accesstoken", "auth_kind: accesstoken\naccess_token: TOKEN\n"),
];

const CONFIG_FILE: &str = "bench.gcp.yml";
const SEED: u64 = 17;
const REGIONS: usize = 3;
const PROJECTS: usize = 30;
const LATENCY: Duration = Duration::from_millis(100);

/// The rounds of this program; the quickest counts, as what slows a round down is never the program.
const ROUNDS: usize = 5;

/// A simulator, and where it is asked from.
struct Stage {
    simulator: Simulator,
    workplace: Workplace,
    projects: Vec<String>,
}

fn main() {
    let hosts = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(5000);
    show_waits();
    show_work(hosts);
}

/// Shows how near the time for many projects is to the least that there can be: a token, and a request.
fn show_waits() {
    let stage = Stage::new(10 * PROJECTS as u64, PROJECTS, LATENCY);
    println!("{PROJECTS} projects of 10 instances, {} ms per request", LATENCY.as_millis());
    println!("{:<18}{:<16}{:>10}{:>10}{:>10}{:>14}", "", "", "requests", "least s", "wall s", "wall : least");
    for (kind, credentials) in CREDENTIALS {
        stage.configure(credentials);
        let ours = stage.ours(|cost| cost.wall);
        let least = LATENCY.as_secs_f64() * if stage.requests("Token") > 0 { 2.0 } else { 1.0 };
        stage.show_wait("cloud-inventory", kind, least, &ours);
        let statistics = stage.simulator.statistics();
        println!(
            "{:18}{} connections, {} requests at once",
            "", statistics.connections, statistics.most_in_flight
        );
        let plugin = stage.plugin();
        stage.show_wait("ansible-inventory", kind, least, &plugin);
    }
}

/// Shows what many instances cost where no time is spent waiting.
fn show_work(hosts: u64) {
    let stage = Stage::new(hosts, 1, Duration::ZERO);
    stage.configure(CREDENTIALS[0].1);
    let ours = stage.ours(|cost| cost.cpu);
    let (pages, bytes) = (stage.requests("AggregatedInstances"), stage.simulator.statistics().bytes_out);
    let plugin = stage.plugin();
    println!(
        "\n{hosts} instances of a project, without latency: {pages} pages, {:.1} MB on the wire",
        bytes as f64 / 1e6
    );
    println!("{:<20}{:>10}{:>10}{:>14}{:>12}", "", "CPU s", "wall s", "peak MB", "output MB");
    row("ansible-inventory", &plugin);
    row("cloud-inventory", &ours);
    let ratios = (plugin.cpu / ours.cpu, plugin.wall / ours.wall, plugin.memory / ours.memory);
    println!("{:<20}{:>9.0}x{:>9.0}x{:>13.1}x", "plugin : ours", ratios.0, ratios.1, ratios.2);
}

impl Stage {
    fn new(size: u64, projects: usize, latency: Duration) -> Self {
        let source = Source::Seeded { seed: SEED, size, accounts: projects, regions: REGIONS };
        let settings = Settings { source, latency, ..Settings::default() };
        let simulator = Simulator::start(settings).expect("a simulator");
        let workplace = Workplace::with_simulator(&simulator, true);
        let projects = gcp::geography(SEED, projects, REGIONS).accounts;
        Self { simulator, workplace, projects }
    }

    /// Writes the config for all projects.
    fn configure(&self, credentials: &str) {
        let key = self.simulator.credential_file(files::SERVICE_ACCOUNT);
        let token = fs::read_to_string(self.simulator.credential_file(files::ACCESS_TOKEN)).expect("a token");
        let credentials =
            credentials.replace("KEY_FILE", &key.display().to_string()).replace("TOKEN", token.trim());
        self.workplace.write(CONFIG_FILE, &format!("{CONFIG}{credentials}projects: {:?}\n", self.projects));
    }

    /// Measures this program: the round that is least by a part of its cost; what is counted afterwards is of one round.
    fn ours(&self, part: impl Fn(&Cost) -> f64) -> Cost {
        let round = |_| self.measure(cloud_inventory(), &[CONFIG_FILE.as_ref(), "--list".as_ref()]);
        (0..ROUNDS).map(round).min_by(|a, b| part(a).total_cmp(&part(b))).expect("some rounds")
    }

    fn plugin(&self) -> Cost {
        let inventory = Environment::current().program("ansible-inventory");
        self.measure(&inventory, &["-i".as_ref(), CONFIG_FILE.as_ref(), "--list".as_ref()])
    }

    fn measure(&self, program: &Path, arguments: &[&OsStr]) -> Cost {
        self.simulator.reset();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/measure.py");
        let mut command = self.workplace.python_command(Environment::current(), "python");
        command.arg(script).arg(program).args(arguments);
        command.env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1");
        let result = Run::of(&mut command).json();
        let number = |name: &str| result.get(name).and_then(Value::as_f64).expect("a number");
        assert!(number("code") == 0.0, "{} failed", program.display());
        assert!(number("bytes") > 1000.0, "{} printed no inventory", program.display());
        let (cpu, wall, memory) = (number("cpu"), number("wall"), number("memory"));
        Cost { cpu, wall, memory, bytes: number("bytes") }
    }

    fn requests(&self, call: &str) -> u64 {
        self.simulator.statistics().of("gcp", call).requests
    }

    fn show_wait(&self, name: &str, kind: &str, least: f64, cost: &Cost) {
        let (requests, ratio) = (self.requests("*"), cost.wall / least);
        println!("{name:<18}{kind:<16}{requests:>10}{least:>10.2}{:>10.3}{ratio:>14.2}", cost.wall);
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
