//! Tables of what the filters of ansible-core 2.19.14 and its collections answered.

use std::path::PathBuf;

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
    Environment::new(
        |name| (name == "HOME").then(|| "/root".to_owned()),
        PathBuf::from("/srv/play"),
        Time::from_unix(1_600_000_000, 0).unwrap(),
    )
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
