//! Ansible's tests of texts, sets and truth.

use super::super::operators::{self, check_key};
use super::super::regex::{Flags, Regex};
use super::super::{Arguments, Check, Error};
use super::basic::none;
use crate::value::Value;

pub(super) const TABLE: &[(&str, Check)] = &[
    ("match", |_, input, arguments| match_or_search("match", &input, arguments)),
    ("search", |_, input, arguments| match_or_search("search", &input, arguments)),
    ("regex", |_, input, arguments| regex(&input, arguments)),
    ("contains", |_, input, arguments| {
        let [value] = arguments.bind("contains", ["value"], 1)?;
        operators::contains(&input, &value.unwrap_or_default())
    }),
    ("subset", |_, input, arguments| is_subset(&input, &second(arguments, "subset")?)),
    ("issubset", |_, input, arguments| is_subset(&input, &second(arguments, "issubset")?)),
    ("superset", |_, input, arguments| is_subset(&second(arguments, "superset")?, &input)),
    ("issuperset", |_, input, arguments| is_subset(&second(arguments, "issuperset")?, &input)),
    ("all", |_, input, arguments| none(arguments).and_then(|()| all(&input, true))),
    ("any", |_, input, arguments| none(arguments).and_then(|()| all(&input, false)).map(|none| !none)),
    ("truthy", |_, input, arguments| is_truthy(&input, arguments)),
    ("falsy", |_, input, arguments| is_truthy(&input, arguments).map(|truthy| !truthy)),
    ("nan", |_, input, arguments| none(arguments).and_then(|()| is_nan(&input))),
    ("isnan", |_, input, arguments| none(arguments).and_then(|()| is_nan(&input))),
    ("uri", |_, input, arguments| Ok(uri(&input, schemes(arguments, "uri")?.as_ref()).is_some())),
    ("url", |_, input, arguments| {
        let uri = uri(&input, schemes(arguments, "url")?.as_ref());
        Ok(uri.is_some_and(|(scheme, has_host)| has_host || scheme == "file"))
    }),
    ("urn", |_, input, arguments| {
        none(arguments).map(|()| uri(&input, Some(&Value::list(["urn".into()]))).is_some())
    }),
    ("vault_encrypted", |_, _, arguments| none(arguments).map(|()| false)),
];

fn second(arguments: Arguments, test: &str) -> Result<Value, Error> {
    let [other] = arguments.bind(test, ["b"], 1)?;
    Ok(other.unwrap_or_default())
}

fn match_or_search(test: &str, input: &Value, arguments: Arguments) -> Result<bool, Error> {
    let [pattern, ignore_case, multi_line] =
        arguments.bind(test, ["pattern", "ignorecase", "multiline"], 0)?;
    apply(test, input, [pattern, ignore_case, multi_line])
}

fn regex(input: &Value, arguments: Arguments) -> Result<bool, Error> {
    let names = ["pattern", "ignorecase", "multiline", "match_type"];
    let [pattern, ignore_case, multi_line, kind] = arguments.bind("regex", names, 0)?;
    let kind = kind.unwrap_or_else(|| "search".into());
    let kind = kind.as_str().unwrap_or_default();
    if !["match", "search", "fullmatch"].contains(&kind) {
        return Err(Error::new(format!("the test `regex` has no `match_type` `{kind}`")));
    }
    apply(kind, input, [pattern, ignore_case, multi_line])
}

fn apply(kind: &str, input: &Value, arguments: [Option<Value>; 3]) -> Result<bool, Error> {
    let [pattern, ignore_case, multi_line] = arguments;
    let is_set = |flag: Option<Value>| flag.is_some_and(|flag| flag.is_true());
    let flags =
        Flags { ignore_case: is_set(ignore_case), multi_line: is_set(multi_line), ..Flags::default() };
    let pattern = pattern.unwrap_or_else(|| "".into());
    let pattern = pattern.as_str().ok_or_else(|| {
        Error::new(format!("a pattern must be a str, not of type `{}`", pattern.type_name()))
    })?;
    let text = match input {
        Value::Text(text) => text.clone(),
        other => other.to_string().into(),
    };
    Ok(match kind {
        "search" => Regex::compile(pattern, flags)?.search(&text)?.is_some(),
        "match" => Regex::compile(pattern, flags)?.match_at_start(&text)?.is_some(),
        _ => Regex::compile(&format!("(?:{pattern})\\Z"), flags)?.match_at_start(&text)?.is_some(),
    })
}

fn is_subset(small: &Value, large: &Value) -> Result<bool, Error> {
    let (small, large) = (operators::items(small)?, operators::items(large)?);
    small.iter().chain(&large).try_for_each(check_key)?;
    Ok(small.iter().all(|item| large.contains(item)))
}

/// Tells whether all items have that truth.
fn all(input: &Value, truth: bool) -> Result<bool, Error> {
    for item in operators::items(input)? {
        operators::defined(&item)?;
        if item.is_true() != truth {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_truthy(input: &Value, arguments: Arguments) -> Result<bool, Error> {
    let [convert] = arguments.bind("truthy", ["convert_bool"], 0)?;
    let word = input.as_str().map(|text| text.to_lowercase().trim().to_owned());
    match word.as_deref().filter(|_| convert.is_some_and(|convert| convert.is_true())) {
        Some("y" | "yes" | "on" | "1" | "true" | "t") => Ok(true),
        Some("n" | "no" | "off" | "0" | "false" | "f") => Ok(false),
        _ => Ok(input.is_true()),
    }
}

fn is_nan(input: &Value) -> Result<bool, Error> {
    match input {
        Value::Float(float) => Ok(float.is_nan()),
        _ => Ok(false),
    }
}

fn schemes(arguments: Arguments, test: &str) -> Result<Option<Value>, Error> {
    let [schemes] = arguments.bind(test, ["schemes"], 0)?;
    Ok(schemes.filter(Value::is_true))
}

/// Splits what Python's `urlparse` takes for a URI of one of the schemes: the scheme, and whether there is a host.
fn uri(input: &Value, schemes: Option<&Value>) -> Option<(String, bool)> {
    let text = input.as_str()?.trim_matches(|c: char| c <= ' ').replace(['\t', '\r', '\n'], "");
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
        _ => (String::new(), text.as_str()),
    };
    let host = rest.strip_prefix("//").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let host = host.unwrap_or_default();
    if host.contains('[') != host.contains(']') {
        return None;
    }
    let fits = schemes
        .is_none_or(|schemes| operators::contains(schemes, &Value::from(scheme.as_str())).unwrap_or(false));
    fits.then_some((scheme, !host.is_empty()))
}
