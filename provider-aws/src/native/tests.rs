use std::time::Duration;

use futures::StreamExt;
use inventory_core::config::decode::decode;
use inventory_core::config::secret::Secret;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{Budget, Error, ErrorKind, Facts, NativeSource, Plan, Provider, Scope};
use inventory_core::host::Machine;
use inventory_core::yaml;

use super::config::Config;
use super::settings::{self, Settings};
use super::source::NativeEc2Source;
use crate::connection::Identity;
use crate::testing::{Request, Server};

fn read(text: &str) -> Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
    let document = yaml::read("x.yml", text.as_bytes()).unwrap();
    let config: Config = decode(&document.source, &document.root).map_err(|error| vec![error])?;
    settings::read(config, &document.source)
}

/// A source that asks `server`; the base credentials are those of account 111111111111.
fn source(server: &Server, text: &str) -> NativeEc2Source {
    let (settings, warnings) = read(&format!("endpoint_url: {}\n{text}", server.url)).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    let secret = |text| Secret::new(text);
    let base = Identity::Keys {
        access_key: secret("AKID111111111111"),
        secret_key: secret("planted-secret"),
        session_token: None,
    };
    NativeEc2Source::of(Settings { base, ..settings }, Budget::new(8, 0, Duration::from_secs(60)))
}

/// The accounts: number, name, state.
const ACCOUNTS: [(&str, &str, &str); 5] = [
    ("111111111111", "management", "ACTIVE"),
    ("222222222222", "web", "ACTIVE"),
    ("333333333333", "data", "ACTIVE"),
    ("444444444444", "closed", "SUSPENDED"),
    ("555555555555", "sandbox-1", "ACTIVE"),
];

fn accounts(chosen: &[usize], next: Option<&str>) -> String {
    let account = |place: &usize| {
        let (id, name, state) = ACCOUNTS[*place];
        let arn = format!("arn:aws:organizations::111111111111:account/o-x/{id}");
        // The management account is from a service that knows only the older member.
        let key = if *place == 0 { "Status" } else { "State" };
        serde_json::json!({"Id": id, "Name": name, "Arn": arn, key: state})
    };
    let accounts: Vec<_> = chosen.iter().map(account).collect();
    serde_json::json!({"Accounts": accounts, "NextToken": next}).to_string()
}

fn units(ids: &[&str], next: Option<&str>) -> String {
    let units: Vec<_> = ids.iter().map(|id| serde_json::json!({"Id": id, "Name": id})).collect();
    serde_json::json!({"OrganizationalUnits": units, "NextToken": next}).to_string()
}

