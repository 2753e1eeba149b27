//! Credentials are used, and are neither kept nor told: in no entry of the store, report, message or list of entries.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::fs;

use inventory_core::store::{Found, Key, LocalStore, Vocabulary};
use inventory_tests::binary::cloud_inventory;
use inventory_tests::simulator::gcp::files;
use inventory_tests::stage::{KEPT, Stage, hosts};
use inventory_tests::workplace::Run;

/// The kinds of facts that providers keep for the machines of these tests.
const KINDS: [&str; 8] =
    ["instance", "disk", "vm", "vm_status", "network_interface", "public_ip", "scale_set", "scale_set_vm"];

/// What is planted in the environment, beside what the simulator's own credentials are.
const PLANTED: [(&str, &str); 5] = [
    ("AWS_SECRET_ACCESS_KEY", "planted-secret-of-aws"),
    ("AWS_SESSION_TOKEN_UNUSED", "planted-token-of-aws"),
    ("AZURE_PASSWORD_UNUSED", "planted-password-of-azure"),
    ("GCP_ACCESS_TOKEN_UNUSED", "planted-token-of-gcp"),
    ("GOOGLE_OAUTH_SECRET", "planted-secret-of-gcp"),
];

/// Returns all that must not be seen: what is planted, the credentials of the simulator, and every token that it gave or
/// was shown.
fn secrets(stage: &Stage) -> Vec<String> {
    let mut secrets: Vec<String> = PLANTED.iter().map(|(_, value)| (*value).to_owned()).collect();
    secrets.extend(["simulated~secret", "BEGIN PRIVATE KEY", "BEGIN RSA PRIVATE KEY"].map(str::to_owned));
    let key = fs::read_to_string(stage.simulator.credential_file(files::SERVICE_ACCOUNT)).expect("a key");
    let key: serde_json::Value = serde_json::from_str(&key).expect("JSON");
    let pem = key["private_key"].as_str().expect("a key in PEM");
    secrets.extend(pem.lines().filter(|line| line.len() > 40).map(str::to_owned));
    for exchange in stage.simulator.exchanges() {
        for name in ["authorization", "x-amz-security-token", "x-identity-header"] {
            let value = exchange.request.header(name).unwrap_or_default();
            secrets.extend(value.split([' ', '=']).filter(|word| word.len() > 40).map(str::to_owned));
        }
    }
    secrets.sort();
    secrets.dedup();
    secrets
}

fn assert_hidden(what: &str, text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "`{secret}` is in {what}: {text}");
    }
}

/// Returns all that the store keeps, as text.
fn kept(stage: &Stage) -> String {
    let store = LocalStore::open(stage.workplace.path(KEPT)).expect("the store");
    let mut text = String::new();
    for listed in store.list().expect("its entries") {
        let summary = listed.summary.expect("a whole entry");
        let cloud = ["aws", "azure", "gcp"].into_iter().find(|cloud| summary.scope.starts_with(cloud));
        let vocabulary = Vocabulary { cloud: cloud.expect("a cloud"), kinds: &KINDS, host_kinds: &[] };
        match store.get(&Key::new(summary.key.as_str()), vocabulary) {
            Found::Entry(entry) => text.push_str(&format!("{}\n{:?}\n", summary.key, entry.content)),
            other => panic!("{}: {other:?}", summary.scope),
        }
    }
    text
}

/// Machines whose answers hold secrets, which nobody asked for, and tags, which are data.
const FLEET: &str = "aws:\n  accounts: ['111111111111', '222222222222']\n  regions: [eu-west-1]\n  machines:\n    \
                     - {name: a, tags: {note: kept-tag}, interfaces: [{addresses: [{private: 10.0.0.1}]}]}\n    \
                     - {name: b, account: '222222222222', interfaces: [{addresses: [{private: 10.0.0.2}]}]}\n\
                     azure:\n  machines:\n    - {name: c, interfaces: [{addresses: [{private: 10.0.0.3}]}]}\n\
                     gcp:\n  accounts: [shop]\n  regions: [us-central1]\n  machines:\n    \
                     - {name: d, interfaces: [{addresses: [{private: 10.0.0.4}]}], \
                     extra: {metadata: {startup-script: kept-metadata}}}\n";

fn stage() -> Stage {
    let config = format!("{}names: [id]\n{}on_error: stale\n", Stage::SOURCES, Stage::CACHE);
    let mut stage = Stage::recorded(FLEET, &config);
    for (name, value) in PLANTED {
        stage.workplace.set(name, value);
    }
    stage
}

#[test]
fn credentials_are_neither_kept_nor_told() {
    let stage = stage();
    let (run, report) = stage.report(&["-v"]);
    assert!(run.succeeded() && hosts(&run.json()).len() == 4, "{run:#?}");
    let secrets = secrets(&stage);
    assert!(secrets.len() > PLANTED.len() + 10, "tokens were shown: {secrets:#?}");
    let kept = kept(&stage);
    assert!(kept.contains("kept-tag") && kept.contains("10.0.0.3"), "facts are kept: {kept}");
    assert_hidden("the store", &kept, &secrets);
    assert_hidden("the report", &report.to_string(), &secrets);
    assert_hidden("stderr", &run.stderr, &secrets);
    assert_hidden("the inventory", &run.stdout, &secrets);
    // What the clouds say of machines is data, but not for those who look on.
    for text in [run.stderr.as_str(), &report.to_string()] {
        assert!(!text.contains("kept-tag") && !text.contains("kept-metadata"), "{text}");
    }
    for file in stage.kept("") {
        let bytes = fs::read(stage.workplace.path(KEPT).join(&file)).expect("a file");
        assert_hidden(&file, &String::from_utf8_lossy(&bytes), &secrets);
    }
    for arguments in [&["list"][..], &["show", "aws"], &["show", "azure"], &["show", "gcp"], &["clear"]] {
        let folder = stage.workplace.path(KEPT).display().to_string();
        let mut command = stage.workplace.command(cloud_inventory());
        let run = Run::of(command.arg("cache").args(arguments).args(["--cache-directory", &folder, "-v"]));
        assert!(run.succeeded(), "{run:#?}");
        assert_hidden("`cache`", &format!("{}{}", run.stdout, run.stderr), &secrets);
    }
}

#[test]
fn failures_tell_no_credentials() {
    let stage = stage();
    stage.report(&[]);
    for fault in ["denied", "unknown-caller", "expired-token", "garbage", "html", "cut", "truncated"] {
        for cloud in ["aws", "azure", "gcp"] {
            stage.fault(&format!("{cloud}:*:always:{fault}"));
        }
        let (run, report) = stage.report(&["--refresh", "-v", "--detailed-exit-code"]);
        assert_eq!(run.code, Some(6), "{fault}: {run:#?}");
        let secrets = secrets(&stage);
        assert_hidden("stderr", &run.stderr, &secrets);
        assert_hidden("the report", &report.to_string(), &secrets);
        assert_hidden("the store", &kept(&stage), &secrets);
        stage.simulator.reset();
    }
}
