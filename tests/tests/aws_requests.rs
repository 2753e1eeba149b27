//! What goes over the wire: pages, regions at once, throttling, failures and broken answers.

use inventory_tests::ansible::Outcome;
use inventory_tests::binary::cloud_inventory;
use inventory_tests::compare::Inventory;
use inventory_tests::ec2::{Fault, Machine, Responder};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::json;

const FIRST: &str = "us-east-1";
const SECOND: &str = "eu-west-1";

/// A responder, and a workplace whose AWS it is.
struct Stage {
    responder: Responder,
    workplace: Workplace,
}

impl Stage {
    fn new(regions: &[&str], machines: Vec<Machine>) -> Self {
        let responder = Responder::start(regions, machines);
        let workplace = Workplace::with_aws(&responder.endpoint());
        Self { responder, workplace }
    }

    /// Two regions with three machines each.
    fn two_regions() -> Self {
        let machines = [Machine::many(FIRST, 1, 3), Machine::many(SECOND, 2, 3)].concat();
        Self::new(&[FIRST, SECOND], machines)
    }

    /// Lets the program repeat a failed call once only, for faults that last.
    fn impatient(mut self) -> Self {
        self.workplace.set("CLOUD_INVENTORY_RETRIES", "1");
        self
    }

    /// Writes a config: the regions, by their flow list, and more lines.
    fn config(&self, regions: &str, more: &str) -> std::path::PathBuf {
        let text =
            format!("plugin: amazon.aws.aws_ec2\nregions: {regions}\nhostnames: [instance-id]\n{more}\n");
        self.workplace.write("stage.aws_ec2.yml", &text)
    }

    /// Runs this program on such a config.
    fn list(&self, regions: &str, more: &str) -> Run {
        let config = self.config(regions, more);
        self.workplace.run(cloud_inventory(), [config.as_os_str(), "--list".as_ref()])
    }

    /// Runs this program, which must succeed, and returns the names of the hosts.
    fn hosts(&self, regions: &str, more: &str) -> Vec<String> {
        let run = self.list(regions, more);
        assert_eq!(run.stderr, "", "a success is quiet");
        Inventory::read(&run.json()).host_names().into_iter().map(str::to_owned).collect()
    }

    /// Runs this program, which must fail, say nothing on standard output, and name everything in `causes`.
    fn fails(&self, regions: &str, more: &str, causes: &[&str]) -> Run {
        let run = self.list(regions, more);
        assert!(!run.succeeded(), "it must fail: {run:#?}");
        assert_eq!(run.stdout, "", "a failure says nothing on standard output");
        for cause in causes {
            assert!(run.stderr.contains(cause), "the message names `{cause}`: {}", run.stderr);
        }
        run
    }
}

#[test]
fn pages_are_followed_to_the_end_and_are_as_large_as_the_api_allows() {
    let stage = Stage::new(&[FIRST], Machine::many(FIRST, 1, 25));
    stage.responder.page(10);
    let config = stage.config("[us-east-1]", "");
    let inventory = Outcome::of(&stage.workplace, &config).agreed();
    assert_eq!(inventory.host_count(), 25);
    stage.responder.forget();
    stage.list("[us-east-1]", "");
    let calls = stage.responder.calls_of("DescribeInstances");
    let tokens: Vec<_> =
        calls.iter().map(|call| call.parameters.get("NextToken").map(String::as_str)).collect();
    assert_eq!(tokens, [None, Some("us-east-1/10"), Some("us-east-1/20")]);
    for call in &calls {
        assert_eq!(call.parameters.get("MaxResults").map(String::as_str), Some("1000"));
        let states = ("instance-state-name", vec!["running", "pending", "stopping", "stopped"]);
        assert_eq!(call.filters(), [states]);
    }
}

#[test]
fn all_regions_are_asked_at_once() {
    let regions = ["us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1"];
    let machines = (1..).zip(regions).flat_map(|(number, region)| Machine::many(region, number, 2)).collect();
    let stage = Stage::new(&regions, machines);
    // No answer comes before all six are asked for: a program that asks one after another gets none.
    stage.responder.gather(regions.len());
    assert_eq!(
        stage.hosts("[us-east-1, us-east-2, us-west-1, us-west-2, eu-west-1, eu-central-1]", "").len(),
        12
    );
}