/// An organization in which `ou-top` holds `ou-mid-1` and `ou-mid-2`, and `ou-mid-2` holds `ou-low`.
fn organization(request: &Request) -> Option<(u16, String)> {
    let target = request.head.split("AWSOrganizationsV20161128.").nth(1)?;
    let operation = target.split_whitespace().next()?;
    let is_second = request.body.contains("second");
    let parent = ["ou-top", "ou-mid-1", "ou-mid-2", "ou-low"]
        .into_iter()
        .find(|unit| request.body.contains(&format!("\"{unit}\"")));
    Some((
        200,
        match (operation, parent) {
            ("ListAccounts", _) if is_second => accounts(&[3, 4], None),
            ("ListAccounts", _) => accounts(&[0, 1, 2], Some("second")),
            ("ListAccountsForParent", Some("ou-mid-1")) => accounts(&[1, 3], None),
            ("ListAccountsForParent", Some("ou-low")) => accounts(&[2], None),
            ("ListAccountsForParent", Some(_)) => accounts(&[], None),
            ("ListOrganizationalUnitsForParent", Some("ou-top")) if is_second => units(&["ou-mid-2"], None),
            ("ListOrganizationalUnitsForParent", Some("ou-top")) => units(&["ou-mid-1"], Some("second")),
            ("ListOrganizationalUnitsForParent", Some("ou-mid-2")) => units(&["ou-low"], None),
            ("ListOrganizationalUnitsForParent", Some(_)) => units(&[], None),
            _ => return Some((400, r#"{"__type": "ParentNotFoundException", "Message": "no"}"#.to_owned())),
        },
    ))
}

/// The account whose keys signed a request.
fn signer(request: &Request) -> &str {
    let (_, rest) = request.head.split_once("Credential=AKID").unwrap();
    rest.split('/').next().unwrap()
}

fn fault(code: &str) -> (u16, String) {
    (
        403,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>"
        ),
    )
}

/// Answers as AWS does; the role in account 555555555555 cannot be assumed, and account 333333333333 may not list regions.
fn answer(request: &Request) -> (u16, String) {
    if let Some(answer) = organization(request) {
        return answer;
    }
    if request.head.contains("AmazonSSM.GetInventory") {
        let data = r#"{"AWS:InstanceInformation": {"TypeName": "AWS:InstanceInformation", "SchemaVersion": "1.0",
            "Content": [{"PlatformName": "Ubuntu"}]}}"#;
        return (200, format!(r#"{{"Entities": [{{"Id": "i-shared", "Data": {data}}}]}}"#));
    }
    let action = request.body.split("Action=").nth(1).unwrap().split('&').next().unwrap();
    let text = match action {
        "GetCallerIdentity" => format!(
            "<GetCallerIdentityResult><Account>{}</Account></GetCallerIdentityResult>",
            signer(request)
        ),
        "AssumeRole" => {
            let (_, rest) = request.body.split_once("iam%3A%3A").unwrap();
            let account = &rest[..12];
            if account == "555555555555" {
                let code = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
                return (403, code.to_owned());
            }
            format!(
                "<AssumeRoleResult><Credentials><AccessKeyId>AKID{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                 <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
            )
        }
        "DescribeRegions" if signer(request) == "333333333333" => return fault("UnauthorizedOperation"),
        "DescribeRegions" => {
            let mut regions = vec!["eu-west-1", "eu-west-2", "us-east-1"];
            regions.retain(|region| *region != "eu-west-2" || signer(request) != "222222222222");
            let items: String = regions
                .iter()
                .map(|region| format!("<item><regionName>{region}</regionName></item>"))
                .collect();
            format!("<regionInfo>{items}</regionInfo>")
        }
        "DescribeInstances" => {
            // One machine of the account in each region, and one that all accounts show.
            let region = request.head.split("Credential=").nth(1).unwrap().split('/').nth(2).unwrap();
            let machine = |owner: &str, id: &str| {
                format!(
                    "<item><ownerId>{owner}</ownerId><instancesSet><item><instanceId>{id}</instanceId>\
                     <placement><availabilityZone>{region}a</availabilityZone></placement></item></instancesSet></item>"
                )
            };
            let own = machine(signer(request), &format!("i-{}-{region}", signer(request)));
            format!("<reservationSet>{own}{}</reservationSet>", machine("999999999999", "i-shared"))
        }
        other => panic!("{other}"),
    };
    (200, format!("<{action}Response>{text}</{action}Response>"))
}

fn names(plan: &Plan) -> (Vec<String>, Vec<String>) {
    let scopes = plan.scopes.iter().map(ToString::to_string).collect();
    (scopes, plan.notes.iter().map(ToString::to_string).collect())
}

/// Returns the names of the scopes, and the notes.
async fn planned(source: &NativeEc2Source) -> (Vec<String>, Vec<String>) {
    names(&source.plan().await.unwrap())
}

async fn fetch(source: &NativeEc2Source, scope: &Scope) -> Result<Vec<Facts>, Error> {
    let mut facts = Vec::new();
    let mut pages = source.fetch(scope);
    while let Some(page) = pages.next().await {
        facts.extend(page?.facts);
    }
    Ok(facts)
}

fn requests(server: &Server, word: &str) -> Vec<Request> {
    let is_meant = |request: &Request| request.body.contains(word) || request.head.contains(word);
    server.requests().into_iter().filter(is_meant).collect()
}

#[tokio::test]
async fn an_organization_is_listed_to_its_end() {
    let server = Server::start(answer);
    let source = source(&server, "organization: {role: inventory}\nregions: [eu-west-1]\n");
    // Not the account that is suspended.
    let accounts = ["111111111111", "222222222222", "333333333333", "555555555555"];
    let scopes = accounts.map(|account| format!("aws/{account}/eu-west-1"));
    assert_eq!(planned(&source).await, (scopes.to_vec(), vec![]));
    assert_eq!(requests(&server, "ListAccounts").len(), 2);
    assert_eq!(
        source.permissions(),
        ["organizations:ListAccounts", "sts:AssumeRole", "ec2:DescribeInstances"]
    );
}

#[tokio::test]
async fn units_are_read_with_all_units_inside() {
    let server = Server::start(answer);
    // The unit inside is reached twice.
    let source =
        source(&server, "organization: {role: inventory, units: [ou-top, ou-low]}\nregions: [eu-west-1]\n");
    let (scopes, notes) = planned(&source).await;
    assert_eq!(scopes, ["aws/222222222222/eu-west-1", "aws/333333333333/eu-west-1"]);
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(requests(&server, "ListAccountsForParent").len(), 4, "each unit once");
    let permissions = source.permissions();
    assert_eq!(
        permissions[..2],
        ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"]
    );
}

#[tokio::test]
async fn accounts_are_chosen_by_number_or_name() {
    let rows = [
        ("['*', '!sandbox-*']", vec!["111111111111", "222222222222", "333333333333"], vec![]),
        ("[web, '333*']", vec!["222222222222", "333333333333"], vec![]),
        ("['!111111111111', '!sandbox*']", vec!["222222222222", "333333333333"], vec![]),
        (
            "[web, wbe, closed]",
            vec!["222222222222"],
            vec![
                "`wbe` in `accounts` matches no active account",
                "`closed` in `accounts` matches no active account",
            ],
        ),
    ];
    for (patterns, accounts, notes) in rows {
        let server = Server::start(answer);
        let text = format!("organization: {{role: inventory, accounts: {patterns}}}\nregions: [eu-west-1]\n");
        let (scopes, found) = planned(&source(&server, &text)).await;
        let expected: Vec<String> =
            accounts.iter().map(|account| format!("aws/{account}/eu-west-1")).collect();
        assert_eq!((scopes, found), (expected, notes.into_iter().map(str::to_owned).collect()), "{patterns}");
    }
    let server = Server::start(answer);
    let source = source(&server, "organization: {role: inventory, accounts: [none]}\nregions: [eu-west-1]\n");
    let error = source.plan().await.unwrap_err();
    assert_eq!(error.message, "`accounts` chooses none of the 4 active accounts of the organization");
}

#[tokio::test]
async fn regions_are_chosen_for_each_account() {
    let rows = [
        (
            "['eu-*']",
            vec!["111111111111/eu-west-1", "111111111111/eu-west-2", "222222222222/eu-west-1"],
            vec![],
        ),
        ("['*', '!eu-*']", vec!["111111111111/us-east-1", "222222222222/us-east-1"], vec![]),
        (
            "[us-east-1, 'ap-*', '!x']",
            vec!["111111111111/us-east-1", "222222222222/us-east-1"],
            vec!["`ap-*` in `regions` matches no region that is enabled"],
        ),
        (
            "[us-east-1, eu-west-2]",
            vec![
                "111111111111/eu-west-2",
                "111111111111/us-east-1",
                "222222222222/eu-west-2",
                "222222222222/us-east-1",
            ],
            vec![],
        ),
    ];
    for (patterns, scopes, notes) in rows {
        let server = Server::start(answer);
        let text =
            format!("organization: {{role: inventory, accounts: [management, web]}}\nregions: {patterns}\n");
        let scopes: Vec<String> = scopes.iter().map(|scope| format!("aws/{scope}")).collect();
        let notes: Vec<String> = notes.into_iter().map(str::to_owned).collect();
        assert_eq!(planned(&source(&server, &text)).await, (scopes, notes), "{patterns}");
        let asked = requests(&server, "DescribeRegions").len();
        assert_eq!(asked, if patterns.contains('*') { 2 } else { 0 }, "{patterns}");
    }
    let server = Server::start(answer);
    let only = source(&server, "regions: ['ap-*']\n");
    let error = only.plan().await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::Config, "`regions` chooses none of the 3 regions that are enabled")
    );

    // An account that may not list its regions is asked in all that are known.
    let guessed = source(&server, "roles: ['arn:aws:iam::333333333333:role/x']\nregions: ['eu-west-*']\n");
    let (scopes, notes) = planned(&guessed).await;
    assert_eq!(scopes.len(), 3);
    assert!(notes[0].starts_with("`333333333333`: `ec2:DescribeRegions` is not allowed"), "{notes:?}");
}

