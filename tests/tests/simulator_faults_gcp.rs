//! Everything that the simulator can let go wrong in Google Cloud: each fault, in each call, on a first and on a later
//! page, once and for ever, ends in the whole inventory to the last byte, or in a failure that names cloud, project and
//! cause and gives nothing; only where a machine itself is odd or gone is the inventory another one, and then no other
//! machine suffers.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{LazyLock, Mutex};
use std::thread;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::compare::Inventory;
use inventory_tests::simulator::faults::NAMES;
use inventory_tests::simulator::gcp::{self, files};
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

const SEED: u64 = 3;
/// Three projects, each in another folder, of several pages.
const SIZE: u64 = 90;
const PROJECTS: usize = 3;
/// Most of the time the program waits.
const WORKERS: usize = 4;

/// What one of the credentials can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Credentials {
    /// A file of the simulator.
    File(&'static str),
    /// What the machine has.
    Machine,
}
use Credentials::{File, Machine};

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With every byte.
    Whole,
    /// With all hosts, which differ in these variables only.
    Changed(&'static [&'static str]),
    /// The same, and warnings name those that differ.
    Told(&'static [&'static str]),
    /// Some hosts are other than they were, and warnings name them.
    Named,
    /// Some hosts are gone, and nothing is left that could tell of them.
    Gone,
    /// With a failure whose message holds this.
    Fails(&'static str),
}
use End::{Changed, Fails, Gone, Named, Told, Whole};

