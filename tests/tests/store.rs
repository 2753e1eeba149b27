//! Facts that are kept between runs: what is shared and what is not, and that neither a crowd of runs, nor their death, nor
//! a disk that is full makes them wrong.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use inventory_core::store::{Found, Key, LocalStore, Vocabulary};
use inventory_tests::binary::cloud_inventory;
use inventory_tests::simulator::fleet::Draw;
use inventory_tests::simulator::gcp::files;
use inventory_tests::stage::{KEPT, Stage, hosts};
use inventory_tests::workplace::Run;

/// The kinds of facts that providers keep.
const KINDS: [&str; 15] = [
    "instance",
    "ssm_inventory",
    "dns_name",
    "vm",
    "vm_status",
    "network_interface",
    "public_ip",
    "scale_set",
    "scale_set_vm",
    "scale_set_network_interface",
    "scale_set_public_ip",
    "arc_machine",
    "hci_machine",
    "hci_instance",
    "disk",
];

/// How many runs there are at once.
const CROWD: usize = 50;

fn config(more: &str) -> String {
    format!("{}names: [id]\n{more}", Stage::SOURCES)
}

/// Runs the program in a crowd, and returns what the runs print, which must be the same.
fn run_crowd(stage: &Stage, arguments: &[&str]) -> String {
    let runs: Vec<_> = (0..CROWD).map(|_| stage.spawn(&[&["--list"], arguments].concat())).collect();
    let mut outputs: Vec<String> = runs
        .into_iter()
        .map(|child| {
            let run = Run::from(child.wait_with_output().expect("it ends"));
            assert!(run.succeeded() && run.stderr.is_empty(), "{run:#?}");
            run.stdout
        })
        .collect();
    outputs.sort();
    outputs.dedup();
    assert_eq!(outputs.len(), 1, "all runs print the same");
    outputs.remove(0)
}

/// Returns the calls that list machines and what belongs to them, by scope, with how often they were made.
fn fetches(stage: &Stage) -> BTreeMap<(String, String), u64> {
    let calls = stage.simulator.statistics().calls;
    let lists = [
        "DescribeInstances",
        "VirtualMachines",
        "NetworkInterfaces",
        "PublicAddresses",
        "AggregatedInstances",
        "ResourceGraph",
    ];
    let calls = calls.into_iter().filter(|((_, call, _), _)| lists.contains(&call.as_str()));
    calls.map(|((_, call, scope), count)| ((call, scope), count.requests)).collect()
}

#[test]
fn a_crowd_makes_one_fetch() {
    let stage = Stage::demo(&config(Stage::CACHE));
    let printed = run_crowd(&stage, &[]);
    let fetches = fetches(&stage);
    assert_eq!(fetches.len(), 4 + 2 * 3 + 2);
    assert!(fetches.values().all(|count| *count == 1), "{fetches:#?}");
    assert_eq!(hosts(&serde_json::from_str(&printed).expect("JSON")).len(), 43);
    assert_eq!((stage.kept(".lock"), stage.kept(".tmp")), (Vec::new(), Vec::new()));
    stage.simulator.reset();
    assert_eq!((run_crowd(&stage, &[]), stage.requests()), (printed, 0));
}

#[test]
fn a_crowd_that_wants_all_anew_shares_what_is_new() {
    for (cache, arguments) in [
        (Stage::CACHE, &["--refresh"][..]),
        // Facts that are never fresh.
        ("cache: {stale: 1d, directory: kept}\n", &[]),
    ] {
        let stage = Stage::demo(&config(cache));
        stage.list(&[]);
        stage.simulator.reset();
        run_crowd(&stage, arguments);
        // One fetch may have begun before some of the crowd came; none is needed but the next.
        let fetches = fetches(&stage);
        assert!(fetches.values().all(|count| (1..CROWD as u64 / 4).contains(count)), "{fetches:#?}");
    }
}

/// Reads all entries, which must be whole, and returns how many there are.
fn read_all(store: &LocalStore) -> usize {
    let listed = store.list().expect("the store can be read");
    for entry in &listed {
        let summary =
            entry.summary.as_ref().unwrap_or_else(|reason| panic!("an entry is not usable: {reason}"));
        let cloud = ["aws", "azure", "gcp"].into_iter().find(|cloud| summary.scope.starts_with(cloud));
        let vocabulary = Vocabulary { cloud: cloud.expect("a cloud"), kinds: &KINDS, host_kinds: &[] };
        match store.get(&Key::new(summary.key.as_str()), vocabulary) {
            Found::Entry(entry) => {
                assert!(summary.is_plan || !entry.content.is_empty() || summary.items == 0);
            }
            other => panic!("{}: {other:?}", summary.scope),
        }
    }
    listed.len()
}

