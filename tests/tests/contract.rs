//! What Ansible's `script` plugin demands of an inventory program, and what people demand of it on a command line.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Stdio;

use inventory_tests::ansible::{Outcome, Reader, ansible_inventory};
use inventory_tests::binary::cloud_inventory;
use inventory_tests::compare::Inventory;
use inventory_tests::contract::check_form;
use inventory_tests::ec2::{Fault, Machine, Responder};
use inventory_tests::python::Environment;
use inventory_tests::workplace::{Run, Workplace};
use serde_json::json;

const FIRST: &str = "us-east-1";
const SECOND: &str = "eu-west-1";

struct Stage {
    responder: Responder,
    workplace: Workplace,
}

impl Stage {
    fn new(machines: Vec<Machine>) -> Self {
        let responder = Responder::start(&[FIRST, SECOND], machines);
        let workplace = Workplace::with_aws(&responder.endpoint());
        Self { responder, workplace }
    }

    fn small() -> Self {
        Self::new([Machine::many(FIRST, 1, 2), Machine::many(SECOND, 2, 2)].concat())
    }

    fn config(&self, name: &str, region: &str) -> PathBuf {
        let text = format!("plugin: amazon.aws.aws_ec2\nregions: [{region}]\nhostnames: [instance-id]\n");
        self.workplace.write(&format!("{name}.aws_ec2.yml"), &text)
    }

    fn run(&self, configs: &[&PathBuf], arguments: &[&str]) -> Run {
        let mut command = self.workplace.command(cloud_inventory());
        Run::of(command.args(configs).args(arguments))
    }
}

#[test]
fn the_output_has_the_form_that_ansible_needs() {
    let stage = Stage::small();
    let run = stage.run(&[&stage.config("a", FIRST)], &["--list"]);
    let output = check_form(&run);
    assert_eq!(run.stderr, "", "Ansible shows what is written there as an error");
    assert_eq!(
        output.pointer("/aws_ec2/hosts"),
        Some(&json!(["i-01000000000000000", "i-01000000000000001"]))
    );
}

#[test]
fn an_inventory_without_hosts_has_its_group() {
    let stage = Stage::new(Vec::new());
    let run = stage.run(&[&stage.config("a", FIRST)], &["--list"]);
    let output = check_form(&run);
    assert_eq!(output.pointer("/all/children"), Some(&json!(["ungrouped", "aws_ec2"])));
    assert_eq!(output.pointer("/_meta/hostvars"), Some(&json!({})));
}

#[test]
fn equal_input_gives_equal_bytes() {
    let stage = Stage::small();
    let configs = [&stage.config("a", FIRST), &stage.config("b", SECOND)];
    let first = stage.run(&configs, &["--list"]);
    assert!(first.succeeded(), "{first:#?}");
    assert_eq!(stage.run(&configs, &["--list"]).stdout, first.stdout);
}

/// Ansible reads a folder of configs one after another; this program reads both at once.
#[test]
fn several_configs_are_one_inventory() {
    let stage = Stage::small();
    let folder = stage.workplace.path("configs");
    let write = |name: &str, regions: &str, more: &str| {
        let text =
            format!("plugin: amazon.aws.aws_ec2\nregions: {regions}\nhostnames: [instance-id]\n{more}\n");
        stage.workplace.write(&format!("configs/{name}.aws_ec2.yml"), &text)
    };
    let first = "compose: {origin: \"'first'\", one: 1}\n\
                 keyed_groups: [{key: placement.region, prefix: in, parent_group: places}]\ngroups: {both: true}";
    let second = "compose: {origin: \"'second'\", two: 2}\n\
                  keyed_groups: [{key: placement.region, prefix: in, parent_group: regions}]\ngroups: {both: true}";
    let configs = [write("a", "[us-east-1, eu-west-1]", first), write("b", "[eu-west-1]", second)];
    let plugin =
        ansible_inventory(&stage.workplace, Environment::current(), Reader::Plugin, &folder, &["--list"]);
    let script = stage.workplace.write_script("script.sh", cloud_inventory(), &configs, &[]);
    let ours =
        ansible_inventory(&stage.workplace, Environment::current(), Reader::Script, &script, &["--list"]);
    let collection =
        ansible_inventory(&stage.workplace, Environment::current(), Reader::Collection, &folder, &["--list"]);
    let inventory = Outcome { plugin, ours, collection }.agreed();
    assert_eq!(inventory.host_count(), 4);
    let origin = inventory.host("i-02000000000000000").and_then(|host| host.get("origin"));
    assert_eq!(origin, Some(&json!("second")), "the later config wins");
    check_form(&stage.run(&configs.each_ref(), &["--list"]));
}

