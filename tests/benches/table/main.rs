//! What inventories cost: this program by both of its routes, the plugins that it replaces, and the floor, side by side
//! in one run on the simulator.
//!
//! `cargo bench -p inventory-tests --bench table [-- --quick] [--full] [--only SECTION] [--json FILE]`. The simulator is
//! in this process and shares the cores with whatever is measured: of CPU and memory only the program's own count, walls
//! contain it. Only ratios mean something on another machine.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and its failure is a panic"
)]

mod ansible;
mod cost;
mod fan_out;
mod hosts;
mod machine;
mod report;
mod rules;
mod scene;
mod targets;
mod warm;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use self::report::Report;

/// Measures inventories on simulated clouds, and prints tables in Markdown.
#[derive(Debug, Parser)]
#[command(name = "table")]
pub(crate) struct Options {
    /// Few hosts and rounds: minutes instead of an hour
    #[arg(long)]
    quick: bool,

    /// The plugins with 100,000 hosts, too, which takes hours
    #[arg(long, conflicts_with = "quick")]
    full: bool,

    /// No more hosts than so many
    #[arg(long, value_name = "HOSTS", default_value_t = 100_000)]
    up_to: u64,

    /// Leave the Python plugins out
    #[arg(long)]
    without_plugins: bool,

    /// Only this section; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Section>,

    /// The file for all numbers
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// What `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// The program without a cloud, and clouds without hosts
    Start,
    /// Many hosts of each cloud
    Hosts,
    /// Many accounts, regions, subscriptions and projects, with latency
    FanOut,
    /// Many expressions
    Rules,
    /// Kept facts and outputs
    Warm,
    /// Ansible's own programs
    Ansible,
}

impl Section {
    /// Returns the name in tables and in the file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Section::Start => "start",
            Section::Hosts => "hosts",
            Section::FanOut => "fan-out",
            Section::Rules => "rules",
            Section::Warm => "warm",
            Section::Ansible => "ansible",
        }
    }
}

impl Section {
    /// Measures it.
    fn measure(self, options: &Options, report: &mut Report) {
        match self {
            Section::Start => hosts::measure_start(options, report),
            Section::Hosts => hosts::measure_sizes(options, report),
            Section::FanOut => fan_out::measure(options, report),
            Section::Rules => rules::measure(options, report),
            Section::Warm => warm::measure(options, report),
            Section::Ansible => ansible::measure(options, report),
        }
    }
}

impl Options {
    /// Returns the numbers of hosts, the least first.
    pub(crate) fn sizes(&self) -> Vec<u64> {
        let most = if self.quick { 1_000 } else { self.up_to };
        [100, 1_000, 10_000, 100_000].into_iter().filter(|size| *size <= most).collect()
    }

    /// Returns the number of hosts of the sections that have only one.
    pub(crate) fn size(&self) -> u64 {
        if self.quick { 1_000 } else { self.up_to.min(10_000) }
    }

    /// Tells whether the plugins are measured with so many hosts.
    pub(crate) fn measures_plugins(&self, hosts: u64) -> bool {
        !self.without_plugins && (self.full || hosts <= 10_000)
    }

    /// Returns how often programs are measured that take so many hosts; the quick ones more often.
    pub(crate) fn rounds(&self, hosts: u64) -> usize {
        match hosts {
            _ if self.quick => 3,
            0..=1_000 => 9,
            1_001..=10_000 => 5,
            _ => 2,
        }
    }
}

fn main() {
    let options = Options::parse();
    let is_wanted = |section: Section| options.only.is_empty() || options.only.contains(&section);
    let mut report = Report::default();
    let machine = machine::describe();
    for section in Section::value_variants().iter().filter(|section| is_wanted(**section)) {
        section.measure(&options, &mut report);
        // After each section: whatever ends the run early, the hours before it are not lost.
        if let Some(file) = &options.json {
            let text = format!("{:#}\n", report.json(&machine));
            std::fs::write(file, text).expect("the file for the numbers");
        }
    }
    print!("{}", report.markdown(&machine));
    print!("{}", targets::markdown(&report));
}
