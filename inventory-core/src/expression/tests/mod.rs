//! Expressions and what ansible-core 2.19.14 makes of them.
//!
//! The rows are what `Templar.evaluate_expression` answered for the variables below: the `repr()` of the value, or the
//! kind of error after a `!`. Rows where we differ on purpose are in [`ours`].

mod checks;
mod conditions;
mod methods;
mod operators;
mod ours;
mod properties;
mod templates;
mod undefined;
mod values;

use super::{Environment, Error, Escapes, Expression, Template, Variables};
use crate::value::{Map, Time, Value};

/// Variables by name.
pub(super) struct Known(Map);

impl Variables for Known {
    fn variable(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }
}

/// The variables that all rows see.
pub(super) fn known() -> Known {
    let json = serde_json::json!({
        "s": "Hello World", "i": 5, "f": 1.5, "t": true, "n": null, "l": ["a", "b", "c"], "nums": [3, 1, 2], "e": "",
        "tags": {"Name": "web-1", "Role": "web,db", "items": "x", "_p": 1, "Env": "prod"},
        "hosts": [{"n": "a", "v": 1}, {"n": "b", "v": 2}],
        "d": {"a": 1, "b": {"c": [1, 2]}},
    });
    let Value::Map(map) = Value::from(json) else { panic!("an object is a map") };
    let mut map = map.as_ref().clone();
    let mut numbered = map.get("d").and_then(Value::as_map).unwrap().clone();
    numbered.insert(1, "one");
    map.insert("d", numbered);
    let when = Time::from_unix(1_704_164_645, 0).unwrap();
    let naive = Time { civil: when.civil.with().subsec_nanosecond(678_000).build().unwrap(), offset: None };
    map.insert("when", when);
    map.insert("naive", naive);
    map.insert("big", Value::from_big_int(num_bigint::BigInt::from(2).pow(70)));
    Known(map)
}

/// A world with one environment variable.
pub(super) fn environment() -> Environment {
    Environment::new(
        |name| (name == "GEN_SET").then(|| "value".to_owned()),
        std::path::PathBuf::from("/"),
        Time::from_unix(1_795_350_917, 0).unwrap(),
    )
}

/// Writes an outcome as the rows do.
pub(super) fn show(outcome: &Result<Value, Error>) -> String {
    match outcome {
        Ok(Value::Omit) => "omit".to_owned(),
        Ok(value) => value.repr(),
        Err(error) if error.is_syntax() => "!syntax".to_owned(),
        Err(error) if error.is_undefined() => "!undefined".to_owned(),
        Err(error) if error.is_unsupported() => "!unsupported".to_owned(),
        Err(_) => "!error".to_owned(),
    }
}

fn evaluate(source: &str) -> Result<Value, Error> {
    Expression::parse(source, Escapes::Exact)?.evaluate(&known(), &environment())
}

fn render(source: &str) -> Result<Value, Error> {
    Template::parse(source, Escapes::Exact)?.render(&known(), &environment())
}

fn test_condition(source: &str) -> Result<Value, Error> {
    Expression::parse_condition(source, Escapes::Exact)?.evaluate(&known(), &environment())
}

