//! Values, their places, and what is told of mistakes.

use std::collections::BTreeMap;

use super::*;
use crate::yaml;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    name: Placed<String>,
    #[serde(default)]
    accounts: Vec<String>,
    retries: Option<u32>,
    kind: Option<Kind>,
    #[serde(default)]
    filters: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    With { size: u8 },
}

fn read(text: &str) -> Result<Example, Diagnostic> {
    let document = yaml::read("x.yml", text.as_bytes()).unwrap();
    decode(&document.source, &document.root)
}

#[test]
fn values_come_with_their_places() {
    let example =
        read("accounts: [123456789012, b]\nname: web\nretries: 3\nkind: plain\nfilters: {a: [b]}\n").unwrap();
    assert_eq!((example.name.value.as_str(), example.name.span.line), ("web", 2));
    assert_eq!(example.accounts, ["123456789012", "b"]);
    assert_eq!((example.retries, example.kind), (Some(3), Some(Kind::Plain)));
    assert_eq!(example.filters["a"], ["b"]);
    let example = read("name: web\nretries:\nkind: {with: {size: 2}}\n").unwrap();
    assert_eq!((example.retries, example.kind), (None, Some(Kind::With { size: 2 })));
}

#[test]
fn errors_have_the_place_and_a_suggestion() {
    let table = [
        ("name: [a]", "x.yml:1:7: error: expected a string, found a list", None),
        ("accounts: []", "x.yml:1:1: error: the key `name` is missing", None),
        (
            "name: a\naccuonts: [a]",
            "x.yml:2:1: error: the key `accuonts` is not known",
            Some("did you mean `accounts`?"),
        ),
        (
            "name: a\nzzz: 1",
            "x.yml:2:1: error: the key `zzz` is not known",
            Some("expected one of `name`, `accounts`, `retries`, `kind`, `filters`"),
        ),
        ("name: a\naccounts: [b, {c: d}]", "x.yml:2:15: error: expected a string, found a mapping", None),
        (
            "name: a\naccounts: b",
            "x.yml:2:11: error: expected a list, found a string",
            Some("write `accounts: [b]`"),
        ),
        ("[a]", "x.yml:1:1: error: expected a mapping, found a list", None),
        ("name: a\nretries: -1", "x.yml:2:10: error: expected a whole number from 0, found -1", None),
        (
            "name: a\naccounts: [012345670123]",
            "x.yml:2:12: error: `012345670123` is the number 1402433619 in YAML",
            Some("put it into quotes: `'012345670123'`"),
        ),
        (
            "name: a\nkind: plian",
            "x.yml:2:7: error: the value `plian` is not known",
            Some("did you mean `plain`?"),
        ),
        (
            "name: a\nkind: {with: {size: x}}",
            "x.yml:2:21: error: expected a whole number from 0, found a string",
            None,
        ),
    ];
    for (text, message, help) in table {
        let error = read(text).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
        assert_eq!(error.help.first().map(String::as_str), help, "{text}");
    }
}
