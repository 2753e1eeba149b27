use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use inventory_core::config::decode::decode;
use inventory_core::discovery::ErrorKind;
use inventory_core::yaml;
use serde_json::{Value as Json, json};

use super::*;
use crate::connection::AuthSource;
use crate::credentials::{Login, Selected, select};
use crate::testing::{Request, Server};

fn read(text: &str, variables: &[(&str, &str)]) -> Result<NativeAzureSource, Vec<String>> {
    let document = yaml::read("x.yml", text.as_bytes()).unwrap();
    let shown = |errors: Vec<Diagnostic>| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
    let config: Config = decode(&document.source, &document.root).map_err(|error| shown(vec![error]))?;
    let environment = Environment::new(variables.iter().copied(), "/");
    NativeAzureSource::new(&config, &document.source, &environment, budget())
        .map(|(source, _)| source)
        .map_err(shown)
}

fn budget() -> Budget {
    Budget::new(8, 0, Duration::from_secs(60))
}

/// The environment of an application.
const APPLICATION: [(&str, &str); 3] =
    [("AZURE_CLIENT_ID", "app"), ("AZURE_SECRET", "planted"), ("AZURE_TENANT", "t")];

/// A source whose cloud is a server.
fn source(server: &Server, text: &str) -> NativeAzureSource {
    let cloud = [("AZURE_CLOUD_ENVIRONMENT", server.url.as_str())];
    read(text, &[&APPLICATION[..], &cloud].concat()).unwrap()
}

fn id(number: u32) -> String {
    format!("{number:08}-aaaa-bbbb-cccc-0000000000dd")
}

/// A cloud with a directory, and with a Resource Manager that answers with what a function says about a path.
fn serve(answer: impl Fn(&str) -> (u16, Json) + Send + Sync + 'static) -> Server {
    Server::start(move |request: &Request| {
        let host = request.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let (status, body) = match request.path() {
            path if path.starts_with("/metadata/") => (
                200,
                json!({"authentication": {"loginEndpoint": format!("http://{host}/")}, "portalEndpoint": "x"}),
            ),
            path if path.starts_with("/t/") => {
                (200, json!({"access_token": "planted-token", "expires_in": 3599}))
            }
            path => answer(path),
        };
        (status, body.to_string().replace("SERVER", host))
    })
}

fn subscription(number: u32, name: &str, state: &str) -> Json {
    json!({"id": format!("/subscriptions/{}", id(number).to_uppercase()), "subscriptionId": id(number),
           "displayName": name, "state": state})
}

/// Five subscriptions on two pages, and three management groups.
fn organization(path: &str) -> (u16, Json) {
    let child = |number: u32, name: &str| {
        json!({"id": format!("/subscriptions/{}", id(number)), "type": "/subscriptions", "name": id(number),
               "properties": {"displayName": name, "parent": {"id": "/providers/Microsoft.Management/managementGroups/g"}}})
    };
    let group = json!({"id": "/providers/Microsoft.Management/managementGroups/inner",
        "type": "Microsoft.Management/managementGroups", "name": "inner", "properties": {"displayName": "Inner"}});
    let groups = "/providers/Microsoft.Management/managementGroups";
    match path.split('?').next().unwrap() {
        "/subscriptions" if path.contains("skiptoken") => (
            200,
            json!({"value": [subscription(3, "old", "Disabled"), subscription(4, "prod-2", "PastDue"),
                subscription(5, "warned", "Warned")]}),
        ),
        "/subscriptions" => (
            200,
            json!({"value": [subscription(1, "prod-1", "Enabled"), subscription(2, "test", "Enabled")],
            "nextLink": "http://SERVER/subscriptions?api-version=2022-12-01&$skiptoken=2"}),
        ),
        path if path == format!("{groups}/web/descendants") => {
            (200, json!({"value": [group, child(4, "prod-2"), child(3, "old"), child(9, "hidden")]}))
        }
        path if path == format!("{groups}/pages/descendants") => (
            200,
            json!({"value": [child(1, "prod-1")],
            "nextLink": format!("http://SERVER{groups}/more/descendants?api-version=2020-05-01")}),
        ),
        path if path == format!("{groups}/more/descendants") => {
            (200, json!({"value": [child(2, "test"), child(1, "prod-1")]}))
        }
        path if path == format!("{groups}/empty/descendants") => (200, json!({"value": []})),
        path if path.starts_with("/providers") => {
            (403, json!({"error": {"code": "AuthorizationFailed", "message": "no"}}))
        }
        _ => (200, json!({"value": []})),
    }
}

