//! How the network is reached: proxies, and whom TLS trusts.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use inventory_tests::ansible::Outcome;
use inventory_tests::binary::cloud_inventory;
use inventory_tests::compare::Inventory;
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::{Run, Workplace};

const REGION: &str = "us-east-1";
const TARGET: &str = "ec2.us-east-1.amazonaws.com";
const HOSTS: usize = 2;
/// Nobody listens there: a connection is refused at once.
const CLOSED: &str = "http://127.0.0.1:9";

/// A simulator with two machines, and a workplace that knows nothing of it.
struct Stage {
    simulator: Simulator,
    workplace: Workplace,
}

impl Stage {
    fn new() -> Self {
        let source = Source::Seeded { seed: 1, size: HOSTS as u64, accounts: 1, regions: 1 };
        let settings = Settings { source, keeps_exchanges: true, ..Settings::default() };
        let simulator = Simulator::start(settings).expect("a simulator");
        let mut workplace = Workplace::new();
        workplace.set("CLOUD_INVENTORY_RETRIES", "0");
        let config = format!("plugin: amazon.aws.aws_ec2\nregions: [{REGION}]\nhostnames: [instance-id]\n");
        workplace.write("stage.aws_ec2.yml", &config);
        Self { simulator, workplace }
    }

    fn authority(&self) -> String {
        self.simulator.certificate_file().display().to_string()
    }

    /// Returns the hosts that were asked, request by request.
    fn asked(&self) -> Vec<String> {
        self.simulator.exchanges().into_iter().map(|exchange| exchange.request.host).collect()
    }

    fn list(&self) -> Run {
        self.workplace.run(cloud_inventory(), ["stage.aws_ec2.yml", "--list", "-v"])
    }

    fn finds_both(&self) {
        assert_eq!(Inventory::read(&self.list().json()).host_count(), HOSTS);
    }

    fn fails(&self, causes: &[&str]) -> Run {
        let run = self.list();
        assert!(run.code == Some(1) && run.stdout.is_empty(), "{run:#?}");
        for cause in causes {
            assert!(run.stderr.contains(cause), "the message names `{cause}`: {}", run.stderr);
        }
        run
    }
}

#[test]
fn calls_go_through_the_proxy_of_the_environment() {
    let mut stage = Stage::new();
    stage.workplace.set("HTTPS_PROXY", &stage.simulator.proxy());
    // The plugin's client library reads this variable, and not `SSL_CERT_FILE`.
    stage.workplace.set("AWS_CA_BUNDLE", &stage.authority());
    let inventory = Outcome::of(&stage.workplace, &stage.workplace.path("stage.aws_ec2.yml")).agreed();
    assert_eq!(inventory.host_count(), HOSTS);
    assert_eq!(stage.asked(), [TARGET; 3], "the plugin and both our ways go through it, and nowhere else");
}

#[test]
fn the_trusted_certificates_may_be_named_for_all_programs() {
    for proxy in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let mut stage = Stage::new();
        stage.workplace.set(proxy, &stage.simulator.proxy());
        stage.workplace.set("SSL_CERT_FILE", &stage.authority());
        stage.finds_both();
        assert_eq!(stage.asked(), [TARGET], "{proxy}");
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let mut stage = Stage::new();
    stage.workplace.set("HTTPS_PROXY", &stage.simulator.proxy());
    let run = stage.fails(&[REGION]);
    assert!(run.stderr.to_lowercase().contains("certificate"), "{}", run.stderr);
    assert!(stage.asked().is_empty(), "no request is sent to somebody unknown");
}

#[test]
fn hosts_of_no_proxy_are_asked_directly() {
    let mut stage = Stage::new();
    stage.workplace.set("AWS_ENDPOINT_URL", &stage.simulator.secure_endpoint("aws"));
    stage.workplace.set("SSL_CERT_FILE", &stage.authority());
    stage.workplace.set("HTTPS_PROXY", CLOSED);
    stage.fails(&[REGION]);
    stage.workplace.set("NO_PROXY", "example.com,localhost");
    stage.finds_both();
    assert_eq!(stage.asked(), ["localhost"]);
}

#[test]
fn a_proxy_that_is_away_is_a_failure_without_its_password() {
    let mut stage = Stage::new();
    stage.workplace.set("HTTPS_PROXY", "http://user:very-secret@127.0.0.1:9");
    let run = stage.fails(&[REGION]);
    assert!(!run.stderr.contains("very-secret"), "{}", run.stderr);
}

#[test]
fn a_bundle_that_is_not_there_is_named() {
    let mut stage = Stage::new();
    stage.workplace.set("AWS_CA_BUNDLE", "/does/not/exist.pem");
    stage.fails(&["AWS_CA_BUNDLE", "/does/not/exist.pem"]);
}
