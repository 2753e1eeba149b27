//! The names that `hostnames` knows, and the part of an instance that each stands for.

use inventory_core::value::{Map, Value};

/// The names of the plugin's table with their paths through an instance, sorted by name.
///
/// Some are not what their name says; the plugin is followed: `network-interface.requester-managed` is an owner id, the
/// `allocation-id` of an association belongs to an accelerator, `group-id` and `group-name` are never there.
const PATHS: &[(&str, &[&str])] = &[
    ("affinity", &["placement", "affinity"]),
    ("architecture", &["architecture"]),
    ("availability-zone", &["placement", "availability_zone"]),
    ("block-device-mapping.attach-time", &["block_device_mappings", "ebs", "attach_time"]),
    (
        "block-device-mapping.delete-on-termination",
        &["block_device_mappings", "ebs", "delete_on_termination"],
    ),
    ("block-device-mapping.device-name", &["block_device_mappings", "device_name"]),
    ("block-device-mapping.status", &["block_device_mappings", "ebs", "status"]),
    ("block-device-mapping.volume-id", &["block_device_mappings", "ebs", "volume_id"]),
    ("client-token", &["client_token"]),
    ("dns-name", &["public_dns_name"]),
    ("group-id", &["groups", "group_id"]),
    ("group-name", &["groups", "group_name"]),
    ("host-id", &["placement", "host_id"]),
    ("hypervisor", &["hypervisor"]),
    ("iam-instance-profile.arn", &["iam_instance_profile", "arn"]),
    ("image-id", &["image_id"]),
    ("instance-id", &["instance_id"]),
    ("instance-lifecycle", &["instance_lifecycle"]),
    ("instance-state-code", &["state", "code"]),
    ("instance-state-name", &["state", "name"]),
    ("instance-type", &["instance_type"]),
    ("instance.group-id", &["security_groups", "group_id"]),
    ("instance.group-name", &["security_groups", "group_name"]),
    ("ip-address", &["public_ip_address"]),
    ("kernel-id", &["kernel_id"]),
    ("key-name", &["key_name"]),
    ("launch-index", &["ami_launch_index"]),
    ("launch-time", &["launch_time"]),
    ("monitoring-state", &["monitoring", "state"]),
    (
        "network-interface.addresses.association.ip-owner-id",
        &["network_interfaces", "private_ip_addresses", "association", "ip_owner_id"],
    ),
    (
        "network-interface.addresses.association.public-ip",
        &["network_interfaces", "private_ip_addresses", "association", "public_ip"],
    ),
    ("network-interface.addresses.primary", &["network_interfaces", "private_ip_addresses", "primary"]),
    ("network-interface.addresses.private-ip-address", &["network_interfaces", "private_ip_address"]),
    ("network-interface.association.allocation-id", &["elastic_gpu_associations", "elastic_gpu_id"]),
    (
        "network-interface.association.association-id",
        &["elastic_gpu_associations", "elastic_gpu_association_id"],
    ),
    ("network-interface.association.ip-owner-id", &["network_interfaces", "association", "ip_owner_id"]),
    ("network-interface.association.public-ip", &["network_interfaces", "association", "public_ip"]),
    ("network-interface.attachment.attach-time", &["network_interfaces", "attachment", "attach_time"]),
    ("network-interface.attachment.attachment-id", &["network_interfaces", "attachment", "attachment_id"]),
    (
        "network-interface.attachment.delete-on-termination",
        &["network_interfaces", "attachment", "delete_on_termination"],
    ),
    ("network-interface.attachment.device-index", &["network_interfaces", "attachment", "device_index"]),
    ("network-interface.attachment.instance-id", &["instance_id"]),
    ("network-interface.attachment.instance-owner-id", &["owner_id"]),
    ("network-interface.attachment.status", &["network_interfaces", "attachment", "status"]),
    ("network-interface.availability-zone", &["placement", "availability_zone"]),
    ("network-interface.description", &["network_interfaces", "description"]),
    ("network-interface.group-id", &["network_interfaces", "groups", "group_id"]),
    ("network-interface.group-name", &["network_interfaces", "groups", "group_name"]),
    (
        "network-interface.ipv6-addresses.ipv6-address",
        &["network_interfaces", "ipv6_addresses", "ipv6_address"],
    ),
    ("network-interface.mac-address", &["network_interfaces", "mac_address"]),
    ("network-interface.network-interface-id", &["network_interfaces", "network_interface_id"]),
    ("network-interface.owner-id", &["network_interfaces", "owner_id"]),
    ("network-interface.private-dns-name", &["network_interfaces", "private_dns_name"]),
    ("network-interface.requester-managed", &["network_interfaces", "association", "ip_owner_id"]),
    ("network-interface.source-dest-check", &["network_interfaces", "source_dest_check"]),
    ("network-interface.status", &["network_interfaces", "status"]),
    ("network-interface.subnet-id", &["network_interfaces", "subnet_id"]),
    ("network-interface.vpc-id", &["network_interfaces", "vpc_id"]),
    ("owner-id", &["owner_id"]),
    ("placement-group-name", &["placement", "group_name"]),
    ("platform", &["platform"]),
    ("private-dns-name", &["private_dns_name"]),
    ("private-ip-address", &["private_ip_address"]),
    ("product-code", &["product_codes", "product_code_id"]),
    ("product-code.type", &["product_codes", "product_code_type"]),
    ("ramdisk-id", &["ramdisk_id"]),
    ("reason", &["state_transition_reason"]),
    ("requester-id", &["requester_id"]),
    ("reservation-id", &["reservation_id"]),
    ("root-device-name", &["root_device_name"]),
    ("root-device-type", &["root_device_type"]),
    ("source-dest-check", &["source_dest_check"]),
    ("spot-instance-request-id", &["spot_instance_request_id"]),
    ("state-reason-code", &["state_reason", "code"]),
    ("state-reason-message", &["state_reason", "message"]),
    ("subnet-id", &["subnet_id"]),
    ("tag", &["tags"]),
    ("tag-key", &["tags"]),
    ("tag-value", &["tags"]),
    ("tenancy", &["placement", "tenancy"]),
    ("virtualization-type", &["virtualization_type"]),
    ("vpc-id", &["vpc_id"]),
];