#[tokio::test]
async fn roles_are_assumed_once_and_the_base_needs_none() {
    let server = Server::start(answer);
    let text = "organization: {role: 'arn:aws:iam::{account}:role/deep/inventory', accounts: [management, web, data]}\n\
                roles: ['arn:aws:iam::333333333333:role/own']\nexternal_id: planted-id\nregions: [eu-west-1, us-east-1]\n";
    let source = source(&server, text);
    let plan = source.plan().await.unwrap();
    assert!(requests(&server, "AssumeRole").is_empty(), "planning assumes no role without need");
    let fetched = futures::future::join_all(plan.scopes.iter().map(|scope| fetch(&source, scope))).await;
    let facts: Vec<Facts> = fetched.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(facts.len(), 12);
    let (machines, notes) = source.machines(facts);
    assert!(notes.is_empty());
    let found: Vec<(&str, &str)> = machines
        .iter()
        .map(|machine| (machine.host.id.as_str(), machine.host.account.as_deref().unwrap()))
        .collect();
    // The machine that all show is one.
    assert_eq!(
        found,
        [
            ("i-111111111111-eu-west-1", "111111111111"),
            ("i-111111111111-us-east-1", "111111111111"),
            ("i-222222222222-eu-west-1", "222222222222"),
            ("i-222222222222-us-east-1", "222222222222"),
            ("i-333333333333-eu-west-1", "333333333333"),
            ("i-333333333333-us-east-1", "333333333333"),
            ("i-shared", "999999999999"),
        ]
    );
    let mut roles: Vec<String> = requests(&server, "AssumeRole")
        .iter()
        .map(|request| {
            assert!(request.body.contains("RoleSessionName=cloud-inventory"), "{request:?}");
            assert!(request.body.contains("ExternalId=planted-id"), "{request:?}");
            request.body.split("RoleArn=").nth(1).unwrap().split('&').next().unwrap().to_owned()
        })
        .collect();
    roles.sort_unstable();
    assert_eq!(
        roles,
        [
            "arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fdeep%2Finventory",
            "arn%3Aaws%3Aiam%3A%3A333333333333%3Arole%2Fown"
        ]
    );
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_fails_its_account_only() {
    let server = Server::start(answer);
    let source = source(&server, "organization: {role: inventory, accounts: [web, 'sandbox-*']}\n");
    let plan = source.plan().await.unwrap();
    assert_eq!(names(&plan).0, ["aws/222222222222/eu-west-1", "aws/222222222222/us-east-1"]);
    assert!(fetch(&source, &plan.scopes[0]).await.is_ok());
    let [(scope, error)] = plan.unknown.as_slice() else { panic!("one account is unknown: {plan:?}") };
    let error = error.clone().in_scope(scope);
    assert_eq!(error.kind, ErrorKind::Denied);
    assert_eq!(
        error.to_string(),
        "aws/555555555555: AssumeRole: cannot assume the role `arn:aws:iam::555555555555:role/inventory`: AccessDenied: no"
    );
    let hint = error.hint.unwrap();
    assert!(hint.contains("trust policy") && hint.contains("`sts:AssumeRole`"), "{hint}");
    assert!(hint.contains("`accounts: [\"!555555555555\"]`"), "{hint}");
    assert_eq!(requests(&server, "AssumeRole").len(), 2, "a failure is not asked for again");
}

#[tokio::test]
async fn failures_of_the_organization_say_what_to_do() {
    let server = Server::start(|request| {
        if request.body.contains("GetCallerIdentity") {
            return answer(request);
        }
        (400, r#"{"__type": "AccessDeniedException", "Message": "no"}"#.to_owned())
    });
    let error = source(&server, "organization: {role: inventory}\n").plan().await.unwrap_err();
    assert_eq!((error.kind, error.operation), (ErrorKind::Denied, "ListAccounts"));
    let hint = error.hint.unwrap();
    assert!(hint.contains("management account") && hint.contains("`organizations:ListAccounts`"), "{hint}");

    let server = Server::start(answer);
    let source = source(&server, "organization: {role: inventory, units: [ou-gone]}\n");
    let error = source.plan().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.starts_with("unit `ou-gone`: ParentNotFoundException"), "{error}");
}

#[tokio::test]
async fn an_account_is_asked_once() {
    let server = Server::start(answer);
    let text = "roles: ['arn:aws:iam::222222222222:role/a', 'arn:aws:iam::222222222222:role/b']\nregions: [eu-west-1]\n";
    let (scopes, notes) = planned(&source(&server, text)).await;
    assert_eq!(scopes, ["aws/222222222222/eu-west-1"]);
    assert_eq!(
        notes,
        ["account `222222222222` is asked with `arn:aws:iam::222222222222:role/a`, and not with \
          `arn:aws:iam::222222222222:role/b` again"]
    );
    assert!(server.requests().is_empty(), "names alone need no call");
}

#[tokio::test]
async fn the_default_credentials_are_asked_where_nothing_else_is() {
    let server = Server::start(answer);
    let source = source(
        &server,
        "regions: ['*', '!us-*']\nfilters: {'tag:Role': [web, db], instance-state-code: 16}\n",
    );
    let plan = source.plan().await.unwrap();
    assert_eq!(names(&plan).0, ["aws/eu-west-1", "aws/eu-west-2"]);
    fetch(&source, &plan.scopes[0]).await.unwrap();
    let asked = requests(&server, "DescribeInstances");
    let body = &asked[0].body;
    assert!(body.contains("Filter.1.Name=instance-state-code&Filter.1.Value.1=16"), "{body}");
    assert!(body.contains("Filter.2.Name=tag%3ARole&Filter.2.Value.1=web&Filter.2.Value.2=db"), "{body}");
    assert_eq!(source.permissions(), ["ec2:DescribeRegions", "ec2:DescribeInstances"]);
}

#[tokio::test]
async fn a_profile_that_does_not_exist_fails_its_account() {
    let server = Server::start(answer);
    let source = source(&server, "profiles: [no-such-profile]\n");
    let plan = source.plan().await.unwrap();
    let [(scope, error)] = plan.unknown.as_slice() else { panic!("one account is unknown: {plan:?}") };
    assert_eq!((scope.to_string().as_str(), plan.scopes.len()), ("aws/no-such-profile", 0));
    assert!(error.message.starts_with("the profile `no-such-profile` is neither"), "{error}");
}

#[tokio::test]
async fn systems_manager_adds_to_the_record() {
    let server = Server::start(answer);
    let source = source(&server, "regions: [eu-west-1]\nssm: true\n");
    let plan = source.plan().await.unwrap();
    let (machines, _) = source.machines(fetch(&source, &plan.scopes[0]).await.unwrap());
    let has_more = |machine: &Machine| machine.record.contains("ssm_inventory");
    let found: Vec<(&str, bool)> =
        machines.iter().map(|machine| (machine.host.id.as_str(), has_more(machine))).collect();
    assert_eq!(found, [("i-111111111111-eu-west-1", false), ("i-shared", true)]);
    assert_eq!(source.permissions(), ["ec2:DescribeInstances", "ssm:GetInventory"]);
}

#[tokio::test]
async fn the_last_failure_of_an_account_is_known() {
    let server = Server::start(|request| match request.body.contains("DescribeRegions") {
        true => fault("RequestLimitExceeded"),
        false => answer(request),
    });
    let source = source(&server, "roles: ['arn:aws:iam::222222222222:role/x']\n");
    assert_eq!(source.last_failure(None), None);
    let plan = source.plan().await.unwrap();
    for scope in [None, plan.scopes.first()] {
        assert_eq!(
            source.last_failure(scope).map(|failure| failure.text).as_deref(),
            Some("RequestLimitExceeded (attempt 1)")
        );
    }
}

#[test]
fn mistakes_are_shown_with_their_place() {
    let rows = [
        ("profiels: [a]", "x.yml:1:1: error: the key `profiels` is not known", "did you mean `profiles`?"),
        ("profiles: []", "x.yml:1:11: error: `profiles` is empty", "leave it out"),
        (
            "profiles: [a]\nprofile: b",
            "x.yml:2:10: error: `profile` is used for `roles` and `organization`",
            "add it to `profiles`",
        ),
        ("external_id: x", "x.yml:1:14: error: `external_id` is used for", ""),
        (
            "roles:\n  - arn:aws:iam::12:role/x",
            "x.yml:2:5: error: `arn:aws:iam::12:role/x` is not the ARN of a role",
            "arn:aws:iam::123456789012",
        ),
        (
            "roles: ['arn:aws:iam::123456789012:user/x']",
            "x.yml:1:9: error: `arn:aws:iam::123456789012:user/x` is not the ARN",
            "",
        ),
        ("organization: {}", "x.yml:1:15: error: the key `role` is missing", ""),
        (
            "organization: {role: 'arn:aws:iam::123456789012:role/x'}",
            "x.yml:1:22: error: the ARN of the role has no `{account}`",
            "the name alone",
        ),
        (
            "organization: {role: 'arn:aws:iam::{account}:x'}",
            "x.yml:1:22: error: `arn:aws:iam::{account}:x` is not the ARN of a role",
            "",
        ),
        ("organization: {role: 'a b'}", "x.yml:1:22: error: `a b` is not the name of a role", ""),
        (
            "organization: {role: a, units: [Workloads]}",
            "x.yml:1:33: error: `Workloads` is not the id of an organizational unit",
            "ou-",
        ),
        ("regions: [eu_west_1]", "x.yml:1:10: error: `eu_west_1` is not the name of a region", ""),
        (
            "filters: {'tags.Role': web}",
            "x.yml:1:24: error: EC2 has no filter `tags.Role` for instances",
            "did you mean `tag:Role`?",
        ),
        ("filters: {vpc-id: []}", "x.yml:1:19: error: the filter `vpc-id` has no values", ""),
        (
            "filters: {vpc-id: {a: b}}",
            "x.yml:1:19: error: expected a string or a list of strings, found a mapping",
            "",
        ),
        ("endpoint_url: 127.0.0.1", "x.yml:1:15: error: `endpoint_url` is not the URL of an endpoint", ""),
        ("ssm: maybe", "x.yml:1:6: error: expected a boolean, found a string", ""),
    ];
    for (text, message, help) in rows {
        let errors = read(text).unwrap_err();
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert!(errors[0].to_string().starts_with(message), "{text}: {}", errors[0]);
        assert!(errors[0].help.join(" ").contains(help), "{text}: {:?}", errors[0].help);
    }
    for (text, part) in [
        ("regions: ['ue-*']", "`ue-*` in `regions` matches no region that this version knows"),
        ("regions: ['*', eu-wst-1]", "`eu-wst-1` is no region that this version knows"),
    ] {
        let (_, warnings) = read(text).unwrap();
        assert!(warnings.len() == 1 && warnings[0].message == part, "{warnings:?}");
    }
    assert!(read("regions: ['eu-*', '!me-south-1', 'us-gov-*']").unwrap().1.is_empty());
    let (_, warnings) = read("regions: [eu-wst-1]").unwrap();
    assert!(
        warnings[0].to_string().contains("`eu-wst-1` is no region that this version knows"),
        "{warnings:?}"
    );
}

#[test]
fn secrets_are_not_shown() {
    let text = "roles: ['arn:aws:iam::123456789012:role/x']\nexternal_id: planted-id\n\
                endpoint_url: http://planted-user:planted-password@127.0.0.1:1/\n";
    let document = yaml::read("x.yml", text.as_bytes()).unwrap();
    let config: Config = decode(&document.source, &document.root).unwrap();
    let shown = format!("{config:?}");
    assert!(shown.contains("role/x") && !shown.contains("planted"), "{shown}");
    let budget = Budget::new(8, 0, Duration::from_secs(60));
    let (source, _) = NativeEc2Source::new(config, &document.source, budget).unwrap();
    let shown = format!("{source:?}");
    assert!(shown.contains("role/x") && !shown.contains("planted"), "{shown}");
    let errors = read("endpoint_url: http://planted:planted@x y/").unwrap_err();
    assert!(!errors[0].render(false).contains("planted"), "{}", errors[0].render(false));
}

#[test]
fn the_schema_describes_every_key() {
    let schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap();
    for (name, property) in schema["properties"].as_object().unwrap() {
        let described = property["description"].as_str();
        assert!(described.is_some_and(|text| text.ends_with('.')), "{name}: {property}");
    }
    assert_eq!(schema["additionalProperties"], false);
}
