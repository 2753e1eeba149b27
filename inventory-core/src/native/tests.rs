//! Native configurations over machines made up here.

use std::sync::Arc;

use super::*;
use crate::config::environment;
use crate::config::native::{SourceOptions, read};
use crate::config::options::Options;
use crate::discovery::{self, State};
use crate::expression::Escapes;
use crate::grouping;
use crate::host::Host;
use crate::render::{View, write_list};
use crate::value::{Map, Time};

fn machine(provider: &'static str, id: &str, name: &str, tags: &[(&str, &str)]) -> Machine {
    let region = match provider {
        "aws" => "eu-west-1",
        "azure" => "westeurope",
        _ => "europe-west1",
    };
    let tags: Map = tags.iter().map(|(key, value)| (*key, *value)).collect();
    let host = Host {
        provider,
        account: Some("acc".into()),
        region: Some(region.into()),
        id: id.into(),
        name: (!name.is_empty()).then(|| name.into()),
        state: Some("running".into()),
        private_ips: vec!["10.0.0.7".into(), "192.168.1.7".into()],
        ipv6_ips: vec!["fe80::1".into(), "2001:db8::7".into()],
        tags: Arc::new(tags),
        ..Host::default()
    };
    let record = Arc::new(Map::from_iter([("kind", "k")]));
    Machine { host, record }
}

/// Reads a configuration of one source.
fn configured(config: &str) -> Result<(Settings, PartSettings), String> {
    let text = format!("sources: [{{aws: {{}}}}]\n{config}");
    let document = crate::yaml::read("native.yml", text.as_bytes()).unwrap();
    let native = read(&document, Path::new("")).map_err(|errors| errors[0].to_string())?;
    let environment = environment::Environment::default();
    let mut options = Options::new(&document, &environment).unwrap();
    let (rules, _) = Rules::from_options(&mut options, grouping::Settings::default()).unwrap();
    let settings = native.file.host_settings(&document.source, rules, Escapes::default());
    let settings = settings.map_err(|errors| errors[0].to_string())?;
    let own: SourceOptions = native.sources.into_iter().next().unwrap().options;
    let own = own.part_settings(&document.source, Escapes::default()).unwrap();
    Ok((settings, own))
}

/// Returns the inventory of a configuration over machines, as JSON, and what people are told.
fn inventory(config: &str, machines: Vec<Machine>) -> Result<(serde_json::Value, Vec<String>), String> {
    inventory_of(&[(config, machines, State::Fetched)], &[])
}

/// Returns the inventory of several configurations, each over machines of a scope in that state, beside a plugin's file
/// whose hosts have these names.
fn inventory_of(
    units: &[(&str, Vec<Machine>, State)],
    others: &[&str],
) -> Result<(serde_json::Value, Vec<String>), String> {
    let world = Environment::new(|_| None, "/".into(), Time::from_unix(0, 0).unwrap());
    let mut opened = Vec::new();
    for (place, (config, machines, state)) in units.iter().enumerate() {
        let (settings, own) = configured(config)?;
        let machines = machines.clone();
        let made = move |_| (machines.clone(), Vec::new());
        let path = if place == 0 { "/native.yml".to_owned() } else { format!("/native{place}.yml") };
        let mut fetched = Fetched::of(Vec::new());
        fetched.scopes[0].report.state = state.clone();
        opened.push((path, settings, own, made, fetched));
    }
    let mut hosts = Vec::new();
    for (path, settings, own, made, fetched) in &mut opened {
        let part = Part { label: "aws", machines: made, settings: own, fetched: std::mem::take(fetched) };
        hosts.push(
            prepare(Path::new(path.as_str()), vec![part], settings, &world)
                .map_err(|error| error.to_string())?,
        );
    }
    let taken = others.iter().map(|name| (Text::from(*name), Path::new("/aws_ec2.yml"))).collect();
    part_names(&mut hosts.iter_mut().collect::<Vec<_>>(), &taken).map_err(|error| error.render(false))?;
    let (mut inventory, mut told) = (Inventory::new(), Vec::new());
    for hosts in hosts {
        told.extend(hosts.add(&mut inventory, &world).map_err(|error| error.to_string())?);
    }
    inventory.reconcile().unwrap();
    let mut out = Vec::new();
    write_list(&View::new(&inventory, false), &mut out).unwrap();
    Ok((serde_json::from_slice(&out).unwrap(), told.iter().map(ToString::to_string).collect()))
}

