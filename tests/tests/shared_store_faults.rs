//! Stores that machines share and that fail: one warning, then straight to the clouds; and no password is ever told.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::redis::{Answer, RedisServer};
use inventory_tests::shared_store::{Gate, SharedServer, Then};
use inventory_tests::stage::{CONFIG, Stage};
use inventory_tests::workplace::Run;
use serde_json::Value;

/// What is planted in addresses and in the environment.
const PLANTED: &str = "planted-password";

fn config(url: &str) -> String {
    format!("{}names: [id]\ncache: {{ttl: 1d, stale: 2d, store: '{url}'}}\n", Stage::SOURCES)
}

/// Starts the demo's clouds, and returns their whole inventory, too.
fn stage() -> (Stage, Value) {
    let stage = Stage::demo(&format!("{}names: [id]\n", Stage::SOURCES));
    let whole = stage.list(&[]);
    (stage, whole)
}

/// Returns the warnings of a run, which must print the whole inventory.
fn warnings(run: &Run, whole: &Value) -> Vec<String> {
    assert_eq!(&run.json(), whole);
    run.stderr.lines().filter(|line| line.contains("warning")).map(str::to_owned).collect()
}

fn check_one_warning(run: &Run, whole: &Value, parts: &[&str]) {
    let warnings = warnings(run, whole);
    assert_eq!(warnings.len(), 1, "{run:#?}");
    let parts = parts.iter().chain(&["; no more is read or kept there in this run"]);
    for part in parts {
        assert!(warnings[0].contains(part), "{part}: {warnings:#?}");
    }
}

/// Returns an address at which nothing listens.
fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a place")
}

#[test]
fn a_store_that_is_down_costs_one_warning() {
    let (mut stage, whole) = stage();
    for server in SharedServer::all() {
        let url = server.url_at(nowhere(), &mut stage.workplace);
        stage.configure(&config(&url));
        let run = stage.run(&["--list", "-v"]);
        check_one_warning(&run, &whole, &[&format!("cannot read `{url}`: "), "onnection refused"]);
        // Nothing is said where only losses are told, for nothing is lost.
        assert_eq!(stage.list(&[]), whole);
        for more in ["", "on_error: skip\n", "on_error: stale\n"] {
            stage.configure(&format!("{}{more}", config(&url)));
            let run = stage.run(&["--list", "--cached-only"]);
            assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:#?}");
            assert!(run.stderr.contains(&format!("cannot read `{url}`: ")), "{run:#?}");
        }
    }
}

#[test]
fn a_store_that_says_nothing_costs_one_warning_and_five_seconds() {
    let (mut stage, whole) = stage();
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    for server in SharedServer::all() {
        let url = server.url_at(silent.local_addr().expect("its place"), &mut stage.workplace);
        stage.configure(&config(&url));
        let run = stage.run(&["--list", "-v"]);
        check_one_warning(&run, &whole, &[&format!("cannot read `{url}`: no answer within 5 s")]);
    }
}

#[test]
fn a_store_that_goes_down_in_a_run_costs_one_warning() {
    let (mut stage, whole) = stage();
    let mut seen = 0;
    for server in SharedServer::all() {
        let sizes = [1, 300, 1000, 3000, 6000, 10_000, 20_000, 40_000].map(|bytes| (bytes, Then::Break));
        for (bytes, then) in sizes.into_iter().chain([(8000, Then::Hang)]) {
            let gate = Gate::open(server.socket(), bytes, then);
            let url = server.url_at(gate.place(), &mut stage.workplace);
            stage.configure(&config(&url));
            let run = stage.run(&["--list", "-v", "--refresh"]);
            let warnings = warnings(&run, &whole);
            assert!(warnings.len() <= 1, "{bytes}: {run:#?}");
            assert!(warnings.iter().all(|warning| warning.contains(&url)), "{warnings:#?}");
            seen += warnings.len();
        }
        // What was written in part, or locked by the runs before, spoils nothing.
        let url = server.url_at(server.socket(), &mut stage.workplace);
        stage.configure(&config(&url));
        server.leases().iter().for_each(|name| server.let_run_out(name));
        assert_eq!(stage.list(&[]), whole);
    }
    assert!(seen >= 8, "only {seen} runs lost their store");
}

#[test]
fn a_bucket_that_is_not_there_costs_one_warning() {
    let (mut stage, whole) = stage();
    let [_, server] = SharedServer::all();
    server.url_at(server.socket(), &mut stage.workplace);
    stage.configure(&config("s3://another/kept"));
    let run = stage.run(&["--list", "-v"]);
    check_one_warning(&run, &whole, &["`s3://another/kept`: the answer was 404 Not Found: NoSuchBucket"]);
}

/// Runs everything that could tell a password, and returns all that is told and written.
fn told(stage: &Stage) -> String {
    let mut told = String::new();
    for arguments in [
        &["--list", "-v"][..],
        &["--list", "-v", "--report", "report.json"],
        &["--list", "-v", "--cached-only"],
        &["--list", "-v", "--output", "inventory.json"],
    ] {
        let run = stage.run(arguments);
        told.push_str(&format!("{run:?}"));
    }
    for arguments in [
        &["check", "-v", CONFIG][..],
        &["cache", "list", "-v"],
        &["cache", "show", "aws"],
        &["cache", "clear"],
    ] {
        told.push_str(&format!("{:?}", stage.workplace.run(cloud_inventory(), arguments)));
    }
    for name in ["report.json", "inventory.json"] {
        told.push_str(&std::fs::read_to_string(stage.workplace.path(name)).unwrap_or_default());
    }
    told + &files(&stage.workplace.path("home"))
}

