//! A large organisation at the default limits: every machine is found, by no request more than there must be.

use std::time::Duration;

use inventory_tests::organisation::{self, ACCOUNTS_ON_A_PAGE, Organisation};
use inventory_tests::stage::{Stage, hosts};

/// The default of `max_in_flight`.
const LIMIT: u64 = 256;

#[test]
fn each_request_is_made_once_and_no_machine_is_missing() {
    let config = format!("{}names: [id]\n", Stage::SOURCES);
    let stage = Stage::new(Organisation::LARGE.settings(Duration::from_millis(50)), &config);
    let (run, report) = stage.report(&[]);
    assert!(run.succeeded() && run.stderr.is_empty(), "{:?} {}", run.code, run.stderr);
    assert_eq!(hosts(&run.json()).len(), Organisation::LARGE.hosts());
    assert_eq!(report["hosts"].as_u64(), Some(Organisation::LARGE.hosts() as u64));
    let statistics = stage.simulator.statistics();
    let of = |cloud: &str, call: &str| statistics.of(cloud, call).requests;
    let Organisation { accounts, regions, subscriptions, projects } = Organisation::LARGE;
    let [accounts, regions, subscriptions, projects] =
        [accounts, regions, subscriptions, projects].map(|count| count as u64);
    let table = [
        ("aws", "ListAccounts", accounts.div_ceil(ACCOUNTS_ON_A_PAGE as u64)),
        ("aws", "GetCallerIdentity", 1),
        // The account of the base credentials needs no role.
        ("aws", "AssumeRole", accounts - 1),
        ("aws", "DescribeRegions", accounts),
        ("aws", "DescribeInstances", accounts * regions),
        ("azure", "CloudMetadata", 1),
        ("azure", "Token", 1),
        ("azure", "Subscriptions", 1),
        ("azure", "ManagementGroupDescendants", 1),
        ("azure", "VirtualMachines", subscriptions),
        ("azure", "VirtualMachineStates", subscriptions),
        ("azure", "NetworkInterfaces", subscriptions),
        ("azure", "PublicAddresses", subscriptions),
        ("azure", "ScaleSets", subscriptions),
        // All projects are in the organization itself.
        ("gcp", "ChildProjects", 1),
        ("gcp", "Folders", 1),
        ("gcp", "AggregatedInstances", projects),
    ];
    for (cloud, call, expected) in table {
        assert_eq!(of(cloud, call), expected, "{cloud} {call}");
    }
    let expected: u64 = table.iter().map(|(_, _, expected)| expected).sum();
    assert_eq!(organisation::requests(&statistics), expected, "{statistics:#?}");
    let reported = |name: &str| {
        let entries = report[name].as_array().expect("a list");
        entries.iter().filter_map(|entry| entry["requests"].as_u64()).sum::<u64>()
    };
    assert_eq!(reported("sources") + reported("scopes"), expected);
    // No list has further pages but that of the accounts, so the chains are as long as they are told to be.
    let pages = ["aws", "azure", "gcp"].map(|cloud| statistics.longest_chain(cloud));
    assert_eq!((pages, Organisation::LARGE.chain()), ([2, 1, 1], 5));
    let most = statistics.most_in_flight;
    assert!(most <= LIMIT, "{most} requests at once");
}

#[test]
fn the_limit_on_requests_holds_over_all_clouds() {
    let config = format!("{}names: [id]\n", Stage::SOURCES);
    let stage = Stage::new(Organisation::LARGE.settings(Duration::ZERO), &config);
    let run = stage.run(&["--list", "--max-in-flight", "7"]);
    assert!(run.succeeded(), "{}", run.stderr);
    assert_eq!(hosts(&run.json()).len(), Organisation::LARGE.hosts());
    let most = stage.simulator.statistics().most_in_flight;
    assert!(most <= 7, "{most} requests at once");
}
