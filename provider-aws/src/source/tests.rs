mod network;
mod parts;
mod spoilt;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use inventory_core::config::environment;
use inventory_core::config::options::Options;
use inventory_core::discovery::{Budget, Error, ErrorKind, Facts, NamedHost, Page, Plan, Provider, Source};
use inventory_core::value::Value;

use super::Ec2Source;
use crate::testing::{Request, Server, expression_environment, json as to_json};

const KEYS: &str = "access_key: AKIDPLANTED\nsecret_key: planted-secret\nsession_token: planted-token\n";

fn source(yaml: &str) -> Ec2Source {
    source_within(yaml, Budget::new(8, 0, Duration::from_secs(60)))
}

fn source_within(yaml: &str, budget: Budget) -> Ec2Source {
    let document = inventory_core::yaml::read("aws_ec2.yml", yaml.as_bytes()).unwrap();
    let environment = environment::Environment::default();
    let mut options = Options::new(&document, &environment).unwrap();
    Ec2Source::read(&mut options, Arc::new(expression_environment()), budget).unwrap().0
}

/// A source that asks `server`, with the keys above.
fn source_at(server: &Server, more: &str) -> Ec2Source {
    source(&format!("plugin: aws_ec2\nendpoint_url: {}\n{KEYS}{more}", server.url))
}

async fn fetch(source: &Ec2Source) -> Result<Vec<Facts>, Error> {
    Ok(fetch_noted(source).await?.facts)
}

/// Returns what all scopes have, as one page.
async fn fetch_noted(source: &Ec2Source) -> Result<Page, Error> {
    let Plan { scopes, notes, .. } = source.plan().await?;
    let mut all = Page { facts: Vec::new(), notes };
    for scope in scopes {
        let mut pages = source.fetch(&scope);
        while let Some(page) = pages.next().await {
            let page = page?;
            all.facts.extend(page.facts);
            all.notes.extend(page.notes);
        }
    }
    Ok(all)
}

async fn hosts(source: &Ec2Source) -> (Vec<NamedHost>, Vec<String>) {
    let fetched = fetch_noted(source).await.unwrap();
    let (hosts, notes) = source.build(fetched.facts).unwrap();
    (hosts, fetched.notes.iter().chain(&notes).map(ToString::to_string).collect())
}

fn answer(reservations: &str, token: Option<&str>) -> String {
    let token = token.map(|token| format!("<nextToken>{token}</nextToken>")).unwrap_or_default();
    format!(
        "<DescribeInstancesResponse><reservationSet>{reservations}</reservationSet>{token}</DescribeInstancesResponse>"
    )
}

fn reservation(id: &str) -> String {
    format!(
        "<item><reservationId>r-1</reservationId><ownerId>1</ownerId><instancesSet><item><instanceId>{id}</instanceId>\
         <privateDnsName>{id}.internal</privateDnsName><privateIpAddress>10.0.0.1</privateIpAddress>\
         <placement><availabilityZone>eu-west-1a</availabilityZone></placement>\
         <tagSet><item><key>Name</key><value>web</value></item></tagSet></item></instancesSet></item>"
    )
}

fn fault(code: &str) -> String {
    format!("<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>")
}

/// The variables of the plugin itself, in its order: see `testdata/make_instances.py`.
#[tokio::test]
async fn every_member_becomes_the_variable_of_the_plugin() {
    let server = Server::start(|_| (200, include_str!("../../testdata/instances.xml").to_owned()));
    let (hosts, _) = hosts(&source_at(&server, "regions: [eu-west-1]\nhostnames: [instance-id]\n")).await;
    let expected: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../testdata/instances.json")).unwrap();
    assert_eq!(hosts.len(), expected.len());
    let found: BTreeMap<&str, &NamedHost> = hosts.iter().map(|host| (host.name.as_str(), host)).collect();
    for instance in expected {
        let id = instance["instance_id"].as_str().unwrap();
        let host = to_json(&Value::Map(Arc::clone(&found[id].variables)));
        assert_eq!(format!("{host:#}"), format!("{instance:#}"), "{id}");
    }
}

/// Finds `i-1` on the first page and `i-2` on the second; what is excluded is `i-2`.
fn two_pages(request: &Request) -> (u16, String) {
    let body = &request.body;
    let text = if body.contains("tag%3AExcluded") {
        answer(&reservation("i-2"), None)
    } else if body.contains("NextToken=second") {
        answer(&format!("{}{}", reservation("i-2"), reservation("i-3")), None)
    } else {
        answer(&reservation("i-1"), Some("second"))
    };
    (200, text)
}

