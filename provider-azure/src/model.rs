//! Compares machines with the models of Azure's own library.

use azure_mgmt_compute::package_2024_07_01::models::{VirtualMachine, VirtualMachineScaleSetVm};
use inventory_core::value::{Map, Value};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::facts;
use inventory_core::discovery::Oddities;

/// Notes what the model of this kind of machine does not expect of this one, by the name of its member.
///
/// Variables are made of the record itself, which has all that Azure said; so an odd machine loses nothing.
pub(crate) fn check(kind: &str, machine: &Map, name: &str, oddities: &mut Oddities) {
    match kind {
        facts::VM => decode::<VirtualMachine>(machine, name, oddities),
        facts::SCALE_SET_VM => decode::<VirtualMachineScaleSetVm>(machine, name, oddities),
        _ => {}
    }
}

fn decode<T: DeserializeOwned>(machine: &Map, name: &str, oddities: &mut Oddities) {
    let decoded: Result<T, _> = serde_path_to_error::deserialize(json_map(machine));
    if let Err(error) = decoded {
        let (path, cause) = (error.path().to_string(), error.into_inner());
        let place = if path == "." { String::new() } else { format!(" in `{path}`") };
        oddities.note(&format!("are not as Azure's API promises{place} ({cause})"), name);
    }
}

fn json_map(map: &Map) -> Json {
    let entries = map.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), json(value))));
    Json::Object(entries.collect())
}

fn json(value: &Value) -> Json {
    match value {
        Value::Bool(truth) => Json::from(*truth),
        Value::Int(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Text(text) => Json::from(text.as_str()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => json_map(map),
        _ => Json::Null,
    }
}
