//! The names of filters.

use inventory_core::config::suggest::closest;

/// The filters of `DescribeInstances`, as its reference names them. The first is the one that is most often meant.
const FILTERS: [&str; 137] = [
    "instance-state-name",
    "affinity",
    "architecture",
    "availability-zone",
    "availability-zone-id",
    "block-device-mapping.attach-time",
    "block-device-mapping.delete-on-termination",
    "block-device-mapping.device-name",
    "block-device-mapping.status",
    "block-device-mapping.volume-id",
    "boot-mode",
    "capacity-reservation-id",
    "capacity-reservation-specification.capacity-reservation-preference",
    "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
    "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn",
    "client-token",
    "current-instance-boot-mode",
    "dns-name",
    "ebs-optimized",
    "ena-support",
    "enclave-options.enabled",
    "group-id",
    "group-name",
    "hibernation-options.configured",
    "host-id",
    "hypervisor",
    "iam-instance-profile.arn",
    "iam-instance-profile.id",
    "image-id",
    "instance-id",
    "instance-lifecycle",
    "instance-state-code",
    "instance-type",
    "instance.group-id",
    "instance.group-name",
    "ip-address",
    "ipv6-address",
    "kernel-id",
    "key-name",
    "launch-index",
    "launch-time",
    "maintenance-options.auto-recovery",
    "metadata-options.http-endpoint",
    "metadata-options.http-protocol-ipv4",
    "metadata-options.http-protocol-ipv6",
    "metadata-options.http-put-response-hop-limit",
    "metadata-options.http-tokens",
    "metadata-options.instance-metadata-tags",
    "metadata-options.state",
    "monitoring-state",
    "network-interface.addresses.association.allocation-id",
    "network-interface.addresses.association.association-id",
    "network-interface.addresses.association.carrier-ip",
    "network-interface.addresses.association.customer-owned-ip",
    "network-interface.addresses.association.ip-owner-id",
    "network-interface.addresses.association.public-dns-name",
    "network-interface.addresses.association.public-ip",
    "network-interface.addresses.primary",
    "network-interface.addresses.private-dns-name",
    "network-interface.addresses.private-ip-address",
    "network-interface.association.allocation-id",
    "network-interface.association.association-id",
    "network-interface.association.carrier-ip",
    "network-interface.association.customer-owned-ip",
    "network-interface.association.ip-owner-id",
    "network-interface.association.public-dns-name",
    "network-interface.association.public-ip",
    "network-interface.attachment.attach-time",
    "network-interface.attachment.attachment-id",
    "network-interface.attachment.delete-on-termination",
    "network-interface.attachment.device-index",
    "network-interface.attachment.instance-id",
    "network-interface.attachment.instance-owner-id",
    "network-interface.attachment.network-card-index",
    "network-interface.attachment.status",
    "network-interface.availability-zone",
    "network-interface.deny-all-igw-traffic",
    "network-interface.description",
    "network-interface.group-id",
    "network-interface.group-name",
    "network-interface.ipv4-prefixes.ipv4-prefix",
    "network-interface.ipv6-address",
    "network-interface.ipv6-addresses.ipv6-address",
    "network-interface.ipv6-addresses.is-primary-ipv6",
    "network-interface.ipv6-native",
    "network-interface.ipv6-prefixes.ipv6-prefix",
    "network-interface.mac-address",
    "network-interface.network-interface-id",
    "network-interface.operator.managed",
    "network-interface.operator.principal",
    "network-interface.outpost-arn",
    "network-interface.owner-id",
    "network-interface.private-dns-name",
    "network-interface.private-ip-address",
    "network-interface.public-dns-name",
    "network-interface.requester-id",
    "network-interface.requester-managed",
    "network-interface.source-dest-check",
    "network-interface.status",
    "network-interface.subnet-id",
    "network-interface.tag-key",
    "network-interface.tag-value",
    "network-interface.vpc-id",
    "network-performance-options.bandwidth-weighting",
    "operator.managed",
    "operator.principal",
    "outpost-arn",
    "owner-id",
    "placement-group-name",
    "placement-partition-number",
    "platform",
    "platform-details",
    "private-dns-name",
    "private-dns-name-options.enable-resource-name-dns-a-record",
    "private-dns-name-options.enable-resource-name-dns-aaaa-record",
    "private-dns-name-options.hostname-type",
    "private-ip-address",
    "product-code",
    "product-code.type",
    "ramdisk-id",
    "requester-id",
    "reservation-id",
    "root-device-name",
    "root-device-type",
    "source-dest-check",
    "spot-instance-request-id",
    "state-reason-code",
    "state-reason-message",
    "subnet-id",
    "tag-key",
    "tag-value",
    "tenancy",
    "tpm-support",
    "usage-operation",
    "usage-operation-update-time",
    "virtualization-type",
    "vpc-id",
];

/// What people write who know another name of the same.
const OTHER_NAMES: [(&str, &str); 7] = [
    ("ami-launch-index", "launch-index"),
    ("instance-state", "instance-state-name"),
    ("public-dns-name", "dns-name"),
    ("public-ip", "ip-address"),
    ("public-ip-address", "ip-address"),
    ("state", "instance-state-name"),
    ("zone", "availability-zone"),
];

/// What the name of a filter by a tag begins with.
const TAG: &str = "tag:";

/// Tells whether EC2 documents a filter of that name for instances.
pub(crate) fn is_known(name: &str) -> bool {
    name.strip_prefix(TAG).is_some_and(|key| !key.is_empty()) || FILTERS.contains(&name)
}

/// Returns the filter that was probably meant by a name that is none.
pub(crate) fn suggest(name: &str) -> Option<String> {
    let rest = name.strip_prefix("tags").or_else(|| name.strip_prefix("tag"));
    if let Some(rest) = rest.filter(|rest| rest.starts_with(|sign: char| !sign.is_alphanumeric())) {
        let key = rest.get(1..).unwrap_or_default();
        return Some(format!("{TAG}{}", if key.is_empty() { "KEY" } else { key }));
    }
    let plain = name.replace(['.', '_'], "-");
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == plain).map(|(_, known)| *known);
    other.or_else(|| closest(name, FILTERS)).or_else(|| closest(&plain, FILTERS)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_none_lead_to_those_that_are_meant() {
        let rows = [
            ("tag-Name", Some("tag:Name")),
            ("tags.Role", Some("tag:Role")),
            ("tag:", Some("tag:KEY")),
            ("instance.state", Some("instance-state-name")),
            ("instance_type", Some("instance-type")),
            ("vpcid", Some("vpc-id")),
            ("public_ip_address", Some("ip-address")),
            ("state", Some("instance-state-name")),
            ("colour", None),
        ];
        for (name, expected) in rows {
            assert!(!is_known(name), "{name}");
            assert_eq!(suggest(name).as_deref(), expected, "{name}");
        }
        for name in ["tag:Name", "tag-key", "instance-state-name", "vpc-id", "network-interface.vpc-id"] {
            assert!(is_known(name), "{name}");
        }
    }
}
