//! Machines, interfaces and addresses from Resource Graph.

use inventory_core::config::native::Backend;
use inventory_core::value::Value;

use super::*;

fn by_graph(groups: &[&str]) -> Query {
    Query { backend: Backend::ResourceGraph, ..machines_of(groups) }
}

/// A row of Resource Graph: the resource with the columns that it does not have, and the state of a machine.
fn row(mut resource: Json, kind: &str, power: Option<&str>) -> Json {
    resource["type"] = json!(format!("microsoft.{}", kind.to_lowercase()));
    for column in ["tags", "zones", "plan", "sku", "identity", "extendedLocation"] {
        resource[column] = Json::Null;
    }
    resource["kind"] = json!("");
    if let Some(power) = power {
        let state = json!({"code": format!("PowerState/{power}"), "level": "Info", "displayStatus": format!("VM {power}")});
        resource["properties"]["extended"] =
            json!({"instanceView": {"computerName": "c", "osName": "ubuntu", "powerState": state}});
    }
    resource
}

fn rows(rows: &[Json], token: Option<&str>, total: usize) -> (u16, Json) {
    let mut answer = json!({"totalRecords": total, "count": rows.len(), "data": rows, "facets": [], "resultTruncated": "false"});
    if let Some(token) = token {
        answer["$skipToken"] = json!(token);
    }
    (200, answer)
}

/// The table that a request to Resource Graph asks for, the token and the query.
fn question(request: &Request) -> (&'static str, Option<String>, String) {
    let body: Json = serde_json::from_str(&request.body).unwrap();
    let query = body["query"].as_str().unwrap().to_owned();
    assert_eq!(body["subscriptions"], json!(["sub"]));
    assert_eq!(
        (&body["options"]["$top"], &body["options"]["resultFormat"]),
        (&json!(1000), &json!("objectArray"))
    );
    let tables = ["virtualMachines", "networkInterfaces", "publicIPAddresses"];
    let table = tables.into_iter().find(|table| query.contains(table)).unwrap();
    (table, body["options"]["$skipToken"].as_str().map(str::to_owned), query)
}

fn is_question(path: &str) -> bool {
    path == "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"
}

fn vm(name: &str, power: Option<&str>) -> Json {
    row(machine("rg", name, &id("RG", "Network/networkInterfaces", "n1")), "Compute/virtualMachines", power)
}

fn nic() -> Json {
    row(
        interface("rg", "n1", Some(&id("rg", "Network/publicIPAddresses", "p1"))),
        "Network/networkInterfaces",
        None,
    )
}

fn public() -> Json {
    row(address("rg", "p1"), "Network/publicIPAddresses", None)
}

#[tokio::test]
async fn rows_become_what_resource_manager_lists() {
    let server = serve(|path, request| {
        assert!(is_question(path), "{path}");
        match question(request) {
            ("virtualMachines", None, _) => rows(&[vm("a", Some("running"))], Some("2"), 2),
            ("virtualMachines", Some(token), _) if token == "2" => {
                rows(&[vm("b", Some("deallocated"))], None, 2)
            }
            ("networkInterfaces", None, _) => rows(&[nic()], None, 1),
            ("publicIPAddresses", None, _) => rows(&[public()], None, 1),
            other => panic!("{other:?}"),
        }
    });
    let fetched = fetch_from(&server, &by_graph(&["*"])).await.unwrap();
    assert_eq!(fetched.warnings, []);
    let kinds = [
        ("vm", &["a", "b"][..]),
        ("vm_status", &["a", "b"]),
        ("network_interface", &["n1"]),
        ("public_ip", &["p1"]),
    ];
    assert_eq!(names(&fetched), expected(&kinds));
    assert_eq!(asked(&server).len(), 4);
    let records: Vec<&Value> = fetched.facts().map(|fact| &fact.record).collect();
    let mut listed = machine("rg", "a", &id("RG", "Network/networkInterfaces", "n1"));
    listed["type"] = json!("Microsoft.Compute/virtualMachines");
    assert_eq!(*records[0], Value::from(listed));
    let view = json!({"computerName": "c", "osName": "ubuntu",
        "statuses": [{"code": "PowerState/deallocated", "level": "Info", "displayStatus": "VM deallocated"}]});
    let state = json!({"id": id("rg", "Compute/virtualMachines", "b"), "properties": {"instanceView": view}});
    assert_eq!(*records[3], Value::from(state));
    assert_eq!(references::text_at(records[4], &["type"]).unwrap(), "Microsoft.Network/networkInterfaces");
    assert!(references::at(records[4], &["kind"]).is_none());
}

