//! Facts for tests.

use inventory_core::discovery::Facts;
use inventory_core::value::Value;
use serde_json::Value as Json;

use crate::facts;

const KINDS: [&str; 11] = [
    facts::VM,
    facts::VM_STATUS,
    facts::NETWORK_INTERFACE,
    facts::PUBLIC_IP,
    facts::SCALE_SET,
    facts::SCALE_SET_VM,
    facts::SCALE_SET_NETWORK_INTERFACE,
    facts::SCALE_SET_PUBLIC_IP,
    facts::ARC_MACHINE,
    facts::HCI_MACHINE,
    facts::HCI_INSTANCE,
];

/// Makes facts of a list of `[kind, record]`.
pub(crate) fn facts_of(list: &Json) -> Vec<Facts> {
    let fact = |entry: &Json| {
        let kind = KINDS.into_iter().find(|kind| entry[0] == *kind).unwrap();
        let id = entry[1]["id"].as_str().unwrap_or_default().to_lowercase().into();
        Facts { kind, id, record: Value::from(entry[1].clone()) }
    };
    list.as_array().unwrap().iter().map(fact).collect()
}
