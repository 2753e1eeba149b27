mod faults;
mod plan;

use std::sync::Barrier;

use futures::StreamExt;
use futures::future::join_all;
use inventory_core::config::secret::Secret;
use inventory_core::discovery::{Error, ErrorKind, Facts};
use inventory_core::value::record::text;
use serde_json::{Value as Json, json};

use super::*;
use crate::connection::{AuthKind, Connection};
use crate::options::{Query, Zones};
use crate::responder::{Request, Server, transport};
use crate::session::Session;

/// A session with a server, by a token that is given.
fn session(server: &Server, retries: u32) -> Session {
    let connection = Connection {
        auth_kind: AuthKind::AccessToken,
        scopes: vec!["s".to_owned()],
        service_account_file: None,
        service_account_contents: None,
        service_account_email: None,
        access_token: Some(Secret::new("planted-token")),
    };
    let url = server.url.clone();
    Session::open_with(&connection, &transport(retries), move |name| endpoint(&url, name)).unwrap()
}

fn endpoint(url: &str, name: &str) -> Option<String> {
    match name {
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE" => Some(format!("{url}/compute/v1/")),
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER" => Some(url.to_owned()),
        _ => None,
    }
}

/// A server that answers with what a function says about a request.
fn serve(answer: impl Fn(&Request) -> (u16, Json) + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        let (status, body) = answer(request);
        (status, body.to_string())
    })
}

fn query() -> Query {
    Query { projects: vec!["p".to_owned()], ..Query::default() }
}

fn zoned(zones: &[&str]) -> Query {
    Query { zones: Zones::Named(zones.iter().map(|zone| (*zone).to_owned()).collect()), ..query() }
}

/// Fetches a project, and returns its facts and the warnings.
async fn fetch_with(session: &Session, query: &Query) -> Result<(Vec<Facts>, Vec<String>), Error> {
    let mut pages = project(session.client(), "p", None, query);
    let (mut facts, mut notes) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page?;
        facts.extend(page.facts);
        notes.extend(page.notes.iter().map(ToString::to_string));
    }
    Ok((facts, notes))
}

async fn fetch(server: &Server, query: &Query) -> Result<(Vec<Facts>, Vec<String>), Error> {
    fetch_with(&session(server, 0), query).await
}

fn instance(zone: &str, name: &str) -> Json {
    json!({
        "kind": "compute#instance", "id": "4158127351007949610", "name": name, "fingerprint": "64R2DbCkcGg=",
        "zone": format!("https://www.googleapis.com/compute/v1/projects/p/zones/{zone}"), "labels": {}, "disks": [],
        "selfLink": format!("https://www.googleapis.com/compute/v1/projects/p/zones/{zone}/instances/{name}"),
    })
}

