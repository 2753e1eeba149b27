//! Snapshots: what was saved gives the same inventory without a cloud, and two of them tell what differs.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use inventory_core::store::snapshot::{self, Snapshot};
use inventory_core::store::{Content, Vocabulary};
use inventory_core::value::Value;
use inventory_tests::binary::cloud_inventory;
use inventory_tests::simulator::cloud::Refusal;
use inventory_tests::simulator::faults::{Fault, Rule, When};
use inventory_tests::simulator::fleet::Description;
use inventory_tests::simulator::{Settings, Simulator, Source, aws, gcp};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value as Json;

const SEED: u64 = 11;
const SIZE: u64 = 40;

/// One file for each plugin, with rules of its own.
const FILES: [(&str, &str); 3] = [
    (
        "a.aws_ec2.yml",
        "plugin: amazon.aws.aws_ec2\nregions: [REGIONS]\nhostnames: [instance-id]\n\
         keyed_groups: [{key: tags.Environment | default('none') | lower, prefix: env}]\n",
    ),
    (
        "b.azure_rm.yml",
        "plugin: azure.azcollection.azure_rm\ndefault_host_filters: []\ninclude_vmss_resource_groups: ['*']\n\
         keyed_groups: [{key: tags.Environment | default('none') | lower, prefix: env}]\n",
    ),
    (
        "c.gcp.yml",
        "plugin: google.cloud.gcp_compute\nauth_kind: application\nprojects: [PROJECT]\nhostnames: [private_ip]\n\
         retrieve_image_info: true\ngroups: {running: status == 'RUNNING'}\n",
    ),
];

/// The rules of the native file.
const RULES: &str = "names: [id]\nhostvars: [normalized, native]\ngroups: {big: \"type is search('large')\"}\n\
                     keyed_groups: [{key: provider, prefix: cloud}]\n";

const CLOUDS: &str =
    "  - aws: {regions: [REGIONS]}\n  - azure: {}\n    name: blue\n  - gcp: {projects: [PROJECT]}\n";

/// What is known of the facts of all clouds.
const VOCABULARIES: [Vocabulary; 3] = [
    Vocabulary { cloud: "aws", kinds: &["instance", "ssm_inventory", "dns_name"], host_kinds: &["instance"] },
    Vocabulary {
        cloud: "azure",
        kinds: &[
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
        ],
        host_kinds: &["vm", "scale_set_vm", "arc_machine", "hci_instance"],
    },
    Vocabulary { cloud: "gcp", kinds: &["instance", "disk"], host_kinds: &["instance"] },
];

/// A simulator, and a workplace that is led to it.
struct Stage {
    simulator: Option<Simulator>,
    workplace: Workplace,
}

impl Stage {
    fn new(seed: u64) -> Stage {
        let source = Source::Seeded { seed, size: SIZE, accounts: 1, regions: 2 };
        let simulator = Simulator::start(Settings { source, ..Settings::default() }).expect("a simulator");
        let workplace = Workplace::with_simulator(&simulator, true);
        let stage = Stage { simulator: Some(simulator), workplace };
        for (name, text) in FILES {
            stage.write(name, text);
        }
        stage.write("native.yml", &format!("sources:\n{CLOUDS}{RULES}"));
        stage.write("facts.yml", &format!("sources:\n  - snapshot: native.snapshot\n{RULES}"));
        stage
    }

    fn write(&self, name: &str, text: &str) {
        let project = gcp::geography(SEED, 1, 2).accounts.swap_remove(0);
        let regions = aws::geography(SEED, 1, 2).regions.join(", ");
        self.workplace.write(name, &text.replace("PROJECT", &project).replace("REGIONS", &regions));
    }

    /// Ends the simulator, and takes all credentials and addresses away.
    fn go_offline(&mut self) {
        let simulator = self.simulator.take().expect("it ends once");
        for (name, _) in simulator.environment(true) {
            self.workplace.unset(name);
        }
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            self.workplace.unset(name);
        }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.workplace.run(cloud_inventory(), arguments)
    }

    fn output(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
        run.stdout
    }
}

