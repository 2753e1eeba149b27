//! The fields of the API's structures, in the order of its model, which is the order of their keys in hostvars.

use aws_sdk_ec2::types;
use aws_smithy_types::DateTime;
use inventory_core::value::{Interner, Map, Time, Value};

/// A part of an API answer that has a Python value.
pub(super) trait Fact: Sized {
    /// Makes the value that botocore would give, with the key names of the plugin.
    fn to_value(&self, interner: &mut Interner) -> Value;

    /// Makes the value of a list.
    fn list(items: &[Self], interner: &mut Interner) -> Value {
        Value::list(items.iter().map(|item| item.to_value(interner)))
    }
}

impl Fact for bool {
    fn to_value(&self, _: &mut Interner) -> Value {
        Value::Bool(*self)
    }
}

impl Fact for i32 {
    fn to_value(&self, _: &mut Interner) -> Value {
        Value::from(*self)
    }
}

impl Fact for String {
    fn to_value(&self, interner: &mut Interner) -> Value {
        interner.intern(self).into()
    }
}

impl Fact for DateTime {
    fn to_value(&self, _: &mut Interner) -> Value {
        Time::from_unix(self.secs(), self.subsec_nanos()).into()
    }
}

impl<T: Fact> Fact for Vec<T> {
    fn to_value(&self, interner: &mut Interner) -> Value {
        T::list(self, interner)
    }
}

impl Fact for types::Tag {
    fn to_value(&self, interner: &mut Interner) -> Value {
        self.value.as_deref().map_or_else(|| Value::from(""), |value| interner.intern(value).into())
    }

    /// Makes a dict of the tags; of equal keys the last value wins.
    fn list(items: &[Self], interner: &mut Interner) -> Value {
        let mut map = Map::with_capacity(items.len());
        for tag in items {
            let key = interner.intern(tag.key.as_deref().unwrap_or_default());
            map.insert(key, tag.to_value(interner));
        }
        map.into()
    }
}

/// An open enumeration: values that this version of the SDK does not know keep their text.
macro_rules! enumerations {
    ($($type:ident)*) => {$(
        impl Fact for types::$type {
            fn to_value(&self, interner: &mut Interner) -> Value {
                interner.intern(self.as_str()).into()
            }
        }
    )*};
}

/// Makes the map of a structure, with room for `$more` keys; absent members have no key.
///
/// The names of the SDK's fields are those of the plugin's keys.
macro_rules! members {
    ($source:ident, $more:expr, $interner:ident: $($field:ident),* $(,)?) => {{
        let present = $more $(+ usize::from($source.$field.is_some()))*;
        let mut map = Map::with_capacity(present);
        $(if let Some(member) = &$source.$field {
            map.push(arcstr::literal!(stringify!($field)), member.to_value($interner));
        })*
        map
    }};
}

macro_rules! structures {
    ($($type:ident { $($field:ident),* $(,)? })*) => {$(
        impl Fact for types::$type {
            fn to_value(&self, interner: &mut Interner) -> Value {
                members!(self, 0, interner: $($field),*).into()
            }
        }
    )*};
}

enumerations! {
    AmdSevSnpSpecification ArchitectureValues AttachmentStatus BootModeValues
    CapacityReservationPreference DeviceType HostnameType HttpTokensState HypervisorType
    InstanceAutoRecoveryState InstanceBandwidthWeighting InstanceBootModeValues InstanceLifecycleType
    InstanceMetadataEndpointState InstanceMetadataOptionsState InstanceMetadataProtocolState
    InstanceMetadataTagsState InstanceRebootMigrationState InstanceStateName InstanceType MonitoringState
    NestedVirtualizationSpecification NetworkInterfaceStatus PlatformValues ProductCodeValues
    SecondaryInterfaceStatus SecondaryInterfaceType Tenancy VirtualizationType
}

