//! What the script does in each case was seen: ansible 2.9.27's `contrib/inventory/ec2.py` with boto 2.49.0 on moto.

mod hosts;

use std::sync::Arc;

use inventory_core::config::environment::Environment;
use inventory_core::diagnostic::{Diagnostic, Source};
use inventory_core::ini;

use super::keys;
use super::settings::{Settings, read};
use crate::connection::Identity;
use crate::sweep::{Filter, Sweep};

/// Variables of the environment.
type Variables<'a> = &'a [(&'a str, &'a str)];

type Read = Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>>;

fn read_with(text: &str, variables: Variables<'_>) -> Read {
    let document = ini::read(&Arc::new(Source::new("ec2.ini", text))).unwrap();
    read(&document, &Environment::new(variables.iter().copied(), "/work"))
}

fn settings(keys: &str) -> Settings {
    read_with(&format!("[ec2]\n{keys}"), &[]).unwrap().0
}

/// Returns errors, or else warnings, with their help.
fn told(text: &str, variables: Variables<'_>) -> Vec<String> {
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
        assert!(told[0].starts_with(expected), "{keys}: {told:#?}");
    }
    assert_eq!(told("[ec2]\n[credential]\n[credentials]\nkey = 1\n", &[]).len(), 2);
    let stacked = told("[ec2]\nstack_filters = 1\ninstance_filters = a=b&c=d\n", &[]);
    assert!(
        stacked[0].contains("`&` in `instance_filters` cannot be used with `stack_filters`"),
        "{stacked:?}"
    );
    let half = told("[ec2]\n[credentials]\naws_access_key_id = AKID\n", &[]);
    assert!(half[0].contains("`aws_secret_access_key` is missing") && !half[0].contains("AKID"), "{half:?}");
    let other = told("[ec2]\n[credentials]\naws_secret_access_key = planted\n", &[]);
    assert!(
        other[0].contains("warning: without `aws_access_key_id`") && !other[0].contains("planted"),
        "{other:?}"
    );
    assert_eq!(told("[ec2]\nregoins = all\nrds = True\n", &[]).len(), 2, "warnings are told beside errors");
    let misplaced = told("[ec2]\nregions = all\naws_secret_access_key = planted\n", &[]);
    assert!(misplaced[0].ends_with("it belongs into `[credentials]`"), "{misplaced:?}");
    let comment = told("[ec2]\nregions = all\nboto_profile = own ; mine\n", &[]);
    assert!(comment.len() == 1 && comment[0].contains("a comment needs a line of its own"), "{comment:?}");
    assert!(told("[ec2]\nweb1: 22\n", &[])[0].contains("a list of hosts"), "no key is one of the script");
    let unfilled = told("[ec2]\nregions = %(none)s\n", &[]);
    assert!(unfilled.len() == 1 && unfilled[0].contains("`regions` cannot be read"), "{unfilled:?}");
    let part = "abcdefghijklmnopqrstuvwxyzabcdefghij";
    let torn = told(&format!("[ec2]\nregions = all\n[credentials]\n{part}==\n"), &[]);
    assert!(torn.len() == 1 && !torn[0].contains(part), "{torn:?}");
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
    let rows: [(&str, Variables<'_>, &[&str]); 4] = [
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
    let rows: [(&str, Variables<'_>, Identity); 6] = [
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