#[tokio::test]
async fn pages_are_followed_and_searches_combined() {
    let server = Server::start(two_pages);
    let more = "regions: [eu-west-1]\nhostnames: [instance-id]\nfilters: {'tag:A': [b, c]}\n\
                include_filters: [{'tag:D': 5}]\nexclude_filters: [{'tag:Excluded': true}]\n";
    let (hosts, warnings) = hosts(&source_at(&server, more)).await;
    let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
    assert_eq!((names, warnings), (vec!["i-1", "i-3"], vec![]));
    let requests = server.requests();
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|request| request.body.contains("MaxResults=1000")), "{requests:?}");
    assert!(requests.iter().all(|request| request.body.contains("instance-state-name")), "{requests:?}");
    assert!(
        requests.iter().any(|request| request
            .body
            .contains("Filter.1.Name=tag%3AA&Filter.1.Value.1=b&Filter.1.Value.2=c"))
    );
    assert!(requests.iter().any(|request| request.body.contains("Filter.1.Name=tag%3AD&Filter.1.Value.1=5")));
    assert!(requests.iter().all(|request| request.head.contains("lib/cloud-inventory")), "{requests:?}");
}

#[tokio::test]
async fn regions_are_asked_for_or_known() {
    let server = Server::start(|request| {
        let region = |name| format!("<item><regionName>{name}</regionName></item>");
        let regions = [region("eu-west-1"), region("us-east-1")].concat();
        assert!(request.body.contains("Action=DescribeRegions"), "{request:?}");
        (
            200,
            format!("<DescribeRegionsResponse><regionInfo>{regions}</regionInfo></DescribeRegionsResponse>"),
        )
    });
    let scopes = source_at(&server, "profile: ''\n").plan().await.unwrap().scopes;
    assert_eq!(
        scopes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["aws/eu-west-1", "aws/us-east-1"]
    );

    let server = Server::start(|_| (403, fault("UnauthorizedOperation")));
    let source = source_at(&server, "");
    let Plan { scopes, notes: warnings, .. } = source.plan().await.unwrap();
    assert_eq!(scopes.len(), 34);
    assert!(warnings[0].message.starts_with("`ec2:DescribeRegions` is not allowed"), "{warnings:?}");

    let server = Server::start(|_| (401, fault("AuthFailure")));
    assert_eq!(source_at(&server, "").plan().await.unwrap_err().kind, ErrorKind::Auth);
}

#[tokio::test]
async fn failures_say_what_where_and_what_to_do() {
    let rows = [
        (
            403,
            fault("UnauthorizedOperation"),
            ErrorKind::Denied,
            "UnauthorizedOperation: no",
            "ec2:DescribeInstances",
        ),
        (401, fault("AuthFailure"), ErrorKind::Auth, "AuthFailure: no", "`eu-west-1` is not enabled"),
        (400, fault("RequestExpired"), ErrorKind::Auth, "RequestExpired: no", "clock"),
        (503, fault("RequestLimitExceeded"), ErrorKind::Throttled, "RequestLimitExceeded: no", "--retries"),
        (400, fault("InvalidParameterValue"), ErrorKind::Config, "InvalidParameterValue: no", ""),
        (
            500,
            "<html>".to_owned(),
            ErrorKind::BadResponse,
            "page 1: HTTP status 500 without an error code",
            "",
        ),
        (200, "garbage".to_owned(), ErrorKind::BadResponse, "page 1: the answer is not XML", "endpoint_url"),
        (
            200,
            "<Other/>".to_owned(),
            ErrorKind::BadResponse,
            "page 1: the answer cannot be understood: `Other` is not `DescribeInstancesResponse`",
            "",
        ),
        (
            200,
            answer(
                &reservation("i-1").replace("<tagSet>", "<amiLaunchIndex>x</amiLaunchIndex><tagSet>"),
                None,
            ),
            ErrorKind::BadResponse,
            "page 1: the answer cannot be understood: instance `i-1`: `ami_launch_index` is `x`, not an integer",
            "",
        ),
        (
            200,
            answer(&reservation(""), None),
            ErrorKind::BadResponse,
            "page 1: the answer holds an instance without an id",
            "",
        ),
    ];
    for (status, body, kind, message, hint) in rows {
        let server = Server::start(move |_| (status, body.clone()));
        let error = fetch(&source_at(&server, "regions: [eu-west-1]\n")).await.unwrap_err();
        assert_eq!((error.kind, error.operation), (kind, "DescribeInstances"), "{error}");
        assert!(error.message.starts_with(message), "{error}");
        assert!(error.hint.as_deref().unwrap_or_default().contains(hint), "{error:?}");
        assert!(!format!("{error:?}").to_lowercase().contains("planted"), "{error:?}");
    }
}

#[tokio::test]
async fn a_region_that_may_not_be_read_can_count_as_empty() {
    let server = Server::start(|_| (403, fault("UnauthorizedOperation")));
    let (hosts, warnings) =
        hosts(&source_at(&server, "regions: [eu-west-1]\nstrict_permissions: false\n")).await;
    assert!(hosts.is_empty());
    assert!(warnings[0].starts_with("`eu-west-1` counts as empty"), "{warnings:?}");

    let server = Server::start(|_| (401, fault("AuthFailure")));
    let error =
        fetch(&source_at(&server, "regions: [eu-west-1]\nstrict_permissions: false\n")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Auth);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let source = source(&format!("endpoint_url: http://127.0.0.1:{port}\n{KEYS}regions: [eu-west-1]\n"));
    let error = fetch(&source).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
    assert!(error.hint.is_some());
}

