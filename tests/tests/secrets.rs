//! Credentials are used, and never shown: wherever they come from, whatever goes wrong.

use inventory_tests::binary::cloud_inventory;
use inventory_tests::ec2::{Fault, Machine, Responder};
use inventory_tests::workplace::{Run, Workplace};

const REGION: &str = "us-east-1";
const KEY: &str = "AKIAPLANTEDPLANTED00";
const SECRET: &str = "planted-secret-0123456789";
const TOKEN: &str = "planted-token-0123456789";

/// A workplace whose only credentials are planted ones, and the config that leads to them.
struct Planted {
    workplace: Workplace,
    config: String,
}

impl Planted {
    fn new(endpoint: &str) -> Self {
        let mut workplace = Workplace::with_aws(endpoint);
        workplace.unset("AWS_ACCESS_KEY_ID");
        workplace.unset("AWS_SECRET_ACCESS_KEY");
        workplace.set("CLOUD_INVENTORY_RETRIES", "0");
        let config = format!("plugin: amazon.aws.aws_ec2\nregions: [{REGION}]\nhostnames: [instance-id]\n");
        Self { workplace, config }
    }

    fn in_config(endpoint: &str) -> Self {
        let mut planted = Self::new(endpoint);
        let keys = format!("access_key: {KEY}\nsecret_key: {SECRET}\nsession_token: {TOKEN}\n");
        planted.config.push_str(&keys);
        planted
    }

    fn in_environment(endpoint: &str) -> Self {
        let mut planted = Self::new(endpoint);
        planted.workplace.set("AWS_ACCESS_KEY_ID", KEY);
        planted.workplace.set("AWS_SECRET_ACCESS_KEY", SECRET);
        planted.workplace.set("AWS_SESSION_TOKEN", TOKEN);
        planted
    }

    fn in_profile(endpoint: &str) -> Self {
        let mut planted = Self::new(endpoint);
        let lines = [
            "[prod]".to_owned(),
            format!("aws_access_key_id = {KEY}"),
            format!("aws_secret_access_key = {SECRET}"),
            format!("aws_session_token = {TOKEN}"),
        ];
        let path = planted.workplace.write("credentials", &(lines.join("\n") + "\n"));
        planted.workplace.set("AWS_SHARED_CREDENTIALS_FILE", &path.display().to_string());
        planted.config.push_str("profile: prod\n");
        planted
    }

    /// Runs the program with all that it can tell, and checks that it does not tell the credentials.
    fn run(&self, more: &str, arguments: &[&str]) -> Run {
        let config = self.workplace.write("x.aws_ec2.yml", &format!("{}{more}", self.config));
        let mut command = self.workplace.command(cloud_inventory());
        let run = Run::of(command.args(arguments).arg(config).arg("-v"));
        assert_hidden(&run);
        run
    }
}

fn assert_hidden(run: &Run) {
    for secret in [KEY, SECRET, TOKEN] {
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "`{secret}` is told: {run:#?}");
    }
}

#[test]
fn credentials_are_used_and_not_told() {
    for plant in [Planted::in_config, Planted::in_environment, Planted::in_profile] {
        let responder = Responder::start(&[REGION], Machine::many(REGION, 1, 1));
        let planted = plant(&responder.endpoint());
        let run = planted.run("", &["--list"]);
        assert!(run.succeeded(), "{run:#?}");
        let calls = responder.calls();
        assert!(!calls.is_empty() && calls.iter().all(|call| call.key == KEY), "{calls:#?}");
        assert!(planted.run("", &["check"]).succeeded());
    }
}

#[test]
fn failures_do_not_tell_credentials() {
    for plant in [Planted::in_config, Planted::in_environment, Planted::in_profile] {
        for fault in [Fault::UNKNOWN_CALLER, Fault::DENIED, Fault::Garbage, Fault::Cut] {
            let responder = Responder::start(&[REGION], Vec::new());
            responder.fail("DescribeInstances", None, usize::MAX, fault);
            let run = plant(&responder.endpoint()).run("", &["--list"]);
            assert_eq!(run.code, Some(1), "{run:#?}");
        }
        let run = plant("http://127.0.0.1:9").run("assume_role_arn: 'arn:aws:iam::1:role/x'\n", &["--list"]);
        assert_eq!(run.code, Some(1), "{run:#?}");
    }
}

#[test]
fn mistakes_beside_credentials_do_not_tell_them() {
    let planted = Planted::in_config("http://127.0.0.1:9");
    let given_twice = format!("secret_key: {SECRET}\nsecret_key: {SECRET}\naccess_key: {KEY}\n");
    assert!(planted.run(&given_twice, &["check"]).stderr.contains("given twice"));
    let planted = Planted::new("http://127.0.0.1:9");
    for wrong in [
        format!("session_token: [{TOKEN}]\n"),
        format!("access_key: {KEY}\n"),
        format!("secret_key:\n  - {SECRET}\n"),
        format!("secret_key: \"{SECRET}\n"),
        format!("secret_key: {{{SECRET}\n"),
        format!("secret_key: |\n  {SECRET}\n {SECRET}\n"),
    ] {
        let run = planted.run(&wrong, &["check"]);
        assert_eq!(run.code, Some(3), "{wrong}: {run:#?}");
    }
}