/// Returns the files of a folder with their identities: a file that is replaced has another one.
fn files_of(folder: &Path) -> Vec<(u64, String)> {
    let entries = fs::read_dir(folder).expect("the folder").filter_map(Result::ok);
    // A file may go while the folder is read.
    let entries = entries.filter_map(|entry| Some((entry.metadata().ok()?.ino(), entry.file_name())));
    entries.map(|(number, name)| (number, name.to_string_lossy().into_owned())).collect()
}

#[test]
fn a_killed_run_spoils_nothing() {
    let stage = Stage::demo(&config("cache: {stale: 1d, directory: kept}\n"));
    let whole = stage.list(&[]);
    let folder = stage.workplace.path(KEPT);
    let store = LocalStore::open(&folder).expect("the store");
    let count = read_all(&store);
    assert_eq!(count, 3 + 4 + 2 + 2, "lists of scopes, and facts");
    let mut killed = 0;
    for round in 0..24 {
        // Dies once so many files were made or replaced: locks, unfinished ones, and entries.
        let point = Draw::new(11, round).below(3 * count as u64);
        let before = files_of(&folder);
        let mut child = stage.spawn(&["--list", "--output", "inventory.json"]);
        let mut seen = before.clone();
        loop {
            seen.extend(files_of(&folder));
            seen.sort();
            seen.dedup();
            if (seen.len() - before.len()) as u64 >= point {
                child.kill().expect("it is killed");
            }
            // Who reads meanwhile sees whole entries only.
            assert_eq!(read_all(&store), count);
            if child.try_wait().expect("a child").is_some() {
                break;
            }
        }
        let run = Run::from(child.wait_with_output().expect("it ends"));
        killed += usize::from(run.code.is_none());
        assert!(run.code.is_none() || run.succeeded(), "{run:#?}");
        assert_eq!(read_all(&store), count);
    }
    assert!(killed > 10, "only {killed} were killed");
    let run = stage.run(&["--list", "--cached-only"]);
    assert_eq!(hosts(&run.json()).len(), hosts(&whole).len(), "no entry is lost");
    assert_eq!(stage.list(&[]), whole);
    assert_eq!(read_all(&store), count);
}

#[test]
fn a_run_whose_rival_dies_goes_on() {
    let stage = Stage::demo(&config(Stage::CACHE));
    // Nothing comes of these fetches.
    stage.fault("aws:DescribeInstances:always:silent");
    let mut rival = stage.spawn(&["--list"]);
    while stage.simulator.statistics().of("aws", "DescribeInstances").requests < 4 {
        std::thread::yield_now();
    }
    stage.simulator.reset();
    let next = stage.spawn(&["--list"]);
    // It has what it can have, and waits for what the rival fetches.
    while stage.kept(".facts").len() < 3 + 2 + 2 {
        std::thread::yield_now();
    }
    rival.kill().expect("it is killed");
    rival.wait().expect("it is gone");
    let run = Run::from(next.wait_with_output().expect("it ends"));
    assert!(run.succeeded() && run.stderr.is_empty(), "{run:#?}");
    assert_eq!(hosts(&run.json()).len(), 43);
    let fetches = fetches(&stage);
    assert!(fetches.values().all(|count| *count <= 1), "{fetches:#?}");
}

#[test]
fn a_store_that_cannot_be_used_costs_one_warning() {
    let stage = Stage::demo(&config(""));
    let whole = stage.list(&[]);
    stage.workplace.write("file", "");
    let open = stage.workplace.path("open");
    fs::create_dir(&open).expect("a folder");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).expect("others may write to it");
    for (directory, cause) in [
        ("file/kept", "not a directory"),
        ("/proc", "/proc"),
        ("open", "others may write to it (mode 0777); run `chmod go-w "),
    ] {
        stage.configure(&config(&format!("cache: {{ttl: 1d, directory: {directory}}}\n")));
        check_one_warning(&stage.run(&["--list", "-v"]), cause, &whole);
        let run = stage.run(&["--list", "--cached-only"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "{run:#?}");
    }
}

