//! Tables of what the filters of ansible-core 2.19.14 and its collections answered.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::{Arguments, Call, Environment, Variables};
use super::find;
use crate::value::{Time, Value, tagged};

/// No variables at all.
pub(super) struct Nothing;

impl Variables for Nothing {
    fn variable(&self, _: &str) -> Option<Value> {
        None
    }
}

/// The environment in which the tables were made.
pub(super) fn environment() -> Environment {
    Environment {
        read_variable: |name| (name == "HOME").then(|| "/root".to_owned()),
        folder: PathBuf::from("/srv/play"),
        now: Time::from_unix(1_600_000_000, 0).unwrap(),
    }
}

/// Checks a table whose lines are `[filter, input, arguments, keyword arguments, {"ok": result} or {"err": ..}]`.
pub(super) fn check(table: &str) {
    let environment = environment();
    let call = Call { environment: &environment, variables: &Nothing };
    let mut wrong = Vec::new();
    for line in table.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let filter = find(row[0].as_str().unwrap()).unwrap_or_else(|| panic!("no filter: {line}"));
        let arguments = Arguments {
            positional: row[2].as_array().unwrap().iter().map(tagged::read).collect(),
            keyword: row[3]
                .as_object()
                .unwrap()
                .iter()
                .map(|(k, v)| (k.as_str().into(), tagged::read(v)))
                .collect(),
        };
        let outcome = filter(&call, tagged::read(&row[1]), arguments);
        let agrees = match (&outcome, row[4].get("ok")) {
            (Ok(value), Some(expected)) => value.repr() == tagged::read(expected).repr(),
            (Err(_), None) => true,
            _ => false,
        };
        if !agrees {
            let ours = outcome.map(|value| value.repr());
            wrong.push(format!("{line}\n    ours: {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Values of all kinds, to call filters with.
fn samples() -> Vec<Value> {
    let text = [
        "",
        "a",
        "10.0.0.1/24",
        "::1",
        "%Y",
        "é\u{2028}\u{1F600}",
        "\\1",
        "{\"a\": [1]}",
        "(",
        "a: [b",
        "-1",
    ];
    let mut samples: Vec<Value> = text.into_iter().map(Value::from).collect();
    samples.extend([Value::Null, true.into(), 0.into(), (-1).into(), i64::MAX.into(), i64::MIN.into()]);
    samples.extend([1.5.into(), f64::NAN.into(), f64::INFINITY.into(), 1e300.into()]);
    samples.push(Value::from_big_int(num_bigint::BigInt::from(1) << 200));
    samples.extend([Value::list([]), Value::list(["a".into(), 1.into()]), Value::Tuple(Arc::new(vec![]))]);
    samples.push([("a", "b")].into_iter().collect::<crate::value::Map>().into());
    samples.extend([environment().now.into(), Value::Duration(Arc::new(5)), Value::Omit]);
    samples
}

#[test]
fn no_filter_panics_on_any_value() {
    let environment = environment();
    let call = Call { environment: &environment, variables: &Nothing };
    let samples = samples();
    let (mut failures, mut successes, mut pairs) = (0, 0, 0);
    for (_, table) in super::TABLES {
        for (_, filter) in *table {
            for input in &samples {
                for first in std::iter::once(None).chain(samples.iter().map(Some)) {
                    // Pairs of arguments are too many to try all.
                    let seconds = if first.is_some() { &samples[..] } else { &[] };
                    let seconds = seconds.iter().skip(pairs % 7).step_by(7);
                    pairs += 1;
                    for second in std::iter::once(None).chain(seconds.map(Some)) {
                        let arguments = Arguments::positional(first.into_iter().chain(second).cloned());
                        match filter(&call, input.clone(), arguments) {
                            Ok(_) => successes += 1,
                            Err(_) => failures += 1,
                        }
                    }
                }
            }
        }
    }
    assert!(successes > 1000 && failures > 1000, "{successes} results and {failures} errors");
}
