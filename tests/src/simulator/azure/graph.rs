//! Resource Graph: queries over the resources of several subscriptions.
//!
//! Of its language only `resources`, `where` with comparisons joined by `and`, `project` and `order by id asc` are known;
//! rows come in the order of the fleet, not of their ids.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Outcome, no_subscription};
use super::compute::{self, put};
use super::directory::TENANT;
use super::host::Host;
use super::manager::Manager;
use super::page::{Cursor, slice};
use super::{hybrid, network, twist};
use crate::simulator::cloud::Twist;

/// The most rows of a page, which is also how many a client gets that does not ask for fewer.
const SIZE: usize = 1000;
/// The columns of a row, in their order.
const COLUMNS: [&str; 16] = [
    "id",
    "name",
    "type",
    "tenantId",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "managedBy",
    "sku",
    "plan",
    "properties",
    "tags",
    "identity",
    "zones",
    "extendedLocation",
];

/// Answers a query.
pub(super) fn query(manager: &Manager<'_>) -> Outcome {
    let body = manager.request.json().unwrap_or_default();
    let fields = body.as_object().ok_or_else(|| bad("The body of the request is not an object."))?;
    check_names(fields, &["subscriptions", "managementGroups", "query", "options", "facets"])?;
    let text = fields
        .get("query")
        .and_then(Value::as_str)
        .ok_or_else(|| bad("The property 'query' is required."))?;
    let question = Question::parse(text)?;
    let subscriptions = subscriptions(manager, fields)?;
    let no_options = Map::new();
    let options = fields.get("options").and_then(Value::as_object).unwrap_or(&no_options);
    check_names(options, &["$top", "$skipToken", "resultFormat", "authorizationScopeFilter"])?;
    if options.get("resultFormat").is_some_and(|format| format != "objectArray") {
        return Err(bad("Only the result format 'objectArray' is simulated."));
    }
    let top = match options.get("$top").map(Value::as_u64) {
        None => SIZE,
        Some(Some(top @ 1..=1000)) => usize::try_from(top).unwrap_or(SIZE),
        Some(_) => return Err(bad("The value of '$top' must be between 1 and 1000.")),
    };
    let purpose = format!("graph {text} {}", subscriptions.join(","));
    let (total, from) = match options.get("$skipToken").and_then(Value::as_str) {
        None => (count(manager, &question, &subscriptions), Cursor::default()),
        Some(token) => open(manager, &purpose, token)?,
    };
    let rows = |index| rows(manager, &question, &subscriptions, index);
    let size = manager.world.limits.page(top);
    let mut found = slice(0..manager.world.fleet.size(), from, size, rows);
    if manager.twist == Some(Twist::RepeatedToken) {
        found.next = Some(from);
    }
    twist::spoil(&mut found.items, manager.twist);
    let mut answer = json!({"totalRecords": total, "count": found.items.len(), "data": found.items, "facets": [],
        "resultTruncated": "false"});
    if found.next.is_some() && manager.truncates_queries {
        put(&mut answer, "resultTruncated", json!("true"));
    } else if let Some(next) = found.next {
        let token = manager.world.seal.close(&purpose, &format!("{total}.{}.{}", next.index, next.skip));
        put(&mut answer, "$skipToken", json!(token));
    }
    Ok(Answer::ok(answer)
        .with("x-ms-user-quota-remaining", "14")
        .with("x-ms-user-quota-resets-after", "00:00:05"))
}

/// Refuses a query of one who asks too often, who is told when there is quota again.
pub(super) fn throttled() -> Answer {
    let text = "Client application has been throttled and should not attempt to repeat the request until an amount of time \
                has elapsed.";
    let detail = json!({"code": "RateLimiting", "message": text});
    let mut answer = Answer::refuse(429, "RateLimiting", text);
    let error = json!({"code": "RateLimiting", "details": [detail],
        "message": "Please provide below info when asking for support."});
    answer.body = json!({"error": error});
    answer.with("x-ms-user-quota-remaining", "0").with("x-ms-user-quota-resets-after", "00:00:01")
}

fn bad(text: &str) -> Answer {
    let detail = json!({"code": "InvalidQuery", "message": text});
    let mut answer = Answer::refuse(400, "BadRequest", "Please provide below info when asking for support.");
    answer.body =
        json!({"error": {"code": "BadRequest", "message": "Query is invalid.", "details": [detail]}});
    answer
}

