//! Organizations: a root, a few units in it, and the accounts of the fleet in them.

use serde_json::{Value, json};

use super::asked::Asked;
use super::failure::{Failure, JSON, REQUEST_ID};
use super::pages::Pages;
use super::{Aws, names};
use crate::simulator::cloud::Twist;
use crate::simulator::exchange::Answer;

/// The units, each with the one that it is in; none is in the root.
const UNITS: [(&str, Option<&str>); 4] = [
    ("Workloads", None),
    ("Sandbox", None),
    ("Production", Some("Workloads")),
    ("Staging", Some("Workloads")),
];
const ROOT: &str = "r-sim0";

pub(super) fn answer(aws: &Aws, asked: &Asked, twist: Option<Twist>) -> Result<Answer, Failure> {
    if asked.caller.account != aws.home_account() {
        return Err(Failure::new(
            400,
            "AccessDeniedException",
            "only the management account may list the organization",
        ));
    }
    let (name, items) = match asked.action.as_str() {
        "ListRoots" => ("Roots", {
            asked.allow_members(&["NextToken", "MaxResults"])?;
            vec![root(aws)]
        }),
        "ListAccounts" => ("Accounts", {
            asked.allow_members(&["NextToken", "MaxResults"])?;
            accounts(aws).map(|(_, account)| account).collect()
        }),
        "ListAccountsForParent" => {
            let parent = parent(asked)?;
            let inside = accounts(aws).filter(|(unit, _)| *unit == parent);
            ("Accounts", inside.map(|(_, account)| account).collect())
        }
        "ListOrganizationalUnitsForParent" => ("OrganizationalUnits", units(aws, &parent(asked)?)),
        _ => return Err(asked.unknown_action()),
    };
    page(aws, asked, twist, name, items)
}

fn page(
    aws: &Aws,
    asked: &Asked,
    twist: Option<Twist>,
    name: &str,
    items: Vec<Value>,
) -> Result<Answer, Failure> {
    let pages = Pages::read(aws, asked, (1, 20), twist)?;
    let start = usize::try_from(pages.start).unwrap_or(usize::MAX);
    let end = start.saturating_add(pages.size);
    let next = (end < items.len()).then_some(end as u64);
    let shown: Vec<_> = items.into_iter().skip(start).take(pages.size).collect();
    let mut body = json!({name: shown});
    if let (Some(token), Some(body)) = (pages.token(next), body.as_object_mut()) {
        body.insert("NextToken".to_owned(), Value::from(token));
    }
    Ok(Answer::new(200, JSON, body.to_string()).with_header("x-amzn-requestid", REQUEST_ID))
}

/// Returns the id of the parent that is asked for.
fn parent(asked: &Asked) -> Result<String, Failure> {
    asked.allow_members(&["ParentId", "NextToken", "MaxResults"])?;
    let id = asked.document.get("ParentId").and_then(Value::as_str).unwrap_or_default();
    let is_known = id == ROOT || UNITS.iter().any(|(name, _)| unit_id(name) == id);
    if is_known {
        return Ok(id.to_owned());
    }
    Err(Failure::new(400, "ParentNotFoundException", format!("no root or unit has the id `{id}`")))
}

/// Returns the id of an organizational unit: `Workloads`, `Production` and `Staging` in it, or `Sandbox`.
pub fn unit_id(name: &str) -> String {
    format!("ou-sim0-{}", names::id("x", name).trim_start_matches("x-").chars().take(8).collect::<String>())
}

/// Returns the beginning of the ARNs of the organization's parts, but accounts.
fn arn(aws: &Aws, kind: &str, id: &str) -> String {
    format!("arn:aws:organizations::{}:{kind}/o-simulated0/{id}", aws.home_account())
}

fn root(aws: &Aws) -> Value {
    json!({"Id": ROOT, "Arn": arn(aws, "root", ROOT), "Name": "Root", "PolicyTypes": []})
}

fn units(aws: &Aws, parent: &str) -> Vec<Value> {
    let is_inside = |above: Option<&str>| above.map_or_else(|| ROOT.to_owned(), unit_id) == parent;
    let inside = UNITS.iter().filter(|(_, above)| is_inside(*above));
    let unit = |(name, _): &(&str, Option<&str>)| {
        let id = unit_id(name);
        json!({"Arn": arn(aws, "ou", &id), "Id": id, "Name": name})
    };
    inside.map(unit).collect()
}

/// Returns the accounts, each with the id of its parent: the managing one is in the root, the others in turn in the units.
fn accounts(aws: &Aws) -> impl Iterator<Item = (String, Value)> {
    let ids = aws.world.fleet.geography().accounts.iter().enumerate();
    ids.map(|(place, id)| {
        let unit = place.checked_sub(1).and_then(|place| UNITS.get(place % UNITS.len()));
        let parent = unit.map_or_else(|| ROOT.to_owned(), |(name, _)| unit_id(name));
        let account = json!({
            "Id": id,
            "Arn": arn(aws, "account", id),
            "Email": format!("account-{place}@example.com"),
            "Name": format!("account-{place}"),
            "Status": "ACTIVE",
            "State": "ACTIVE",
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": 1_600_000_000.25 + place as f64,
        });
        (parent, account)
    })
}
