//! The variables of a machine's disks.

use inventory_core::value::{Map, Value};

use inventory_core::value::record;

/// Returns `os_disk`: empty for a machine of which Azure names no disks.
pub(super) fn os_disk(machine: &Map, is_hci: bool) -> Map {
    let mut variable = Map::new();
    let Some(storage) = record::object(machine, &["properties", "storageProfile"]) else { return variable };
    let empty = Map::new();
    let disk = record::object(storage, &["osDisk"]);
    if disk.is_none() && !is_hci {
        return variable;
    }
    let disk = disk.unwrap_or(&empty);
    let system = record::lower(disk, &["osType"]).filter(|system| !system.is_empty());
    let id = if is_hci {
        record::value(storage, &["vmConfigStoragePathId"])
    } else {
        record::value(disk, &["managedDisk", "id"])
    };
    variable.push("name", record::value(disk, &["name"]));
    variable.push("operating_system_type", system);
    variable.push("id", id);
    variable
}

/// Returns `data_disks`.
pub(super) fn data_disks(machine: &Map, is_hci: bool) -> Value {
    let disks = record::objects(machine, &["properties", "storageProfile", "dataDisks"]);
    Value::list(disks.map(|disk| {
        let mut variable = Map::with_capacity(3);
        if is_hci {
            let id = record::value(disk, &["id"]);
            let name = id.as_str().and_then(|id| id.rsplit('/').next()).map(Value::from);
            variable.push("name", name.unwrap_or_default());
            variable.push("id", id);
        } else {
            variable.push("name", record::value(disk, &["name"]));
            variable.push("lun", record::value(disk, &["lun"]));
            variable.push("id", record::value(disk, &["managedDisk", "id"]));
        }
        variable.into()
    }))
}