/// A fault, and how a run ends when it comes once and when it stays.
type Row = (&'static str, End, End);

/// What befalls every call in the same way, whatever the service.
const TRANSPORT: [Row; 8] = [
    ("bad-gateway", Whole, Fails("502")),
    ("html", Fails("web page"), Fails("web page")),
    ("garbage", Whole, Fails("JSON")),
    ("cut", Whole, Fails("connection")),
    ("truncated", Whole, Fails("closed connection")),
    ("wrong-length", Whole, Fails(" end")),
    ("slow-body=100", Whole, Whole),
    ("silent", Fails("deadline"), Fails("deadline")),
];

/// What Compute Engine says.
const COMPUTE: [Row; 6] = [
    ("throttled", Whole, Fails("rateLimitExceeded: Rate Limit Exceeded")),
    ("internal-error", Whole, Fails("internalError")),
    ("unavailable", Whole, Fails("backendError")),
    ("denied", Fails("compute.instances.list"), Fails("compute.instances.list")),
    ("unknown-caller", Whole, Fails("authError")),
    ("expired-token", Whole, Fails("authError")),
];

/// What Resource Manager says; of machines it knows nothing.
const MANAGER: [Row; 12] = [
    ("throttled", Whole, Fails("RATE_LIMIT_EXCEEDED")),
    ("internal-error", Whole, Fails("INTERNAL")),
    ("unavailable", Whole, Fails("UNAVAILABLE")),
    ("denied", Fails("PERMISSION_DENIED"), Fails("PERMISSION_DENIED")),
    ("unknown-caller", Whole, Fails("authError")),
    ("expired-token", Whole, Fails("authError")),
    TWICE,
    ("unknown-fields", Whole, Whole),
    ("unknown-values", Whole, Whole),
    ("malformed-host", Whole, Whole),
    ("vanished-host", Whole, Whole),
    ("unreachable-zone", Whole, Whole),
];

/// What token endpoints say, and what has no meaning for them.
const TOKEN: [Row; 12] = [
    ("throttled", Whole, Fails("rate_limit_exceeded")),
    ("internal-error", Whole, Fails("internal_failure")),
    ("unavailable", Whole, Fails("temporarily_unavailable")),
    ("denied", Fails("unauthorized_client"), Fails("unauthorized_client")),
    ("unknown-caller", Fails("invalid_grant"), Fails("invalid_grant")),
    ("expired-token", Fails("expired or revoked"), Fails("expired or revoked")),
    ("repeated-token", Whole, Whole),
    ("unknown-fields", Whole, Whole),
    ("unknown-values", Whole, Whole),
    ("malformed-host", Whole, Whole),
    ("vanished-host", Whole, Whole),
    ("unreachable-zone", Whole, Whole),
];

/// What the metadata server says otherwise: pages for people, and that who is asked for is not there.
const MACHINE: [Row; 7] = [
    // It speaks without TLS.
    ("truncated", Whole, Fails("end of file")),
    ("throttled", Whole, Fails("429")),
    ("internal-error", Whole, Fails("500")),
    ("unavailable", Whole, Fails("503")),
    ("denied", NOBODY, NOBODY),
    ("unknown-caller", NOBODY, NOBODY),
    ("expired-token", NOBODY, NOBODY),
];
const NOBODY: End = Fails("no service account `default`");

/// What IAM Credentials says otherwise.
const IMPERSONATED: [Row; 6] = [
    ("throttled", Whole, Fails("RESOURCE_EXHAUSTED")),
    ("internal-error", Whole, Fails("INTERNAL")),
    ("unavailable", Whole, Fails("UNAVAILABLE")),
    ("denied", Fails("PERMISSION_DENIED"), Fails("PERMISSION_DENIED")),
    ("unknown-caller", Fails("UNAUTHENTICATED"), Fails("UNAUTHENTICATED")),
    ("expired-token", Fails("UNAUTHENTICATED"), Fails("UNAUTHENTICATED")),
];

/// Google's library, which exchanges tokens, does not tell a page for people from an answer that is garbled.
const EXCHANGED: [Row; 3] = [
    ("html", Whole, Fails("decoding response body")),
    ("garbage", Whole, Fails("decoding response body")),
    ("wrong-length", Whole, Fails("decoding response body")),
];

/// After a first page that comes twice the list goes on, and nothing is there twice.
const TWICE: Row = ("repeated-token", Whole, Fails("circle"));
const CIRCLE: Row = ("repeated-token", Fails("circle"), Fails("circle"));

/// What befalls instances on a page.
const INSTANCES: [Row; 5] = [
    ("unknown-fields", FIELDS, FIELDS),
    ("unknown-values", VALUES, VALUES),
    ("malformed-host", Named, Named),
    ("vanished-host", Gone, Gone),
    ("unreachable-zone", Fails("could not be reached"), Fails("could not be reached")),
];
const FIELDS: End = Changed(&["quantumConfig", "sovereignty", "networkInterfaces"]);
const VALUES: End = Changed(&["status", "networkInterfaces", "disks", "scheduling"]);

/// What befalls disks, of which only `image` is made.
const DISKS: [Row; 5] = [
    ("unknown-fields", Whole, Whole),
    ("unknown-values", Whole, Whole),
    ("malformed-host", Told(&["image"]), Told(&["image"])),
    ("vanished-host", Told(&["image"]), Told(&["image"])),
    ("unreachable-zone", Fails("could not be reached"), Fails("could not be reached")),
];

#[test]
fn instances_on_the_first_page() {
    let rows = rows(&[&TRANSPORT, &COMPUTE, &INSTANCES, &[TWICE]]);
    run_cells(&format!("AggregatedInstances@{}", first()), "1", FILE, &scope(), &rows);
}

#[test]
fn instances_on_a_later_page() {
    // That for ever too: from the second page on.
    let rows = rows(&[&TRANSPORT, &COMPUTE, &INSTANCES, &[CIRCLE]]);
    run_cells(&format!("AggregatedInstances@{}", first()), "2", FILE, &scope(), &rows);
}

#[test]
fn disks_on_the_first_page() {
    let rows = rows(&[&TRANSPORT, &COMPUTE, &DISKS, &[TWICE]]);
    run_cells(&format!("AggregatedDisks@{}", first()), "1", FILE, &scope(), &rows);
}

#[test]
fn disks_on_a_later_page() {
    let rows = rows(&[&TRANSPORT, &COMPUTE, &DISKS, &[CIRCLE]]);
    run_cells(&format!("AggregatedDisks@{}", first()), "2", FILE, &scope(), &rows);
}

#[test]
fn projects_of_folders() {
    let rows = rows(&[&TRANSPORT, &MANAGER]);
    run_cells("ChildProjects", "1", FILE, PLAN, &rows);
}

#[test]
fn folders_of_folders() {
    let rows = rows(&[&TRANSPORT, &MANAGER]);
    run_cells("Folders", "1", FILE, PLAN, &rows);
}

#[test]
fn a_service_account_signs_its_tokens_itself() {
    let stage = Stage::new(File(files::SERVICE_ACCOUNT), None);
    assert_eq!(stage.check(PLAN, Whole), Ok(()));
    assert_eq!(stage.simulator.statistics().of("gcp", "Token").requests, 0);
}

#[test]
fn tokens_of_a_user() {
    run_cells("Token", "1", FILE, PLAN, &rows(&[&TRANSPORT, &TOKEN]));
}

#[test]
fn exchanged_tokens() {
    let rows = rows(&[&TRANSPORT, &TOKEN, &EXCHANGED]);
    run_cells("ExchangedToken", "1", File(files::EXTERNAL_ACCOUNT), PLAN, &rows);
}

#[test]
fn tokens_of_an_impersonated_service_account() {
    let rows = rows(&[&TRANSPORT, &TOKEN, &IMPERSONATED]);
    run_cells("ImpersonatedToken", "1", File(files::IMPERSONATED), PLAN, &rows);
}

#[test]
fn tokens_of_a_machine() {
    run_cells("MachineToken", "1", Machine, PLAN, &rows(&[&TRANSPORT, &TOKEN, &MACHINE]));
}

/// Where a failure is told before any project is known.
const PLAN: &str = ".gcp.yml: gcp: ";
const FILE: Credentials = File(files::AUTHORIZED_USER);

/// Joins rows, of which later ones of the same fault win, and checks that none of the simulator's faults is missing.
fn rows(tables: &[&[Row]]) -> Vec<Row> {
    let found: BTreeMap<_, _> =
        tables.iter().flat_map(|table| table.iter()).map(|row| (row.0, *row)).collect();
    for (name, _) in NAMES {
        let is_there = found.keys().any(|fault| fault.split('=').next() == Some(name));
        assert!(is_there, "the fault `{name}` is in no row");
    }
    found.into_values().collect()
}

/// Runs every row, once (at the call of number `once`) and from there on, and tells every cell that ended otherwise; a
/// failure names `scope`.
fn run_cells(call: &str, once: &'static str, credentials: Credentials, scope: &str, rows: &[Row]) {
    let staying = format!("{once}-1000000");
    let cells = rows
        .iter()
        .flat_map(|(fault, first, always)| [(*fault, once, *first), (*fault, staying.as_str(), *always)]);
    let (queue, wrong) = (Mutex::new(cells.collect::<VecDeque<_>>()), Mutex::new(Vec::new()));
    let next = || queue.lock().expect("no worker panics").pop_front();
    thread::scope(|threads| {
        for _ in 0..WORKERS {
            threads.spawn(|| {
                while let Some((fault, when, end)) = next() {
                    let rule = format!("gcp:{call}:{when}:{fault}");
                    if let Err(reason) = Stage::new(credentials, Some(&rule)).check(scope, end) {
                        wrong.lock().expect("no worker panics").push(format!("{rule}: {reason}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no worker panics");
    assert!(wrong.is_empty(), "{} cells ended otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

fn settings() -> Settings {
    let source = Source::Seeded { seed: SEED, size: SIZE, accounts: PROJECTS, regions: 1 };
    Settings { source, page_size: Some(12), ..Settings::default() }
}

/// Returns the project that faults of lists befall.
fn first() -> String {
    gcp::geography(SEED, PROJECTS, 1).accounts.swap_remove(0)
}

/// Returns how failures name it.
fn scope() -> String {
    format!(".gcp.yml: gcp/{}: ", first())
}

/// What comes out when nothing goes wrong, whoever asks.
fn expected() -> &'static str {
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
struct Stage {
    simulator: Simulator,
    workplace: Workplace,
}

impl Stage {
    fn new(credentials: Credentials, rule: Option<&str>) -> Self {
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

    fn list(&self) -> Run {
        self.workplace.run(cloud_inventory(), ["stage.gcp.yml", "--list", "-v"])
    }

    /// Runs the program, and tells how it ended when it is not as expected.
    fn check(&self, scope: &str, end: End) -> Result<(), String> {
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
        if run.succeeded() {
            return Err(format!("it succeeds: {}", run.stderr));
        }
        if !run.stdout.is_empty() {
            return Err("it fails, and gives an inventory".to_owned());
        }
        if !run.stderr.contains(cause) || !run.stderr.contains(scope) {
            return Err(format!("the message does not tell `{scope}` and `{cause}`: {}", run.stderr));
        }
        Ok(())
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

fn differ_only_in(theirs: Option<&Value>, ours: Option<&Value>, variables: &[&str]) -> bool {
    let without = |host: Option<&Value>| {
        let mut host = host.and_then(Value::as_object).cloned()?;
        host.retain(|name, _| !variables.contains(&name.as_str()));
        Some(host)
    };
    ours.is_some() && without(theirs) == without(ours)
}
