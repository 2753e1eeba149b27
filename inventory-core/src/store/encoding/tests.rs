use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use num_bigint::BigInt;
use proptest::prelude::*;

use super::*;
use crate::discovery::{Facts, Page};
use crate::store::testing::VOCABULARY;
use crate::store::{Content, testing};
use crate::testing::properties;
use crate::value::{Map, Time, Value};

fn content(record: Value) -> Content {
    let facts = vec![Facts { kind: "instance", id: "i-1".into(), record }];
    Content::Facts(Page { facts, notes: Vec::new() })
}

fn round_trip(record: Value) -> Value {
    let (blocks, size) = write(&content(record)).unwrap();
    let (_, mut facts) = read(&blocks, size, &[VOCABULARY]).unwrap();
    facts.remove(0).record
}

/// Returns a value as text that differs where the values differ: `Debug` shows `-0.0`, but not which NaN it is.
fn exact(value: &Value) -> String {
    match value {
        Value::Float(number) => format!("{:016x}", number.to_bits()),
        Value::List(items) => format!("[{}]", items.iter().map(exact).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| format!("{}: {}", exact(key), exact(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn times() -> impl Strategy<Value = Value> {
    let civil = (1_i16..=9999, 1_i8..=12, 1_i8..=28, 0_i8..24, 0_i8..60, 0_i8..60, 0_i32..1_000_000);
    (civil, proptest::option::of(-86_399_i32..86_400)).prop_map(|(civil, offset)| {
        let (year, month, day, hour, minute, second, microsecond) = civil;
        let civil = DateTime::new(year, month, day, hour, minute, second, microsecond * 1000).unwrap();
        Time { civil, offset: offset.map(|seconds| Offset::from_seconds(seconds).unwrap()) }.into()
    })
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
        prop_oneof![Just(-0.0), Just(f64::NAN), Just(f64::INFINITY)].prop_map(Value::Float),
        proptest::collection::vec(any::<u8>(), 0..24)
            .prop_map(|bytes| Value::from_big_int(BigInt::from_signed_bytes_le(&bytes))),
        any::<String>().prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
        times(),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        let keys = prop_oneof![4 => "[a-d]{1,2}".prop_map(Value::from), 1 => inner.clone()];
        let map = proptest::collection::vec((keys, inner.clone()), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Value::from),
            map.prop_map(|entries| entries.into_iter().collect::<Map>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(properties(512))]

    #[test]
    fn values_come_back_as_they_were(value in values()) {
        prop_assert_eq!(exact(&round_trip(value.clone())), exact(&value));
    }

    #[test]
    fn bytes_that_nobody_wrote_are_no_content(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut blocks = Vec::new();
        put_number(&mut blocks, bytes.len() as u64);
        put_bytes(&mut blocks, &lz4_flex::block::compress(&bytes));
        let _: Result<_, _> = read(&blocks, bytes.len() as u64, &[VOCABULARY]);
        let _: Result<_, _> = read(&bytes, u64::MAX, &[VOCABULARY]);
    }

    #[test]
    fn content_that_is_changed_does_no_harm(place in 0_usize..600, to in any::<u8>()) {
        // Without a checksum: what comes back may be wrong, but comes back.
        let (blocks, _) = write(&testing::entry("eu-west-1", 3).content).unwrap();
        let mut cursor = Cursor::new(&blocks);
        let size = cursor.count().unwrap();
        let mut block = lz4_flex::block::decompress(cursor.bytes().unwrap(), size).unwrap();
        let place = place % block.len();
        block[place] = to;
        let mut changed = Vec::new();
        put_number(&mut changed, block.len() as u64);
        put_bytes(&mut changed, &lz4_flex::block::compress(&block));
        let _: Result<_, _> = read(&changed, block.len() as u64, &[VOCABULARY]);
    }
}

#[test]
fn large_content_is_cut_into_blocks_that_share_their_texts() {
    let entry = testing::entry("eu-west-1", 5000);
    let (blocks, size) = write(&entry.content).unwrap();
    let mut cursor = Cursor::new(&blocks);
    let mut sizes = Vec::new();
    while !cursor.is_empty() {
        sizes.push(cursor.number().unwrap());
        cursor.bytes().unwrap();
    }
    assert!(sizes.len() > 1 && sizes.iter().all(|size| *size < 2 * BLOCK as u64), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<u64>(), size);
    let (plan, facts) = read(&blocks, size, &[VOCABULARY]).unwrap();
    assert!(
        read(&blocks, size - 1, &[VOCABULARY]).is_err() && read(&blocks, size + 1, &[VOCABULARY]).is_err()
    );
    let read = Content::Facts(Page { facts, notes: plan.notes });
    assert_eq!(format!("{read:?}"), format!("{:?}", entry.content));
    let Content::Facts(page) = read else { panic!("facts") };
    let kind = |facts: &Facts| {
        facts.record.as_map().unwrap().get("instance_type").unwrap().as_str().unwrap().as_ptr()
    };
    assert_eq!(kind(&page.facts[0]), kind(&page.facts[4999]));
}

#[test]
fn what_only_expressions_have_is_refused() {
    let odd = Value::Duration(Arc::new(5));
    assert_eq!(write(&content(Value::list([odd]))).unwrap_err(), "a value of the type `timedelta`");
    let nested = |levels: usize| (1..levels).fold(Value::Null, |inner, _| Value::list([inner]));
    assert!(exact(&round_trip(nested(DEPTH))).starts_with("[["));
    assert_eq!(write(&content(nested(DEPTH + 1))).unwrap_err(), "values in more than 256 levels");
}

#[test]
fn a_count_that_lies_takes_no_memory() {
    let mut block = Vec::new();
    put_number(&mut block, 0);
    block.push(record::NOTE);
    block.extend([0, 0]);
    put_number(&mut block, u64::MAX >> 1);
    let mut blocks = Vec::new();
    put_number(&mut blocks, block.len() as u64);
    put_bytes(&mut blocks, &lz4_flex::block::compress(&block));
    assert!(read(&blocks, block.len() as u64, &[VOCABULARY]).is_err());
    let mut bomb = Vec::new();
    put_number(&mut bomb, u64::MAX >> 2);
    put_bytes(&mut bomb, b"x");
    assert_eq!(read(&bomb, 100, &[VOCABULARY]).unwrap_err().to_string(), "is larger than it may be");
    let mut lie = Vec::new();
    put_number(&mut lie, 10_000);
    put_bytes(&mut lie, b"x");
    let error = read(&lie, 10_000, &[VOCABULARY]).unwrap_err();
    assert_eq!(error.to_string(), "names a size that it cannot have");
    // A fact of forty million nulls takes little space, and far too much memory.
    let nulls = vec![0; 40_000_000];
    let mut large = Vec::new();
    put_number(&mut large, nulls.len() as u64);
    put_bytes(&mut large, &lz4_flex::block::compress(&nulls));
    let error = read(&large, nulls.len() as u64, &[VOCABULARY]).unwrap_err();
    assert_eq!(error.to_string(), "is larger than it may be");
}
