//! `ec2.ini` of the inventory script `ec2.py`: Ansible must see the same inventory through this program as through the
//! script.

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use inventory_tests::ansible::{Reader, ansible_inventory};
use inventory_tests::binary::cloud_inventory;
use inventory_tests::compare::Inventory;
use inventory_tests::python::Environment;
use inventory_tests::stage::{Stage, hosts, members};
use inventory_tests::workplace::{Run, Workplace};
use inventory_tests::{ec2_script, fleet};

/// What moto answers although boto asks for a version of the API that does not have it; AWS does not.
const NEWER: [&str; 7] = [
    "ec2_hibernationOptions",
    "ec2_httpEndpoint",
    "ec2_httpProtocolIpv6",
    "ec2_httpPutResponseHopLimit",
    "ec2_httpTokens",
    "ec2_instanceMetadataTags",
    "ec2_metadataOptions",
];

/// What all files say: ElastiCache is none of this program's, and the script's cache is not looked into.
const COMMON: &str = "[ec2]\nelasticache = False\ncache_path = kept\ncache_max_age = 0\n";

const PRIVATE: &str = "vpc_destination_variable = private_ip_address\n";

/// The files, without what all say: a name, what it says, and whether private addresses are hosts.
const FILES: [(&str, &str, bool); 19] = [
    ("public addresses", "regions = us-east-1,eu-west-1", false),
    (
        "nested groups",
        "regions = us-east-1,ap-south-1\nnested_groups = True\ngroup_by_aws_account = 1\ngroup_by_instance_state = on",
        true,
    ),
    ("zones without regions", "regions = us-east-1\nnested_groups = yes\ngroup_by_region = no", true),
    ("all states", "regions = us-east-1\nall_instances = True\nhostname_variable = tag_Name", true),
    ("some states", "regions = us-east-1\ninstance_states = stopped, terminated,running", true),
    (
        "dashes",
        "regions = us-east-1\nreplace_dash_in_groups = False\nhostname_variable = private_dns_name",
        true,
    ),
    (
        "tags with commas",
        "regions = us-east-1,ap-south-1\nexpand_csv_tags = True\nnested_groups = True\nhostname_variable = id",
        true,
    ),
    (
        "a tag as address",
        "regions = us-east-1\nvpc_destination_variable = Name\nhostname_variable = private_dns_name",
        false,
    ),
    (
        "a format",
        "regions = us-east-1\ndestination_format = {0}.{1}-{2}-{3}-{4}.example.com\ndestination_format_tags = Name,Environment,region,ami_launch_index,key_name",
        false,
    ),
    (
        "one filter or the other",
        "regions = us-east-1,eu-west-1\ninstance_filters = tag:Role=web,tag:Environment=prod",
        true,
    ),
    (
        "filters that must all match",
        "regions = us-east-1\ninstance_filters = tag:Role=web&tag:Environment=prod,instance-type=m5.large",
        true,
    ),
    (
        "stacked filters",
        "regions = us-east-1\nstack_filters = True\ninstance_filters = tag:Role=web, tag:Environment=prod",
        true,
    ),
    ("filters with wildcards", "regions = us-east-1\ninstance_filters = tag:Name=web-*", true),
    ("a filter that is none", "regions = eu-west-1\ninstance_filters = nothing", true),
    (
        "a filter on states",
        "regions = us-east-1\nall_instances = True\ninstance_filters = instance-state-name=stopped",
        true,
    ),
    (
        "patterns",
        "regions = us-east-1,eu-west-1\nhostname_variable = tag_Name\npattern_include = (web|eu|db)\npattern_exclude = .*[23]$",
        true,
    ),
    (
        "Route 53",
        "regions = us-east-1\nroute53 = True\nroute53_hostnames = b1.example.com\nroute53_excluded_zones = internal.test",
        true,
    ),
    (
        "no groups",
        "regions = us-east-1\ngroup_by_instance_id = False\ngroup_by_region = False\ngroup_by_availability_zone = False\ngroup_by_ami_id = False\ngroup_by_instance_type = False\ngroup_by_platform = False\ngroup_by_key_pair = False\ngroup_by_vpc_id = False\ngroup_by_security_group = False\ngroup_by_tag_keys = False\ngroup_by_tag_none = False",
        true,
    ),
    (
        "references",
        "regions = auto\niam_role = arn:aws:iam::123456789012:role/x\npattern_include = %(Start)s\n  \n[DEFAULT]\nstart = 10\\.20%%?",
        true,
    ),
];

