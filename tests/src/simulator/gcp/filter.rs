//! The filter language of lists: what of a resource it looks at, and when it holds.

mod parse;

use fancy_regex::Regex;
use jiff::Timestamp;
use serde_json::Value;

/// An expression.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    /// All of several; the empty filter holds always.
    All(Vec<Filter>),
    /// One of several.
    Any(Vec<Filter>),
    /// The opposite.
    Not(Box<Filter>),
    /// A comparison of the field at a path.
    Compare { path: Vec<String>, comparator: Comparator, wanted: String },
    /// Whether the whole field fits a regular expression, or does not.
    Match { path: Vec<String>, pattern: Box<Regex>, is_wanted: bool },
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparator {
    /// `=`, with `*` for any text.
    Equal,
    /// `!=`.
    Different,
    /// `:`: the field has the text in it, or with `*` is there at all.
    Has,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    Greater,
    /// `>=`.
    AtLeast,
}

impl Filter {
    /// Reads a filter; `fields` are those that the resource can have, or none to take any.
    ///
    /// Returns nothing for what is no filter.
    pub(super) fn parse(text: &str, fields: &[&str]) -> Option<Self> {
        parse::parse(text, fields)
    }

    /// Returns the filter that holds when any of the terms does that stand side by side, as in a search for projects.
    pub(super) fn with_any(self) -> Self {
        match self {
            Self::All(parts) if !parts.is_empty() => Self::Any(parts),
            other => other,
        }
    }

    /// Returns whether the filter holds for a resource.
    pub(super) fn holds(&self, resource: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(resource)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(resource)),
            Self::Not(part) => !part.holds(resource),
            Self::Compare { path, comparator: Comparator::Different, wanted } => {
                !any(resource, path, &|value| compare(value, Comparator::Equal, wanted))
            }
            Self::Compare { path, comparator, wanted } => {
                any(resource, path, &|value| compare(value, *comparator, wanted))
            }
            Self::Match { path, pattern, is_wanted } => {
                any(resource, path, &|value| pattern.is_match(&text_of(value)).unwrap_or_default())
                    == *is_wanted
            }
        }
    }
}

/// Returns whether any value at a path fits: a list stands for each of its items.
fn any(value: &Value, path: &[String], fits: &dyn Fn(&Value) -> bool) -> bool {
    match (value, path) {
        (Value::Array(items), _) => items.iter().any(|item| any(item, path, fits)),
        (Value::Null, _) => false,
        (value, []) => fits(value),
        (Value::Object(fields), [name, rest @ ..]) => {
            fields.get(name).is_some_and(|field| any(field, rest, fits))
                // The key of a label may have dots.
                || (!rest.is_empty() && fields.get(&path.join(".")).is_some_and(fits))
        }
        _ => false,
    }
}

fn compare(value: &Value, comparator: Comparator, wanted: &str) -> bool {
    if let (Comparator::Has, "*") = (comparator, wanted) {
        return true;
    }
    if let (Comparator::Has, Value::Object(fields)) = (comparator, value) {
        return fields.contains_key(wanted);
    }
    let text = text_of(value);
    match comparator {
        Comparator::Equal => is_like(wanted, &text),
        Comparator::Different => !is_like(wanted, &text),
        Comparator::Has if value.is_string() => {
            text.to_lowercase().contains(&wanted.trim_matches('*').to_lowercase())
        }
        Comparator::Has => is_like(wanted, &text),
        Comparator::Less => order(&text, wanted).is_lt(),
        Comparator::AtMost => order(&text, wanted).is_le(),
        Comparator::Greater => order(&text, wanted).is_gt(),
        Comparator::AtLeast => order(&text, wanted).is_ge(),
    }
}

