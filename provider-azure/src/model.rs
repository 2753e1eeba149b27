//! Compares machines with the models of Azure's own library.

mod record;

use std::sync::Arc;

use azure_mgmt_compute::package_2024_07_01::models::{VirtualMachine, VirtualMachineScaleSetVm};
use inventory_core::discovery::Oddities;
use inventory_core::value::{Map, Value};
use serde::de::DeserializeOwned;

use self::record::Record;
use crate::facts;

/// Notes what the model of this kind of machine does not expect of this one, by the name of its member.
///
/// Variables are made of the record itself, which has all that Azure said; so an odd machine loses nothing.
pub(crate) fn check(kind: &str, machine: &Arc<Map>, name: &str, oddities: &mut Oddities) {
    let machine = Value::Map(Arc::clone(machine));
    match kind {
        facts::VM => decode::<VirtualMachine>(&machine, name, oddities),
        facts::SCALE_SET_VM => decode::<VirtualMachineScaleSetVm>(&machine, name, oddities),
        _ => {}
    }
}

fn decode<T: DeserializeOwned>(machine: &Value, name: &str, oddities: &mut Oddities) {
    // To keep track of the place costs more than to decode; only few machines are odd.
    if T::deserialize(Record(machine)).is_ok() {
        return;
    }
    if let Err(error) = serde_path_to_error::deserialize::<_, T>(Record(machine)) {
        let (path, cause) = (error.path().to_string(), error.into_inner());
        let place = if path == "." { String::new() } else { format!(" in `{path}`") };
        oddities.note(&format!("are not as Azure's API promises{place} ({cause})"), name);
    }
}

#[cfg(test)]
mod tests;