#[test]
fn a_full_disk_costs_one_warning() {
    let stage = Stage::demo(&config(Stage::CACHE));
    let whole = stage.list(&[]);
    let entries = files_of(&stage.workplace.path(KEPT));
    // Files may not grow: as on a full disk, an empty file can be made, and nothing be written to it.
    let script = stage.workplace.write_program(
        "full.sh",
        &format!("#!/bin/sh\ntrap '' XFSZ\nulimit -f 0\nexec '{}' \"$@\"\n", cloud_inventory().display()),
    );
    let run = stage.workplace.run(&script, ["all.yml", "--list", "--refresh", "-v"]);
    check_one_warning(&run, "file too large", &whole);
    assert_eq!(files_of(&stage.workplace.path(KEPT)), entries, "old entries are there, and nothing else");
    stage.simulator.reset();
    assert_eq!((stage.list(&[]), stage.requests()), (whole, 0), "they are good");
}

fn check_one_warning(run: &Run, cause: &str, whole: &serde_json::Value) {
    assert_eq!(&run.json(), whole);
    let warnings: Vec<_> = run.stderr.lines().filter(|line| line.contains("warning")).collect();
    assert!(warnings.len() == 1 && warnings[0].contains(cause), "{cause}: {warnings:#?}");
}

#[test]
fn damaged_entries_are_fetched_again() {
    let stage = Stage::demo(&config(Stage::CACHE));
    let whole = stage.list(&[]);
    for (place, name) in stage.kept(".facts").iter().enumerate() {
        let path = stage.workplace.path(KEPT).join(name);
        let mut bytes = fs::read(&path).expect("an entry");
        match place % 3 {
            0 => bytes.truncate(bytes.len() / 2),
            1 => bytes.iter_mut().rev().take(4).for_each(|byte| *byte ^= 0x55),
            _ => bytes.clear(),
        }
        fs::write(&path, bytes).expect("it is written");
    }
    let run = stage.run(&["--list", "-v"]);
    assert_eq!(run.json(), whole);
    assert!(run.stderr.contains("are not used: the file "), "{}", run.stderr);
    stage.simulator.reset();
    assert_eq!((stage.list(&[]), stage.requests()), (whole, 0));
}

#[test]
fn what_only_groups_machines_shares_facts() {
    let stage = Stage::demo(&config(Stage::CACHE));
    stage.list(&[]);
    stage.simulator.reset();
    for more in [
        "keyed_groups: [{key: region, prefix: in}]\n",
        "groups: {up: state == 'running'}\ncompose: {x: name}\n",
        "include: [\"state == 'running'\"]\nhostvars: [name]\n",
        "address: [private_ip]\ndefault_groups: false\ncollisions: first\n",
        "on_error: skip\nshrink: false\ndeadline: 1m\nmax_in_flight: 3\n",
    ] {
        stage.configure(&config(&format!("{}{more}", Stage::CACHE)));
        let run = stage.run(&["--list"]);
        assert!(run.succeeded() && stage.requests() == 0, "{more}: {run:#?}");
    }
    // Neither does the place of the configuration matter.
    let other = config(Stage::CACHE).replace("directory: kept", "directory: ../kept");
    stage.workplace.write("deep/other.yml", &other);
    let run = stage.workplace.run(cloud_inventory(), ["deep/other.yml", "--list"]);
    assert!(run.succeeded() && stage.requests() == 0, "{run:#?}");
}

