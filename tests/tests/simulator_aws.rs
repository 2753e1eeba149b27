//! The simulator's AWS, judged by clients that were not made for it: the plugin `amazon.aws.aws_ec2`, boto3 and the AWS
//! command line.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use inventory_tests::ansible::Outcome;
use inventory_tests::binary::cloud_inventory;
use inventory_tests::python::Environment;
use inventory_tests::simulator::fleet::{Fleet, Machine, State, System};
use inventory_tests::simulator::{Settings, Simulator, Source, aws};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

const SEED: u64 = 11;
const SIZE: u64 = 360;
const ACCOUNTS: usize = 3;

/// A simulator of three accounts in three regions, with pages that are smaller than the regions' fleets.
fn simulator() -> Simulator {
    let source = Source::Seeded { seed: SEED, size: SIZE, accounts: ACCOUNTS, regions: 3 };
    Simulator::start(Settings { source, page_size: Some(40), ..Settings::default() }).expect("a simulator")
}

fn fleet() -> Fleet {
    Fleet::seeded(SEED, SIZE, aws::geography(SEED, ACCOUNTS, 3))
}

fn machines(fleet: &Fleet, account: usize) -> Vec<Machine> {
    let range = fleet.in_account(&fleet.geography().accounts[account]);
    range.filter_map(|index| fleet.machine(index)).collect()
}

fn count(machines: &[Machine], fits: impl Fn(&Machine) -> bool) -> usize {
    machines.iter().filter(|machine| fits(machine)).count()
}

fn is_listed(machine: &Machine) -> bool {
    machine.state != State::Terminated
}

#[test]
fn the_plugin_and_this_program_list_the_same_fleet() {
    let simulator = simulator();
    let expected = count(&machines(&fleet(), 0), is_listed);
    for by_proxy in [true, false] {
        let workplace = Workplace::with_simulator(&simulator, by_proxy);
        let config = workplace.write(
            "all.aws_ec2.yml",
            "plugin: amazon.aws.aws_ec2\nhostnames: [instance-id]\n\
             keyed_groups:\n- {key: tags.Role, prefix: role}\n- {key: placement.availability_zone}\n\
             - {key: platform_details, prefix: os}\n- {key: 'tags.Team | default(\"none\")', prefix: team}\n\
             groups: {spot: \"instance_lifecycle is defined\", stopped: \"state.name == 'stopped'\"}\n\
             compose: {address: \"public_ip_address | default(private_ip_address, true)\", interfaces: network_interfaces | length}\n",
        );
        let inventory = Outcome::of(&workplace, &config).agreed();
        assert_eq!(inventory.host_count(), expected, "by proxy: {by_proxy}");
    }
    let statistics = simulator.statistics();
    assert!(statistics.refused_hosts.is_empty(), "{statistics:?}");
    assert_eq!(statistics.of("aws", "*").failures, 0, "{statistics:?}");
}

#[test]
fn names_filters_and_software_are_the_same_for_the_plugin_and_this_program() {
    let simulator = simulator();
    let workplace = Workplace::with_simulator(&simulator, true);
    let head = "plugin: amazon.aws.aws_ec2\nregions: [us-east-1, eu-west-1]\n";
    let table = [
        ("names", "hostnames: ['tag:Name', dns-name, private-dns-name]\n"),
        ("addresses", "hostnames: [ip-address, private-ip-address]\n"),
        (
            "filters",
            "hostnames: [instance-id]\nfilters: {'tag:Role': [db, 'c*'], instance-state-name: running}\n\
             include_filters: [{platform: windows}, {instance-lifecycle: [spot]}]\n\
             exclude_filters: [{'tag:Environment': dev}]\n",
        ),
        ("software", "hostnames: [instance-id]\nuse_ssm_inventory: true\n"),
        (
            "tags",
            "hostnames: [instance-id]\nfilters: {tag-key: [説明, Besitzer, 'has space', template, quote]}\n",
        ),
    ];
    for (name, rest) in table {
        let config = workplace.write(&format!("{name}.aws_ec2.yml"), &format!("{head}{rest}"));
        let inventory = Outcome::of(&workplace, &config).agreed();
        assert!(inventory.host_count() > 1, "{name} finds {} hosts", inventory.host_count());
    }
}

#[test]
fn a_role_of_another_account_lists_its_machines() {
    let simulator = simulator();
    let fleet = fleet();
    let account = &fleet.geography().accounts[1];
    let workplace = Workplace::with_simulator(&simulator, true);
    let text = format!(
        "plugin: amazon.aws.aws_ec2\nhostnames: [instance-id]\nregion: us-east-1\n\
         assume_role_arn: arn:aws:iam::{account}:role/inventory\n"
    );
    let inventory = Outcome::of(&workplace, &workplace.write("role.aws_ec2.yml", &text)).agreed();
    assert_eq!(inventory.host_count(), count(&machines(&fleet, 1), is_listed));
}

