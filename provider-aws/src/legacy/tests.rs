//! What the script does in each case was seen: ansible 2.9.27's `contrib/inventory/ec2.py` with boto 2.49.0 on moto.

use std::sync::Arc;

use inventory_core::config::environment::Environment;
use inventory_core::diagnostic::{Diagnostic, Source};
use inventory_core::discovery::{Facts, NamedHost};
use inventory_core::ini;
use inventory_core::value::{Text, Value};
use serde_json::json;

use super::settings::{Settings, read};
use super::{build, keys};
use crate::connection::Identity;
use crate::facts::INSTANCE;
use crate::route53;
use crate::sweep::{Filter, Sweep};
use crate::testing::value;

type Read = Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>>;

fn read_with(text: &str, variables: &[(&str, &str)]) -> Read {
    let document = ini::read(&Arc::new(Source::new("ec2.ini", text))).unwrap();
    read(&document, &Environment::new(variables.iter().copied(), "/work"))
}

fn settings(keys: &str) -> Settings {
    read_with(&format!("[ec2]\n{keys}"), &[]).unwrap().0
}

/// Returns errors, or else warnings, with their help.
fn told(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let told = read_with(text, variables).map_or_else(|errors| errors, |(_, warnings)| warnings);
    told.iter().map(|one| [vec![one.to_string()], one.help.clone()].concat().join(" / ")).collect()
}

#[test]
fn mistakes_are_told_with_their_place_and_what_to_do() {
    let rows: [(&str, &str); 17] = [
        (
            "regoins = all",
            "ec2.ini:2:1: warning: the key `regoins` is not known in `[ec2]`: ignored / did you mean `regions`?",
        ),
        (
            "rds = True",
            "ec2.ini:2:7: error: `rds` asks for instances of RDS, which this program does not list: expected `False` / write `rds = False`, and keep the script for them as a source of its own",
        ),
        (
            "elasticache = True",
            "ec2.ini:2:15: error: `elasticache` asks for clusters and nodes of ElastiCache, which this program does not list: expected `False` / write `elasticache = False`, and keep the script for them as a source of its own",
        ),
        (
            "include_rds_clusters: yes",
            "ec2.ini:2:23: error: `include_rds_clusters` asks for clusters of RDS, which this program does not list: expected `False` / write `include_rds_clusters = False`, and keep the script for them as a source of its own",
        ),
        (
            "eucalyptus = True",
            "ec2.ini:2:14: error: this program does not ask Eucalyptus, only AWS: expected no key of Eucalyptus / remove both keys of Eucalyptus",
        ),
        (
            "group_by_region = maybe",
            "ec2.ini:2:19: error: `group_by_region` is not a boolean: expected `True` or `False`",
        ),
        (
            "group_by_rds_engine = maybe",
            "ec2.ini:2:23: error: `group_by_rds_engine` is not a boolean: expected `True` or `False`",
        ),
        (
            "cache_max_age = 5m",
            "ec2.ini:2:17: error: `cache_max_age` is not a whole number: expected a number such as `300`",
        ),
        ("pattern_include = *web", "ec2.ini:2:19: error: `pattern_include` is no regular expression: "),
        (
            "destination_format = {1}\ndestination_format_tags = Name",
            "ec2.ini:2:22: error: `destination_format` cannot be filled in: the format has no value for the field 1: expected a format such as `{0}.{1}`, with a field for each of `destination_format_tags` at most",
        ),
        (
            "destination_format = {0}",
            "ec2.ini:2:22: warning: one of `destination_format` and `destination_format_tags` does nothing: ignored / write both, or none",
        ),
        (
            "hostname_variable = tag:Name",
            "ec2.ini:2:21: error: `hostname_variable` names no variable of an instance: `tag:Name`: expected an attribute of boto such as `private_dns_name`, or `tag_` and a key / did you mean `tag_Name`?",
        ),
        (
            "hostname_variable = private_dns",
            "ec2.ini:2:21: error: `hostname_variable` names no variable of an instance: `private_dns`: expected an attribute of boto such as `private_dns_name`, or `tag_` and a key / did you mean `private_dns_name`?",
        ),
        (
            "instance_states = runing, stopped",
            "ec2.ini:2:19: warning: `runing` in `instance_states` is no state of an instance: ignored / did you mean `running`?",
        ),
        (
            "instance_states = runing",
            "ec2.ini:2:19: error: `instance_states` names no state: no instance could be a host: expected some of pending, running, shutting-down, terminated, stopping, stopped",
        ),
        (
            "regions = auto",
            "ec2.ini:2:11: error: `regions` names no region: expected `all`, `auto` or names of regions / with `auto`, AWS_REGION or AWS_DEFAULT_REGION in the environment names it",
        ),
        (
            "instance_filters = tag:a=b&web",
            "ec2.ini:2:20: warning: `web` in `instance_filters` is no filter: it limits nothing: expected `name=value`, such as `tag:env=staging`",
        ),
    ];
    for (keys, expected) in rows {
        let told = told(&format!("[ec2]\n{keys}\n"), &[]);
        assert!(told.len() == 1 && told[0].starts_with(expected), "{keys}: {told:#?}");
    }
    assert_eq!(told("[ec2]\n[credential]\n[credentials]\nkey = 1\n", &[]).len(), 2);
    let stacked = told("[ec2]\nstack_filters = 1\ninstance_filters = a=b&c=d\n", &[]);
    assert!(
        stacked[0].contains("`&` in `instance_filters` cannot be used with `stack_filters`"),
        "{stacked:?}"
    );
    let half = told("[ec2]\n[credentials]\naws_access_key_id = AKID\n", &[]);
    assert!(half[0].contains("`aws_secret_access_key` is missing") && !half[0].contains("AKID"), "{half:?}");
}