#[test]
fn what_is_asked_otherwise_or_by_another_shares_no_facts() {
    let mut stage = Stage::demo("");
    let user = stage.simulator.credential_file(files::AUTHORIZED_USER).display().to_string();
    // What is asked at first, what then, and the variables of who asks then.
    type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
    let table: [Row; 17] = [
        ("aws: {}", "aws: {filters: {instance-state-name: running}}", &[]),
        ("aws: {}", "aws: {ssm: true}", &[]),
        ("aws: {}", "aws: {}", &[("AWS_ACCESS_KEY_ID", "AKIASIMULATEDKEY0001")]),
        ("aws: {}", "aws: {endpoint_url: SECURE}", &[]),
        ("aws: {}", "aws: {}", &[("AWS_ENDPOINT_URL", "SECURE")]),
        ("aws: {}", "aws: {roles: ['arn:aws:iam::111111111111:role/inventory']}", &[]),
        (
            "aws: {roles: ['arn:aws:iam::222222222222:role/inventory']}",
            "aws: {roles: ['arn:aws:iam::222222222222:role/other']}",
            &[],
        ),
        ("azure: {}", "azure: {resource_groups: [office]}", &[]),
        ("azure: {}", "azure: {scale_sets: false}", &[]),
        ("azure: {}", "azure: {backend: resource_graph}", &[]),
        ("azure: {}", "azure: {}", &[("AZURE_CLIENT_ID", "other"), ("AZURE_RETRIES", "0")]),
        ("azure: {}", "azure: {}", &[("AZURE_TENANT", "simulated.onmicrosoft.com")]),
        ("gcp: {projects: [shop-prod]}", "gcp: {projects: [shop-prod], filters: ['status = RUNNING']}", &[]),
        ("gcp: {projects: [shop-prod]}", "gcp: {projects: [shop-prod], images: true}", &[]),
        ("gcp: {projects: [shop-prod]}", "gcp: {projects: [shop-prod], zones: ['*-b']}", &[]),
        ("gcp: {projects: [shop-prod]}", "gcp: {projects: [data-prod]}", &[]),
        (
            "gcp: {projects: [shop-prod]}",
            "gcp: {projects: [shop-prod]}",
            &[("GOOGLE_APPLICATION_CREDENTIALS", "USER")],
        ),
    ];
    let secure = stage.simulator.secure_endpoint("aws");
    let certificate = stage.simulator.certificate_file().display().to_string();
    let usual: BTreeMap<_, _> = stage.simulator.environment(false).into_iter().collect();
    stage.workplace.set("AWS_CA_BUNDLE", &certificate);
    let mut shared = Vec::new();
    for (first, second, variables) in table {
        drop(fs::remove_dir_all(stage.workplace.path(KEPT)));
        let text = |source: &str| {
            let source = source.replace("SECURE", &secure);
            format!("sources:\n  - {source}\nnames: [id]\n{}", Stage::CACHE)
        };
        stage.configure(&text(first));
        stage.list(&[]);
        let old = stage.kept(".facts");
        stage.simulator.reset();
        assert_eq!((stage.list(&[]), stage.requests()), (stage.list(&["--cached-only"]), 0));
        for (name, value) in variables {
            stage.workplace.set(name, &value.replace("SECURE", &secure).replace("USER", &user));
        }
        stage.configure(&text(second));
        let run = stage.run(&["--list"]);
        // Some of those who ask then are not known to the clouds.
        if run.succeeded() && fetches(&stage).is_empty() {
            let new = stage.kept(".facts");
            shared.push(format!("{first} and {second} {variables:?}: {old:?} {new:?}"));
        }
        for (name, _) in variables {
            match usual.get(name) {
                Some(value) => stage.workplace.set(name, value),
                None => stage.workplace.unset(name),
            }
        }
    }
    assert!(shared.is_empty(), "shared facts:\n{}", shared.join("\n"));
}

#[test]
fn a_new_secret_of_the_same_user_shares_facts() {
    let mut stage = Stage::demo(&config(Stage::CACHE));
    stage.list(&[]);
    stage.simulator.reset();
    for (name, value) in
        [("AWS_SECRET_ACCESS_KEY", "rotated"), ("AZURE_SECRET", "rotated"), ("UNRELATED", "x")]
    {
        stage.workplace.set(name, value);
        stage.list(&[]);
        assert_eq!(stage.requests(), 0, "{name}");
    }
}

#[test]
fn what_is_kept_can_be_listed_shown_and_removed() {
    let stage = Stage::demo(&config(Stage::CACHE));
    let cache = |arguments: &[&str]| {
        let folder = stage.workplace.path(KEPT).display().to_string();
        let mut command = stage.workplace.command(cloud_inventory());
        Run::of(command.arg("cache").args(arguments).args(["--cache-directory", &folder]))
    };
    let run = cache(&["list"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:#?}");
    assert!(run.stderr.starts_with("nothing is kept in `"), "{run:#?}");
    stage.list(&[]);
    let run = cache(&["list"]);
    assert_eq!(run.stdout.lines().count(), 11, "{run:#?}");
    for part in ["  gcp/shop-prod\n", "        7 records", "  aws/222222222222/eu-west-1\n", " 4 scopes "] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    let run = cache(&["show", "aws/111111111111"]);
    assert_eq!(run.stdout.matches("  holds: ").count(), 2, "{run:#?}");
    let run = cache(&["show", "aws/1111"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(5), ""));
    let run = cache(&["clear", "aws/111111111111"]);
    assert!(run.succeeded() && stage.kept(".facts").len() == 9, "{run:#?}");
    assert!(run.stderr.starts_with("removed 2 entries of `aws/111111111111`, "), "{run:#?}");
    let run = cache(&["clear", "nope"]);
    assert!(run.code == Some(5) && run.stderr.contains("nothing is kept of `nope` in `"), "{run:#?}");
    stage.simulator.reset();
    stage.list(&[]);
    let fetches = fetches(&stage);
    assert!(
        fetches.len() == 2 && fetches.keys().all(|(_, scope)| scope.starts_with("111111111111/")),
        "{fetches:?}"
    );
    assert!(cache(&["clear"]).succeeded());
    assert_eq!(stage.kept("").as_slice(), ["CACHEDIR.TAG"]);
}