#[test]
fn the_limit_of_requests_at_once_is_kept() {
    let mut stage = Stage::two_regions();
    stage.workplace.set("CLOUD_INVENTORY_MAX_IN_FLIGHT", "1");
    assert_eq!(stage.hosts("[us-east-1, eu-west-1]", "").len(), 6);
    assert_eq!(stage.responder.most_in_flight(), 1);
}

#[test]
fn without_regions_all_enabled_ones_are_asked() {
    let stage = Stage::two_regions();
    let config = stage.config("[]", "");
    let inventory = Outcome::of(&stage.workplace, &config).agreed();
    assert_eq!(inventory.host_count(), 6);
    stage.responder.forget();
    stage.list("[]", "");
    let regions = stage.responder.calls_of("DescribeRegions");
    assert_eq!(regions.len(), 1);
    assert!(regions.iter().all(|call| call.region == FIRST && !call.parameters.contains_key("AllRegions")));
    let mut asked: Vec<_> =
        stage.responder.calls_of("DescribeInstances").into_iter().map(|call| call.region).collect();
    asked.sort();
    assert_eq!(asked, [SECOND, FIRST]);
}

#[test]
fn every_sweep_asks_every_region_once() {
    let stage = Stage::two_regions();
    let more = "filters: {'tag:Name': web-0}\n\
                include_filters: [{'tag:Name': [web-1]}, {instance-state-name: [stopped]}]\n\
                exclude_filters: [{instance-id: [i-02000000000000001]}]";
    let hosts = stage.hosts("[us-east-1, eu-west-1]", more);
    assert_eq!(hosts, ["i-01000000000000000", "i-01000000000000001", "i-02000000000000000"]);
    let mut calls: Vec<_> = stage
        .responder
        .calls_of("DescribeInstances")
        .iter()
        .map(|call| format!("{} {:?}", call.region, call.filters()))
        .collect();
    calls.sort();
    calls.dedup();
    assert_eq!(calls.len(), 8, "four sets of filters in two regions: {calls:#?}");
    assert_eq!(stage.responder.calls_of("DescribeInstances").len(), 8);
}

#[test]
fn only_a_filter_on_the_name_of_the_state_replaces_the_one_of_every_sweep() {
    let stage = Stage::new(
        &[FIRST],
        vec![
            Machine::new(FIRST, "i-0000000000000000a"),
            Machine::new(FIRST, "i-0000000000000000b").state("stopped"),
            Machine::new(FIRST, "i-0000000000000000c").state("terminated"),
        ],
    );
    for (filters, expected) in [
        ("{instance-state-code: ['16', '48']}", ["i-0000000000000000a"]),
        ("{instance-state-name: terminated}", ["i-0000000000000000c"]),
    ] {
        let config = stage.config("[us-east-1]", &format!("filters: {filters}"));
        assert_eq!(Outcome::of(&stage.workplace, &config).agreed().host_names(), expected, "{filters}");
    }
}

#[test]
fn a_call_is_signed_for_its_region_and_names_the_program() {
    let stage = Stage::two_regions();
    stage.list("[eu-west-1]", "");
    let calls = stage.responder.calls();
    assert_eq!(calls.len(), 1);
    for call in calls {
        assert_eq!((call.service.as_str(), call.region.as_str()), ("ec2", SECOND));
        assert!(call.user_agent.contains("cloud-inventory"), "{}", call.user_agent);
    }
}

#[test]
fn throttled_calls_are_repeated() {
    let stage = Stage::two_regions();
    // More often than the plugin's three attempts would survive.
    stage.responder.fail("DescribeInstances", Some(FIRST), 4, Fault::THROTTLED);
    assert_eq!(stage.hosts("[us-east-1, eu-west-1]", "").len(), 6);
    assert_eq!(stage.responder.calls_of("DescribeInstances").len(), 6);
}

#[test]
fn a_throttled_page_loses_no_host() {
    let stage = Stage::new(&[FIRST], Machine::many(FIRST, 1, 23));
    stage.responder.page(10);
    for _ in 0..2 {
        stage.responder.fail("DescribeInstances", None, 1, Fault::THROTTLED);
    }
    assert_eq!(stage.hosts("[us-east-1]", "").len(), 23);
}

