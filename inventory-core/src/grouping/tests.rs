//! Each row of `rows.jsonl` is what a plugin of the cloud plugins' form (compose, groups, keyed_groups for each host
//! in turn) makes of a configuration and the hosts of `hosts.json`, on ansible-core 2.19.14.

mod needs;

use std::sync::Arc;

use crate::testing::properties;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::value::Time;
use crate::yaml;

fn environment() -> Environment {
    Environment::new(|_| None, "/".into(), Time::from_unix(0, 0).unwrap())
}

fn read(text: &str, settings: Settings) -> Result<(Rules, Vec<Diagnostic>), Diagnostic> {
    let document = yaml::read("test.yml", text.as_bytes()).unwrap();
    let variables = config::environment::Environment::default();
    let mut options = config::options::Options::new(&document, &variables).unwrap();
    let (rules, mut warnings) = Rules::from_options(&mut options, settings)?;
    warnings.extend(options.finish(Severity::Warning));
    Ok((rules, warnings))
}

fn hosts() -> Vec<(String, Arc<Map>)> {
    let json: Json = serde_json::from_str(include_str!("hosts.json")).unwrap();
    let entries = json.as_object().unwrap().clone();
    let facts = |json| match Value::from(json) {
        Value::Map(map) => map,
        other => panic!("{other:?}"),
    };
    entries.into_iter().map(|(name, json)| (name, facts(json))).collect()
}

/// Does for each host what the plugins do.
fn build(rules: &Rules, hosts: &[(String, Arc<Map>)]) -> (Inventory, Result<Tally, Error>) {
    let mut inventory = Inventory::new();
    inventory.begin_source("/tmp/src/x.rowcloud.yml");
    let cloud = inventory.add_group("cloud").unwrap();
    let environment = environment();
    let mut tally = rules.tally();
    for (name, facts) in hosts {
        let host = inventory.add_host(name).unwrap();
        inventory.add_member(cloud, host);
        inventory.set_host_facts(host, facts);
        if let Err(error) = rules.apply(&mut inventory, host, &**facts, &environment, &mut tally) {
            return (inventory, Err(error));
        }
    }
    (inventory, Ok(tally))
}

/// Returns the groups and the variables that differ from the facts, as the rows have them.
fn shown(inventory: &Inventory, hosts: &[(String, Arc<Map>)]) -> (Json, Value) {
    let groups: Vec<Json> = inventory
        .groups()
        .map(|(_, group)| {
            let hosts = group.hosts().iter().map(|id| inventory.host(*id).name().as_str());
            let children = group.children().iter().map(|id| inventory.group(*id).name().as_str());
            serde_json::json!([
                group.name().as_str(),
                hosts.collect::<Vec<_>>(),
                children.collect::<Vec<_>>()
            ])
        })
        .collect();
    let mut variables = Map::new();
    for ((_, host), (name, facts)) in inventory.hosts().zip(hosts) {
        let changed = |(name, value): &(&str, &Value)| facts.get(name).is_none_or(|fact| fact != *value);
        let changed: Map =
            host.variables().filter(changed).map(|(name, value)| (name, value.clone())).collect();
        if !changed.is_empty() {
            variables.insert(name.as_str(), changed);
        }
    }
    (groups.into(), variables.into())
}

