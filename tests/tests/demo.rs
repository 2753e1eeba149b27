//! `cloud-inventory demo`: what a newcomer runs first.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::collections::BTreeSet;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::stage::{self, Stage};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

fn demo(workplace: &Workplace, arguments: &[&str]) -> Run {
    Run::of(workplace.command(cloud_inventory()).arg("demo").args(["--latency", "0"]).args(arguments))
}

fn hosts(output: &Value, group: &str) -> BTreeSet<String> {
    let hosts = output.pointer(&format!("/{group}/hosts")).and_then(Value::as_array);
    let hosts = hosts.unwrap_or_else(|| panic!("no hosts in the group `{group}`"));
    hosts.iter().map(|host| host.as_str().unwrap_or_else(|| panic!("{host} is no name")).to_owned()).collect()
}

fn list(workplace: &Workplace, arguments: &[&str]) -> Value {
    let run = demo(workplace, &[&["--list"], arguments].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    // Two machines of one name are a loss, which is always told.
    assert!(run.stderr.lines().all(|line| line.contains(" become one host: ")), "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("an inventory")
}

#[test]
fn it_tells_what_it_does_in_80_columns() {
    let run = demo(&Workplace::new(), &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for part in [
        "no account",
        "shop.aws_ec2.yml",
        "$ cloud-inventory ",
        "@role_web:",
        "Requests: aws ",
        "demo --list",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    // The command that is shown is long, and the terminal breaks it.
    let wide = run.stdout.lines().filter(|line| line.chars().count() > 80 && !line.starts_with("$ "));
    assert_eq!(wide.collect::<Vec<_>>(), [""; 0]);
    for scope in ["aws/us-east-1: ", "/role/inventory/eu-west-1: ", "azure/22222222-", "gcp/shop-prod: "] {
        assert!(
            run.stderr.contains(scope) || run.stderr.contains(&scope.replace("/role", ":role")),
            "{}",
            run.stderr
        );
    }
    assert!(!run.stderr.contains("error"), "{}", run.stderr);
}

#[test]
fn groups_hold_machines_of_every_cloud() {
    let output = list(&Workplace::new(), &[]);
    let web = hosts(&output, "role_web");
    for host in ["web-1", "shop-web-1", "front-1"] {
        assert!(web.contains(host), "{web:?}");
    }
    let stopped = hosts(&output, "stopped");
    assert_eq!(stopped, ["db-stage", "front-dev", "lab", "old-web", "warehouse-1"].map(str::to_owned).into());
    let windows = hosts(&output, "windows");
    assert_eq!(windows, ["admin-win", "office-dc", "office-files", "reports-win"].map(str::to_owned).into());
    assert_eq!(hosts(&output, "env_none").len(), 3, "one machine without tags on each cloud");
    let variables = output.pointer("/_meta/hostvars").and_then(Value::as_object).expect("hostvars");
    assert!(variables.values().all(|host| host.get("ansible_host").is_some()), "{variables:?}");
}

#[test]
fn the_users_own_clouds_are_not_asked() {
    let mut workplace = Workplace::new();
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "planted"),
        ("AWS_PROFILE", "planted"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AZURE_SECRET", "planted"),
        ("AZURE_SUBSCRIPTION_ID", "planted"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/planted"),
        ("GCP_ACCESS_TOKEN", "planted"),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
        ("CLOUD_INVENTORY_RETRIES", "planted"),
        ("ANSIBLE_INVENTORY_USE_EXTRA_VARS", "planted"),
    ] {
        workplace.set(name, value);
    }
    assert_eq!(list(&workplace, &[]), list(&Workplace::new(), &[]));
}

#[test]
fn faults_cost_nothing_or_everything() {
    let workplace = Workplace::new();
    let whole = list(&workplace, &[]);
    for fault in ["throttled", "unavailable", "truncated"] {
        assert_eq!(list(&workplace, &["--fault", fault]), whole, "{fault}");
    }
    let run = demo(&workplace, &["--list", "--fault", "denied"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    for cloud in ["aws/", "azure/", "gcp/"] {
        assert!(run.stderr.contains(cloud), "{}", run.stderr);
    }
    let told = demo(&workplace, &["--fault", "denied"]);
    assert_eq!(told.code, Some(1));
    assert!(told.stdout.contains("better than half of one"), "{}", told.stdout);
    let unknown = demo(&workplace, &["--fault", "flood"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("possible values: throttled"), "{}", unknown.stderr);
}

#[test]
fn a_larger_fleet_is_made_up() {
    let output = list(&Workplace::new(), &["--hosts", "300"]);
    let hosts = output.pointer("/_meta/hostvars").and_then(Value::as_object).expect("hostvars").len();
    // Some have equal names and some were terminated.
    assert!((270..=300).contains(&hosts), "{hosts}");
    let variables = output.pointer("/_meta/hostvars").expect("hostvars");
    assert!(variables.as_object().is_some_and(|hosts| hosts.keys().any(|name| name.ends_with("-gcp"))));
    let told = demo(&Workplace::new(), &["--hosts", "300"]);
    assert!(told.stdout.contains("(a tree of "), "{}", told.stdout);
}

#[test]
fn the_files_are_a_start() {
    let workplace = Workplace::new();
    let folder = workplace.path("start");
    let folder = folder.to_str().expect("a path");
    let run = demo(&workplace, &["--graph", "--write", folder]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let names: BTreeSet<_> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    assert_eq!(
        names,
        [
            "cloud-inventory.yml",
            "data.aws_ec2.yml",
            "data.azure_rm.yml",
            "projects.gcp_compute.yml",
            "shop.aws_ec2.yml",
            "shop.azure_rm.yml"
        ]
        .map(str::to_owned)
        .into()
    );
    let mut check = workplace.command(cloud_inventory());
    let checked = Run::of(check.arg("check").args(names.iter().map(|name| format!("{folder}/{name}"))));
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert!(!checked.stderr.contains("warning"), "{}", checked.stderr);

    let text = std::fs::read_to_string(format!("{folder}/cloud-inventory.yml")).expect("the native file");
    let stage = Stage::demo(&text);
    let run = stage.run(&["--list"]);
    assert!(run.succeeded() && run.stderr.is_empty(), "{}", run.stderr);
    assert_eq!(stage::hosts(&run.json()).len(), 43);
    assert_eq!(run.json()["windows"]["hosts"].as_array().map(Vec::len), Some(4), "{}", run.json()["windows"]);

    workplace.write("mine.yml", &text);
    let mine = demo(&workplace, &["--", "mine.yml", "--list"]);
    assert!(mine.succeeded() && mine.stderr.is_empty(), "{}", mine.stderr);
    assert_eq!(mine.json(), run.json(), "a file of the user's, where the user is, on the same clouds");
    workplace.write(
        "away.azure_rm.yml",
        "plugin: azure.azcollection.azure_rm\ncloud_environment: AzureCloud\nsubscription_id: x\nclient_id: y\n\
         secret: planted\ntenant: z\n",
    );
    workplace.write(
        "away.aws_ec2.yml",
        "plugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\nendpoint_url: http://a.invalid\n",
    );
    for away in ["away.azure_rm.yml", "away.aws_ec2.yml"] {
        let run = demo(&workplace, &["--", away, "--list", "--retries", "0"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{away}");
        // No name is looked up: the proxy of the simulator is in the way.
        assert!(!run.stderr.contains("dns") && !run.stderr.contains("planted"), "{}", run.stderr);
    }
    let both = demo(&workplace, &["--list", "--", "mine.yml"]);
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""));

    let again = demo(&workplace, &["--write", folder]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(2), ""));
    assert!(
        again.stderr.contains("shop.aws_ec2.yml") && again.stderr.contains("is there already"),
        "{}",
        again.stderr
    );
}