/// Returns what all files of a folder hold.
fn files(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        if entry.path().is_dir() {
            text.push_str(&files(&entry.path()));
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).expect("a file")));
        }
    }
    text
}

#[test]
fn a_wrong_password_is_told_without_it() {
    let (mut stage, whole) = stage();
    let server = RedisServer::start("right");
    let url = format!("redis://127.0.0.1:{}", server.port());
    stage.configure(&config(&format!("redis://:{PLANTED}@127.0.0.1:{}", server.port())));
    let refused = "the server does not take the username and password";
    check_one_warning(&stage.run(&["--list", "-v"]), &whole, &[&url, refused]);
    let told = told(&stage);
    assert!(told.contains(refused) && !told.contains(PLANTED), "{told}");
    stage.configure(&config(&url));
    check_one_warning(&stage.run(&["--list", "-v"]), &whole, &[&url, "NOAUTH"]);
    stage.workplace.set("CLOUD_INVENTORY_REDIS_PASSWORD", PLANTED);
    check_one_warning(&stage.run(&["--list", "-v"]), &whole, &[&url, refused]);
    stage.workplace.set("CLOUD_INVENTORY_REDIS_PASSWORD", "right");
    stage.list(&[]);
    stage.simulator.reset();
    assert_eq!((stage.list(&[]), stage.requests()), (whole, 0));
}

#[test]
fn a_right_password_is_told_nowhere() {
    let (mut stage, whole) = stage();
    let server = RedisServer::start(PLANTED);
    let url = server.url();
    assert!(url.contains(PLANTED));
    for is_in_file in [true, false] {
        if is_in_file {
            stage.configure(&config(&url));
        } else {
            stage.configure(&format!("{}names: [id]\ncache: {{ttl: 1d}}\n", Stage::SOURCES));
        }
        stage.workplace.set("CLOUD_INVENTORY_CACHE_STORE", &url);
        assert_eq!(stage.list(&[]), whole);
        let mut told = told(&stage);
        assert!(told.contains("entries are gone") || told.contains("records"), "{told}");
        assert_eq!(stage.list(&[]), whole);
        for name in keys(&server) {
            told.push_str(&name);
            told.push_str(&format!("{:?}", server.ask(&[b"GET", name.as_bytes()])));
        }
        assert!(!told.contains(PLANTED), "{told}");
    }
}

fn keys(server: &RedisServer) -> Vec<String> {
    let Answer::List(names) = server.ask(&[b"KEYS", b"*"]) else { panic!("no list") };
    assert!(!names.is_empty(), "something is kept");
    let text = |name| match name {
        Answer::Bytes(bytes) => String::from_utf8(bytes).expect("a name"),
        other => panic!("{other:?}"),
    };
    names.into_iter().map(text).collect()
}

#[test]
fn an_address_that_is_none_is_an_error_with_its_place_and_without_its_password() {
    let (mut stage, _) = stage();
    for (url, message) in [
        (format!("ftp://u:{PLANTED}@h"), "`store` has the unknown scheme `ftp`"),
        (format!("redis:u:{PLANTED}@h"), "`store` is no URL"),
        (format!("redis://u:{PLANTED}@h:port"), "`store` has a URL that cannot be read: "),
        (format!("redis://u:{PLANTED}@h?x=y"), "`store` has a space, `?`, `#` or"),
        (format!("s3://key:{PLANTED}@bucket"), "`store` has credentials in its URL"),
    ] {
        stage.configure(&config(&url));
        for arguments in [&[CONFIG, "--list"][..], &["check", CONFIG]] {
            let run = stage.workplace.run(cloud_inventory(), arguments);
            assert_eq!(run.code, Some(3), "{run:#?}");
            assert!(run.stderr.contains(message) && run.stderr.contains("all.yml:7:"), "{url}: {run:#?}");
            assert!(!run.stderr.contains(PLANTED), "{run:#?}");
        }
        stage.configure(&format!("{}cache: {{ttl: 1d}}\n", Stage::SOURCES));
        stage.workplace.set("CLOUD_INVENTORY_CACHE_STORE", &url);
        let run = stage.run(&["--list"]);
        assert!(run.code == Some(3) && !run.stderr.contains(PLANTED), "{run:#?}");
        assert!(run.stderr.contains("`CLOUD_INVENTORY_CACHE_STORE`"), "{run:#?}");
        stage.workplace.unset("CLOUD_INVENTORY_CACHE_STORE");
    }
    stage.configure(&format!("{}cache: {{ttl: 1d, directory: x, store: 's3://b/p'}}\n", Stage::SOURCES));
    let run = stage.run(&["--list"]);
    assert!(run.code == Some(3) && run.stderr.contains("both `store` and `directory`"), "{run:#?}");
    // Another mistake in the file shows the line of the address, too.
    stage.configure(&format!("{}cache: {{ttl: never, store: 'redis://:{PLANTED}@h'}}\n", Stage::SOURCES));
    let run = stage.run(&["--list"]);
    assert!(run.code == Some(3) && !run.stderr.contains(PLANTED), "{run:#?}");
}

#[test]
fn a_store_that_others_can_change_on_the_way_is_warned_of() {
    let (stage, _) = stage();
    for (url, is_warned) in [("redis://facts.example.com", true), ("rediss://facts.example.com", false)] {
        stage.configure(&config(url));
        let run = stage.workplace.run(cloud_inventory(), ["check", CONFIG]);
        assert_eq!(run.stderr.contains("without TLS"), is_warned, "{run:#?}");
    }
}
