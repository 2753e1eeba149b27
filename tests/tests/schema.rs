//! The JSON Schema of native configurations: what is published is what the program prints, every example is good by it
//! and by `check`, mistakes are none of both, and the reference names every key.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::collections::BTreeMap;
use std::fs;

use inventory_core::store::snapshot;
use inventory_tests::binary::cloud_inventory;
use inventory_tests::examples::{self, Example, repository};
use inventory_tests::python::Environment;
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

/// Where the schema is published.
const PUBLISHED: &str = "docs/src/reference/cloud-inventory.schema.json";

/// The page that names every key.
const REFERENCE: &str = "docs/src/reference/native-config.md";

fn published() -> String {
    fs::read_to_string(repository().join(PUBLISHED)).expect("the published schema")
}

#[test]
fn the_published_schema_is_that_of_the_program() {
    let printed = Workplace::new().run(cloud_inventory(), ["schema"]);
    assert!(printed.succeeded(), "{printed:#?}");
    assert!(
        printed.stdout == published(),
        "`{PUBLISHED}` is not what the program prints: renew it with\n    \
         cargo run -p inventory-cli -- schema > {PUBLISHED}"
    );
}

/// Returns the errors of each text by the schema, as an editor would show them.
fn validate(workplace: &Workplace, texts: &[&str]) -> Vec<Vec<String>> {
    let script = workplace.write("validate.py", include_str!("../python/validate.py"));
    let files: Vec<_> = (0..)
        .zip(texts)
        .map(|(number, text)| workplace.write(&format!("validated/{number:03}.yml"), text))
        .collect();
    let mut command = workplace.python_command(Environment::json_schema(), "python");
    let run = Run::of(command.arg(script).arg(repository().join(PUBLISHED)).args(&files));
    assert!(run.succeeded(), "{run:#?}");
    let errors: BTreeMap<String, Vec<String>> = serde_json::from_str(&run.stdout).expect("the errors");
    // The files are named by their places among the texts.
    errors.into_values().collect()
}

/// Checks a native configuration with the program, where the plugins' files that it names are.
fn check(text: &str) -> Run {
    let workplace = Workplace::new();
    for file in text.lines().filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("file: ")) {
        let plugin = match file {
            file if file.contains("azure_rm") => {
                "plugin: azure.azcollection.azure_rm\nplain_host_names: true\n"
            }
            file if file.contains("gcp") => {
                "plugin: google.cloud.gcp_compute\nauth_kind: application\nprojects: [p]\n"
            }
            _ => "plugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\n",
        };
        workplace.write(file, plugin);
    }
    for file in text.lines().filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("snapshot: "))
    {
        snapshot::write(&workplace.path(file), &[], false).expect("a snapshot of nothing");
    }
    // Examples that begin with `#!` are to be executable.
    workplace.write_program("cloud-inventory.yml", text);
    workplace.run(cloud_inventory(), ["check", "--strict"])
}

