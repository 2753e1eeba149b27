use std::collections::BTreeMap;

use inventory_core::value::{Map, Text, Value};
use proptest::prelude::*;

use super::{DnsNames, Trials};
use crate::testing::{expression_environment, settings, value};

/// Returns the names that `hostnames` gives, in flow style, to an instance in JSON.
fn names(hostnames: &str, all: bool, instance: &Map, dns: &DnsNames) -> (Vec<String>, usize) {
    let yaml = format!("plugin: aws_ec2\nallow_duplicated_hosts: {all}\nhostnames: {hostnames}\n");
    let (settings, _) = settings(&yaml, &[]).unwrap();
    let mut trials = Trials::new();
    let names = settings.hostnames.names(instance, dns, &expression_environment(), &mut trials);
    (
        names.iter().map(ToString::to_string).collect(),
        trials.iter().filter(|trial| trial.fault.is_some()).count(),
    )
}

fn instance(json: &str) -> Map {
    match value(serde_json::from_str(json).unwrap()) {
        Value::Map(map) => map.as_ref().clone(),
        other => panic!("{other:?}"),
    }
}

/// The names of the plugin itself: see `testdata/make_hostnames.py`.
#[test]
fn names_are_those_of_the_plugin() {
    let text = include_str!("../../testdata/hostnames.json");
    let cases: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    assert!(cases.len() >= 300);
    for case in cases {
        let instance = instance(&case["record"].to_string());
        let hostnames = case["hostnames"].to_string();
        for (all, expected) in [(false, &case["first"]), (true, &case["all"])] {
            let (found, faults) = names(&hostnames, all, &instance, &DnsNames::new());
            assert_eq!(serde_json::json!(found), *expected, "{hostnames}, all: {all}: {}", case["record"]);
            assert_eq!(faults, 0, "{hostnames}");
        }
    }
}

const WEB: &str = r#"{
    "instance_id": "i-1", "public_ip_address": "1.2.3.4", "private_ip_address": "10.0.0.1",
    "tags": {"Name": "it's {{ 6 * 7 }} \\ \"x\"", "Role": "web", "Domain": "a=b=c"}
}"#;

#[test]
fn tags_are_data_to_filters() {
    for (hostnames, expected) in [
        (r#"["tag:Name | upper"]"#, vec![r#"IT'S {{ 6 * 7 }} \ "X""#]),
        (r#"["tag:Role | regex_replace('w(.*)', 'v\\1')"]"#, vec!["veb"]),
        (r#"["tag:Role,Domain | join('-')"]"#, vec!["web-a=b=c"]),
        (r#"["instance-id|replace('i-', '')"]"#, vec!["1"]),
        // What the instance lacks has no name, whatever the filter makes of nothing.
        (r#"["tag:None | upper"]"#, vec![]),
        (r#"["dns-name | upper", "instance-id"]"#, vec!["i-1"]),
        (r#"["dns-name | default('lonely', true)"]"#, vec!["lonely"]),
        (r#"["tag:None | default('x')", "instance-id"]"#, vec!["i-1"]),
        (r#"["tag:None | default('x', true)"]"#, vec!["x"]),
        (r#"["tag:A,B | first | default('x')"]"#, vec!["x"]),
    ] {
        let (found, faults) = names(hostnames, false, &instance(WEB), &DnsNames::new());
        assert_eq!((found, faults), (expected.into_iter().map(str::to_owned).collect(), 0), "{hostnames}");
    }
}

#[test]
fn a_second_equals_sign_belongs_to_the_value() {
    for (hostnames, expected) in
        [(r#"["tag:Domain=a=b=c"]"#, "Domain_a=b=c"), (r#"["tag:Domain=a", "instance-id"]"#, "i-1")]
    {
        assert_eq!(names(hostnames, false, &instance(WEB), &DnsNames::new()).0, [expected], "{hostnames}");
    }
}

#[test]
fn a_filter_that_fails_finds_nothing() {
    let (found, faults) =
        names(r#"["tag:Role | from_json", "instance-id"]"#, false, &instance(WEB), &DnsNames::new());
    assert_eq!((found, faults), (vec!["i-1".to_owned()], 1));
}

#[test]
fn names_of_route_53_come_first() {
    let texts = |texts: &[&str]| texts.iter().map(|text| Text::from(*text)).collect::<Vec<_>>();
    let dns: DnsNames = BTreeMap::from([
        ("1.2.3.4".into(), texts(&["web1.example.com", "alias.example.com"])),
        ("10.0.0.1".into(), texts(&["web1.example.com"])),
        ("10.0.0.2".into(), texts(&["other.example.com"])),
    ]);
    let first = names(r#"["instance-id"]"#, false, &instance(WEB), &dns).0;
    assert_eq!(first, ["alias.example.com"]);
    let all = names(r#"["instance-id"]"#, true, &instance(WEB), &dns).0;
    assert_eq!(all, ["alias.example.com", "web1.example.com", "i-1"]);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![
            Just("tags".to_owned()),
            Just("network_interfaces".to_owned()),
            Just("groups".to_owned()),
            Just("group_id".to_owned()),
            Just("placement".to_owned()),
            ".{0,3}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4)
                .prop_map(|entries| Value::from(entries.into_iter().collect::<Map>())),
        ]
    })
}

fn any_preference() -> impl Strategy<Value = String> {
    let attributes: Vec<&str> = super::attribute_names().collect();
    prop_oneof![
        prop::sample::select(attributes).prop_map(str::to_owned),
        "tag:[A-Za-z,=:|]{0,8}",
        "[a-z|: '()]{0,12}",
    ]
}

proptest! {
    #[test]
    fn no_instance_and_no_preference_panics(
        record in prop::collection::vec(("(tags|placement|network_interfaces|security_groups|[a-z_]{1,8})", any_value()), 0..6),
        preferences in prop::collection::vec(any_preference(), 0..4),
        all in any::<bool>(),
    ) {
        let yaml = format!(
            "allow_duplicated_hosts: {all}\nhostnames: {}\n",
            serde_json::to_string(&preferences).unwrap()
        );
        let instance: Map = record.into_iter().collect();
        if let Ok((settings, _)) = settings(&yaml, &[]) {
            let mut trials = Trials::new();
            let names = settings.hostnames.names(&instance, &DnsNames::new(), &expression_environment(), &mut trials);
            prop_assert!(names.iter().all(|name| !name.is_empty()));
            prop_assert!(all || names.len() <= 1);
        }
    }
}