fn names(inventory: &serde_json::Value) -> Vec<&str> {
    inventory["_meta"]["hostvars"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn one_set_of_rules_groups_the_machines_of_all_clouds() {
    let machines = vec![
        machine("aws", "i-1", "web-1", &[("role", "web"), ("Empty", "")]),
        machine("gcp", "77", "web-2", &[("role", "web")]),
        machine("azure", "/subscriptions/s/x", "db", &[]),
    ];
    let config = "groups: {web: \"tags.role == 'web'\"}\ncompose: {kind: \"(aws | default(gcp) | default({})).kind\"}\n\
                  keyed_groups: [{key: provider}]\n";
    let (inventory, _) = inventory(config, machines).unwrap();
    assert_eq!(inventory["web"]["hosts"], serde_json::json!(["web-1", "web-2"]));
    assert_eq!(inventory["tag_role_web"]["hosts"], serde_json::json!(["web-1", "web-2"]));
    for group in ["_aws", "provider_azure", "region_eu_west_1", "account_acc", "state_running", "tag_Empty"] {
        assert!(inventory.get(group).is_some(), "{group}: {inventory}");
    }
    let hostvars = &inventory["_meta"]["hostvars"];
    assert_eq!(hostvars["web-1"]["cloud_region"], "eu-west-1");
    assert_eq!(hostvars["web-1"]["ansible_host"], "10.0.0.7");
    assert_eq!((&hostvars["web-1"]["kind"], &hostvars["web-2"]["kind"]), (&"k".into(), &"k".into()));
    assert_eq!(hostvars["db"]["cloud_security_groups"], serde_json::Value::Null);
    assert!(hostvars["db"].get("cloud_aws").is_none());
}

#[test]
fn machines_and_mistakes_of_many_sources_stay_in_order() {
    let world = Environment::new(|_| None, "/".into(), Time::from_unix(0, 0).unwrap());
    let labels: Vec<String> = (0..20).map(|number| format!("source {number}")).collect();
    let prepared = |config: &str| {
        let (settings, own) = configured(config).unwrap();
        let make = |place: usize| {
            move |_| {
                let id = format!("i-{place}");
                (vec![machine("aws", &id, &id, &[])], vec![Note::from("told".to_owned())])
            }
        };
        let makers: Vec<_> = (0..labels.len()).map(make).collect();
        let parts = labels.iter().zip(&makers).map(|(label, made)| Part {
            label,
            machines: made,
            settings: &own,
            fetched: Fetched::of(Vec::new()),
        });
        let hosts = prepare(Path::new("/native.yml"), parts.collect(), &settings, &world);
        hosts.map(|hosts| {
            let names: Vec<_> = hosts.named.iter().map(|named| named.name.to_string()).collect();
            (names, hosts.notes.iter().map(ToString::to_string).collect::<Vec<_>>())
        })
    };
    let (names, notes) = prepared("names: [id]\n").unwrap();
    assert_eq!(names, (0..20).map(|number| format!("i-{number}")).collect::<Vec<_>>());
    assert_eq!(notes, labels.iter().map(|label| format!("{label}: told")).collect::<Vec<_>>());
    let error = prepared("include: [id | upper]\n").unwrap_err().to_string();
    assert!(error.contains("the condition `id | upper` fails for `i-0`"), "{error}");
}

#[test]
fn only_what_is_wanted_is_exported() {
    let config =
        "hostvars: [tags, region, native]\nhostvars_prefix: c_\ndefault_groups: false\naddress: []\n";
    let (inventory, told) = inventory(config, vec![machine("aws", "i-1", "a", &[])]).unwrap();
    let variables = &inventory["_meta"]["hostvars"]["a"];
    let expected = serde_json::json!({"c_region": "eu-west-1", "c_tags": {}, "c_aws": {"kind": "k"}});
    assert_eq!((variables, told), (&expected, Vec::new()));
    assert!(inventory.get("provider_aws").is_none());
}

#[test]
fn filters_choose_machines() {
    let machines = || {
        vec![
            machine("aws", "i-1", "a", &[("env", "prod")]),
            machine("aws", "i-2", "b", &[]),
            machine("aws", "i-3", "c", &[("env", "dev"), ("skip", "yes")]),
        ]
    };
    let (inventory_, _) = inventory("exclude: [tags.skip == 'yes']\n", machines()).unwrap();
    assert_eq!(names(&inventory_), ["a", "b"], "what is undefined does not hold");
    let (inventory_, _) = inventory("include: [\"tags.env == 'prod'\", id == 'i-2']\n", machines()).unwrap();
    assert_eq!(names(&inventory_), ["a", "b"]);
    let (inventory_, told) =
        inventory("exclude: [tags.skipp == 'yes', tags.skip == 'yes']\n", machines()).unwrap();
    assert_eq!(names(&inventory_), ["a", "b"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("`exclude`: `tags.skipp == 'yes'` leaves out nothing"), "{told:?}");
    let mut unknown = machines();
    unknown[1].host.state = None;
    let (inventory_, told) = inventory("include: [state == 'running']\n", unknown).unwrap();
    assert_eq!(names(&inventory_), ["a", "c"]);
    assert!(told[0].contains("are left out by filters, and have no known `state`: i-2"), "{told:?}");
    for condition in
        ["scale_group is not none", "public_ips | length > 0", "'x' in public_ips", "'env' in tags"]
    {
        inventory(&format!("include: [{condition:?}]\n"), machines()).unwrap();
    }
    let error = inventory("include: [tags.env | upper]\n", machines()).unwrap_err();
    assert!(
        error.contains("the condition `tags.env | upper` fails for `i-1`: it is a str, not a boolean"),
        "{error}"
    );
}

#[test]
fn the_first_name_and_address_that_there_is_count() {
    let machines = || vec![machine("aws", "i-1", "", &[("dns", "a.example")])];
    let (made, _) = inventory("", machines()).unwrap();
    assert_eq!(names(&made), ["i-1"]);
    let config = "names: [tags.missing, tags.dns]\naddress: [public_ip, {private_ip_in: [192.168.0.0/16]}]\n";
    let (made, _) = inventory(config, machines()).unwrap();
    assert_eq!(made["_meta"]["hostvars"]["a.example"]["ansible_host"], "192.168.1.7");
    let (made, _) = inventory("address: [{expression: tags.dns}]\n", machines()).unwrap();
    assert_eq!(made["_meta"]["hostvars"]["i-1"]["ansible_host"], "a.example");
    let (made, _) = inventory("address: [ipv6]\n", machines()).unwrap();
    assert_eq!(made["_meta"]["hostvars"]["i-1"]["ansible_host"], "2001:db8::7");
    let (made, told) = inventory("address: [public_dns]\n", machines()).unwrap();
    assert!(made["_meta"]["hostvars"]["i-1"].get("ansible_host").is_none());
    assert!(told[0].contains("have no address that `address` names"), "{told:?}");
    let (made, told) = inventory("names: [tags.missing]\n", machines()).unwrap();
    assert_eq!(made["_meta"]["hostvars"], serde_json::json!({}));
    assert!(told[0].contains("get no name by `names`, and are left out: i-1"), "{told:?}");
}

#[test]
fn equal_names_are_refused_parted_or_told() {
    let machines = |order: [usize; 3]| {
        let all = [
            machine("aws", "i-1", "web", &[]),
            machine("gcp", "77", "web", &[]),
            machine("gcp", "78", "web", &[]),
        ];
        order.map(|place| all[place].clone()).to_vec()
    };
    let error = inventory("", machines([0, 1, 2])).unwrap_err();
    assert!(
        error.contains("`web` is the name of aws/acc/eu-west-1/i-1 and of gcp/acc/europe-west1/77"),
        "{error}"
    );
    assert!(error.contains("`collisions: qualify`"), "{error}");
    for order in [[0, 1, 2], [2, 0, 1]] {
        let (made, _) = inventory("collisions: qualify\n", machines(order)).unwrap();
        let mut names = names(&made);
        names.sort_unstable();
        let expected =
            ["web.aws.acc.eu-west-1", "web.gcp.acc.europe-west1.77", "web.gcp.acc.europe-west1.78"];
        assert_eq!(names, expected);
    }
    let (made, told) = inventory("collisions: first\n", machines([1, 0, 2])).unwrap();
    assert_eq!(made["_meta"]["hostvars"]["web"]["cloud_id"], "77");
    assert!(told[0].contains("2 machines have the name of another host, and are left out"), "{told:?}");
}

/// Two files, the first with the machine `i-1` and the second with `i-2`: both are called `web`.
fn two_files(policies: [&str; 2], order: [usize; 2], others: &[&str]) -> Result<Vec<String>, String> {
    let machines = [machine("aws", "i-1", "web", &[]), machine("gcp", "i-2", "web", &[])];
    let units = order.map(|place| (policies[place], vec![machines[place].clone()], State::Fetched));
    let (made, _) = inventory_of(&units, others)?;
    let ids = made["_meta"]["hostvars"].as_object().unwrap();
    let mut ids: Vec<_> =
        ids.iter().map(|(name, host)| format!("{name}={}", host["cloud_id"].as_str().unwrap())).collect();
    ids.sort();
    Ok(ids)
}

#[test]
fn names_are_unique_over_all_files_in_any_order() {
    let [refuse, qualify, first] = ["", "collisions: qualify\n", "collisions: first\n"];
    let (aws, gcp) = ("web.aws.acc.eu-west-1=i-1", "web.gcp.acc.europe-west1=i-2");
    let refused = "`web` is the name of ";
    type Row<'a> = ([&'a str; 2], &'a [&'a str], Result<&'a [&'a str], &'a str>);
    let rows: [Row<'_>; 7] = [
        ([qualify, qualify], &[], Ok(&[aws, gcp])),
        ([refuse, qualify], &[], Err(refused)),
        ([refuse, refuse], &[], Err(refused)),
        ([qualify, first], &[], Ok(&[aws, "web=i-2"])),
        ([qualify, qualify], &["web"], Ok(&[aws, gcp])),
        ([first, first], &["web"], Ok(&[])),
        ([refuse, qualify], &["web"], Err("gcp/acc/europe-west1/i-2 and of a host of `/aws_ec2.yml`")),
    ];
    for (policies, others, expected) in rows {
        for order in [[0, 1], [1, 0]] {
            match (two_files(policies, order, others), expected) {
                (Ok(made), Ok(expected)) => assert_eq!(made, expected, "{policies:?} {order:?}"),
                (Err(made), Err(expected)) => assert!(made.contains(expected), "{made}"),
                (made, _) => panic!("{policies:?} {order:?}: {made:?}"),
            }
        }
    }
}