#[test]
fn boto3_finds_the_whole_fleet() {
    let simulator = simulator();
    let fleet = fleet();
    let home = machines(&fleet, 0);
    for by_proxy in [true, false] {
        let workplace = Workplace::with_simulator(&simulator, by_proxy);
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("python/list_aws.py");
        let mut command = workplace.python_command(Environment::current(), "python");
        let found = Run::of(command.arg(script).args(&fleet.geography().regions)).json();
        assert_eq!(found["identity"], fleet.geography().accounts[0]);
        assert_eq!(found["regions"], serde_json::json!(fleet.geography().regions));
        assert_eq!(found["all_regions"], 8);
        assert_eq!(found["accounts"], serde_json::json!(fleet.geography().accounts));
        let mut sorted = fleet.geography().accounts.clone();
        sorted.sort();
        assert_eq!(found["accounts_by_parent"], serde_json::json!(sorted));
        assert_same_machines(&found["fleet"], &home);
        let first: Vec<_> = home.iter().filter(|machine| machine.region == "us-east-1").cloned().collect();
        let is_wanted = |machine: &Machine| {
            machine.state == State::Running && matches!(machine.tag("Role"), Some("db" | "cache"))
        };
        assert_eq!(length(&found["filtered"]), count(&first, is_wanted));
        assert_eq!(length(&found["named"]), 3);
        let tags: usize = first.iter().map(tag_count).sum();
        assert_eq!(length(&found["tags"]), tags);
        let is_managed = |machine: &Machine| machine.state == State::Running && machine.index % 4 != 3;
        assert_eq!(length(&found["software"]), count(&first[..40], is_managed));
        let role = format!("arn:aws:sts::{}:assumed-role/inventory/listing", fleet.geography().accounts[2]);
        assert_eq!(found["other_identity"], role);
        let other = found["other_fleet"].as_object().expect("an object").values().filter_map(Value::as_u64);
        assert_eq!(other.sum::<u64>(), machines(&fleet, 2).len() as u64);
    }
}

/// Compares what a client parsed with what was simulated.
fn assert_same_machines(found: &Value, expected: &[Machine]) {
    let instances: Vec<_> =
        found.as_object().expect("an object").values().filter_map(Value::as_array).flatten().collect();
    assert_eq!(instances.len(), expected.len());
    let ids: BTreeSet<_> = instances.iter().filter_map(|instance| instance["InstanceId"].as_str()).collect();
    assert_eq!(ids.len(), expected.len(), "every instance has an id of its own");
    for (instance, machine) in instances.iter().zip(expected) {
        let text = |name: &str| instance[name].as_str().map(str::to_owned);
        assert_eq!(text("PrivateIpAddress"), machine.private_address().map(|address| address.to_string()));
        assert_eq!(text("PublicIpAddress"), machine.public_address().map(|address| address.to_string()));
        assert_eq!(length(&instance["NetworkInterfaces"]), machine.interfaces.len());
        assert_eq!(length(&instance["Tags"]), tag_count(machine), "{instance}");
        assert_eq!(text("Platform").is_some(), machine.system == System::Windows);
        assert_eq!(text("InstanceLifecycle").is_some(), machine.is_spot);
        let zone = instance["Placement"]["AvailabilityZone"].as_str().expect("a zone");
        assert!(zone.starts_with(&machine.region), "{zone}");
    }
}

/// Returns how many tags EC2 shows for a machine: its own, its name's and its group's.
fn tag_count(machine: &Machine) -> usize {
    machine.tags.as_ref().map_or(0, |tags| tags.len() + 1 + usize::from(machine.set.is_some()))
}

fn length(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

#[test]
fn the_aws_command_line_lists_the_fleet() {
    let simulator = simulator();
    let home = machines(&fleet(), 0);
    let expected = count(&home, |machine| machine.region == "eu-west-1");
    for by_proxy in [true, false] {
        let workplace = Workplace::with_simulator(&simulator, by_proxy);
        let query = "Reservations[].Instances[].InstanceId";
        let words =
            ["ec2", "describe-instances", "--region", "eu-west-1", "--output", "json", "--query", query];
        assert_eq!(length(&aws_command(&workplace, &words).json()), expected, "by proxy: {by_proxy}");
        let identity = aws_command(&workplace, &["sts", "get-caller-identity", "--output", "json"]).json();
        assert_eq!(identity["Account"], home[0].account);
        let refused = aws_command(&workplace, &["ec2", "describe-vpcs"]);
        assert!(refused.stderr.contains("InvalidAction"), "{refused:?}");
    }
}

fn aws_command(workplace: &Workplace, words: &[&str]) -> Run {
    Run::of(workplace.python_command(Environment::aws_command_line(), "aws").args(words))
}

#[test]
fn a_region_of_many_pages_is_listed_in_parts_and_whole() {
    let source = Source::Seeded { seed: SEED, size: SIZE, accounts: 1, regions: 1 };
    let settings = Settings { source, page_size: Some(20), ..Settings::default() };
    let simulator = Simulator::start(settings).expect("a simulator");
    let workplace = Workplace::with_simulator(&simulator, false);
    let list = |name: &str, more: &str| {
        let text = format!("plugin: amazon.aws.aws_ec2\nhostnames: [instance-id]\n{more}");
        simulator.reset();
        let run =
            workplace.run(cloud_inventory(), [workplace.write(name, &text).as_os_str(), "--list".as_ref()]);
        assert!(run.succeeded(), "{}", run.stderr);
        (run.stdout, simulator.statistics().of("aws", "DescribeInstances").requests)
    };
    let (whole, pages) = list("whole.aws_ec2.yml", "");
    // A search by ids goes page by page.
    let (by_ids, pages_by_ids) = list("ids.aws_ec2.yml", "filters: {instance-id: ['i-*']}\n");
    assert_eq!(whole, by_ids);
    let fleet = Fleet::seeded(SEED, SIZE, aws::geography(SEED, 1, 1));
    let listed: Vec<Machine> = (0..SIZE).filter_map(|index| fleet.machine(index)).filter(is_listed).collect();
    let inventory: Value = serde_json::from_str(&whole).expect("JSON");
    assert_eq!(inventory["_meta"]["hostvars"].as_object().map_or(0, serde_json::Map::len), listed.len());
    assert_eq!(pages_by_ids, listed.len().div_ceil(20) as u64);
    // Three pages, then sixteen parts, each of one page at least.
    assert!(pages >= 3 + 16, "{pages}");
}
