//! Answers that are refused, throttled, cut, or not those of Google.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Answers the first requests for instances with `first`, and all else well.
fn failing(times: usize, first: impl Fn() -> String + Send + Sync + 'static) -> Server {
    let asked = AtomicUsize::new(0);
    Server::start_raw(move |request| {
        if asked.fetch_add(1, Ordering::SeqCst) < times {
            return first();
        }
        answer(200, "", &two_pages(request).1.to_string())
    })
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

/// Returns an error as Compute Engine writes it.
fn old(code: u16, reason: &str, message: &str) -> String {
    let error = json!({"message": message, "domain": "global", "reason": reason});
    json!({"error": {"code": code, "message": message, "errors": [error]}}).to_string()
}

/// Returns an error as newer services write it.
fn new(code: u16, status: &str, details: &Json) -> String {
    json!({"error": {"code": code, "message": "no", "status": status, "details": details}}).to_string()
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_nothing_is_lost_or_doubled() {
    let whole = page(&[("a-1", &["one", "two"])], "").to_string();
    let half = whole[..whole.len() / 2].to_owned();
    let close = "Connection: close\r\n";
    let limited =
        json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}]);
    let rows = [
        answer(403, "Retry-After: 0\r\n", &old(403, "rateLimitExceeded", "Rate Limit Exceeded")),
        answer(403, "", &old(403, "userRateLimitExceeded", "User Rate Limit Exceeded")),
        answer(403, "", &new(403, "PERMISSION_DENIED", &limited)),
        answer(429, "Retry-After: 0\r\n", &new(429, "RESOURCE_EXHAUSTED", &json!([]))),
        answer(408, "", "{}"),
        answer(500, "", &old(500, "internalError", "Internal Error")),
        answer(502, "", "<html>Bad Gateway</html>"),
        answer(503, "", ""),
        answer(504, "Retry-After: soon\r\n", &old(504, "timeout", "late")),
        answer(200, "", &half),
        answer(200, "", "{}"),
        format!("HTTP/1.1 200 OK\r\n{close}Content-Length: 9999\r\n\r\n{half}"),
        format!("HTTP/1.1 200 OK\r\n{close}\r\n{half}"),
    ];
    for row in rows {
        let text = row.clone();
        let server = failing(2, move || text.clone());
        let fetched = fetch_with(&session(&server, 2), &query()).await;
        let (facts, _) = fetched.unwrap_or_else(|error| panic!("{row}: {error}"));
        assert_eq!(names(&facts), ["one", "two", "three", "four"], "{row}");
        let text = row.clone();
        let error = fetch_with(&session(&failing(9, move || text.clone()), 1), &query()).await.unwrap_err();
        assert_eq!(error.operation, "list instances");
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
}

#[tokio::test]
async fn what_will_not_pass_is_asked_once_and_named() {
    let info = |reason: &str, service: &str| {
        json!([{"@type": "type.googleapis.com/google.rpc.Help", "links": []},
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": {"service": service}}])
    };
    let rows = [
        (403, old(403, "forbidden", "no"), ErrorKind::Denied, "forbidden: no", "`compute.instances.list`"),
        (
            403,
            old(403, "forbidden", "no"),
            ErrorKind::Denied,
            "forbidden: no",
            "`roles/compute.viewer`, on the project",
        ),
        (
            403,
            old(403, "accessNotConfigured", "off"),
            ErrorKind::Denied,
            "accessNotConfigured: off",
            "services enable compute.googleapis.com`",
        ),
        (
            403,
            new(403, "PERMISSION_DENIED", &info("SERVICE_DISABLED", "x.googleapis.com")),
            ErrorKind::Denied,
            "SERVICE_DISABLED: no",
            "enable x.googleapis.com",
        ),
        (
            403,
            new(403, "PERMISSION_DENIED", &json!([])),
            ErrorKind::Denied,
            "PERMISSION_DENIED: no",
            "compute.instances.list",
        ),
        (
            403,
            old(403, "insufficientPermissions", "scopes"),
            ErrorKind::Denied,
            "insufficientPermissions: scopes",
            "`scopes`",
        ),
        (
            403,
            json!({"error": {"message": "only"}}).to_string(),
            ErrorKind::Denied,
            "HTTP status 403: only",
            "grant",
        ),
        (404, old(404, "notFound", "no p"), ErrorKind::NotFound, "notFound: no p", "`projects`"),
        (
            400,
            old(400, "invalid", "Invalid value for field 'filter': 'x'."),
            ErrorKind::Config,
            "invalid: Invalid value for field 'filter': 'x'.",
            "`filters`",
        ),
        (
            401,
            old(401, "authError", "Invalid Credentials"),
            ErrorKind::Auth,
            "authError: Invalid Credentials",
            "clock",
        ),
        (403, String::new(), ErrorKind::Denied, "HTTP status 403 with no error code", ""),
        (
            403,
            "<html>no</html>".to_owned(),
            ErrorKind::Denied,
            "HTTP status 403 with a web page instead of an answer",
            "HTTPS_PROXY",
        ),
    ];
    for (status, body, kind, message, hint) in rows {
        let server = failing(9, move || answer(status, "", &body));
        let error = fetch_with(&session(&server, 5), &query()).await.unwrap_err();
        assert_eq!((error.kind, error.operation), (kind, "list instances"), "{error}");
        assert_eq!(error.message, message);
        assert!(error.hint.clone().unwrap_or_default().contains(hint), "{message}: {:?}", error.hint);
        assert_eq!(server.requests().len(), 1, "{message}");
    }
}

#[tokio::test]
async fn a_longer_wait_than_the_deadline_leaves_is_an_error_at_once() {
    let body = old(403, "rateLimitExceeded", "Rate Limit Exceeded");
    let server = failing(1, move || answer(403, "Retry-After: 1200\r\n", &body));
    let error = fetch_with(&session(&server, 5), &query()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert!(error.message.contains("it asks to wait 1200 s, but the deadline leaves "), "{error}");
}

#[tokio::test]
async fn tokens_of_pages_in_a_circle_are_an_error() {
    let server = serve(|_| (200, page(&[("a-1", &["one"])], "again")));
    let error = fetch(&server, &query()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadResponse);
    assert!(
        error.message.starts_with("page 2: the token of the next page is that of an earlier one"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_later_page_that_fails_fails_the_project() {
    let server = serve(|request| match request.parameter("pageToken") {
        None => two_pages(request),
        Some(_) => (200, json!("text")),
    });
    let error = fetch(&server, &query()).await.unwrap_err();
    assert!(error.message.starts_with("page 2: the answer is not the JSON of a list"), "{error}");
}

#[tokio::test]
async fn a_project_cannot_be_another_path() {
    let server = serve(two_pages);
    let (session, query) = (session(&server, 0), query());
    for name in ["", ".", ".."] {
        let error = project(session.client(), name, None, &query).next().await.unwrap().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config, "{name}");
    }
    project(session.client(), "../a b", None, &query).next().await.unwrap().unwrap();
    project(session.client(), "example.com:p", None, &query).next().await.unwrap().unwrap();
    let paths: Vec<_> = server.requests().iter().map(|request| request.path().to_owned()).collect();
    assert!(paths.contains(&"/compute/v1/projects/..%2Fa%20b/aggregated/instances".to_owned()), "{paths:?}");
    assert!(
        paths.contains(&"/compute/v1/projects/example.com:p/aggregated/instances".to_owned()),
        "{paths:?}"
    );
}