/// Returns the numbers of the subscriptions that are planned, and the notes.
async fn planned(server: &Server, text: &str) -> Result<(Vec<u32>, Vec<String>), Error> {
    let plan = source(server, text).plan().await?;
    let number = |scope: &Scope| scope.account.as_deref().unwrap()[..8].parse().unwrap();
    Ok((plan.scopes.iter().map(number).collect(), plan.notes.iter().map(ToString::to_string).collect()))
}

#[tokio::test]
async fn subscriptions_are_chosen_by_state_id_and_name() {
    let server = serve(organization);
    let none = "there are no hosts, because no enabled subscription is chosen";
    let (third, capital) = (id(3), id(3).to_uppercase());
    let table: [(&str, &[u32], &[&str]); 16] = [
        ("{}", &[1, 2, 4], &[]),
        ("subscriptions: all", &[1, 2, 4], &[]),
        ("subscriptions: ['prod-*']", &[1, 4], &[]),
        ("subscriptions: ['*', '!prod-*']", &[2], &[]),
        ("subscriptions: ['!test']", &[1, 4], &[]),
        ("subscriptions: ['00000001-*']", &[1], &[]),
        ("subscriptions: [test, old]", &[2, 3], &[]),
        ("subscriptions: ['tset', test]", &[2], &["`tset` in `subscriptions` matches no subscription"]),
        ("subscriptions: ['wa*']", &[], &[none]),
        (&format!("subscriptions: [{capital}, {third}, 'test*']"), &[3, 2], &[]),
        (&format!("subscriptions: ['*', '!{}']", id(1).to_uppercase()), &[2, 4], &[]),
        ("management_groups: [web]", &[4, 9], &[]),
        ("{management_groups: [web], subscriptions: ['*', '!hidden']}", &[4], &[]),
        ("{management_groups: [web], subscriptions: [old]}", &[3], &[]),
        (
            "{management_groups: [empty, pages]}",
            &[1, 2],
            &["no subscription is in the management group `empty`"],
        ),
        (&format!("{{management_groups: [pages], subscriptions: [{third}, '!test']}}"), &[3, 1], &[]),
    ];
    for (text, numbers, notes) in table {
        let (found, told) = planned(&server, text).await.unwrap();
        assert_eq!(
            (found.as_slice(), told),
            (numbers, notes.iter().map(ToString::to_string).collect()),
            "{text}"
        );
    }
}

#[tokio::test]
async fn ids_alone_need_no_list() {
    let server = serve(organization);
    let text = format!("subscriptions: [{}, {}, {}]", id(7), id(1).to_uppercase(), id(1));
    assert_eq!(planned(&server, &text).await.unwrap(), (vec![7, 1], Vec::new()));
    assert_eq!(planned(&server, &format!("subscriptions: [{}, '!x']", id(7))).await.unwrap().0, [7]);
    let asked: Vec<String> = server.requests().iter().map(|request| request.path().to_owned()).collect();
    assert!(asked.iter().all(|path| path.starts_with("/metadata/")), "{asked:?}");
}

#[tokio::test]
async fn what_cannot_be_listed_fails_the_plan() {
    let server = serve(organization);
    let error = planned(&server, "management_groups: [secret]").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "list subscriptions of a management group: `secret`: AuthorizationFailed: no"
    );
    assert!(error.hint.unwrap().contains("`Microsoft.Management/managementGroups/descendants/read`"));
    let server = serve(|_| (200, json!({"value": []})));
    let error = planned(&server, "{}").await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::Denied, "the identity sees no subscription")
    );
}

fn machine(subscription: &str, group: &str, name: &str) -> Json {
    let id = format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}"
    );
    json!({"id": id, "name": name, "location": "westeurope", "type": "Microsoft.Compute/virtualMachines",
        "properties": {"vmId": name, "provisioningState": "Succeeded",
            "instanceView": {"statuses": [{"code": "PowerState/running"}]}}})
}

