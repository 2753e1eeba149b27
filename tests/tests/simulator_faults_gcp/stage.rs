//! Runs the program with one fault after another, and compares what it gives with the whole inventory.

use std::sync::LazyLock;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::cells::{check_all, check_failure, differ_only_in};
use inventory_tests::compare::Inventory;
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

use super::*;

/// Runs every row, once (at the call of number `once`) and from there on, and tells every cell that ended otherwise; a
/// failure names `scope`.
pub(super) fn run_cells(call: &str, once: &'static str, credentials: Credentials, scope: &str, rows: &[Row]) {
    let rule = |when: &str, fault| format!("gcp:{call}:{when}:{fault}");
    let staying = format!("{once}-1000000");
    let cells = rows
        .iter()
        .flat_map(|(fault, first, always)| [(rule(once, fault), *first), (rule(&staying, fault), *always)]);
    check_all(cells, |rule, end| Stage::new(credentials, Some(rule)).check(scope, end));
}

pub(super) fn settings() -> Settings {
    let source = Source::Seeded { seed: SEED, size: SIZE, accounts: PROJECTS, regions: 1 };
    Settings { source, page_size: Some(12), ..Settings::default() }
}

/// Returns the project that faults of lists befall.
pub(super) fn first() -> String {
    gcp::geography(SEED, PROJECTS, 1).accounts.swap_remove(0)
}

/// Returns how failures name it.
pub(super) fn scope() -> String {
    format!(".gcp.yml: gcp/{}: ", first())
}

/// What comes out when nothing goes wrong, whoever asks.
pub(super) fn expected() -> &'static str {
    static EXPECTED: LazyLock<String> = LazyLock::new(|| {
        let stage = Stage::new(FILE, None);
        let run = stage.list();
        let statistics = stage.simulator.statistics();
        let is_fine =
            run.succeeded() && !run.stderr.contains("warning") && statistics.of("gcp", "*").failures == 0;
        assert!(is_fine, "{statistics:#?}\n{}", run.stderr);
        for list in ["AggregatedInstances", "AggregatedDisks"] {
            assert!(statistics.of("gcp", list).pages > 2 * PROJECTS as u64, "{statistics:#?}");
        }
        run.stdout
    });
    &EXPECTED
}

/// A simulator, and a workplace that is led to it by its proxy.
pub(super) struct Stage {
    pub(super) simulator: Simulator,
    pub(super) workplace: Workplace,
}

impl Stage {
    pub(super) fn new(credentials: Credentials, rule: Option<&str>) -> Self {
        let faults = rule.map(|rule| rule.parse().expect("a rule")).into_iter().collect();
        let simulator = Simulator::start(Settings { faults, ..settings() }).expect("a simulator");
        let mut workplace = Workplace::with_simulator(&simulator, true);
        workplace.set("CLOUD_INVENTORY_RETRIES", "1");
        let is_silent = rule.is_some_and(|rule| rule.ends_with(":silent"));
        workplace.set("CLOUD_INVENTORY_DEADLINE", if is_silent { "3s" } else { "60s" });
        let kind = match credentials {
            File(name) => {
                let file = simulator.credential_file(name).display().to_string();
                workplace.set("GOOGLE_APPLICATION_CREDENTIALS", &file);
                "application"
            }
            Machine => {
                workplace.unset("GOOGLE_APPLICATION_CREDENTIALS");
                "machineaccount"
            }
        };
        let config = format!(
            "plugin: google.cloud.gcp_compute\nauth_kind: {kind}\nfolders: ['{}']\nretrieve_image_info: true\n\
             hostnames: [private_ip, name]\n",
            gcp::FOLDER
        );
        workplace.write("stage.gcp.yml", &config);
        Self { simulator, workplace }
    }

    pub(super) fn list(&self) -> Run {
        self.workplace.run(cloud_inventory(), ["stage.gcp.yml", "--list", "-v"])
    }

    /// Runs the program, and tells how it ended when it is not as expected.
    pub(super) fn check(&self, scope: &str, end: End) -> Result<(), String> {
        let run = self.list();
        if !self.simulator.statistics().refused_hosts.is_empty() {
            return Err("it asks hosts that are not Google's".to_owned());
        }
        let Fails(cause) = end else {
            return match run.succeeded() {
                true => compare(&run, end),
                false => Err(format!("it fails: {}", run.stderr)),
            };
        };
        check_failure(&run, scope, cause)
    }
}

/// Tells in what an inventory is not as expected.
fn compare(run: &Run, end: End) -> Result<(), String> {
    let reference = Inventory::read(&serde_json::from_str(expected()).expect("JSON"));
    let ours = Inventory::read(&run.json());
    let others: Vec<_> =
        reference.host_names().into_iter().filter(|name| reference.host(name) != ours.host(name)).collect();
    let added: Vec<_> = ours.host_names().into_iter().filter(|name| reference.host(name).is_none()).collect();
    let differ_in = |variables| {
        others.iter().all(|name| differ_only_in(reference.host(name), ours.host(name), variables))
    };
    let is_named = |name: &&&str| {
        let own = reference.host(name).and_then(|host| host.get("name")).and_then(Value::as_str);
        own.is_some_and(|own| run.stderr.contains(own))
    };
    // Of many machines with the same oddity three are named.
    let are_named = || others.iter().filter(is_named).count() >= others.len().min(3);
    let fits = match end {
        Whole => run.stdout == expected(),
        Changed(variables) => !others.is_empty() && differ_in(variables),
        Told(variables) => differ_in(variables) && are_named(),
        Named => !others.is_empty() && are_named() && run.stderr.contains("warning"),
        Gone => others.iter().all(|name| ours.host(name).is_none()) && !others.is_empty(),
        Fails(_) => panic!("a failure is not compared"),
    };
    // A host whose address is garbled has another name.
    let is_other = |name: &&str| {
        others.iter().any(|other| {
            let own = |inventory: &Inventory, host: &str| {
                inventory.host(host).and_then(|host| host.get("id")).cloned()
            };
            own(&reference, other).is_some() && own(&reference, other) == own(&ours, name)
        })
    };
    match fits && added.iter().all(|name| end == Named && is_other(name)) {
        true => Ok(()),
        false => Err(format!("it is not {end:?}: others {others:?}, added {added:?}; {}", run.stderr)),
    }
}
