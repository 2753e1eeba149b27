//! Runs the program with one fault after another, and compares what it gives with the whole inventory.

use std::sync::LazyLock;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::cells::{check_all, check_failure, differ_only_in};
use inventory_tests::simulator::Simulator;
use inventory_tests::simulator::azure::directory;
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

use super::*;

/// Runs every row and the common ones.
pub(super) fn check(call: &str, once: &'static str, config: &str, rows: &[Row]) {
    run_cells(call, once, config, &scope(), &with_common(rows));
}

/// Adds the common rows of other faults.
pub(super) fn with_common(rows: &[Row]) -> Vec<Row> {
    let is_other = |common: &&Row| rows.iter().all(|row| row.0 != common.0);
    COMMON.iter().filter(is_other).chain(rows).copied().collect()
}

/// Runs every row, once (at the call of number `once`) and for ever, and tells every cell that ended otherwise; a failure
/// names `scope`.
pub(super) fn run_cells(call: &str, once: &'static str, config: &str, scope: &str, rows: &[Row]) {
    let rule = |when, fault| format!("azure:{call}:{when}:{fault}");
    let cells = rows
        .iter()
        .flat_map(|(fault, first, always)| [(rule(once, fault), *first), (rule("always", fault), *always)]);
    check_all(cells, |rule, end| Stage::new(config, &[rule.to_owned()]).check(scope, end));
}

pub(super) fn settings() -> Settings {
    let source = Source::Seeded { seed: SEED, size: SIZE, accounts: 1, regions: 1 };
    Settings { source, page_size: Some(25), ..Settings::default() }
}

/// Returns how failures name the only subscription.
pub(super) fn scope() -> String {
    let [subscription] = &azure::geography(SEED, 1, 1).accounts[..] else { panic!("there is one") };
    format!(".azure_rm.yml: azure/{subscription}: ")
}

/// What a config gives when nothing goes wrong.
pub(super) fn expected(config: &str) -> &'static str {
    static EXPECTED: LazyLock<[(&str, String); 3]> = LazyLock::new(|| {
        [ALL, MACHINE_IDENTITY, DESCRIBED].map(|config| {
            let stage = Stage::with(settings(), config);
            let run = stage.list();
            let failures = stage.simulator.statistics().of("azure", "*").failures;
            assert!(
                run.succeeded() && !run.stderr.contains("warning") && failures == 0,
                "{failures}: {run:#?}"
            );
            (config, run.stdout)
        })
    });
    let found = EXPECTED.iter().find(|(known, _)| *known == config);
    found.map_or_else(|| panic!("nothing is expected of `{config}`"), |(_, text)| text)
}

/// A simulator, and a workplace that is led to it by its proxy.
pub(super) struct Stage {
    pub(super) simulator: Simulator,
    pub(super) workplace: Workplace,
    config: String,
    rules: Vec<String>,
}

impl Stage {
    pub(super) fn new(config: &str, rules: &[String]) -> Self {
        let faults = rules.iter().map(|rule| rule.parse().expect("a rule")).collect();
        let mut stage = Self::with(Settings { faults, ..settings() }, config);
        stage.rules = rules.to_vec();
        if rules.iter().any(|rule| rule.ends_with(":silent")) {
            stage.workplace.set("CLOUD_INVENTORY_DEADLINE", "3s");
        }
        stage
    }

    pub(super) fn with(settings: Settings, config: &str) -> Self {
        let simulator = Simulator::start(settings).expect("a simulator");
        let mut workplace = Workplace::with_simulator(&simulator, true);
        workplace.set("CLOUD_INVENTORY_RETRIES", "1");
        workplace.set("CLOUD_INVENTORY_DEADLINE", "60s");
        if config == MACHINE_IDENTITY {
            workplace.set("AZURE_CLIENT_ID", directory::USER_IDENTITY);
            workplace.unset("AZURE_SUBSCRIPTION_ID");
        }
        if config == DESCRIBED {
            workplace.set("AZURE_CLOUD_ENVIRONMENT", "https://management.azure.com");
            workplace.set("ARM_CLOUD_METADATA_URL", METADATA);
        }
        workplace.write("stage.azure_rm.yml", &format!("plugin: azure.azcollection.azure_rm\n{config}"));
        Self { simulator, workplace, config: config.to_owned(), rules: Vec::new() }
    }

