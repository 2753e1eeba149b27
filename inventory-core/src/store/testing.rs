//! Entries for tests.

use std::time::{Duration, SystemTime};

use super::{Content, Entry, Vocabulary};
use crate::discovery::{Facts, Note, Page, Plan, Scope};
use crate::value::{Map, Time, Value};

pub(super) const VOCABULARY: Vocabulary =
    Vocabulary { cloud: "aws", kinds: &["instance", "address"], host_kinds: &["instance"] };

/// The time at which entries of tests were fetched.
pub(super) fn fetched_at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::new(1_795_350_917, 123_456_789)
}

pub(super) fn scope(region: &str) -> Scope {
    Scope { cloud: "aws", account: Some("prod".into()), region: Some(region.into()) }
}

/// Makes an entry of so many instances.
pub(super) fn entry(region: &str, instances: usize) -> Entry {
    let facts = (0..instances).map(|number| {
        let mut record = Map::new();
        record.insert("instance_id", format!("i-{number:017x}"));
        record.insert("private_ip_address", format!("10.0.{}.{}", number / 250, number % 250 + 1));
        record.insert("instance_type", "m5.large");
        record.insert("launch_time", Time::from_unix(1_700_000_000 + number as i64, 0).unwrap());
        let tags: Map = [("Name", format!("web-{number}")), ("env", "prod".to_owned())].into_iter().collect();
        record.insert("tags", tags);
        record.insert("ports", Value::list([Value::Int(22), Value::Float(-0.0), Value::Null]));
        Facts { kind: "instance", id: format!("i-{number:017x}").into(), record: record.into() }
    });
    let notes = vec![Note::of_machines("have no name", vec!["web-1".into()]), Note::of_loss("gone")];
    let page = Page { facts: facts.collect(), notes };
    Entry { scope: scope(region), fetched_at: fetched_at(), content: Content::Facts(page) }
}

pub(super) fn plan() -> Entry {
    let everywhere = Scope { cloud: "aws", account: None, region: None };
    let scopes = vec![scope("eu-west-1"), scope("eu-west-2"), everywhere.clone()];
    let notes = vec![Note::from("a region is off".to_owned())];
    let content = Content::Plan(Plan { scopes, notes, ..Plan::default() });
    Entry { scope: everywhere, fetched_at: fetched_at(), content }
}