#[test]
fn one_machine_that_is_found_twice_is_no_matter_of_names() {
    for policy in ["", "collisions: qualify\n"] {
        let twice = vec![machine("aws", "i-1", "web", &[]), machine("aws", "i-1", "web", &[])];
        let error = inventory(policy, twice).unwrap_err();
        let hint = "let only one source find a machine, or set `collisions: first`";
        assert!(error.contains("is aws/acc/eu-west-1/i-1, which is found more than once"), "{error}");
        assert!(error.ends_with(hint), "{error}");
    }
    let taken = inventory_of(
        &[("collisions: qualify\nnames: [\"'x'\"]\n", vec![machine("aws", "i-1", "", &[])], State::Fetched)],
        &["x", "x.aws.acc.eu-west-1", "x.aws.acc.eu-west-1.i-1"],
    );
    let error = taken.unwrap_err();
    assert!(error.ends_with("choose other `names`, such as `names: [id]`"), "{error}");
}

#[test]
fn names_that_depend_on_what_is_missing_are_told() {
    let missing = || State::Missing {
        error: discovery::Error::new(discovery::ErrorKind::NotFound, "look up", "it is gone"),
    };
    let rows = [
        ("", missing(), None),
        ("collisions: qualify\n", State::Fetched, None),
        (
            "collisions: qualify\n",
            missing(),
            Some("a name that a machine shares with a missing one stays as it is"),
        ),
        ("collisions: first\n", missing(), Some("a name may be that of another machine")),
    ];
    for (config, state, expected) in rows {
        let (_, told) =
            inventory_of(&[(config, vec![machine("aws", "i-1", "web", &[])], state)], &[]).unwrap();
        assert_eq!(told.len(), usize::from(expected.is_some()), "{config}: {told:?}");
        assert!(expected.is_none_or(|expected| told[0].contains(expected)), "{config}: {told:?}");
    }
}

