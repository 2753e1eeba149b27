mod answers;
mod mistakes;

use std::time::Duration;

use futures::StreamExt;
use inventory_core::config::decode::decode;
use inventory_core::config::secret::Secret;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{Budget, Error, ErrorKind, Facts, NativeSource, Plan, Provider, Scope};
use inventory_core::host::Machine;
use inventory_core::yaml;

use self::answers::{answer, fault};
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
