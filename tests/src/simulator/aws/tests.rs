use std::time::Duration;

use super::*;
use crate::simulator::clock::Clock;
use crate::simulator::cloud::Limits;
use crate::simulator::fleet::Fleet;
use crate::simulator::seal::Seal;

fn aws(size: u64, page_size: Option<usize>) -> Aws {
    let limits = Limits { page_size, token_lifetime: Duration::from_secs(3600) };
    let fleet = Fleet::seeded(1, size, geography(1, 2, 2));
    Aws::new(World {
        fleet,
        limits,
        clock: Clock::default(),
        seal: Seal::default(),
        faults: std::sync::Arc::default(),
    })
}

fn authorization(key: &str, region: &str, service: &str) -> String {
    let signature = "0".repeat(64);
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/20261122/{region}/{service}/aws4_request, SignedHeaders=host;x-amz-date, \
         Signature={signature}"
    )
}

/// A call of EC2 in us-east-1 with these parameters.
fn call(parameters: &str) -> Request {
    let headers = [
        ("authorization", authorization("AKIAX", "us-east-1", "ec2")),
        ("x-amz-date", "20261122T101112Z".to_owned()),
    ];
    Request {
        method: "POST".to_owned(),
        host: "ec2.us-east-1.amazonaws.com".to_owned(),
        path: "/".to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
        body: parameters.as_bytes().to_vec(),
        ..Request::default()
    }
}

fn instances(parameters: &str) -> Request {
    call(&format!("Action=DescribeInstances&Version=2016-11-15{parameters}"))
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).expect("UTF-8")
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

#[test]
fn what_is_not_right_is_refused_in_the_words_of_ec2() {
    let aws = aws(50, None);
    let table = [
        ("&MaxResults=4", "InvalidParameterValue"),
        ("&MaxResults=1001", "InvalidParameterValue"),
        ("&MaxResults=many", "InvalidParameterValue"),
        ("&NextToken=abc", "InvalidNextToken"),
        ("&Colour=red", "UnknownParameter"),
        ("&Filter.1.Name=colour&Filter.1.Value.1=red", "InvalidParameterValue"),
        ("&Filter.1.Name=instance-id", "InvalidParameterValue"),
        ("&Filter.2.Name=instance-id&Filter.2.Value.1=x", "InvalidParameter"),
        ("&InstanceId.1=i-00000000000000000", "InvalidInstanceID.NotFound"),
        ("&InstanceId.1=i-00000000000000000&MaxResults=5", "InvalidParameterCombination"),
    ];
    for (parameters, code) in table {
        let answer = aws.answer(&instances(parameters), None);
        assert_eq!(answer.status, 400, "{parameters}");
        assert_eq!(
            between(&text(&answer), "<Response><Errors><Error><Code>", "</Code>"),
            Some(code),
            "{parameters}"
        );
    }
    for parameters in [
        "Action=Describe&Version=2016-11-15",
        "Action=DescribeInstances&Version=2014-01-01",
        "Action=DescribeInstances",
    ] {
        let answer = aws.answer(&call(parameters), None);
        assert!(text(&answer).contains("<Code>InvalidAction</Code>"), "{parameters}");
    }
}

#[test]
fn whoever_does_not_sign_for_service_and_region_is_refused() {
    let aws = aws(50, None);
    let table = [
        (String::new(), "MissingAuthenticationToken"),
        ("Basic abc".to_owned(), "MissingAuthenticationToken"),
        (
            "AWS4-HMAC-SHA256 Credential=AKIAX/20261122/us-east-1/ec2/aws4_request".to_owned(),
            "MissingAuthenticationToken",
        ),
        (authorization("AKIAX", "eu-west-1", "ec2"), "SignatureDoesNotMatch"),
        (authorization("AKIAX", "us-east-1", "sts"), "SignatureDoesNotMatch"),
        (authorization("AKIAX", "us-east-1", "s3"), "SignatureDoesNotMatch"),
        (authorization("ASIAX", "us-east-1", "ec2"), "AuthFailure"),
    ];
    for (value, code) in table {
        let mut request = instances("");
        request.headers.insert("authorization".to_owned(), value.clone());
        assert_eq!(between(&text(&aws.answer(&request, None)), "<Code>", "</Code>"), Some(code), "{value}");
    }
    let mut request = instances("");
    request.headers.insert("x-amz-date".to_owned(), "20261121T101112Z".to_owned());
    assert_eq!(aws.answer(&request, None).status, 403, "another day");
    let mut request = instances("");
    request.headers.insert("x-amz-security-token".to_owned(), "made up".to_owned());
    assert_eq!(aws.answer(&request, None).status, 401, "a session that was not handed out");
}

