//! What a native file may say, and how its mistakes are told.

use super::*;
use crate::yaml;

fn read_text(text: &str) -> Result<Native, Vec<String>> {
    let document = yaml::read("cloud-inventory.yml", text.as_bytes()).unwrap();
    read(&document, Path::new("/etc/inventory"))
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

#[test]
fn sources_are_clouds_and_files() {
    let text = "sources:\n  - aws: {regions: ['*']}\n    name: prod\n    include: [\"state == 'running'\"]\n  \
                - file: aws_ec2.yml\n  - {file: /other/azure_rm.yml, backend: resource_graph}\nretries: 3\ndeadline: 90s\n";
    let native = read_text(text).unwrap();
    let [cloud, file, other] = native.sources.as_slice() else { panic!("{native:?}") };
    assert!(
        matches!(&cloud.kind, SourceKind::Machines(MachineSource::Cloud(Cloud::Aws, node)) if node.get("regions").is_some())
    );
    assert_eq!(cloud.options.name.as_deref(), Some("prod"));
    assert_eq!(cloud.options.include[0].value, "state == 'running'");
    let path = |source: &NativeSource| match &source.kind {
        SourceKind::File(path, backend) => {
            (path.value.clone(), path.origin.to_string(), backend.as_ref().map(|backend| backend.value))
        }
        SourceKind::Machines(_) => panic!("{source:?}"),
    };
    assert_eq!(
        path(file),
        ("/etc/inventory/aws_ec2.yml".into(), "cloud-inventory.yml:5:11".to_owned(), None)
    );
    assert_eq!(
        path(other),
        ("/other/azure_rm.yml".into(), "cloud-inventory.yml:6:12".to_owned(), Some(Backend::ResourceGraph))
    );
    let settings: Vec<(&str, &str)> =
        native.settings.iter().map(|(name, written)| (*name, written.value.reveal())).collect();
    assert_eq!(settings, [("deadline", "90s"), ("retries", "3")]);
}

#[test]
fn hosts_have_defaults() {
    let native = read_text("sources: [{gcp: {}}]\n").unwrap();
    let NativeFile { collisions, hostvars_prefix, default_groups, .. } = native.file;
    assert_eq!((collisions, hostvars_prefix.as_str()), (Collisions::Error, "cloud_"));
    assert_eq!(default_groups, DefaultGroups::default());
    let native =
        read_text("sources: [{gcp: {}}]\ndefault_groups: {tags: false}\ncollisions: qualify\n").unwrap();
    assert!(!native.file.default_groups.tags && native.file.default_groups.zone);
    assert_eq!(native.file.collisions, Collisions::Qualify);
    let native = read_text("sources: [{gcp: {}}]\ndefault_groups: off\n").unwrap();
    assert_eq!(native.file.default_groups, DefaultGroups::NONE);
}

#[test]
fn errors_show_the_place_and_what_was_expected() {
    let cases: [(&str, &[&str]); 31] = [
        ("- a\n", &["1:1: error: expected a mapping, found a list"]),
        ("retries: 3\n", &["1:1: error: the configuration names no sources: expected `sources:` and a list"]),
        ("sources: []\n", &["1:10: error: `sources` is empty: expected at least one source"]),
        (
            "sources: x\n",
            &["1:10: error: `sources` is a string: expected a list such as `- aws: {regions: [eu-west-1]}`"],
        ),
        ("sources: [x]\n", &["1:11: error: expected a mapping, found a string"]),
        (
            "sources: [{aws: {}, gcp: {}}]\n",
            &["1:11: error: a source asks one cloud or file, and this one names several"],
        ),
        (
            "sources: [{name: x}]\n",
            &["1:11: error: a source names no cloud: expected `aws:`, `azure:` or `gcp:` with its options, \
                 `file: PATH`, or `snapshot: FILE`"],
        ),
        (
            "sources: [{aws: {}, backend: resource_graph}]\n",
            &["1:30: error: `backend` beside a cloud says nothing"],
        ),
        ("sources: [{file: a, backend: 1}]\n", &["1:30: error: expected a name, found an integer"]),
        (
            "sources: [{file: a, backend: resource_grap}]\n",
            &["1:30: error: the value `resource_grap` is not known"],
        ),
        (
            "sources: [{file: a, names: [b]}]\n",
            &[
                "1:18: error: `names` cannot be used with `file`: a plugin's file has its own options, and no others",
            ],
        ),
        (
            "sources: [{file: a, on_error: skip}]\n",
            &[
                "1:18: error: `on_error` cannot be used with `file`: a plugin's file has its own options, and no \
                 others",
            ],
        ),
        (
            "sources: [{fiel: a}, {awss: {}}]\n",
            &["1:12: error: the key `fiel` is not known", "1:23: error: the key `awss` is not known"],
        ),
        ("names: []\nsources: [{aws: {}}]\n", &["1:8: error: `names` is an empty list"]),
        ("names:\nsources: [{aws: {}}]\n", &["1:1: error: `names` has no value"]),
        ("sources: [{aws: {}, names: []}]\n", &["1:28: error: `names` is an empty list"]),
        ("sources: [{aws: {regions: []}}]\n", &["1:27: error: `regions` is an empty list"]),
        ("sources: [{azure: {resource_groups: }}]\n", &["1:20: error: `resource_groups` has no value"]),
        (
            "sources: [{aws: {organization: {role: x, units: []}}}]\n",
            &["1:49: error: `units` is an empty list"],
        ),
        (
            "groups: {a: b}\nsources: [{file: a}]\n",
            &["1:1: error: `groups` says nothing here: every source of this file is the file of a plugin"],
        ),
        (
            "sources: [{file: a}]\non_error: skip\n",
            &["2:1: error: `on_error` says nothing here: every source of this file is the file of a plugin"],
        ),
        (
            "sources: [{file: a}]\ncache: {ttl: 1d}\n",
            &["2:1: error: `cache` says nothing here: every source of this file is the file of a plugin"],
        ),
        (
            "sources: [{gcp: {}}]\nhostvars_prefix: 'my-var {{'\n",
            &[
                "2:18: error: expected letters, digits and `_` such as `cloud_`, no digit first and not `ansible_`, found \
                 `my-var {{`",
            ],
        ),
        (
            "sources: [{gcp: {}}]\nhostvars_prefix: ''\n",
            &[
                "2:18: error: expected letters, digits and `_` such as `cloud_`, no digit first and not `ansible_`, found ``",
            ],
        ),
        (
            "sources: [{gcp: {}}]\nhostvars_prefix: ansible_\n",
            &[
                "2:18: error: expected letters, digits and `_` such as `cloud_`, no digit first and not `ansible_`, found \
                 `ansible_`",
            ],
        ),
        ("retrys: 1\nsources: [{file: a}]\n", &["1:1: error: the key `retrys` is not known"]),
        ("retries: [1]\nsources: [{file: a}]\n", &["1:10: error: expected a string, found a list"]),
        (
            "keyed_groups: [{key: state, prefx: s}]\nsources: [{file: a}]\n",
            &["1:29: error: the key `prefx` is not known"],
        ),
        ("keyed_groups: [{prefix: s}]\nsources: [{file: a}]\n", &["1:16: error: the key `key` is missing"]),
        ("default_groups: {tag: on}\nsources: [{file: a}]\n", &["1:18: error: the key `tag` is not known"]),
        (
            "default_groups: some\nsources: [{file: a}]\n",
            &["1:17: error: expected a boolean, or a mapping such as `{tags: false}`, found a string"],
        ),
    ];
    for (text, messages) in cases {
        let expected: Vec<String> =
            messages.iter().map(|message| format!("cloud-inventory.yml:{message}")).collect();
        assert_eq!(read_text(text).map(|_| ()), Err(expected), "{text}");
    }
}

#[test]
fn kept_facts_are_as_old_as_is_said() {
    let policy = |text: &str| {
        let document = yaml::read("cloud-inventory.yml", text.as_bytes()).unwrap();
        let native = read(&document, Path::new("/etc/inventory")).map_err(|errors| errors[0].to_string())?;
        let policy = native.file.policy(&document.source, &native.sources[0].options);
        policy.map_err(|error| error.to_string())
    };
    let sources = "sources: [{gcp: {}}]\n";
    assert_eq!(
        policy(sources),
        Ok(Policy { shrink: Some(crate::discovery::Shrink::default()), ..Policy::default() })
    );
    let text = "sources: [{gcp: {}, on_error: stale}]\ncache: {ttl: 10m, stale: 1d, directory: c}\nshrink: {share: 0.2}\n";
    let found = policy(text).unwrap();
    assert_eq!((found.on_error, found.ttl.as_secs(), found.stale.as_secs()), (OnError::Stale, 600, 86_400));
    assert_eq!(found.shrink, Some(crate::discovery::Shrink { share: 0.2, least: 10 }));
    let table = [
        (
            "sources: [{gcp: {}, on_error: stale}]\n",
            "cloud-inventory.yml:1:31: error: `on_error: stale` needs facts",
        ),
        (
            "sources: [{gcp: {}}]\non_error: stale\n",
            "cloud-inventory.yml:2:11: error: `on_error: stale` needs facts",
        ),
        (
            "sources: [{gcp: {}}]\ncache: {ttl: 10}\n",
            "cloud-inventory.yml:2:14: error: expected a duration such as",
        ),
        (
            "sources: [{gcp: {}}]\nshrink: {share: 50}\n",
            "cloud-inventory.yml:2:9: error: expected a share from 0 to 1",
        ),
        (
            "sources: [{gcp: {}}]\non_error: ignore\n",
            "cloud-inventory.yml:2:11: error: the value `ignore` is not known",
        ),
    ];
    for (text, message) in table {
        let error = policy(text).unwrap_err();
        assert!(error.starts_with(message), "{text}: {error}");
    }
}

#[test]
fn the_keys_of_a_source_are_those_of_the_schema() {
    let schema = schema(|_| Vec::new());
    let keys = schema.pointer("/$defs/SourceOptions/properties").and_then(|keys| keys.as_object()).unwrap();
    let mut known = source::KEYS.to_vec();
    known.sort_unstable();
    let mut keys: Vec<&str> = keys.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(known, keys);
}
