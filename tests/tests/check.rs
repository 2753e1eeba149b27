//! `cloud-inventory check`: what is wrong with a config is told with its place, and no cloud is asked for it.

use inventory_tests::binary::cloud_inventory;
use inventory_tests::ec2::Responder;
use inventory_tests::workplace::{Run, Workplace};

const GOOD: &str = "plugin: amazon.aws.aws_ec2\nregions: [us-east-1]\n";

/// Checks one config where there are neither credentials nor a cloud.
fn check(name: &str, text: &str) -> Run {
    let workplace = offline();
    workplace.write(name, text);
    workplace.run(cloud_inventory(), ["check", name])
}

/// Returns a workplace without credentials, whose AWS is a closed port.
fn offline() -> Workplace {
    let mut workplace = Workplace::with_aws("http://127.0.0.1:9");
    workplace.unset("AWS_ACCESS_KEY_ID");
    workplace.unset("AWS_SECRET_ACCESS_KEY");
    workplace
}

/// Checks a config that is wrong in ways that are told as in `parts`.
fn refused(name: &str, text: &str, parts: &[&str]) {
    let run = check(name, text);
    assert!(run.code == Some(3) && run.stdout.is_empty(), "{run:#?}");
    assert_parts(&run, parts);
}

/// Checks a config that is right, but has doubtful places that are told as in `parts`.
fn doubted(text: &str, parts: &[&str]) {
    let run = check("x.aws_ec2.yml", text);
    assert!(run.succeeded() && run.stdout.is_empty(), "{run:#?}");
    assert_parts(&run, parts);
}

fn assert_parts(run: &Run, parts: &[&str]) {
    for part in parts {
        assert!(run.stderr.contains(part), "`{part}` is told: {}", run.stderr);
    }
}

#[test]
fn a_right_config_has_no_errors() {
    let run = check("good.aws_ec2.yml", GOOD);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "1 file is good\n"));
}

#[test]
fn warnings_are_counted_and_fail_a_strict_check() {
    let workplace = offline();
    workplace.write("good.aws_ec2.yml", GOOD);
    workplace.write("odd.aws_ec2.yml", &format!("{GOOD}hostname: [a]\nregoins: [b]\n"));
    let both = ["check", "good.aws_ec2.yml", "odd.aws_ec2.yml"];
    let run = workplace.run(cloud_inventory(), both);
    assert!(run.succeeded() && run.stderr.ends_with("\n2 files read: no errors, 2 warnings\n"), "{run:#?}");
    let run = workplace.run(cloud_inventory(), [&both[..], &["--strict"]].concat());
    assert_eq!(run.code, Some(3), "{run:#?}");
    assert_parts(&run, &["did you mean `hostnames`?", "error: 2 warnings, which `--strict` takes as errors"]);
    let quiet = workplace.run(cloud_inventory(), [&both[..], &["--strict", "-q"]].concat());
    assert_eq!(quiet.code, Some(3), "{quiet:#?}");
    assert!(workplace.run(cloud_inventory(), ["check", "--strict", "good.aws_ec2.yml"]).succeeded());
}

#[test]
fn no_cloud_is_asked() {
    let responder = Responder::start(&["us-east-1"], Vec::new());
    let workplace = Workplace::with_aws(&responder.endpoint());
    let more = "use_ssm_inventory: true\nassume_role_arn: 'arn:aws:iam::123456789012:role/x'\nroute53_enabled: true\n";
    workplace.write("x.aws_ec2.yml", &format!("plugin: aws_ec2\n{more}"));
    assert!(workplace.run(cloud_inventory(), ["check", "x.aws_ec2.yml"]).succeeded());
    assert!(responder.calls().is_empty());
}

#[test]
fn an_error_shows_its_line_with_a_caret() {
    let expected = "error: `filters` is a list\n \
                    --> x.aws_ec2.yml:3:10\n  \
                    |\n\
                    3 | filters: [web]\n  \
                    |          ^^^^^ expected a mapping\n";
    refused("x.aws_ec2.yml", &format!("{GOOD}filters: [web]\n"), &[expected]);
}

#[test]
fn all_errors_are_told_at_once() {
    let text = format!("{GOOD}filters: [web]\nhostnames: {{a: b}}\nkeyed_groups: text\n");
    refused("x.aws_ec2.yml", &text, &["x.aws_ec2.yml:3:", "x.aws_ec2.yml:4:", "x.aws_ec2.yml:5:"]);
}

#[test]
fn broken_yaml_is_told_with_its_place() {
    refused("x.aws_ec2.yml", "plugin: aws_ec2\nregions: [us-east-1\n", &["x.aws_ec2.yml:2:", "^"]);
    refused("x.aws_ec2.yml", "plugin: aws_ec2\n\tregions: []\n", &["x.aws_ec2.yml:2:", "^"]);
}

#[test]
fn a_vault_is_refused_and_not_shown_as_data() {
    let text = format!(
        "{GOOD}secret_key: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  62313365396662343061393464336163\n"
    );
    refused("x.aws_ec2.yml", &text, &["x.aws_ec2.yml:3:13", "Ansible Vault", "help: "]);
}

#[test]
fn a_misspelt_option_is_a_warning_with_the_right_one() {
    doubted(
        &format!("{GOOD}hostname: [instance-id]\n"),
        &["`hostname`", ":3:1", "did you mean `hostnames`?"],
    );
    doubted(
        &format!("{GOOD}keyed_groups:\n  - {{key: tags.Env, seperator: ''}}\n"),
        &["`seperator`", ":4:21", "did you mean `separator`?"],
    );
}