/// Two subscriptions, of which the first has the resource group `web` and both have `Data`.
fn two_subscriptions(path: &str) -> (u16, Json) {
    let (subscription, rest) = path.strip_prefix("/subscriptions/").unwrap().split_once('/').unwrap();
    let first = subscription == id(1);
    let body = match rest.split('?').next().unwrap() {
        "resourceGroups/web/providers/Microsoft.Compute/virtualMachines" if first => {
            json!({"value": [machine(subscription, "web", "w")]})
        }
        "resourceGroups/data/providers/Microsoft.Compute/virtualMachines" if !first => {
            json!({"value": [machine(subscription, "DATA", "d")]})
        }
        "providers/Microsoft.Compute/virtualMachines" => {
            json!({"value": [machine(subscription, "web", "w"), machine(subscription, "DATA", "d")]})
        }
        path if path.contains("/web/") && !first || path.contains("/none/") => {
            return (404, json!({"error": {"code": "ResourceGroupNotFound", "message": "no"}}));
        }
        _ => json!({"value": []}),
    };
    (200, body)
}

/// Returns what came of fetching each scope.
async fn fetched(source: &NativeAzureSource) -> Vec<Result<Vec<Facts>, Error>> {
    let plan = source.plan().await.unwrap();
    let scopes = futures::stream::iter(&plan.scopes);
    let fetch = |scope| async move {
        let pages: Vec<Page> = source.fetch(scope).try_collect().await?;
        Ok(pages.into_iter().flat_map(|page| page.facts).collect())
    };
    scopes.then(fetch).collect().await
}

#[tokio::test]
async fn all_subscriptions_share_a_token_and_may_lack_groups() {
    let server = serve(two_subscriptions);
    let text = format!(
        "{{subscriptions: [{}, {}], resource_groups: [web, data, none], arc: true, hci: true}}",
        id(1),
        id(2)
    );
    let source = source(&server, &text);
    let facts = fetched(&source).await.into_iter().flat_map(Result::unwrap).collect();
    let (machines, notes) = source.machines(facts);
    let hosts: Vec<_> = machines
        .iter()
        .map(|machine| (machine.host.name.as_deref().unwrap(), machine.host.account.clone().unwrap()))
        .collect();
    assert_eq!(hosts, [("w", id(1).into()), ("d", id(2).into())]);
    assert_eq!(machines[0].record.get("resource_group").and_then(|group| group.as_str()), Some("web"));
    let losses: Vec<_> = notes.into_iter().filter(|note| note.is_loss).collect();
    assert_eq!(losses, [Note::of_loss("no machine is in the resource group `none`")]);
    let tokens = server.requests().iter().filter(|request| request.path().starts_with("/t/")).count();
    assert_eq!(tokens, 1);
}

#[tokio::test]
async fn a_subscription_that_may_not_be_read_fails_in_its_scope() {
    let server = serve(|path| match path.contains(&id(2)) {
        true => (403, json!({"error": {"code": "AuthorizationFailed", "message": "no"}})),
        false => two_subscriptions(path),
    });
    let text = format!("subscriptions: [{}, {}]", id(1), id(2));
    let results = fetched(&source(&server, &text)).await;
    assert!(results[0].is_ok());
    let error = results[1].as_ref().unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Denied, "AuthorizationFailed: no"));
}

#[test]
fn kinds_that_are_not_wanted_are_not_asked_for() {
    let permissions = |text: &str| read(text, &[]).unwrap().permissions();
    let all = permissions("{}");
    assert!(all.contains(&"Microsoft.Resources/subscriptions/read".to_owned()), "{all:?}");
    assert!(all.contains(&"Microsoft.Compute/virtualMachineScaleSets/read".to_owned()), "{all:?}");
    assert!(
        !all.iter().any(|action| action.contains("Hybrid") || action.contains("managementGroups")),
        "{all:?}"
    );
    let few = permissions(&format!("{{subscriptions: [{}], scale_sets: false, arc: true}}", id(1)));
    assert!(few.contains(&"Microsoft.HybridCompute/machines/read".to_owned()), "{few:?}");
    assert!(
        !few.iter().any(|action| action.contains("ScaleSets") || action.contains("subscriptions")),
        "{few:?}"
    );
    let groups = permissions(&format!("{{subscriptions: [{}], management_groups: [a]}}", id(1)));
    assert!(
        groups.contains(&"Microsoft.Management/managementGroups/descendants/read".to_owned()),
        "{groups:?}"
    );
}

