//! When kept facts are used, and when they are not believed.

use std::fs;

use inventory_tests::simulator::{Settings, Simulator, Source};

use super::*;

#[test]
fn a_fresh_cache_asks_no_cloud_anything() {
    let stage = Stage::demo(&config(Stage::CACHE));
    let cold = stage.list(&[]);
    assert!(stage.requests() > 20);
    stage.simulator.reset();
    for arguments in [&[][..], &["--cached-only"], &["--yaml", "-v"]] {
        let (run, report) = stage.report(arguments);
        assert_eq!((run.code, &report["outcome"]), (Some(0), &json!("complete")), "{run:#?}");
        assert!(scopes(&report).iter().all(|scope| scope["state"] == "kept" && scope["pages"] == 0));
    }
    assert_eq!(stage.list(&[]), cold);
    assert_eq!((stage.requests(), stage.simulator.statistics().connections), (0, 0));
}

#[test]
fn all_is_fetched_anew_when_told_so() {
    let stage = Stage::demo(&config(Stage::CACHE));
    let cold = stage.list(&[]);
    let requests = stage.requests();
    stage.simulator.reset();
    let (run, report) = stage.report(&["--refresh"]);
    assert_eq!((run.json(), stage.requests()), (cold, requests));
    assert!(scopes(&report).iter().all(|scope| scope["state"] == "fetched"));
}

#[test]
fn only_kept_facts_are_used_when_told_so() {
    let stage = Stage::demo(&config("cache: {ttl: 1ms, stale: 2d, directory: kept}\n"));
    let run = stage.run(&["--list", "--cached-only"]);
    assert_eq!((run.code, run.stdout.as_str(), stage.requests()), (Some(1), "", 0), "{run:#?}");
    assert!(run.stderr.contains("no facts are kept, and no cloud is to be asked"), "{}", run.stderr);
    let whole = hosts(&stage.list(&[])).clone();
    stage.simulator.reset();
    let (run, report) = stage.report(&["--cached-only", "--detailed-exit-code"]);
    assert_eq!((run.code, stage.requests()), (Some(6), 0), "{run:#?}");
    let (all, stale) = unmarked(&run);
    assert_eq!((all, stale.len()), (whole.clone(), whole.len()));
    assert_eq!(report["outcome"], "stale");
    // One that keeps nothing has nothing.
    stage.configure(&config(""));
    let run = stage.run(&["--list", "--cached-only"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("cache: {ttl: 10m}"), "{}", run.stderr);
    let run = stage.run(&["--list", "--cached-only", "--refresh"]);
    assert_eq!(run.code, Some(2), "{run:#?}");
}

/// Leads a stage to an AWS of so many machines, by its proxy: the same cloud, as far as the program can know.
fn lead(stage: &mut Stage, size: u64) {
    let source = Source::Seeded { seed: 4, size, accounts: 1, regions: 1 };
    stage.simulator = Simulator::start(Settings { source, ..Settings::default() }).expect("a simulator");
    let certificate = stage.workplace.path("certificate.pem");
    fs::copy(stage.simulator.certificate_file(), &certificate).expect("the certificate");
    stage.workplace.unset("AWS_ENDPOINT_URL");
    stage.workplace.set("AWS_CA_BUNDLE", &certificate.display().to_string());
    stage.workplace.set("HTTPS_PROXY", &stage.simulator.proxy());
}

#[test]
fn a_scope_that_lost_most_of_its_hosts_is_not_believed() {
    const REFRESH: [&str; 3] = ["--list", "--refresh", "--detailed-exit-code"];
    let sources = "sources:\n  - aws: {regions: [us-east-1]}\nnames: [id]\n";
    let count = |run: &Run| unmarked(run).0.len();
    for (policy, code) in [("fail", 1), ("stale", 6), ("skip", 1)] {
        let config = format!("{sources}{}on_error: {policy}\n", Stage::CACHE);
        let mut stage = Stage::new(Settings::seeded(4, 1), &config);
        lead(&mut stage, 100);
        let before = count(&stage.run(&["--list"]));
        // Less than half of them may go, and what is left is what the next run is compared with.
        lead(&mut stage, 60);
        let run = stage.run(&REFRESH);
        let now = count(&run);
        assert!(run.code == Some(0) && now < before && now > 30, "{run:#?}");
        lead(&mut stage, 8);
        let (run, report) = stage.report(&REFRESH[1..]);
        assert_eq!(run.code, Some(code), "{policy}: {run:#?}");
        let told = format!(" hosts are left of the {now} that there were");
        assert!(run.stderr.contains("aws/us-east-1") && run.stderr.contains(&told), "{}", run.stderr);
        let error = report.pointer("/failures/0/error").or_else(|| report.pointer("/scopes/0/error"));
        assert_eq!(error.and_then(|error| error.get("kind")), Some(&json!("shrunk")), "{report:#}");
        match policy {
            "stale" => assert_eq!((count(&run), unmarked(&run).1.len()), (now, now)),
            // The scope is all there is.
            _ => assert_eq!(run.stdout, ""),
        }
        // What was not believed is not kept: the next run says the same.
        assert_eq!(stage.run(&REFRESH).code, Some(code));
        let run = stage.run(&[&REFRESH[..], &["--accept-shrink"]].concat());
        assert!(run.code == Some(0) && count(&run) <= 8, "{run:#?}");
        let run = stage.run(&REFRESH);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        for limits in ["false", "{share: 0.99}", "{least: 200}"] {
            stage.configure(&format!("{config}shrink: {limits}\n"));
            for size in [100, 8] {
                lead(&mut stage, size);
                let run = stage.run(&REFRESH);
                assert_eq!(run.code, Some(0), "{limits}: {run:#?}");
            }
        }
    }
}