#[test]
fn a_text_without_quotes_is_a_warning() {
    doubted(
        &format!("{GOOD}compose: {{ansible_user: ec2-user, ansible_host: private_ip_address}}\n"),
        &[
            "`compose.ansible_user`",
            ":3:25",
            "a text needs quotes of its own: `\"'ec2-user'\"`",
            "1 warning\n",
        ],
    );
    let azure = "plugin: azure_rm\nkeyed_groups: [{key: tag.role}]\nconditional_groups: {up: powerstate = 'running'}\n";
    let run = check("x.azure_rm.yml", azure);
    assert!(run.succeeded(), "{run:#?}");
    assert_parts(&run, &["did you mean `tags`?", "write `==` to compare", "2 warnings\n"]);
}

#[test]
fn a_key_that_is_given_twice_is_a_warning_with_both_places() {
    doubted(
        &format!("{GOOD}regions: [eu-west-1]\n"),
        &["twice", "2 | regions: [us-east-1]", "3 | regions: [eu-west-1]"],
    );
}

#[test]
fn a_native_config_is_read_with_the_files_it_names() {
    let workplace = offline();
    workplace.write("clouds/a.aws_ec2.yml", GOOD);
    workplace.write("clouds/b.aws_ec2.yml", &format!("{GOOD}filters: [web]\n"));
    let native = "plugin: cloud_inventory\nsources:\n  - file: a.aws_ec2.yml\n  - file: b.aws_ec2.yml\ndeadline: 2m\nretries: 1\n";
    workplace.write("clouds/cloud-inventory.yml", native);
    let run = workplace.run(cloud_inventory(), ["check", "clouds/cloud-inventory.yml"]);
    assert_eq!(run.code, Some(3), "{run:#?}");
    assert!(run.stderr.contains("clouds/b.aws_ec2.yml:3:10"), "{}", run.stderr);
    workplace.write("clouds/b.aws_ec2.yml", GOOD);
    let run = workplace.run(cloud_inventory(), ["check", "clouds/cloud-inventory.yml"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "2 files are good\n"));
}

#[test]
fn what_ansible_cannot_run_is_told() {
    let workplace = offline();
    let first = "#!/usr/bin/env cloud-inventory";
    let table = [
        (format!("{first}\n{GOOD}"), "is not executable"),
        (format!("{first}\r\n{GOOD}"), "ends in CRLF"),
        (format!("\u{feff}{first}\n{GOOD}"), "byte order mark"),
    ];
    for (text, part) in table {
        workplace.write("x.aws_ec2.yml", &text);
        let run = workplace.run(cloud_inventory(), ["check", "x.aws_ec2.yml"]);
        assert!(run.succeeded(), "{run:#?}");
        assert_parts(&run, &[part, "help: ", "1 warning"]);
    }
    workplace.write_program("y.aws_ec2.yml", &format!("{first}\n{GOOD}"));
    assert!(workplace.run(cloud_inventory(), ["check", "--strict", "y.aws_ec2.yml"]).succeeded());
}

#[test]
fn a_native_config_tolerates_no_mistake() {
    let table: [(&str, &[&str]); 6] = [
        (
            "sources: [{file: no.aws_ec2.yml}]\nretries: many\n",
            &["x.yml:1:18", "x.yml:2:10", "a whole number"],
        ),
        ("sources: [{file: no.aws_ec2.yml}]\ndeadline: 90\n", &["x.yml:2:11", "a duration such as"]),
        ("sources: []\nretrys: 3\n", &["x.yml:2:1", "`retrys`", "did you mean `retries`?"]),
        ("sources: []\n", &["x.yml:1:10", "at least one"]),
        ("sources:\n  - {fil: a.yml}\n", &["x.yml:2:6", "`file`"]),
        ("sources:\n  - file: x.yml\n", &["x.yml:2:11", "native"]),
    ];
    for (text, parts) in table {
        refused("x.yml", text, parts);
    }
}

#[test]
fn an_error_of_a_setting_names_where_it_was_given() {
    let mut workplace = offline();
    workplace.write("x.aws_ec2.yml", GOOD);
    workplace.set("CLOUD_INVENTORY_DEADLINE", "soon");
    let run = workplace.run(cloud_inventory(), ["check", "x.aws_ec2.yml", "--retries", "many"]);
    assert_eq!(run.code, Some(3), "{run:#?}");
    assert_parts(&run, &["environment variable `CLOUD_INVENTORY_DEADLINE`", "`soon`", "flag `--retries`"]);
}

#[test]
fn a_run_finds_the_same_errors_before_it_needs_credentials() {
    let workplace = offline();
    workplace.write("x.aws_ec2.yml", &format!("{GOOD}filters: [web]\n"));
    let checked = workplace.run(cloud_inventory(), ["check", "x.aws_ec2.yml"]);
    let listed = workplace.run(cloud_inventory(), ["x.aws_ec2.yml", "--list"]);
    let again = " = help: check again when that is mended: a mistake can hide others";
    let checked = checked.stderr.strip_suffix(&format!("\n  |\n {again}\n")).expect("the last line");
    assert_eq!((listed.code, listed.stderr.trim_end()), (Some(3), checked));
}

#[test]
fn without_a_config_the_usage_is_told() {
    let run = offline().run(cloud_inventory(), ["check"]);
    assert!(run.code == Some(2) && run.stderr.contains("no configuration"), "{run:#?}");
}