#[test]
fn a_file_that_says_nothing_is_that_of_the_script() {
    let all: String = keys::DEFAULTS
        .iter()
        .filter(|(key, _)| !key.starts_with("aws_") && *key != "elasticache" && *key != "cache_path")
        .map(|(key, text)| format!("{key} = {text}\n"))
        .collect();
    let (explicit, warnings) = read_with(&format!("[ec2]\n{all}"), &[]).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    let silent = settings("");
    assert_eq!(format!("{explicit:?}"), format!("{silent:?}"));
    assert_eq!((silent.policy.ttl.as_secs(), silent.policy.is_kept), (300, true));
    assert_eq!((silent.regions.len(), silent.directory), (0, None));
    assert_eq!(silent.excluded_regions, "us-gov-west-1, cn-north-1");
}

#[test]
fn the_cache_is_where_the_file_says() {
    let (settings, _) =
        read_with("[ec2]\ncache_path = ~/kept\ncache_max_age = 0\n", &[("HOME", "/home/me")]).unwrap();
    assert_eq!(settings.directory, Some("/home/me/kept/cloud-inventory".into()));
    assert!(!settings.policy.is_kept);
}

#[test]
fn regions_are_listed_or_of_the_environment() {
    let both = [("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "us-west-2")];
    let rows: [(&str, &[(&str, &str)], &[&str]); 4] = [
        ("us-east-1, eu-west-1,,us-east-1", &[], &["us-east-1", "eu-west-1"]),
        ("auto", &both, &["eu-west-1"]),
        ("us-east-1,auto", &both[1..], &["us-west-2"]),
        ("all", &both, &[]),
    ];
    for (regions, variables, expected) in rows {
        let (settings, _) = read_with(&format!("[ec2]\nregions = {regions}\n"), variables).unwrap();
        assert_eq!(settings.regions, expected, "{regions}");
    }
}

#[test]
fn credentials_are_taken_in_the_order_of_the_script() {
    let file = "[ec2]\nboto_profile = filed\n[credentials]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n";
    let keys = file.replace("filed", "");
    let profile = |name: &str| Identity::Profile(name.to_owned());
    let rows: [(&str, &[(&str, &str)], Identity); 6] = [
        (file, &[("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_PROFILE", "named")], Identity::Default),
        (file, &[("AWS_PROFILE", "named")], profile("named")),
        (file, &[("AWS_PROFILE", "")], profile("filed")),
        (&keys, &[("AWS_ACCESS_KEY_ID", "AKIDENV")], Identity::Default),
        (&keys, &[("AWS_PROFILE", "named")], profile("named")),
        ("[ec2]\n", &[], Identity::Default),
    ];
    for (text, variables, expected) in rows {
        assert_eq!(read_with(text, variables).unwrap().0.connection.identity, expected, "{variables:?}");
    }
    let (settings, _) = read_with(&format!("{keys}aws_security_token = planted\n"), &[]).unwrap();
    assert_eq!(settings.connection.access_key(), Some("AKIDFILE"));
    assert!(matches!(&settings.connection.identity, Identity::Keys { session_token: Some(_), .. }));
    assert!(!format!("{settings:?}").contains("planted"));
}

fn sweep(filters: &[(&str, &str)], states: &[&str]) -> Sweep {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let mut filters: Vec<_> = filters
        .iter()
        .map(|(name, value)| Filter { name: (*name).to_owned(), values: owned(&[value]) })
        .collect();
    if !states.is_empty() {
        filters.push(Filter { name: "instance-state-name".to_owned(), values: owned(states) });
    }
    Sweep::new(filters)
}

#[test]
fn filters_become_searches() {
    let running = &["running"][..];
    let rows: [(&str, Vec<Sweep>); 7] = [
        ("", vec![sweep(&[], running)]),
        ("instance_states = stopped,pending", vec![sweep(&[], &["stopped", "pending"])]),
        ("instance_filters =", vec![sweep(&[], running)]),
        (
            "instance_filters = tag:a=b&tag:c=d=e , instance-type=m5.large",
            vec![
                sweep(&[("tag:a", "b"), ("tag:c", "d=e")], running),
                sweep(&[("instance-type", "m5.large")], running),
            ],
        ),
        (
            "stack_filters = yes\ninstance_filters = tag:a=b,tag:c=d,tag:a=e",
            vec![sweep(&[("tag:a", "e"), ("tag:c", "d")], running)],
        ),
        (
            "instance_filters = instance-state-name=stopped",
            vec![sweep(&[("instance-state-name", "stopped")], &[])],
        ),
        ("instance_filters = web", vec![sweep(&[], running)]),
    ];
    for (keys, expected) in rows {
        assert_eq!(settings(keys).query.include, expected, "{keys}");
    }
    let variable = [("EC2_INSTANCE_FILTERS", "tag:x=y")];
    let (settings, _) = read_with("[ec2]\ninstance_filters = tag:a=b\n", &variable).unwrap();
    assert_eq!(settings.query.include, [sweep(&[("tag:x", "y")], running)]);
}

fn instance(id: &str, more: serde_json::Value) -> Facts {
    let mut record = json!({
        "instance_id": id, "image_id": "ami-1", "state": {"code": 16, "name": "running"}, "instance_type": "t3.micro",
        "placement": {"availability_zone": "eu-west-1a", "region": "eu-west-1"}, "owner_id": "123456789012",
        "public_dns_name": "", "private_ip_address": "10.0.0.1", "subnet_id": "subnet-1", "vpc_id": "vpc-1",
        "launch_time": {"$time": 1_000_000_000}, "ami_launch_index": 0, "source_dest_check": true,
        "monitoring": {"state": "disabled"}, "state_transition_reason": "", "tags": {},
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Facts { kind: INSTANCE, id: Text::from(id), record: value(record) }
}

fn hosts(keys: &str, facts: &[Facts]) -> (Vec<NamedHost>, Vec<String>) {
    let (hosts, notes) = build::hosts(&settings(keys), facts).unwrap();
    (hosts, notes.iter().map(ToString::to_string).collect())
}

fn names(hosts: &[NamedHost]) -> Vec<&str> {
    hosts.iter().map(|host| host.name.as_str()).collect()
}

#[test]
fn names_and_addresses_are_those_of_the_script() {
    let public = instance(
        "i-1",
        json!({"public_ip_address": "1.2.3.4", "tags": {"Name": "Web.One-1", "Where": "here"}}),
    );
    let classic =
        json!({"public_dns_name": "a.example.com", "private_dns_name": "in.internal", "tags": {"Name": ""}});
    let mut classic = instance("i-2", classic);
    if let Value::Map(map) = &mut classic.record {
        Arc::make_mut(map).remove(&Value::from("subnet_id"));
    }
    let private = instance("i-3", json!({}));
    let facts = [public, classic, private];
    let rows: [(&str, &[&str]); 10] = [
        ("", &["1.2.3.4", "a.example.com"]),
        (
            "vpc_destination_variable = private_ip_address\ndestination_variable = private_dns_name",
            &["10.0.0.1", "in.internal"],
        ),
        ("vpc_destination_variable = Where", &["here", "a.example.com"]),
        ("hostname_variable = tag_Name", &["web_one_1", "a.example.com"]),
        ("hostname_variable = tag_Name\nreplace_dash_in_groups = False", &["web_one-1", "a.example.com"]),
        ("hostname_variable = id", &["i_1", "i_2"]),
        ("hostname_variable = instanceLifecycle", &["1.2.3.4", "a.example.com"]),
        ("pattern_include = [a-z]", &["a.example.com"]),
        ("pattern_exclude = .*example", &["1.2.3.4"]),
        (
            "destination_format = {0}-{1}-{2}-{3}-{4}\ndestination_format_tags = Where,region,key_name,none,id",
            &[
                "here-RegionInfo:eu-west-1-None-nil-i-1",
                "nil-RegionInfo:eu-west-1-None-nil-i-2",
                "nil-RegionInfo:eu-west-1-None-nil-i-3",
            ],
        ),
    ];
    for (keys, expected) in rows {
        assert_eq!(names(&hosts(keys, &facts).0), expected, "{keys}");
    }
    let (_, notes) = hosts("", &facts);
    assert_eq!(
        notes,
        [
            "1 machines have no address (`destination_variable`, `vpc_destination_variable`) and are left out: i-3"
        ]
    );
}

#[test]
fn instances_of_one_name_are_one_host_and_are_told() {
    let first = instance("i-1", json!({"tags": {"Name": "twin", "Only": "1"}}));
    let second = instance("i-2", json!({"tags": {"Name": "twin"}}));
    let keys = "vpc_destination_variable = private_ip_address\nhostname_variable = tag_Name";
    let (hosts, notes) = hosts(keys, &[first.clone(), second, first]);
    assert_eq!(names(&hosts), ["twin"]);
    assert_eq!(notes, ["2 instances are called `twin` and become one host: i-1, i-2"]);
    assert_eq!(hosts[0].variables.get("ec2_id"), Some(&Value::from("i-2")), "the last one's");
    assert_eq!(hosts[0].variables.get("ec2_tag_Only"), None);
    let has = |group: &str| hosts[0].groups.iter().any(|name| name == group);
    assert!(has("i-1") && has("i-2") && has("tag_Only_1"));
}

#[test]
fn names_of_route53_are_names_and_groups() {
    let dns = |address: &str, name: &str| Facts {
        kind: route53::KIND,
        id: Text::from(address),
        record: name.into(),
    };
    let facts = [
        instance("i-1", json!({"private_dns_name": "one.internal"})),
        instance("i-2", json!({"private_ip_address": "10.0.0.2", "tags": {"Name": "Two.example.com"}})),
        dns("10.0.0.1", "all.example.com"),
        dns("10.0.0.2", "all.example.com"),
        dns("one.internal", "One.example.com"),
        dns("one.internal.", "dotted.example.com"),
        dns("10.0.0.2", "two.internal.test"),
    ];
    let keys = "vpc_destination_variable = private_ip_address\nhostname_variable = tag_Name\n";
    let (named, _) = hosts(&format!("{keys}route53 = True\nroute53_hostnames = .example.com\n"), &facts);
    assert_eq!(
        names(&named),
        ["one.example.com", "all.example.com"],
        "the name that is of one machine counts first"
    );
    let groups =
        |host: &NamedHost| host.groups.iter().filter(|name| name.contains('.')).cloned().collect::<Vec<_>>();
    assert_eq!(groups(&named[0]), ["One.example.com", "all.example.com"]);
    assert_eq!(groups(&named[1]), ["two.internal.test", "all.example.com"]);
    let (unnamed, _) = hosts(&format!("{keys}route53 = True\n"), &facts);
    assert_eq!(names(&unnamed), ["10.0.0.1", "two_example_com"]);
    let (silent, _) = hosts(keys, &facts);
    assert!(silent.iter().all(|host| groups(host).is_empty()));
}

#[test]
fn groups_are_nested_where_the_file_says_so() {
    let facts = instance(
        "i-1",
        json!({
            "placement": {"availability_zone": "us-west-2-lax-1a"}, "key_name": "ops key", "platform": "windows",
            "security_groups": [{"group_id": "sg-1", "group_name": "web-sg"}], "tags": {"Role": "a, b,", "Empty": ""},
        }),
    );
    let keys = "vpc_destination_variable = private_ip_address\nexpand_csv_tags = True\ngroup_by_aws_account = True\n\
                group_by_instance_state = True\n";
    let (flat, _) = hosts(keys, std::slice::from_ref(&facts));
    assert_eq!(
        flat[0].groups,
        [
            "i-1",
            "us-west-2",
            "us-west-2-lax-1a",
            "ami_1",
            "type_t3_micro",
            "instance_state_running",
            "platform_windows",
            "key_ops_key",
            "vpc_id_vpc_1",
            "security_group_web_sg",
            "123456789012",
            "tag_Role_a",
            "tag_Role_b",
            "tag_Role",
            "tag_Empty",
            "ec2",
        ]
    );
    assert!(flat[0].relations.is_empty());
    assert_eq!(flat[0].variables.get("ec2_tag_Role"), Some(&Value::list(["a", "b", ""].map(Value::from))));
    let (nested, _) = hosts(&format!("{keys}nested_groups = True\n"), &[facts]);
    assert_eq!(nested[0].groups, flat[0].groups);
    let relations: Vec<_> =
        nested[0].relations.iter().map(|(parent, child)| format!("{parent}>{child}")).collect();
    for expected in [
        "instances>i-1",
        "regions>us-west-2",
        "us-west-2>us-west-2-lax-1a",
        "tags>tag_Role",
        "tag_Role>tag_Role_b",
        "tags>tag_Empty",
        "accounts>123456789012",
    ] {
        assert!(relations.iter().any(|relation| relation == expected), "{expected}: {relations:?}");
    }
    assert!(!relations.iter().any(|relation| relation == "tag_Role>tag_Role"));
    let bare = instance("i-2", json!({"tags": {}}));
    let (bare, _) = hosts("vpc_destination_variable = private_ip_address\ngroup_by_tag_keys = no\n", &[bare]);
    assert!(bare[0].groups.iter().any(|name| name == "tag_none"));
}

#[test]
fn variables_have_the_types_of_the_script() {
    let facts = instance(
        "i-1",
        json!({
            "tags": {"a-b": " x "}, "key_name": " padded ", "ebs_optimized": true, "monitoring": {"state": "enabled"},
            "block_device_mappings": [{"device_name": "/dev/sda1", "ebs": {"volume_id": "vol-1"}}],
            "security_groups": [{"group_id": "sg-1", "group_name": "b"}, {"group_id": "sg-2", "group_name": "a"}],
            "iam_instance_profile": {"arn": "x"}, "metadata_options": {"http_tokens": "required"},
        }),
    );
    let (hosts, _) = hosts("vpc_destination_variable = private_ip_address", &[facts]);
    let found = serde_json::to_value(
        hosts[0]
            .variables
            .iter()
            .map(|(key, value)| (key.to_string(), crate::testing::json(value)))
            .collect::<serde_json::Map<_, _>>(),
    )
    .unwrap();
    assert_eq!(
        found,
        serde_json::from_str::<serde_json::Value>(
            r#"{
            "ansible_host": "10.0.0.1", "ec2__in_monitoring_element": false, "ec2_account_id": "123456789012",
            "ec2_ami_launch_index": "0", "ec2_architecture": "", "ec2_block_devices": {"sda1": "vol-1"},
            "ec2_client_token": "", "ec2_dns_name": "", "ec2_ebs_optimized": true, "ec2_eventsSet": "",
            "ec2_group_name": "", "ec2_hypervisor": "", "ec2_id": "i-1", "ec2_image_id": "ami-1",
            "ec2_instance_type": "t3.micro", "ec2_ip_address": "", "ec2_item": "", "ec2_kernel": "",
            "ec2_key_name": "padded", "ec2_launch_time": "2001-09-09T01:46:40.000Z", "ec2_monitored": true,
            "ec2_monitoring": "", "ec2_monitoring_state": "enabled", "ec2_persistent": false,
            "ec2_placement": "eu-west-1a", "ec2_platform": "", "ec2_previous_state": "", "ec2_previous_state_code": 0,
            "ec2_private_dns_name": "", "ec2_private_ip_address": "10.0.0.1", "ec2_public_dns_name": "",
            "ec2_ramdisk": "", "ec2_reason": "", "ec2_region": "eu-west-1", "ec2_requester_id": "",
            "ec2_root_device_name": "", "ec2_root_device_type": "", "ec2_security_group_ids": "sg-1,sg-2",
            "ec2_security_group_names": "b,a", "ec2_sourceDestCheck": "true", "ec2_spot_instance_request_id": "",
            "ec2_state": "running", "ec2_state_code": 16, "ec2_state_reason": "", "ec2_subnet_id": "subnet-1",
            "ec2_tag_a_b": " x ", "ec2_virtualization_type": "", "ec2_vpc_id": "vpc-1"
        }"#
        )
        .unwrap()
    );
}

#[test]
fn only_instances_in_the_states_of_the_file_are_hosts() {
    let stopped = instance("i-1", json!({"state": {"code": 80, "name": "stopped"}}));
    let keys = "vpc_destination_variable = private_ip_address\n";
    assert!(hosts(keys, std::slice::from_ref(&stopped)).0.is_empty());
    assert_eq!(hosts(&format!("{keys}all_instances = on\n"), &[stopped]).0.len(), 1);
}
