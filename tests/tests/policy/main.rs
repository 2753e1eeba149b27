//! What becomes of a scope that cannot be fetched: the run fails, kept facts stand in, or the scope is left out.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

mod kept;

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use inventory_tests::stage::{Stage, hosts};
use inventory_tests::workplace::Run;
use serde_json::{Map, Value, json};

/// A call without which a scope cannot be fetched: in one scope of each cloud, and how the scope is called.
const FAULTS: [(&str, &str, &str); 3] = [
    ("aws", "aws:DescribeInstances@222222222222/eu-west-1:always:denied", "aws/222222222222/eu-west-1"),
    (
        "azure",
        "azure:VirtualMachines@22222222-2222-4222-8222-222222222222:always:unavailable",
        "azure/22222222-2222-4222-8222-222222222222",
    ),
    ("gcp", "gcp:AggregatedInstances@data-prod:always:garbage", "gcp/data-prod"),
];

/// A call without which the scopes of a cloud are not known.
const PLAN_FAULTS: [(&str, &str); 3] = [
    ("aws", "aws:ListAccounts:always:unavailable"),
    ("azure", "azure:ManagementGroupDescendants:always:denied"),
    ("gcp", "gcp:Folders:always:bad-gateway"),
];

fn config(more: &str) -> String {
    format!("{}names: [id]\n{more}", Stage::SOURCES)
}

fn scopes(report: &Value) -> &Vec<Value> {
    report.get("scopes").and_then(Value::as_array).expect("a report has scopes")
}

/// Returns what a report says of a scope.
fn scope<'a>(report: &'a Value, name: &str) -> &'a Value {
    let found = scopes(report).iter().find(|scope| scope.get("scope") == Some(&json!(name)));
    found.unwrap_or_else(|| panic!("no scope `{name}`: {report:#}"))
}

/// Returns where the list of scopes of a cloud comes from.
fn list_of<'a>(report: &'a Value, cloud: &str) -> &'a Value {
    let sources = report.get("sources").and_then(Value::as_array).expect("a report has sources");
    let found = sources.iter().find(|source| source["cloud"] == cloud).and_then(|source| source.get("state"));
    found.unwrap_or_else(|| panic!("no source of `{cloud}`: {report:#}"))
}

/// Returns the variables of hosts without the mark of those that are stale, and the names of these.
fn unmarked(run: &Run) -> (Map<String, Value>, BTreeSet<String>) {
    let mut all = hosts(&serde_json::from_str(&run.stdout).expect("an inventory")).clone();
    let mut stale = BTreeSet::new();
    for (name, host) in &mut all {
        let since = host.as_object_mut().and_then(|host| host.remove("cloud_stale_since"));
        if let Some(since) = since {
            let is_time = since.as_str().is_some_and(|since| since.len() == 20 && since.ends_with('Z'));
            assert!(is_time, "{since} is no time");
            stale.insert(name.clone());
        }
    }
    (all, stale)
}

/// Tells whether a host is of a scope, by the scope's name.
fn is_of(host: &Value, scope: &str) -> bool {
    let field = |name: &str| host.get(name).and_then(Value::as_str).unwrap_or_default();
    let account = format!("{}/{}", field("cloud_provider"), field("cloud_account"));
    scope == account || scope == format!("{account}/{}", field("cloud_region"))
}