    pub(super) fn list(&self) -> Run {
        self.workplace.run(cloud_inventory(), ["stage.azure_rm.yml", "--list", "-v"])
    }

    /// Runs the program as Ansible does, and tells which hosts are gone, or lost their address, without a word.
    pub(super) fn check_losses(&self) -> Result<(), String> {
        let run = self.workplace.run(cloud_inventory(), ["stage.azure_rm.yml", "--list"]);
        let reference = Inventory::read(&serde_json::from_str(expected(&self.config)).expect("JSON"));
        let ours = Inventory::read(&run.json());
        let address = |host: Option<&Value>| host.and_then(|host| host.get("ansible_host").cloned());
        let is_lost = |name: &&str| {
            let (before, now) = (reference.host(name), ours.host(name));
            now.is_none() || address(before) != address(now)
        };
        let lost: Vec<_> = reference.host_names().into_iter().filter(is_lost).collect();
        let named = lost.iter().filter(|name| is_named(name, &run)).count();
        if named >= lost.len().min(3) {
            return Ok(());
        }
        Err(format!("{lost:?} are lost, and without -v it says only: {}", run.stderr))
    }

    /// Runs the program, and tells how it ended when it is not as expected.
    pub(super) fn check(&self, scope: &str, end: End) -> Result<(), String> {
        let run = self.list();
        let Fails(cause) = end else {
            if !run.succeeded() {
                return Err(format!("it fails: {}", run.stderr));
            }
            if self.simulator.statistics().refused_hosts.is_empty() {
                compare(expected(&self.config), &run, end)?;
                return match end {
                    // A fault that came once is gone by now, so this takes a stage of its own.
                    Named | Odd => Stage::new(&self.config, &self.rules).check_losses(),
                    _ => Ok(()),
                };
            }
            return Err("it asks hosts that are not Azure's".to_owned());
        };
        check_failure(&run, scope, cause)
    }
}

/// Tells in what an inventory is not as expected.
pub(super) fn compare(expected: &str, run: &Run, end: End) -> Result<(), String> {
    let reference = Inventory::read(&serde_json::from_str(expected).expect("JSON"));
    let ours = Inventory::read(&run.json());
    let is_other = |name: &&str| ours.host(name) != reference.host(name);
    let others: Vec<_> = reference.host_names().into_iter().filter(is_other).collect();
    let added: Vec<_> = ours.host_names().into_iter().filter(|name| reference.host(name).is_none()).collect();
    let mut told = format!("others {others:?}, added {added:?}; ");
    write!(told, "{}", run.stderr).expect("text");
    let is_gone = |name: &&str| ours.host(name).is_none();
    let fits = match end {
        Whole => run.stdout == expected,
        Changed(variables) => {
            others.iter().all(|name| differ_only_in(reference.host(name), ours.host(name), variables))
        }
        Odd => {
            let raw = ["network_interface_properties"];
            let is_harmed = |name: &&&str| !differ_only_in(reference.host(name), ours.host(name), &raw);
            let harmed: Vec<_> = others.iter().filter(is_harmed).collect();
            let named = harmed.iter().filter(|name| is_named(name, run)).count();
            !others.is_empty() && named >= harmed.len().min(3)
        }
        // Of many machines with the same oddity three are named.
        Named => {
            !others.is_empty()
                && others.iter().filter(|name| is_named(name, run)).count() >= others.len().min(3)
        }
        Gone => others.iter().all(is_gone) && !others.is_empty(),
        Fails(_) => false,
    };
    if fits && added.is_empty() { Ok(()) } else { Err(format!("it is not {end:?}: {told}")) }
}

/// Tells whether a message names a host, or the machine that it is.
fn is_named(host: &str, run: &Run) -> bool {
    let plain = host.rsplit_once('_').map_or(host, |(plain, _)| plain);
    run.stderr.to_lowercase().contains(&plain.to_lowercase())
}
