//! Native configurations, end to end: one file for the machines of three clouds.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::collections::{BTreeMap, BTreeSet};

use inventory_tests::binary::cloud_inventory;
use inventory_tests::simulator::{Settings, Source, aws, azure, gcp};
use inventory_tests::stage::{Stage, hosts, members};
use inventory_tests::workplace::Run;
use serde_json::{Map, Value, json};

/// Every field and every record, under names that no cloud has in common.
const EVERYTHING: &str = "names: [id]\nhostvars: [normalized, native]\n";

/// What rules over machines of every cloud look like.
const RULES: &str = "keyed_groups:\n  - {key: \"tags.Environment | default(tags.environment) | default('none')\", prefix: env}\n\
                     groups: {up: state == 'running', wide: public_ips | length > 0}\n\
                     compose: {place: \"provider ~ '/' ~ region\"}\n";

#[test]
fn the_demo_fleet_is_the_union_of_what_the_dialects_find() {
    let stage = Stage::demo(&format!("{}{EVERYTHING}", Stage::SOURCES));
    let accounts = [
        ["111111111111", "222222222222"].map(str::to_owned).to_vec(),
        ["shop-prod", "data-prod"].map(str::to_owned).to_vec(),
    ];
    assert_eq!(agreed(&stage, &accounts, "eu-west-1, us-east-1"), 43);
}

#[test]
fn a_fleet_of_every_kind_is_the_union_of_what_the_dialects_find() {
    let source = Source::Seeded { seed: 7, size: 120, accounts: 2, regions: 2 };
    let stage = Stage::new(
        Settings { source, page_size: Some(25), ..Settings::default() },
        &format!("{}{EVERYTHING}", Stage::SOURCES),
    );
    let accounts = [aws::geography(7, 2, 2).accounts, gcp::geography(7, 2, 2).accounts];
    let count = agreed(&stage, &accounts, &aws::geography(7, 2, 2).regions.join(", "));
    assert!(count > 300, "{count}");
}

/// Checks that the native configuration finds the machines of the dialects, and returns how many there are.
fn agreed(stage: &Stage, accounts: &[Vec<String>; 2], regions: &str) -> usize {
    let [aws, gcp] = accounts;
    let other = aws.last().expect("a second account");
    let ec2 = format!("plugin: amazon.aws.aws_ec2\nregions: [{regions}]\nhostnames: [instance-id]\n");
    let projects = gcp.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
    let files = [
        ("own.aws_ec2.yml", ec2.clone()),
        ("other.aws_ec2.yml", format!("{ec2}assume_role_arn: arn:aws:iam::{other}:role/inventory\n")),
        (
            "all.azure_rm.yml",
            "plugin: azure.azcollection.azure_rm\ndefault_host_filters: []\ninclude_vmss_resource_groups: ['*']\n"
                .to_owned(),
        ),
        (
            "all.gcp.yml",
            format!("plugin: google.cloud.gcp_compute\nauth_kind: application\nprojects: [{projects}]\nhostnames: [private_ip]\n"),
        ),
    ];
    let mut dialects: Vec<Value> = Vec::new();
    // Azure's plugin asks one subscription at a time.
    let subscriptions = hosts(&stage.list(&[]))
        .values()
        .filter(|host| host.get("cloud_provider") == Some(&json!("azure")))
        .map(|host| text(host, "cloud_account"))
        .collect::<BTreeSet<_>>();
    for (name, text) in files {
        let variants = match name.contains("azure") {
            true => subscriptions.iter().map(|id| format!("{text}subscription_id: {id}\n")).collect(),
            false => vec![text],
        };
        for text in variants {
            stage.workplace.write(name, &text);
            let run = stage.workplace.run(cloud_inventory(), [name, "--list"]);
            dialects.extend(hosts(&run.json()).values().cloned());
        }
    }
    let native = stage.list(&[]);
    let native: BTreeMap<String, &Value> =
        hosts(&native).values().map(|host| (text(host, "cloud_id"), host)).collect();
    let known: BTreeMap<String, &Value> = dialects.iter().map(|host| (id_of(host), host)).collect();
    assert_eq!(known.len(), dialects.len(), "the dialects find no machine twice");
    assert_eq!(native.keys().collect::<Vec<_>>(), known.keys().collect::<Vec<_>>());
    for (id, host) in &native {
        check(host, known.get(id).expect("a machine of both"));
    }
    native.len()
}

