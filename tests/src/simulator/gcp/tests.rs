mod refusals;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::token::Grant;
use super::{Gcp, Options, geography};
use crate::simulator::clock::Clock;
use crate::simulator::cloud::{Cloud as _, Limits, Twist, World};
use crate::simulator::exchange::{Answer, Request};
use crate::simulator::faults::Faults;
use crate::simulator::fleet::{Description, Fleet};
use crate::simulator::seal::Seal;

const COMPUTE: &str = "https://compute.googleapis.com/compute/v1/projects";
const MANAGER: &str = "https://cloudresourcemanager.googleapis.com";
const PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

fn gcp(fleet: Fleet, page_size: Option<usize>) -> Gcp {
    let limits = Limits { page_size, token_lifetime: Duration::from_secs(3600) };
    let (clock, seal, faults) = (Clock::default(), Seal::default(), Arc::new(Faults::default()));
    Gcp::new(World { fleet, limits, clock, seal, faults }, Options::default()).expect("a cloud")
}

fn seeded(size: u64, projects: usize, page_size: Option<usize>) -> Gcp {
    gcp(Fleet::seeded(1, size, geography(1, projects, 3)), page_size)
}

fn described(text: &str) -> Gcp {
    let description = Description::parse("a test", &format!("gcp: {text}")).expect("a fleet");
    gcp(description.fleet("gcp", &geography(1, 1, 1)), None)
}

/// A project with two machines, and others of which one cannot have any.
fn shop() -> Gcp {
    described(
        "{accounts: [shop, lab], regions: [us-central1], extra: {folders: {'1': {}, '2': {folder: '1'}}, projects: {\
         shop: {folder: '1', labels: {env: prod}}, lab: {folder: '2'}, off: {folder: '1', disabled: true}, \
         gone: {folder: '1', deleted: true}, secret: {folder: '2', denied: true}}}, machines: [\
         {name: web, tags: {env: prod}}, {name: db, zone: 1, extra: {regional_disk: true, data_disks: 2}}]}",
    )
}

fn request(url: &str) -> Request {
    let (scheme, rest) = url.split_once("://").expect("a whole address");
    let (host, rest) = rest.split_once('/').expect("a path");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    Request {
        method: "GET".to_owned(),
        host: host.to_owned(),
        path: format!("/{path}"),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        origin: format!("{scheme}://{host}"),
        ..Request::default()
    }
}

fn authorized(cloud: &Gcp, url: &str) -> Request {
    let token = Grant::new(&cloud.world, "someone@example.com", PLATFORM).write(&cloud.world.seal);
    let mut request = request(url);
    request.headers.insert("authorization".to_owned(), format!("Bearer {token}"));
    request
}

fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

fn get(cloud: &Gcp, url: &str) -> Value {
    let answer = cloud.answer(&authorized(cloud, url), None);
    assert_eq!(answer.status, 200, "{url}: {}", body(&answer));
    body(&answer)
}

/// Returns the items of a page, by their scopes.
fn items(page: &Value, kind: &str) -> Vec<(String, Value)> {
    let scopes = page.get("items").and_then(Value::as_object).expect("scopes");
    let lists = scopes.iter().flat_map(|(scope, entry)| {
        let items = entry.get(kind).and_then(Value::as_array).into_iter().flatten();
        items.map(|item| (scope.clone(), item.clone()))
    });
    lists.collect()
}

fn names(page: &Value, kind: &str) -> Vec<String> {
    let name = |item: &Value| item.get("name").and_then(Value::as_str).map(str::to_owned);
    items(page, kind).iter().filter_map(|(_, item)| name(item)).collect()
}

/// Follows the pages of a list to its end.
fn follow(cloud: &Gcp, url: &str) -> Vec<Value> {
    let mut pages = vec![get(cloud, url)];
    while let Some(token) = pages.last().and_then(|page| page.get("nextPageToken")).and_then(Value::as_str) {
        let next = get(cloud, &format!("{url}&pageToken={token}"));
        pages.push(next);
    }
    pages
}