fn check_names(fields: &Map<String, Value>, known: &[&str]) -> Outcome<()> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(bad(&format!("The property '{name}' is not supported."))),
    }
}

/// Returns the subscriptions that are asked for; all when none are named.
fn subscriptions(manager: &Manager<'_>, fields: &Map<String, Value>) -> Outcome<Vec<String>> {
    let named = fields.get("subscriptions").and_then(Value::as_array);
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Ok(manager.estate.subscriptions().to_vec());
    };
    let known = named.iter().map(|name| {
        let name = name.as_str().unwrap_or_default();
        manager.estate.subscription(name).map(str::to_owned).ok_or_else(|| no_subscription(name))
    });
    known.collect()
}

fn open(manager: &Manager<'_>, purpose: &str, token: &str) -> Outcome<(usize, Cursor)> {
    let content = manager.world.seal.open(purpose, token);
    let parts = content.as_deref().and_then(|content| {
        let mut parts = content.split('.');
        let total = parts.next()?.parse().ok()?;
        Some((total, Cursor { index: parts.next()?.parse().ok()?, skip: parts.next()?.parse().ok()? }))
    });
    parts.ok_or_else(|| bad("The value of '$skipToken' is invalid."))
}

/// Counts the rows, on the first page of a query only.
fn count(manager: &Manager<'_>, question: &Question, subscriptions: &[String]) -> usize {
    (0..manager.world.fleet.size()).map(|index| rows(manager, question, subscriptions, index).len()).sum()
}

/// Returns the rows that a machine amounts to.
fn rows(manager: &Manager<'_>, question: &Question, subscriptions: &[String], index: u64) -> Vec<Value> {
    let Some(host) = manager.estate.host(index).filter(|host| subscriptions.contains(&host.subscription))
    else {
        return Vec::new();
    };
    let rows = resources(&host).into_iter().map(|(kind, resource)| row(&host, kind, resource));
    rows.filter(|row| question.fits(row)).map(|row| question.project(row)).collect()
}

fn resources(host: &Host) -> Vec<(&'static str, Value)> {
    if host.is_hybrid() {
        return vec![("microsoft.hybridcompute/machines", hybrid::machine(host))];
    }
    if !host.is_virtual_machine() {
        return Vec::new();
    }
    let mut machine = compute::machine(host);
    put(&mut machine, "id", json!(host.id()));
    if let Some(properties) = machine.get_mut("properties") {
        put(properties, "extended", json!({"instanceView": short_view(host)}));
    }
    let mut all = vec![("microsoft.compute/virtualmachines", machine)];
    let interface = |interface| ("microsoft.network/networkinterfaces", network::interface(host, interface));
    all.extend(host.interfaces.iter().map(interface));
    all.extend(host.publics().map(|(interface, configuration, public)| {
        ("microsoft.network/publicipaddresses", network::public(host, interface, configuration, public))
    }));
    all
}

/// Returns the instance view, whose power state has a place of its own here.
fn short_view(host: &Host) -> Value {
    let view = compute::view(host);
    let mut short = json!({"powerState": {"code": format!("PowerState/{}", host.power), "level": "Info",
        "displayStatus": format!("VM {}", host.power)}});
    for name in ["computerName", "osName", "osVersion", "hyperVGeneration"] {
        if let Some(value) = view.get(name) {
            put(&mut short, name, value.clone());
        }
    }
    short
}

fn row(host: &Host, kind: &str, resource: Value) -> Value {
    let mut row = json!({"type": kind, "tenantId": TENANT, "resourceGroup": host.group.to_lowercase(),
        "subscriptionId": host.subscription, "kind": "", "managedBy": ""});
    if let Value::Object(fields) = resource {
        for (name, value) in fields.into_iter().filter(|(name, _)| name != "type" && name != "etag") {
            put(&mut row, &name, value);
        }
    }
    let column = |name: &str| (name.to_owned(), row.get(name).cloned().unwrap_or_default());
    Value::Object(COLUMNS.iter().map(|name| column(name)).collect())
}

/// A query that was understood.
#[derive(Debug, Default, PartialEq)]
struct Question {
    conditions: Vec<Condition>,
    /// The names of the columns with the paths of what is in them; all columns when there are none.
    columns: Vec<(String, String)>,
}