#[tokio::test]
async fn groups_limit_the_machines_and_one_without_any_is_listed() {
    let server = serve(|path, request| {
        if !is_question(path) {
            let group = path.split('/').nth(4).unwrap();
            return if group == "empty" { list(&[]) } else { fault(404, "ResourceGroupNotFound") };
        }
        match question(request) {
            ("virtualMachines", _, query) => {
                assert!(query.contains("| where resourceGroup in~ ('RG', '"), "{query}");
                rows(&[vm("a", Some("running"))], None, 1)
            }
            ("networkInterfaces", _, query) => {
                assert!(!query.contains("resourceGroup"), "{query}");
                rows(&[nic()], None, 1)
            }
            _ => rows(&[public()], None, 1),
        }
    });
    let fetched = fetch_from(&server, &by_graph(&["RG", "empty"])).await.unwrap();
    assert_eq!(names(&fetched)["vm"], ["a"]);
    assert_eq!(asked(&server).len(), 4);
    let error = fetch_from(&server, &by_graph(&["RG", "none"])).await.unwrap_err();
    assert_eq!((error.kind, error.operation), (ErrorKind::NotFound, "list virtual machines"));
}

#[tokio::test]
async fn what_resource_graph_does_not_hold_yet_resource_manager_is_asked_for() {
    let server = serve(|path, request| {
        if !is_question(path) {
            return match path.split('?').next().unwrap() {
                path if path.ends_with("/a/instanceView") => {
                    (200, json!({"statuses": [{"code": "PowerState/running"}]}))
                }
                path if path.ends_with("/b/instanceView") => fault(404, "ResourceNotFound"),
                path if path.ends_with("/n1") => (200, interface("rg", "n1", None)),
                path => panic!("{path}"),
            };
        }
        match question(request).0 {
            "virtualMachines" => rows(&[vm("a", None), vm("b", None), vm("c", Some("running"))], None, 3),
            _ => rows(&[], None, 0),
        }
    });
    let fetched = fetch_from(&server, &by_graph(&["*"])).await.unwrap();
    let kinds = [("vm", &["a", "c"][..]), ("vm_status", &["c", "a"]), ("network_interface", &["n1"])];
    assert_eq!(names(&fetched), expected(&kinds));
    let [gone] = &fetched.warnings[..] else { panic!("{:?}", fetched.warnings) };
    assert!(gone.is_loss && gone.message.contains("/b` was deleted"), "{gone:?}");
}

#[tokio::test]
async fn many_states_that_resource_graph_does_not_hold_are_one_list() {
    let machines = ["a", "b", "c", "d", "e"];
    let server = serve(move |path, request| match is_question(path) {
        false if path.contains("statusOnly=true") => list(&machines.map(|name| status("rg", name))),
        false => panic!("{path}"),
        true => match question(request).0 {
            "virtualMachines" => rows(&machines.map(|name| vm(name, None)), None, 5),
            "networkInterfaces" => rows(&[nic()], None, 1),
            _ => rows(&[public()], None, 1),
        },
    });
    let fetched = fetch_from(&server, &by_graph(&["*"])).await.unwrap();
    assert_eq!(names(&fetched)["vm_status"], machines);
    assert_eq!(asked(&server).len(), 4);
}

#[tokio::test]
async fn a_result_that_lacks_rows_or_goes_in_a_circle_is_an_error() {
    type Answer = fn() -> (u16, Json);
    let answers: [(Answer, &str); 3] = [
        (|| rows(&[vm("a", Some("running"))], None, 7), "page 1: the result is truncated: 1 of 7 rows"),
        (
            || rows(&[vm("a", Some("running"))], Some("same"), 7),
            "page 2: the token of the next page is that of an earlier one",
        ),
        (|| (200, json!({"value": []})), "page 1: the answer is not the JSON of a list or resource"),
    ];
    for (answer, message) in answers {
        let server = serve(move |_, request| match question(request).0 {
            "virtualMachines" => answer(),
            _ => rows(&[], None, 0),
        });
        let error = fetch_from(&server, &by_graph(&["*"])).await.unwrap_err();
        assert_eq!((error.kind, error.operation), (ErrorKind::BadResponse, "query virtual machines"));
        assert!(error.message.starts_with(message), "{error}");
    }
}

#[tokio::test]
async fn a_throttled_query_waits_as_long_as_the_quota_says() {
    let answered = std::sync::atomic::AtomicU32::new(0);
    let server = Server::start_raw(move |request| {
        let (status, headers, body) = if request.head.starts_with("POST /t/oauth2") {
            (200, "", json!({"access_token": "planted-token", "expires_in": 3599}))
        } else if answered.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
            let quota = "x-ms-user-quota-remaining: 0\r\nx-ms-user-quota-resets-after: 09:00:00\r\n";
            (429, quota, fault(429, "RateLimiting").1)
        } else {
            (200, "", rows(&[], None, 0).1)
        };
        let body = body.to_string();
        format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
    });
    let query = by_graph(&["*"]);
    let error = subscription(&client_at(&server, 2), SUBSCRIPTION, &query).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert!(error.message.contains("it asks to wait 32400 s"), "{error}");
}