#[test]
fn every_machine_is_on_one_page_and_in_its_zone() {
    let cloud = seeded(900, 2, None);
    for project in &cloud.world.fleet.geography().accounts {
        let range = cloud.world.fleet.in_account(project);
        let pages = follow(&cloud, &format!("{COMPUTE}/{project}/aggregated/instances?maxResults=70"));
        assert_eq!(pages.len() as u64, (range.end - range.start).div_ceil(70));
        let all: Vec<_> = pages.iter().flat_map(|page| items(page, "instances")).collect();
        let of = |field: &str| -> BTreeSet<_> {
            all.iter().filter_map(|(_, item)| item.get(field)?.as_str().map(str::to_owned)).collect()
        };
        assert_eq!(all.len() as u64, range.end - range.start);
        assert_eq!((of("id").len(), of("selfLink").len()), (all.len(), all.len()));
        // A zone goes on on the next page.
        let zones = |page: &Value| -> BTreeSet<_> {
            items(page, "instances").into_iter().map(|(zone, _)| zone).collect()
        };
        assert!(pages.windows(2).any(|pair| !zones(&pair[0]).is_disjoint(&zones(&pair[1]))));
        for (scope, item) in &all {
            let zone = item.get("zone").and_then(Value::as_str).unwrap_or_default();
            assert!(zone.ends_with(scope), "{scope}: {item}");
            let fingerprint = item.get("fingerprint").and_then(Value::as_str).unwrap_or_default();
            assert_eq!(fingerprint.len(), 12);
        }
        let empty = pages[0].pointer("/items/zones~1africa-south1-a/warning").expect("a warning");
        assert_eq!(empty.get("code"), Some(&json!("NO_RESULTS_ON_PAGE")));
    }
}

#[test]
fn the_order_and_the_scopes_are_as_asked_for() {
    let cloud = seeded(50, 1, None);
    let project = cloud.world.fleet.geography().accounts[0].clone();
    let url = format!("{COMPUTE}/{project}/aggregated/instances?maxResults=9&orderBy");
    let sorted: Vec<_> =
        follow(&cloud, &format!("{url}=name")).iter().flat_map(|page| names(page, "instances")).collect();
    let first = follow(&cloud, &format!("{url}=name"))
        .iter()
        .map(|page| names(page, "instances").into_iter().min())
        .collect::<Vec<_>>();
    assert_eq!(sorted.len(), 50);
    assert!(first.is_sorted(), "{first:?}");
    let newest = get(&cloud, &format!("{url}=creationTimestamp%20desc"));
    assert_eq!(names(&newest, "instances").len(), 9);
    let page = get(&cloud, &format!("{COMPUTE}/{project}/aggregated/instances?includeAllScopes=true"));
    assert!(page.pointer("/items/global/warning").is_some());
    let zones = follow(&cloud, &format!("{COMPUTE}/{project}/zones?maxResults=50"));
    assert_eq!(zones.len(), 3);
    assert_eq!(zones[0].pointer("/items/0/name"), Some(&json!("us-central1-a")));
}

#[test]
fn disks_are_in_zones_or_regions() {
    let cloud = shop();
    let page = get(&cloud, &format!("{COMPUTE}/shop/aggregated/disks"));
    let found: Vec<_> =
        items(&page, "disks").into_iter().map(|(scope, item)| (scope, item["name"].clone())).collect();
    let expected = [
        ("regions/us-central1", "db"),
        ("zones/us-central1-a", "web"),
        ("zones/us-central1-b", "db-data-1"),
        ("zones/us-central1-b", "db-data-2"),
    ];
    assert_eq!(found, expected.map(|(scope, name)| (scope.to_owned(), json!(name))));
    let pages = follow(&cloud, &format!("{COMPUTE}/shop/aggregated/disks?maxResults=1"));
    assert_eq!(pages.iter().map(|page| names(page, "disks").len()).collect::<Vec<_>>(), [1, 1, 1, 1]);
}

#[test]
fn filters_and_masks_are_followed() {
    let cloud = shop();
    let list = format!("{COMPUTE}/shop/aggregated/instances");
    let filtered = |filter: &str| names(&get(&cloud, &format!("{list}?filter={filter}")), "instances");
    assert_eq!(filtered("labels.env+%3D+prod"), ["web"]);
    assert_eq!(filtered("labels.env+%21%3D+prod"), ["db"]);
    assert_eq!(filtered(""), ["web", "db"]);
    let masked = get(&cloud, &format!("{list}?fields=items/*/instances/name&prettyPrint=false&$alt=json"));
    assert_eq!(masked["items"]["zones/us-central1-a"], json!({"instances": [{"name": "web"}]}));
    assert_eq!(masked.as_object().map(serde_json::Map::len), Some(1));
    let pretty = |query: &str| cloud.answer(&authorized(&cloud, &format!("{list}?{query}")), None).body;
    assert!(pretty("").len() > pretty("prettyPrint=false").len() + 1000);
}

