//! The views of `ansible-inventory`, which this program prints itself.

use std::path::PathBuf;

use inventory_tests::ansible::{Reader, ansible_inventory};
use inventory_tests::binary::cloud_inventory;
use inventory_tests::compare::{Inventory, assert_same_lines};
use inventory_tests::ec2::{Machine, Responder};
use inventory_tests::python::Environment;
use inventory_tests::workplace::{Run, Workplace};

const FIRST: &str = "us-east-1";

struct Stage {
    _responder: Responder,
    workplace: Workplace,
    config: PathBuf,
}

impl Stage {
    fn new() -> Self {
        let machine = |number: u32| Machine::new(FIRST, &format!("i-{number:017x}"));
        let machines = vec![
            machine(1).tag("Name", "web-1").tag("Role", "web").tag("Env", "prod"),
            machine(2).tag("Name", "web-2").tag("Role", "web").tag("Env", "dev").tag("Note", "{{ 6 * 7 }}"),
            machine(3).tag("Name", "größe").tag("Role", "db").tag("Env", "prod").tag("Lines", "a\nb: c\n"),
            machine(4)
                .tag("Name", "odd")
                .tag("Number", "010")
                .tag("Truth", "yes")
                .tag("Colon", "a: b # c")
                .tag("Null", "~"),
        ];
        let responder = Responder::start(&[FIRST], machines);
        let workplace = Workplace::with_aws(&responder.endpoint());
        let config = "plugin: amazon.aws.aws_ec2\nregions: [us-east-1]\nhostnames: [tag:Name]\n\
                      compose: {number: 7, real: 1.5, whole: ami_launch_index + 3, truth: ebs_optimized is defined, \
                      nothing: none, list: \"[1, ['a', {'b': none}], {}]\", moment: launch_time}\n\
                      keyed_groups:\n  - {key: tags.Role, prefix: role, parent_group: 'env_{{ tags.Env }}'}\n\
                      \x20 - {key: tags.Env, prefix: env, parent_group: environments}\n\
                      groups: {everything: true, nobody: false}\n";
        let config = workplace.write("views.aws_ec2.yml", config);
        Self { _responder: responder, workplace, config }
    }

    fn plugin(&self, arguments: &[&str]) -> Run {
        let run = ansible_inventory(
            &self.workplace,
            Environment::current(),
            Reader::Plugin,
            &self.config,
            arguments,
        );
        assert!(run.succeeded(), "{run:#?}");
        run
    }

    fn ours(&self, arguments: &[&str]) -> Run {
        Run::of(self.workplace.command(cloud_inventory()).arg(&self.config).args(arguments))
    }

    fn same_text(&self, arguments: &[&str]) {
        let ours = self.ours(arguments);
        assert!(ours.succeeded(), "{ours:#?}");
        assert_same_lines(&arguments.join(" "), &self.plugin(arguments).stdout, &ours.stdout);
    }
}

#[test]
fn the_graph_is_that_of_ansible() {
    let stage = Stage::new();
    for arguments in [&["--graph"][..], &["--graph", "environments"]] {
        stage.same_text(arguments);
    }
}

#[test]
fn a_list_is_that_of_ansible() {
    let stage = Stage::new();
    let limits = ["role_web", "web*:!web-2:odd", "role_web:&env_prod", "~(größe|o.d)$", "all[1:2]"];
    let limited = limits.map(|limit| vec!["--list", "--limit", limit]);
    for arguments in [vec!["--list"], vec!["--list", "--export"]].iter().chain(&limited) {
        let plugin = Inventory::read(&stage.plugin(arguments).json());
        let differences = plugin.differences(&Inventory::read(&stage.ours(arguments).json()));
        assert!(differences.is_empty(), "{arguments:?}:\n    {}", differences.join("\n    "));
    }
}

#[test]
fn yaml_is_that_of_ansible() {
    let stage = Stage::new();
    // The one difference: a saved file is trusted, so what looks like a template is tagged as text.
    let arguments = ["--list", "--yaml"];
    let ours = stage.ours(&arguments);
    assert!(ours.stdout.contains("Note: !unsafe '{{ 6 * 7 }}'"), "{ours:#?}");
    let untagged = ours.stdout.replace("!unsafe ", "");
    assert_same_lines("--list --yaml", &stage.plugin(&arguments).stdout, &untagged);
    stage.same_text(&["--host", "odd", "--yaml"]);
}

#[test]
fn the_variables_in_a_graph_are_those_of_ansible() {
    let stage = Stage::new();
    stage.same_text(&["--graph", "--vars"]);
}

#[test]
fn one_host_is_that_of_ansible() {
    let stage = Stage::new();
    for host in ["größe", "odd"] {
        let arguments = ["--host", host];
        assert_eq!(stage.ours(&arguments).json(), stage.plugin(&arguments).json());
    }
}

#[test]
fn what_ansible_refuses_is_refused() {
    let stage = Stage::new();
    for arguments in [&["--host", "nobody"][..], &["--graph", "no_such_group"]] {
        let run = stage.ours(arguments);
        assert!(!run.succeeded() && run.stdout.is_empty(), "{run:#?}");
    }
}

#[test]
fn a_limit_counts_for_the_list_only_as_in_ansible() {
    let stage = Stage::new();
    stage.same_text(&["--graph", "--limit", "web-1"]);
    stage.same_text(&["--graph", "--limit", "no_such_host"]);
    let arguments = ["--host", "odd", "--limit", "web-1"];
    assert_eq!(stage.ours(&arguments).json(), stage.plugin(&arguments).json());
    let told = stage.ours(&["--graph", "--limit", "web-1", "-v"]);
    assert!(told.stderr.contains("`--limit` counts for `--list` only"), "{told:#?}");
}

#[test]
fn a_host_that_is_not_there_leads_to_those_with_near_names() {
    let run = Stage::new().ours(&["--host", "web1"]);
    assert_eq!(run.code, Some(5), "{run:#?}");
    assert!(run.stderr.contains("did you mean `web-1` or `web-2`?"), "{run:#?}");
}
