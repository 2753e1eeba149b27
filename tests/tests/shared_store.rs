//! Facts that machines share, at a real Redis and a real API of S3: what one machine keeps serves the others, a crowd makes
//! one fetch, and a holder that dies holds nobody up for long.

use std::process::Stdio;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::shared_store::SharedServer;
use inventory_tests::stage::{CONFIG, Stage, hosts};
use inventory_tests::workplace::{Run, Workplace};

/// How many runs there are at once.
const CROWD: usize = 20;

/// The entries of the demo's clouds: lists of scopes, and facts.
const KEPT: usize = 3 + 4 + 2 + 2;

fn config(url: &str) -> String {
    format!("{}names: [id]\ncache: {{ttl: 1d, stale: 2d, store: '{url}'}}\n", Stage::SOURCES)
}

/// Starts the demo's clouds, with a configuration that keeps facts at the server.
fn stage(server: &SharedServer) -> Stage {
    let mut stage = Stage::demo(&config(&server.url()));
    lead(&mut stage.workplace, server);
    stage
}

fn lead(workplace: &mut Workplace, server: &SharedServer) {
    workplace.set("AWS_ENDPOINT_URL_S3", &format!("http://{}", server.socket()));
}

/// Makes another machine with the same configuration and credentials at the same place; nothing else is shared.
fn another_machine(stage: &Stage, server: &SharedServer) -> Workplace {
    let mut other = Workplace::with_simulator(&stage.simulator, false);
    lead(&mut other, server);
    // Files of credentials are told apart by their paths, and a cache would be there.
    other.set("HOME", &stage.workplace.path("home").display().to_string());
    other.write(CONFIG, &config(&server.url()));
    other
}

/// Returns how often machines were listed, at most, in any scope, and in how many scopes.
fn fetches(stage: &Stage) -> (usize, u64) {
    let lists = ["DescribeInstances", "VirtualMachines", "AggregatedInstances"];
    let calls = stage.simulator.statistics().calls;
    let counts: Vec<u64> = calls
        .into_iter()
        .filter(|((_, call, _), _)| lists.contains(&call.as_str()))
        .map(|(_, count)| count.requests)
        .collect();
    (counts.len(), counts.into_iter().max().unwrap_or_default())
}

#[test]
fn what_one_machine_keeps_serves_the_others() {
    for server in SharedServer::all() {
        let stage = stage(&server);
        let whole = stage.list(&[]);
        assert_eq!((server.entries().len(), server.leases()), (KEPT, Vec::new()));
        stage.simulator.reset();
        let other = another_machine(&stage, &server);
        for arguments in [&["--list"][..], &["--list", "--cached-only"]] {
            let run = other.run(cloud_inventory(), [&[CONFIG], arguments].concat());
            assert!(run.stderr.is_empty(), "{run:#?}");
            assert_eq!((run.json(), stage.requests()), (whole.clone(), 0));
        }
        assert!(!stage.workplace.path("home/.cache").exists(), "nothing is kept on the machines");
        // Who wants all anew keeps what is new, and the flag wins over the file.
        let folder = stage.workplace.path("kept").display().to_string();
        stage.list(&["--cache-directory", &folder]);
        assert_eq!(stage.kept(".facts").len(), KEPT);
        let before = server.read(&server.entries()[0]);
        stage.list(&["--refresh"]);
        assert_ne!(server.read(&server.entries()[0]), before);
    }
}

#[test]
fn the_environment_names_a_store() {
    for server in SharedServer::all() {
        let mut stage = Stage::demo(&format!("{}names: [id]\n{}", Stage::SOURCES, Stage::CACHE));
        lead(&mut stage.workplace, &server);
        stage.workplace.set("CLOUD_INVENTORY_CACHE_STORE", &server.url());
        stage.list(&[]);
        assert_eq!((server.entries().len(), stage.kept("")), (KEPT, Vec::<String>::new()));
    }
}