#[test]
fn zones_that_cannot_be_reached_are_told() {
    let cloud = described(
        "{accounts: [shop], regions: [us-central1], extra: {unreachable: [us-central1-b]}, \
         machines: [{name: web}, {name: db, zone: 1}]}",
    );
    let list = format!("{COMPUTE}/shop/aggregated/instances");
    let whole = cloud.answer(&authorized(&cloud, &list), None);
    assert_eq!((whole.status, &body(&whole)["error"]["errors"][0]["reason"]), (503, &json!("backendError")));
    let page = get(&cloud, &format!("{list}?returnPartialSuccess=true"));
    assert_eq!(names(&page, "instances"), ["web"]);
    assert_eq!(page["unreachables"], json!(["projects/shop/zones/us-central1-b"]));
    assert_eq!(page["items"]["zones/us-central1-b"]["warning"]["code"], "UNREACHABLE");
    let cloud = shop();
    let url = format!("{COMPUTE}/shop/aggregated/instances?returnPartialSuccess=true");
    let twisted = cloud.answer(&authorized(&cloud, &url), Some(Twist::UnreachableZone));
    assert_eq!(names(&body(&twisted), "instances"), ["db"]);
    assert_eq!(body(&twisted)["unreachables"], json!(["projects/shop/zones/us-central1-a"]));
}

#[test]
fn a_token_that_repeats_leads_back() {
    let cloud = seeded(30, 1, Some(10));
    let project = cloud.world.fleet.geography().accounts[0].clone();
    let url = format!("{COMPUTE}/{project}/aggregated/instances");
    let repeated = body(&cloud.answer(&authorized(&cloud, &url), Some(Twist::RepeatedToken)));
    let token = repeated["nextPageToken"].as_str().expect("a token").to_owned();
    let again = get(&cloud, &format!("{url}?pageToken={token}"));
    assert_eq!(names(&again, "instances"), names(&repeated, "instances"));
}

#[test]
fn projects_and_folders_are_listed_in_each_version() {
    let cloud = shop();
    let ids = |url: &str, word: &str, field: &str| -> Vec<String> {
        let pages = follow(&cloud, &format!("{MANAGER}{url}"));
        let lists = pages.iter().filter_map(|page| page.get(word)?.as_array().cloned()).flatten();
        lists.filter_map(|item| item.get(field)?.as_str().map(str::to_owned)).collect()
    };
    let projects = |url: &str| ids(url, "projects", "projectId");
    assert_eq!(projects("/v1/projects?filter=parent.id+%3D+1"), ["shop", "gone", "off"]);
    assert_eq!(projects("/v1/projects?filter=parent.type:folder+parent.id:2&pageSize=1"), ["lab", "secret"]);
    assert_eq!(projects("/v1/projects?filter=lifecycleState%3AACTIVE+labels.env%3Aprod"), ["shop"]);
    assert_eq!(projects("/v3/projects?parent=folders/1&pageSize=1"), ["shop", "off"]);
    assert_eq!(projects("/v3/projects?parent=folders/1&showDeleted=true"), ["shop", "gone", "off"]);
    assert_eq!(projects("/v3/projects:search?query=parent%3Afolders/2"), ["lab", "secret"]);
    assert_eq!(projects("/v3/projects:search?query=id%3Ashop+id%3Alab"), ["shop", "lab"]);
    let folders = |url: &str| ids(url, "folders", "name");
    assert_eq!(folders("/v3/folders?parent=organizations/900000000001"), ["folders/1"]);
    assert_eq!(folders("/v3/folders?parent=folders/1"), ["folders/2"]);
    assert_eq!(get(&cloud, &format!("{MANAGER}/v3/folders?parent=folders/2")), json!({}));
    assert_eq!(get(&cloud, &format!("{MANAGER}/v1/projects?filter=parent.id%3A77")), json!({}));
}

#[test]
fn a_description_is_checked() {
    for text in [
        "{extra: {folder: x}}",
        "{extra: {projects: {a: {of: b}}}}",
        "{machines: [{name: a, extra: {zones: b}}]}",
    ] {
        let description = Description::parse("a test", &format!("gcp: {text}")).expect("a fleet");
        let fleet = description.fleet("gcp", &geography(1, 1, 1));
        let limits = Limits { page_size: None, token_lifetime: Duration::ZERO };
        let world = World {
            fleet,
            limits,
            clock: Clock::default(),
            seal: Seal::default(),
            faults: Arc::new(Faults::default()),
        };
        assert!(Gcp::new(world, Options::default()).is_err(), "{text}");
    }
}