structures! {
    OperatorResponse { managed, principal, hidden_by_default }
    EbsInstanceBlockDevice {
        attach_time,
        delete_on_termination,
        status,
        volume_id,
        associated_resource,
        volume_owner_id,
        operator,
        ebs_card_index,
    }
    InstanceBlockDeviceMapping { device_name, ebs }
    IamInstanceProfile { arn, id }
    ElasticGpuAssociation {
        elastic_gpu_id,
        elastic_gpu_association_id,
        elastic_gpu_association_state,
        elastic_gpu_association_time,
    }
    ElasticInferenceAcceleratorAssociation {
        elastic_inference_accelerator_arn,
        elastic_inference_accelerator_association_id,
        elastic_inference_accelerator_association_state,
        elastic_inference_accelerator_association_time,
    }
    InstanceNetworkInterfaceAssociation {
        carrier_ip,
        customer_owned_ip,
        ip_owner_id,
        public_dns_name,
        public_ip,
    }
    InstanceAttachmentEnaSrdUdpSpecification { ena_srd_udp_enabled }
    InstanceAttachmentEnaSrdSpecification { ena_srd_enabled, ena_srd_udp_specification }
    InstanceNetworkInterfaceAttachment {
        attach_time,
        attachment_id,
        delete_on_termination,
        device_index,
        status,
        network_card_index,
        ena_srd_specification,
        ena_queue_count,
    }
    GroupIdentifier { group_id, group_name }
    InstanceIpv6Address { ipv6_address, is_primary_ipv6 }
    InstancePrivateIpAddress { association, primary, private_dns_name, private_ip_address }
    InstanceIpv4Prefix { ipv4_prefix }
    InstanceIpv6Prefix { ipv6_prefix }
    ConnectionTrackingSpecificationResponse { tcp_established_timeout, udp_stream_timeout, udp_timeout }
    InstanceNetworkInterface {
        association,
        attachment,
        description,
        groups,
        ipv6_addresses,
        mac_address,
        network_interface_id,
        owner_id,
        private_dns_name,
        private_ip_address,
        private_ip_addresses,
        source_dest_check,
        status,
        subnet_id,
        vpc_id,
        interface_type,
        ipv4_prefixes,
        ipv6_prefixes,
        connection_tracking_configuration,
        operator,
    }
    StateReason { code, message }
    CpuOptions { core_count, threads_per_core, amd_sev_snp, nested_virtualization }
    CapacityReservationTargetResponse { capacity_reservation_id, capacity_reservation_resource_group_arn }
    CapacityReservationSpecificationResponse {
        capacity_reservation_preference,
        capacity_reservation_target,
    }
    HibernationOptions { configured }
    LicenseConfiguration { license_configuration_arn }
    InstanceMetadataOptionsResponse {
        state,
        http_tokens,
        http_put_response_hop_limit,
        http_endpoint,
        http_protocol_ipv6,
        instance_metadata_tags,
    }
    EnclaveOptions { enabled }
    PrivateDnsNameOptionsResponse {
        hostname_type,
        enable_resource_name_dns_a_record,
        enable_resource_name_dns_aaaa_record,
    }
    InstanceMaintenanceOptions { auto_recovery, reboot_migration }
    InstanceNetworkPerformanceOptions { bandwidth_weighting }
    InstanceSecondaryInterfaceAttachment {
        attach_time,
        attachment_id,
        delete_on_termination,
        device_index,
        status,
        network_card_index,
    }
    InstanceSecondaryInterfacePrivateIpAddress { private_ip_address }
    InstanceSecondaryInterface {
        attachment,
        mac_address,
        secondary_interface_id,
        owner_id,
        private_ip_addresses,
        source_dest_check,
        status,
        secondary_subnet_id,
        secondary_network_id,
        interface_type,
    }
    InstanceState { code, name }
    ProductCode { product_code_id, product_code_type }
    Monitoring { state }
}

impl Fact for types::Placement {
    /// Adds `region`, as the plugin does: the zone without its last character.
    fn to_value(&self, interner: &mut Interner) -> Value {
        let mut map = members!(
            self, 1, interner:
            availability_zone_id, affinity, group_name, partition_number, host_id, tenancy, spread_domain,
            host_resource_group_arn, group_id, availability_zone,
        );
        if let Some(zone) = &self.availability_zone {
            let end = zone.char_indices().next_back().map_or(0, |(place, _)| place);
            map.push(arcstr::literal!("region"), interner.intern(zone.get(..end).unwrap_or_default()));
        }
        map.into()
    }
}

/// Makes the map of an instance, with room for `more` keys.
pub(super) fn instance(source: &types::Instance, more: usize, interner: &mut Interner) -> Map {
    members!(
        source, more, interner:
        architecture, block_device_mappings, client_token, ebs_optimized, ena_support, hypervisor,
        iam_instance_profile, instance_lifecycle, elastic_gpu_associations,
        elastic_inference_accelerator_associations, network_interfaces, outpost_arn, root_device_name,
        root_device_type, security_groups, source_dest_check, spot_instance_request_id, sriov_net_support,
        state_reason, tags, virtualization_type, cpu_options, capacity_block_id, capacity_reservation_id,
        capacity_reservation_specification, hibernation_options, licenses, metadata_options,
        enclave_options, boot_mode, platform_details, usage_operation, usage_operation_update_time,
        private_dns_name_options, ipv6_address, tpm_support, maintenance_options,
        current_instance_boot_mode, network_performance_options, operator, secondary_interfaces,
        instance_id, image_id, state, private_dns_name, public_dns_name, state_transition_reason,
        key_name, ami_launch_index, product_codes, instance_type, launch_time, placement, kernel_id,
        ramdisk_id, platform, monitoring, subnet_id, vpc_id, private_ip_address, public_ip_address,
    )
}
