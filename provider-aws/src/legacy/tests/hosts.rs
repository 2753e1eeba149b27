//! What becomes of instances.

use std::sync::Arc;

use inventory_core::discovery::{Facts, NamedHost};
use inventory_core::value::{Text, Value};
use serde_json::json;

use super::settings;
use crate::facts::INSTANCE;
use crate::legacy::build;
use crate::route53;
use crate::testing::value;

fn instance(id: &str, more: &serde_json::Value) -> Facts {
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
        &json!({"public_ip_address": "1.2.3.4", "tags": {"Name": "Web.One-1", "Where": "here"}}),
    );
    let classic =
        json!({"public_dns_name": "a.example.com", "private_dns_name": "in.internal", "tags": {"Name": ""}});
    let mut classic = instance("i-2", &classic);
    if let Value::Map(map) = &mut classic.record {
        Arc::make_mut(map).remove(&Value::from("subnet_id"));
    }
    let private = instance("i-3", &json!({}));
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
    let first = instance("i-1", &json!({"tags": {"Name": "twin", "Only": "1"}}));
    let second = instance("i-2", &json!({"tags": {"Name": "twin"}}));
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
        instance("i-1", &json!({"private_dns_name": "one.internal"})),
        instance("i-2", &json!({"private_ip_address": "10.0.0.2", "tags": {"Name": "Two.example.com"}})),
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
        &json!({
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
    let bare = instance("i-2", &json!({"tags": {}}));
    let (bare, _) = hosts("vpc_destination_variable = private_ip_address\ngroup_by_tag_keys = no\n", &[bare]);
    assert!(bare[0].groups.iter().any(|name| name == "tag_none"));
}

#[test]
fn variables_have_the_types_of_the_script() {
    let facts = instance(
        "i-1",
        &json!({
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
    let stopped = instance("i-1", &json!({"state": {"code": 80, "name": "stopped"}}));
    let keys = "vpc_destination_variable = private_ip_address\n";
    assert!(hosts(keys, std::slice::from_ref(&stopped)).0.is_empty());
    assert_eq!(hosts(&format!("{keys}all_instances = on\n"), &[stopped]).0.len(), 1);
}
