//! Everything that the simulator can let go wrong in AWS: each fault, in each call, once and for ever, ends in the whole
//! inventory, or in a failure that names cloud, scope and cause and gives nothing.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::collections::BTreeSet;
use std::time::Duration;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::cells::{check_all, check_failure};
use inventory_tests::compare::Inventory;
use inventory_tests::simulator::fleet::{Fleet, State};
use inventory_tests::simulator::{Settings, Simulator, Source, aws};
use inventory_tests::workplace::{Run, Workplace};

const REGION: &str = "us-east-1";
const SEED: u64 = 5;
const SIZE: u64 = 200;

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With every host.
    Whole,
    /// With a failure whose message holds this.
    Fails(&'static str),
}
use End::{Fails, Whole};

/// A fault, and how a run ends when it comes once and when it stays.
type Row = (&'static str, End, End);

#[test]
fn instances() {
    let rows = [
        ("throttled", Whole, Fails("RequestLimitExceeded")),
        ("internal-error", Whole, Fails("InternalError")),
        ("bad-gateway", Whole, Fails("502")),
        ("unavailable", Whole, Fails("Unavailable")),
        ("denied", Fails("UnauthorizedOperation"), Fails("UnauthorizedOperation")),
        ("unknown-caller", Fails("AuthFailure"), Fails("AuthFailure")),
        ("expired-token", Fails("RequestExpired"), Fails("RequestExpired")),
        ("repeated-token", Fails("circle"), Fails("circle")),
        ("unknown-fields", Whole, Whole),
        ("unknown-values", Whole, Whole),
        ("malformed-host", Fails("cannot be understood"), Fails("cannot be understood")),
        ("html", Fails("HTML"), Fails("HTML")),
        ("garbage", Whole, Fails("XML")),
        ("cut", Whole, Fails("connection")),
        ("truncated", Whole, Fails("body")),
        ("wrong-length", Whole, Fails("ends in the middle")),
        ("slow-body=100", Whole, Whole),
        ("silent", Fails("deadline"), Fails("deadline")),
    ];
    // The second page of a region: what came before must not be given for all of it.
    check("DescribeInstances", "2", Config::AllRegions, "aws/us-east-1: ", &rows);
}

#[test]
fn regions() {
    let rows = [
        ("throttled", Whole, Fails("RequestLimitExceeded")),
        ("internal-error", Whole, Fails("InternalError")),
        ("bad-gateway", Whole, Fails("502")),
        ("unavailable", Whole, Fails("Unavailable")),
        // Without the right to list regions all known ones are asked, of which most are not enabled.
        ("denied", Fails("af-south-1"), Fails("af-south-1")),
        ("unknown-caller", Fails("AuthFailure"), Fails("AuthFailure")),
        ("expired-token", Fails("RequestExpired"), Fails("RequestExpired")),
        ("html", Fails("HTML"), Fails("HTML")),
        ("garbage", Whole, Fails("XML")),
        ("cut", Whole, Fails("connection")),
        ("truncated", Whole, Fails("body")),
        ("wrong-length", Whole, Fails("ends in the middle")),
        ("slow-body=100", Whole, Whole),
        ("silent", Fails("deadline"), Fails("deadline")),
    ];
    // Where not even the regions are known, the cloud is named.
    check("DescribeRegions", "1", Config::AllRegions, ".aws_ec2.yml: aws", &rows);
}

#[test]
fn roles() {
    let rows = [
        ("throttled", Whole, Fails("Throttling")),
        ("internal-error", Whole, Fails("InternalFailure")),
        ("bad-gateway", Whole, Fails("502")),
        ("unavailable", Whole, Fails("ServiceUnavailable")),
        ("denied", Fails("AccessDenied"), Fails("AccessDenied")),
        ("unknown-caller", Fails("InvalidClientTokenId"), Fails("InvalidClientTokenId")),
        ("expired-token", Fails("ExpiredToken"), Fails("ExpiredToken")),
        ("html", Fails("HTML"), Fails("HTML")),
        ("garbage", Whole, Fails("XML")),
        ("cut", Whole, Fails("connection")),
        ("truncated", Whole, Fails("body")),
        ("wrong-length", Whole, Fails("ends in the middle")),
        ("slow-body=100", Whole, Whole),
        ("silent", Fails("deadline"), Fails("deadline")),
    ];
    check("AssumeRole", "1", Config::Role, ".aws_ec2.yml: aws", &rows);
}

#[test]
fn software() {
    let rows = [
        ("throttled", Whole, Fails("ThrottlingException")),
        ("internal-error", Whole, Fails("InternalFailure")),
        ("bad-gateway", Whole, Fails("cannot be understood")),
        ("unavailable", Whole, Fails("ServiceUnavailable")),
        ("denied", Fails("AccessDeniedException"), Fails("AccessDeniedException")),
        ("unknown-caller", Fails("UnrecognizedClient"), Fails("UnrecognizedClient")),
        ("expired-token", Fails("ExpiredTokenException"), Fails("ExpiredTokenException")),
        ("repeated-token", Whole, Fails("circle")),
        ("html", Fails("cannot be understood"), Fails("cannot be understood")),
        ("garbage", Fails("cannot be understood"), Fails("cannot be understood")),
        ("cut", Whole, Fails("connection")),
        ("truncated", Whole, Fails("body")),
        ("wrong-length", Fails("cannot be understood"), Fails("cannot be understood")),
        ("slow-body=100", Whole, Whole),
        ("silent", Fails("deadline"), Fails("deadline")),
    ];
    check("GetInventory", "1", Config::Role, "role/inventory/us-east-1: ", &rows);
}

#[test]
fn a_machine_that_vanishes_between_two_pages_costs_no_other() {
    let stage = Stage::new(Config::AllRegions, &format!("aws:DescribeInstances@{REGION}:2:vanished-host"));
    let run = stage.list();
    let hosts = stage.hosts(&run);
    let gone: Vec<_> = stage.expected.difference(&hosts).collect();
    assert_eq!((gone.len(), hosts.len() + 1), (1, stage.expected.len()), "{gone:?}");
}

#[test]
fn keys_of_a_role_that_are_no_longer_good_fail_the_run() {
    let stage = Stage::new(Config::Role, "aws:AssumeRole:always:slow-body=1");
    stage.check("", Whole).expect("they are good at first");
    let settings = Settings { token_lifetime: Duration::ZERO, ..settings() };
    let stage = Stage::with(settings, Config::Role);
    stage.check("", Fails("RequestExpired")).expect("they are not good at all");
}

/// Runs every row, once (at the call of number `once`) and for ever, and tells every cell that ended otherwise; a failure
/// names `scope`.
fn check(call: &str, once: &'static str, config: Config, scope: &str, rows: &[Row]) {
    let rule = |when, fault| format!("aws:{call}@{REGION}:{when}:{fault}");
    let cells = rows
        .iter()
        .flat_map(|(fault, first, always)| [(rule(once, fault), *first), (rule("always", fault), *always)]);
    check_all(cells, |rule, end| Stage::new(config, rule).check(scope, end));
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Config {
    /// All regions, of which the first has several pages.
    AllRegions,
    /// The first region of the second account, with its software inventory.
    Role,
}

fn settings() -> Settings {
    let source = Source::Seeded { seed: SEED, size: SIZE, accounts: 2, regions: 3 };
    Settings { source, page_size: Some(25), ..Settings::default() }
}

/// A simulator, a workplace that is led to it by its proxy, and the hosts that a config must give.
struct Stage {
    _simulator: Simulator,
    workplace: Workplace,
    expected: BTreeSet<String>,
}

impl Stage {
    fn new(config: Config, rule: &str) -> Self {
        let rule = rule.parse().expect("a rule");
        Self::with(Settings { faults: vec![rule], ..settings() }, config)
    }

    fn with(settings: Settings, config: Config) -> Self {
        let simulator = Simulator::start(settings).expect("a simulator");
        let mut workplace = Workplace::with_simulator(&simulator, true);
        workplace.set("CLOUD_INVENTORY_RETRIES", "1");
        workplace.set("CLOUD_INVENTORY_DEADLINE", "4s");
        let fleet = Fleet::seeded(SEED, SIZE, aws::geography(SEED, 2, 3));
        let [home, other] = fleet.geography().accounts.as_slice() else { panic!("there are two accounts") };
        let head = "plugin: amazon.aws.aws_ec2\nhostnames: [instance-id]\nregion: us-east-1\n";
        let (text, range) = match config {
            Config::AllRegions => (head.to_owned(), fleet.in_account(home)),
            Config::Role => {
                let role = format!("assume_role_arn: arn:aws:iam::{other}:role/inventory\n");
                let text = format!("{head}regions: [{REGION}]\nuse_ssm_inventory: true\n{role}");
                (text, fleet.in_region(other, REGION))
            }
        };
        workplace.write("stage.aws_ec2.yml", &text);
        let machines = range.filter_map(|index| fleet.machine(index));
        let listed = machines.filter(|machine| machine.state != State::Terminated);
        let expected = listed.map(|machine| aws::instance_id(machine.index)).collect();
        Self { _simulator: simulator, workplace, expected }
    }

    fn list(&self) -> Run {
        self.workplace.run(cloud_inventory(), ["stage.aws_ec2.yml", "--list"])
    }

    fn hosts(&self, run: &Run) -> BTreeSet<String> {
        Inventory::read(&run.json()).host_names().into_iter().map(str::to_owned).collect()
    }

    /// Runs the program, and tells how it ended when it is not as expected.
    fn check(&self, scope: &str, end: End) -> Result<(), String> {
        let run = self.list();
        match end {
            Whole if !run.succeeded() => Err(format!("it fails: {}", run.stderr)),
            Whole => {
                let hosts = self.hosts(&run);
                let missing: Vec<_> = self.expected.symmetric_difference(&hosts).collect();
                if missing.is_empty() { Ok(()) } else { Err(format!("it is not whole: {missing:?}")) }
            }
            Fails(cause) => check_failure(&run, scope, cause),
        }
    }
}