#[test]
fn a_name_of_both_a_host_and_a_group_is_told_when_asked() {
    let stage = Stage::new(vec![Machine::new(FIRST, "i-0000000000000000a").tag("Name", "web")]);
    let text =
        "plugin: amazon.aws.aws_ec2\nregions: [us-east-1]\nhostnames: [tag:Name]\ngroups: {web: true}\n";
    let config = stage.workplace.write("x.aws_ec2.yml", text);
    let quiet = stage.run(&[&config], &["--list"]);
    assert!(quiet.succeeded() && quiet.stderr.is_empty(), "{quiet:#?}");
    let told = stage.run(&[&config], &["--list", "-v"]);
    assert!(
        told.succeeded() && told.stderr.contains("`web` is the name of a host and of a group"),
        "{told:#?}"
    );
}

#[test]
fn a_failure_says_nothing_on_standard_output() {
    let stage = Stage::small();
    let broken =
        stage.workplace.write("broken.aws_ec2.yml", "plugin: amazon.aws.aws_ec2\nregions: [us-east-1\n");
    let other = stage.workplace.write("other.yml", "plugin: amazon.aws.aws_rds\n");
    let missing = stage.workplace.path("missing.aws_ec2.yml");
    let good = stage.config("good", FIRST);
    let denied = stage.config("denied", SECOND);
    stage.responder.fail("DescribeInstances", Some(SECOND), usize::MAX, Fault::DENIED);
    let table: [(&[&PathBuf], &str); 5] = [
        (&[&broken], "broken.aws_ec2.yml"),
        (&[&other], "other.yml"),
        (&[&missing], "missing.aws_ec2.yml"),
        (&[&denied], SECOND),
        (&[&good, &denied], SECOND),
    ];
    for (configs, cause) in table {
        let run = stage.run(configs, &["--list"]);
        assert!(!run.succeeded(), "{configs:?}: {run:#?}");
        assert_eq!(run.stdout, "", "{configs:?}");
        assert!(run.stderr.contains(cause), "{configs:?} names `{cause}`: {}", run.stderr);
    }
}

