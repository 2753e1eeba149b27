//! Outputs that are printed again: only where nothing changed, with the same bytes, and with no secret on the disk.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::fs;
use std::time::{Duration, SystemTime};

use inventory_core::store::LocalStore;
use inventory_tests::stage::{KEPT, Stage};

/// What is in the configuration besides sources and cache.
const RULES: &str = "names: [id]\ncompose: {ansible_password: \"'planted-in-the-config'\"}\n";

fn config(more: &str) -> String {
    format!("{}{}{RULES}{more}", Stage::SOURCES, Stage::CACHE)
}

/// Returns what is printed, which must be the same as without anything kept but facts.
fn printed(stage: &Stage, arguments: &[&str]) -> String {
    let run = stage.run(arguments);
    assert!(run.succeeded() && run.stderr.is_empty(), "{run:#?}");
    run.stdout
}

/// Spoils the facts that are kept, but not their headers, and not the lists of scopes: who reads them notices.
fn spoil_facts(stage: &Stage) {
    let store = LocalStore::open(stage.workplace.path(KEPT)).expect("the store");
    for listed in store.list().expect("the store can be read") {
        if listed.summary.expect("an entry is whole").is_plan {
            continue;
        }
        let mut bytes = fs::read(&listed.path).expect("an entry");
        *bytes.last_mut().expect("a byte") ^= 1;
        fs::write(&listed.path, bytes).expect("an entry");
    }
}

/// Returns the outputs that are kept, which are never equal when written twice.
fn outputs(stage: &Stage) -> Vec<Vec<u8>> {
    let files = stage.kept(".done").into_iter().map(|name| stage.workplace.path(KEPT).join(name));
    files.map(|file| fs::read(file).expect("an output")).collect()
}

/// Tells whether the next run with these arguments makes its output anew; in either case, without a request, it is what
/// is expected.
fn is_made_anew(stage: &Stage, arguments: &[&str], expected: &str) -> bool {
    stage.simulator.reset();
    let before = outputs(stage);
    assert!(printed(stage, arguments) == expected, "{arguments:?}");
    assert_eq!(stage.requests(), 0);
    before != outputs(stage)
}

#[test]
fn what_was_printed_for_kept_facts_is_printed_again() {
    let stage = Stage::demo(&config(""));
    let first = printed(&stage, &["--list"]);
    assert_eq!(stage.kept(".done"), Vec::<String>::new(), "only what is kept can be the same again");
    assert!(is_made_anew(&stage, &["--list"], &first));
    assert!(!is_made_anew(&stage, &["--list"], &first));
    // Each host alone, too, and to a file.
    let list: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    let hosts = list["_meta"]["hostvars"].as_object().expect("hosts");
    for (host, variables) in hosts {
        let alone = printed(&stage, &["--host", host]);
        assert_eq!(stage.run(&["--host", host, "-v"]).stdout, alone, "made anew, as more is to be told");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&alone).expect("JSON"), *variables);
    }
    printed(&stage, &["--list", "--output", "inventory.json"]);
    assert_eq!(fs::read_to_string(stage.workplace.path("inventory.json")).expect("the output"), first);
    let unknown = stage.run(&["--host", "nobody"]);
    assert!(unknown.stderr.contains("nobody") && unknown.stdout.is_empty(), "{unknown:#?}");
}

#[test]
fn facts_are_not_read_for_it() {
    let stage = Stage::demo(&config(""));
    let first = printed(&stage, &["--list"]);
    printed(&stage, &["--list"]);
    spoil_facts(&stage);
    assert_eq!(printed(&stage, &["--list"]), first);
    stage.configure(&config("groups: {all_of_them: 'true'}\n"));
    let anew = stage.run(&["--list"]);
    assert!(anew.succeeded() && stage.requests() > 0, "who reads them fetches them again: {anew:#?}");
}

#[test]
fn whatever_changes_it_is_made_anew() {
    let stage = Stage::demo(&config(""));
    let plain = printed(&stage, &["--list"]);
    assert!(is_made_anew(&stage, &["--list"], &plain));
    // Another view, another rule, other variables: other outputs, each its own.
    let exported = printed(&stage, &["--list", "--export"]);
    assert_eq!(stage.kept(".done").len(), 2);
    assert!(!is_made_anew(&stage, &["--list", "--export"], &exported));
    let with_variables = printed(&stage, &["--list", "-e", "x=1"]);
    assert!(with_variables == plain && stage.kept(".done").len() == 3);
    stage.configure(&config("groups: {all_of_them: 'true'}\n"));
    let grouped = printed(&stage, &["--list"]);
    assert!(grouped.contains("all_of_them"));
    assert!(!is_made_anew(&stage, &["--list"], &grouped));
    stage.configure(&config(""));
    assert!(!is_made_anew(&stage, &["--list"], &plain));
    // New facts.
    printed(&stage, &["--list", "--refresh"]);
    assert!(is_made_anew(&stage, &["--list"], &plain));
}

