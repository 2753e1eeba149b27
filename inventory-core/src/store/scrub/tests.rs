use std::collections::HashSet;

use serde_json::json;

use super::*;
use crate::store::testing;

/// Scrubs records, and returns them with their ids.
fn scrubbed(records: &[(&str, serde_json::Value)]) -> Vec<(String, serde_json::Value)> {
    let facts = records.iter().map(|(id, record)| Facts {
        kind: "instance",
        id: (*id).into(),
        record: record.clone().into(),
    });
    let content = Content::Facts(Page { facts: facts.collect(), notes: Vec::new() });
    let entry = Entry { content, ..testing::plan() };
    let Content::Facts(page) = scrub(&[&entry]).remove(0).content else { panic!("facts") };
    page.facts.iter().map(|facts| (facts.id.to_string(), to_json(&facts.record))).collect()
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => json!(truth),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Text(text) => json!(text.as_str()),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(map) => {
            map.iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), to_json(value))).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_instance_of_aws_is_scrubbed() {
    let record = json!({
        "instance_id": "i-0abc12de34f567890", "instance_type": "m5.large", "owner_id": "123456789012",
        "state": {"code": 16, "name": "running"},
        "placement": {"availability_zone": "eu-west-1a", "region": "eu-west-1", "tenancy": "default", "group_name": "acme-hpc"},
        "private_ip_address": "10.3.4.5", "private_dns_name": "ip-10-3-4-5.eu-west-1.compute.internal",
        "public_dns_name": "ec2-52-1-2-3.eu-west-1.compute.amazonaws.com", "public_ip_address": "52.1.2.3",
        "network_interfaces": [{"mac_address": "0a:1b:2c:3d:4e:5f", "ipv6_addresses": ["2600:1f00::7"]}],
        "iam_instance_profile": {"arn": "arn:aws:iam::123456789012:instance-profile/acme"},
        "key_name": "alice", "block_device_mappings": [{"device_name": "/dev/sda1"}], "ebs_optimized": false, "size_in_gib": 1.5, "count": 100_000, "port": 8080,
        "tags": {"Name": "acme-web-01", "env": "prod", "AcmeSecret": "hunter2", "type": "m5.large", "when": "2026-01-02"}
    });
    let (id, record) = scrubbed(&[("i-0abc12de34f567890", record)]).remove(0);
    assert_eq!(id, "i-0aaa00aa00a000001");
    assert_eq!(
        record,
        json!({
            "instance_id": "i-0aaa00aa00a000001", "instance_type": "m5.large", "owner_id": "000000000001",
            "state": {"code": 16, "name": "running"},
            "placement": {"availability_zone": "eu-west-1a", "region": "eu-west-1", "tenancy": "default", "group_name": "aaab-aab"},
            "private_ip_address": "10.0.0.1", "private_dns_name": "ip-10-0-0-1.eu-west-1.compute.internal",
            "public_dns_name": "ec2-192-0-2-1.eu-west-1.compute.amazonaws.com", "public_ip_address": "192.0.2.1",
            "network_interfaces": [{"mac_address": "02:00:00:00:00:01", "ipv6_addresses": ["2001:db8::1"]}],
            "iam_instance_profile": {"arn": "arn:aws:iam::000000000001:instance-profile/aaab"},
            "key_name": "aaaab", "block_device_mappings": [{"device_name": "/dev/sda1"}], "ebs_optimized": false, "size_in_gib": 1.5, "count": 100_001, "port": 8080,
            "tags": {"Name": "aaab-web-01", "env": "aaac", "AaaaAaaaab": "aaaaaa1", "type": "a1.aaaac", "aaad": "2026-01-02"}
        })
    );
}

#[test]
fn a_machine_of_azure_is_scrubbed() {
    let path = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Acme-RG/providers/\
                Microsoft.Compute/virtualMachines/SQL1";
    let record = json!({
        "id": path, "name": "SQL1", "type": "Microsoft.Compute/virtualMachines", "location": "westeurope", "zones": ["1"],
        "identity": {"userAssignedIdentities": {"/subscriptions/11111111-2222-3333-4444-555555555555/acme": {}}},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v3"},
            "osProfile": {"customData": "c2VjcmV0", "adminUsername": "bob", "linuxConfiguration": {"ssh": {
                "publicKeys": [{"path": "/home/bob/.ssh/authorized_keys", "keyData": "ssh-rsa AAAA"}]}}},
            "storageProfile": {"imageReference": {"publisher": "Canonical", "sku": "22_04-lts", "version": "latest"}},
            "timeCreated": "2024-05-06T07:08:09.1234567+00:00"
        }
    });
    let (id, record) = scrubbed(&[(&path.to_lowercase(), record)]).remove(0);
    let scrubbed = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/Aaab-AB/providers/\
                    Microsoft.Compute/virtualMachines/AAA1";
    assert_eq!(id, scrubbed.to_lowercase(), "joined without regard to case");
    assert_eq!(
        record,
        json!({
            "id": scrubbed, "name": "AAA1", "type": "Microsoft.Compute/virtualMachines", "location": "westeurope", "zones": ["1"],
            "identity": {"userAssignedIdentities": {"/subscriptions/00000000-0000-0000-0000-000000000001/aaab": {}}},
            "properties": {
                "hardwareProfile": {"vmSize": "Standard_D2s_v3"},
                "osProfile": {"customData": "", "adminUsername": "aab", "linuxConfiguration": {"ssh": {
                    "publicKeys": [{"path": "", "keyData": ""}]}}},
                "storageProfile": {"imageReference": {"publisher": "Canonical", "sku": "22_04-lts", "version": "latest"}},
                "timeCreated": "2024-05-06T07:08:09.1234567+00:00"
            }
        })
    );
}

