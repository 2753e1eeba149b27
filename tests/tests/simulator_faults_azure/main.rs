//! Everything that the simulator can let go wrong in Azure: each fault, in each call, once and for ever, ends in the whole
//! inventory to the last byte, or in a failure that names cloud, scope and cause and gives nothing; only where a machine
//! itself is odd or gone is the inventory another one, and then no other machine suffers.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

mod stage;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use inventory_tests::compare::Inventory;
use inventory_tests::simulator::azure;
use inventory_tests::simulator::{Settings, Source};

use self::stage::{Stage, check, run_cells, scope, settings, with_common};

const SEED: u64 = 3;
const SIZE: u64 = 90;

/// Everything that there can be.
const ALL: &str = "default_host_filters: []\ninclude_vmss_resource_groups: ['*']\n\
    include_arc_resource_groups: ['*']\ninclude_hcivm_resource_groups: ['*']\n";
/// As the identity of a machine, of which nobody said the subscription.
const MACHINE_IDENTITY: &str = "default_host_filters: []\nauth_source: msi\n";

/// In a cloud that describes itself, as environment variables say.
const DESCRIBED: &str = "default_host_filters: []\nauth_source: env\n";

const METADATA: &str = "https://management.azure.com/metadata/endpoints?api-version=2022-09-01";

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With every byte.
    Whole,
    /// With all hosts, which differ in these variables only.
    Changed(&'static [&'static str]),
    /// Some hosts are other than they were or gone, and warnings name them.
    Named,
    /// The same, but a host of which only the record of an interface differs, as Azure wrote it, needs no warning.
    Odd,
    /// Some hosts are gone, and nothing is left that could tell of them.
    Gone,
    /// With a failure whose message holds this.
    Fails(&'static str),
}
use End::{Changed, Fails, Gone, Named, Odd, Whole};