/// The path of the tags, which are a list of `Key` and `Value` here, not the dict of the hostvars.
const TAGS: &[&str] = &["tags"];

/// Returns the names of the table, sorted.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PATHS.iter().map(|(name, _)| *name)
}

/// Returns the path of a name; none when the table lacks it.
pub(super) fn find(name: &str) -> Option<&'static [&'static str]> {
    let place = PATHS.binary_search_by_key(&name, |(name, _)| name).ok()?;
    PATHS.get(place).map(|(_, path)| *path)
}

/// Follows a path through an instance, over lists too; `None` where it ends early.
pub(super) fn follow(instance: &Map, path: &[&str]) -> Value {
    let (first, rest) = match path {
        [] => return Value::Null,
        path if path == TAGS => return tags(instance),
        [first, rest @ ..] => (first, rest),
    };
    let mut value = collapse(instance.get(first).cloned().unwrap_or_default());
    for key in rest {
        value = step(&value, key);
    }
    value
}

/// Takes one step: from a list the true values of its items, from a dict the value of the key.
fn step(value: &Value, key: &str) -> Value {
    match value {
        Value::List(items) => {
            collapse(Value::list(items.iter().map(|item| step(item, key)).filter(Value::is_true)))
        }
        Value::Map(map) => collapse(map.get(key).cloned().unwrap_or_default()),
        _ => Value::Null,
    }
}

/// Makes a list of one item that item.
fn collapse(value: Value) -> Value {
    match value.as_items() {
        Some([only]) => only.clone(),
        _ => value,
    }
}

fn tags(instance: &Map) -> Value {
    let Some(tags) = instance.get("tags").and_then(Value::as_map) else { return Value::Null };
    let item = |(key, value): (&Value, &Value)| {
        let mut tag = Map::with_capacity(2);
        tag.push(arcstr::literal!("Key"), key.clone());
        tag.push(arcstr::literal!("Value"), value.clone());
        Value::from(tag)
    };
    collapse(Value::list(tags.iter().map(item)))
}
