use serde_json::{Value as Json, json};

use super::*;
use crate::testing::value;

fn record(json: Json) -> Map {
    value(json).as_map().unwrap().clone()
}

fn field(record: &Map, name: &str) -> Json {
    match host(record).field(name).unwrap() {
        Value::Null => Json::Null,
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(|item| item.as_str().unwrap()).collect(),
        other => panic!("{other:?}"),
    }
}

/// An instance with two interfaces, in the order that the API gave them: the second is the primary one.
fn instance() -> Json {
    json!({
        "instance_id": "i-0123456789abcdef0", "instance_type": "t3.micro", "image_id": "ami-1", "owner_id": "123456789012",
        "architecture": "x86_64", "platform_details": "Linux/UNIX", "state": {"code": 16, "name": "running"},
        "placement": {"availability_zone": "eu-west-1a", "region": "eu-west-1"},
        "private_ip_address": "10.0.0.5", "public_ip_address": "54.1.2.3", "ipv6_address": "2001:db8::1",
        "private_dns_name": "ip-10-0-0-5.eu-west-1.compute.internal", "public_dns_name": "",
        "vpc_id": "vpc-1", "subnet_id": "subnet-1",
        "security_groups": [{"group_id": "sg-1", "group_name": "web"}],
        "tags": {"Name": "web-1", "aws:autoscaling:groupName": "web-asg"},
        "launch_time": {"$time": 1_800_000_000},
        "network_interfaces": [
            {
                "attachment": {"attach_time": {"$time": 1_790_000_000}, "device_index": 1, "network_card_index": 0},
                "private_ip_address": "10.1.0.5",
                "groups": [{"group_name": "backup"}, {"group_name": "web"}],
                "ipv6_addresses": [{"ipv6_address": "2001:db8::2"}],
                "private_ip_addresses": [{"primary": true, "private_ip_address": "10.1.0.5"}],
                "vpc_id": "vpc-1", "subnet_id": "subnet-2",
            },
            {
                "attachment": {"attach_time": {"$time": 1_780_000_000}, "device_index": 0, "network_card_index": 0},
                "private_ip_address": "10.0.0.5",
                "association": {"public_ip": "54.1.2.3"},
                "groups": [{"group_name": "web"}],
                "ipv6_addresses": [{"ipv6_address": "2001:db8::3"}, {"ipv6_address": "2001:db8::1"}],
                "private_ip_addresses": [
                    {"primary": false, "private_ip_address": "10.0.0.6", "association": {"public_ip": "54.1.2.4"}},
                    {"primary": true, "private_ip_address": "10.0.0.5", "association": {"public_ip": "54.1.2.3"}},
                ],
                "vpc_id": "vpc-1", "subnet_id": "subnet-1",
            },
        ],
    })
}

#[test]
fn a_whole_instance_has_all_fields() {
    let record = record(instance());
    let rows = [
        ("provider", json!("aws")),
        ("account", json!("123456789012")),
        ("region", json!("eu-west-1")),
        ("zone", json!("eu-west-1a")),
        ("id", json!("i-0123456789abcdef0")),
        ("name", json!("web-1")),
        ("type", json!("t3.micro")),
        ("image", json!("ami-1")),
        ("os", json!("linux")),
        ("arch", json!("x86_64")),
        ("state", json!("running")),
        ("private_ips", json!(["10.0.0.5", "10.0.0.6", "10.1.0.5"])),
        ("public_ips", json!(["54.1.2.3", "54.1.2.4"])),
        ("ipv6_ips", json!(["2001:db8::1", "2001:db8::3", "2001:db8::2"])),
        ("private_dns", json!("ip-10-0-0-5.eu-west-1.compute.internal")),
        ("public_dns", Json::Null),
        ("network", json!("vpc-1")),
        ("subnet", json!("subnet-1")),
        ("security_groups", json!(["web", "backup"])),
        ("lifecycle", json!("on_demand")),
        ("scale_group", json!("web-asg")),
        ("created_at", json!("2026-05-28T20:26:40Z")),
    ];
    for (name, expected) in rows {
        assert_eq!(field(&record, name), expected, "{name}");
    }
    assert_eq!(host(&record).tags.get("Name").and_then(Value::as_str), Some("web-1"));
}

