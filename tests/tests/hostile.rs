//! Text that somebody wrote into a cloud never becomes code on the machine that runs Ansible.

use std::path::{Path, PathBuf};

use inventory_tests::ansible::{Reader, ansible_inventory, ansible_playbook};
use inventory_tests::binary::cloud_inventory;
use inventory_tests::ec2::{Machine, Responder};
use inventory_tests::python::Environment;
use inventory_tests::workplace::Workplace;
use serde_json::json;

const REGION: &str = "us-east-1";

/// A play that evaluates every variable it can reach.
const PLAY: &str = "
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {var: 'hostvars[inventory_hostname]'}
    - ansible.builtin.debug: {var: tags}
    - ansible.builtin.debug:
        msg: '{{ tags.Payload }} {{ inventory_hostname }} {{ group_names }} {{ groups }} {{ note | default(0) }}'
    - ansible.builtin.debug: {msg: '{{ tags.values() | list }} {{ tags.keys() | list }}'}
    - ansible.builtin.set_fact: {copied: '{{ tags.Payload }}'}
    - ansible.builtin.debug: {msg: '{{ copied }}'}
    - ansible.builtin.assert:
        that: \"'lookup' in tags.Payload\"
";

fn environments() -> [&'static Environment; 2] {
    [Environment::current(), Environment::oldest()]
}

/// Returns the text that makes a file where it is evaluated, and the file.
fn payload(workplace: &Workplace) -> (String, PathBuf) {
    let file = workplace.path("it-ran");
    (format!("{{{{ lookup('pipe', 'touch {}') }}}}", file.display()), file)
}

fn play(workplace: &Workplace, environment: &Environment, source: &Path) -> String {
    let play = workplace.write("play.yml", PLAY);
    let run = ansible_playbook(workplace, environment, source, &play);
    assert!(run.stdout.contains("PLAY RECAP"), "the play was run: {run:#?}");
    assert!(run.succeeded(), "the play succeeded: {run:#?}");
    run.stdout
}

/// Values are marked as text; a host's name cannot be, and ansible-core up to 2.18 evaluates it: it must come changed.
#[test]
fn a_template_in_a_tag_is_text_in_a_play() {
    let constructed = "compose: {note: tags.Payload, deep: \"{'a': [tags.Payload, tags]}\", built: \"'{{ 1' ~ tags.Payload\"}\n\
                       keyed_groups: [{key: tags, prefix: tag}, {key: tags.Payload, parent_group: '{{ tags.Payload }}'}]";
    let configs = [
        format!("hostnames: [{{name: tag:Payload, prefix: tag:Payload}}]\n{constructed}"),
        format!(
            "hostnames: [instance-id]\nuse_contrib_script_compatible_ec2_tag_keys: true\n\
             use_contrib_script_compatible_sanitization: true\n{constructed}"
        ),
        "hostnames: [tag:Payload]\nhostvars_prefix: x_\ncompose: {tags: x_tags}".to_owned(),
    ];
    for environment in environments() {
        for config in &configs {
            let workplace = Workplace::new();
            let (payload, file) = payload(&workplace);
            let machine =
                Machine::new(REGION, "i-0000000000000000a").tag("Payload", &payload).tag(&payload, "key");
            let machine = machine.elements(&format!("<keyName>{payload}</keyName>"));
            let responder = Responder::start(&[REGION], vec![machine]);
            let text = format!(
                "plugin: amazon.aws.aws_ec2\nregions: [{REGION}]\nendpoint_url: {}\n{config}\n",
                responder.endpoint()
            );
            let source = workplace.write("hostile.aws_ec2.yml", &text);
            let script = workplace.write_script("script.sh", cloud_inventory(), &[source], &[]);
            let listed = ansible_inventory(&workplace, environment, Reader::Script, &script, &["--list"]);
            assert!(listed.succeeded(), "{listed:#?}");
            assert!(!file.exists(), "listing ran it, with `{config}`");
            let output = play(&workplace, environment, &script);
            assert!(!file.exists(), "the play ran it, with `{config}`: {output}");
            assert!(output.contains("touch"), "the text was shown as it is: {output}");
        }
    }
}

/// The test above can fail: without the mark, the same text does run.
#[test]
fn the_same_text_without_its_mark_runs() {
    for environment in environments() {
        let workplace = Workplace::new();
        let (payload, file) = payload(&workplace);
        let variables = json!({"tags": {"Payload": payload, "Other": "lookup"}});
        let inventory = json!({"_meta": {"hostvars": {"h": variables}}, "g": {"hosts": ["h"]}});
        let script =
            workplace.write_program("plain.sh", &format!("#!/bin/sh\ncat <<'END'\n{inventory}\nEND\n"));
        let play = workplace.write("play.yml", PLAY);
        ansible_playbook(&workplace, environment, &script, &play);
        assert!(file.exists(), "the play evaluates what is not marked");
    }
}
