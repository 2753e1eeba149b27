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
    - ansible.builtin.debug: {msg: '{{ tags.Header }}'}
    - ansible.builtin.set_fact: {headed: '{{ tags.Header }}'}
    - ansible.builtin.debug: {msg: '{{ headed }}'}
    - ansible.builtin.debug: {msg: '{{ item }} {{ hostvars[item] }}'}
      loop: '{{ groups.all }}'
    - ansible.builtin.debug: {msg: '{{ item.key }} {{ item.value }}'}
      loop: '{{ tags | dict2items }}'
    - ansible.builtin.debug: {msg: here}
      delegate_to: '{{ inventory_hostname }}'
    - ansible.builtin.assert:
        that: \"'lookup' in tags.Payload\"
";

/// What somebody with the right to tag machines would try; each makes a file where it is evaluated.
struct Payloads {
    plain: String,
    /// The same with a header that chooses other marks of a template.
    header: String,
    file: PathBuf,
}

impl Payloads {
    fn of(workplace: &Workplace) -> Self {
        let file = workplace.path("it-ran");
        let call = format!("lookup('pipe', 'touch {}')", file.display());
        let marks = "variable_start_string:'<<', variable_end_string:'>>'";
        let header = format!("#jinja2: {marks}\n<< {call} >> {{{{ {call} }}}}");
        Self { plain: format!("{{{{ {call} }}}}"), header, file }
    }

    fn machine(&self) -> Machine {
        Machine::new(REGION, "i-0000000000000000a")
            .tag("Payload", &self.plain)
            .tag("Header", &self.header)
            .tag(&self.plain, "key")
            .tag("Bare", &self.header.replace("{{", "").replace("}}", ""))
            .elements(&format!("<keyName>{}</keyName>", self.plain))
    }
}

fn play(workplace: &Workplace, environment: &Environment, reader: Reader, source: &Path) -> String {
    let play = workplace.write("play.yml", PLAY);
    let run = ansible_playbook(workplace, environment, reader, source, &play);
    assert!(run.stdout.contains("PLAY RECAP"), "the play was run: {run:#?}");
    assert!(run.succeeded(), "the play succeeded: {run:#?}");
    run.stdout
}

/// Values, and names of hosts in lists, are marked as text; names of groups are sanitized, and keys never evaluated.
fn nothing_runs(environment: &Environment, reader: Reader) {
    let constructed = "compose: {note: tags.Payload, deep: \"{'a': [tags.Payload, tags]}\", built: \"'{{ 1' ~ tags.Payload\"}\n\
                       keyed_groups: [{key: tags, prefix: tag}, {key: tags.Payload, parent_group: '{{ tags.Payload }}'}]";
    let configs = [
        format!("hostnames: [{{name: tag:Payload, prefix: tag:Payload}}]\n{constructed}"),
        format!(
            "hostnames: [instance-id]\nuse_contrib_script_compatible_ec2_tag_keys: true\n\
             use_contrib_script_compatible_sanitization: true\n{constructed}"
        ),
        "hostnames: [tag:Payload]\nhostvars_prefix: x_\ncompose: {tags: x_tags}".to_owned(),
        "hostnames: [tag:Header]".to_owned(),
        "hostnames: [tag:Bare]".to_owned(),
    ];
    for config in &configs {
        let workplace = Workplace::new();
        let payloads = Payloads::of(&workplace);
        let responder = Responder::start(&[REGION], vec![payloads.machine()]);
        let text = format!(
            "plugin: amazon.aws.aws_ec2\nregions: [{REGION}]\nendpoint_url: {}\n{config}\n",
            responder.endpoint()
        );
        let source = workplace.write("hostile.aws_ec2.yml", &text);
        let source = match reader {
            Reader::Script => workplace.write_script("script.sh", cloud_inventory(), &[source], &[]),
            _ => source,
        };
        let listed = ansible_inventory(&workplace, environment, reader, &source, &["--list"]);
        assert!(listed.succeeded(), "{listed:#?}");
        assert!(!payloads.file.exists(), "listing ran it, with `{config}`");
        let output = play(&workplace, environment, reader, &source);
        assert!(!payloads.file.exists(), "the play ran it, with `{config}`: {output}");
        assert!(output.contains("touch"), "the text was shown as it is: {output}");
    }
}

#[test]
fn a_template_in_a_tag_is_text_in_a_play() {
    nothing_runs(Environment::current(), Reader::Script);
}

#[test]
fn a_template_in_a_tag_is_text_in_a_play_through_the_collection() {
    nothing_runs(Environment::current(), Reader::Collection);
}

#[test]
fn a_template_in_a_tag_is_text_in_a_play_of_the_oldest_ansible() {
    nothing_runs(Environment::oldest(), Reader::Script);
}

#[test]
fn a_template_in_a_tag_is_text_in_a_play_of_the_oldest_ansible_through_the_collection() {
    nothing_runs(Environment::oldest(), Reader::Collection);
}

/// The tests above can fail: without the mark, the same texts do run.
#[test]
fn the_same_text_without_its_mark_runs() {
    for environment in [Environment::current(), Environment::oldest()] {
        let workplace = Workplace::new();
        let Payloads { plain, header, file } = Payloads::of(&workplace);
        let play = workplace.write("play.yml", PLAY);
        for (payload, headed) in [(plain.as_str(), "x"), ("lookup", header.as_str())] {
            let variables = json!({"tags": {"Payload": payload, "Header": headed}});
            let inventory = json!({"_meta": {"hostvars": {"h": variables}}, "g": {"hosts": ["h"]}});
            let script =
                workplace.write_program("plain.sh", &format!("#!/bin/sh\ncat <<'END'\n{inventory}\nEND\n"));
            ansible_playbook(&workplace, environment, Reader::Script, &script, &play);
            assert!(file.exists(), "the play evaluates `{payload}` or `{headed}`, which are not marked");
            std::fs::remove_file(&file).expect("the file that the play made");
        }
    }
}