#[test]
fn a_snapshot_gives_the_same_bytes_without_a_cloud() {
    let mut stage = Stage::new(SEED);
    let files = FILES.map(|(name, _)| name);
    let of_files = |more: &[&'static str]| [&files[..], more].concat();
    let (plugins, native) = (stage.output(&of_files(&["--list"])), stage.output(&["native.yml", "--list"]));
    stage.output(&[&["snapshot", "save", "plugins.snapshot"], &files[..]].concat());
    stage.output(&["snapshot", "save", "native.snapshot", "native.yml"]);
    stage.go_offline();
    assert_eq!(stage.run(&["native.yml", "--list"]).code, Some(1), "the clouds are gone");
    assert_eq!(stage.output(&of_files(&["--list", "--snapshot", "plugins.snapshot"])), plugins);
    assert_eq!(stage.output(&["native.yml", "--list", "--snapshot", "native.snapshot"]), native);
    // What was asked is the same, whoever makes hosts of it.
    let hosts = |text: &str| -> Json { serde_json::from_str(text).expect("JSON") };
    let native = hosts(&native);
    let replayed = hosts(&stage.output(&["facts.yml", "--list"]));
    assert_eq!(replayed, native);
    assert!(native["cloud_azure"]["hosts"].as_array().is_some_and(|hosts| hosts.len() > 20), "{native:#}");
    assert_eq!(stage.output(&["check", "facts.yml"]), "");
    // A replay can be saved in its turn.
    stage.output(&["snapshot", "save", "again.snapshot", "facts.yml"]);
    assert_eq!(hosts(&stage.output(&["native.yml", "--list", "--snapshot", "again.snapshot"])), native);
    let mode = stage.workplace.path("native.snapshot").metadata().expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_snapshot_that_does_not_fit_is_refused() {
    let stage = Stage::new(SEED);
    stage.output(&["snapshot", "save", "native.snapshot", "native.yml"]);
    stage.write("two.yml", "sources:\n  - aws: {}\n  - aws: {}\n  - gcp: {projects: [p]}\n");
    stage.write("lost.yml", "sources:\n  - snapshot: no-such.snapshot\n");
    stage.write("wrong.yml", "sources:\n  - snapshot: two.yml\n");
    let rows: [(&[&str], i32, &str); 6] = [
        (
            &["two.yml", "--list", "--snapshot", "native.snapshot"],
            3,
            "`native.snapshot` does not fit: it holds 1 source of `aws` where the configuration has 2, and 1 source of \
             `azure` where the configuration has 0",
        ),
        (&["native.yml", "--list", "--snapshot", "two.yml"], 3, "the file is no snapshot"),
        (&["native.yml", "--list", "--snapshot", "no-such"], 3, "cannot read `no-such`: "),
        (&["lost.yml", "--list"], 3, "lost.yml:2:15"),
        (&["check", "wrong.yml"], 3, "the file is no snapshot"),
        (&["snapshot", "save", "two.yml", "native.yml"], 2, "`two.yml` is no snapshot, and is not replaced"),
    ];
    for (arguments, code, message) in rows {
        let run = stage.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_part_that_is_missing_fails_the_run_or_is_missing_again() {
    let stage = Stage::new(SEED);
    let simulator = stage.simulator.as_ref().expect("a simulator");
    let refused = Fault::Refused(Refusal::Denied);
    simulator.add_fault(Rule::new("gcp", "*", When::Always, refused));
    let run = stage.run(&["snapshot", "save", "part.snapshot", "native.yml"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(!stage.workplace.path("part.snapshot").exists());
    stage.write("skip.yml", &format!("sources:\n{CLOUDS}{RULES}on_error: skip\n"));
    let live = stage.output(&["skip.yml", "--list"]);
    let save = ["snapshot", "save", "part.snapshot", "skip.yml", "--detailed-exit-code"];
    assert_eq!(stage.run(&save).code, Some(7));
    simulator.reset();
    let replay = ["skip.yml", "--list", "--detailed-exit-code", "--snapshot", "part.snapshot"];
    let run = stage.run(&replay);
    assert_eq!((run.code, run.stdout), (Some(7), live));
    assert!(run.stderr.contains("it was missing when the snapshot was saved"), "{}", run.stderr);
    let run = stage.run(&["native.yml", "--list", "--snapshot", "part.snapshot"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
    // What is missing is not gone.
    stage.output(&["snapshot", "save", "whole.snapshot", "native.yml"]);
    let rows = [
        (["part.snapshot", "whole.snapshot"], ["partial", "complete"], "before: lacks a part\n"),
        (["whole.snapshot", "part.snapshot"], ["complete", "partial"], "after: lacks a part\n"),
        (
            ["part.snapshot", "part.snapshot"],
            ["partial", "partial"],
            "before: lacks a part\nafter: lacks a part\n",
        ),
    ];
    for (sides, [before, after], first) in rows {
        let diff = [&["diff"], &sides[..], &["--config", "skip.yml"]].concat();
        let run = stage.run(&diff);
        assert_eq!(run.code, Some(7), "{run:#?}");
        assert!(run.stdout.starts_with(first), "{run:#?}");
        assert!(run.stderr.contains("lacks a part: what differs may be a matter of that"), "{}", run.stderr);
        let json: Json =
            serde_json::from_str(&stage.run(&[&diff[..], &["--json"]].concat()).stdout).expect("JSON");
        assert_eq!(json["conditions"], serde_json::json!({"before": before, "after": after}));
    }
}

#[test]
fn stale_parts_are_stale_again() {
    let stage = Stage::new(SEED);
    let cache = "cache: {ttl: 0s, stale: 1d, directory: kept}\non_error: stale\n";
    stage.write("stale.yml", &format!("sources:\n{CLOUDS}{RULES}{cache}"));
    stage.output(&["stale.yml", "--list"]);
    let simulator = stage.simulator.as_ref().expect("a simulator");
    simulator.add_fault(Rule::new("aws", "*", When::Always, Fault::Refused(Refusal::Denied)));
    let live = stage.output(&["stale.yml", "--list"]);
    assert!(live.contains("cloud_stale_since"));
    stage.output(&["snapshot", "save", "stale.snapshot", "stale.yml"]);
    simulator.reset();
    let run = stage.run(&["stale.yml", "--list", "--snapshot", "stale.snapshot", "--detailed-exit-code"]);
    assert_eq!((run.code, run.stdout), (Some(6), live), "{}", run.stderr);
}

#[test]
fn a_scrubbed_snapshot_tells_nothing_of_the_fleet_and_gives_as_many_hosts() {
    let mut stage = Stage::new(SEED);
    let live: Json = serde_json::from_str(&stage.output(&["native.yml", "--list"])).expect("JSON");
    stage.output(&["snapshot", "save", "plain.snapshot", "native.yml"]);
    stage.go_offline();
    let scrub =
        ["snapshot", "save", "native.snapshot", "native.yml", "--scrub", "--snapshot", "plain.snapshot"];
    stage.output(&scrub);
    let hosts = live["_meta"]["hostvars"].as_object().expect("hosts");
    let mut private = BTreeSet::new();
    for host in hosts.values() {
        let texts = |name: &str| -> Vec<String> {
            let value = &host[format!("cloud_{name}")];
            let items = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            items.iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect()
        };
        for field in ["account", "id", "name", "network"] {
            private.extend(texts(field));
        }
    }
    // Names that are a single word of the usual ones stay, such as `default`.
    private.retain(|text| text.len() > 4 && text.contains(|character: char| character.is_ascii_digit()));
    assert!(private.len() > 100, "{private:?}");
    let plain = texts(&read(&stage.workplace.path("plain.snapshot")));
    let scrubbed = read(&stage.workplace.path("native.snapshot"));
    assert!(scrubbed.is_scrubbed);
    let scrubbed = texts(&scrubbed);
    for text in &scrubbed {
        let found = private.iter().find(|word| text.contains(word.as_str()));
        assert!(found.is_none(), "`{text}` holds {found:?}");
    }
    // The addresses of the fleet are of the ranges that replacements are taken of: one by one they must be others.
    assert_eq!(plain.len(), scrubbed.len());
    let pairs: BTreeSet<(IpAddr, IpAddr)> = plain
        .iter()
        .zip(&scrubbed)
        .filter_map(|(old, new)| Some((old.parse().ok()?, new.parse().ok()?)))
        .collect();
    let (old, new): (BTreeSet<_>, BTreeSet<_>) = pairs.iter().copied().unzip();
    assert!(pairs.len() > 50 && old.len() == pairs.len() && new.len() == pairs.len(), "{pairs:?}");
    let same = pairs.iter().filter(|(old, new)| old == new).count();
    assert!(same * 10 < pairs.len(), "{same} of {} addresses stay: {pairs:?}", pairs.len());
    let replayed: Json = serde_json::from_str(&stage.output(&["facts.yml", "--list"])).expect("JSON");
    assert_eq!(replayed["_meta"]["hostvars"].as_object().map(serde_json::Map::len), Some(hosts.len()));
    let replay = ["native.yml", "--list", "--snapshot", "native.snapshot"];
    let by_native: Json = serde_json::from_str(&stage.output(&replay)).expect("JSON");
    assert_eq!(by_native, replayed);
    for group in ["_aws", "_azure", "_gcp", "big", "state_running", "os_linux"] {
        let count = |list: &Json| list[group]["hosts"].as_array().map_or(0, Vec::len);
        assert_eq!(count(&replayed), count(&live), "{group}");
    }
}

#[test]
fn two_fleets_differ_by_name() {
    let fleet = |web: &str, env: &str| {
        format!(
            "aws:\n  accounts: ['111111111111']\n  regions: [us-east-1]\n  machines:\n  - {{name: {web}}}\n  \
             - {{name: db, tags: {{env: {env}}}}}\n  - {{name: same}}\n"
        )
    };
    let rules = "sources: [{aws: {regions: [us-east-1]}}]\nnames: [name]\n";
    let mut snapshots = Vec::new();
    for (name, text) in [("old", fleet("web-1", "dev")), ("new", fleet("web-2", "prod"))] {
        let source = Source::Described(Description::parse(name, &text).expect("a fleet"));
        let simulator = Simulator::start(Settings { source, ..Settings::default() }).expect("a simulator");
        let workplace = Workplace::with_simulator(&simulator, true);
        workplace.write("rules.yml", rules);
        let saved = workplace.run(cloud_inventory(), ["snapshot", "save", "x.snapshot", "rules.yml"]);
        assert!(saved.succeeded(), "{saved:#?}");
        if name == "new" {
            // A snapshot beside a configuration: what there was against what there is.
            std::fs::write(workplace.path("old.snapshot"), &snapshots[0]).expect("a file");
            let run = workplace.run(cloud_inventory(), ["diff", "old.snapshot", "rules.yml"]);
            assert_eq!(run.code, Some(8), "{run:#?}");
            assert!(run.stdout.contains("+ host web-2\n- host web-1\n~ host db\n"), "{}", run.stdout);
            let run = workplace.run(cloud_inventory(), ["diff", "x.snapshot", "rules.yml"]);
            assert_eq!((run.code, run.stdout.as_str()), (Some(0), "nothing differs\n"), "{}", run.stderr);
        }
        snapshots.push(std::fs::read(workplace.path("x.snapshot")).expect("a snapshot"));
    }
    let workplace = Workplace::new();
    for (name, bytes) in ["old", "new"].iter().zip(&snapshots) {
        std::fs::write(workplace.path(&format!("{name}.snapshot")), bytes).expect("a file");
    }
    workplace.write("rules.yml", rules);
    let diff = |more: &[&str]| {
        let arguments = [&["diff", "old.snapshot", "new.snapshot"], more].concat();
        let run = workplace.run(cloud_inventory(), arguments);
        assert_eq!(run.code, Some(8), "{run:#?}");
        run.stdout
    };
    for more in [&[] as &[&str], &["--config", "rules.yml"]] {
        let text = diff(more);
        for line in [
            "+ host web-2",
            "- host web-1",
            "~ host db",
            "    + in tag_env_prod",
            "    - in tag_env_dev",
            "    ~ cloud_tags.env: \"dev\" -> \"prod\"",
            "+ group tag_env_prod",
        ] {
            assert!(text.lines().any(|other| other == line), "`{line}` is not in\n{text}");
        }
        assert!(!text.contains("same") && !text.contains('\u{1b}'), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
    let json: Json = serde_json::from_str(&diff(&["--json"])).expect("JSON");
    assert_eq!(json["equal"], false);
    assert_eq!(json["conditions"], serde_json::json!({"before": "complete", "after": "complete"}));
    assert_eq!(
        (&json["hosts"]["added"], &json["hosts"]["removed"]),
        (&Json::from(vec!["web-2"]), &Json::from(vec!["web-1"]))
    );
    assert_eq!(json["hosts"]["changed"]["db"]["groups"]["added"], Json::from(vec!["tag_env_prod"]));
    let run =
        workplace.run(cloud_inventory(), ["diff", "old.snapshot", "rules.yml", "--config", "rules.yml"]);
    assert_eq!(run.code, Some(2), "{run:#?}");
}

fn read(file: &Path) -> Snapshot {
    snapshot::read(file, &VOCABULARIES).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns all texts of a snapshot, and its whole numbers as texts, in order.
fn texts(snapshot: &Snapshot) -> Vec<String> {
    let mut texts = Vec::new();
    for saved in &snapshot.entries {
        texts.push(saved.entry.scope.to_string());
        match &saved.entry.content {
            Content::Plan(plan) => texts.extend(plan.scopes.iter().map(ToString::to_string)),
            Content::Facts(page) => page.facts.iter().for_each(|facts| {
                texts.push(facts.id.to_string());
                collect(&facts.record, &mut texts);
            }),
        }
    }
    texts
}

/// Collects all texts of a value, keys and values.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Text(text) => texts.push(text.to_string()),
        Value::List(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Map(map) => map.iter().for_each(|(key, value)| {
            collect(key, texts);
            collect(value, texts);
        }),
        Value::Int(number) => texts.push(number.to_string()),
        Value::BigInt(number) => texts.push(number.to_string()),
        _ => {}
    }
}
