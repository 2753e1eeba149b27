//! One cloud with many hosts, and how the programs are led to it.

use std::fs;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::python::Environment;
use inventory_tests::simulator::gcp::files::ACCESS_TOKEN;
use inventory_tests::simulator::{Settings, Simulator};
use inventory_tests::workplace::Workplace;
use serde_json::Value;

use super::cost::Contestant;

/// The names of programs in tables.
pub(crate) const SCRIPT: &str = "ours, script route";
pub(crate) const HAND_OVER: &str = "ours, plugin route";
pub(crate) const NATIVE: &str = "ours, native config";
pub(crate) const FLOOR: &str = "floor";
pub(crate) const PLUGIN: &str = "Python plugin";

const SEED: u64 = 17;

/// The name of the native configuration.
pub(crate) const NATIVE_FILE: &str = "native.yml";

/// A cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cloud {
    Aws,
    Azure,
    Gcp,
}

impl Cloud {
    /// All of them.
    pub(crate) const ALL: [Cloud; 3] = [Cloud::Aws, Cloud::Azure, Cloud::Gcp];

    /// Returns the name of the cloud.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Cloud::Aws => "aws",
            Cloud::Azure => "azure",
            Cloud::Gcp => "gcp",
        }
    }

    /// Returns the name of the plugin's file.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Cloud::Aws => "bench.aws_ec2.yml",
            Cloud::Azure => "bench.azure_rm.yml",
            Cloud::Gcp => "bench.gcp.yml",
        }
    }

    /// Returns the environment that has the plugin.
    pub(crate) fn environment(self) -> &'static Environment {
        if self == Cloud::Azure { Environment::azure() } else { Environment::current() }
    }

    /// Returns the plugin's file; the floor knows what it says.
    fn plugin_config(self, project: &str) -> String {
        let text = match self {
            Cloud::Aws => include_str!("aws_ec2.yml"),
            Cloud::Azure => include_str!("azure_rm.yml"),
            Cloud::Gcp => include_str!("gcp.yml"),
        };
        text.replace("PROJECT", project)
    }

    fn native_config(self, project: &str) -> String {
        let (source, tag) = match self {
            Cloud::Aws => ("aws: {}".to_owned(), "Environment"),
            Cloud::Azure => ("azure: {scale_sets: false}".to_owned(), "Environment"),
            Cloud::Gcp => (format!("gcp: {{projects: [{project}]}}"), "environment"),
        };
        format!(
            "plugin: cloud_inventory\nsources:\n  - {source}\nnames: [id]\ndefault_groups: false\n\
             keyed_groups:\n  - {{key: tags.{tag} | default('none'), prefix: env}}\n"
        )
    }

    /// Returns how large a fleet must be of which so many machines are hosts: in Azure some are in scale sets.
    fn fleet(self, hosts: u64) -> u64 {
        if self == Cloud::Azure { hosts * 112 / 100 } else { hosts }
    }
}

/// One cloud with many hosts, and how the programs are led to it.
pub(crate) struct Scene {
    /// The cloud.
    pub(crate) cloud: Cloud,
    /// Kept, because the simulator ends with it.
    _simulator: Simulator,
    /// Where the simulator's plain endpoints are the clouds.
    pub(crate) direct: Workplace,
    /// Where the simulator is the proxy, for plugins that know no other endpoints.
    by_proxy: Workplace,
}

impl Scene {
    /// Starts a simulator.
    pub(crate) fn new(cloud: Cloud, hosts: u64) -> Self {
        // So that rounds wait for the program, not for the simulator.
        let settings = Settings { remembers_pages: true, ..Settings::seeded(SEED, cloud.fleet(hosts)) };
        let simulator = Simulator::start(settings).expect("a simulator");
        let [mut direct, by_proxy] = [false, true].map(|way| Workplace::with_simulator(&simulator, way));
        let token = fs::read_to_string(simulator.credential_file(ACCESS_TOKEN)).expect("a token");
        direct.set("FLOOR_TOKEN", token.trim());
        let variables = simulator.environment(false);
        let project = variables.iter().find(|(name, _)| *name == "GOOGLE_CLOUD_PROJECT");
        let project = project.map_or("", |(_, project)| project.as_str()).to_owned();
        for workplace in [&direct, &by_proxy] {
            workplace.write(cloud.file(), &cloud.plugin_config(&project));
            workplace.write(NATIVE_FILE, &cloud.native_config(&project));
        }
        Self { cloud, _simulator: simulator, direct, by_proxy }
    }

    /// Returns this program, which lists by the plugin's file.
    pub(crate) fn script(&self) -> Contestant<'_> {
        Contestant::new(SCRIPT, &self.direct, cloud_inventory(), &[self.cloud.file(), "--list"])
    }

    /// Returns this program, which hands over to the plugin of its collection.
    pub(crate) fn hand_over(&self) -> Contestant<'_> {
        Contestant::new(HAND_OVER, &self.direct, cloud_inventory(), &[self.cloud.file(), "--hand-over", "2"])
    }

    /// Returns this program, which lists by a native configuration.
    pub(crate) fn native(&self) -> Contestant<'_> {
        Contestant::new(NATIVE, &self.direct, cloud_inventory(), &[NATIVE_FILE, "--list"])
    }

    /// Returns the floor.
    pub(crate) fn floor(&self) -> Contestant<'_> {
        Contestant::new(FLOOR, &self.direct, env!("CARGO_BIN_EXE_floor"), &[self.cloud.name()])
    }

    /// Returns `ansible-inventory` with the plugin.
    pub(crate) fn plugin(&self) -> Contestant<'_> {
        // What the proxy costs in TLS is little beside the plugin.
        let workplace = if self.cloud == Cloud::Aws { &self.direct } else { &self.by_proxy };
        let arguments = ["-i", self.cloud.file(), "--list"];
        let environment = self.cloud.environment();
        Contestant::python(PLUGIN, workplace, environment, "ansible-inventory", &arguments)
            .with("ANSIBLE_INVENTORY_ENABLED", "auto")
    }

    /// Returns how many hosts this program finds.
    pub(crate) fn hosts(&self) -> u64 {
        let arguments = [self.cloud.file(), "--list", "--report", "report.json", "--output", "list.json"];
        let run = self.direct.run(cloud_inventory(), arguments);
        assert!(run.succeeded(), "{run:#?}");
        let report = fs::read_to_string(self.direct.path("report.json")).expect("a report");
        let report: Value = serde_json::from_str(&report).expect("a report is JSON");
        report["hosts"].as_u64().expect("a number of hosts")
    }
}
