//! Answers that are cut, throttled or not those of AWS.

use std::sync::atomic::{AtomicUsize, Ordering};

use inventory_core::discovery::{Keeping, Task, run};

use super::*;

/// Fetches `eu-west-1` of a server that answers every request with one text, as it is.
async fn fetch_raw(text: String) -> Error {
    let server = Server::start_raw(move |_| text.clone());
    fetch(&source_at(&server, "regions: [eu-west-1]\n")).await.unwrap_err()
}

fn with_length(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn a_part_of_an_answer_is_never_taken_for_the_whole() {
    let whole = answer(&[reservation("i-1"), reservation("i-2")].concat(), Some("second"));
    let between = whole.find(&reservation("i-2")).unwrap();
    let before_token = whole.find("<nextToken>").unwrap();
    for end in [between, before_token, before_token + "<nextToken>sec".len(), whole.len() - 3] {
        let cut = &whole[..end];
        for text in [with_length(cut), format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{cut}")] {
            let error = fetch_raw(text).await;
            assert_eq!(error.kind, ErrorKind::BadResponse, "{error}");
            assert!(error.message.starts_with("page 1: the answer ends in the middle"), "{error}");
        }
    }
    let error = fetch_raw(with_length(&whole.replacen("</item>", "</oops></item>", 1))).await;
    assert_eq!(error.kind, ErrorKind::BadResponse, "{error}");
    assert!(error.message.ends_with("or is not well-formed XML"), "{error}");
    let error =
        fetch_raw(format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 999\r\n\r\n{whole}"))
            .await;
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
}

#[tokio::test]
async fn a_web_page_is_not_an_answer() {
    let error = fetch_raw(with_length("<!DOCTYPE html>\n<html><body>Log in</body></html>")).await;
    assert_eq!(error.kind, ErrorKind::BadResponse);
    assert!(error.message.contains("a proxy or portal answered instead of AWS"), "{error}");
    assert!(error.hint.unwrap().contains("HTTPS_PROXY"));
    let error = fetch_raw(with_length("<Other><Item/></Other>")).await;
    assert!(!error.message.contains('{'), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_cut_is_asked_for_again() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let text = answer(&reservation("i-1"), None);
        let end = if asked.fetch_add(1, Ordering::SeqCst) == 0 { text.len() / 2 } else { text.len() };
        (200, text[..end].to_owned())
    });
    let yaml = format!("endpoint_url: {}\n{KEYS}regions: [eu-west-1]\n", server.url);
    let source = source_within(&yaml, Budget::new(8, 1, Duration::from_secs(60)));
    assert_eq!(fetch(&source).await.unwrap().len(), 1);
    assert_eq!(server.requests().len(), 2);
}

/// It would say the same again.
#[tokio::test]
async fn an_answer_that_is_not_understood_is_asked_for_once() {
    let spoilt = reservation("i-1").replace("<tagSet>", "<launchTime>soon</launchTime><tagSet>");
    let server = Server::start(move |_| (200, answer(&spoilt, None)));
    let yaml = format!("endpoint_url: {}\n{KEYS}regions: [eu-west-1]\n", server.url);
    let source = source_within(&yaml, Budget::new(8, 1, Duration::from_secs(60)));
    let error = fetch(&source).await.unwrap_err();
    assert!(error.message.ends_with("instance `i-1`: `launch_time` is `soon`, not a time"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

/// With one request under way at most, a region that is throttled all the time does not keep the other from being
/// asked; the deadline then names the reason.
#[tokio::test]
async fn a_throttled_region_stops_no_other_and_is_named() {
    let server = Server::start(|request| {
        if request.head.contains("/eu-west-1/") {
            (503, fault("RequestLimitExceeded"))
        } else {
            (200, answer(&reservation("i-1"), None))
        }
    });
    let yaml = format!("endpoint_url: {}\n{KEYS}regions: [eu-west-1, eu-west-2]\n", server.url);
    let budget = Budget::new(1, 1000, Duration::from_secs(3));
    let errors = run(
        &[Task::from(Arc::new(source_within(&yaml, budget.clone())) as Arc<dyn Provider>)],
        &budget,
        &Keeping::default(),
        &(),
    )
    .await;
    let errors = errors.complete().unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let message = errors[0].error.to_string();
    let start = "aws/eu-west-1: fetch: not finished when the deadline of 3s passed; \
                 the last answer was RequestLimitExceeded (attempt ";
    assert!(message.starts_with(start), "{message}");
    let asked = server.requests();
    let throttled = asked.iter().filter(|request| request.head.contains("/eu-west-1/")).count();
    assert!(throttled > 2, "{throttled}");
    assert_eq!(asked.len() - throttled, 1);
}

#[tokio::test]
async fn a_service_that_refuses_connections_is_tried_twice() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let yaml = format!("endpoint_url: http://127.0.0.1:{port}\n{KEYS}regions: [eu-west-1]\n");
    let source = source_within(&yaml, Budget::new(8, 8, Duration::from_secs(60)));
    let start = std::time::Instant::now();
    let error = fetch(&source).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
    assert!(start.elapsed() < Duration::from_secs(5), "{error}");
}

#[tokio::test]
async fn pages_that_go_in_a_circle_are_an_error() {
    let server = Server::start(|request| {
        let next = if request.body.contains("NextToken=a") { "b" } else { "a" };
        (200, answer(&reservation("i-1"), Some(next)))
    });
    let error = fetch(&source_at(&server, "regions: [eu-west-1]\n")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadResponse);
    assert!(error.message.starts_with("page 3: the token of the next page"), "{error}");
}

/// All regions share a client; a date that answers for one says nothing of the others.
#[tokio::test]
async fn a_date_that_is_wrong_signs_no_other_call() {
    let server = Server::start_raw(|request| {
        let body = answer(&reservation("i-1"), None);
        let date =
            if request.head.contains("/eu-west-1/") { "Date: Thu, 01 Jan 2099 00:00:00 GMT\r\n" } else { "" };
        format!("HTTP/1.1 200 OK\r\n{date}Content-Length: {}\r\n\r\n{body}", body.len())
    });
    fetch(&source_at(&server, "regions: [eu-west-1, eu-west-2]\n")).await.unwrap();
    let asked = server.requests();
    let other = asked.iter().find(|request| request.head.contains("/eu-west-2/")).unwrap();
    assert!(!other.head.contains("/2099"), "{}", other.head);
}
