//! Long searches, which are made in parts.

use super::*;

/// How a service takes the pattern of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patterns {
    Known,
    /// They are no filter at all.
    Ignored,
    /// They fit no id, as plain text.
    Literal,
    Refused,
    Throttled,
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("i-{number:017x}")).collect()
}

/// A region with instances, one per page.
fn server(ids: Vec<String>, patterns: Patterns) -> Server {
    Server::start(move |request| {
        let part = request.body.split_once("=i-*").or_else(|| request.body.split_once("=i-%2A"));
        let last = part.and_then(|(_, rest)| rest.chars().next());
        let found: Vec<&String> = match (last, patterns) {
            (None, _) | (_, Patterns::Ignored) => ids.iter().collect(),
            (Some(last), Patterns::Known) => ids.iter().filter(|id| id.ends_with(last)).collect(),
            (Some(_), Patterns::Literal) => Vec::new(),
            (Some(_), Patterns::Refused) => return (400, fault("InvalidParameterValue")),
            (Some(_), Patterns::Throttled) => return (503, fault("RequestLimitExceeded")),
        };
        let token = request.body.split_once("NextToken=page-").map(|(_, rest)| rest);
        let digits = token.map(|rest| rest.split('&').next().unwrap_or(rest));
        let page: usize = digits.map_or(0, |digits| digits.parse().unwrap());
        let next = (page + 1 < found.len()).then(|| format!("page-{}", page + 1));
        let content = found.get(page).map(|id| reservation(id)).unwrap_or_default();
        (200, answer(&content, next.as_deref()))
    })
}

/// Returns what a search finds, and how many requests it took.
async fn search(ids: Vec<String>, patterns: Patterns, more: &str) -> (Vec<String>, usize) {
    let server = server(ids, patterns);
    let facts = fetch(&source_at(&server, &format!("regions: [eu-west-1]\n{more}"))).await.unwrap();
    let mut found: Vec<_> = facts.into_iter().map(|facts| facts.id.to_string()).collect();
    found.sort();
    (found, server.requests().len())
}

#[tokio::test]
async fn only_a_search_of_many_pages_is_made_in_parts() {
    for (count, requests) in [(0, 1), (3, 3), (4, 3 + 16), (40, 3 + 40)] {
        assert_eq!(search(ids(count), Patterns::Known, "").await, (ids(count), requests), "{count}");
    }
}

#[tokio::test]
async fn an_instance_is_missed_by_no_service_that_takes_the_parts_otherwise() {
    for (patterns, reason) in [
        (Patterns::Ignored, "the service does not filter"),
        (Patterns::Literal, "the service does not filter"),
        (Patterns::Refused, "InvalidParameterValue"),
        (Patterns::Throttled, "RequestLimitExceeded"),
    ] {
        let server = server(ids(40), patterns);
        let yaml = format!("endpoint_url: {}\n{KEYS}regions: [eu-west-1]\n", server.url);
        // With retries, of which parts take none.
        let source = source_within(&yaml, Budget::new(8, 8, Duration::from_secs(60)));
        let Page { facts, notes } = fetch_noted(&source).await.unwrap();
        let mut found: Vec<_> = facts.into_iter().map(|facts| facts.id.to_string()).collect();
        found.sort();
        assert_eq!(found, ids(40), "{patterns:?}");
        let requests = server.requests().len();
        // The first page of each part at most, and what is under way when the first of them fails.
        assert!(requests <= 2 * 16 + 40, "{patterns:?}: {requests}");
        let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
        assert!(notes.len() == 1 && notes.concat().contains(reason), "{patterns:?}: {notes:?}");
        let scope = source.plan().await.unwrap().scopes.remove(0);
        assert!(source.last_failure(Some(&scope)).is_none() && source.under_way(Some(&scope)).is_empty());
    }
}

#[tokio::test]
async fn an_id_that_belongs_to_no_part_is_found() {
    let strange = [ids(2), vec!["i-odd".to_owned()], ids(40).split_off(3)].concat();
    let mut expected = strange.clone();
    expected.sort();
    assert_eq!(search(strange, Patterns::Known, "").await.0, expected);
}

#[tokio::test]
async fn a_search_for_ids_is_never_made_in_parts() {
    let filter = "filters: {instance-id: ['i-0*']}\n";
    assert_eq!(search(ids(5), Patterns::Ignored, filter).await, (ids(5), 5));
}