/// A fault, and how a run ends when it comes once and when it stays.
type Row = (&'static str, End, End);

/// What befalls every call of Resource Manager in the same way.
const COMMON: [Row; 14] = [
    ("throttled", Whole, Fails("TooManyRequests")),
    ("internal-error", Whole, Fails("InternalServerError")),
    ("bad-gateway", Whole, Fails("502")),
    ("unavailable", Whole, Fails("ServerTimeout")),
    ("denied", Fails("AuthorizationFailed"), Fails("AuthorizationFailed")),
    ("unknown-caller", Whole, Fails("InvalidAuthenticationToken")),
    ("expired-token", Whole, Fails("ExpiredAuthenticationToken")),
    ("html", Fails("web page"), Fails("web page")),
    ("garbage", Whole, Fails("JSON")),
    ("cut", Whole, Fails("connection")),
    ("truncated", Whole, Fails("connection")),
    ("wrong-length", Whole, Fails("connection")),
    ("slow-body=100", Whole, Whole),
    ("silent", Fails("deadline"), Fails("deadline")),
];

const CIRCLE: Row = ("repeated-token", Fails("circle"), Fails("circle"));
/// After a first page that comes twice the list goes on, and nothing is there twice.
const TWICE: Row = ("repeated-token", Whole, Fails("circle"));
/// Half of a body ends too early whether it is compressed or not; the words differ.
const HALF: Row = ("wrong-length", Whole, Fails(" end"));
const FIELDS: Row = ("unknown-fields", Whole, Whole);
const VALUES: Row = ("unknown-values", Whole, Whole);

#[test]
fn virtual_machines() {
    let odd = Changed(&["provisioning_state", "os_disk", "data_disks"]);
    let rows = [
        CIRCLE,
        FIELDS,
        ("unknown-values", odd, odd),
        ("malformed-host", Named, Named),
        ("vanished-host", Gone, Gone),
    ];
    check("VirtualMachines", "2", ALL, &rows);
}

#[test]
fn states_of_virtual_machines() {
    let odd = Changed(&["powerstate"]);
    // What the list lacks is asked for by its id.
    let rows = [
        CIRCLE,
        FIELDS,
        ("unknown-values", odd, odd),
        ("malformed-host", Whole, Whole),
        ("vanished-host", Whole, Whole),
    ];
    check("VirtualMachineStates", "2", ALL, &rows);
}

#[test]
fn network_interfaces() {
    // The record of an interface is a variable.
    let raw = Changed(&["network_interface_properties"]);
    let rows = [
        CIRCLE,
        ("unknown-fields", raw, raw),
        ("unknown-values", raw, raw),
        ("malformed-host", Odd, Odd),
        ("vanished-host", Whole, Whole),
    ];
    check("NetworkInterfaces", "2", ALL, &rows);
}

#[test]
fn public_addresses() {
    let rows = [TWICE, FIELDS, VALUES, ("malformed-host", Whole, Whole), ("vanished-host", Whole, Whole)];
    check("PublicAddresses", "1", ALL, &rows);
}

#[test]
fn scale_sets() {
    let rows = [TWICE, FIELDS, VALUES, ("vanished-host", Gone, Gone)];
    check("ScaleSets", "1", ALL, &rows);
}

#[test]
fn instances_of_scale_sets() {
    let odd = Changed(&["powerstate", "provisioning_state", "os_disk", "data_disks"]);
    let rows = [
        TWICE,
        FIELDS,
        ("unknown-values", odd, odd),
        ("malformed-host", Named, Named),
        ("vanished-host", Gone, Gone),
    ];
    check("ScaleSetMachines", "1", ALL, &rows);
}

#[test]
fn network_interfaces_of_scale_sets() {
    let raw = Changed(&["network_interface_properties"]);
    let rows = [
        TWICE,
        ("unknown-fields", raw, raw),
        ("unknown-values", raw, raw),
        ("malformed-host", Odd, Odd),
        ("vanished-host", Whole, Whole),
    ];
    check("ScaleSetInterfaces", "1", ALL, &rows);
}

#[test]
fn public_addresses_of_scale_sets() {
    check("ScaleSetPublicAddresses", "1", ALL, &[TWICE, FIELDS, VALUES, HALF]);
}

#[test]
fn machines_of_arc() {
    let odd = Changed(&["provisioning_state"]);
    // One list serves as machines of Arc and to find those on Azure Stack HCI.
    let rows = [
        TWICE,
        FIELDS,
        ("unknown-values", odd, odd),
        ("malformed-host", Named, Named),
        ("vanished-host", Gone, Gone),
    ];
    check("HybridMachines", "1", ALL, &rows);
}

#[test]
fn machines_on_azure_stack_hci() {
    check("StackInstances", "1", ALL, &[TWICE, ("vanished-host", Named, Named)]);
}

#[test]
fn network_interfaces_on_azure_stack_hci() {
    let raw = Changed(&["network_interface_properties"]);
    let rows = [
        TWICE,
        ("unknown-fields", raw, raw),
        ("unknown-values", raw, raw),
        ("malformed-host", Odd, Odd),
        ("vanished-host", Whole, Whole),
    ];
    check("StackInterfaces", "1", ALL, &rows);
}

#[test]
fn tokens() {
    let rows = [
        ("throttled", Whole, Fails("AADSTS90055")),
        ("internal-error", Whole, Fails("AADSTS90014")),
        ("bad-gateway", Whole, Fails("502")),
        ("unavailable", Whole, Fails("AADSTS90033")),
        ("denied", Fails("AADSTS53003"), Fails("AADSTS53003")),
        ("unknown-caller", Fails("AADSTS7000215"), Fails("AADSTS7000215")),
        ("expired-token", Fails("AADSTS7000222"), Fails("AADSTS7000222")),
        ("html", Fails("web page"), Fails("web page")),
        ("garbage", Whole, Fails("cannot be read")),
        ("cut", Whole, Fails("connection")),
        ("truncated", Whole, Fails("connection")),
        ("wrong-length", Whole, Fails("connection")),
        ("slow-body=100", Whole, Whole),
        ("silent", Fails("deadline"), Fails("deadline")),
    ];
    run_cells("Token", "1", ALL, &scope(), &rows);
}

#[test]
fn what_is_asked_before_the_subscription_is_known() {
    let none = ("vanished-host", Fails("sees no subscription"), Fails("sees no subscription"));
    run_cells("Subscriptions", "1", MACHINE_IDENTITY, ".azure_rm.yml: azure: ", &with_common(&[none, HALF]));
}

#[test]
fn tokens_of_a_machine() {
    let refused = Fails("identity has not been assigned");
    let rows = [
        ("throttled", Whole, Fails("Too many requests")),
        ("internal-error", Whole, Fails("Failed to retrieve the token")),
        ("unavailable", Whole, Fails("The service is unavailable")),
        ("denied", refused, refused),
        ("unknown-caller", refused, refused),
        ("expired-token", refused, refused),
        ("garbage", Whole, Fails("cannot be read")),
        HALF,
    ];
    run_cells("IdentityToken", "1", MACHINE_IDENTITY, ".azure_rm.yml: azure: ", &with_common(&rows));
}

#[test]
fn descriptions_of_clouds() {
    let unreadable = Fails("does not describe clouds");
    let rows = [
        ("throttled", Whole, Fails("429")),
        ("internal-error", Whole, Fails("500")),
        ("unavailable", Whole, Fails("503")),
        ("denied", Fails("403"), Fails("403")),
        ("unknown-caller", Fails("401"), Fails("401")),
        ("expired-token", Fails("401"), Fails("401")),
        ("html", unreadable, unreadable),
        ("garbage", unreadable, unreadable),
        HALF,
    ];
    run_cells("CloudMetadata", "1", DESCRIBED, ".azure_rm.yml: azure: ", &with_common(&rows));
}

#[test]
fn what_is_missing_in_a_list_and_gone_by_itself_costs_a_warning() {
    let table = [
        ("VirtualMachineStates", "InstanceView", Named),
        ("NetworkInterfaces", "NetworkInterface", Named),
        ("PublicAddresses", "PublicAddress", Named),
        ("ScaleSetInterfaces", "ScaleSetInterface", Named),
        ("StackInterfaces", "StackInterface", Named),
    ];
    for (list, single, end) in table {
        let rules = [format!("azure:{list}:1:vanished-host"), format!("azure:{single}:always:vanished-host")];
        let ended = Stage::new(ALL, &rules).check(&scope(), end);
        assert_eq!(ended, Ok(()), "{list}");
    }
}

#[test]
fn a_single_resource_that_may_not_be_read_is_named() {
    let table = [
        ("VirtualMachineStates", "InstanceView"),
        ("NetworkInterfaces", "NetworkInterface"),
        ("PublicAddresses", "PublicAddress"),
        ("ScaleSetInterfaces", "ScaleSetInterface"),
        ("StackInterfaces", "StackInterface"),
    ];
    for (list, single) in table {
        let missing = format!("azure:{list}:1:vanished-host");
        let fails = [
            ("denied", Fails("AuthorizationFailed")),
            ("throttled", Fails("TooManyRequests")),
            ("internal-error", Fails("InternalServerError")),
            ("html", Fails("web page")),
            ("cut", Fails("connection")),
        ];
        for (fault, end) in fails {
            let rules = [missing.clone(), format!("azure:{single}:always:{fault}")];
            assert_eq!(Stage::new(ALL, &rules).check(&scope(), end), Ok(()), "{list} {fault}");
        }
        let rules = [missing, format!("azure:{single}:1:throttled")];
        assert_eq!(Stage::new(ALL, &rules).check(&scope(), Whole), Ok(()), "{list}");
    }
}

#[test]
fn a_list_that_is_not_there_fails_the_run() {
    let mut stage = Stage::new(ALL, &[]);
    stage.workplace.set("AZURE_SUBSCRIPTION_ID", "00000000-0000-4000-8000-000000000000");
    let scope = "azure/00000000-0000-4000-8000-000000000000: ";
    assert_eq!(stage.check(scope, Fails("SubscriptionNotFound")), Ok(()));
}

#[test]
fn a_service_that_asks_for_time_gets_it() {
    let stage = Stage::new(ALL, &["azure:NetworkInterfaces:1:throttled".to_owned()]);
    let start = Instant::now();
    assert_eq!(stage.check(&scope(), Whole), Ok(()));
    assert!(start.elapsed() > Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn a_quota_that_runs_low_slows_the_run_down() {
    let azure = azure::Options { reads: Some(12), ..azure::Options::default() };
    let stage = Stage::with(Settings { azure, ..settings() }, "default_host_filters: []\n");
    let unhurried = Stage::with(settings(), "default_host_filters: []\n");
    let start = Instant::now();
    let run = stage.list();
    assert!(start.elapsed() > Duration::from_secs(1), "{:?}", start.elapsed());
    assert!(run.succeeded() && run.stdout == unhurried.list().stdout, "{}", run.stderr);
    assert_eq!(stage.simulator.statistics().of("azure", "*").failures, 0);
}

#[test]
fn tokens_that_are_never_good_fail_the_run() {
    let settings = Settings { token_lifetime: Duration::ZERO, ..settings() };
    let ended = Stage::with(settings, ALL).check(&scope(), Fails("ExpiredAuthenticationToken"));
    assert_eq!(ended, Ok(()));
}

#[test]
fn a_large_subscription_costs_the_pages_of_four_lists() {
    let source = Source::Seeded { seed: 17, size: 5800, accounts: 1, regions: 3 };
    let settings = Settings { source, page_size: Some(200), ..Settings::default() };
    let mut stage = Stage::with(settings, "default_host_filters: []\n");
    // The simulator takes its time when it is not optimised.
    stage.workplace.set("CLOUD_INVENTORY_DEADLINE", "10m");
    let hosts = Inventory::read(&stage.list().json()).host_count() as u64;
    let statistics = stage.simulator.statistics();
    let requests = |call: &str| statistics.of("azure", call).requests;
    let lists = ["VirtualMachines", "VirtualMachineStates", "NetworkInterfaces", "PublicAddresses"];
    let pages: u64 = lists.iter().map(|list| statistics.of("azure", list).pages).sum();
    assert!((4900..5200).contains(&hosts), "{hosts} hosts");
    assert_eq!(requests("VirtualMachines"), hosts.div_ceil(200));
    assert_eq!((requests("*"), requests("Token")), (pages + 1, 1), "{:#?}", statistics.calls);
}
