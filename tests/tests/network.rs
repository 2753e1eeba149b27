//! How the network is reached: proxies, and whom TLS trusts.

use inventory_tests::ansible::Outcome;
use inventory_tests::binary::cloud_inventory;
use inventory_tests::compare::Inventory;
use inventory_tests::ec2::{Machine, Responder};
use inventory_tests::proxy::Proxy;
use inventory_tests::workplace::{Run, Workplace};

const REGION: &str = "us-east-1";
const TARGET: &str = "ec2.us-east-1.amazonaws.com:443";
/// Nobody listens there: a connection is refused at once.
const CLOSED: &str = "http://127.0.0.1:9";

/// A responder with two machines behind a proxy, and a workplace that knows of neither.
struct Stage {
    responder: Responder,
    proxy: Proxy,
    workplace: Workplace,
}

impl Stage {
    fn new() -> Self {
        let responder = Responder::start(&[REGION], Machine::many(REGION, 1, 2));
        let proxy = Proxy::start(&responder.endpoint());
        let mut workplace = Workplace::new();
        workplace.set("CLOUD_INVENTORY_RETRIES", "0");
        let config = format!("plugin: amazon.aws.aws_ec2\nregions: [{REGION}]\nhostnames: [instance-id]\n");
        workplace.write("stage.aws_ec2.yml", &config);
        Self { responder, proxy, workplace }
    }

    /// The address of the proxy for those who tunnel through it.
    fn proxy_address(&self) -> String {
        format!("http://127.0.0.1:{}", self.proxy.port())
    }

    fn list(&self) -> Run {
        self.workplace.run(cloud_inventory(), ["stage.aws_ec2.yml", "--list", "-v"])
    }

    fn finds_both(&self) {
        assert_eq!(Inventory::read(&self.list().json()).host_count(), 2);
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
    stage.workplace.set("HTTPS_PROXY", &stage.proxy_address());
    // The plugin's client library reads this variable, and not `SSL_CERT_FILE`.
    stage.workplace.set("AWS_CA_BUNDLE", &stage.proxy.authority());
    let inventory = Outcome::of(&stage.workplace, &stage.workplace.path("stage.aws_ec2.yml")).agreed();
    assert_eq!(inventory.host_count(), 2);
    assert_eq!(stage.proxy.finish(), [TARGET, TARGET], "both tools go through it, and nowhere else");
}

#[test]
fn the_trusted_certificates_may_be_named_for_all_programs() {
    for proxy in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let mut stage = Stage::new();
        stage.workplace.set(proxy, &stage.proxy_address());
        stage.workplace.set("SSL_CERT_FILE", &stage.proxy.authority());
        stage.finds_both();
        assert_eq!(stage.proxy.finish(), [TARGET], "{proxy}");
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let mut stage = Stage::new();
    stage.workplace.set("HTTPS_PROXY", &stage.proxy_address());
    let run = stage.fails(&[REGION]);
    assert!(run.stderr.to_lowercase().contains("certificate"), "{}", run.stderr);
    assert!(stage.responder.calls().is_empty(), "no request is sent to somebody unknown");
}

#[test]
fn hosts_of_no_proxy_are_asked_directly() {
    let mut stage = Stage::new();
    let address = format!("https://localhost:{}", stage.proxy.port());
    stage.workplace.set("AWS_ENDPOINT_URL", &address);
    stage.workplace.set("SSL_CERT_FILE", &stage.proxy.authority());
    stage.workplace.set("HTTPS_PROXY", CLOSED);
    stage.fails(&[REGION]);
    stage.workplace.set("NO_PROXY", "example.com,localhost");
    stage.finds_both();
    assert!(stage.proxy.finish().is_empty());
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