#[tokio::test]
async fn a_role_is_assumed_once() {
    let server = Server::start(|request| {
        if !request.body.contains("Action=AssumeRole") {
            return (200, answer(&reservation("i-1"), None));
        }
        let keys = "<AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                    <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>";
        let result = format!("<AssumeRoleResult><Credentials>{keys}</Credentials></AssumeRoleResult>");
        (200, format!("<AssumeRoleResponse>{result}</AssumeRoleResponse>"))
    });
    let role = "arn:aws:iam::1:role/x";
    let source = source_at(&server, &format!("regions: [eu-west-1, eu-west-2]\nassume_role_arn: {role}\n"));
    assert_eq!(source.plan().await.unwrap().scopes[0].account.as_deref(), Some(role));
    fetch(&source).await.unwrap();
    let (assumed, others): (Vec<Request>, Vec<Request>) =
        server.requests().into_iter().partition(|request| request.body.contains("AssumeRole"));
    assert_eq!((assumed.len(), others.len()), (1, 2));
    assert!(assumed[0].body.contains("RoleSessionName=ansible_aws_amazon.aws.aws_ec2_dynamic_inventory"));
    assert!(
        assumed[0].head.contains("AKIDPLANTED")
            && others.iter().all(|request| request.head.contains("AKIDROLE"))
    );
    assert_eq!(source.permissions(), ["sts:AssumeRole", "ec2:DescribeInstances"]);
}

fn with_services(request: &Request) -> (u16, String) {
    let line = request.head.lines().next().unwrap_or_default();
    let text = if request.head.contains("AmazonSSM.GetInventory") {
        assert!(request.body.contains("AWS:InstanceInformation.InstanceId"), "{request:?}");
        r#"{"Entities": [{"Id": "i-1", "Data": {"AWS:InstanceInformation": {"TypeName": "AWS:InstanceInformation",
            "SchemaVersion": "1.0", "Content": [{"PlatformName": "Ubuntu", "IpAddress": "10.0.0.1"}]}}}]}"#
            .to_owned()
    } else if line.contains("/rrset") {
        let record = |name, value| {
            format!(
                "<ResourceRecordSet><Name>{name}</Name><Type>A</Type><ResourceRecords><ResourceRecord><Value>{value}</Value>\
                 </ResourceRecord></ResourceRecords></ResourceRecordSet>"
            )
        };
        let sets = [record("b.example.com.", "10.0.0.1"), record("a.other.com.", "10.0.0.1")].concat();
        format!(
            "<ListResourceRecordSetsResponse><ResourceRecordSets>{sets}</ResourceRecordSets><IsTruncated>false</IsTruncated>\
             <MaxItems>300</MaxItems></ListResourceRecordSetsResponse>"
        )
    } else if line.contains("/hostedzone") {
        let zone = |id, name| {
            format!(
                "<HostedZone><Id>/hostedzone/{id}</Id><Name>{name}</Name><CallerReference>c</CallerReference></HostedZone>"
            )
        };
        let zones = [zone("Z1", "example.com."), zone("Z2", "hidden.com.")].concat();
        format!(
            "<ListHostedZonesResponse><HostedZones>{zones}</HostedZones><Marker></Marker><IsTruncated>false</IsTruncated>\
             <MaxItems>100</MaxItems></ListHostedZonesResponse>"
        )
    } else {
        answer(&reservation("i-1"), None)
    };
    (200, text)
}

#[tokio::test]
async fn systems_manager_and_route_53_are_asked() {
    let server = Server::start(with_services);
    let more = "regions: [eu-west-1]\nuse_ssm_inventory: true\nroute53_enabled: true\n\
                route53_excluded_zones: [hidden.com]\nroute53_hostnames: [example.com]\n";
    let source = source_at(&server, more);
    let (hosts, warnings) = hosts(&source).await;
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(hosts[0].name, "b.example.com");
    let ssm = to_json(hosts[0].variables.get("ssm_inventory").unwrap());
    assert_eq!(ssm, serde_json::json!({"ip_address": "10.0.0.1", "platform_name": "Ubuntu"}));
    let zones = server.requests().iter().filter(|request| request.head.contains("/rrset")).count();
    assert_eq!(zones, 1, "the excluded zone is not read");
    let permissions = [
        "ec2:DescribeInstances",
        "ssm:GetInventory",
        "route53:ListHostedZones",
        "route53:ListResourceRecordSets",
    ];
    assert_eq!(source.permissions(), permissions);
}

#[tokio::test]
async fn a_profile_that_does_not_exist_is_refused() {
    let error = source("profile: no-such-profile\nregions: [eu-west-1]\n").plan().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config);
    assert!(error.message.starts_with("the profile `no-such-profile` is neither"), "{error}");
}

#[test]
fn secrets_are_not_shown() {
    let source = source(&format!("{KEYS}regions: [eu-west-1]\n"));
    let shown = format!("{source:?}");
    assert!(shown.contains("eu-west-1") && shown.contains("Secret(..)"), "{shown}");
    assert!(!shown.to_lowercase().contains("planted"), "{shown}");
}
