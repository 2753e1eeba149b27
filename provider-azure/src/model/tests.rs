use serde_json::{Value as Json, json};

use super::*;

fn warnings(kind: &str, machine: Json) -> Vec<String> {
    let mut oddities = Oddities::default();
    let Value::Map(machine) = Value::from(machine) else { panic!("a machine is an object") };
    check(kind, &machine, "web", &mut oddities);
    oddities.into_notes().iter().map(ToString::to_string).collect()
}

fn machine(properties: &Json) -> Json {
    json!({"id": "/a", "name": "web", "location": "westeurope", "tags": {"a": "b"}, "zones": ["1"],
           "unknown": [1.5, null, {"a": true}], "properties": properties})
}

#[test]
fn what_the_api_promises_is_not_odd() {
    for properties in [
        json!(null),
        json!({}),
        json!({"hardwareProfile": {"vmSize": "Standard_New_v9"}, "provisioningState": "Succeeded"}),
        json!({"storageProfile": {"osDisk": {"createOption": "FromImage", "diskSizeGB": 30, "osType": "Linux"},
                                  "dataDisks": [{"lun": 0, "createOption": "Attach", "toBeDetached": false}]},
               "timeCreated": "2025-03-01T10:00:00.1234567+00:00",
               "networkProfile": {"networkInterfaces": [{"id": "/n", "properties": {"primary": true}}]}}),
        json!({"diagnosticsProfile": {"bootDiagnostics": {"enabled": true}}, "priority": "Unheard"}),
    ] {
        for kind in [facts::VM, facts::SCALE_SET_VM] {
            assert_eq!(warnings(kind, machine(&properties)), [""; 0], "{kind} {properties}");
        }
    }
    assert_eq!(warnings(facts::HCI_INSTANCE, json!({"name": 3})), [""; 0]);
}

#[test]
fn what_is_odd_is_named_with_its_place() {
    let rows = [
        (
            json!({"storageProfile": {"osDisk": {"createOption": "Attach", "diskSizeGB": "30"}}}),
            "1 machines are not as Azure's API promises in `properties.storageProfile.osDisk.diskSizeGB` (invalid type: \
          string \"30\", expected i32): web",
        ),
        (
            json!({"storageProfile": {"dataDisks": [{"createOption": "Attach"}]}}),
            "1 machines are not as Azure's API promises in `properties.storageProfile.dataDisks[0]` (missing field \
          `lun`): web",
        ),
        (
            json!({"networkProfile": {"networkInterfaces": {"id": "/n"}}}),
            "1 machines are not as Azure's API promises in `properties.networkProfile.networkInterfaces` (invalid type: \
          map, expected a sequence): web",
        ),
        (
            json!({"diagnosticsProfile": {"bootDiagnostics": {"enabled": 1.5}}}),
            "1 machines are not as Azure's API promises in `properties.diagnosticsProfile.bootDiagnostics.enabled` \
          (invalid type: floating point `1.5`, expected a boolean): web",
        ),
        (
            json!({"hardwareProfile": {"vmSize": null}, "osProfile": 7}),
            "1 machines are not as Azure's API promises in `properties.osProfile` (invalid type: integer `7`, expected \
          struct OsProfile): web",
        ),
    ];
    for (properties, warning) in rows {
        assert_eq!(warnings(facts::VM, machine(&properties)), [warning]);
    }
}
