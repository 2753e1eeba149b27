//! A simulator, and a workplace whose native configuration leads to it.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::binary::cloud_inventory;
use crate::simulator::fleet::Description;
use crate::simulator::{Settings, Simulator, Source};
use crate::workplace::{Run, Workplace};

/// The name of the configuration.
pub const CONFIG: &str = "all.yml";

/// The folder in which [`Stage::CACHE`] keeps facts.
pub const KEPT: &str = "kept";

/// The machines that `cloud-inventory demo` shows: 43 in two accounts of each cloud.
pub const DEMO: &str = include_str!("../../inventory-cli/src/demo/fleet.yml");

/// A simulator, and a workplace whose native configuration leads to it.
#[derive(Debug)]
pub struct Stage {
    /// The clouds.
    pub simulator: Simulator,
    /// Where the program runs.
    pub workplace: Workplace,
}

impl Stage {
    /// All that the simulated clouds have.
    pub const SOURCES: &str = "plugin: cloud_inventory\nsources:\n  - aws: {organization: {role: inventory}}\n  - azure: {management_groups: [simulated]}\n  \
                               - gcp: {organization: '900000000001'}\n";

    /// Keeps facts in [`KEPT`] long enough for any test.
    pub const CACHE: &str = "cache: {ttl: 1d, stale: 2d, directory: kept}\n";

    /// Starts a simulator, with `config` as the configuration.
    pub fn new(settings: Settings, config: &str) -> Self {
        let simulator = Simulator::start(settings).expect("a simulator");
        let mut workplace = Workplace::with_simulator(&simulator, false);
        // A run that must fail does so at once.
        workplace.set("CLOUD_INVENTORY_RETRIES", "0");
        let stage = Self { simulator, workplace };
        stage.configure(config);
        stage
    }

    /// Starts a simulator of the machines of the demo.
    pub fn demo(config: &str) -> Self {
        Self::described(DEMO, config)
    }

    /// Starts a simulator of the machines that a text in YAML describes.
    pub fn described(fleet: &str, config: &str) -> Self {
        let fleet = Description::parse("fleet.yml", fleet).expect("a fleet");
        Self::new(Settings { source: Source::Described(fleet), ..Settings::default() }, config)
    }

    /// Does the same, with a simulator that remembers the exchanges.
    pub fn recorded(fleet: &str, config: &str) -> Self {
        let fleet = Description::parse("fleet.yml", fleet).expect("a fleet");
        let source = Source::Described(fleet);
        Self::new(Settings { source, keeps_exchanges: true, ..Settings::default() }, config)
    }

    /// Replaces the configuration.
    pub fn configure(&self, config: &str) -> PathBuf {
        self.workplace.write(CONFIG, config)
    }

    /// Returns the program with the configuration and these arguments, which is not run yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.workplace.command(cloud_inventory());
        command.arg(CONFIG).args(arguments);
        command
    }

    /// Runs the program with the configuration and these arguments.
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// Starts the program, whose output is kept.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    /// Runs the program with `--list`, which must succeed without a word, and returns the inventory.
    ///
    /// # Panics
    /// When it fails, or tells anything.
    pub fn list(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[&["--list"], arguments].concat());
        assert!(run.succeeded() && run.stderr.is_empty(), "{run:#?}");
        run.json()
    }

    /// Runs the program with `--report` and `--list`, and returns how it ended and what it reports.
    ///
    /// # Panics
    /// When it writes no report.
    pub fn report(&self, arguments: &[&str]) -> (Run, Value) {
        let file = self.workplace.path("report.json");
        let run = self.run(&[&["--list", "--report", "report.json"], arguments].concat());
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("no report ({error}): {run:#?}"));
        fs::remove_file(&file).expect("the report is removed");
        (run, serde_json::from_str(&text).expect("a report is JSON"))
    }

    /// Returns how often the clouds were asked anything, be it for a token, since the start or the last reset.
    pub fn requests(&self) -> u64 {
        let statistics = self.simulator.statistics();
        assert!(statistics.refused_hosts.is_empty(), "{statistics:#?}");
        ["aws", "azure", "gcp"].map(|cloud| statistics.of(cloud, "*").requests).iter().sum()
    }

    /// Puts a fault in force, such as `aws:DescribeInstances@eu-west-1:always:denied`.
    pub fn fault(&self, rule: &str) {
        self.simulator.add_fault(rule.parse().expect("a rule"));
    }

    /// Returns the names of the files in which facts are kept, sorted; with `ending` those of locks or unfinished files.
    pub fn kept(&self, ending: &str) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.workplace.path(KEPT)) else { return Vec::new() };
        let names = files.map(|file| file.expect("a file").file_name().into_string().expect("a name"));
        let mut names: Vec<_> = names.filter(|name| name.ends_with(ending)).collect();
        names.sort();
        names
    }
}

/// Returns the variables of all hosts of an inventory.
///
/// # Panics
/// When there are none.
pub fn hosts(inventory: &Value) -> &serde_json::Map<String, Value> {
    inventory.pointer("/_meta/hostvars").and_then(Value::as_object).expect("an inventory has hostvars")
}

/// Returns the hosts of a group, sorted; none of a group that is not there.
pub fn members(inventory: &Value, group: &str) -> Vec<String> {
    let members = inventory.get(group).and_then(|group| group.get("hosts")).and_then(Value::as_array);
    let mut members: Vec<_> =
        members.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    members.sort();
    members
}
