//! Native configurations that are wrong, and machines that would become one host: told with places and names.
use std::collections::BTreeSet;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::simulator::aws;
use inventory_tests::stage::{Stage, hosts};
use serde_json::json;

/// Machines of two clouds, two of which have one name.
const TWINS: &str = "aws:\n  accounts: ['111111111111']\n  regions: [eu-west-1]\n  machines:\n    \
                     - {name: web, interfaces: [{addresses: [{private: 10.0.0.1}]}]}\n    \
                     - {name: db, interfaces: [{addresses: [{private: 10.0.0.2}]}]}\n\
                     gcp:\n  accounts: [shop]\n  regions: [us-central1]\n  machines:\n    \
                     - {name: web, interfaces: [{addresses: [{private: 10.0.0.3}]}]}\n";

#[test]
fn machines_of_one_name_are_told_apart_or_refused() {
    let config = |sources: [&str; 2], collisions: &str| {
        format!("sources:\n  - {}\n  - {}\n{collisions}", sources[0], sources[1])
    };
    const SOURCES: [&str; 2] = ["aws: {}", "gcp: {projects: [shop]}"];
    let stage = Stage::described(TWINS, &config(SOURCES, ""));
    let run = stage.run(&["--list"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
    let twin = aws::instance_id(0);
    for part in [
        "error: all.yml: machines with equal names would become one host\n",
        "`web` is the name of aws/",
        &format!("/eu-west-1/{twin} and of gcp/shop/us-central1/"),
        "choose other `names`, such as `names: [id]`, or set `collisions: qualify`",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    let mut seen = BTreeSet::new();
    for sources in [SOURCES, [SOURCES[1], SOURCES[0]]] {
        stage.configure(&config(sources, "collisions: qualify\n"));
        let inventory = stage.list(&[]);
        seen.insert(hosts(&inventory).keys().cloned().collect::<BTreeSet<_>>());
    }
    let names: Vec<_> = seen.iter().flatten().map(String::as_str).collect();
    assert_eq!(names, ["db", "web.aws.111111111111.eu-west-1", "web.gcp.shop.us-central1"]);
    for (sources, cloud) in [(SOURCES, "aws"), ([SOURCES[1], SOURCES[0]], "gcp")] {
        stage.configure(&config(sources, "collisions: first\n"));
        let run = stage.run(&["--list"]);
        let inventory = run.json();
        assert_eq!(hosts(&inventory).keys().collect::<Vec<_>>(), ["db", "web"]);
        assert_eq!(hosts(&inventory)["web"]["cloud_provider"], json!(cloud));
        assert!(run.stderr.contains("have the name of another host, and are left out"), "{}", run.stderr);
    }
}

#[test]
fn a_machine_never_becomes_one_with_a_host_of_a_plugin() {
    let stage = Stage::described(TWINS, "");
    stage.workplace.write(
        "b.aws_ec2.yml",
        "plugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\nfilters: {'tag:Name': web}\nhostnames: ['tag:Name']\n",
    );
    let (gcp, file) = ("gcp: {projects: [shop]}", "file: b.aws_ec2.yml");
    let twin = aws::instance_id(0);
    for sources in [[gcp, file], [file, gcp]] {
        let config =
            |collisions: &str| format!("sources:\n  - {}\n  - {}\n{collisions}", sources[0], sources[1]);
        stage.configure(&config(""));
        let run = stage.run(&["--list"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{sources:?}: {}", run.stderr);
        assert!(run.stderr.contains("`web` is the name of gcp/shop/us-central1/"), "{}", run.stderr);
        for part in [" and of a host of `b.aws_ec2.yml`\n", "= help: choose other `names`"] {
            assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
        }
        stage.configure(&config("collisions: qualify\n"));
        let inventory = stage.list(&[]);
        let hosts = hosts(&inventory);
        assert_eq!(hosts["web"]["instance_id"], json!(twin), "{sources:?}");
        assert_eq!(hosts["web.gcp.shop.us-central1"]["cloud_provider"], json!("gcp"), "{sources:?}");
        stage.configure(&config("collisions: first\n"));
        let run = stage.run(&["--list"]);
        assert_eq!(run.json()["_meta"]["hostvars"]["web"]["instance_id"], json!(twin), "{sources:?}");
        assert!(run.stderr.contains("have the name of another host, and are left out"), "{}", run.stderr);
    }
}

/// Files that are wrong, and where and how that is told.
const WRONG: [(&str, &[&str]); 47] = [
    (
        "sources:\n  - azure: {client_secret: planted}\n",
        &["all.yml:2:13", "secrets are never in a native config: set `AZURE_SECRET`"],
    ),
    ("sources:\n  - aws: {}\ncache: {ttl: 10}\n", &["all.yml:3:14", "write `10s` or `10m`"]),
    (
        "sources:\n  - aws: {}\nsources:\n  - gcp: {projects: [shop]}\n",
        &["all.yml:3:1", "`sources` is given twice, on lines 1 and 3", "it is given here already"],
    ),
    (
        "sources:\n  - {name: a, aws: {}}\n  - {name: a, gcp: {projects: [shop]}}\n",
        &["all.yml:3:12", "two sources are called `a`", "the first of them"],
    ),
    (
        "sources:\n  - aws:\n    regions: [eu-west-1]\n",
        &["all.yml:3:5", "`regions` is no key of a source", "it belongs below `aws:`", "two more spaces"],
    ),
    (
        "sources:\n  - aws: {}\n    compose: {a: b}\n",
        &["all.yml:3:5", "`compose` is no key of a source", "it counts for all sources"],
    ),
    ("sources:\n  - aws: {}\nhostnames: [name]\n", &["all.yml:3:1", "write `names`, a list of expressions"]),
    ("sources:\n  - aws: {}\nregions: [x]\n", &["all.yml:3:1", "it belongs to a source, below its cloud"]),
    ("sources:\n  - azure: {regions: [x]}\n", &["all.yml:2:13", "expected one of `subscriptions`"]),
    ("sources:\n  - aws:\n", &["all.yml:2:5", "write `aws: {}` for the defaults"]),
    ("sources: [aws]\n", &["all.yml:1:11", "write `aws: {}`"]),
    ("sources:\n  - gcp: {}\n", &["all.yml:2:10", "names no projects"]),
    ("sources:\n  - aws: {regions: eu-west-1}\n", &["all.yml:2:20", "write `regions: [eu-west-1]`"]),
    (
        "sources:\n  - aws: {}\ncache: 10m\nkeyed_groups: [tags.Env]\n",
        &["all.yml:3:8", "write `cache: {ttl: 10m}`"],
    ),
    (
        "plugin: aws_ec2\nsources:\n  - aws: {}\n",
        &["all.yml:1:9", "either `plugin: aws_ec2`", "this makes it a native one", "`- file: NAME`"],
    ),
    ("sources:\n  - aws: {regoins: [x]}\n", &["all.yml:2:11", "`regoins`", "did you mean `regions`?"]),
    ("sources:\n  - aws: {regions: 5}\n", &["all.yml:2:20"]),
    ("sources:\n  - azure: {subscriptions: some}\n", &["all.yml:2:28", "expected `all` or a list"]),
    ("sources:\n  - gcp: {folders: [x]}\n", &["all.yml:2:21", "`x` is not a number"]),
    ("sources:\n  - gcp: {projects: ['a*']}\n", &["all.yml:2:22", "chooses among no projects"]),
    ("sources: []\n", &["all.yml:1:10", "`sources` is empty"]),
    ("sources:\n  - aws: {}\n    gcp: {}\n", &["all.yml:2:5", "names several"]),
    ("sources:\n  - {}\n", &["all.yml:2:5", "names no cloud"]),
    ("sources:\n  - name: x\n", &["all.yml:2:5", "names no cloud"]),
    ("sources:\n  - aws: {}\nnames: ['a b']\n", &["all.yml:3:9", "`a b`"]),
    ("sources:\n  - aws: {}\nnames: ['tag:Name']\n", &["all.yml:3:9", "write `tags['Name']`"]),
    ("sources:\n  - aws: {}\nnames: ['tag:a-b']\n", &["all.yml:3:9", "write `tags['a-b']`"]),
    ("sources:\n  - aws: {}\nnames: [private-ip-address]\n", &["all.yml:3:9", "write `private_ips[0]`"]),
    ("sources:\n  - aws: {}\nshrink: true\n", &["all.yml:3:9", "none are", "write `cache: {ttl: 10m}` too"]),
    ("sources:\n  - aws: {}\ninclude: ['a b']\n", &["all.yml:3:11", "`a b`"]),
    ("sources:\n  - aws: {}\ninclude: [\"state = 'running'\"]\n", &["all.yml:3:11", "write `==` to compare"]),
    (
        "sources:\n  - aws: {}\ninclude: [\"instance_type == 'x'\"]\n",
        &["all.yml:3:11", "did you mean `type`?"],
    ),
    ("sources:\n  - aws: {}\nshrink: {share: 50%}\n", &["all.yml:3:", "expected a number"]),
    ("sources:\n  - aws: {}\ninclude: [tags]\n", &["all.yml:3:11", "write `'KEY' in tags`"]),
    (
        "sources:\n  - aws: {}\nexclude: [scale_group]\n",
        &["all.yml:3:11", "write `scale_group is not none`, or compare it"],
    ),
    (
        "sources:\n  - aws: {}\ninclude: ['public_ips[:1]']\n",
        &["all.yml:3:11", "`public_ips[:1]` is no condition"],
    ),
    (
        "sources:\n  - aws: {}\ninclude: [tags.env]\n",
        &[
            "all.yml:3:11",
            "`tags.env` is no condition",
            "write `tags.env is defined`",
            "`tags.env == 'VALUE'`",
        ],
    ),
    ("sources:\n  - aws: {}\n    exclude: ['a b']\n", &["all.yml:3:15", "`a b`"]),
    ("sources:\n  - aws: {}\nhostvars: [normalised]\n", &["all.yml:3:12", "did you mean `normalized`?"]),
    ("sources:\n  - aws: {}\naddress: [public_v4]\n", &["all.yml:3:11", "`public_v4`"]),
    ("sources:\n  - aws: {}\naddress: [{private_ip_in: [10.0.0.0/40]}]\n", &["all.yml:3:28", "10.0.0.0/40"]),
    ("sources:\n  - aws: {}\ncollisions: rename\n", &["all.yml:3:13", "`rename`"]),
    ("sources:\n  - aws: {}\ncache: {ttl: soon}\n", &["all.yml:3:14", "`soon`"]),
    (
        "sources:\n  - aws: {}\non_error: stale\n",
        &["all.yml:3:11", "`on_error: stale` needs facts that are kept"],
    ),
    (
        "sources:\n  - aws: {}\n    on_error: stale\n",
        &["all.yml:3:15", "`on_error: stale` needs facts that are kept", "cache: {stale: 1d}"],
    ),
    ("sources:\n  - aws: {}\nshrink: {share: 2}\n", &["all.yml:3:", "from 0 to 1"]),
    ("sources:\n  - file: none.aws_ec2.yml\n", &["all.yml:2:11", "none.aws_ec2.yml"]),
];

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let stage = Stage::described(TWINS, "");
    let mut others = Vec::new();
    for (config, parts) in WRONG {
        stage.configure(config);
        for arguments in [["all.yml", "--list"], ["check", "all.yml"]] {
            let run = stage.workplace.run(cloud_inventory(), arguments);
            let is_told = parts.iter().all(|part| run.stderr.contains(part));
            if run.code != Some(3) || !run.stdout.is_empty() || !is_told {
                others.push(format!("{config}{parts:?}: {run:#?}"));
            }
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
    assert_eq!(stage.requests(), 0, "no cloud is asked by a wrong configuration");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let stage = Stage::described(TWINS, "");
    stage.configure(
        "sources:\n  - aws: {roles: [x]}\n  - gcp: {folders: [x]}\n    include: ['a b']\nexclude: ['c d']\n",
    );
    let run = stage.run(&["--list"]);
    assert_eq!(run.code, Some(3));
    for place in ["all.yml:2:", "all.yml:3:", "all.yml:4:", "all.yml:5:"] {
        assert!(run.stderr.contains(place), "{place}: {}", run.stderr);
    }
    stage.configure("sources:\n  - aws: {}\n  - gcp: {projects: [shop]}\non_error: stale\n");
    let run = stage.run(&["--list"]);
    assert_eq!(run.stderr.matches("`on_error: stale` needs facts").count(), 1, "{}", run.stderr);
}
