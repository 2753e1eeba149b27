//! The parameters of requests, those among them that every method has.

use serde_json::{Map, Value, json};

use super::failure::{Failure, Outcome};
use crate::simulator::exchange::Request;

/// What every method of every service takes.
const STANDARD: [&str; 12] = [
    "alt",
    "$alt",
    "fields",
    "$fields",
    "prettyPrint",
    "$prettyPrint",
    "$apiVersion",
    "$.xgafv",
    "$unique",
    "key",
    "quotaUser",
    "userIp",
];

/// Checks the names of all parameters, and the values of those that every method has.
pub(super) fn check(request: &Request, known: &[&str]) -> Outcome<()> {
    for (name, value) in &request.query {
        let name = name.as_str();
        if !STANDARD.contains(&name) && !known.contains(&name) {
            let message = format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could \
                 not be found in request message."
            );
            let details = json!([{"@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{"description": message}]}]);
            return Err(Failure::old(400, &message, "global", "badRequest")
                .with_status("INVALID_ARGUMENT")
                .with_details(details));
        }
        let is_fine = match name {
            "alt" | "$alt" => value.split(';').next() == Some("json"),
            "prettyPrint" | "$prettyPrint" | "returnPartialSuccess" | "includeAllScopes" | "showDeleted" => {
                ["true", "false"].contains(&value.as_str())
            }
            "fields" | "$fields" => Mask::parse(value).is_some(),
            _ => true,
        };
        if !is_fine {
            return Err(Failure::invalid(name, value, "Invalid value."));
        }
    }
    Ok(())
}

/// Returns whether a parameter is given as true.
pub(super) fn is_true(request: &Request, name: &str) -> bool {
    request.parameter(name) == Some("true")
}

/// Returns how many items a page has for which a client asks for so many by the parameter `name`.
pub(super) fn page_size(request: &Request, name: &str, usual: usize, most: usize) -> Outcome<usize> {
    let Some(text) = request.parameter(name).filter(|text| !text.is_empty()) else { return Ok(usual) };
    match text.parse::<usize>() {
        Ok(0) => Ok(usual),
        Ok(size) if size <= most => Ok(size),
        _ => {
            let why = format!("Value must be an integer in the range [0, {most}].");
            Err(Failure::invalid(name, text, &why))
        }
    }
}

/// Returns what a page token is good for: a path and the parameters that decide what is in the list.
pub(super) fn purpose(request: &Request) -> String {
    let others = ["pageToken", "maxResults", "pageSize"];
    let is_of_list = |name: &str| !others.contains(&name) && !STANDARD.contains(&name);
    let pairs = request.query.iter().filter(|(name, value)| is_of_list(name) && !value.is_empty());
    let mut pairs: Vec<_> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    pairs.sort();
    format!("{}?{}", request.segments().join("/"), pairs.join("&"))
}

/// Writes a body with the fields that are asked for, indented unless the client does not want that.
pub(super) fn write(request: &Request, body: Value) -> String {
    let mask = request.parameter("fields").or(request.parameter("$fields")).filter(|mask| !mask.is_empty());
    let body = match mask.and_then(Mask::parse) {
        Some(mask) => mask.of(&body).unwrap_or_else(|| json!({})),
        None => body,
    };
    let is_plain =
        ["prettyPrint", "$prettyPrint"].iter().any(|name| request.parameter(name) == Some("false"));
    if is_plain { body.to_string() } else { format!("{body:#}\n") }
}

/// The parts of a body that a client asks for: names, or `*` for any, each with the parts of its value.
#[derive(Debug, Default)]
struct Mask(Vec<(String, Mask)>);

impl Mask {
    /// Reads a text such as `items/*/instances(name,zone),nextPageToken`.
    fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mask = Self::list(&mut rest)?;
        rest.is_empty().then_some(mask)
    }

    fn list(rest: &mut &str) -> Option<Self> {
        let mut parts = vec![Self::part(rest)?];
        while let Some(next) = rest.strip_prefix(',') {
            *rest = next;
            parts.push(Self::part(rest)?);
        }
        Some(Self(parts))
    }

    fn part(rest: &mut &str) -> Option<(String, Self)> {
        let (name, after) = rest.split_at(rest.find(['/', '(', ')', ',']).unwrap_or(rest.len()));
        if name.is_empty() {
            return None;
        }
        *rest = after;
        let inner = if let Some(next) = rest.strip_prefix('/') {
            *rest = next;
            Self(vec![Self::part(rest)?])
        } else if let Some(next) = rest.strip_prefix('(') {
            *rest = next;
            let inner = Self::list(rest)?;
            *rest = rest.strip_prefix(')')?;
            inner
        } else {
            Self::default()
        };
        Some((name.to_owned(), inner))
    }

    /// Returns what of a value is asked for, if anything.
    fn of(&self, value: &Value) -> Option<Value> {
        if self.0.is_empty() {
            return Some(value.clone());
        }
        match value {
            Value::Array(items) => Some(items.iter().filter_map(|item| self.of(item)).collect()),
            Value::Object(fields) => {
                let kept = fields.iter().filter_map(|(name, field)| {
                    let (_, inner) = self.0.iter().find(|(known, _)| known == name || known == "*")?;
                    Some((name.clone(), inner.of(field)?))
                });
                let kept: Map<_, _> = kept.collect();
                (!kept.is_empty()).then_some(Value::Object(kept))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_what_they_name() {
        let body = json!({"items": {"a": {"vms": [{"name": "x", "id": 1}, {"name": "y"}]}, "b": {"warning": 1}}, "id": 7});
        let table = [
            ("id", json!({"id": 7})),
            ("items/*/vms(name)", json!({"items": {"a": {"vms": [{"name": "x"}, {"name": "y"}]}}})),
            ("items/b,id", json!({"items": {"b": {"warning": 1}}, "id": 7})),
            ("items/a/vms/id", json!({"items": {"a": {"vms": [{"id": 1}]}}})),
        ];
        for (text, expected) in table {
            assert_eq!(Mask::parse(text).and_then(|mask| mask.of(&body)), Some(expected), "{text}");
        }
        for wrong in ["", "a(", "a()", "a)", "/a", "a,,b", "a/"] {
            assert!(Mask::parse(wrong).is_none(), "{wrong}");
        }
    }
}