#[test]
fn a_token_continues_the_query_that_it_was_handed_out_for() {
    let aws = aws(50, Some(7));
    let (mut ids, mut token) = (Vec::new(), String::new());
    loop {
        let answer = text(&aws.answer(&instances(&token), None));
        let found = answer.split("<instanceId>").skip(1).filter_map(|part| part.split('<').next());
        ids.extend(found.map(str::to_owned));
        let Some(next) = between(&answer, "<nextToken>", "</nextToken>") else { break };
        token = format!("&NextToken={next}");
        assert!(
            text(&aws.answer(
                &instances(&format!("{token}&Filter.1.Name=platform&Filter.1.Value.1=windows")),
                None
            ))
            .contains("InvalidNextToken")
        );
        let repeated = text(&aws.answer(&instances(&token), Some(Twist::RepeatedToken)));
        assert_eq!(between(&repeated, "<nextToken>", "</nextToken>"), Some(next));
    }
    let range = aws.world.fleet.in_region(aws.home_account(), "us-east-1");
    assert_eq!(ids, range.map(instance_id).collect::<Vec<_>>());
}

#[test]
fn ids_lead_back_to_their_machines() {
    for index in [0, 1, 2, 77, 999_999, u64::MAX - 1] {
        assert_eq!(names::index_of(&instance_id(index)), Some(index));
    }
    for id in ["", "i-0", "i-00000000000000000", "i-0000000000000000g", "i-1000000000000000a"] {
        assert_eq!(names::index_of(id), None, "{id}");
    }
}

#[test]
fn temporary_keys_are_those_of_a_role_until_they_expire() {
    let aws = aws(50, None);
    let other = &aws.world.fleet.geography().accounts[1];
    let role = format!("arn:aws:iam::{other}:role/path/reader");
    let mut request =
        call(&format!("Action=AssumeRole&Version=2011-06-15&RoleArn={role}&RoleSessionName=me"));
    request.host = "sts.us-east-1.amazonaws.com".to_owned();
    request.headers.insert("authorization".to_owned(), authorization("AKIAX", "us-east-1", "sts"));
    let answer = text(&aws.answer(&request, None));
    let part = |name: &str| between(&answer, &format!("<{name}>"), "<").expect("a part").to_owned();
    request.body = b"Action=GetCallerIdentity&Version=2011-06-15".to_vec();
    let key = part("AccessKeyId");
    request.headers.insert("authorization".to_owned(), authorization(&key, "us-east-1", "sts"));
    request.headers.insert("x-amz-security-token".to_owned(), part("SessionToken"));
    let identity = text(&aws.answer(&request, None));
    assert!(
        identity.contains(&format!("<Arn>arn:aws:sts::{other}:assumed-role/reader/me</Arn>")),
        "{identity}"
    );
    assert_eq!(aws.classify(&request).scope, format!("{other}/us-east-1"));
    aws.world.clock.advance(Duration::from_secs(3601));
    let expired = aws.answer(&request, None);
    assert_eq!((expired.status, text(&expired).contains("<Code>ExpiredToken</Code>")), (403, true));
}

#[test]
fn a_role_of_an_account_that_is_not_there_is_denied() {
    let mut request = call(
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::000000000001:role/x&RoleSessionName=me",
    );
    request.host = "sts.amazonaws.com".to_owned();
    request.headers.insert("authorization".to_owned(), authorization("AKIAX", "us-east-1", "sts"));
    let answer = aws(5, None).answer(&request, None);
    assert_eq!((answer.status, text(&answer).contains("<Code>AccessDenied</Code>")), (403, true));
}

#[test]
fn hosts_of_other_services_and_regions_are_not_its_own() {
    let aws = aws(5, None);
    for host in [
        "ec2.us-east-1.amazonaws.com",
        "ec2.me-south-1.amazonaws.com",
        "sts.amazonaws.com",
        "ssm.eu-west-1.amazonaws.com",
    ] {
        assert!(aws.owns(host, ""), "{host}");
    }
    for host in ["s3.us-east-1.amazonaws.com", "ec2.moon-1.amazonaws.com", "amazonaws.com", "example.com"] {
        assert!(!aws.owns(host, ""), "{host}");
    }
}

#[test]
fn odd_answers_differ_in_what_they_are_odd_in() {
    let aws = aws(50, Some(10));
    let count = |twist| text(&aws.answer(&instances(""), twist)).matches("<instanceId>").count();
    assert_eq!((count(None), count(Some(Twist::VanishedHost))), (10, 9));
    let twisted = |twist| text(&aws.answer(&instances(""), Some(twist)));
    assert_eq!(twisted(Twist::UnknownFields).matches("<quantumOptions>").count(), 10);
    assert_eq!(twisted(Twist::UnknownValues).matches("<name>hibernating</name>").count(), 10);
    assert_eq!(twisted(Twist::MalformedHost).matches("<launchTime>yesterday</launchTime>").count(), 1);
}

#[test]
fn a_page_deep_in_a_large_fleet_is_computed_alone() {
    let aws = aws(1_000_000, None);
    let range = aws.world.fleet.in_region(aws.home_account(), "us-east-1");
    let last = instance_id(range.end - 1);
    let answer = text(&aws.answer(&instances(&format!("&InstanceId.1={last}")), None));
    assert_eq!(between(&answer, "<instanceId>", "<"), Some(last.as_str()));
}
