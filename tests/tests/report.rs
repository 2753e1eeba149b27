//! What the run report counts is what the clouds saw: nothing is lost, and nothing is counted twice.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::collections::BTreeMap;

use inventory_tests::simulator::statistics::Exchange;
use inventory_tests::stage::{DEMO, Stage, hosts};
use serde_json::Value;

/// Requests, retries and throttles.
type Counts = (u64, u64, u64);

/// What is answered to too many requests; no other answer of a run that succeeds has these.
fn is_throttle(exchange: &Exchange) -> bool {
    let statuses: &[u16] = match exchange.cloud {
        "aws" => &[503, 400],
        "azure" => &[429],
        _ => &[403, 429],
    };
    exchange.status.is_some_and(|status| statuses.contains(&status))
}

fn add(to: &mut Counts, more: Counts) {
    *to = (to.0 + more.0, to.1 + more.1, to.2 + more.2);
}

/// Returns what the simulator saw, by cloud and what is asked about; each attempt that failed was tried again.
fn seen(stage: &Stage) -> BTreeMap<String, Counts> {
    let mut seen = BTreeMap::new();
    for exchange in stage.simulator.exchanges() {
        let is_failed = exchange.status != Some(200);
        let scope = match (exchange.cloud, exchange.call.name.as_str()) {
            ("aws", "DescribeInstances") => format!("aws/{}", exchange.call.scope),
            ("azure", name) if !["Subscriptions", "CloudMetadata", "Token"].contains(&name) => {
                format!("azure/{}", exchange.call.scope.split('/').next().unwrap_or_default())
            }
            ("gcp", "AggregatedInstances") => format!("gcp/{}", exchange.call.scope),
            (cloud, _) => cloud.to_owned(),
        };
        // The list of a management group is about no subscription.
        let scope =
            if exchange.call.name == "ManagementGroupDescendants" { "azure".to_owned() } else { scope };
        let counts = (1, u64::from(is_failed), u64::from(is_throttle(&exchange)));
        add(seen.entry(scope).or_default(), counts);
    }
    seen
}

/// Returns what the report counts, by scope, and for what is of no scope by cloud.
fn reported(report: &Value) -> BTreeMap<String, Counts> {
    let entries = |name: &str| report[name].as_array().expect("a list").clone();
    let number =
        |entry: &Value, name: &str| entry[name].as_u64().unwrap_or_else(|| panic!("{name}: {entry:#}"));
    let mut reported = BTreeMap::new();
    for entry in entries("sources").into_iter().chain(entries("scopes")) {
        let name = entry.get("scope").or_else(|| entry.get("cloud")).and_then(Value::as_str);
        let counts = (number(&entry, "requests"), number(&entry, "retries"), number(&entry, "throttles"));
        add(reported.entry(name.expect("a name").to_owned()).or_default(), counts);
    }
    reported.retain(|_, counts| *counts != Counts::default());
    reported
}

fn stage() -> Stage {
    let mut stage = Stage::recorded(DEMO, &format!("{}names: [id]\n", Stage::SOURCES));
    stage.workplace.set("CLOUD_INVENTORY_RETRIES", "4");
    stage
}

/// Faults that pass, in calls for a scope and in calls that serve several.
const PASSING: [&str; 13] = [
    "aws:DescribeInstances:2:throttled",
    "aws:DescribeInstances:3-4:internal-error",
    "aws:ListAccounts:1:throttled",
    "aws:AssumeRole:1:internal-error",
    "aws:DescribeRegions:1:throttled",
    "azure:VirtualMachines:1:throttled",
    "azure:NetworkInterfaces:1:internal-error",
    "azure:Token:1:unavailable",
    "azure:ManagementGroupDescendants:1:throttled",
    "gcp:AggregatedInstances:1:throttled",
    "gcp:AggregatedInstances:2:internal-error",
    "gcp:Folders:1:throttled",
    "gcp:ChildProjects:1:internal-error",
];

