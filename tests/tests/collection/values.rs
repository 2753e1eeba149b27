//! Values that only Ansible has, and those that JSON does not have.

use super::*;

#[test]
fn extra_variables_reach_expressions_that_use_them() {
    let stage = Stage::new();
    let text =
        format!("{CONFIG}compose: {{owner: \"team | default('nobody')\", list: \"more | default([])\"}}\n");
    let source = stage.workplace.write("aws_ec2.yml", &text);
    let extra = ["-e", "team='a b'", "-e", "{\"more\": [1, {\"x\": null}]}"];
    let owner = |stage: &Stage, arguments: &[&str]| {
        let host = stage.listed(&source, arguments).host(FIRST).cloned().unwrap_or_default();
        json!([host.get("owner"), host.get("list")])
    };
    assert_eq!(owner(&stage, &extra), json!(["nobody", []]));
    stage.workplace.write("ansible.cfg", "[inventory_plugins]\nuse_extra_vars = true\n");
    assert_eq!(owner(&stage, &extra), json!(["a b", [1, {"x": null}]]));
    assert_eq!(owner(&stage, &[]), json!(["nobody", []]));
    // Secrets among them are decrypted.
    stage.workplace.write("password", "s3cret\n");
    let secret = encrypt_string(&stage, "alice");
    stage.workplace.write("extra.yml", &format!("team: {secret}"));
    let arguments = ["-e", "@extra.yml", "--vault-password-file", "password"];
    assert_eq!(owner(&stage, &arguments), json!(["alice", []]));
}

fn encrypt_string(stage: &Stage, text: &str) -> String {
    let mut command = stage.workplace.python_command(Environment::current(), "ansible-vault");
    let run = Run::of(command.args(["encrypt_string", "--vault-password-file", "password", text]));
    assert!(run.succeeded(), "{run:#?}");
    run.stdout
}

/// Encrypted values and files are decrypted with Ansible's secrets, in memory: no command line has them.
#[test]
fn what_is_encrypted_with_ansible_vault_is_decrypted() {
    let mut stage = Stage::new();
    stage.workplace.write("password", "s3cret\n");
    stage.workplace.unset("AWS_SECRET_ACCESS_KEY");
    stage.workplace.unset("AWS_ACCESS_KEY_ID");
    // The first program that is run keeps its arguments and what is in files beside it.
    let spy = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >> arguments\nenv >> arguments\nexec '{}' \"$@\"\n",
        cloud_inventory().display()
    );
    let spy = stage.workplace.write_program("spy", &spy);
    stage.workplace.set(BINARY_VARIABLE, &spy.display().to_string());
    let secret = encrypt_string(&stage, "the-secret-key");
    let note = encrypt_string(&stage, "{{ 'a template' | upper }}");
    let inline = format!("{CONFIG}access_key: AKIA\nsecret_key: {secret}\ncompose:\n  note: {note}\n");
    let inline = stage.workplace.write("inline.aws_ec2.yml", &inline);
    let clear = format!("{CONFIG}access_key: AKIA\nsecret_key: the-secret-key\n");
    let whole = stage.workplace.write("whole.aws_ec2.yml", &clear);
    let broken = stage.workplace.write("broken.aws_ec2.yml", &format!("{clear}the-secret: [\n"));
    for file in [&whole, &broken] {
        let mut command = stage.workplace.python_command(Environment::current(), "ansible-vault");
        let run = Run::of(command.args(["encrypt", "--vault-password-file", "password"]).arg(file));
        assert!(run.succeeded(), "{run:#?}");
    }
    let native = stage.workplace.write(
        "both.yml",
        &NATIVE.replace("[{file: aws_ec2.yml}]", "[{file: inline.aws_ec2.yml}, {file: whole.aws_ec2.yml}]"),
    );
    for environment in [Environment::current(), Environment::oldest()] {
        let unlock = ["--vault-password-file", "password"];
        for source in [&inline, &whole, &native] {
            let run = stage.read(environment, source, &unlock);
            assert!(run.succeeded(), "{}: {run:#?}", source.display());
            assert_eq!(Inventory::read(&run.json()).host_count(), 2, "{}", source.display());
            let locked = stage.read(environment, source, &[]);
            assert!(!locked.succeeded(), "{}: {locked:#?}", source.display());
        }
        let run = stage.read(environment, &broken, &unlock);
        assert!(!run.succeeded() && run.stderr.contains("broken.aws_ec2.yml"), "{run:#?}");
        assert!(!run.stderr.contains("the-secret"), "{run:#?}");
    }
    let arguments = fs::read_to_string(stage.workplace.path("arguments")).expect("the spy was run");
    assert!(arguments.contains("--hand-over") && !arguments.contains("the-secret-key"), "{arguments}");
}

/// As with the plugin of AWS, a time is a `datetime`, on every release.
#[test]
fn times_are_datetimes() {
    let play = "- hosts: all\n  connection: local\n  gather_facts: false\n  tasks:\n    - ansible.builtin.debug:\n        \
                msg: \"{{ launch_time.year }} {{ launch_time.utcoffset().seconds }} {{ launch_time.isoformat() }}\"\n";
    let stage = Stage::new();
    let source = stage.workplace.write("aws_ec2.yml", CONFIG);
    let python = stage.workplace.write("play.yml", play);
    let real =
        ansible_playbook(&stage.workplace, Environment::current(), Reader::Plugin, &source, &python).stdout;
    let message = real.lines().find(|line| line.contains("\"msg\"")).expect("the plugin's time");
    assert!(message.contains(" 0 20"), "{real}");
    for environment in [Environment::current(), Environment::oldest()] {
        let run = stage.play(environment, &source, play);
        assert!(run.succeeded() && run.stdout.contains(message), "{message}: {run:#?}");
    }
}

/// Each kind of value that the form of what is handed over has, as a script gives it.
#[test]
fn odd_values_are_those_of_a_script() {
    let text = format!(
        "{CONFIG}compose:\n  beyond: '[2147483647, 2147483648, -2147483648, -2147483649]'\n  \
         huge: '[2 ** 200, -(2 ** 200), 2 ** 63]'\n  floats: '[1.5, -0.0, 1e16]'\n  \
         texts: \"['\u{fc}' ~ ('a' * 300), 'b' * 255, 'c' * 256, '']\"\n  \
         keys: \"{{1: 'a', 2.5: none, true: [launch_time, {{'at': launch_time}}]}}\"\n  \
         templates: \"[['{{' ~ '{{ 1 + 1 }}' ~ '}}'], {{'x': '{{' ~ '% raw %' ~ '}}'}}]\"\n"
    );
    let stage = Stage::new();
    let source = stage.workplace.write("aws_ec2.yml", &text);
    let chosen = |list: &serde_json::Value| {
        let list = Inventory::read(list);
        let host = list.host(FIRST).expect("the host");
        ["beyond", "huge", "floats", "texts", "keys", "templates"].map(|name| host[name].clone())
    };
    let script = stage.workplace.run(cloud_inventory(), [source.display().to_string().as_str(), "--list"]);
    // JSON is compared as floats.
    let huge = "-1606938044258990275541962092341162602522202993782792835301376";
    assert!(script.stdout.contains(huge));
    for environment in [Environment::current(), Environment::oldest()] {
        let run = stage.read(environment, &source, &[]);
        assert!(run.succeeded(), "{run:#?}");
        assert!(run.stdout.contains(huge), "{run:#?}");
        assert_eq!(chosen(&run.json()), chosen(&script.json()));
    }
}
