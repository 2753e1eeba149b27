//! What differs, as JSON.

use inventory_core::diff::{Change, Difference, GroupChange, HostChange, Members};
use serde_json::{Map, Value, json};

use crate::exit::Condition;

/// Returns the whole difference of two inventories, and how much of each there is.
pub(super) fn of(difference: &Difference, before: Condition, after: Condition) -> Value {
    json!({
        "conditions": {"before": before.name(), "after": after.name()},
        "equal": difference.is_empty(),
        "hosts": members(&difference.hosts, host),
        "groups": members(&difference.groups, group),
    })
}

fn members<T>(members: &Members<T>, of: impl Fn(&T) -> Value) -> Value {
    let changed: Map<String, Value> =
        members.changed.iter().map(|(name, change)| (name.clone(), of(change))).collect();
    json!({"added": members.added, "removed": members.removed, "changed": changed})
}

fn host(HostChange { joined, left, address, variables }: &HostChange) -> Value {
    json!({
        "groups": {"added": joined, "removed": left},
        "address": address.as_ref().map(|Change { before, after, .. }| json!({"before": before, "after": after})),
        "variables": variables.iter().map(variable).collect::<Vec<_>>(),
    })
}

fn group(GroupChange { gained, lost, variables }: &GroupChange) -> Value {
    json!({
        "children": {"added": gained, "removed": lost},
        "variables": variables.iter().map(variable).collect::<Vec<_>>(),
    })
}

/// Returns a change without the member that is not there: null is a value.
fn variable(Change { path, before, after }: &Change) -> Value {
    let mut members = Map::from_iter([("path".to_owned(), json!(path))]);
    let sides = [("before", before), ("after", after)];
    members.extend(sides.into_iter().filter_map(|(name, side)| Some((name.to_owned(), side.clone()?))));
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_null_is_told_from_what_is_not_there() {
        let change = |before, after| variable(&Change { path: vec!["a".into()], before, after });
        assert_eq!(
            change(Some(Value::Null), Some(json!(1))),
            json!({"path": ["a"], "before": null, "after": 1})
        );
        assert_eq!(change(None, Some(json!(1))), json!({"path": ["a"], "after": 1}));
    }
}