#[test]
fn passing_faults_are_repeated() {
    for fault in [Fault::BROKEN, Fault::UNAVAILABLE, Fault::Cut, Fault::Half] {
        let stage = Stage::two_regions();
        stage.responder.fail("DescribeInstances", Some(SECOND), 1, fault.clone());
        assert_eq!(stage.hosts("[us-east-1, eu-west-1]", "").len(), 6, "{fault:?}");
    }
}

#[test]
fn a_lasting_fault_in_one_region_fails_the_run_and_names_it() {
    let table = [
        (Fault::UNKNOWN_CALLER, "AuthFailure"),
        (Fault::DENIED, "UnauthorizedOperation"),
        (Fault::Refused(401, "OptInRequired", "You are not subscribed to this service."), "OptInRequired"),
        (Fault::Html, "DescribeInstances"),
        (Fault::Garbage, "DescribeInstances"),
    ];
    for (fault, cause) in table {
        let stage = Stage::two_regions().impatient();
        stage.responder.fail("DescribeInstances", Some(SECOND), usize::MAX, fault);
        stage.fails("[us-east-1, eu-west-1]", "", &[SECOND, cause]);
    }
}

#[test]
fn a_fault_that_does_not_pass_ends_in_a_failure() {
    for (fault, cause) in
        [(Fault::THROTTLED, "RequestLimitExceeded"), (Fault::Half, SECOND), (Fault::Cut, SECOND)]
    {
        let stage = Stage::two_regions().impatient();
        stage.responder.fail("DescribeInstances", Some(SECOND), usize::MAX, fault);
        stage.fails("[us-east-1, eu-west-1]", "", &[SECOND, cause]);
    }
}

#[test]
fn without_strict_permissions_only_a_denied_region_is_left_out() {
    let stage = Stage::two_regions().impatient();
    stage.responder.fail("DescribeInstances", Some(SECOND), usize::MAX, Fault::DENIED);
    let config = stage.config("[us-east-1, eu-west-1]", "strict_permissions: false");
    assert_eq!(Outcome::of(&stage.workplace, &config).agreed().host_count(), 3);

    let stage = Stage::two_regions().impatient();
    stage.responder.fail("DescribeInstances", Some(SECOND), usize::MAX, Fault::UNKNOWN_CALLER);
    let config = stage.config("[us-east-1, eu-west-1]", "strict_permissions: false");
    let outcome = Outcome::of(&stage.workplace, &config);
    assert!(!outcome.plugin.succeeded() && !outcome.ours.succeeded(), "{outcome:#?}");
    stage.fails("[us-east-1, eu-west-1]", "strict_permissions: false", &[SECOND, "AuthFailure"]);
}

#[test]
fn an_endpoint_that_nobody_listens_on_is_named() {
    let stage = Stage::two_regions().impatient();
    // Port 9 of loopback is refused at once; no answer is waited for.
    let run = stage.fails("[us-east-1]", "endpoint_url: http://127.0.0.1:9", &[FIRST]);
    assert!(run.stderr.to_lowercase().contains("connect"), "{}", run.stderr);
}

#[test]
fn an_answer_that_never_comes_ends_at_the_deadline() {
    let mut stage = Stage::two_regions();
    stage.workplace.set("CLOUD_INVENTORY_DEADLINE", "1s");
    stage.responder.fail("DescribeInstances", Some(SECOND), usize::MAX, Fault::Silent);
    let run = stage.fails("[us-east-1, eu-west-1]", "", &[SECOND, "deadline", "1s"]);
    assert_eq!(run.code, Some(1));
    assert!(
        !run.stderr.contains(FIRST),
        "the region that answered is no part of the failure: {}",
        run.stderr
    );
}

#[test]
fn every_field_of_an_instance_is_a_variable() {
    let full = include_str!("../data/every-field.xml");
    let empty = include_str!("../data/every-field-empty.xml");
    for xml in [full, empty] {
        let stage = Stage::new(&[FIRST], vec![Machine::from_xml(FIRST, "i-00000000000000abc", xml)]);
        let config = stage.config("[us-east-1]", "");
        let inventory = Outcome::of(&stage.workplace, &config).agreed();
        assert_eq!(inventory.host_names(), ["i-00000000000000abc"]);
    }
}