#[test]
fn each_kind_of_failure_has_its_own_exit_code() {
    let stage = Stage::small();
    let broken =
        stage.workplace.write("broken.aws_ec2.yml", "plugin: amazon.aws.aws_ec2\nregions: [us-east-1\n");
    let denied = stage.config("denied", SECOND);
    stage.responder.fail("DescribeInstances", Some(SECOND), usize::MAX, Fault::DENIED);
    let good = stage.config("good", FIRST);
    let codes = [
        stage.run(&[&good], &["--list"]).code,
        stage.run(&[&denied], &["--list"]).code,
        stage.run(&[&broken], &["--list"]).code,
        stage.run(&[&good], &["--no-such-option"]).code,
    ];
    assert_eq!(codes.first(), Some(&Some(0)));
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{codes:?}");
    assert!(codes.iter().all(Option::is_some), "no signal ends the program: {codes:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let stage = Stage::new(Machine::many(FIRST, 1, 400));
    let config = stage.config("a", FIRST);
    let mut command = stage.workplace.command(cloud_inventory());
    let command = command.arg(config).arg("--list").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program is run");
    drop(child.stdout.take());
    let run = Run::from(child.wait_with_output().expect("the program ends"));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn one_host_is_its_variables() {
    let stage = Stage::small();
    let config = stage.config("a", FIRST);
    let all = stage.run(&[&config], &["--list"]).json();
    let one = stage.run(&[&config], &["--host", "i-01000000000000001"]).json();
    assert_eq!(Some(&one), all.pointer("/_meta/hostvars/i-01000000000000001"));
}

#[test]
fn an_unknown_host_is_a_failure() {
    let stage = Stage::small();
    let config = stage.config("a", FIRST);
    let run = stage.run(&[&config], &["--host", "nobody"]);
    assert!(!run.succeeded() && run.stdout.is_empty(), "{run:#?}");
    assert!(run.stderr.contains("nobody"), "{}", run.stderr);
}

#[test]
fn the_output_goes_to_a_file() {
    let stage = Stage::small();
    let config = stage.config("a", FIRST);
    let file = stage.workplace.path("inventory.json");
    let run = stage.run(&[&config], &["--list", "--output", &file.display().to_string()]);
    assert!(run.succeeded() && run.stdout.is_empty() && run.stderr.is_empty(), "{run:#?}");
    let written = std::fs::read_to_string(file).expect("the file is there");
    assert_eq!(written.trim_end(), stage.run(&[&config], &["--list"]).stdout.trim_end());
}

#[test]
fn a_file_that_cannot_be_written_is_a_failure_of_its_own() {
    let stage = Stage::small();
    let config = stage.config("a", FIRST);
    let run = stage.run(&[&config], &["--list", "--output", "no/such/folder/inventory.json"]);
    assert!(run.code == Some(4) && run.stdout.is_empty(), "{run:#?}");
    assert!(run.stderr.contains("no/such/folder/inventory.json"), "{}", run.stderr);
}

#[test]
fn the_config_may_be_named_by_the_environment() {
    let mut stage = Stage::small();
    let config = stage.config("a", FIRST);
    stage.workplace.set("CLOUD_INVENTORY_CONFIG", &config.display().to_string());
    assert_eq!(Inventory::read(&stage.run(&[], &["--list"]).json()).host_count(), 2);
}

#[test]
fn an_executable_config_is_an_inventory() {
    for environment in [Environment::current(), Environment::oldest()] {
        let mut stage = Stage::small();
        let programs = stage.workplace.path("programs");
        std::fs::create_dir(&programs).expect("a folder");
        symlink(cloud_inventory(), programs.join("cloud-inventory")).expect("a link to the program");
        let path = std::env::var("PATH").expect("a PATH");
        stage.workplace.set("PATH", &format!("{}:{path}", programs.display()));
        let text = "#!/usr/bin/env cloud-inventory\nplugin: amazon.aws.aws_ec2\nregions: [us-east-1]\n\
                    hostnames: [instance-id]\ncompose: {marker: \"'x'\"}\n";
        let config = stage.workplace.write_program("prod.aws_ec2.yml", text);
        let run = ansible_inventory(&stage.workplace, environment, Reader::Default, &config, &["--list"]);
        let inventory = Inventory::read(&run.json());
        assert_eq!(inventory.host_count(), 2);
        assert!(!run.stderr.contains("ERROR"), "{}", run.stderr);
        // A Python plugin marks its text; this one came through the script plugin.
        let marker = run.json().pointer("/_meta/hostvars/i-01000000000000000/marker").cloned();
        assert_eq!(marker, Some(json!("x")));
    }
}

/// Ansible gives a file that one plugin cannot read to the next, and its `yaml` plugin takes a native configuration for
/// an inventory without hosts, unless that names a plugin.
#[test]
fn a_native_configuration_that_fails_is_no_empty_inventory() {
    let programs = |stage: &mut Stage| {
        let programs = stage.workplace.path("programs");
        std::fs::create_dir(&programs).expect("a folder");
        symlink(cloud_inventory(), programs.join("cloud-inventory")).expect("a link to the program");
        let path = std::env::var("PATH").expect("a PATH");
        stage.workplace.set("PATH", &format!("{}:{path}", programs.display()));
    };
    // As the documentation has it.
    let settings =
        "[inventory]\nany_unparsed_is_failed = true\nenable_plugins = host_list, script, yaml, ini\n";
    let sources = "sources:\n  - aws: {regions: [eu-west-1]}\n";
    for environment in [Environment::current(), Environment::oldest()] {
        let mut stage = Stage::small();
        programs(&mut stage);
        stage.workplace.write("ansible.cfg", settings);
        stage.responder.fail("DescribeInstances", Some(SECOND), usize::MAX, Fault::DENIED);
        for (name, plugin) in
            [("short.yml", "cloud_inventory"), ("none", "cloud_inventory"), ("full.yaml", FULL)]
        {
            let text = format!("#!/usr/bin/env cloud-inventory\nplugin: {plugin}\n{sources}");
            let config = stage.workplace.write_program(name, &text);
            let run =
                ansible_inventory(&stage.workplace, environment, Reader::Default, &config, &["--graph"]);
            assert!(!run.succeeded(), "{name}: {run:#?}");
            let message: String = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(message.contains(SECOND) && message.contains("UnauthorizedOperation"), "{message}");
        }
        let config =
            stage.workplace.write("not-executable.yml", &format!("plugin: cloud_inventory\n{sources}"));
        let run = ansible_inventory(&stage.workplace, environment, Reader::Default, &config, &["--graph"]);
        assert!(!run.succeeded(), "{run:#?}");
        // What is told of a file without the key is true.
        let text = format!("#!/usr/bin/env cloud-inventory\n{sources}");
        let config = stage.workplace.write_program("unmarked.yml", &text);
        let run = ansible_inventory(&stage.workplace, environment, Reader::Default, &config, &["--graph"]);
        assert!(run.succeeded() && !run.stdout.contains("ec2"), "{run:#?}");
        let told = stage.run(&[&config], &["--list", "-v"]).stderr;
        assert!(told.contains("reads the file as an empty inventory"), "{told}");
    }
}

/// The full name of the collection's plugin.
const FULL: &str = "cloud_inventory.cloud_inventory.cloud_inventory";

#[test]
fn ansible_shows_why_a_source_failed() {
    let stage = Stage::small();
    stage.responder.fail("DescribeInstances", Some(SECOND), usize::MAX, Fault::DENIED);
    let config = stage.config("denied", SECOND);
    let script = stage.workplace.write_script("script.sh", cloud_inventory(), &[config], &[]);
    let run =
        ansible_inventory(&stage.workplace, Environment::current(), Reader::Script, &script, &["--list"]);
    assert!(!run.succeeded(), "{run:#?}");
    let message: String = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(message.contains(SECOND) && message.contains("UnauthorizedOperation"), "{message}");
}

#[test]
fn a_failure_names_the_config_that_asked() {
    let mut stage = Stage::small();
    stage
        .workplace
        .write("b.aws_ec2.yml", "plugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\nprofile: prd\n");
    stage.workplace.unset("AWS_ACCESS_KEY_ID");
    stage.workplace.unset("AWS_SECRET_ACCESS_KEY");
    stage.responder.fail("DescribeInstances", Some(FIRST), usize::MAX, Fault::DENIED);
    let keys = "access_key: a\nsecret_key: b\n";
    let text = format!("plugin: amazon.aws.aws_ec2\nregions: [us-east-1]\n{keys}");
    stage.workplace.write("a.aws_ec2.yml", &text);
    let run = stage.workplace.run(cloud_inventory(), ["a.aws_ec2.yml", "b.aws_ec2.yml", "--list"]);
    assert_eq!(run.code, Some(1), "{run:#?}");
    let places = ["a.aws_ec2.yml: aws/us-east-1: ", "b.aws_ec2.yml: aws: "];
    let found = places.map(|place| run.stderr.find(&format!("error: {place}")));
    assert!(found[0].is_some() && found[0] < found[1], "{}", run.stderr);
}

#[test]
fn machines_that_are_lost_are_told_to_ansible_unless_it_is_told_to_be_quiet() {
    let machine = |id: &str, name: &str| Machine::new(FIRST, id).tag("Name", name);
    let (first, second) = (machine("i-0000000000000000a", "web"), machine("i-0000000000000000b", "web"));
    let nameless = Machine::new(FIRST, "i-0000000000000000c");
    let mut stage = Stage::new(vec![first, second, nameless]);
    let text = "plugin: amazon.aws.aws_ec2\nregions: [us-east-1]\nhostnames: [tag:Name]\nhostname: x\n";
    let config = stage.workplace.write("x.aws_ec2.yml", text);
    let script = stage.workplace.write_script("script.sh", cloud_inventory(), &[config], &[]);
    let ansible = |stage: &Stage| {
        let run =
            ansible_inventory(&stage.workplace, Environment::current(), Reader::Script, &script, &["--list"]);
        assert_eq!(Inventory::read(&run.json()).host_count(), 1);
        run.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let told = ansible(&stage);
    let losses = ["2 instances are called `web` and become one host", "finds no name for 1 instances"];
    assert!(losses.iter().all(|loss| told.contains(loss)), "{told}");
    assert!(!told.contains("`hostname` is not known"), "{told}");
    stage.workplace.set("CLOUD_INVENTORY_MESSAGES", "errors");
    let told = ansible(&stage);
    assert!(!losses.iter().any(|loss| told.contains(loss)), "{told}");
    stage.workplace.set("CLOUD_INVENTORY_MESSAGES", "warnings");
    assert!(ansible(&stage).contains("`hostname` is not known"));
    stage.workplace.set("CLOUD_INVENTORY_MESSAGES", "loud");
    let run = stage.workplace.run(cloud_inventory(), ["x.aws_ec2.yml", "--list"]);
    assert_eq!(run.code, Some(2), "{run:#?}");
    assert!(
        run.stderr.contains("`CLOUD_INVENTORY_MESSAGES` is `loud`: expected one of `errors`"),
        "{run:#?}"
    );
}

#[test]
fn an_inventory_without_hosts_is_explained_under_ansible_too() {
    let empty = Stage::new(Vec::new());
    let config = empty.config("a", FIRST);
    let told = empty.run(&[&config], &["--list", "-v"]).stderr;
    assert!(
        told.contains("no hosts: 1 region, subscription or project answered that nothing there"),
        "{told}"
    );
    let loss = empty.run(&[&config], &["--list"]).stderr;
    assert!(loss.starts_with("warning: there are no hosts: ") && loss.lines().count() == 1, "{loss}");
    let nameless = Stage::small();
    let text = "plugin: amazon.aws.aws_ec2\nregions: [us-east-1, eu-west-1]\nhostnames: [tag:None]\n";
    let config = nameless.workplace.write("b.aws_ec2.yml", text);
    let told = nameless.run(&[&config], &["--graph", "-v"]).stderr;
    assert!(
        told.contains("no hosts: 2 regions, subscriptions or projects answered with 4 records"),
        "{told}"
    );
}
