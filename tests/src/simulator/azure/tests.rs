mod refusals;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::directory::{CLIENT, SECRET, TENANT};
use super::{Azure, Options, geography};
use crate::simulator::clock::Clock;
use crate::simulator::cloud::{Cloud as _, Limits, Twist, World};
use crate::simulator::exchange::{Answer, Request};
use crate::simulator::faults::Faults;
use crate::simulator::fleet::{Description, Fleet};
use crate::simulator::seal::Seal;

const MANAGER: &str = "https://management.azure.com";
const LOGIN: &str = "https://login.microsoftonline.com";
const SUBSCRIPTION: &str = "11111111-2222-4333-8444-555555555555";

fn azure(fleet: Fleet, page_size: Option<usize>) -> Azure {
    let limits = Limits { page_size, token_lifetime: Duration::from_secs(3600) };
    let (clock, seal, faults) = (Clock::default(), Seal::default(), Arc::new(Faults::default()));
    Azure::new(World { fleet, limits, clock, seal, faults }, Options::default())
}

fn seeded(size: u64, subscriptions: usize, page_size: Option<usize>) -> Azure {
    azure(Fleet::seeded(1, size, geography(1, subscriptions, 3)), page_size)
}

/// A fleet of two machines in one group.
fn pair() -> Azure {
    let text = format!(
        "azure: {{accounts: [{SUBSCRIPTION}], regions: [westeurope], machines: [\
         {{name: first, group: Web, interfaces: [{{addresses: [{{private: 10.0.0.4, public: 203.0.113.3}}]}}]}}, \
         {{name: second, group: Web}}]}}"
    );
    let description = Description::parse("a test", &text).expect("a fleet");
    azure(description.fleet("azure", &geography(1, 1, 1)), None)
}

fn request(method: &str, url: &str) -> Request {
    let (scheme, rest) = url.split_once("://").expect("a whole address");
    let (host, rest) = rest.split_once('/').expect("a path");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    Request {
        method: method.to_owned(),
        host: host.to_owned(),
        path: format!("/{path}"),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        origin: format!("{scheme}://{host}"),
        ..Request::default()
    }
}

fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

fn login(azure: &Azure, form: &str) -> Answer {
    let mut request = request("POST", &format!("{LOGIN}/{TENANT}/oauth2/v2.0/token"));
    request.body = form.as_bytes().to_vec();
    azure.answer(&request, None)
}

fn token(azure: &Azure) -> String {
    let scope = "https%3A%2F%2Fmanagement.azure.com%2F%2F.default";
    let form =
        format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}&scope={scope}");
    let answer = body(&login(azure, &form));
    answer.get("access_token").and_then(Value::as_str).expect("a token").to_owned()
}

fn twisted(azure: &Azure, url: &str, twist: Option<Twist>) -> Answer {
    let mut request = request("GET", url);
    request.headers.insert("authorization".to_owned(), format!("Bearer {}", token(azure)));
    azure.answer(&request, twist)
}

fn get(azure: &Azure, url: &str) -> Answer {
    twisted(azure, url, None)
}