#[test]
fn rules_do_what_ansible_does() {
    let hosts = hosts();
    let mut wrong = Vec::new();
    for line in include_str!("rows.jsonl").lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let config = row["config"].as_str().unwrap();
        let outcome =
            read(config, Settings::default()).map_err(|error| error.message).and_then(|(rules, _)| {
                let (inventory, outcome) = build(&rules, &hosts);
                outcome.map(|_| shown(&inventory, &hosts)).map_err(|error| error.to_string())
            });
        let is_right = match &outcome {
            Err(_) => row.get("error").is_some(),
            Ok((groups, variables)) => {
                *groups == row["groups"] && *variables == Value::from(row["vars"].clone())
            }
        };
        if !is_right {
            wrong.push(format!("{line}\n  gave {outcome:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn rules(text: &str) -> Rules {
    read(text, Settings::default()).unwrap().0
}

#[test]
fn failures_are_counted_for_each_rule() {
    let rules = rules(
        "compose: {a: s, b: one}\ngroups: {g: s}\nkeyed_groups: [{key: nope.x}, {key: one | upper}, {key: e}]",
    );
    let (_, tally) = build(&rules, &hosts());
    let lines: Vec<String> = tally.unwrap().failures().map(|failures| failures.to_string()).collect();
    let starts = [
        "compose.b failed on 1 of 2 hosts, e.g. 10.0.0.1: 'one' is undefined",
        "groups.g failed on 2 of 2 hosts, e.g. web1.example.com: the condition is a str, not a boolean",
        "keyed_groups[0] failed on 2 of 2 hosts, e.g. web1.example.com: 'nope' is undefined",
        "keyed_groups[1] failed on 1 of 2 hosts, e.g. 10.0.0.1: 'one' is undefined",
        "keyed_groups[2] failed on 1 of 2 hosts, e.g. 10.0.0.1: 'e' is undefined",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn where_only_rules_are_given_up_nothing_else_is() {
    let dialect = Dialect { reach: Reach::Rule, ..Dialect::CONSTRUCTED };
    let text =
        "strict: true\ncompose: {a: nope, b: s}\nkeyed_groups: [{key: i}, {key: e | default('')}, {key: s}]";
    let (rules, _) = read(text, Settings { dialect, ..Settings::default() }).unwrap();
    let (inventory, tally) = build(&rules, &hosts());
    let failed: Vec<_> = tally.unwrap().failures().map(|found| (found.rule, found.stopped)).collect();
    assert_eq!(failed, [("compose.a".to_owned(), 0), ("keyed_groups[0]".to_owned(), 0)]);
    let host = inventory.host(inventory.find_host("web1.example.com").unwrap());
    assert!(host.variable("b").is_some() && !host.groups().is_empty());
}

#[test]
fn fatal_errors_name_the_rule_the_host_and_the_line() {
    let rows = [
        (
            "keyed_groups:\n  - key: s\n  - key: i",
            "`keyed_groups[1]` failed for host `web1.example.com`: the key is a int",
            3,
        ),
        ("strict: true\ncompose:\n  a: nope", "`compose.a` failed for host `web1.example.com`: 'nope' is", 3),
        ("strict: yes\ngroups:\n  g: s", "`groups.g` failed for host `web1.example.com`: the condition", 3),
    ];
    for (text, message, line) in rows {
        let error = build(&rules(text), &hosts()).1.unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
        let diagnostic = Diagnostic::from(error);
        let Some(Origin::File { span, .. }) = diagnostic.origin.as_deref() else { panic!("no place") };
        assert_eq!(span.line, line);
    }
}

#[test]
fn what_never_works_is_warned_of_at_its_place() {
    let rows = [
        (
            "compose: {a: 22}",
            "`compose.a` fails for every host and is skipped: expected an expression, found an",
            14,
        ),
        ("compose: {a: \"'x\"}", "`compose.a` fails for every host and is skipped: ", 17),
        (
            "compose: {a: \"{{ x }}\"}",
            "`compose.a` fails for every host and is skipped: template delimiters",
            20,
        ),
        ("compose: {a: x | nope}", "`compose.a` fails for every host and is skipped: ", 18),
        (
            "compose: {a: !unsafe x}",
            "`compose.a` fails for every host and is skipped: text that is tagged",
            14,
        ),
        ("groups: {g: }", "`groups.g` fails for every host and is skipped: the condition is empty", 10),
        (
            "groups: {g: \"s == '{{ s }}'\"}",
            "`groups.g` has a template within a string, which Ansible will not evaluate much longer",
            19,
        ),
        (
            "groups: {g: 1}",
            "`groups.g` fails for every host and is skipped: expected an expression or a boolean",
            13,
        ),
        (
            "keyed_groups: [{key: s, seperator: x}]",
            "`seperator` is no key of `keyed_groups[0]`, and is ignored",
            25,
        ),
        (
            "keyed_groups: [{prefix: x}]",
            "`keyed_groups[0]` fails for every host and is skipped: there is no `key`",
            16,
        ),
        (
            "keyed_groups: [{key: 5}]",
            "`keyed_groups[0].key` fails for every host and is skipped: expected an",
            22,
        ),
        (
            "keyed_groups: [{key: s, prefix: \"{{ x }}\"}]",
            "`keyed_groups[0].prefix` is not evaluated as a temp",
            33,
        ),
        (
            "keyed_groups: [{key: s, default_value: x, trailing_separator: no}]",
            "`keyed_groups[0]` sets both `default_value` and `trailing_separator`, and fails for any host",
            16,
        ),
        (
            "keyed_groups: [{key: s, parent_group: \"{{ s\"}]",
            "`keyed_groups[0].parent_group` fails for every host and is skipped: ",
            43,
        ),
    ];
    for (text, message, column) in rows {
        let (_, warnings) = read(text, Settings::default()).unwrap();
        let [warning] = warnings.as_slice() else { panic!("{text}: {warnings:#?}") };
        assert!(warning.message.starts_with(message), "{text}: {}", warning.message);
        let Some(Origin::File { span, .. }) = warning.origin.as_deref() else { panic!("no place") };
        assert_eq!(span.column, column, "{text}: {}", warning.message);
    }
    let (_, warnings) = read("keyed_groups: [{key: s, seperator: x}]", Settings::default()).unwrap();
    assert_eq!(warnings[0].help, ["did you mean `separator`?"]);
}

#[test]
fn what_never_works_is_an_error_where_rules_are_strict() {
    for (rules, message) in [
        ("compose: {a: 22}", "`compose.a` fails for every host, and the rules are strict: expected an"),
        (
            "groups: {g: }",
            "`groups.g` fails for every host, and the rules are strict: the condition is empty",
        ),
        (
            "keyed_groups: [{prefix: x}]",
            "`keyed_groups[0]` fails for every host, and the rules are strict: there",
        ),
    ] {
        let error = read(&format!("strict: true\n{rules}"), Settings::default()).unwrap_err();
        assert!(error.message.starts_with(message), "{error:?}");
        assert_eq!(error.severity, Severity::Error);
    }
}

#[test]
fn a_path_without_quotes_is_told_how_to_write_it() {
    for (rules, help) in [
        ("compose: {a: /usr/bin/python3}", "write `\"'/usr/bin/python3'\"` to give that text"),
        ("compose: {a: 22}", "write `\"22\"` to give that value"),
    ] {
        let (_, warnings) = read(rules, Settings::default()).unwrap();
        assert_eq!(warnings[0].help, [help], "{rules}");
    }
}

#[test]
fn what_only_ansible_can_do_is_an_error_at_its_place() {
    let rows = [
        ("compose: {a: \"lookup('pipe', 'x')\"}", "`compose.a` cannot be evaluated: the lookup `pipe`", 15),
        ("groups: {g: s is a.b.c}", "`groups.g` cannot be evaluated: the test `a.b.c`", 18),
        ("groups: {g: \"'{{ s | a.b.c }}' == s\"}", "`groups.g` cannot be evaluated: the filter `a.b.c`", 14),
        ("groups: {g: \"{{ s | a.b.c }}\"}", "`groups.g` cannot be evaluated: the filter `a.b.c`", 21),
        (
            "keyed_groups: [{key: s | vault}]",
            "`keyed_groups[0].key` cannot be evaluated: the filter `vau",
            26,
        ),
        (
            "keyed_groups: [{key: s, parent_group: \"{{ lipsum() }}\"}]",
            "`keyed_groups[0].parent_group` cannot be evaluated: the function `lipsum`",
            43,
        ),
    ];
    for (text, message, column) in rows {
        let error = read(text, Settings::default()).unwrap_err();
        assert!(error.message.starts_with(message), "{text}: {}", error.message);
        let Some(Origin::File { span, .. }) = error.origin.as_deref() else { panic!("no place") };
        assert_eq!(span.column, column, "{text}: {}", error.message);
    }
}

#[test]
fn wrong_types_are_errors() {
    for (text, message) in [
        ("keyed_groups: {key: s}", "`keyed_groups` is a mapping"),
        ("keyed_groups: [s]", "`keyed_groups[0]` is a string"),
        ("keyed_groups: [{}]", "`keyed_groups[0]` is empty"),
        ("compose: [s]", "`compose` is a list"),
        ("groups: {5: true}", "the name of a group is an integer"),
    ] {
        assert_eq!(read(text, Settings::default()).unwrap_err().message, message);
    }
}

#[test]
fn extra_variables_win_in_compose_and_keys_only() {
    let text =
        "compose: {a: s}\ngroups: {g: \"s == 'extra'\"}\nkeyed_groups: [{key: s, parent_group: \"{{ s }}\"}]";
    let extra_variables: Map = [("s", "extra")].into_iter().collect();
    let settings = Settings { extra_variables, ..Settings::default() };
    for (text, value) in [(text.to_owned(), "abc"), (format!("use_extra_vars: true\n{text}"), "extra")] {
        let (rules, _) = read(&text, settings.clone()).unwrap();
        let (inventory, _) = build(&rules, &hosts()[..1]);
        let host = inventory.find_host("web1.example.com").unwrap();
        assert!(inventory.host(host).variable("a") == Some(&value.into()));
        assert!(inventory.find_group("g").is_none());
        assert!(inventory.find_group(&format!("_{value}")).is_some());
        assert!(inventory.find_group(value).is_some());
    }
}

#[test]
fn groups_are_named_by_the_sanitizer() {
    let text = "groups: {1-g: true}\nkeyed_groups: [{key: dash, prefix: 1}]";
    for (sanitizer, names) in [
        (Sanitizer::Ansible, ["__g", "__a_b_c_d_e"]),
        (Sanitizer::ContribScript, ["1-g", "1_a-b_c_d_e"]),
        (Sanitizer::Unchanged, ["1-g", "1_a-b.c/d:e"]),
    ] {
        let (rules, _) = read(text, Settings { sanitizer, ..Settings::default() }).unwrap();
        let (inventory, _) = build(&rules, &hosts()[..1]);
        for name in names {
            assert!(inventory.find_group(name).is_some(), "{name}");
        }
    }
}

proptest! {
    #![proptest_config(properties(200))]

    #[test]
    fn grouping_never_panics_and_names_no_templates(
        value in "[\\PC{}%#]{0,8}",
        prefix in "[\\PC{}%#]{0,3}",
        separator in "[\\PC_]{0,2}",
        key in prop::sample::select(&["v", "[v, '', none]", "{v: v}", "v | length", "v ~ '{{'"][..]),
        leading in any::<bool>(),
    ) {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let text = format!(
            "leading_separator: {leading}\nkeyed_groups:\n  - {{key: {}, prefix: {}, separator: {}}}\n",
            quoted(key), quoted(&prefix), quoted(&separator),
        );
        let Ok(document) = yaml::read("test.yml", text.as_bytes()) else { return Ok(()) };
        let variables = config::environment::Environment::default();
        let mut options = config::options::Options::new(&document, &variables).unwrap();
        let (rules, _) = Rules::from_options(&mut options, Settings::default()).unwrap();
        let facts = Arc::new([("v", value.as_str())].into_iter().collect::<Map>());
        let (mut inventory, _) = build(&rules, &[("h".to_owned(), facts)]);
        inventory.reconcile().unwrap();
        for (_, group) in inventory.groups() {
            prop_assert_eq!(Sanitizer::Ansible.clean(group.name()), group.name().as_str());
        }
    }
}
