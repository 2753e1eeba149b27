//! What the variables of machines are called.

use inventory_core::grouping::HostVariables;

/// The variables that a machine of any kind may have.
const NAMES: [&str; 42] = [
    "ansible_all_ipv4_addresses",
    "ansible_all_ipv6_addresses",
    "ansible_dns",
    "availability_zone",
    "computer_name",
    "creation_time",
    "customLocation",
    "data_disks",
    "default_inventory_hostname",
    "hyper_v_generation",
    "id",
    "image",
    "license_type",
    "location",
    "mac_address",
    "name",
    "network_interface",
    "network_interface_id",
    "network_interface_properties",
    "os_disk",
    "os_name",
    "os_profile",
    "os_version",
    "plan",
    "powerstate",
    "private_ipv4_addresses",
    "provisioning_state",
    "public_dns_hostnames",
    "public_ip_address",
    "public_ipv4_address",
    "resource_group",
    "resource_type",
    "security_group",
    "security_group_id",
    "status",
    "subnet",
    "tags",
    "virtual_machine_memoryMB",
    "virtual_machine_processors",
    "virtual_machine_size",
    "vmid",
    "vmss",
];

/// Returns the names of all variables that a host may have before any rule.
pub(crate) fn known() -> HostVariables {
    let names = NAMES.map(str::to_owned).to_vec();
    HostVariables { names, unseen: vec!["ansible_host".to_owned()], prefixes: Vec::new(), synonyms: &[] }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn the_names_are_those_of_the_plugin() {
        let mut seen = BTreeSet::new();
        for line in include_str!("../testdata/hosts.jsonl").lines() {
            let row: Json = serde_json::from_str(line).unwrap();
            for host in row["hosts"].as_array().unwrap() {
                seen.extend(host[1].as_object().unwrap().keys().cloned());
            }
        }
        assert_eq!(known().names.into_iter().collect::<BTreeSet<_>>(), seen);
    }
}