fn code(answer: &Answer) -> String {
    let body = body(answer);
    body.pointer("/error/code").or(body.get("error")).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Follows a list to its end, and returns its items and how many pages they came on.
fn all(azure: &Azure, url: &str) -> (Vec<Value>, usize) {
    let (mut items, mut pages, mut next) = (Vec::new(), 0, Some(url.to_owned()));
    while let Some(url) = next {
        let answer = get(azure, &url);
        assert_eq!(answer.status, 200, "{url}: {}", body(&answer));
        let page = body(&answer);
        items.extend(page.get("value").and_then(Value::as_array).expect("a list").clone());
        next = page.get("nextLink").and_then(Value::as_str).map(str::to_owned);
        pages += 1;
    }
    (items, pages)
}

fn ids(items: &[Value]) -> BTreeSet<String> {
    let id = |item: &Value| item.get("id").and_then(Value::as_str).expect("an id").to_lowercase();
    items.iter().map(id).collect()
}

#[test]
fn the_lists_hold_every_machine_once_and_fit_together() {
    let azure = seeded(300, 2, Some(7));
    let mut found = 0;
    for subscription in azure.world.fleet.geography().accounts.clone() {
        let list = |what: &str, version: &str, more: &str| {
            all(
                &azure,
                &format!(
                    "{MANAGER}/subscriptions/{subscription}/providers/{what}?api-version={version}{more}"
                ),
            )
        };
        let (machines, pages) = list("Microsoft.Compute/virtualMachines", "2024-07-01", "");
        assert_eq!(pages, machines.len().div_ceil(7));
        let (states, _) = list("Microsoft.Compute/virtualMachines", "2024-07-01", "&statusOnly=true");
        assert_eq!(ids(&machines), ids(&states));
        let spelled =
            |items: &[Value]| items.iter().filter(|item| item.get("id") != Some(&json!(""))).count();
        assert_eq!(spelled(&machines), ids(&machines).len(), "no machine is listed twice");
        let interfaces = ids(&list("Microsoft.Network/networkInterfaces", "2024-05-01", "").0);
        let references: Vec<_> = machines
            .iter()
            .flat_map(|machine| {
                machine
                    .pointer("/properties/networkProfile/networkInterfaces")
                    .and_then(Value::as_array)
                    .cloned()
                    .unwrap_or_default()
            })
            .collect();
        assert_eq!(interfaces, ids(&references));
        let publics = list("Microsoft.Network/publicIPAddresses", "2024-05-01", "").0;
        assert!(
            publics.len() > 20
                && publics.iter().any(|public| public.pointer("/properties/ipAddress").is_none())
        );
        let (sets, _) = list("Microsoft.Compute/virtualMachineScaleSets", "2024-07-01", "");
        let modes: BTreeSet<_> = sets
            .iter()
            .filter_map(|set| set.pointer("/properties/orchestrationMode"))
            .map(Value::to_string)
            .collect();
        assert_eq!(modes.len(), 2, "{modes:?}");
        let mut instances = 0;
        for set in &sets {
            let id = set.get("id").and_then(Value::as_str).expect("an id");
            let (members, _) = all(
                &azure,
                &format!("{MANAGER}{id}/virtualMachines?api-version=2024-07-01&$expand=instanceView"),
            );
            let (cards, _) = all(&azure, &format!("{MANAGER}{id}/networkInterfaces?api-version=2018-10-01"));
            assert!(
                cards.len() >= members.len()
                    || members
                        .iter()
                        .any(|member| member.pointer("/properties/provisioningState")
                            == Some(&json!("Deleting")))
            );
            instances += members.len();
        }
        let (hybrid, _) = list("Microsoft.HybridCompute/machines", "2024-07-10", "");
        found += machines.len() + instances + hybrid.len();
        let (groups, _) = all(
            &azure,
            &format!("{MANAGER}/subscriptions/{subscription}/resourcegroups?api-version=2021-04-01"),
        );
        let mut by_group = BTreeSet::new();
        for group in groups {
            let id = group.get("id").and_then(Value::as_str).expect("an id");
            by_group.extend(ids(&all(
                &azure,
                &format!("{MANAGER}{id}/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01"),
            )
            .0));
        }
        assert_eq!(by_group, ids(&machines));
    }
    assert_eq!(found, 300);
}

#[test]
fn what_a_list_names_can_be_got() {
    let azure = seeded(200, 1, None);
    let place =
        format!("{MANAGER}/subscriptions/{}/providers", azure.world.fleet.geography().accounts.join(""));
    let lists = [
        ("Microsoft.Compute/virtualMachines", "2024-07-01"),
        ("Microsoft.Network/networkInterfaces", "2024-05-01"),
        ("Microsoft.Network/publicIPAddresses", "2024-05-01"),
        ("Microsoft.HybridCompute/machines", "2024-07-10"),
        ("Microsoft.Compute/virtualMachineScaleSets", "2024-07-01"),
    ];
    for (kind, version) in lists {
        for item in all(&azure, &format!("{place}/{kind}?api-version={version}")).0 {
            let id = item.get("id").and_then(Value::as_str).expect("an id").to_owned();
            let answer = get(&azure, &format!("{MANAGER}{id}?api-version={version}"));
            assert_eq!(body(&answer), item, "{id}");
            if kind.ends_with("virtualMachines") {
                let view = get(&azure, &format!("{MANAGER}{id}/instanceView?api-version={version}"));
                assert!(body(&view).get("statuses").is_some(), "{id}");
            }
        }
    }
}

#[test]
fn twists_befall_lists_and_single_resources() {
    let azure = pair();
    let list = format!(
        "{MANAGER}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01"
    );
    let one = format!(
        "{MANAGER}/subscriptions/{SUBSCRIPTION}/resourceGroups/Web/providers/Microsoft.Compute/virtualMachines/first?api-version=2024-07-01"
    );
    assert_eq!(twisted(&azure, &one, Some(Twist::VanishedHost)).status, 404);
    let names = |twist| {
        let page = body(&twisted(&azure, &list, twist));
        let items = page.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
        items
            .iter()
            .filter_map(|item| item.get("name"))
            .map(|name| name.as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(None), ["first", "second"]);
    assert_eq!(names(Some(Twist::VanishedHost)), ["second"]);
    let page = body(&twisted(&azure, &list, Some(Twist::RepeatedToken)));
    let link = page.get("nextLink").and_then(Value::as_str).expect("a link");
    let again = body(&twisted(&azure, link, Some(Twist::RepeatedToken)));
    assert_eq!((again.get("value"), again.get("nextLink")), (page.get("value"), page.get("nextLink")));
    assert_eq!(body(&get(&azure, link)).get("nextLink"), None);
}

#[test]
fn resource_graph_pages_the_same_machines() {
    let azure = seeded(300, 2, Some(50));
    let mut found = BTreeSet::new();
    let mut token_of_page = None;
    let mut total = 0;
    loop {
        let mut options = json!({"$top": 100});
        if let Some(token) = &token_of_page {
            super::compute::put(&mut options, "$skipToken", json!(token));
        }
        let mut request = request(
            "POST",
            &format!("{MANAGER}/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"),
        );
        request.headers.insert("authorization".to_owned(), format!("Bearer {}", token(&azure)));
        let query =
            "Resources | where type =~ 'Microsoft.Compute/virtualMachines' | project id, name, properties";
        request.body = json!({"query": query, "options": options}).to_string().into_bytes();
        let page = body(&azure.answer(&request, None));
        let rows = page.get("data").and_then(Value::as_array).expect("rows").clone();
        assert!(
            rows.len() <= 50
                && rows
                    .iter()
                    .all(|row| row.pointer("/properties/extended/instanceView/powerState/code").is_some())
        );
        found.extend(ids(&rows));
        total = page.get("totalRecords").and_then(Value::as_u64).unwrap_or(total);
        token_of_page = page.get("$skipToken").and_then(Value::as_str).map(str::to_owned);
        if token_of_page.is_none() {
            break;
        }
    }
    assert_eq!(found.len() as u64, total);
    let machines = azure.world.fleet.geography().accounts.iter().flat_map(|subscription| {
        all(&azure, &format!("{MANAGER}/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01")).0
    });
    assert_eq!(found, ids(&machines.collect::<Vec<_>>()));
}

#[test]
fn a_page_of_a_million_machines_is_made_by_itself() {
    let azure = seeded(1_000_000, 1, None);
    let subscription = azure.world.fleet.geography().accounts.join("");
    for (kind, version) in
        [("Compute/virtualMachines", "2024-07-01"), ("Network/publicIPAddresses", "2024-05-01")]
    {
        let url = format!(
            "{MANAGER}/subscriptions/{subscription}/providers/Microsoft.{kind}?api-version={version}"
        );
        assert_eq!(body(&get(&azure, &url)).get("value").and_then(Value::as_array).map(Vec::len), Some(200));
    }
    assert!(azure.survey.get().is_none(), "nobody looked at every machine");
}

#[test]
fn answers_tell_what_is_left_of_the_quota() {
    let left = |azure: &Azure| {
        let answer = get(azure, &format!("{MANAGER}/subscriptions?api-version=2022-12-01"));
        let name = "x-ms-ratelimit-remaining-subscription-reads";
        answer.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    };
    let mut azure = pair();
    assert_eq!([left(&azure), left(&azure)], [Some("11999".to_owned()), Some("11999".to_owned())]);
    azure.reads = Some(2.into());
    let expected = ["1", "0", "0"].map(|left| Some(left.to_owned()));
    assert_eq!([left(&azure), left(&azure), left(&azure)], expected);
}