#[test]
fn elements_that_nobody_knows_yet_are_passed_over() {
    let surplus = "<quantumOptions><qubits>8</qubits></quantumOptions><newList><item><a>1</a></item></newList>\
                   <!-- a comment --><keyName>ke&#121;</keyName>";
    let machine = Machine::new(FIRST, "i-0000000000000000a").elements(surplus);
    let stage = Stage::new(&[FIRST], vec![machine]);
    let config = stage.config("[us-east-1]", "");
    let inventory = Outcome::of(&stage.workplace, &config).agreed();
    let host = inventory.host("i-0000000000000000a").expect("the host");
    assert_eq!(host.get("key_name"), Some(&json!("key")));
    assert_eq!(host.get("quantum_options"), None);
}

#[test]
fn one_odd_instance_costs_no_other() {
    let odd = "<item><reservationId>r-1</reservationId><ownerId>1</ownerId><instancesSet><item>\
               <instanceId>i-0000000000000000b</instanceId><privateIpAddress>10.9.9.9</privateIpAddress></item>\
               </instancesSet></item>";
    let machines = vec![
        Machine::new(FIRST, "i-0000000000000000a"),
        Machine::from_xml(FIRST, "i-0000000000000000b", odd),
    ];
    let stage = Stage::new(&[FIRST], machines);
    let config = stage.config("[us-east-1]", "");
    let outcome = Outcome::of(&stage.workplace, &config);
    // The plugin fails on an instance without a placement, and loses all; that is not copied.
    assert!(!outcome.plugin.succeeded(), "{:#?}", outcome.plugin);
    let ours = Inventory::read(&outcome.ours.json());
    assert_eq!(ours.host_names(), ["i-0000000000000000a", "i-0000000000000000b"]);
}

#[test]
fn software_inventory_is_joined_to_its_host() {
    let stage =
        Stage::new(&[FIRST, SECOND], [Machine::many(FIRST, 1, 45), Machine::many(SECOND, 2, 1)].concat());
    for id in ["i-01000000000000000", "i-0100000000000002c", "i-02000000000000000"] {
        let content = json!({"AgentType": "amazon-ssm-agent", "AgentVersion": "3.3", "ComputerName": id,
            "IpAddress": "10.0.0.1", "PlatformName": "Amazon Linux", "PlatformType": "Linux", "InstanceId": id});
        stage.responder.software(id, content);
    }
    let config = stage.config("[us-east-1, eu-west-1]", "use_ssm_inventory: true");
    let inventory = Outcome::of(&stage.workplace, &config).agreed();
    assert_eq!(inventory.host_count(), 46);
    let host = inventory.host("i-0100000000000002c").expect("the host");
    assert_eq!(host.pointer("/ssm_inventory/agent_type"), Some(&json!("amazon-ssm-agent")));
}

#[test]
fn a_denied_list_of_regions_is_no_empty_inventory() {
    let stage = Stage::two_regions().impatient();
    stage.responder.fail("DescribeRegions", None, usize::MAX, Fault::DENIED);
    // Both go on with the regions that they know, most of which this account may not use.
    let config = stage.config("[]", "");
    let outcome = Outcome::of(&stage.workplace, &config);
    assert!(!outcome.plugin.succeeded() && !outcome.ours.succeeded(), "{outcome:#?}");
    stage.responder.forget();
    stage.fails("[]", "", &["ap-south-1", "AuthFailure"]);
    let asked = stage.responder.calls_of("DescribeInstances").len();
    assert!(asked > 30, "all known regions are asked, not {asked}");
}

#[test]
fn a_list_of_regions_that_fails_otherwise_fails_the_run() {
    for (fault, cause) in [(Fault::UNKNOWN_CALLER, "AuthFailure"), (Fault::BROKEN, "InternalError")] {
        let stage = Stage::two_regions().impatient();
        stage.responder.fail("DescribeRegions", None, usize::MAX, fault);
        stage.fails("[]", "", &["DescribeRegions", cause]);
        assert!(stage.responder.calls_of("DescribeInstances").is_empty());
    }
}