/// Checks a host against the variables that the dialect of its cloud gives it.
fn check(host: &Value, dialect: &Value) {
    let field = |name: &str| host.get(format!("cloud_{name}")).cloned().unwrap_or_default();
    let of = |pointer: &str| dialect.pointer(pointer).cloned().unwrap_or_default();
    let provider = text(host, "cloud_provider");
    let (name, state, private, public) = match provider.as_str() {
        "aws" => ("/tags/Name", of("/state/name"), of("/private_ip_address"), Some(of("/public_ip_address"))),
        "azure" => ("/name", of("/powerstate"), of("/private_ipv4_addresses/0"), None),
        _ => {
            let nat = "/networkInterfaces/0/accessConfigs/0/natIP";
            ("/name", of("/status"), of("/networkInterfaces/0/networkIP"), Some(of(nat)))
        }
    };
    assert_eq!(field("name"), of(name), "{host:#}");
    let state = state.as_str().unwrap_or_else(|| panic!("a state: {dialect:#}")).to_lowercase();
    let common = field("state");
    let words: &[&str] = match common.as_str().unwrap_or_default() {
        "running" => &["running"],
        "stopped" => &["stopped", "deallocated", "terminated"],
        "starting" => &["pending", "starting", "provisioning", "staging"],
        "stopping" => &["stopping", "deallocating"],
        "suspended" => &["suspended"],
        "terminated" => &["deleting"],
        other => &[other],
    };
    assert!(words.contains(&state.as_str()), "{state}: {host:#}");
    let first = |name: &str| field(name).get(0).cloned().unwrap_or_default();
    assert_eq!(first("private_ips"), private, "{host:#}");
    if let Some(public) = public {
        assert!(public.is_null() || first("public_ips") == public, "{public}: {host:#}");
    }
    let record = field(&provider);
    let record = record.as_object().unwrap_or_else(|| panic!("a record: {host:#}"));
    let address = |(name, _): &(&String, &Value)| *name != "ansible_host";
    let dialect = dialect.as_object().expect("variables");
    let of_dialect: Map<_, _> =
        dialect.iter().filter(address).map(|(name, value)| (name.clone(), value.clone())).collect();
    for (name, value) in &of_dialect {
        assert_eq!(record.get(name), Some(value), "{name} of {host:#}");
    }
}

fn id_of(dialect: &Value) -> String {
    let id = dialect.get("instance_id").or_else(|| dialect.get("id")).and_then(Value::as_str);
    id.unwrap_or_else(|| panic!("an id: {dialect:#}")).to_owned()
}

fn text(host: &Value, variable: &str) -> String {
    let value = host.get(variable).and_then(Value::as_str);
    value.unwrap_or_else(|| panic!("no text `{variable}`: {host:#}")).to_owned()
}

