mod faults;
mod graph;

use std::collections::BTreeMap;

use inventory_core::config::secret::Secret;
use inventory_core::discovery::{ErrorKind, Facts, Note};
use serde_json::{Value as Json, json};
use url::Url;

use super::*;
use crate::credentials::{Identity, Tokens};
use crate::testing::{Request, Server, transport};

const SUBSCRIPTION: &str = "sub";

fn client_at(server: &Server, retries: u32) -> Client {
    let url = Url::parse(&server.url).unwrap();
    let identity = Identity::Secret {
        tenant: "t".to_owned(),
        client_id: "app".to_owned(),
        secret: Secret::new("planted-secret"),
    };
    let transport = transport(retries);
    let tokens = Tokens::new(identity, url.clone(), "arm/.default".to_owned(), transport.clone());
    Client::new(transport, tokens, url)
}

/// A directory that grants tokens, and a Resource Manager that answers with what a function says about a path.
fn serve(answer: impl Fn(&str, &Request) -> (u16, Json) + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        if request.head.starts_with("POST /t/oauth2") {
            return (200, r#"{"access_token":"planted-token","expires_in":3599}"#.to_owned());
        }
        let (status, body) = answer(request.path(), request);
        (status, body.to_string())
    })
}

async fn fetch_from(server: &Server, query: &Query) -> Result<Fetched, Error> {
    subscription(&client_at(server, 0), SUBSCRIPTION, query).await
}

fn machines_of(groups: &[&str]) -> Query {
    Query { machines: groups.iter().map(|name| Group::named(name)).collect(), ..Query::default() }
}

fn scale_sets() -> Query {
    Query { scale_sets: vec![Group::All], ..Query::default() }
}

/// Returns the last parts of the ids by kind.
fn names(fetched: &Fetched) -> BTreeMap<&'static str, Vec<String>> {
    let mut names: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for Facts { kind, id, .. } in fetched.facts() {
        names.entry(*kind).or_default().push(id.rsplit('/').next().unwrap().to_owned());
    }
    names
}

