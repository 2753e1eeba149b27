use std::time::Duration;

use futures::TryStreamExt;
use inventory_core::config::decode::decode;
use inventory_core::discovery::ErrorKind;
use inventory_core::yaml;
use serde_json::{Value as Json, json};

use super::*;
use crate::connection::AuthKind;
use crate::responder::{Request, Server, transport};

const TOKEN: [(&str, &str); 2] = [("GCP_AUTH_KIND", "accesstoken"), ("GCP_ACCESS_TOKEN", "planted-token")];

fn read(text: &str, variables: &[(&str, &str)]) -> Result<NativeGcpSource, Vec<String>> {
    let document = yaml::read("x.yml", text.as_bytes()).unwrap();
    let shown = |errors: Vec<Diagnostic>| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
    let config: Config = decode(&document.source, &document.root).map_err(|error| shown(vec![error]))?;
    let environment = Environment::new(variables.iter().copied(), "/work");
    let budget = Budget::new(8, 0, Duration::from_secs(60));
    NativeGcpSource::new(&config, &document.source, &environment, budget)
        .map(|(source, _)| source)
        .map_err(shown)
}

/// A source with a session at a server.
fn source(server: &Server, text: &str) -> NativeGcpSource {
    let mut source = read(text, &TOKEN).unwrap();
    let url = server.url.clone();
    let variable = move |name: &str| match name {
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE" => Some(format!("{url}/compute/v1/")),
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER" => Some(url.clone()),
        _ => None,
    };
    let session = Session::open_with(&source.connection, &transport(0), variable).unwrap();
    source.session = OnceCell::from(session);
    source
}

fn serve(answer: impl Fn(&Request) -> (u16, Json) + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        let (status, body) = answer(request);
        (status, body.to_string())
    })
}