#[test]
fn the_same_rules_group_hosts_of_all_clouds() {
    let stage = Stage::demo(&format!("{}names: [id]\n{RULES}", Stage::SOURCES));
    let inventory = stage.list(&[]);
    let all = hosts(&inventory);
    let named = |fits: &dyn Fn(&Value) -> bool| {
        let mut names: Vec<String> =
            all.iter().filter(|(_, host)| fits(host)).map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    };
    let is = |field: &'static str, word: &'static str| {
        move |host: &Value| host.get(format!("cloud_{field}")) == Some(&json!(word))
    };
    let table: [(&str, Vec<String>); 9] = [
        ("up", named(&is("state", "running"))),
        ("state_stopped", named(&is("state", "stopped"))),
        ("os_windows", named(&is("os", "windows"))),
        ("provider_aws", named(&is("provider", "aws"))),
        ("provider_azure", named(&is("provider", "azure"))),
        ("provider_gcp", named(&is("provider", "gcp"))),
        ("region_eu_west_1", named(&is("region", "eu-west-1"))),
        ("account_shop_prod", named(&is("account", "shop-prod"))),
        (
            "wide",
            named(&|host| {
                host.get("cloud_public_ips").and_then(Value::as_array).is_some_and(|ips| !ips.is_empty())
            }),
        ),
    ];
    for (group, expected) in table {
        assert!(!expected.is_empty() && members(&inventory, group) == expected, "{group}: {expected:?}");
    }
    for (group, clouds) in [("up", 3), ("env_prod", 3), ("env_none", 3), ("wide", 3), ("os_windows", 3)] {
        let found: BTreeSet<_> = members(&inventory, group)
            .iter()
            .filter_map(|name| Some(text(all.get(name)?, "cloud_provider")))
            .collect();
        assert_eq!(found.len(), clouds, "{group}: {found:?}");
    }
    assert!(all.values().all(|host| {
        text(host, "place")
            == format!("{}/{}", text(host, "cloud_provider"), host["cloud_region"].as_str().unwrap_or(""))
    }));
}

#[test]
fn a_described_fleet_gives_exactly_this() {
    let config = format!("{}{RULES}default_groups: {{type: false, zone: false}}\n", Stage::SOURCES);
    let stage = Stage::described(include_str!("../data/native.yml"), &config);
    let run = stage.run(&["--list", "--yaml"]);
    assert!(run.succeeded() && run.stderr.is_empty(), "{run:#?}");
    let expected = include_str!("../data/native-list.yml");
    if run.stdout != expected {
        let place = stage.workplace.folder().with_extension("yml");
        std::fs::write(&place, &run.stdout).expect("the new one is written");
        let line = run.stdout.lines().zip(expected.lines()).position(|(new, old)| new != old);
        panic!("line {line:?} of `data/native-list.yml` is other now; the new one is {}", place.display());
    }
    let (again, order) = (stage.run(&["--list", "--yaml"]), stage.run(&["--list", "--yaml", "--refresh"]));
    assert!(again.stdout == expected && order.stdout == expected, "the same, run by run");
}