fn expected(kinds: &[(&'static str, &[&str])]) -> BTreeMap<&'static str, Vec<String>> {
    kinds.iter().map(|(kind, names)| (*kind, names.iter().map(|name| (*name).to_owned()).collect())).collect()
}

/// The paths of the requests, without the directory's and without the versions of the API.
fn asked(server: &Server) -> Vec<String> {
    let requests = server.requests();
    let paths = requests.iter().map(Request::path).filter(|path| !path.starts_with("/t/oauth2"));
    let mut paths: Vec<String> = paths
        .map(|path| {
            path.split(['?', '&'])
                .filter(|part| !part.starts_with("api-version"))
                .collect::<Vec<_>>()
                .join("?")
        })
        .collect();
    paths.sort();
    paths
}

fn id(group: &str, kind: &str, name: &str) -> String {
    format!("/subscriptions/sub/resourceGroups/{group}/providers/Microsoft.{kind}/{name}")
}

fn machine(group: &str, name: &str, interface: &str) -> Json {
    json!({"id": id(group, "Compute/virtualMachines", name), "name": name,
           "properties": {"networkProfile": {"networkInterfaces": [{"id": interface}]}}})
}

fn interface(group: &str, name: &str, address: Option<&str>) -> Json {
    let address = address.map(|id| json!({"id": id}));
    json!({"id": id(group, "Network/networkInterfaces", name),
           "properties": {"ipConfigurations": [{"properties": {"publicIPAddress": address}}]}})
}

fn address(group: &str, name: &str) -> Json {
    json!({"id": id(group, "Network/publicIPAddresses", name)})
}

fn status(group: &str, name: &str) -> Json {
    json!({"id": id(group, "Compute/virtualMachines", name), "properties": {"instanceView": {"statuses": []}}})
}

fn list(items: &[Json]) -> (u16, Json) {
    (200, json!({"value": items}))
}

fn fault(status: u16, code: &str) -> (u16, Json) {
    (status, json!({"error": {"code": code, "message": format!("no {code}")}}))
}

/// Two machines; the second one's interface is in another group and spelled differently; a third interface and a
/// second address belong to nobody.
fn small(path: &str) -> (u16, Json) {
    let nic = |group, name| id(group, "Network/networkInterfaces", name);
    let pip = id("RG", "Network/publicIPAddresses", "p1");
    if path.contains("statusOnly") {
        list(&[status("rg", "a"), status("rg", "b"), status("other", "c")])
    } else if path.contains("virtualMachines") {
        list(&[machine("RG", "a", &nic("rg", "n1")), machine("rg", "b", &nic("NET", "N2"))])
    } else if path.contains("networkInterfaces") {
        list(&[interface("rg", "n1", Some(&pip)), interface("net", "n2", None), interface("rg", "n3", None)])
    } else {
        list(&[address("rg", "p1"), address("rg", "p2")])
    }
}

#[tokio::test]
async fn a_subscription_takes_four_lists_joined_by_id() {
    let server = serve(|path, _| small(path));
    let fetched = fetch_from(&server, &machines_of(&["*"])).await.unwrap();
    let kinds = [
        ("vm", &["a", "b"][..]),
        ("vm_status", &["a", "b"]),
        ("network_interface", &["n1", "n2"]),
        ("public_ip", &["p1"]),
    ];
    assert_eq!(names(&fetched), expected(&kinds));
    assert_eq!(fetched.warnings, []);
    let provider = |name: &str| format!("/subscriptions/sub/providers/Microsoft.{name}");
    let paths = [
        provider("Compute/virtualMachines"),
        provider("Compute/virtualMachines?statusOnly=true"),
        provider("Network/networkInterfaces"),
        provider("Network/publicIPAddresses"),
    ];
    assert_eq!(asked(&server), paths);
    let tokens = server.requests().iter().filter(|request| request.head.starts_with("POST")).count();
    assert_eq!(tokens, 1);
    // The record and its id are as they were spelled.
    let first = fetched.facts().next().unwrap();
    assert_eq!(first.id, id("rg", "Compute/virtualMachines", "a").to_lowercase());
    let whole = &id("RG", "Compute/virtualMachines", "a");
    assert_eq!(references::text_at(&first.record, &["id"]).unwrap(), whole);
}

#[tokio::test]
async fn some_groups_take_their_own_lists_and_what_these_lack_is_asked_for() {
    let server = serve(|path, _| {
        let nic = id("net", "Network/networkInterfaces", "n2");
        if path.contains("/resourceGroups/net/") {
            return (200, interface("net", "n2", None));
        }
        match path.contains("/resourceGroups/rg/") && path.contains("virtualMachines") {
            true => list(&[machine("rg", "b", &nic)]),
            false if path.contains("statusOnly") => list(&[status("rg", "b"), status("other", "c")]),
            false => list(&[]),
        }
    });
    let fetched = fetch_from(&server, &machines_of(&["rg"])).await.unwrap();
    let kinds = [("vm", &["b"][..]), ("vm_status", &["b"]), ("network_interface", &["n2"])];
    assert_eq!(names(&fetched), expected(&kinds));
    let group = "/subscriptions/sub/resourceGroups/rg/providers/Microsoft";
    let paths = [
        "/subscriptions/sub/providers/Microsoft.Compute/virtualMachines?statusOnly=true".to_owned(),
        id("net", "Network/networkInterfaces", "n2"),
        format!("{group}.Compute/virtualMachines"),
        format!("{group}.Network/networkInterfaces"),
        format!("{group}.Network/publicIPAddresses"),
    ];
    assert_eq!(asked(&server), paths);
}

#[tokio::test]
async fn pages_are_followed_in_order() {
    let server = serve(|path, request| {
        let host = request.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let page = |name: &str, token: &str| {
            let nic = id("rg", "Network/networkInterfaces", "n1");
            // Behind what ends TLS the links are those of TLS.
            let start = format!("https://{host}{}&$skiptoken=", path.split("&$").next().unwrap());
            let link = if token.is_empty() { String::new() } else { start + token };
            (200, json!({"value": [machine("rg", name, &nic)], "nextLink": link}))
        };
        match path {
            _ if path.contains("statusOnly") => list(&["a", "b", "c"].map(|name| status("rg", name))),
            _ if path.contains("networkInterfaces") => list(&[interface("rg", "n1", None)]),
            _ if path.contains("publicIPAddresses") => list(&[]),
            _ if path.ends_with("$skiptoken=1") => page("b", "2"),
            _ if path.ends_with("$skiptoken=2") => page("c", ""),
            _ => page("a", "1"),
        }
    });
    let kinds = names(&fetch_from(&server, &machines_of(&["*"])).await.unwrap());
    assert_eq!(kinds["vm"], ["a", "b", "c"]);
}

#[tokio::test]
async fn instances_of_a_scale_set_take_three_lists_for_the_whole_set() {
    let server = serve(|path, _| {
        let set = |name: &str, mode: &str| json!({"id": id("rg", "Compute/virtualMachineScaleSets", name), "properties": {"orchestrationMode": mode}});
        let instance = id("rg", "Compute/virtualMachineScaleSets", "uni/virtualMachines/0");
        let nic = format!("{instance}/networkInterfaces/n");
        if path.contains("2025-04-01") {
            fault(400, "NoRegisteredProviderFound")
        } else if path.contains("publicipaddresses") {
            list(&[])
        } else if path.contains("networkInterfaces") {
            list(&[json!({"id": nic})])
        } else if path.contains("/uni/virtualMachines") {
            let view = json!({"statuses": []});
            list(&[
                json!({"id": instance, "properties": {"instanceView": view, "networkProfile": {"networkInterfaces": [{"id": nic}]}}}),
            ])
        } else {
            list(&[set("uni", "Uniform"), set("flex", "Flexible")])
        }
    });
    let fetched = fetch_from(&server, &scale_sets()).await.unwrap();
    let kinds =
        [("scale_set", &["uni"][..]), ("scale_set_vm", &["0"]), ("scale_set_network_interface", &["n"])];
    assert_eq!(names(&fetched), expected(&kinds));
    // One list of sets, one of instances, and two that are asked for by two versions of the API.
    assert_eq!(asked(&server).len(), 6);
}

#[tokio::test]
async fn what_the_lists_of_a_scale_set_lack_is_asked_for_by_id() {
    let server = serve(|path, _| {
        let instance = id("rg", "Compute/virtualMachineScaleSets", "uni/virtualMachines/0");
        let nic = format!("{instance}/networkInterfaces/n");
        match path.split('?').next().unwrap() {
            path if path.ends_with("instanceView") => (200, json!({"statuses": [1]})),
            path if path == nic => (200, json!({"id": nic})),
            path if path.ends_with("/uni/virtualMachines") => list(&[
                json!({"id": instance, "properties": {"networkProfile": {"networkInterfaces": [{"id": nic}]}}}),
            ]),
            path if path.ends_with("publicipaddresses") => fault(400, "NoRegisteredProviderFound"),
            path if path.ends_with("networkInterfaces") => fault(404, "NotFound"),
            _ => list(&[json!({"id": id("rg", "Compute/virtualMachineScaleSets", "uni"), "properties": {}})]),
        }
    });
    let fetched = fetch_from(&server, &scale_sets()).await.unwrap();
    let kinds =
        [("scale_set", &["uni"][..]), ("scale_set_vm", &["0"]), ("scale_set_network_interface", &["n"])];
    assert_eq!(names(&fetched), expected(&kinds));
    let instance = fetched.facts().find(|fact| fact.kind == "scale_set_vm").unwrap();
    assert!(references::at(&instance.record, &["properties", "instanceView", "statuses"]).is_some());
}

#[tokio::test]
async fn machines_of_arc_and_their_instances_on_stack_hci_are_apart() {
    let server = serve(|path, _| {
        let machine =
            |name: &str, kind: &str| json!({"id": id("rg", "HybridCompute/machines", name), "kind": kind});
        let nic = id("rg", "AzureStackHCI/networkInterfaces", "n");
        if path.contains("virtualMachineInstances") {
            let instance = format!(
                "{}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default",
                id("rg", "HybridCompute/machines", "hci")
            );
            list(&[
                json!({"id": instance, "properties": {"networkProfile": {"networkInterfaces": [{"id": nic}]}}}),
            ])
        } else if path.contains("networkInterfaces") {
            list(&[json!({"id": nic}), json!({"id": format!("{nic}2")})])
        } else {
            list(&[machine("arc", "AWS"), machine("hci", "HCI")])
        }
    });
    let query = Query { arc: vec![Group::All], hci: vec![Group::All], ..Query::default() };
    let fetched = fetch_from(&server, &query).await.unwrap();
    let kinds = [
        ("arc_machine", &["arc", "hci"][..]),
        ("hci_machine", &["hci"]),
        ("hci_instance", &["default"]),
        ("network_interface", &["n"]),
    ];
    assert_eq!(names(&fetched), expected(&kinds));
}

#[test]
fn permissions_are_those_of_the_query() {
    assert_eq!(Query::default().permissions(), [] as [&str; 0]);
    let query = Query { arc: vec![Group::All], hci: vec![Group::All], ..Query::default() };
    assert_eq!(query.permissions()[0], "Microsoft.HybridCompute/machines/read");
    assert_eq!(query.permissions().len(), 3);
    assert_eq!(machines_of(&["*"]).permissions().len(), 4);
}
