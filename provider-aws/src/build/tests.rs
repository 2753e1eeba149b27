use inventory_core::discovery::Facts;
use inventory_core::value::Value;

use crate::facts::INSTANCE;
use crate::testing::{expression_environment, settings, value};

fn instance(id: &str, tags: &str) -> Facts {
    let json = format!(r#"{{"instance_id": "{id}", "tags": {tags}}}"#);
    Facts { kind: INSTANCE, id: id.into(), record: value(serde_json::from_str(&json).unwrap()) }
}

/// Returns the hosts as `NAME: VARIABLES`, and the warnings.
fn build(yaml: &str, facts: Vec<Facts>) -> (Vec<String>, Vec<String>) {
    let (settings, _) = settings(&format!("plugin: aws_ec2\nhostnames: ['tag:Name']\n{yaml}"), &[]).unwrap();
    let (hosts, warnings) = super::hosts(&settings, &expression_environment(), facts).unwrap();
    let show = |variables| Value::Map(variables).repr();
    let warnings = warnings.into_iter().map(|note| note.message).collect();
    (hosts.into_iter().map(|host| format!("{}: {}", host.name, show(host.variables))).collect(), warnings)
}

#[test]
fn hosts_are_in_the_order_of_their_ids_and_once() {
    let facts = vec![
        instance("i-2", r#"{"Name": "b"}"#),
        instance("i-1", r#"{"Name": "z"}"#),
        instance("i-2", r#"{"Name": "later"}"#),
    ];
    let (hosts, warnings) = build("", facts);
    assert_eq!(
        hosts,
        [
            "z: {'instance_id': 'i-1', 'tags': {'Name': 'z'}}",
            "b: {'instance_id': 'i-2', 'tags': {'Name': 'b'}}"
        ]
    );
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn variables_are_called_as_the_options_say() {
    let facts = || vec![instance("i-1", r#"{"Name": "a", "k8s.io/x": "1"}"#)];
    let rows = [
        (
            "use_contrib_script_compatible_ec2_tag_keys: true",
            "a: {'instance_id': 'i-1', 'tags': {'Name': 'a', 'k8s.io/x': '1'}, 'ec2_tag_Name': 'a', 'ec2_tag_k8s.io/x': '1'}",
        ),
        (
            "hostvars_prefix: aws_\nhostvars_suffix: _x",
            "a: {'aws_instance_id_x': 'i-1', 'aws_tags_x': {'Name': 'a', 'k8s.io/x': '1'}}",
        ),
    ];
    for (yaml, expected) in rows {
        assert_eq!(build(yaml, facts()).0, [expected], "{yaml}");
    }
}

#[test]
fn instances_without_a_name_and_names_of_several_are_reported() {
    let mut facts: Vec<Facts> = (1..=5).map(|number| instance(&format!("i-{number}"), "{}")).collect();
    facts.extend((6..=7).map(|number| instance(&format!("i-{number}"), r#"{"Name": "same"}"#)));
    let (hosts, warnings) = build("", facts);
    assert_eq!(hosts.len(), 2);
    assert_eq!(
        warnings,
        [
            "`hostnames` finds no name for 5 instances, which are left out: i-1, i-2, i-3, ...",
            "2 instances are called `same` and become one host: i-6, i-7",
        ]
    );
}

#[test]
fn a_filter_that_fails_for_one_is_a_warning_and_for_all_an_error() {
    let build = |facts: Vec<Facts>| {
        let yaml = "plugin: aws_ec2\nhostnames: ['tag:Name|from_json', 'instance-id']\n";
        let (settings, _) = settings(yaml, &[]).unwrap();
        super::hosts(&settings, &expression_environment(), facts)
    };
    let (good, bad) = (instance("i-1", r#"{"Name": "\"a\""}"#), instance("i-2", r#"{"Name": "{"}"#));
    let (hosts, warnings) = build(vec![good, bad.clone(), instance("i-3", "{}")]).unwrap();
    let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
    assert_eq!(names, ["a", "i-2", "i-3"]);
    assert!(
        warnings[0].message.starts_with("a filter in `hostnames` failed on 1 instances, e.g. `i-2`: "),
        "{warnings:?}"
    );
    let error = build(vec![bad, instance("i-3", "{}")]).unwrap_err();
    let start =
        "name hosts: the filters `from_json` in `hostnames` failed on every instance they were tried on (1)";
    assert!(error.to_string().starts_with(start), "{error}");
}

#[test]
fn the_known_variables_are_called_as_the_options_say() {
    let known = |yaml: &str| {
        let (settings, _) = settings(&format!("plugin: aws_ec2\n{yaml}"), &[]).unwrap();
        super::known_variables(&settings)
    };
    let plain = known("");
    for name in ["tags", "owner_id", "placement", "instance_id", "public_ip_address"] {
        assert!(plain.names.iter().any(|known| known == name), "{name}");
    }
    assert!(plain.prefixes.is_empty());
    assert!(!plain.names.iter().any(|name| name == "ssm_inventory"));
    let other = known(
        "hostvars_prefix: a_\nhostvars_suffix: _z\nuse_ssm_inventory: true\nuse_contrib_script_compatible_ec2_tag_keys: true\n",
    );
    assert_eq!(other.names.len(), plain.names.len() + 1);
    assert!(other.names.iter().all(|name| name.starts_with("a_") && name.ends_with("_z")));
    assert!(other.names.iter().any(|name| name == "a_ssm_inventory_z"));
    assert_eq!(other.prefixes, ["a_ec2_tag_"]);
}

#[test]
fn machines_without_a_name_of_their_own_are_losses_and_other_oddities_are_not() {
    let yaml = "plugin: aws_ec2\nhostnames: ['tag:Name|from_json']\n";
    let (settings, _) = settings(yaml, &[]).unwrap();
    let named = |id: &str| instance(id, r#"{"Name": "\"a\""}"#);
    let facts = vec![named("i-1"), named("i-2"), instance("i-3", r#"{"Name": "{"}"#)];
    let (_, notes) = super::hosts(&settings, &expression_environment(), facts).unwrap();
    let losses: Vec<bool> = notes.iter().map(|note| note.is_loss).collect();
    assert_eq!(losses, [false, true, true], "{notes:?}");
}