#[test]
fn a_crowd_of_machines_makes_one_fetch() {
    for server in SharedServer::all() {
        let stage = stage(&server);
        let others: Vec<_> = (0..CROWD).map(|_| another_machine(&stage, &server)).collect();
        let runs: Vec<_> = others
            .iter()
            .map(|other| {
                let mut command = other.command(cloud_inventory());
                command.args([CONFIG, "--list"]).stdout(Stdio::piped()).stderr(Stdio::piped());
                command.spawn().expect("the program starts")
            })
            .collect();
        let mut outputs: Vec<_> = runs
            .into_iter()
            .map(|child| {
                let run = Run::from(child.wait_with_output().expect("it ends"));
                assert!(run.succeeded() && run.stderr.is_empty(), "{run:#?}");
                run.stdout
            })
            .collect();
        outputs.dedup();
        assert_eq!(outputs.len(), 1, "all runs print the same");
        assert_eq!(fetches(&stage), (4 + 2 + 2, 1));
        assert_eq!((server.entries().len(), server.leases()), (KEPT, Vec::new()));
    }
}

#[test]
fn a_holder_that_dies_holds_nobody_up_for_longer_than_its_lease() {
    for server in SharedServer::all() {
        let stage = stage(&server);
        // Nothing comes of these fetches.
        stage.fault("aws:DescribeInstances:always:silent");
        let mut rival = stage.spawn(&["--list"]);
        while stage.simulator.statistics().of("aws", "DescribeInstances").requests < 4 {
            std::thread::yield_now();
        }
        stage.simulator.reset();
        let next = stage.spawn(&["--list"]);
        // It has what it can have, has given its leases back, and waits for what the rival fetches.
        while server.entries().len() < KEPT - 4 || server.leases().len() > 4 {
            std::thread::yield_now();
        }
        rival.kill().expect("it is killed");
        rival.wait().expect("it is gone");
        let leases = server.leases();
        assert_eq!(leases.len(), 4, "{leases:?}");
        assert_eq!(stage.simulator.statistics().of("aws", "DescribeInstances").requests, 0, "it waits");
        leases.iter().for_each(|name| server.let_run_out(name));
        let run = Run::from(next.wait_with_output().expect("it ends"));
        assert!(run.succeeded() && run.stderr.is_empty(), "{run:#?}");
        assert_eq!(hosts(&run.json()).len(), 43);
        assert_eq!((fetches(&stage).1, server.leases()), (1, Vec::new()));
    }
}

#[test]
fn damaged_entries_are_fetched_again() {
    for server in SharedServer::all() {
        let stage = stage(&server);
        let whole = stage.list(&[]);
        for (place, name) in server.entries().iter().enumerate() {
            server.damage(name, |bytes| match place % 3 {
                0 => bytes.truncate(bytes.len() / 2),
                1 => bytes.iter_mut().rev().take(4).for_each(|byte| *byte ^= 0x55),
                _ => bytes.clear(),
            });
        }
        let run = stage.run(&["--list", "-v"]);
        assert_eq!(run.json(), whole);
        let warnings = run.stderr.matches("are not used: the entry ").count();
        assert_eq!(warnings, KEPT, "{}", run.stderr);
        stage.simulator.reset();
        assert_eq!((stage.list(&[]), stage.requests()), (whole, 0));
    }
}

#[test]
fn what_is_kept_can_be_listed_shown_and_removed() {
    for server in SharedServer::all() {
        let stage = stage(&server);
        let cache = |arguments: &[&str]| {
            let mut command = stage.workplace.command(cloud_inventory());
            Run::of(command.arg("cache").args(arguments).args(["--cache-store", &server.url()]))
        };
        let run = cache(&["list"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:#?}");
        stage.list(&[]);
        let run = cache(&["list"]);
        assert_eq!(run.stdout.lines().count(), KEPT, "{run:#?}");
        for part in ["  gcp/shop-prod\n", "      7 records", "  aws/222222222222/eu-west-1\n", " scopes "] {
            assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
        }
        let run = cache(&["show", "aws/111111111111"]);
        assert_eq!(run.stdout.matches("  holds: ").count(), 2, "{run:#?}");
        assert!(run.stdout.contains(&format!("  place: {}", server.url())), "{run:#?}");
        assert_eq!(cache(&["show", "aws/1111"]).code, Some(5));
        let damaged = &server.entries()[0];
        server.damage(damaged, |bytes| bytes.truncate(20));
        assert!(cache(&["list"]).stdout.contains("not usable: the entry ends early: "));
        stage.list(&[]);
        assert!(cache(&["clear", "aws/111111111111"]).succeeded());
        assert_eq!(server.entries().len(), KEPT - 2);
        assert!(cache(&["clear"]).succeeded());
        assert_eq!(server.entries(), Vec::<String>::new());
    }
}
