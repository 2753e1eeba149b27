//! Answers that are refused, throttled, cut, or not those of Azure.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

fn all() -> Query {
    machines_of(&["*"])
}

/// Answers the first requests about network interfaces with `first`, and all else well.
fn failing(times: usize, first: impl Fn() -> String + Send + Sync + 'static) -> Server {
    let asked = AtomicUsize::new(0);
    Server::start_raw(move |request| {
        if request.path().contains("networkInterfaces") && asked.fetch_add(1, Ordering::SeqCst) < times {
            return first();
        }
        let body = match request.head.starts_with("POST") {
            true => r#"{"access_token":"planted-token","expires_in":3599}"#.to_owned(),
            false => small(request.path()).1.to_string(),
        };
        answer(200, "", &body)
    })
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

async fn fetch_with(server: &Server, retries: u32) -> Result<Fetched, Error> {
    subscription(&client_at(server, retries), SUBSCRIPTION, &all()).await
}

fn error_body(code: &str) -> String {
    fault(400, code).1.to_string()
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_nothing_is_lost_or_doubled() {
    let whole = small("networkInterfaces").1.to_string();
    let half = whole[..whole.len() / 2].to_owned();
    let close = "Connection: close\r\n";
    let cut = format!("HTTP/1.1 200 OK\r\n{close}Content-Length: 9999\r\n\r\n{half}");
    let rows = [
        answer(429, "Retry-After: 0\r\n", &error_body("TooManyRequests")),
        answer(408, "", "{}"),
        answer(500, "", &error_body("InternalServerError")),
        answer(502, "", "<html>Bad Gateway</html>"),
        answer(503, "", ""),
        answer(504, "Retry-After: soon\r\n", &error_body("GatewayTimeout")),
        answer(200, "", &half),
        answer(200, "", "{}"),
        cut,
        format!("HTTP/1.1 200 OK\r\n{close}\r\n{half}"),
    ];
    let complete = names(&fetch_with(&failing(0, String::new), 0).await.unwrap());
    for row in rows {
        let text = row.clone();
        let server = failing(2, move || text.clone());
        let fetched = fetch_with(&server, 2).await.unwrap_or_else(|error| panic!("{row}: {error}"));
        assert_eq!(names(&fetched), complete, "{row}");
        let text = row.clone();
        let error = fetch_with(&failing(9, move || text.clone()), 1).await.unwrap_err();
        assert_eq!(error.operation, "list network interfaces");
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
}

#[tokio::test]
async fn what_will_not_pass_is_asked_once_and_named() {
    let rows = [
        (403, "AuthorizationFailed", ErrorKind::Denied, "Microsoft.Network/networkInterfaces/read"),
        (404, "SubscriptionNotFound", ErrorKind::Config, "subscription_id"),
        (404, "InvalidResourceType", ErrorKind::Config, ""),
        (404, "ResourceNotFound", ErrorKind::NotFound, ""),
        (401, "InvalidAuthenticationTokenTenant", ErrorKind::Auth, "`tenant`"),
        (400, "InvalidApiVersionParameter", ErrorKind::Config, ""),
    ];
    for (status, code, kind, hint) in rows {
        let server = failing(9, move || answer(status, "", &error_body(code)));
        let error = fetch_with(&server, 5).await.unwrap_err();
        assert_eq!((error.kind, error.operation), (kind, "list network interfaces"));
        assert_eq!(error.message, format!("{code}: no {code}"));
        assert!(error.hint.unwrap_or_default().contains(hint), "{code}");
        let asked =
            server.requests().iter().filter(|request| request.path().contains("networkInterfaces")).count();
        assert_eq!(asked, 1, "{code}");
    }
}

#[tokio::test]
async fn a_web_page_is_named_and_not_asked_for_again() {
    let server = failing(9, || answer(200, "", "<!DOCTYPE html><html>Log in</html>"));
    let error = fetch_with(&server, 5).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadResponse);
    assert!(error.message.contains("a proxy or portal answered instead of Azure"), "{error}");
    assert!(error.hint.unwrap().contains("HTTPS_PROXY"));
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_fails_at_once() {
    let server = failing(1, || answer(429, "Retry-After: 1200\r\n", &error_body("TooManyRequests")));
    let error = fetch_with(&server, 5).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert!(error.message.contains("it asks to wait 1200 s, but the deadline leaves "), "{error}");
}

#[tokio::test]
async fn a_token_that_runs_out_is_renewed_once() {
    let expired = || answer(401, "", &error_body("ExpiredAuthenticationToken"));
    let server = failing(1, expired);
    fetch_with(&server, 0).await.unwrap();
    let tokens =
        |server: &Server| server.requests().iter().filter(|request| request.head.starts_with("POST")).count();
    assert_eq!(tokens(&server), 2);
    let server = failing(9, expired);
    let error = fetch_with(&server, 5).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Auth);
    assert_eq!(tokens(&server), 2);
}

#[tokio::test]
async fn links_to_other_hosts_and_in_circles_are_errors() {
    for (link, message) in [
        (
            "https://evil.example.com/x",
            "page 1: the link of the next page leads to another host, `evil.example.com`",
        ),
        (
            "/subscriptions/sub/providers/Microsoft.Network/networkInterfaces?a",
            "page 2: the token of the next page is that of an earlier one",
        ),
        (
            "http://127.0.0.1:1/x",
            "page 1: the link of the next page leads elsewhere, to `http://127.0.0.1:1`",
        ),
        ("http://[", "page 1: the link of the next page is not an address"),
    ] {
        let body = json!({"value": [], "nextLink": link}).to_string();
        let error = fetch_with(&failing(9, move || answer(200, "", &body)), 0).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadResponse);
        assert!(error.message.starts_with(message), "{error}");
    }
}

#[tokio::test]
async fn an_odd_item_costs_a_warning_and_not_the_page() {
    let body = json!({"value": [
        {"name": "odd"}, 3, {"id": 7}, {"id": ""},
        interface("rg", "n1", None), interface("net", "n2", None),
    ]});
    let server = failing(9, move || answer(200, "", &body.to_string()));
    let fetched = fetch_with(&server, 0).await.unwrap();
    assert_eq!(names(&fetched)["network_interface"], ["n1", "n2"]);
    assert_eq!(fetched.warnings.len(), 4);
    assert_eq!(
        fetched.warnings[0],
        Note::of_loss(
            "list network interfaces: item 1 of page 1, `odd`, is left out: it is no object with an `id`"
        )
    );
}

#[tokio::test]
async fn what_python_reads_costs_no_machine_and_what_cannot_be_read_is_told() {
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let machine = |name: &str, odd: &str| {
        let text = machine("rg", name, &id("rg", "Network/networkInterfaces", name)).to_string();
        format!(r#"{},"odd":{odd}}}"#, text.strip_suffix('}').unwrap())
    };
    let rows = [r#""cut \ud83d""#.to_owned(), "1e999".to_owned(), nested(400), nested(1000)];
    let machines: Vec<String> =
        rows.iter().zip(["a", "b", "c", "d"]).map(|(odd, name)| machine(name, odd)).collect();
    let body = format!(r#"{{"value": [{}]}}"#, machines.join(","));
    let interfaces = json!({"value": [interface("rg", "a", None)]})
        .to_string()
        .replace("\"id\"", r#""tags":{"x":"\ud83d"},"id""#);
    let server = Server::start_raw(move |request| match request.path().split('?').next().unwrap() {
        _ if request.head.starts_with("POST") => answer(200, "", r#"{"access_token":"t","expires_in":3599}"#),
        _ if request.path().contains("statusOnly") => answer(200, "", r#"{"value":[]}"#),
        path if path.ends_with("/virtualMachines") => answer(200, "", &body),
        path if path.ends_with("/networkInterfaces") => answer(200, "", &interfaces),
        path if path.ends_with("/publicIPAddresses") => answer(200, "", r#"{"value":[]}"#),
        path if path.ends_with("/instanceView") => answer(200, "", r#"{"statuses": [{"x": "\ud83d"}]}"#),
        _ => answer(404, "", &error_body("ResourceNotFound")),
    });
    let fetched = fetch_with(&server, 0).await.unwrap();
    let names = names(&fetched);
    assert_eq!(names["vm"], ["a", "b", "c"]);
    assert_eq!(names["vm_status"], ["a", "b", "c"]);
    assert_eq!(names["network_interface"], ["a"]);
    assert_eq!(
        fetched.warnings[0],
        Note::of_loss(
            "list virtual machines: item 4 of page 1, `d`, is left out: it cannot be read: recursion limit exceeded \
             at line 1 column 385"
        )
    );
}

#[tokio::test]
async fn what_is_deleted_between_two_lists_does_not_fail_the_run() {
    let server = serve(|path, _| {
        let machine = |name: &str| machine("rg", name, &id("rg", "Network/networkInterfaces", "n9"));
        match path.split('?').next().unwrap() {
            _ if path.contains("statusOnly") => list(&[status("rg", "a")]),
            path if path.ends_with("/virtualMachines") => list(&[machine("a"), machine("b"), machine("c")]),
            path if path.ends_with("/c/instanceView") => (200, json!({"statuses": []})),
            path if path.ends_with("/networkInterfaces") || path.ends_with("/publicIPAddresses") => list(&[]),
            _ => fault(404, "ResourceNotFound"),
        }
    });
    let fetched = fetch_from(&server, &all()).await.unwrap();
    assert_eq!(names(&fetched), expected(&[("vm", &["a", "c"][..]), ("vm_status", &["a", "c"])]));
    let (gone, missing) = (
        "`/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/b` was deleted",
        "n9` is referred to but does not exist",
    );
    for words in [gone, missing] {
        assert!(
            fetched.warnings.iter().any(|note| note.is_loss && note.message.contains(words)),
            "{:?}",
            fetched.warnings
        );
    }
}

#[tokio::test]
async fn only_what_does_not_exist_is_gone() {
    for (code, is_gone) in [
        ("ResourceNotFound", true),
        ("NotFound", true),
        ("ParentResourceNotFound", true),
        ("ResourceGroupNotFound", true),
        ("SubscriptionNotFound", false),
        ("InvalidResourceType", false),
        ("MissingApiVersionParameter", false),
    ] {
        let server = serve(move |path, _| match path.split('?').next().unwrap() {
            path if path.ends_with("/instanceView") => fault(404, code),
            _ if path.contains("statusOnly") => list(&[]),
            path if path.ends_with("/virtualMachines") => list(&[machine("rg", "a", "")]),
            path if path.contains("/networkInterfaces") || path.contains("/publicIPAddresses") => list(&[]),
            _ => fault(404, "ResourceNotFound"),
        });
        match fetch_from(&server, &all()).await {
            Ok(fetched) => assert!(is_gone && fetched.facts().count() == 0, "{code}"),
            Err(error) => assert!(!is_gone && error.message.contains(code), "{code}: {error}"),
        }
    }
}

#[tokio::test]
async fn resources_are_not_asked_for_any_more_when_one_fails() {
    let rows =
        [(403, "AuthorizationFailed"), (401, "InvalidAuthenticationTokenTenant"), (400, "BadParameter")];
    for (status, code) in rows {
        let interface = id("rg", "Network/networkInterfaces", "n");
        let machines: Vec<Json> =
            (0..300).map(|number| machine("rg", &format!("m{number}"), &interface)).collect();
        let server = serve(move |path, _| match path.split('?').next().unwrap() {
            path if path.ends_with("/instanceView") => fault(status, code),
            _ if path.contains("statusOnly") => list(&[]),
            path if path.ends_with("/virtualMachines") => list(&machines),
            path if path.ends_with("/networkInterfaces") => list(&[super::interface("rg", "n", None)]),
            _ => list(&[]),
        });
        let error = fetch_from(&server, &all()).await.unwrap_err();
        assert!(error.message.contains(code), "{error}");
        let asked = asked(&server).iter().filter(|path| path.contains("instanceView")).count();
        assert!((1..100).contains(&asked), "{code}: {asked}");
    }
}

#[tokio::test]
async fn a_list_that_does_not_exist_fails_the_run() {
    for part in ["virtualMachines", "statusOnly", "networkInterfaces", "publicIPAddresses"] {
        let server = serve(move |path, _| {
            let is_states = path.contains("statusOnly");
            let is_asked = if is_states { part == "statusOnly" } else { path.contains(part) };
            if is_asked { fault(404, "ResourceNotFound") } else { small(path) }
        });
        let error = fetch_from(&server, &all()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{part}");
        assert_eq!(error.message, "ResourceNotFound: no ResourceNotFound", "{part}");
    }
}

#[tokio::test]
async fn a_scale_set_that_is_deleted_while_sets_are_listed_costs_a_warning() {
    let set = |name: &str| id("rg", "Compute/virtualMachineScaleSets", name);
    // In the middle of the lists of the set, or before any of them.
    for gone in ["/late/virtualMachines", "/late/"] {
        let server = serve(move |path, _| match path.split('?').next().unwrap() {
            path if path.contains(gone) => fault(404, "ResourceNotFound"),
            path if path.ends_with("/virtualMachineScaleSets") => {
                list(&["late", "kept"].map(|name| json!({"id": set(name), "properties": {}})))
            }
            path if path.ends_with("/virtualMachines") => {
                let view = json!({"instanceView": {"statuses": [1]}});
                list(&[json!({"id": format!("{}/virtualMachines/0", set("kept")), "properties": view})])
            }
            _ => list(&[]),
        });
        let fetched = fetch_from(&server, &scale_sets()).await.unwrap();
        let kinds = [("scale_set", &["late", "kept"][..]), ("scale_set_vm", &["0"])];
        assert_eq!(names(&fetched), expected(&kinds), "{gone}");
        let warning = format!("`{}` was deleted while scale sets were listed, and is left out", set("late"));
        assert_eq!(fetched.warnings, [Note::of_loss(warning)], "{gone}");
    }
    let server = serve(|path, _| match path.split('?').next().unwrap() {
        path if path.ends_with("/virtualMachineScaleSets") => fault(404, "ResourceNotFound"),
        _ => list(&[]),
    });
    assert_eq!(fetch_from(&server, &scale_sets()).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn who_may_read_one_group_only_gets_its_machines() {
    let server = serve(|path, _| match path.split('?').next().unwrap() {
        path if !path.contains("/resourceGroups/rg/") => fault(403, "AuthorizationFailed"),
        path if path.ends_with("instanceView") => (200, json!({"statuses": []})),
        path if path.ends_with("/virtualMachines") => {
            list(&[machine("rg", "a", &id("rg", "Network/networkInterfaces", "n1"))])
        }
        path if path.ends_with("/networkInterfaces") => list(&[interface("rg", "n1", None)]),
        _ => list(&[]),
    });
    let fetched = fetch_from(&server, &machines_of(&["rg"])).await.unwrap();
    let kinds = [("vm", &["a"][..]), ("vm_status", &["a"]), ("network_interface", &["n1"])];
    assert_eq!(names(&fetched), expected(&kinds));
    let [slow] = &fetched.warnings[..] else { panic!("{:?}", fetched.warnings) };
    assert!(slow.message.contains("`Microsoft.Compute/virtualMachines/read` on the subscription"));
    assert!(!slow.is_loss, "no host is lost");
    let error = fetch_from(&server, &all()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
}