#[test]
fn the_report_counts_what_the_clouds_saw() {
    for faults in [&[][..], &PASSING] {
        let stage = stage();
        faults.iter().for_each(|rule| stage.fault(rule));
        let (run, report) = stage.report(&[]);
        assert!(run.succeeded() && run.stderr.is_empty(), "{run:#?}");
        let (seen, reported) = (seen(&stage), reported(&report));
        assert_eq!(reported, seen, "{report:#}");
        let (requests, retries, throttles) = seen.values().fold(Counts::default(), |mut sum, counts| {
            add(&mut sum, *counts);
            sum
        });
        assert_eq!(requests, stage.requests());
        // One rule fits two calls.
        assert_eq!(retries, if faults.is_empty() { 0 } else { 14 });
        assert_eq!(throttles, faults.iter().filter(|rule| rule.ends_with("throttled")).count() as u64);
        assert_eq!(report["hosts"].as_u64(), Some(hosts(&run.json()).len() as u64));
    }
}

#[test]
fn the_report_counts_what_plugins_files_ask() {
    let mut stage = stage();
    let account = seen_account(&stage);
    stage.configure("sources:\n  - file: a.aws_ec2.yml\n  - file: b.azure_rm.yml\n  - file: c.gcp.yml\n");
    stage.workplace.write("a.aws_ec2.yml", "plugin: amazon.aws.aws_ec2\nhostnames: [instance-id]\n");
    stage.workplace.write("b.azure_rm.yml", "plugin: azure.azcollection.azure_rm\n");
    stage.workplace.write(
        "c.gcp.yml",
        &format!("plugin: google.cloud.gcp_compute\nauth_kind: application\nprojects: ['{account}']\n"),
    );
    stage.workplace.set("CLOUD_INVENTORY_MESSAGES", "errors");
    PASSING.iter().for_each(|rule| stage.fault(rule));
    let (run, report) = stage.report(&[]);
    assert!(run.succeeded(), "{run:#?}");
    let mut seen = seen(&stage);
    // A plugin's file asks one account, which has no number there.
    seen = seen
        .into_iter()
        .map(|(scope, counts)| match scope.strip_prefix("aws/").and_then(|rest| rest.split_once('/')) {
            Some((_, region)) => (format!("aws/{region}"), counts),
            None => (scope, counts),
        })
        .collect();
    assert_eq!(reported(&report), seen, "{report:#}");
    assert!(seen.len() > 5 && seen.values().any(|(_, _, throttles)| *throttles > 0), "{seen:?}");
}

/// Returns a project of the fleet.
fn seen_account(stage: &Stage) -> String {
    let inventory = stage.list(&[]);
    let mut all = hosts(&inventory).values();
    let host = all.find(|host| host["cloud_provider"] == "gcp").expect("a machine of Google");
    stage.simulator.reset();
    host["cloud_account"].as_str().expect("a project").to_owned()
}

/// A call of a scope of each cloud.
const CALLS: [(&str, &str); 3] =
    [("aws", "DescribeInstances"), ("azure", "VirtualMachines"), ("gcp", "AggregatedInstances")];

#[test]
fn what_fails_is_counted_too() {
    for (cloud, call) in CALLS {
        let mut stage = stage();
        stage.workplace.set("CLOUD_INVENTORY_RETRIES", "1");
        stage.fault(&format!("{cloud}:{call}:always:throttled"));
        let (run, report) = stage.report(&[]);
        assert_eq!((run.code, &report["hosts"]), (Some(1), &Value::Null), "{run:#?}");
        let sum = |counts: BTreeMap<String, Counts>| {
            counts.into_values().fold(Counts::default(), |mut sum, counts| {
                add(&mut sum, counts);
                sum
            })
        };
        let (requests, retries, throttles) = sum(reported(&report));
        let (asked, failed, throttled) = sum(seen(&stage));
        assert_eq!((requests, throttles), (asked, throttled), "{cloud}: {report:#}");
        // The last attempt of each scope is not tried again.
        let scopes = report["scopes"].as_array().expect("scopes");
        let lost = scopes.iter().filter(|scope| scope["state"] == "failed").count() as u64;
        assert!(lost > 0 && retries == failed - lost, "{cloud}: {report:#}");
    }
}

#[test]
fn what_the_deadline_cuts_short_is_named() {
    for ((cloud, call), name) in
        CALLS.into_iter().zip(["DescribeInstances", "list virtual machines", "list instances"])
    {
        let stage = stage();
        stage.fault(&format!("{cloud}:{call}:always:silent"));
        let run = stage.run(&["--list", "--deadline", "5s"]);
        assert_eq!(run.code, Some(1), "{run:#?}");
        assert!(run.stderr.contains(&format!("under way: `{name}`")), "{cloud}: {}", run.stderr);
    }
}
