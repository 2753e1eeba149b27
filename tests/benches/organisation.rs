//! How near a run over a large organisation is to the least that it can take, and what many hosts of a scope cost.
//!
//! `cargo bench -p inventory-tests --bench organisation [-- LIMIT]`: 40 accounts of AWS in 17 regions, 30 subscriptions
//! and 60 projects, at 50 ms per request, with the default limit on requests at once or with LIMIT. The floor is the
//! longest chain of requests that need each other's answers, times the latency; the simulator works in this process, on
//! the same cores as the program. Then 10,000 instances without latency, as 100 accounts of 100 and as 10 of 1,000. Only
//! ratios mean something on another machine.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and its failure is a panic"
)]

use std::path::Path;
use std::time::Duration;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::organisation;
use inventory_tests::python::Environment;
use inventory_tests::simulator::{Settings, Source};
use inventory_tests::stage::Stage;
use inventory_tests::workplace::Run;
use serde_json::Value;

const LATENCY: Duration = Duration::from_millis(50);

/// The quickest round counts, as what slows a round down is never the program.
const ROUNDS: usize = 7;

const MEMBERS: &str = "sources:\n  - aws: {organization: {role: inventory}}\nnames: [id]\n";

fn main() {
    let limit = std::env::args().skip(1).find(|argument| argument.parse::<u16>().is_ok());
    let arguments: Vec<&str> = limit.iter().flat_map(|limit| ["--max-in-flight", limit.as_str()]).collect();
    let stage = Stage::new(organisation::settings(LATENCY), &format!("{}names: [id]\n", Stage::SOURCES));
    let cost = quickest(&stage, &arguments);
    let statistics = stage.simulator.statistics();
    let floor = organisation::chain() as f64 * LATENCY.as_secs_f64();
    println!(
        "{} hosts, {} requests, {} at once, {} connections",
        organisation::hosts(),
        organisation::requests(&statistics),
        statistics.most_in_flight,
        statistics.connections
    );
    println!(
        "floor {floor:.2} s, wall {:.2} s = {:.2} x the floor, CPU {:.2} s",
        cost.wall,
        cost.wall / floor,
        cost.cpu
    );
    println!("\n10,000 instances without latency");
    for accounts in [100, 10] {
        let source = Source::Seeded { seed: 3, size: 10_000, accounts, regions: 1 };
        let stage = Stage::new(Settings { source, ..Settings::default() }, MEMBERS);
        let Cost { wall, cpu, memory } = quickest(&stage, &[]);
        println!("{accounts:>4} accounts: peak {memory:.1} MB, CPU {cpu:.2} s, wall {wall:.2} s");
    }
}

/// What one run of the program cost.
struct Cost {
    wall: f64,
    cpu: f64,
    memory: f64,
}

fn quickest(stage: &Stage, arguments: &[&str]) -> Cost {
    let rounds = (0..ROUNDS).map(|_| measure(stage, arguments));
    rounds.min_by(|a, b| a.wall.total_cmp(&b.wall)).expect("some rounds")
}

fn measure(stage: &Stage, arguments: &[&str]) -> Cost {
    stage.simulator.reset();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/measure.py");
    let mut command = stage.workplace.python_command(Environment::current(), "python");
    command
        .arg(script)
        .arg(cloud_inventory())
        .args([inventory_tests::stage::CONFIG, "--list"])
        .args(arguments);
    let result = Run::of(&mut command).json();
    let number = |name: &str| result.get(name).and_then(Value::as_f64).expect("a number");
    assert!(number("code") == 0.0 && number("bytes") > 1000.0, "the program failed: {result}");
    Cost { wall: number("wall"), cpu: number("cpu"), memory: number("memory") }
}