#[track_caller]
fn check(rows: &[(&str, &str)], ask: fn(&str) -> Result<Value, Error>) {
    let mut wrong = String::new();
    for (source, expected) in rows {
        let outcome = ask(source);
        let shown = show(&outcome);
        if shown != *expected {
            let why = outcome.err().map(|error| error.to_string()).unwrap_or_default();
            wrong += &format!("{source}\n    expected {expected}\n    is       {shown} {why}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn operators_follow_ansible() {
    check(operators::ROWS, evaluate);
}

#[test]
fn values_follow_ansible() {
    check(values::ROWS, evaluate);
}

#[test]
fn methods_follow_ansible() {
    check(methods::ROWS, evaluate);
}

#[test]
fn tests_follow_ansible() {
    check(checks::ROWS, evaluate);
}

#[test]
fn conditions_follow_ansible() {
    check(conditions::ROWS, test_condition);
    // Nowhere else is a constant string a template.
    assert_eq!(show(&evaluate("'{{ i }}'")), "'{{ i }}'");
}

#[test]
fn undefined_follows_ansible() {
    check(undefined::ROWS, evaluate);
}

#[test]
fn templates_follow_ansible() {
    check(templates::ROWS, render);
}

#[test]
fn differences_are_as_stated() {
    check(ours::ROWS, evaluate);
    check(ours::TEMPLATES, render);
}

#[test]
fn backslashes_mean_what_authors_mean() {
    let author = |source: &str| {
        show(
            &Expression::parse(source, Escapes::Author)
                .and_then(|expression| expression.evaluate(&known(), &environment())),
        )
    };
    assert_eq!(author(r"'\1'"), r"'\\1'");
    assert_eq!(author(r"'\\1' '\n'"), r"'\\1\n'");
}

#[test]
fn errors_say_where() {
    let rows = [
        ("s + nope.x", 4..10, "'nope' is undefined"),
        ("1 + (2 / 0)", 5..10, "a number cannot be divided by zero"),
        ("s is nosuch", 5..11, "there is no test `nosuch`"),
        ("s | uper", 4..8, "there is no filter `uper`: did you mean `upper`?"),
        ("s is definde", 5..12, "there is no test `definde`: did you mean `defined`?"),
        ("'a' in l and 5 > '3'", 13..20, "`>` does not work between values of type `int` and `str`"),
        ("{{ s }}", 0..7, "template delimiters are not supported in expressions: remove the `{{ }}`"),
        ("tags.Name.nope()", 0..16, "object of type 'str' has no attribute 'nope'"),
    ];
    for (source, place, message) in rows {
        let error = evaluate(source).unwrap_err();
        assert_eq!(error.to_string(), message, "{source}");
        if !message.starts_with("template") {
            assert_eq!(error.place(), Some(place), "{source}");
        }
    }
}

#[test]
fn shared_parts_count_each_time() {
    for double in ["[a, a]", "{'x': a, 'y': a}", "(a, a)", "[a] * 2", "a | zip(a) | list", "dict(x=a, y=a)"] {
        let doubled = format!("{{% set a = {double} %}}").repeat(60);
        let outcome = render(&format!("{{% set a = [1, 1] %}}{doubled}{{{{ a }}}}"));
        assert!(outcome.is_err(), "{double}");
    }
    let rows = [
        "([[[1] * 1000] * 1000] * 1000) | string | length",
        "[s] | product([[s * 1000] * 1000] * 1000) | list | length",
        &format!("[[1]] | json_query('{}') | length", vec!["[@, @]"; 40].join(" | ")),
        &format!("[['x' * 100000] * 100] | json_query('{}') | length", vec!["{a: @, b: @}"; 40].join(" | ")),
    ];
    for source in rows {
        assert!(evaluate(source).is_err(), "{source}");
    }
}

#[test]
fn nothing_is_too_deep_or_too_long() {
    let deep = |open: &str, inner: &str, close: &str| {
        [open.repeat(100_000), inner.to_owned(), close.repeat(100_000)].concat()
    };
    for source in [
        deep("(", "1", ")"),
        deep("[", "1", "]"),
        deep("not ", "t", ""),
        deep("-", "1", ""),
        deep("", "1", " + 1"),
        deep("", "s", ".upper()"),
        deep("", "1", " if t else 2"),
        deep("{'a': ", "1", "}"),
        deep("'a' ~ ", "1", ""),
        deep("f(", "1", ")"),
        deep("", "l", "[0]"),
    ] {
        assert!(evaluate(&source).is_err(), "{}", &source[..20]);
    }
    let (mut alternatives, mut sum) = ("s == 'a'".to_owned(), "1".to_owned());
    for _ in 0..400 {
        alternatives += " or s == 'b'";
    }
    for _ in 0..150 {
        sum += " + 1";
    }
    assert_eq!(show(&evaluate(&alternatives)), "False");
    assert_eq!(show(&evaluate(&sum)), "151");
    assert_eq!(show(&evaluate(&format!("{}1{}", "(".repeat(60), ")".repeat(60)))), "1");
}
