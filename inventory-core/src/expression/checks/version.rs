//! Ansible's test `version`.

use std::cmp::Ordering;

use num_bigint::BigUint;

use super::super::regex::{Flags, Regex};
use super::super::{Arguments, Check, Error};
use super::pep440;
use crate::value::Value;

pub(super) const TABLE: &[(&str, Check)] = &[
    ("version", |_, input, arguments| check(&input, arguments)),
    ("version_compare", |_, input, arguments| check(&input, arguments)),
];

const STRICT: &str = r"(?a)(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$";
const SEMANTIC: &str = concat!(
    r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)",
    r"(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?",
    r"(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$"
);

/// Three numbers, whether the version is final, and its prerelease: compared in this order.
type Ranked<P> = ([BigUint; 3], (bool, P));

/// A part of a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(BigUint),
    Text(String),
}

fn check(input: &Value, arguments: Arguments) -> Result<bool, Error> {
    let names = ["version", "operator", "strict", "version_type"];
    let [version, operator, strict, kind] = arguments.bind("version", names, 1)?;
    let version = version.unwrap_or_default();
    let is_given = |value: &Option<Value>| value.as_ref().is_some_and(|value| !matches!(value, Value::Null));
    if is_given(&strict) && is_given(&kind) {
        return Err(Error::new("the test `version` takes either `strict` or `version_type`"));
    }
    if !input.is_true() || !version.is_true() {
        return Err(Error::new("the test `version` needs versions that are not empty"));
    }
    let kind = match kind {
        _ if strict.is_some_and(|strict| strict.is_true()) => "strict".into(),
        Some(kind) if kind.is_true() => kind.to_string(),
        _ => "loose".to_owned(),
    };
    let operator = operator.map_or_else(|| "eq".to_owned(), |operator| operator.to_string());
    let holds: fn(Ordering) -> bool = match operator.as_str() {
        "==" | "=" | "eq" => Ordering::is_eq,
        "!=" | "<>" | "ne" => Ordering::is_ne,
        "<" | "lt" => Ordering::is_lt,
        "<=" | "le" => Ordering::is_le,
        ">" | "gt" => Ordering::is_gt,
        ">=" | "ge" => Ordering::is_ge,
        _ => return Err(Error::new(format!("the test `version` has no operator `{operator}`"))),
    };
    let (a, b) = (input.to_string(), version.to_string());
    compare(&kind, &a, &b).map(holds)
}

fn compare(kind: &str, a: &str, b: &str) -> Result<Ordering, Error> {
    match kind {
        "loose" => compare_loose(a, b),
        "strict" => Ok(strict(a)?.cmp(&strict(b)?)),
        "semver" | "semantic" => Ok(semantic(a)?.cmp(&semantic(b)?)),
        "pep440" => Ok(pep440::parse(a)?.cmp(&pep440::parse(b)?)),
        _ => Err(Error::new(format!(
            "the test `version` has no `version_type` `{kind}`: it is one of `loose`, `strict`, `semver`, \
             `semantic`, `pep440`"
        ))),
    }
}

/// Reads the groups of a pattern that a version must fit.
fn groups(pattern: &str, version: &str, kind: &str) -> Result<Vec<Option<String>>, Error> {
    let found = Regex::compile(pattern, Flags::default())?;
    let found = found.match_at_start(version)?;
    let found = found.ok_or_else(|| Error::new(format!("`{version}` is not a {kind} version")))?;
    Ok(found.groups().map(|group| group.map(str::to_owned)).collect())
}

pub(super) fn number(digits: &str) -> BigUint {
    BigUint::parse_bytes(digits.as_bytes(), 10).unwrap_or_default()
}

/// Compares as `LooseVersion`: numbers with numbers, and texts with texts; a number has no order with a text.
fn compare_loose(a: &str, b: &str) -> Result<Ordering, Error> {
    let (left, right) = (loose(a), loose(b));
    for (left, right) in left.iter().zip(&right) {
        match (left, right) {
            (Part::Number(_), Part::Text(_)) | (Part::Text(_), Part::Number(_)) => {
                return Err(Error::new(format!("the versions `{a}` and `{b}` have no order")));
            }
            _ if left != right => return Ok(left.cmp(right)),
            _ => {}
        }
    }
    Ok(left.len().cmp(&right.len()))
}

fn loose(version: &str) -> Vec<Part> {
    let class = |c: char| match c {
        c if c.is_ascii_digit() => 0,
        'a'..='z' => 1,
        '.' => 2,
        _ => 3,
    };
    let mut parts = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| class(c) != class(first)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        match class(first) {
            0 => parts.push(Part::Number(number(part))),
            2 => {}
            _ => parts.push(Part::Text(part.to_owned())),
        }
        rest = after;
    }
    parts
}

/// Reads a `StrictVersion`, as something that has its order: a final version comes after its prereleases.
fn strict(version: &str) -> Result<Ranked<Option<(String, BigUint)>>, Error> {
    let parts = groups(STRICT, version, "strict")?;
    let at = |place: usize| parts.get(place).cloned().flatten();
    let number_at = |place: usize| at(place).map_or_else(BigUint::default, |digits| number(&digits));
    let prerelease = at(3).map(|letter| (letter, number_at(4)));
    Ok(([number_at(0), number_at(1), number_at(2)], (prerelease.is_none(), prerelease)))
}

/// Reads a semantic version, as something that has its order; what follows a `+` does not count.
fn semantic(version: &str) -> Result<Ranked<Vec<Part>>, Error> {
    let parts = groups(SEMANTIC, version, "semantic")?;
    let at = |place: usize| parts.get(place).cloned().flatten();
    let number_at = |place: usize| at(place).map_or_else(BigUint::default, |digits| number(&digits));
    let part = |part: &str| {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { Part::Number(number(part)) } else { Part::Text(part.to_owned()) }
    };
    let prerelease = at(3).map(|text| text.split('.').map(part).collect::<Vec<_>>()).unwrap_or_default();
    Ok(([number_at(0), number_at(1), number_at(2)], (prerelease.is_empty(), prerelease)))
}
