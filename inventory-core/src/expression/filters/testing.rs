//! Evaluates the expressions of the filters' tests.

use super::super::{Call, Environment, Escapes, Expression, Variables};
use crate::value::{Time, Value};

/// The variables of the expressions, as JSON.
const VARIABLES: &str = r#"{
    "d": {"b": 1, "A": 2, "c": [1, 2]},
    "e": {"b": {"x": 1, "l": [1, 2]}, "z": 9},
    "f": {"b": {"y": 2, "l": [2, 3]}, "c": 4},
    "hosts": [
        {"name": "web1", "env": "Prod", "cpu": 2, "tags": {"Name": "a", "Role": "x"}},
        {"name": "web2", "env": "dev", "cpu": 4, "tags": {"Name": "b"}},
        {"name": "db1", "env": "prod", "cpu": 2, "tags": {"Name": "c", "Role": "y"}}
    ]
}"#;

struct Host(Value);

impl Variables for Host {
    fn variable(&self, name: &str) -> Option<Value> {
        self.0.as_map()?.get(name).cloned()
    }
}

/// Runs with the variables and a fixed environment.
pub(super) fn with_call<T>(run: impl FnOnce(&Call<'_>) -> T) -> T {
    let environment = Environment::new(|_| None, ".".into(), Time::from_unix(0, 0).expect("1970 is a year"));
    let variables: serde_json::Value = serde_json::from_str(VARIABLES).expect("the variables are JSON");
    run(&Call { environment: &environment, variables: &Host(variables.into()) })
}

/// Checks rows of expression and outcome: the `repr()` of the result, or `error`, or `undefined`.
pub(super) fn check(rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (source, expected) in rows {
        let outcome = with_call(|call| {
            Expression::parse(source, Escapes::Exact)?.evaluate(call.variables, call.environment)
        });
        let found = match outcome {
            Ok(value) => value.repr(),
            Err(error) if error.is_undefined() => "undefined".to_owned(),
            Err(_) => "error".to_owned(),
        };
        if found != *expected {
            wrong.push(format!("{source}\n   gives {found}\n   not   {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