#[test]
fn accounts_of_aws_are_those_of_profiles_roles_and_the_organization() {
    let source = Source::Seeded { seed: 3, size: 60, accounts: 5, regions: 2 };
    let geography = aws::geography(3, 5, 2);
    let [home, second, third, fourth, fifth] = geography.accounts.as_slice() else { panic!("five accounts") };
    let mut stage = Stage::new(Settings { source, ..Settings::default() }, "");
    let profiles = format!(
        "[profile base]\nregion = us-east-1\n\n[profile second]\nsource_profile = base\n\
         role_arn = arn:aws:iam::{second}:role/inventory\n",
    );
    let credentials = "[base]\naws_access_key_id = AKIASIMULATEDKEY0000\naws_secret_access_key = simulated\n";
    for (name, variable, text) in [
        ("aws-config", "AWS_CONFIG_FILE", profiles.as_str()),
        ("aws-credentials", "AWS_SHARED_CREDENTIALS_FILE", credentials),
    ] {
        let path = stage.workplace.write(name, text);
        stage.workplace.set(variable, &path.display().to_string());
    }
    let role = |account: &str| format!("'arn:aws:iam::{account}:role/inventory'");
    let all: Vec<&str> = geography.accounts.iter().map(String::as_str).collect();
    // In the organization the first account is in no unit, and the others are in one each, of which two are inside another.
    let units =
        |name: &str| format!("{{organization: {{role: inventory, units: [{}]}}}}", aws::unit_id(name));
    let table: [(String, Vec<&str>); 11] = [
        (units("Workloads"), vec![second, fourth, fifth]),
        (units("Sandbox"), vec![third]),
        ("{}".to_owned(), vec![home]),
        ("{profiles: [base, second]}".to_owned(), vec![home, second]),
        (format!("{{roles: [{}, {}]}}", role(second), role(third)), vec![second, third]),
        (format!("{{profiles: [base], roles: [{}]}}", role(fourth)), vec![home, fourth]),
        ("{organization: {role: inventory}}".to_owned(), all.clone()),
        (
            "{organization: {role: inventory, accounts: ['*', '!account-1']}}".to_owned(),
            vec![home, third, fourth, fifth],
        ),
        (format!("{{organization: {{role: inventory, accounts: ['{third}']}}}}"), vec![third]),
        ("{organization: {role: 'arn:aws:iam::{account}:role/path/inventory'}}".to_owned(), all.clone()),
        ("{organization: {role: inventory}, regions: [us-east-1, 'eu-*'], filters: {instance-state-name: running}}".to_owned(), all),
    ];
    for (options, expected) in table {
        stage.configure(&format!("sources:\n  - aws: {options}\nnames: [id]\n"));
        let inventory = stage.list(&[]);
        let found: BTreeSet<_> = hosts(&inventory).values().map(|host| text(host, "cloud_account")).collect();
        let expected: BTreeSet<_> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(found, expected, "{options}");
    }
    stage.configure("sources:\n  - aws: {organization: {role: inventory}, regions: ['*', '!us-*']}\n");
    let run = stage.run(&["--list", "-v"]);
    assert!(!run.stderr.contains("us-east-1:") && run.stderr.contains("/eu-west-1: "), "{}", run.stderr);
}

#[test]
fn a_source_of_azure_asks_groups_and_subscriptions() {
    let source = Source::Seeded { seed: 3, size: 60, accounts: 3, regions: 2 };
    let accounts = azure::geography(3, 3, 2).accounts;
    let [first, second, third] = accounts.as_slice() else { panic!("three subscriptions") };
    let stage = Stage::new(Settings { source, ..Settings::default() }, "");
    let start = |id: &str| id.split('-').next().unwrap_or_default().to_owned();
    let table: [(String, Vec<&str>); 7] = [
        ("{}".to_owned(), vec![first, second, third]),
        ("{subscriptions: all}".to_owned(), vec![first, second, third]),
        (format!("{{subscriptions: ['{second}']}}"), vec![second]),
        (format!("{{subscriptions: ['*', '!Subscription {}']}}", start(first)), vec![second, third]),
        (format!("{{management_groups: [{}]}}", azure::MANAGEMENT_GROUP), vec![first, second, third]),
        (
            format!(
                "{{management_groups: [{}], subscriptions: ['{}*']}}",
                azure::MANAGEMENT_GROUP,
                start(third)
            ),
            vec![third],
        ),
        ("{backend: resource_graph}".to_owned(), vec![first, second, third]),
    ];
    for (options, expected) in table {
        stage.configure(&format!("sources:\n  - azure: {options}\nnames: [id]\n"));
        let inventory = stage.list(&[]);
        let found: BTreeSet<_> = hosts(&inventory).values().map(|host| text(host, "cloud_account")).collect();
        let expected: BTreeSet<_> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(found, expected, "{options}");
    }
}