/// The organization 1 has a project, and the folder 2 with two pages of projects and the folder 3.
fn organization(request: &Request) -> (u16, Json) {
    let project =
        |id: &str, stage: &str| json!({"projectId": id, "state": "ACTIVE", "labels": {"stage": stage}});
    let parent = request.parameter("parent").unwrap();
    let body = match (request.path(), parent.as_str(), request.parameter("pageToken").as_deref()) {
        ("/v3/projects", "organizations/1", _) => json!({"projects": [project("top", "prod")]}),
        ("/v3/folders", "organizations/1", _) => {
            json!({"folders": [{"name": "folders/2", "state": "ACTIVE"}]})
        }
        ("/v3/projects", "folders/2", None) => {
            json!({"projects": [project("web-prod", "prod"), project("web-test", "test")], "nextPageToken": "2"})
        }
        ("/v3/projects", "folders/2", Some("2")) => {
            json!({"projects": [{"projectId": "bare", "state": "ACTIVE"}, {"projectId": "gone", "state": "DELETE_REQUESTED"}]})
        }
        ("/v3/folders", "folders/2", _) => json!({"folders": [{"name": "folders/3", "state": "ACTIVE"}]}),
        ("/v3/projects", "folders/3", _) => json!({"projects": [project("deep", "prod")]}),
        (_, "folders/3" | "folders/4", _) => json!({}),
        _ => return (403, json!({"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}})),
    };
    (200, body)
}

async fn planned(server: &Server, text: &str) -> Result<(Vec<String>, Vec<String>), Error> {
    let plan = source(server, text).plan().await?;
    let project = |scope: &Scope| scope.account.as_deref().unwrap().to_owned();
    Ok((plan.scopes.iter().map(project).collect(), plan.notes.iter().map(ToString::to_string).collect()))
}

#[tokio::test]
async fn projects_are_found_and_chosen() {
    let server = serve(organization);
    let unmatched = "`wbe-*` in `projects` matches no project of the folders or organization";
    let none = "there are no hosts, because no project is chosen";
    let table: [(&str, &[&str], &[&str]); 10] = [
        ("organization: 1", &["top", "web-prod", "web-test", "bare", "deep"], &[]),
        ("folders: [2, folders/3]", &["web-prod", "web-test", "bare", "deep"], &[]),
        ("{organization: organizations/1, projects: ['web-*', '!*-test']}", &["web-prod"], &[]),
        ("{organization: 1, projects: ['!web-*']}", &["top", "bare", "deep"], &[]),
        ("{organization: 1, projects: [other, 'd*', other]}", &["other", "deep"], &[]),
        ("{folders: [3], projects: [other, deep]}", &["other", "deep"], &[]),
        ("{organization: 1, project_labels: {stage: prod}}", &["top", "web-prod", "deep"], &[]),
        (
            "{folders: [2], project_labels: {stage: prod}, projects: ['web-*', bare]}",
            &["bare", "web-prod"],
            &[],
        ),
        ("{folders: [2], projects: ['wbe-*', other]}", &["other"], &[unmatched]),
        ("{folders: [4]}", &[], &["no active project is in `folders/4`", none]),
    ];
    for (text, projects, notes) in table {
        let (found, told) = planned(&server, text).await.unwrap();
        assert_eq!(found, projects, "{text}");
        assert_eq!(told, notes, "{text}");
    }
}

#[tokio::test]
async fn projects_that_are_named_need_no_request() {
    let server = serve(organization);
    assert_eq!(planned(&server, "projects: [b, a, b]").await.unwrap().0, ["b", "a"]);
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn what_cannot_be_searched_fails_the_plan() {
    let server = serve(organization);
    for (text, message, place) in [
        ("organization: 9", "`organizations/9`: PERMISSION_DENIED: no", "on the organization that is named"),
        ("folders: [2, 9]", "`folders/9`: PERMISSION_DENIED: no", "on the folder that is named"),
    ] {
        let error = planned(&server, text).await.unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Denied, message));
        assert!(error.hint.unwrap().ends_with(place), "{text}");
    }
}

#[tokio::test]
async fn zones_and_regions_are_chosen_from_the_answers() {
    let server = serve(|request| {
        assert_eq!(request.path(), "/compute/v1/projects/p/aggregated/instances");
        assert_eq!(request.parameter("filter").as_deref(), Some("(a = 1) (b = 2)"));
        let instance = |zone: &str| {
            let link = format!("https://www.googleapis.com/compute/v1/projects/p/zones/{zone}");
            json!({"instances": [{"id": "1", "name": format!("in-{zone}"), "zone": link, "selfLink": format!("{link}/instances/in-{zone}")}]})
        };
        let zones = ["europe-west1-b", "europe-west1-c", "us-east1-b"];
        let items: serde_json::Map<String, Json> =
            zones.into_iter().map(|zone| (format!("zones/{zone}"), instance(zone))).collect();
        (200, json!({"items": items}))
    });
    let table: [(&str, &[&str]); 5] = [
        ("", &["europe-west1-b", "europe-west1-c", "us-east1-b"]),
        (", zones: ['*-b']", &["europe-west1-b", "us-east1-b"]),
        (", regions: ['europe-*']", &["europe-west1-b", "europe-west1-c"]),
        (", regions: ['!us-east1'], zones: ['*-b']", &["europe-west1-b"]),
        (", zones: [nowhere]", &[]),
    ];
    for (text, zones) in table {
        let source = source(&server, &format!("{{projects: [p], filters: [a = 1, b = 2]{text}}}"));
        let plan = source.plan().await.unwrap();
        let pages: Vec<Page> = source.fetch(&plan.scopes[0]).try_collect().await.unwrap();
        let (machines, notes) = source.machines(pages.into_iter().flat_map(|page| page.facts).collect());
        let found: Vec<&str> = machines.iter().map(|machine| machine.host.zone.as_deref().unwrap()).collect();
        assert_eq!((found.as_slice(), notes), (zones, Vec::new()), "{text}");
        for machine in &machines {
            assert_eq!(machine.record.get("project").and_then(|project| project.as_str()), Some("p"));
        }
    }
}

#[tokio::test]
async fn a_project_that_may_not_be_read_fails_in_its_scope() {
    let server =
        serve(|_| (403, json!({"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}})));
    let source = source(&server, "projects: [p]");
    let plan = source.plan().await.unwrap();
    let error = source.fetch(&plan.scopes[0]).try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
}

#[test]
fn permissions_are_the_least_there_are() {
    let permissions = |text: &str| read(text, &[]).unwrap().permissions();
    assert_eq!(permissions("projects: [p]"), ["compute.instances.list"]);
    assert_eq!(
        permissions("{organization: 1, images: true}"),
        [
            "compute.instances.list",
            "compute.disks.list",
            "resourcemanager.folders.list",
            "resourcemanager.projects.list"
        ]
    );
}

#[test]
fn credentials_are_completed_by_the_environment_and_not_shown() {
    let of = |text: &str, variables: &[(&str, &str)]| {
        read(&format!("{{projects: [p]{text}}}"), variables).unwrap().connection
    };
    let plain = of("", &[("GCP_SERVICE_ACCOUNT_FILE", "/planted"), ("GCP_SCOPES", "a, b")]);
    assert_eq!((plain.auth_kind, plain.service_account_file), (AuthKind::Application, None));
    assert_eq!(plain.scopes, ["a", "b"]);
    assert_eq!(of("", &[]).scopes, ["https://www.googleapis.com/auth/compute"]);
    assert_eq!(of(", scopes: [c]", &[("GCP_SCOPES", "a")]).scopes, ["c"]);
    let file = of(", auth_kind: serviceaccount, service_account_file: key.json", &TOKEN);
    assert_eq!(file.service_account_file.unwrap().to_str(), Some("/work/key.json"));
    assert_eq!(file.access_token, None);
    let machine = of(", auth_kind: machineaccount", &[("GCP_SERVICE_ACCOUNT_EMAIL", "a@b")]);
    assert_eq!(machine.service_account_email.as_deref(), Some("a@b"));
    let shown = format!("{:?}", read("projects: [p]", &TOKEN).unwrap());
    assert!(shown.contains("AccessToken") && !shown.contains("planted"), "{shown}");
}

#[test]
fn odd_names_of_places_are_told() {
    let doubts = |text: &str| {
        let document = yaml::read("x.yml", text.as_bytes()).unwrap();
        let config: Config = decode(&document.source, &document.root).unwrap();
        let shown = |doubt: &Diagnostic| format!("{}: {}", doubt.message, doubt.help.join(" "));
        config.doubts(&document.source).iter().map(shown).collect::<Vec<_>>()
    };
    let table = [
        (
            "zones: [europe-west1]",
            "`europe-west1` is a region, not a zone: write `europe-west1-*`, or `regions: [europe-west1]`",
        ),
        (
            "zones: [eu-west-1]",
            "`eu-west-1` is not like the name of a zone: expected one such as `europe-west1-b`",
        ),
        (
            "regions: [europe-west1-b]",
            "`europe-west1-b` is a zone, not a region: write `zones: [europe-west1-b]`",
        ),
        (
            "regions: [eu-west-1]",
            "`eu-west-1` is not like the name of a region: expected one such as `europe-west1`",
        ),
        (
            "{zones: [us-central1-ai1a, me-central2-a, 'europe-*'], regions: [northamerica-northeast1, '*']}",
            "",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(doubts(text).join(""), expected, "{text}");
    }
}

#[test]
fn errors_have_their_places() {
    let expected = "expected the id of a project, or `folders` or `organization`, too";
    let table: [(&str, String); 11] = [
        ("access_token: planted", "x.yml:1:1: error: the key `access_token` is not known".to_owned()),
        ("{}", "error: a source of `gcp` names no projects".to_owned()),
        ("projects: ['a*']", format!("x.yml:1:12: error: `a*` chooses among no projects: {expected}")),
        ("projects: [a/b]", "x.yml:1:12: error: `a/b` is not the id of a project: expected the id of a project".to_owned()),
        ("folders: [a]", "x.yml:1:11: error: `a` is not a number: expected a number, such as `folders/123`".to_owned()),
        (
            "organization: folders/1",
            "x.yml:1:15: error: `folders/1` is not a number: expected a number, such as `organizations/123`".to_owned(),
        ),
        (
            "{projects: [p], project_labels: {a: b}}",
            "x.yml:1:33: error: `project_labels` chooses among no projects: expected `folders` or `organization`, too"
                .to_owned(),
        ),
        (
            "{projects: [p], filters: ['']}",
            "x.yml:1:27: error: a filter is empty: expected a condition, such as `status = RUNNING`".to_owned(),
        ),
        (
            "{projects: [p], service_account_file: f}",
            "x.yml:1:39: error: `service_account_file` is only for `auth_kind: serviceaccount`".to_owned(),
        ),
        (
            "{projects: [p], auth_kind: accesstoken}",
            "error: `auth_kind: accesstoken` needs GCP_ACCESS_TOKEN in the environment".to_owned(),
        ),
        ("{projects: [p], auth_kind: aplication}", "x.yml:1:28: error: the value `aplication` is not known".to_owned()),
    ];
    for (text, message) in table {
        assert_eq!(read(text, &[]).unwrap_err(), [message], "{text}");
    }
}

#[test]
fn the_schema_describes_every_option() {
    let schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap();
    for (name, option) in schema["properties"].as_object().unwrap() {
        assert!(option["description"].is_string(), "{name}: {option}");
    }
}
