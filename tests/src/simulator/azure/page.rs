//! Pages of a list, and the links from one to the next.

use std::ops::Range;

use serde_json::{Value, json};

use super::answer::{Answer, Outcome};
use super::twist;
use crate::simulator::cloud::{Twist, World};
use crate::simulator::exchange::Request;

/// The most items that the services put on a page.
const SIZE: usize = 200;

/// A place in a list: the number of what items are made of, and how many of its items come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cursor {
    pub(super) index: u64,
    pub(super) skip: usize,
}

/// Some items of a list, and where the next ones begin.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) items: Vec<Value>,
    pub(super) next: Option<Cursor>,
}

/// Collects up to `size` items from a place on; `items` makes those of one number.
pub(super) fn slice(
    range: Range<u64>,
    from: Cursor,
    size: usize,
    items: impl Fn(u64) -> Vec<Value>,
) -> Slice {
    let mut found = Vec::new();
    let mut skip = from.skip;
    for index in range.start.max(from.index)..range.end {
        for (place, item) in items(index).into_iter().enumerate().skip(skip) {
            if found.len() == size {
                return Slice { items: found, next: Some(Cursor { index, skip: place }) };
            }
            found.push(item);
        }
        skip = 0;
    }
    Slice { items: found, next: None }
}

/// Returns a page of a list of Resource Manager.
pub(super) fn page(
    world: &World,
    request: &Request,
    twisted: Option<Twist>,
    range: Range<u64>,
    items: impl Fn(u64) -> Vec<Value>,
) -> Outcome {
    let purpose = purpose(request);
    let token = parameter(request, "$skiptoken");
    let from = match token {
        None => Cursor { index: range.start, skip: 0 },
        Some(token) => open(world, &purpose, token)?,
    };
    let mut slice = slice(range.clone(), from, world.limits.page(SIZE), items);
    if twisted == Some(Twist::RepeatedToken) {
        slice.next = Some(from);
    }
    twist::spoil(&mut slice.items, twisted);
    let mut body = json!({"value": slice.items});
    if let (Some(next), Value::Object(fields)) = (slice.next, &mut body) {
        let token = world.seal.close(&purpose, &format!("{}.{}", next.index, next.skip));
        fields.insert("nextLink".to_owned(), json!(link(request, &token)));
    }
    Ok(Answer::ok(body))
}

/// Returns the value of a parameter, whose name may be written in any case.
pub(super) fn parameter<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Reads a token that was handed out for this list.
fn open(world: &World, purpose: &str, token: &str) -> Outcome<Cursor> {
    let content = world.seal.open(purpose, token);
    let cursor = content.as_deref().and_then(|content| {
        let (index, skip) = content.split_once('.')?;
        Some(Cursor { index: index.parse().ok()?, skip: skip.parse().ok()? })
    });
    cursor.ok_or_else(|| {
        Answer::refuse(400, "InvalidSkipToken", "The value of the query parameter '$skiptoken' is invalid.")
    })
}

/// Returns what a token of the list is good for: its path and parameters.
fn purpose(request: &Request) -> String {
    let others = request.query.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"));
    let mut pairs: Vec<_> = others.map(|(name, value)| format!("{name}={value}").to_lowercase()).collect();
    pairs.sort();
    format!("{}?{}", request.path.to_lowercase().trim_end_matches('/'), pairs.join("&"))
}

fn link(request: &Request, token: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &request.query {
        if !name.eq_ignore_ascii_case("$skiptoken") {
            query.append_pair(name, value);
        }
    }
    query.append_pair("$skiptoken", token);
    format!("{}{}?{}", request.origin, request.path, query.finish())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Cursor, slice};

    #[test]
    fn every_item_is_on_one_page() {
        let items = |index: u64| (0..index % 4).map(|place| json!([index, place])).collect();
        let all = slice(3..40, Cursor::default(), 1000, items).items;
        for size in [1, 2, 3, 7, 100] {
            let mut found = Vec::new();
            let mut from = Some(Cursor::default());
            while let Some(cursor) = from {
                let part = slice(3..40, cursor, size, items);
                assert!(part.next.is_none() || part.items.len() == size);
                found.extend(part.items);
                from = part.next;
            }
            assert_eq!(found, all, "{size}");
        }
    }
}