/// A comparison of a field with texts, of which one must be equal.
#[derive(Debug, PartialEq)]
struct Condition {
    path: String,
    ignores_case: bool,
    texts: Vec<String>,
}

impl Question {
    fn parse(text: &str) -> Outcome<Self> {
        let mut stages = text.split('|').map(str::trim);
        if !stages.next().is_some_and(|table| table.eq_ignore_ascii_case("resources")) {
            return Err(bad("The query must begin with the table 'resources'."));
        }
        let mut question = Self::default();
        for stage in stages {
            let (word, rest) = stage.split_once(char::is_whitespace).unwrap_or((stage, ""));
            match word {
                "where" => {
                    let parts = rest.split(" and ");
                    let conditions: Outcome<Vec<_>> =
                        parts.map(|part| Condition::parse(part.trim())).collect();
                    question.conditions.extend(conditions?);
                }
                "project" => question.columns = rest.split(',').map(column).collect(),
                "order" | "sort" if rest.split_whitespace().eq(["by", "id", "asc"]) => {}
                _ => return Err(bad(&format!("ParserFailure: the operator in '{stage}' is not supported."))),
            }
        }
        Ok(question)
    }

    fn fits(&self, row: &Value) -> bool {
        self.conditions.iter().all(|condition| condition.fits(row))
    }

    fn project(&self, row: Value) -> Value {
        if self.columns.is_empty() {
            return row;
        }
        let column =
            |(name, path): &(String, String)| (name.clone(), at(&row, path).cloned().unwrap_or_default());
        Value::Object(self.columns.iter().map(column).collect())
    }
}

/// Reads `name` or `name = path`; a path without a name is named by its words.
fn column(text: &str) -> (String, String) {
    match text.split_once('=') {
        Some((name, path)) => (name.trim().to_owned(), path.trim().to_owned()),
        None => (text.trim().replace('.', "_"), text.trim().to_owned()),
    }
}

fn at<'a>(row: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(row, |value, name| value.get(name))
}

impl Condition {
    fn parse(text: &str) -> Outcome<Self> {
        let wrong = || bad(&format!("ParserFailure: the condition '{text}' is not supported."));
        let (path, rest) = text.split_once(char::is_whitespace).ok_or_else(wrong)?;
        let (operator, rest) = rest.trim().split_once([' ', '(']).ok_or_else(wrong)?;
        let ignores_case = match operator {
            "=~" | "in~" => true,
            "==" | "in" => false,
            _ => return Err(wrong()),
        };
        let list = rest.trim().trim_start_matches('(').trim_end_matches(')');
        let texts =
            list.split(',').map(|text| quoted(text.trim()).ok_or_else(wrong)).collect::<Outcome<_>>()?;
        Ok(Self { path: path.to_owned(), ignores_case, texts })
    }

    fn fits(&self, row: &Value) -> bool {
        let Some(value) = at(row, &self.path).and_then(Value::as_str) else { return false };
        let is_equal = |text: &String| {
            if self.ignores_case { text.eq_ignore_ascii_case(value) } else { text == value }
        };
        self.texts.iter().any(is_equal)
    }
}

fn quoted(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
    Some(text.strip_prefix(quote)?.strip_suffix(quote)?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Question;

    #[test]
    fn queries_are_understood_or_refused() {
        let row = json!({"type": "microsoft.compute/virtualmachines", "resourceGroup": "a", "properties": {"x": {"y": 1}}});
        let table = [
            ("Resources | where type =~ 'Microsoft.Compute/virtualMachines'", Some(row.clone())),
            ("resources | where type == 'Microsoft.Compute/virtualMachines'", None),
            (
                "resources | where resourceGroup in~ ('A', \"b\") and type =~ 'microsoft.compute/virtualmachines'",
                Some(row.clone()),
            ),
            ("resources | where resourceGroup in~('A')", Some(row.clone())),
            ("resources | where resourceGroup in ('b')", None),
            (
                "resources | project resourceGroup, z = properties.x.y | order by id asc",
                Some(json!({"resourceGroup": "a", "z": 1})),
            ),
        ];
        for (text, expected) in table {
            let question = Question::parse(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
            let found = question.fits(&row).then(|| question.project(row.clone()));
            assert_eq!(found, expected, "{text}");
        }
        for text in
            ["", "machines", "resources | take 5", "resources | where type", "resources | where type has 'x'"]
        {
            assert!(Question::parse(text).is_err(), "{text}");
        }
    }
}