/// Tells whether the only difference is that ours marks a text, which Ansible would evaluate otherwise.
fn is_marked(line: &str) -> bool {
    let marked = line.split_once(", ours ").and_then(|(theirs, ours)| {
        let text = ours.strip_prefix(r#"{"__ansible_unsafe":"#)?.strip_suffix('}')?;
        Some(theirs.ends_with(text))
    });
    marked == Some(true)
}

/// Runs both on a file, and returns what differs.
fn differences(text: &str) -> Result<Vec<String>, String> {
    let mut workplace = Workplace::with_aws(fleet::endpoint());
    workplace.set("AWS_REGION", "eu-west-1");
    let file = workplace.write("ec2.ini", text);
    let script = ec2_script::write(&mut workplace, fleet::endpoint(), &file);
    let ours = workplace.write_script("ours.sh", cloud_inventory(), &[file], &[]);
    let read = |script: &PathBuf| {
        let run = ansible_inventory(&workplace, Environment::current(), Reader::Script, script, &["--list"]);
        if run.succeeded() { Ok(Inventory::read(&run.json())) } else { Err(run.stderr) }
    };
    let (theirs, ours) = (read(&script)?, read(&ours)?);
    if theirs.host_count() == 0 {
        return Err("the script finds no host".to_owned());
    }
    let is_newer = |line: &String| NEWER.iter().any(|name| line.contains(&format!(".{name}: ours lacks it")));
    let mut lines = theirs.differences(&ours);
    lines.retain(|line| !is_newer(line) && !is_marked(line));
    Ok(lines)
}

#[test]
fn ansible_sees_what_the_script_gives() {
    fleet::endpoint();
    let queue = Mutex::new(VecDeque::from(FILES));
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panics").pop_front();
                    let Some((name, keys, is_private)) = next else { break };
                    let text = format!("{COMMON}{}{keys}\n", if is_private { PRIVATE } else { "" });
                    let failure = match differences(&text) {
                        Ok(lines) if lines.is_empty() => continue,
                        Ok(lines) => lines.join("\n    "),
                        Err(reason) => reason,
                    };
                    failures.lock().expect("no worker panics").push(format!("{name}: {failure}"));
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no worker panics");
    assert!(failures.is_empty(), "{} files failed:\n{}", failures.len(), failures.join("\n"));
}

/// A stage whose files are this one.
fn stage(text: &str) -> (Stage, PathBuf) {
    let stage = Stage::demo("sources: []\n");
    let file = stage.workplace.write("ec2.ini", text);
    (stage, file)
}

fn run(stage: &Stage, arguments: &[&str]) -> Run {
    Run::of(stage.workplace.command(cloud_inventory()).args(arguments))
}

#[test]
fn all_regions_are_asked_but_those_that_are_excluded() {
    let (stage, _) = stage("[ec2]\nvpc_destination_variable = private_ip_address\ncache_max_age = 0\n");
    let all = run(&stage, &["ec2.ini", "--list"]).json();
    assert_eq!(members(&all, "ec2").len(), hosts(&all).len());
    let (mine, others) = (members(&all, "us-east-1"), members(&all, "eu-west-1"));
    assert!(!mine.is_empty() && !others.is_empty(), "{all:#}");
    let text =
        "[ec2]\nvpc_destination_variable = private_ip_address\nregions_exclude = us-gov-west-1, us-east-1\n";
    stage.workplace.write("ec2.ini", text);
    let some = run(&stage, &["ec2.ini", "--list"]).json();
    assert_eq!((members(&some, "eu-west-1"), some.get("us-east-1")), (others, None));
}

#[test]
fn a_region_that_fails_fails_the_run() {
    let (stage, _) = stage("[ec2]\nregions = us-east-1,eu-west-1\ncache_max_age = 0\n");
    stage.fault("aws:DescribeInstances@111111111111/eu-west-1:always:denied");
    let failed = run(&stage, &["ec2.ini", "--list"]);
    assert_eq!((failed.code, failed.stdout.len()), (Some(1), 0), "{}", failed.stderr);
    assert!(failed.stderr.contains("eu-west-1"), "{}", failed.stderr);
}

#[test]
fn facts_are_kept_as_long_as_the_file_says() {
    let (stage, _) = stage("[ec2]\nregions = us-east-1\ncache_path = kept\n");
    let first = run(&stage, &["ec2.ini", "--list"]).json();
    let asked = stage.requests();
    assert_eq!(run(&stage, &["ec2.ini", "--list"]).json(), first);
    assert_eq!(stage.requests(), asked, "kept for 300 seconds");
    assert!(stage.workplace.path("kept/cloud-inventory").is_dir());
    // A changed rule works at once, on the kept facts.
    stage.workplace.write("ec2.ini", "[ec2]\nregions = us-east-1\ncache_path = kept\ngroup_by_region = no\n");
    assert_eq!(run(&stage, &["ec2.ini", "--list"]).json().get("us-east-1"), None);
    assert_eq!(stage.requests(), asked);
    run(&stage, &["ec2.ini", "--list", "--refresh"]).json();
    assert!(stage.requests() > asked);
}

#[test]
fn a_native_file_names_it_and_ansible_runs_it() {
    let text = format!(
        "#!/usr/bin/env -S {}\n[ec2]\nregions = us-east-1\nvpc_destination_variable = private_ip_address\ncache_max_age = 0\n",
        cloud_inventory().display()
    );
    let (stage, _) = stage(&text);
    let alone = run(&stage, &["ec2.ini", "--list"]).json();
    stage.workplace.write("all.yml", "plugin: cloud_inventory\nsources:\n  - file: ec2.ini\n");
    assert_eq!(run(&stage, &["all.yml", "--list"]).json(), alone);
    let program = stage.workplace.write_program("run.ini", &text);
    let seen =
        ansible_inventory(&stage.workplace, Environment::current(), Reader::Default, &program, &["--list"]);
    assert_eq!(Inventory::read(&seen.json()).host_count(), hosts(&alone).len());
}

#[test]
fn check_tells_mistakes_without_a_cloud() {
    let workplace = Workplace::new();
    let check = |text: &str| {
        workplace.write("ec2.ini", text);
        workplace.run(cloud_inventory(), ["check", "ec2.ini"])
    };
    let shipped = check(
        "# as it came with the script\n[ec2]\nregions = all\nregions_exclude = us-gov-west-1, cn-north-1\nrds = False\n[credentials]\n",
    );
    assert!(shipped.succeeded(), "{shipped:#?}");
    let verbose = workplace.run(cloud_inventory(), ["check", "ec2.ini", "-v"]);
    assert!(verbose.stderr.contains("ElastiCache are not listed"), "{verbose:#?}");
    let unknown = check("[ec2]\nregoin = all\n");
    assert!(unknown.succeeded() && unknown.stderr.contains("did you mean `regions`?"), "{unknown:#?}");
    let refused = check("[ec2]\nregions = all\nrds = True\n");
    assert_eq!(refused.code, Some(3), "{refused:#?}");
    for part in ["ec2.ini:3:7", "`rds` asks for instances of RDS", "write `rds = False`"] {
        assert!(refused.stderr.contains(part), "{refused:#?}");
    }
    for (text, expected) in [
        ("[gce]\nlibcloud_secrets =\n", "has no section `[ec2]`"),
        ("[web]\nhost1\n", "is a list of hosts for Ansible"),
    ] {
        let other = check(text);
        assert!(!other.succeeded() && other.stderr.contains(expected), "{other:#?}");
    }
}

#[test]
fn credentials_of_the_file_are_used_and_never_shown() {
    let mut workplace = Workplace::with_aws(fleet::endpoint());
    workplace.unset("AWS_ACCESS_KEY_ID");
    workplace.unset("AWS_SECRET_ACCESS_KEY");
    let keys = "aws_access_key_id = AKIAPLANTED\naws_secret_access_key = planted-secret\naws_security_token = planted-token\n";
    let text = format!("[ec2]\nregions = eu-west-1\ncache_path = kept\n[credentials]\n{keys}");
    for (text, succeeds) in [
        (text.clone(), true),
        (format!("{text}odd = 1\n  %planted-secret\n"), true),
        (format!("{text}no line\n"), false),
    ] {
        workplace.write("ec2.ini", &text);
        let run = workplace.run(cloud_inventory(), ["ec2.ini", "--list", "-vv"]);
        assert_eq!(run.succeeded(), succeeds, "{run:#?}");
        for secret in ["planted-secret", "planted-token"] {
            assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{run:#?}");
        }
    }
    let kept = fs::read_dir(workplace.path("kept/cloud-inventory")).expect("facts are kept");
    for file in kept.map(|file| file.expect("a file").path()).filter(|file| file.is_file()) {
        let bytes = fs::read(&file).expect("the file");
        assert!(!String::from_utf8_lossy(&bytes).contains("planted-"), "{}", file.display());
    }
}