#[test]
fn every_example_is_good() {
    let examples = examples::native();
    assert!(examples.len() >= 10, "the documentation has examples: {examples:#?}");
    let texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
    let validated = validate(&Workplace::new(), &texts);
    assert_eq!(validated.len(), examples.len());
    let mut wrong = Vec::new();
    for (Example { place, text }, errors) in examples.iter().zip(validated) {
        wrong.extend(errors.iter().map(|error| format!("{place}: by the schema: {error}")));
        let run = check(text);
        if !run.succeeded() {
            wrong.push(format!("{place}: by `check --strict`: {}", run.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_wrong_is_wrong_for_both() {
    let aws = "sources: [{aws: {}}]\n";
    let table = [
        "{}".to_owned(),
        "- aws: {}\n".to_owned(),
        "sources: []\n".to_owned(),
        "sources: aws\n".to_owned(),
        "sources: [{}]\n".to_owned(),
        "sources: [{aws: {}, gcp: {projects: [a]}}]\n".to_owned(),
        "sources: [{aws: {region: eu-west-1}}]\n".to_owned(),
        "sources: [{aws: {regions: eu-west-1}}]\n".to_owned(),
        "sources: [{aws: {organization: {units: [ou-ab12-11111111]}}}]\n".to_owned(),
        "sources: [{aws: {filters: {instance-state-name: []}}}]\n".to_owned(),
        "sources: [{aws: {ssm: perhaps}}]\n".to_owned(),
        "sources: [{azure: {subscriptions: some}}]\n".to_owned(),
        "sources: [{azure: {backend: graph}}]\n".to_owned(),
        "sources: [{azure: {secret: x}}]\n".to_owned(),
        "sources: [{gcp: {projects: a}}]\n".to_owned(),
        "sources: [{gcp: {projects: [a], auth_kind: magic}}]\n".to_owned(),
        "sources: [{aws: {}, on_error: ignore}]\n".to_owned(),
        "sources: [{file: a.aws_ec2.yml, nmae: x}]\n".to_owned(),
        "sources: [{aws: {regions: []}}]\n".to_owned(),
        "sources: [{aws: {regions: }}]\n".to_owned(),
        "sources: [{aws: {organization: {role: x, units: []}}}]\n".to_owned(),
        "sources: [{azure: {subscriptions: []}}]\n".to_owned(),
        "sources: [{azure: {resource_groups: []}}]\n".to_owned(),
        "sources: [{gcp: {projects: [a], zones: []}}]\n".to_owned(),
        "sources: [{aws: {}, names: []}]\n".to_owned(),
        format!("{aws}names: []\n"),
        format!("{aws}include: []\n"),
        format!("{aws}hostvars_prefix: ''\n"),
        format!("{aws}hostvars_prefix: 'my-var {{{{'\n"),
        format!("{aws}hostvars_prefix: ansible_\n"),
        format!("{aws}collisions: last\n"),
        format!("{aws}address: [public]\n"),
        format!("{aws}address: [{{public_ip_in: 10.0.0.0/8}}]\n"),
        format!("{aws}default_groups: {{tag: false}}\n"),
        format!("{aws}default_groups: some\n"),
        format!("{aws}cache: 10m\n"),
        format!("{aws}cache: {{ttl: 10}}\n"),
        format!("{aws}cache: {{ttl: ten minutes}}\n"),
        format!("{aws}shrink: {{share: 50}}\n"),
        format!("{aws}deadline: 90\n"),
        format!("{aws}retries: [1]\n"),
        format!("{aws}names: name\n"),
        format!("{aws}groups: [web]\n"),
        format!("{aws}keyed_groups: [{{key: state, prefx: s}}]\n"),
        format!("{aws}keyed_groups: [{{prefix: s}}]\n"),
        format!("{aws}groupes: {{}}\n"),
    ];
    let texts: Vec<&str> = table.iter().map(String::as_str).collect();
    let validated = validate(&Workplace::new(), &texts);
    assert_eq!(validated.len(), table.len());
    for (text, errors) in table.iter().zip(validated) {
        assert!(!errors.is_empty(), "the schema finds nothing in: {text}");
        let run = check(text);
        assert_eq!(run.code, Some(3), "`check` finds nothing in: {text}{run:#?}");
    }
}

#[test]
fn the_reference_names_every_key() {
    let schema: Value = serde_json::from_str(&published()).expect("a schema");
    let page = fs::read_to_string(repository().join(REFERENCE)).expect("the reference");
    let sections: BTreeMap<&str, &str> = page
        .split("\n## ")
        .skip(1)
        .filter_map(|section| section.split_once('\n'))
        .map(|(heading, text)| (heading.trim(), text))
        .collect();
    // The types with keys, and the sections that tell of them.
    let table = [
        ("", "The file"),
        ("/$defs/SourceOptions", "`sources`"),
        ("/$defs/Aws", "`aws`"),
        ("/$defs/Organization", "`aws: organization`"),
        ("/$defs/Azure", "`azure`"),
        ("/$defs/Gcp", "`gcp`"),
        ("/$defs/CacheOptions", "`cache`"),
        ("/$defs/Limits", "`shrink`"),
        ("/$defs/DefaultGroups", "`default_groups`"),
        ("/$defs/KeyedGroup", "`keyed_groups`"),
    ];
    for (pointer, heading) in table {
        let section = sections.get(heading).copied().unwrap_or_default();
        let mut told: Vec<&str> = section
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
            .map(|(key, _)| key)
            .collect();
        let properties = schema.pointer(&format!("{pointer}/properties")).and_then(Value::as_object);
        let mut keys: Vec<&str> = properties.expect("a type with keys").keys().map(String::as_str).collect();
        told.sort_unstable();
        keys.sort_unstable();
        assert_eq!(told, keys, "the keys of `## {heading}` in {REFERENCE}, and those of the schema");
    }
    let types = schema.pointer("/$defs").and_then(Value::as_object).expect("types");
    for (name, kind) in types {
        let is_told = kind.get("properties").is_none()
            || table.iter().any(|(pointer, _)| *pointer == format!("/$defs/{name}"));
        assert!(
            is_told,
            "the type `{name}` has keys, and no section in {REFERENCE} for this test to compare"
        );
        for choice in kind.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            let word = choice.get("const").and_then(Value::as_str);
            let key = choice.get("properties").and_then(Value::as_object).and_then(|keys| keys.keys().next());
            if let Some(word) = word.or(key.map(String::as_str)) {
                assert!(page.contains(&format!("`{word}")), "{REFERENCE} does not name `{word}` of `{name}`");
            }
        }
    }
}