#[test]
fn secrets_come_from_the_environment_and_are_not_shown() {
    let source = read("{client_id: other, thumbprint: x}", &APPLICATION).unwrap();
    let given = &source.connection.given;
    assert_eq!((given.client_id.as_deref(), given.tenant.as_deref()), (Some("other"), Some("t")));
    assert_eq!(given.secret.as_ref().unwrap().reveal(), "planted");
    let shown = format!("{source:?}");
    assert!(shown.contains("Secret(..)") && !shown.contains("planted"), "{shown}");
    let user = read("ad_user: me", &[&APPLICATION[..], &[("AZURE_PASSWORD", "planted")]].concat()).unwrap();
    assert_eq!(
        (user.connection.given.ad_user.as_deref(), user.connection.given.client_id.as_deref()),
        (Some("me"), None)
    );
    for (text, variable, expected) in [
        ("{}", "", AuthSource::Auto),
        ("{}", "cli", AuthSource::Cli),
        ("auth_source: msi", "cli", AuthSource::ManagedIdentity),
        ("auth_source: env", "", AuthSource::Environment),
    ] {
        let source = read(text, &[("ANSIBLE_AZURE_AUTH_SOURCE", variable)]).unwrap();
        assert_eq!(source.connection.auth_source, expected, "{text} {variable}");
    }
}

#[test]
fn a_profile_needs_no_subscription() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".azure")).unwrap();
    let text = "[prod]\nclient_id=app\nsecret=planted\ntenant=t\n[other]\ntenant=t\n";
    std::fs::write(folder.path().join(".azure/credentials"), text).unwrap();
    let home = [("HOME", folder.path().to_str().unwrap())];
    let found = |name: &str| select(&read(&format!("profile: {name}"), &home).unwrap().connection);
    assert!(matches!(found("prod").unwrap(), Selected::Login(Login { subscription: None, .. })));
    let error = found("other").unwrap_err();
    assert!(error.message.ends_with("is not in ~/.azure/credentials, or has no `client_id`"), "{error}");
}

#[test]
fn errors_have_their_places() {
    let table = [
        ("secret: planted", "x.yml:1:1: error: the key `secret` is not known"),
        ("subscriptions: a", "x.yml:1:16: error: expected `all` or a list, such as `[a]`"),
        ("subscriptions: []", "x.yml:1:16: error: the list is empty: expected `all`, ids, names or patterns"),
        (
            "resource_groups: [a, 'b*']",
            "x.yml:1:22: error: `b*` is not the name of a resource group: expected a name; there are no patterns here",
        ),
        (
            "management_groups: ['..']",
            "x.yml:1:21: error: `..` is not the name of a management group: expected a name; there are no patterns here",
        ),
        (
            "profile: p\ntenant: t",
            "x.yml:1:10: error: a profile holds all that there is to say about credentials: expected no other identity, tenant or cloud beside it",
        ),
        ("backend: graph", "x.yml:1:10: error: the value `graph` is not known"),
        ("auth_source: clu", "x.yml:1:14: error: the value `clu` is not known"),
    ];
    for (text, message) in table {
        assert_eq!(read(text, &[]).unwrap_err(), [message], "{text}");
    }
    let errors =
        read("{resource_groups: [''], management_groups: [a/b]}", &[("ANSIBLE_AZURE_AUTH_SOURCE", "x")]);
    assert_eq!(errors.unwrap_err().len(), 3);
}

#[test]
fn the_schema_describes_every_option() {
    let schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap();
    for (name, option) in schema["properties"].as_object().unwrap() {
        assert!(option["description"].is_string(), "{name}: {option}");
    }
    assert_eq!(schema["properties"]["subscriptions"]["anyOf"][0]["const"], "all");
}