#[test]
fn a_source_of_google_asks_projects_folders_and_organizations() {
    let stage = Stage::described(include_str!("../data/gcp.yml"), "");
    let table = [
        (
            "{organization: '555', projects: ['*', '!*-secret', '!*-off']}",
            "example.com:legacy shop-lab shop-prod",
        ),
        ("{folders: ['200'], projects: ['!*-secret']}", "example.com:legacy shop-lab"),
        ("{projects: [shop-prod]}", "shop-prod"),
        ("{folders: ['100'], project_labels: {env: prod}}", "shop-prod"),
        ("{organization: '555', projects: ['shop-l*']}", "shop-lab"),
        (
            "{projects: [shop-prod, shop-lab], regions: ['us-*'], filters: ['status = RUNNING']}",
            "shop-lab shop-prod",
        ),
    ];
    for (options, expected) in table {
        stage.configure(&format!("sources:\n  - gcp: {options}\nnames: [id]\n"));
        let run = stage.run(&["--list"]);
        let inventory = run.json();
        let found: BTreeSet<_> = hosts(&inventory).values().map(|host| text(host, "cloud_account")).collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>().join(" "), expected, "{options}");
    }
    // A project that may not be read fails the run: the inventory would lack machines.
    stage.configure("sources:\n  - gcp: {organization: '555'}\nnames: [id]\n");
    let run = stage.run(&["--list"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
    assert!(run.stderr.contains("gcp/shop-secret: "), "{}", run.stderr);
}

#[test]
fn files_of_plugins_are_sources_too() {
    let stage = Stage::demo(
        "sources:\n  - file: old/shop.aws_ec2.yml\n  - gcp: {organization: '900000000001'}\n  - file: old/office.azure_rm.yml\n    \
         backend: resource_graph\ngroups: {native: 'true'}\n",
    );
    stage.workplace.write(
        "old/shop.aws_ec2.yml",
        "plugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\nhostnames: [tag:Name]\ngroups: {old: 'true'}\n",
    );
    stage.workplace.write(
        "old/office.azure_rm.yml",
        "plugin: azure.azcollection.azure_rm\nplain_host_names: true\ninclude_vm_resource_groups: [office]\n\
         subscription_id: 11111111-1111-4111-8111-111111111111\n",
    );
    let inventory = stage.list(&[]);
    assert_eq!(members(&inventory, "native").len(), 13);
    assert_eq!(members(&inventory, "provider_gcp"), members(&inventory, "native"));
    assert_eq!(members(&inventory, "old"), members(&inventory, "aws_ec2"));
    assert_eq!(members(&inventory, "old").len(), 6);
    let all = hosts(&inventory);
    assert!(all.contains_key("office-dc") && all.contains_key("front-1") && all.contains_key("web-1"));
    assert!(all["web-1"].get("instance_id").is_some() && all["web-1"].get("cloud_id").is_none());
    assert!(all["front-1"].get("cloud_id").is_some() && all["front-1"].get("selfLink").is_none());
    assert_eq!(all.len(), 13 + 6 + 2);
    assert_eq!(stage.simulator.statistics().of("azure", "VirtualMachines").requests, 0);
}

#[test]
fn messages_tell_sources_of_one_cloud_apart_and_extra_variables_that_change_nothing() {
    let sources = "sources:\n  - aws: {regions: [eu-west-1]}\n  - aws: {regions: [us-east-1]}\n  \
                   - {name: own, azure: {}}\n";
    let config = format!("{sources}names: [id]\ncollisions: first\n");
    let stage = Stage::demo(&config);
    let rule = "aws:DescribeInstances@111111111111/us-east-1:always:denied";
    stage.simulator.add_fault(rule.parse().expect("a rule"));
    stage.simulator.add_fault("azure:Subscriptions:always:denied".parse().expect("a rule"));
    let run = stage.run(&["--list"]);
    assert_eq!(run.code, Some(1), "{run:#?}");
    for place in ["error: all.yml: aws source 2: aws/", "error: all.yml: own: azure"] {
        assert!(run.stderr.contains(place), "{place}: {}", run.stderr);
    }

    stage.simulator.reset();
    let told = "`-e` changes nothing: no configuration has `use_extra_vars: true`";
    for (more, is_told) in [("", true), ("use_extra_vars: true\n", false)] {
        stage.configure(&format!("{config}{more}"));
        let mut command = stage.command(&["--list", "-e", "x=1", "-v"]);
        let run = Run::of(&mut command);
        assert_eq!((run.code, run.stderr.contains(told)), (Some(0), is_told), "{}", run.stderr);
    }
}