#[test]
fn mistakes_are_told_with_their_places() {
    let read = |config: &str| configured(config).map(|_| ());
    let table = [
        ("names: [tags..x]\n", "native.yml:2:9: error: the expression `tags..x` cannot be evaluated"),
        ("address: [{private_ip_in: [x]}]\n", "native.yml:2:28: error: `x` is not a network"),
        ("address: [publc_ip]\n", "native.yml:2:11: error: the value `publc_ip` is not known"),
        ("hostvars: [regon]\n", "native.yml:2:12: error: `regon` is no field of a host"),
        ("include: ['a b']\n", "native.yml:2:11: error: the expression `a b` cannot be evaluated"),
        ("include: [\"nam == 'x'\"]\n", "native.yml:2:11: error: `nam` is no field of a host"),
        ("exclude: [state == running]\n", "native.yml:2:11: error: `running` is no field of a host"),
        ("exclude: [provder is defined]\n", "native.yml:2:11: error: `provder` is no field of a host"),
        ("names: [name, inventory_hostname]\n", "native.yml:2:15: error: `inventory_hostname` is no field"),
        ("names: [privat_dns | default(id)]\n", "native.yml:2:9: error: `privat_dns` is no field of a host"),
        ("address: [{expression: 'privat_ips[0]'}]\n", "native.yml:2:24: error: `privat_ips` is no field"),
    ];
    for (config, message) in table {
        let error = read(config).unwrap_err();
        assert!(error.starts_with(message), "{config}: {error}");
    }
    for config in [
        "include: [(aws | default(gcp)).x == now().year, omit is defined, tags.any == 'y']\n",
        "names: ['name ~ lookup(\"env\", \"X\")']\n",
    ] {
        assert_eq!(read(config), Ok(()), "{config}");
    }
}