#[test]
fn a_scope_that_fails_fails_the_run() {
    for more in ["", Stage::CACHE, "on_error: fail\n"] {
        let stage = Stage::demo(&config(more));
        stage.list(&[]);
        for (cloud, fault, scope) in FAULTS {
            stage.fault(fault);
            let (run, report) = stage.report(&["--refresh", "--detailed-exit-code"]);
            assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{cloud}: {run:#?}");
            let told = format!("error: all.yml: {scope}: ");
            assert!(run.stderr.contains(&told) && run.stderr.contains("no inventory is printed"), "{run:#?}");
            assert_eq!(report["outcome"], "failed");
            let failures = report["failures"].as_array().expect("failures");
            assert!(failures.len() == 1 && failures[0]["scope"] == scope, "{report:#}");
            assert!(failures[0]["error"]["message"].as_str().is_some_and(|text| !text.is_empty()));
            let states = |state: &str| scopes(&report).iter().filter(|scope| scope["state"] == state).count();
            assert_eq!((states("fetched"), states("failed")), (7, 1), "the others were fetched");
            stage.simulator.reset();
        }
    }
}

#[test]
fn kept_facts_stand_in_for_a_scope_that_fails() {
    let stage = Stage::demo(&config(&format!("{}on_error: stale\n", Stage::CACHE)));
    let whole = hosts(&stage.list(&[])).clone();
    for (cloud, fault, name) in FAULTS {
        stage.fault(fault);
        let (run, report) = stage.report(&["--refresh"]);
        assert_eq!(run.code, Some(0), "{cloud}: {run:#?}");
        let told = format!("warning: all.yml: {name} is as it was at 2");
        assert!(run.stderr.lines().count() == 1 && run.stderr.starts_with(&told), "{}", run.stderr);
        let (all, stale) = unmarked(&run);
        assert_eq!(all, whole, "{cloud}");
        let expected: BTreeSet<_> =
            whole.iter().filter(|(_, host)| is_of(host, name)).map(|(name, _)| name.clone()).collect();
        assert!(!stale.is_empty() && stale == expected, "{cloud}: {stale:?}");
        assert_eq!(report["outcome"], "stale");
        let failed = scope(&report, name);
        assert_eq!(failed["state"], "stale");
        assert!(failed["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{failed:#}");
        assert!(failed["fetched_at"].is_string() && failed["machines"] == stale.len(), "{failed:#}");
        assert_eq!(scopes(&report).iter().filter(|scope| scope["state"] == "fetched").count(), 7);
        let run = stage.run(&["--list", "--refresh", "--detailed-exit-code"]);
        assert_eq!((run.code, run.stdout.is_empty()), (Some(6), false), "{cloud}");
        stage.simulator.reset();
    }
    // Quiet is quiet: the code tells.
    stage.fault(FAULTS[0].1);
    let run = stage.run(&["--list", "--refresh", "--detailed-exit-code", "-q"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(6), ""));
    stage.simulator.reset();
    let run = stage.run(&["--list", "--refresh", "--detailed-exit-code"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn kept_scopes_stand_in_for_a_list_of_scopes_that_fails() {
    let stage = Stage::demo(&config(&format!("{}on_error: stale\n", Stage::CACHE)));
    let whole = hosts(&stage.list(&[])).clone();
    for (cloud, fault) in PLAN_FAULTS {
        stage.fault(fault);
        let (run, report) = stage.report(&["--refresh", "--detailed-exit-code"]);
        assert_eq!(run.code, Some(6), "{cloud}: {run:#?}");
        let told = format!("warning: all.yml: the list of scopes of {cloud} is as it was at 2");
        assert!(run.stderr.contains(&told), "{}", run.stderr);
        assert_eq!(unmarked(&run).0, whole, "{cloud}");
        assert_eq!((&report["outcome"], list_of(&report, cloud)), (&json!("stale"), &json!("stale")));
        stage.simulator.reset();
    }
}

#[test]
fn regions_that_cannot_be_listed_are_those_known_last() {
    const FAULT: &str = "aws:DescribeRegions@222222222222/us-east-1:always:unavailable";
    for (policy, code) in [("fail", 1), ("stale", 6), ("skip", 7)] {
        let stage = Stage::demo(&config(&format!("{}on_error: {policy}\n", Stage::CACHE)));
        let whole = hosts(&stage.list(&[])).clone();
        stage.fault(FAULT);
        let (run, report) = stage.report(&["--refresh", "--detailed-exit-code"]);
        assert_eq!(run.code, Some(code), "{policy}: {run:#?}");
        assert!(run.stderr.contains("DescribeRegions"), "{policy}: {}", run.stderr);
        match policy {
            "fail" => assert_eq!((run.stdout.as_str(), &report["outcome"]), ("", &json!("failed"))),
            "stale" => {
                assert_eq!(unmarked(&run).0, whole);
                assert_eq!(list_of(&report, "aws"), &json!("stale"), "{report:#}");
            }
            _ => {
                let left = unmarked(&run).0;
                let of_account = |host: &Value| host["cloud_account"] == "222222222222";
                assert!(left.len() < whole.len() && !left.values().any(of_account), "{left:#?}");
                assert_eq!(scope(&report, "aws/222222222222")["state"], json!("missing"));
            }
        }
        // What was known is still known: the next run has all, and asks nobody for the plan.
        stage.simulator.reset();
        assert_eq!(hosts(&stage.list(&[])), &whole, "{policy}");
    }
}

#[test]
fn nothing_stands_in_where_nothing_is_kept_or_all_is_too_old() {
    for cache in
        ["cache: {ttl: 1d, stale: 2d, directory: kept}\n", "cache: {ttl: 1ms, stale: 1ms, directory: kept}\n"]
    {
        let stage = Stage::demo(&config(&format!("{cache}on_error: stale\n")));
        if cache.contains("1ms") {
            stage.list(&[]);
        }
        stage.fault(FAULTS[0].1);
        let run = stage.run(&["--list"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{cache}: {run:#?}");
        assert!(run.stderr.contains("UnauthorizedOperation"), "{}", run.stderr);
    }
}

#[test]
fn a_scope_that_fails_is_left_out() {
    for more in ["on_error: skip\n".to_owned(), format!("{}on_error: skip\n", Stage::CACHE)] {
        let stage = Stage::demo(&config(&more));
        let whole = hosts(&stage.list(&[])).clone();
        for (cloud, fault, name) in FAULTS {
            stage.fault(fault);
            let (run, report) = stage.report(&["--refresh"]);
            assert_eq!(run.code, Some(0), "{cloud}: {run:#?}");
            let told = format!("warning: all.yml: {name} is left out: ");
            assert!(run.stderr.lines().count() == 1 && run.stderr.starts_with(&told), "{}", run.stderr);
            let expected: Map<_, _> = whole
                .iter()
                .filter(|(_, host)| !is_of(host, name))
                .map(|(name, host)| (name.clone(), host.clone()))
                .collect();
            assert!(expected.len() < whole.len() && unmarked(&run) == (expected, BTreeSet::new()), "{cloud}");
            assert_eq!(
                (&report["outcome"], &scope(&report, name)["state"]),
                (&json!("partial"), &json!("missing"))
            );
            let run = stage.run(&["--list", "--refresh", "--detailed-exit-code"]);
            assert_eq!((run.code, run.stdout.is_empty()), (Some(7), false), "{cloud}");
            stage.simulator.reset();
        }
        for (cloud, fault) in PLAN_FAULTS {
            stage.fault(fault);
            let (run, report) = stage.report(&["--refresh", "--detailed-exit-code"]);
            assert_eq!(run.code, Some(7), "{cloud}: {run:#?}");
            let told = format!("warning: all.yml: the list of scopes of {cloud} is left out: ");
            assert!(run.stderr.contains(&told), "{}", run.stderr);
            assert_eq!((&report["outcome"], list_of(&report, cloud)), (&json!("partial"), &json!("missing")));
            let left = unmarked(&run).0;
            assert!(!left.is_empty() && left.values().all(|host| host["cloud_provider"] != cloud), "{cloud}");
            stage.simulator.reset();
        }
    }
}

#[test]
fn a_source_may_have_a_policy_of_its_own() {
    let sources = Stage::SOURCES
        .replace("- gcp", "- on_error: skip\n    gcp")
        .replace("- azure", "- on_error: stale\n    azure");
    let stage = Stage::demo(&format!("{sources}names: [id]\n{}", Stage::CACHE));
    stage.list(&[]);
    for ((_, fault, name), code) in FAULTS.iter().zip([1, 6, 7]) {
        stage.fault(fault);
        let run = stage.run(&["--list", "--refresh", "--detailed-exit-code"]);
        assert_eq!((run.code, run.stdout.is_empty()), (Some(code), code == 1), "{name}: {run:#?}");
        stage.simulator.reset();
    }
    FAULTS[1..].iter().for_each(|(_, fault, _)| stage.fault(fault));
    let (run, report) = stage.report(&["--refresh", "--detailed-exit-code"]);
    assert_eq!((run.code, &report["outcome"]), (Some(7), &json!("partial")), "{run:#?}");
}

#[test]
fn nothing_at_all_is_no_part_of_an_inventory() {
    let sources =
        "sources:\n  - aws: {organization: {role: inventory}}\n  - gcp: {organization: '900000000001'}\n";
    let stage = Stage::demo(&format!("{sources}names: [id]\non_error: skip\n"));
    let faults = [
        ["aws:DescribeInstances:always:denied", "gcp:AggregatedInstances:always:denied"],
        ["aws:ListAccounts:always:unavailable", "gcp:AggregatedInstances:always:denied"],
    ];
    for all in faults {
        stage.fault(all[0]);
        let run = stage.run(&["--list", "--detailed-exit-code"]);
        assert_eq!((run.code, run.stdout.is_empty()), (Some(7), false), "a part: {run:#?}");
        stage.fault(all[1]);
        let (run, report) = stage.report(&[]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:#?}");
        assert!(run.stderr.contains("`on_error: skip` leaves out a part, and this is all"), "{}", run.stderr);
        let is_failed = |scope: &Value| scope["state"] == "failed";
        assert!(report["outcome"] == "failed" && scopes(&report).iter().all(is_failed), "{report:#}");
        assert!(report["failures"].as_array().is_some_and(|failures| failures.len() >= 3), "{report:#}");
        stage.simulator.reset();
    }
}

#[test]
fn a_report_says_what_became_of_the_inventory() {
    let stage = Stage::demo("");
    let sources = Stage::SOURCES;
    for (rules, message) in [
        ("names: [\"'x'\"]\n", "all.yml: machines with equal names would become one host"),
        ("names: [id]\nstrict: true\ncompose: {x: tags.none}\n", "`compose.x`"),
    ] {
        stage.configure(&format!("{sources}{rules}"));
        let (run, report) = stage.report(&[]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:#?}");
        let failure = &report["failures"][0];
        assert_eq!((&report["outcome"], &failure["error"]["kind"]), (&json!("failed"), &json!("inventory")));
        assert!(
            failure["error"]["message"].as_str().is_some_and(|text| text.contains(message)),
            "{report:#}"
        );
        assert!(scopes(&report).len() > 5, "what was asked is there: {report:#}");
    }
    stage.configure(&config(""));
    stage.run(&["--list", "--report", "mine.json"]);
    let mode = stage.workplace.path("mine.json").metadata().expect("a report").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "messages of clouds name users");
}

#[test]
fn a_report_that_cannot_be_written_hides_no_failure() {
    let stage = Stage::demo(&config(""));
    let arguments = ["--list", "--report", "no/such/folder/report.json"];
    let run = stage.run(&arguments);
    assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "{run:#?}");
    let (_, fault, name) = FAULTS[0];
    stage.fault(fault);
    let run = stage.run(&arguments);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:#?}");
    for part in ["cannot write `no/such/folder/report.json`", name, "UnauthorizedOperation"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn facts_are_kept_where_their_configuration_says() {
    let stage = Stage::demo(&config("cache: {ttl: 1d, directory: ~/kept}\n"));
    stage.list(&[]);
    assert!(stage.workplace.path("home/kept").is_dir() && !stage.workplace.path("~").exists());
    for (other, place) in
        [("cache: {ttl: 1d, directory: other}\n", "in `other`"), ("cache: {ttl: 1d}\n", "in the usual one")]
    {
        stage.workplace.write("b.yml", &config(other));
        for arguments in [&["b.yml", "--list"][..], &["b.yml", "--list", "--cached-only"]] {
            let run = stage.run(arguments);
            assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run:#?}");
            for part in ["`all.yml` in `", "home/kept`", &format!("`b.yml` {place}"), "`--cache-directory`"] {
                assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
            }
        }
    }
    let check =
        stage.workplace.run(inventory_tests::binary::cloud_inventory(), ["check", "all.yml", "b.yml"]);
    assert_eq!(check.code, Some(3), "{check:#?}");
    assert!(!stage.workplace.path("other").exists());
}

#[test]
fn what_a_user_must_mend_is_never_hidden() {
    for policy in ["stale", "skip"] {
        let stage = Stage::demo(&config(&format!("{}on_error: {policy}\n", Stage::CACHE)));
        stage.list(&[]);
        let wrong =
            config(Stage::CACHE).replace("{role: inventory}", "{role: inventory, accounts: ['999*']}");
        stage.configure(&format!("{wrong}on_error: {policy}\n"));
        let run = stage.run(&["--list"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{policy}: {run:#?}");
        assert!(run.stderr.contains("chooses none of the 2 active accounts"), "{}", run.stderr);
    }
}