/// Returns a page with instances by zone, and the token of the next.
fn page(zones: &[(&str, &[&str])], next: &str) -> Json {
    let mut items = serde_json::Map::new();
    items.insert(
        "zones/empty".to_owned(),
        json!({"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "none"}}),
    );
    for (zone, names) in zones {
        let instances: Vec<Json> = names.iter().map(|name| instance(zone, name)).collect();
        items.insert(format!("zones/{zone}"), json!({"instances": instances}));
    }
    json!({"kind": "compute#instanceAggregatedList", "items": items, "nextPageToken": next})
}

fn names(facts: &[Facts]) -> Vec<&str> {
    facts.iter().map(|fact| text(fact.record.as_map().unwrap(), &["name"]).unwrap()).collect()
}

/// Two pages.
fn two_pages(request: &Request) -> (u16, Json) {
    match request.parameter("pageToken").as_deref() {
        None => (200, page(&[("a-1", &["one", "two"]), ("b-1", &["three"])], "more")),
        Some("more") => (200, page(&[("a-1", &["four"])], "")),
        Some(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn pages_are_read_in_order_and_zones_left_out() {
    let server = serve(two_pages);
    let filtered = Query { filter: Some("status = RUNNING".to_owned()), ..query() };
    let (facts, warnings) = fetch(&server, &filtered).await.unwrap();
    assert_eq!(names(&facts), ["one", "two", "three", "four"]);
    assert_eq!(warnings, Vec::<String>::new());
    assert!(facts.iter().all(|fact| fact.kind == "instance"));
    assert_eq!(facts[0].id, "https://www.googleapis.com/compute/v1/projects/p/zones/a-1/instances/one");
    // What is empty is there too, in Google's order.
    let keys: Vec<_> =
        facts[0].record.as_map().unwrap().keys().map(|key| key.as_str().unwrap().to_owned()).collect();
    assert_eq!(keys, ["kind", "id", "name", "fingerprint", "zone", "labels", "disks", "selfLink"]);
    for request in server.requests() {
        assert_eq!(request.path(), "/compute/v1/projects/p/aggregated/instances");
        for (name, value) in [
            ("maxResults", "500"),
            ("returnPartialSuccess", "true"),
            ("prettyPrint", "false"),
            ("filter", "status = RUNNING"),
        ] {
            assert_eq!(request.parameter(name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(request.header("authorization"), Some("Bearer planted-token"));
        assert!(request.header("accept-encoding").unwrap().contains("gzip"));
        let program = request.header("user-agent").unwrap();
        assert!(program.starts_with("cloud-inventory/") && program.ends_with("(gzip)"), "{program}");
        assert_eq!(request.header("x-goog-user-project"), None);
    }
    let (facts, _) = fetch(&server, &zoned(&["b-1", "c-1"])).await.unwrap();
    assert_eq!(names(&facts), ["three"]);
}

#[tokio::test]
async fn the_next_page_is_asked_for_before_the_last_is_taken() {
    let server = serve(two_pages);
    let (session, query) = (session(&server, 0), query());
    let mut pages = project(session.client(), "p", None, &query);
    pages.next().await.unwrap().unwrap();
    let asked = async {
        while server.requests().len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), asked).await.unwrap();
}

#[tokio::test]
async fn all_projects_are_asked_at_once() {
    const PROJECTS: usize = 30;
    let all = Barrier::new(PROJECTS);
    let server = serve(move |request| {
        // Nobody gets an answer until all have asked.
        all.wait();
        let name = request.path().split('/').nth(4).unwrap().to_owned();
        (200, page(&[("a-1", &[name.as_str()])], ""))
    });
    let session = session(&server, 0);
    let query = query();
    let projects: Vec<String> = (0..PROJECTS).map(|number| format!("p{number}")).collect();
    let fetched = join_all(projects.iter().map(async |name| {
        let pages = project(session.client(), name, None, &query).collect::<Vec<_>>().await;
        names(&pages[0].as_ref().unwrap().facts).join("")
    }))
    .await;
    assert_eq!(fetched, projects);
}

#[tokio::test]
async fn disks_come_without_the_filter_and_with_little() {
    let server = serve(|request| {
        if request.path().ends_with("/instances") {
            return two_pages(request);
        }
        assert_eq!(request.parameter("filter"), None);
        let disk = |name: &str| {
            let link = format!("https://www.googleapis.com/compute/v1/projects/p/zones/a-1/disks/{name}");
            json!({"name": name, "selfLink": link, "sourceImage": "https://x/images/\"i\"", "status": "READY"})
        };
        let items = json!({
            "zones/a-1": {"disks": [disk("d1"), {"name": "d2", "labels": {}}, {"selfLink": "https://x/d3"}]},
            "regions/a": {"disks": [disk("d4")]},
            "regions/b": {"warning": {"code": "NO_RESULTS_ON_PAGE"}},
        });
        (200, json!({"items": items}))
    });
    let images = Query { images: true, filter: Some("status = RUNNING".to_owned()), ..query() };
    let (facts, warnings) = fetch(&server, &images).await.unwrap();
    let (disks, instances): (Vec<_>, Vec<_>) = facts.into_iter().partition(|fact| fact.kind == "disk");
    assert_eq!(names(&instances), ["one", "two", "three", "four"]);
    assert_eq!(names(&disks), ["d1", "d2", "d4"]);
    assert_eq!(disks[1].id, "p/zones/a-1/d2");
    let keys: Vec<_> =
        disks[0].record.as_map().unwrap().iter().map(|(key, value)| format!("{key}={value}")).collect();
    let link = "selfLink=https://www.googleapis.com/compute/v1/projects/p/zones/a-1/disks/d1";
    assert_eq!(keys, [link, "name=d1", "sourceImage=https://x/images/\"i\""]);
    assert_eq!(
        warnings,
        ["list disks: item 3 of `zones/a-1` on page 1 of the project `p`, `https://x/d3`, is left out: it \
          cannot be read"]
    );
    let zoned = Query { images: true, ..zoned(&["a-2"]) };
    let (facts, _) = fetch(&server, &zoned).await.unwrap();
    assert_eq!(names(&facts), ["d4"]);
}

#[tokio::test]
async fn an_odd_item_costs_a_warning_and_no_other_instance() {
    let mut odd = instance("a-1", "odd");
    odd["fingerprint"] = json!("a+b/cd==");
    let mut bare = instance("a-1", "bare");
    bare.as_object_mut().unwrap().remove("selfLink");
    let items = json!([3, {"selfLink": "https://x/1"}, {"name": ""}, odd, bare]);
    let body = json!({"items": {"zones/a-1": {"instances": items}}});
    let (facts, warnings) = fetch(&serve(move |_| (200, body.clone())), &query()).await.unwrap();
    let ids: Vec<_> = facts.iter().map(|fact| fact.id.as_str()).collect();
    let odd = "https://www.googleapis.com/compute/v1/projects/p/zones/a-1/instances/odd";
    assert_eq!(ids, ["p/zones/a-1/1.2", "p/zones/a-1/1.3", odd, "p/zones/a-1/bare"]);
    assert_eq!(text(facts[2].record.as_map().unwrap(), &["fingerprint"]), Some("a+b/cd=="));
    let [oddity, loss] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(oddity.starts_with("1 machines are not as Google's API promises in `fingerprint` ("), "{oddity}");
    assert!(oddity.ends_with("): odd"), "{oddity}");
    let expected =
        "list instances: item 1 of `zones/a-1` on page 1 of the project `p` is left out: it cannot be read";
    assert_eq!(loss, expected);
}

#[tokio::test]
async fn what_is_empty_is_a_list() {
    for body in [json!({"kind": "compute#instanceAggregatedList"}), json!({"items": {}}), page(&[], "")] {
        let (facts, warnings) = fetch(&serve(move |_| (200, body.clone())), &query()).await.unwrap();
        assert!(facts.is_empty() && warnings.is_empty(), "{warnings:?}");
    }
}

#[tokio::test]
async fn a_zone_that_was_not_reached_fails_the_project() {
    let unreachable = json!({"warning": {"code": "UNREACHABLE", "message": "zone b-1 is down"}});
    let in_part =
        json!({"items": {"zones/a-1": {"instances": [instance("a-1", "one")]}, "zones/b-1": unreachable}});
    let named = |place: &str| {
        let mut body = page(&[("a-1", &["one"])], "");
        body["unreachables"] = json!([place]);
        body["warning"] = json!({"code": "UNREACHABLE", "message": "some are down"});
        body
    };
    for (body, reason) in [
        (in_part.clone(), "nothing is known about `zones/b-1`: zone b-1 is down"),
        (named("projects/p/zones/b-1"), "nothing is known about `zones/b-1`: UNREACHABLE"),
        (named("zones/b-1"), "nothing is known about `zones/b-1`: UNREACHABLE"),
        (
            json!({"items": {"zones/b-1": {"warning": {"code": "SOMETHING_NEW"}}}}),
            "nothing is known about `zones/b-1`: SOMETHING_NEW",
        ),
        (
            json!({"items": {}, "warning": {"code": "UNREACHABLE", "message": "some"}}),
            "the list is not complete: UNREACHABLE: some",
        ),
        (
            json!({"items": {}, "warning": {"code": "PARTIAL_SUCCESS", "message": "some"}}),
            "the list is not complete: PARTIAL_SUCCESS: some",
        ),
    ] {
        let error = fetch(&serve(move |_| (200, body.clone())), &query()).await.unwrap_err();
        assert_eq!((error.kind, error.operation), (ErrorKind::Unreachable, "list instances"));
        assert_eq!(error.message, reason);
    }
    // Whoever asks for other zones does not miss it.
    for body in [in_part, named("zones/b-1")] {
        let (facts, _) = fetch(&serve(move |_| (200, body.clone())), &zoned(&["a-1"])).await.unwrap();
        assert_eq!(names(&facts), ["one"]);
    }
    let mut body = page(&[("a-1", &["one"])], "");
    body["warning"] = json!({"code": "LARGE_DEPLOYMENT_WARNING", "message": "large"});
    let (_, warnings) = fetch(&serve(move |_| (200, body.clone())), &query()).await.unwrap();
    assert_eq!(warnings, ["p: list instances: LARGE_DEPLOYMENT_WARNING: large"]);
}