#[test]
fn an_instance_of_google_is_scrubbed() {
    let link = |rest: &str| {
        format!("https://www.googleapis.com/compute/v1/projects/acme-prod/zones/us-east1-b/{rest}")
    };
    let record = json!({
        "id": "1234567890123456789", "name": "shop", "selfLink": link("instances/shop"), "zone": link("").trim_end_matches('/'),
        "machineType": link("machineTypes/e2-small"), "status": "RUNNING", "labels": {"team": "red", "Status": "RUNNING"},
        "disks": [{"deviceName": "shop"}], "resourceStatus": {"status": {"name": "OK", "message": "shop is up"}},
        "metadata": {"kind": "compute#metadata", "items": [{"key": "ssh-keys", "value": "alice:ssh-rsa AAAA"}]},
        "tags": {"items": ["acme-http"], "fingerprint": "42WmSpB8rSM="},
        "serviceAccounts": [{"email": "12345678-compute@developer.gserviceaccount.com"}]
    });
    let (id, record) = scrubbed(&[(&link("instances/shop"), record)]).remove(0);
    let link = |rest: &str| {
        format!("https://www.googleapis.com/compute/v1/projects/aaab-aaac/zones/us-east1-b/{rest}")
    };
    assert_eq!(id, link("instances/aaad"));
    assert_eq!(
        record,
        json!({
            "id": "0000000000000000001", "name": "aaad", "selfLink": link("instances/aaad"), "zone": link("").trim_end_matches('/'),
            "machineType": link("machineTypes/e2-small"), "status": "RUNNING", "labels": {"team": "aab", "Status": "AAAAAAB"},
        "disks": [{"deviceName": "aaad"}], "resourceStatus": {"status": {"name": "OK", "message": "aaad ab ac"}},
            "metadata": {"kind": "", "items": [{"key": "ssh-keys", "value": ""}]},
            "tags": {"items": ["aaab-http"], "fingerprint": "00AaAaA0aAB="},
            "serviceAccounts": [{"email": "00000001-compute@developer.gserviceaccount.com"}]
        })
    );
}

#[test]
fn different_things_stay_different_and_nothing_planted_is_left() {
    let secrets =
        ["hunter2", "acme", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI", "203.0.114.9", "alice", "9876543210"];
    let record = |number: usize| {
        let (all, quad) = (secrets.join(" / "), format!("{}.7.{}.9", 11 + number % 200, number / 200));
        json!({
            "name": format!("acme-{number}"), "address": quad, "description": all, "number": 9_876_543_210_i64 + number as i64,
            "userData": all, "tags": {&all: all, "Name": format!("n{number}")}, &all: [all, {"status": {&all: all}}],
            "state": all, "account": secrets[2]
        })
    };
    let records: Vec<_> = (0..1000).map(|number| (format!("i-{number}"), record(number))).collect();
    let records: Vec<_> = records.iter().map(|(id, record)| (id.as_str(), record.clone())).collect();
    let scrubbed = scrubbed(&records);
    let text = serde_json::to_string(&scrubbed.iter().map(|(_, record)| record).collect::<Vec<_>>()).unwrap();
    for secret in secrets {
        assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{secret}");
    }
    let different = |values: Vec<String>| assert_eq!(values.iter().collect::<HashSet<_>>().len(), 1000);
    different(scrubbed.iter().map(|(id, _)| id.clone()).collect());
    for member in ["name", "address", "number"] {
        different(scrubbed.iter().map(|(_, record)| record[member].to_string()).collect());
    }
}

#[test]
fn times_stay_and_what_looks_like_them_does_not() {
    for time in [
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05.123456+01:00",
        "2026-01-02T03:04:05.1234567Z",
        "2026-01-02T03:04:05.000-08:00",
    ] {
        assert!(is_time(time), "{time}");
    }
    for text in [
        "2026-01-01 49123456789",
        "2026-01-02T",
        "2026-01-02T03:04",
        "2026-01-02T03:04:05Z7",
        "20260102",
        "",
        "2026-01-02T03:04:05.1234567890123Z",
        "2026-01-02-03-04-05-06-0",
        "2026-01-02T03:04:05+49123",
    ] {
        assert!(!is_time(text), "{text}");
    }
}

#[test]
fn states_of_azure_stay() {
    for (text, is_kept) in [
        ("PowerState/running", true),
        ("ProvisioningState/succeeded", true),
        ("ProvisioningState/failed/web-1", false),
        ("acme/running", false),
        ("PowerState/", false),
    ] {
        assert_eq!(is_state(text), is_kept, "{text}");
    }
}

#[test]
fn scopes_are_scrubbed_and_notes_left_out() {
    let entries = scrub(&[&testing::plan(), &testing::entry("eu-west-1", 2)]);
    let shown: Vec<String> = entries.iter().map(|entry| entry.scope.to_string()).collect();
    assert_eq!(shown, ["aws", "aws/aaab/eu-west-1"]);
    assert!(entries.iter().all(|entry| entry.content.notes() == 0));
    let Content::Plan(plan) = &entries[0].content else { panic!("a plan") };
    let shown: Vec<String> = plan.scopes.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["aws/aaab/eu-west-1", "aws/aaab/eu-west-2", "aws"]);
}

#[test]
fn the_same_file_is_scrubbed_the_same_way() {
    let entries = [&testing::plan(), &testing::entry("eu-west-1", 50)];
    assert_eq!(format!("{:?}", scrub(&entries)), format!("{:?}", scrub(&entries)));
}
