//! Facts for tests.

use inventory_core::discovery::Facts;
use inventory_core::value::Value;
use serde_json::Value as Json;

/// Makes facts of records of one kind, as fetching does.
pub(crate) fn facts_of<'a>(kind: &'static str, records: impl IntoIterator<Item = &'a Json>) -> Vec<Facts> {
    let fact = |record: &Json| {
        let id = record["selfLink"].as_str().unwrap_or("p/zones/us-east1-b/vm").into();
        Facts { kind, id, record: Value::from(record.clone()) }
    };
    records.into_iter().map(fact).collect()
}
