//! What a run costs whose facts are kept, beside `cat` of the same output, in one run.
//!
//! `cargo bench -p inventory-tests --bench warm [-- HOSTS]`: 10,000 hosts in 3 regions of AWS unless HOSTS says otherwise,
//! with a keyed group and a compose. `--host` is measured with ten times as many, too. Only ratios mean something on
//! another machine.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and its failure is a panic"
)]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::simulator::Settings;
use inventory_tests::stage::Stage;
use inventory_tests::workplace::Run;
use serde_json::Value;

const RULES: &str = "\
sources:
  - aws: {}
names: [id]
keyed_groups:
  - {key: tags.Environment, prefix: env}
compose: {ansible_user: \"'admin'\"}
";

/// The rounds of each row; the quickest counts, as what slows a round down is never the program.
const ROUNDS: usize = 9;

fn main() {
    let hosts = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    println!("{:<28}{:>10}{:>10}{:>12}{:>14}", "", "CPU ms", "wall ms", "peak MB", "output MB");
    let stage = stage(hosts);
    let start = quickest(&stage, cloud_inventory(), &["--version"]);
    row("--version", &start);
    let listed = stage.run(&["--list"]).stdout;
    fs::write(stage.workplace.path("list.json"), &listed).expect("the output");
    let anew = quickest(&stage, cloud_inventory(), &["all.yml", "--list", "--limit", "all"]);
    row("--list of kept facts", &anew);
    let warm = quickest(&stage, cloud_inventory(), &["all.yml", "--list"]);
    row("--list of a kept output", &warm);
    let cat = quickest(&stage, Path::new("cat"), &["list.json"]);
    row("cat", &cat);
    let one = host(&stage, &listed);
    row(&format!("--host of {hosts}"), &one);
    let large = self::stage(hosts * 10);
    let many = host(&large, &large.run(&["--list"]).stdout);
    row(&format!("--host of {}", hosts * 10), &many);
    let floor = 3.0 * cat.wall + start.wall;
    println!("--list : 3 x cat and a start of the program = {:.2} : 1", warm.wall / floor);
    println!("--host of {} : of {hosts} = {:.2} : 1", hosts * 10, many.cpu / one.cpu);
}

/// Returns a stage whose clouds have been asked, and whose output is kept.
fn stage(hosts: u64) -> Stage {
    let stage = Stage::new(Settings::seeded(4, hosts), &format!("{RULES}{}", Stage::CACHE));
    for _ in 0..2 {
        assert!(stage.run(&["--list"]).succeeded(), "the clouds answer");
    }
    assert_eq!(stage.kept(".done").len(), 1, "the output is kept");
    stage
}

/// Measures `--host` of some host of a list.
fn host(stage: &Stage, listed: &str) -> Cost {
    let place = listed.find("\"i-").expect("a host");
    let name = listed[place + 1..].split('"').next().expect("a name");
    quickest(stage, cloud_inventory(), &["all.yml", "--host", name])
}

fn row(name: &str, Cost { cpu, wall, memory, bytes }: &Cost) {
    let (cpu, wall, megabytes) = (cpu * 1e3, wall * 1e3, bytes / 1e6);
    println!("{name:<28}{cpu:>10.1}{wall:>10.1}{memory:>12.1}{megabytes:>14.3}");
}

/// What one run of a program cost.
struct Cost {
    cpu: f64,
    wall: f64,
    memory: f64,
    bytes: f64,
}

fn quickest(stage: &Stage, program: &Path, arguments: &[&str]) -> Cost {
    let costs = (0..ROUNDS).map(|_| measure(stage, program, arguments));
    costs.min_by(|a, b| a.wall.total_cmp(&b.wall)).expect("some rounds")
}

fn measure(stage: &Stage, program: &Path, arguments: &[&str]) -> Cost {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/measure.py");
    let mut command: Command = stage.workplace.command(Path::new("python3"));
    command.arg(script).arg(program).args(arguments.iter().map(OsStr::new));
    let result = Run::of(&mut command).json();
    let number = |name: &str| result.get(name).and_then(Value::as_f64).expect("a number");
    assert!(number("code") == 0.0 && number("bytes") > 0.0, "{} {arguments:?} failed", program.display());
    Cost { cpu: number("cpu"), wall: number("wall"), memory: number("memory"), bytes: number("bytes") }
}
