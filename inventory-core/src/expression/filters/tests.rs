//! No input makes a filter panic or take long.

use std::sync::Arc;

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, proptest, sample};

use super::super::Arguments;
use super::testing::with_call;
use super::{TABLES, accepts_undefined, find, reason_against};
use crate::testing::properties;
use crate::value::{Map, Range, Time, Value};

fn leaf() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        " ",
        "a,B c",
        "name",
        "x.0",
        "12",
        "-0x1f",
        "1e400",
        "inf",
        "yes",
        "common",
        "floor",
        "append",
        "10.0.0.1/24",
        "::1",
        "%Y",
        "é\u{2028}\u{1F600}",
        "\\1",
        "{\"a\": [1]}",
        "(",
        "a: [b",
        "-1",
        "%d",
        "a.*",
        "@",
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3_i64..40).prop_map(Value::Int),
        any::<i64>().prop_map(Value::Int),
        any::<i64>().prop_map(|n| Value::from_big_int(num_bigint::BigInt::from(n).pow(3))),
        any::<f64>().prop_map(Value::Float),
        (-3.0..3.0).prop_map(Value::Float),
        sample::select(texts.to_vec()).prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        any::<i32>().prop_map(|n| Value::Duration(Arc::new(n.into()))),
        any::<u32>().prop_map(|n| Time::from_unix(n.into(), 0).into()),
        (any::<i64>(), -20_i64..20, 1_i64..5).prop_map(|(start, stop, step)| Value::Range(Arc::new(Range {
            start,
            stop,
            step
        }))),
        Just(Value::Undefined("'x' is undefined".into())),
        Just(Value::Omit),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 24, 5, |inner| {
        let key = prop_oneof![leaf(), sample::select(vec!["key", "value", "name"]).prop_map(Value::from)];
        prop_oneof![
            collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            collection::vec(inner.clone(), 0..3).prop_map(|items| Value::Tuple(items.into())),
            collection::vec((key, inner), 0..4).prop_map(|entries| {
                let is_hashable = |(key, _): &(Value, Value)| !matches!(key, Value::List(_) | Value::Map(_));
                Value::from(entries.into_iter().filter(is_hashable).collect::<Map>())
            }),
        ]
    })
}

const KEYWORDS: [&str; 24] = [
    "attribute",
    "base",
    "boolean",
    "by",
    "case_sensitive",
    "chars",
    "count",
    "default",
    "end",
    "indent",
    "leeway",
    "levels",
    "list_merge",
    "maxsplit",
    "method",
    "precision",
    "recursive",
    "repeat",
    "reverse",
    "seed",
    "start",
    "step",
    "strict",
    "width",
];

proptest! {
    #![proptest_config(properties(100))]

    #[test]
    fn no_filter_panics(
        input in value(),
        positional in collection::vec(value(), 0..4),
        keyword in collection::vec((sample::select(KEYWORDS.to_vec()), value()), 0..2),
    ) {
        let keyword: Vec<_> = keyword.into_iter().map(|(name, value)| (name.into(), value)).collect();
        with_call(|call| {
            for (name, filter) in TABLES.iter().flat_map(|(_, table)| *table) {
                if input.is_undefined() && !accepts_undefined(name) {
                    continue;
                }
                let arguments = Arguments { positional: positional.clone(), keyword: keyword.clone() };
                // Any outcome will do: the test is that there is one.
                let _ = filter(call, input.clone(), arguments);
            }
        });
    }
}

#[test]
fn sizes_are_bounded() {
    let huge = Value::Int(1_000_000_000_000);
    let items = || Value::list((0..60).map(Value::Int));
    let rows = [
        ("center", "x".into(), huge.clone()),
        ("indent", "x".into(), huge.clone()),
        ("tojson", items(), huge.clone()),
        ("slice", items(), huge),
        ("permutations", items(), Value::Int(60)),
        ("combinations", items(), Value::Int(30)),
        ("list", Value::Range(Arc::new(Range { start: 0, stop: i64::MAX, step: 1 })), Value::Null),
    ];
    for (name, input, argument) in rows {
        let filter = find(name).expect(name);
        let arguments = Arguments::positional([argument].into_iter().filter(|a| !matches!(a, Value::Null)));
        let error = with_call(|call| filter(call, input, arguments)).expect_err(name);
        assert!(error.to_string().contains("more than"), "{name}: {error}");
    }
}

#[test]
fn names_may_be_fully_qualified() {
    assert!(find("ansible.builtin.combine").is_some() && find("ansible.builtin.upper").is_some());
    assert!(find("combine").is_some() && find("community.general.combine").is_none());
    assert!(find("vault").is_none() && find("").is_none() && find(".").is_none());
    assert_eq!(reason_against("ansible.builtin.vault"), reason_against("vault"));
    assert!(reason_against("combine").is_none());
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> =
        TABLES.iter().flat_map(|(from, table)| table.iter().map(move |(n, _)| (from, n))).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