/// Returns what the plugin of the collection is handed over that says this.
fn handed_over(stage: &Stage, request: &str) -> Vec<u8> {
    let request = fs::File::open(stage.workplace.write("request.json", request)).expect("the request");
    let output = stage.command(&["--hand-over", "2"]).stdin(request).output().expect("the program is run");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[test]
fn what_was_handed_over_is_handed_over_again_to_who_says_the_same() {
    let rules = "use_extra_vars: true\ncompose: {team: \"team | default('none')\"}\n";
    let stage = Stage::demo(&format!("{}{}names: [id]\n{rules}", Stage::SOURCES, Stage::CACHE));
    let requests = ["{}", r#"{"extra_variables": {"team": "planted-secret"}}"#];
    let expected = requests.map(|request| handed_over(&stage, request));
    let has_secret = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("planted-secret");
    assert!(expected[0] != expected[1] && has_secret(&expected[1]));
    for (request, expected) in requests.iter().zip(&expected) {
        assert_eq!(&handed_over(&stage, request), expected);
    }
    assert_eq!(stage.kept(".done").len(), 2);
    // Not read again: a host with other facts would be handed over otherwise.
    let before = outputs(&stage);
    spoil_facts(&stage);
    stage.simulator.reset();
    for (request, expected) in requests.iter().zip(&expected) {
        assert_eq!(&handed_over(&stage, request), expected);
    }
    assert_eq!((stage.requests(), outputs(&stage) == before), (0, true));
    for name in stage.kept("") {
        let bytes = fs::read(stage.workplace.path(KEPT).join(&name)).expect("a file");
        assert!(!has_secret(&bytes), "{name}");
    }
}

#[test]
fn what_looks_at_the_world_is_made_each_time() {
    for rule in ["groups: {late: now().year > 2000}\n", "compose: {home: \"lookup('env', 'HOME')\"}\n"] {
        let config = format!("{}{}names: [id]\n{rule}", Stage::SOURCES, Stage::CACHE);
        let stage = Stage::demo(&config);
        for _ in 0..3 {
            printed(&stage, &["--list"]);
        }
        assert_eq!(stage.kept(".done"), Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn what_must_be_told_is_told_each_time() {
    // The demo has machines that share a name, which a warning tells.
    let config = format!("{}{}collisions: first\nnames: [name]\n", Stage::SOURCES, Stage::CACHE);
    let mut stage = Stage::demo(&config);
    stage.workplace.set("CLOUD_INVENTORY_MESSAGES", "warnings");
    let told: Vec<String> = (0..3).map(|_| stage.run(&["--list"]).stderr).collect();
    let first = told.first().expect("a run");
    assert!(first.contains("warning") && told.iter().all(|again| again == first), "{told:#?}");
    assert_eq!(stage.kept(".done").len(), 1);
}

#[test]
fn nothing_in_the_store_shows_what_rules_made() {
    let stage = Stage::demo(&config(""));
    for _ in 0..3 {
        let list = printed(&stage, &["--list", "-e", "secret=planted-on-the-command-line"]);
        assert!(list.contains("planted-in-the-config"));
    }
    assert_eq!(stage.kept(".done").len(), 1);
    for name in stage.kept("") {
        let bytes = fs::read(stage.workplace.path(KEPT).join(&name)).expect("a file");
        assert!(!bytes.windows(7).any(|part| part == b"planted"), "{name}");
    }
}

#[test]
fn damaged_and_old_outputs_are_not_used() {
    let stage = Stage::demo(&config(""));
    let first = printed(&stage, &["--list"]);
    printed(&stage, &["--list"]);
    let file = stage.workplace.path(KEPT).join(stage.kept(".done").first().expect("an output"));
    let whole = fs::read(&file).expect("an output");
    for place in [0, 9, 20, whole.len() - 2, whole.len() - 30] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        fs::write(&file, &bytes).expect("an output");
        assert_eq!(printed(&stage, &["--list"]), first, "changed at {place}");
    }
    fs::write(&file, &whole[..whole.len() / 2]).expect("an output");
    assert_eq!(printed(&stage, &["--list"]), first);
    let opened = fs::File::open(&file).expect("an output");
    opened.set_modified(SystemTime::now() - Duration::from_secs(8 * 24 * 3600)).expect("a time");
    printed(&stage, &["--list", "--refresh"]);
    assert_eq!(stage.kept(".done"), Vec::<String>::new(), "a run that fetches sweeps");
}