/// Compares numbers as numbers, times as times, and the rest as text.
fn order(text: &str, wanted: &str) -> std::cmp::Ordering {
    if let (Ok(number), Ok(wanted)) = (text.parse::<f64>(), wanted.parse::<f64>()) {
        return number.total_cmp(&wanted);
    }
    if let (Ok(time), Ok(wanted)) = (text.parse::<Timestamp>(), wanted.parse::<Timestamp>()) {
        return time.cmp(&wanted);
    }
    text.cmp(wanted)
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns whether a text is one that has any text where the pattern has a star.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<_> = rest.split('*').collect();
    let Some(tail) = parts.pop() else { return true };
    for part in parts {
        match text.find(part) {
            Some(place) => text = &text[place + part.len()..],
            None => return false,
        }
    }
    text.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn machine() -> Value {
        json!({
            "name": "web-1", "status": "RUNNING", "id": "77", "hostname": "web(1).example.com",
            "labels": {"env": "prod", "a.b": "dotted", "tier": "gold plate"},
            "tags": {"items": ["http", "https"]},
            "scheduling": {"preemptible": false},
            "networkInterfaces": [{"networkIP": "10.0.0.1"}, {"networkIP": "10.0.1.1"}],
            "creationTimestamp": "2025-03-01T12:00:00.000-08:00",
            "disks": [{"diskSizeGb": "20"}],
        })
    }

    #[test]
    fn filters_hold_as_they_say() {
        let table = [
            ("", true),
            ("status = RUNNING", true),
            ("status=RUNNING", true),
            ("status = \"RUNNING\"", true),
            ("status != RUNNING", false),
            ("status = running", false),
            ("name = web-*", true),
            ("name = *-1", true),
            ("name = w*b*1", true),
            ("name = web-*2", false),
            ("labels.env = prod", true),
            ("labels.env != prod", false),
            ("labels.none != prod", true),
            ("labels.none = prod", false),
            ("labels.a.b = dotted", true),
            ("labels.\"env\" = prod", true),
            ("labels.tier = 'gold plate'", true),
            ("labels.env:*", true),
            ("labels:env", true),
            ("labels.none:*", false),
            ("name:EB-", true),
            ("tags.items = https", true),
            ("tags.items:https", true),
            ("tags.items = ftp", false),
            ("scheduling.preemptible = false", true),
            ("scheduling.preemptible:true", false),
            ("networkInterfaces.networkIP = 10.0.1.1", true),
            ("id > 8", true),
            ("id < 8", false),
            ("id >= 77 id <= 77", true),
            ("creationTimestamp > \"2025-03-01T19:59:59Z\"", true),
            ("creationTimestamp > \"2025-03-01T20:00:01Z\"", false),
            ("disks.diskSizeGb >= 20", true),
            ("status = RUNNING AND labels.env = dev", false),
            ("status = RUNNING labels.env = dev", false),
            ("status = RUNNING OR labels.env = dev", true),
            ("(status = RUNNING) (labels.env = prod)", true),
            ("NOT status = RUNNING", false),
            ("-status = RUNNING", false),
            ("NOT (status = STOPPED OR labels.env = dev)", true),
            // `OR` binds before `AND`.
            ("status = RUNNING OR status = STAGING AND labels.env = dev", false),
            ("status = RUNNING OR (status = STAGING AND labels.env = dev)", true),
            ("name eq web-[0-9]+", true),
            ("name eq web", false),
            ("name eq '.*1'", true),
            ("name ne web-.*", false),
            ("name ne other", true),
            ("(name eq web.*) (status eq \"RUN.*\")", true),
            ("hostname eq web\\(1\\).*", true),
            ("name eq (web|db)-1", true),
        ];
        for (text, expected) in table {
            let filter = Filter::parse(text, &[]).unwrap_or_else(|| panic!("no filter: {text}"));
            assert_eq!(filter.holds(&machine()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_not_read() {
        let fields = ["status", "name", "labels"];
        let table = [
            "status",
            "status =",
            "= RUNNING",
            "status = RUNNING AND",
            "OR status = RUNNING",
            "(status = RUNNING",
            "status = RUNNING)",
            "status == RUNNING",
            "status = \"RUNNING",
            "()",
            "NOT",
            "name eq [",
            "name eq",
            "stauts = RUNNING",
            "{{ x }}",
        ];
        for text in table {
            assert!(Filter::parse(text, &fields).is_none(), "{text}");
        }
    }
}
