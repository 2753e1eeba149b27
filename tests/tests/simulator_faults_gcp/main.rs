//! Everything that the simulator can let go wrong in Google Cloud: each fault, in each call, on a first and on a later
//! page, once and for ever, ends in the whole inventory to the last byte, or in a failure that names cloud, project and
//! cause and gives nothing; only where a machine itself is odd or gone is the inventory another one, and then no other
//! machine suffers.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

mod stage;

use std::collections::BTreeMap;

use inventory_tests::simulator::faults::NAMES;
use inventory_tests::simulator::gcp::{self, files};

use self::stage::{Stage, first, run_cells, scope};

const SEED: u64 = 3;
/// Three projects, each in another folder, of several pages.
const SIZE: u64 = 90;
const PROJECTS: usize = 3;

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