#[test]
fn each_word_of_the_cloud_has_one_meaning() {
    let rows = [
        (json!({"platform": "windows"}), "os", json!("windows")),
        (json!({"platform": "Windows", "platform_details": "Windows"}), "os", json!("windows")),
        (json!({"platform_details": "Windows with SQL Server Standard"}), "os", json!("windows")),
        (json!({"platform_details": "Linux with SQL Server Web"}), "os", json!("linux")),
        (json!({"platform_details": "Red Hat BYOL Linux"}), "os", json!("linux")),
        (json!({"platform_details": "Red Hat Enterprise Linux with HA"}), "os", json!("linux")),
        (json!({"platform_details": "SUSE Linux"}), "os", json!("linux")),
        (json!({"platform_details": "Ubuntu Pro"}), "os", json!("linux")),
        (json!({"platform_details": "Linux/UNIX", "architecture": "arm64_mac"}), "os", json!("macos")),
        (json!({"platform_details": "FreeBSD"}), "os", json!("freebsd")),
        (json!({"architecture": "arm64_mac"}), "arch", json!("arm64")),
        (json!({"architecture": "arm64"}), "arch", json!("arm64")),
        (json!({"architecture": "i386"}), "arch", json!("i386")),
        (json!({"state": {"name": "pending"}}), "state", json!("starting")),
        (json!({"state": {"name": "stopping"}}), "state", json!("stopping")),
        (json!({"state": {"name": "stopped"}}), "state", json!("stopped")),
        (json!({"state": {"name": "shutting-down"}}), "state", json!("terminated")),
        (json!({"state": {"name": "terminated"}}), "state", json!("terminated")),
        (json!({"state": {"name": "Dreaming"}}), "state", json!("dreaming")),
        (json!({"instance_lifecycle": "spot"}), "lifecycle", json!("spot")),
        (json!({"instance_lifecycle": "capacity-block"}), "lifecycle", json!("capacity-block")),
        (json!({"tags": {"Name": ""}}), "name", Json::Null),
    ];
    for (instance, name, expected) in rows {
        assert_eq!(field(&record(instance.clone()), name), expected, "{instance} {name}");
    }
}

#[test]
fn a_zone_tells_its_region() {
    let rows = [
        ("eu-west-1a", Some("eu-west-1")),
        ("us-gov-east-1b", Some("us-gov-east-1")),
        ("ap-southeast-10c", Some("ap-southeast-10")),
        ("us-west-2-lax-1a", Some("us-west-2")),
        ("us-east-1-wl1-bos-wlz-1", Some("us-east-1")),
        ("eusc-de-east-1a", Some("eusc-de-east-1")),
        ("nova", None),
    ];
    for (zone, region) in rows {
        // What the plugin gives: the zone without its last sign.
        let plugins = zone.get(..zone.len() - 1);
        let record = record(json!({"placement": {"availability_zone": zone, "region": plugins}}));
        assert_eq!(field(&record, "region"), json!(region), "{zone}");
    }
}

#[test]
fn what_is_odd_or_missing_is_none() {
    let odd = json!({
        "instance_id": "i-1", "owner_id": 5, "placement": "eu", "state": "running", "tags": [], "platform": "",
        "private_ip_address": "PrivateIpAddress", "public_ip_address": "", "ipv6_address": "10.0.0.1",
        "security_groups": {"group_name": "x"},
        "network_interfaces": ["x", {"attachment": {"attach_time": "yesterday"}, "groups": [1],
            "private_ip_addresses": [{"private_ip_address": "2001:db8::1", "primary": "yes"}]}],
    });
    for record in [record(odd), record(json!({"instance_id": "i-1"}))] {
        for name in inventory_core::host::FIELDS {
            let expected = match name {
                "provider" => json!("aws"),
                "id" => json!("i-1"),
                "lifecycle" => json!("on_demand"),
                "private_ips" | "public_ips" | "ipv6_ips" | "security_groups" => json!([]),
                "tags" => continue,
                _ => Json::Null,
            };
            assert_eq!(field(&record, name), expected, "{name}");
        }
        assert!(host(&record).tags.is_empty());
    }
}
