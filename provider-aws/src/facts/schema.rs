//! The members of an EC2 instance, in the order of the API's model, which is the order of their keys in hostvars.

use inventory_core::value;

use self::Kind::{Boolean, Integer, List, Placement, Structure, Tags, Text, Timestamp};

/// A structure of the API.
pub(super) struct Shape {
    pub(super) members: &'static [Member],
}

impl Shape {
    /// Finds the member of an element, and its place. Looks from `next` on first: answers have most members in the
    /// order of the model, too.
    pub(super) fn find(&'static self, element: &str, next: usize) -> Option<(usize, &'static Member)> {
        let (before, after) = self.members.split_at_checked(next)?;
        let mut all = (next..).zip(after).chain((0..).zip(before));
        all.find(|(_, member)| member.element == element)
    }
}

/// A member of a structure.
pub(super) struct Member {
    /// The key that the plugin gives it.
    pub(super) key: value::Text,
    /// The name of its element in an answer.
    pub(super) element: &'static str,
    pub(super) kind: Kind,
}

/// What a member holds.
pub(super) enum Kind {
    Text,
    Integer,
    Boolean,
    Timestamp,
    Structure(&'static Shape),
    /// Elements called `item`.
    List(&'static Kind),
    /// A list of keys and values, of which the plugin makes a dict.
    Tags,
    /// The placement, to which the plugin adds the region.
    Placement(&'static Shape),
}

/// Makes tables of structures: key, element and kind of each member.
macro_rules! structures {
    ($($name:ident { $($key:ident $element:literal $kind:expr,)* })*) => {$(
        pub(super) static $name: Shape = Shape {
            members: &[$(Member { key: arcstr::literal!(stringify!($key)), element: $element, kind: $kind }),*],
        };
    )*};
}

structures! {
    OPERATOR {
        managed "managed" Boolean,
        principal "principal" Text,
        hidden_by_default "hiddenByDefault" Boolean,
    }
    EBS {
        attach_time "attachTime" Timestamp,
        delete_on_termination "deleteOnTermination" Boolean,
        status "status" Text,
        volume_id "volumeId" Text,
        associated_resource "associatedResource" Text,
        volume_owner_id "volumeOwnerId" Text,
        operator "operator" Structure(&OPERATOR),
        ebs_card_index "ebsCardIndex" Integer,
    }
    BLOCK_DEVICE {
        device_name "deviceName" Text,
        ebs "ebs" Structure(&EBS),
    }
    IAM_INSTANCE_PROFILE {
        arn "arn" Text,
        id "id" Text,
    }
    ELASTIC_GPU {
        elastic_gpu_id "elasticGpuId" Text,
        elastic_gpu_association_id "elasticGpuAssociationId" Text,
        elastic_gpu_association_state "elasticGpuAssociationState" Text,
        elastic_gpu_association_time "elasticGpuAssociationTime" Text,
    }
    ELASTIC_INFERENCE {
        elastic_inference_accelerator_arn "elasticInferenceAcceleratorArn" Text,
        elastic_inference_accelerator_association_id "elasticInferenceAcceleratorAssociationId" Text,
        elastic_inference_accelerator_association_state "elasticInferenceAcceleratorAssociationState" Text,
        elastic_inference_accelerator_association_time "elasticInferenceAcceleratorAssociationTime" Timestamp,
    }
    ASSOCIATION {
        carrier_ip "carrierIp" Text,
        customer_owned_ip "customerOwnedIp" Text,
        ip_owner_id "ipOwnerId" Text,
        public_dns_name "publicDnsName" Text,
        public_ip "publicIp" Text,
    }
    ENA_SRD_UDP {
        ena_srd_udp_enabled "enaSrdUdpEnabled" Boolean,
    }
    ENA_SRD {
        ena_srd_enabled "enaSrdEnabled" Boolean,
        ena_srd_udp_specification "enaSrdUdpSpecification" Structure(&ENA_SRD_UDP),
    }
    ATTACHMENT {
        attach_time "attachTime" Timestamp,
        attachment_id "attachmentId" Text,
        delete_on_termination "deleteOnTermination" Boolean,
        device_index "deviceIndex" Integer,
        status "status" Text,
        network_card_index "networkCardIndex" Integer,
        ena_srd_specification "enaSrdSpecification" Structure(&ENA_SRD),
        ena_queue_count "enaQueueCount" Integer,
    }
    GROUP {
        group_id "groupId" Text,
        group_name "groupName" Text,
    }
    IPV6_ADDRESS {
        ipv6_address "ipv6Address" Text,
        is_primary_ipv6 "isPrimaryIpv6" Boolean,
    }
    PRIVATE_IP {
        association "association" Structure(&ASSOCIATION),
        primary "primary" Boolean,
        private_dns_name "privateDnsName" Text,
        private_ip_address "privateIpAddress" Text,
    }
    IPV4_PREFIX {
        ipv4_prefix "ipv4Prefix" Text,
    }
    IPV6_PREFIX {
        ipv6_prefix "ipv6Prefix" Text,
    }
    CONNECTION_TRACKING {
        tcp_established_timeout "tcpEstablishedTimeout" Integer,
        udp_stream_timeout "udpStreamTimeout" Integer,
        udp_timeout "udpTimeout" Integer,
    }
    NETWORK_INTERFACE {
        association "association" Structure(&ASSOCIATION),
        attachment "attachment" Structure(&ATTACHMENT),
        description "description" Text,
        groups "groupSet" List(&Structure(&GROUP)),
        ipv6_addresses "ipv6AddressesSet" List(&Structure(&IPV6_ADDRESS)),
        mac_address "macAddress" Text,
        network_interface_id "networkInterfaceId" Text,
        owner_id "ownerId" Text,
        private_dns_name "privateDnsName" Text,
        private_ip_address "privateIpAddress" Text,
        private_ip_addresses "privateIpAddressesSet" List(&Structure(&PRIVATE_IP)),
        source_dest_check "sourceDestCheck" Boolean,
        status "status" Text,
        subnet_id "subnetId" Text,
        vpc_id "vpcId" Text,
        interface_type "interfaceType" Text,
        ipv4_prefixes "ipv4PrefixSet" List(&Structure(&IPV4_PREFIX)),
        ipv6_prefixes "ipv6PrefixSet" List(&Structure(&IPV6_PREFIX)),
        connection_tracking_configuration "connectionTrackingConfiguration" Structure(&CONNECTION_TRACKING),
        operator "operator" Structure(&OPERATOR),
    }
    STATE_REASON {
        code "code" Text,
        message "message" Text,
    }
    CPU_OPTIONS {
        core_count "coreCount" Integer,
        threads_per_core "threadsPerCore" Integer,
        amd_sev_snp "amdSevSnp" Text,
        nested_virtualization "nestedVirtualization" Text,
    }
    CAPACITY_RESERVATION_TARGET {
        capacity_reservation_id "capacityReservationId" Text,
        capacity_reservation_resource_group_arn "capacityReservationResourceGroupArn" Text,
    }
    CAPACITY_RESERVATION {
        capacity_reservation_preference "capacityReservationPreference" Text,
        capacity_reservation_target "capacityReservationTarget" Structure(&CAPACITY_RESERVATION_TARGET),
    }
    HIBERNATION_OPTIONS {
        configured "configured" Boolean,
    }
    LICENSE {
        license_configuration_arn "licenseConfigurationArn" Text,
    }
    METADATA_OPTIONS {
        state "state" Text,
        http_tokens "httpTokens" Text,
        http_put_response_hop_limit "httpPutResponseHopLimit" Integer,
        http_endpoint "httpEndpoint" Text,
        http_protocol_ipv6 "httpProtocolIpv6" Text,
        instance_metadata_tags "instanceMetadataTags" Text,
    }
    ENCLAVE_OPTIONS {
        enabled "enabled" Boolean,
    }
    PRIVATE_DNS_NAME_OPTIONS {
        hostname_type "hostnameType" Text,
        enable_resource_name_dns_a_record "enableResourceNameDnsARecord" Boolean,
        enable_resource_name_dns_aaaa_record "enableResourceNameDnsAAAARecord" Boolean,
    }
    MAINTENANCE_OPTIONS {
        auto_recovery "autoRecovery" Text,
        reboot_migration "rebootMigration" Text,
    }
    NETWORK_PERFORMANCE_OPTIONS {
        bandwidth_weighting "bandwidthWeighting" Text,
    }
    SECONDARY_ATTACHMENT {
        attach_time "attachTime" Timestamp,
        attachment_id "attachmentId" Text,
        delete_on_termination "deleteOnTermination" Boolean,
        device_index "deviceIndex" Integer,
        status "status" Text,
        network_card_index "networkCardIndex" Integer,
    }
    SECONDARY_PRIVATE_IP {
        private_ip_address "privateIpAddress" Text,
    }
    SECONDARY_INTERFACE {
        attachment "attachment" Structure(&SECONDARY_ATTACHMENT),
        mac_address "macAddress" Text,
        secondary_interface_id "secondaryInterfaceId" Text,
        owner_id "ownerId" Text,
        private_ip_addresses "privateIpAddressSet" List(&Structure(&SECONDARY_PRIVATE_IP)),
        source_dest_check "sourceDestCheck" Boolean,
        status "status" Text,
        secondary_subnet_id "secondarySubnetId" Text,
        secondary_network_id "secondaryNetworkId" Text,
        interface_type "interfaceType" Text,
    }
    STATE {
        code "code" Integer,
        name "name" Text,
    }
    PRODUCT_CODE {
        product_code_id "productCode" Text,
        product_code_type "type" Text,
    }
    PLACEMENT {
        availability_zone_id "availabilityZoneId" Text,
        affinity "affinity" Text,
        group_name "groupName" Text,
        partition_number "partitionNumber" Integer,
        host_id "hostId" Text,
        tenancy "tenancy" Text,
        spread_domain "spreadDomain" Text,
        host_resource_group_arn "hostResourceGroupArn" Text,
        group_id "groupId" Text,
        availability_zone "availabilityZone" Text,
    }
    MONITORING {
        metric_category_ids "metricCategoryIdSet" List(&Text),
        state "state" Text,
    }
    INSTANCE {
        architecture "architecture" Text,
        block_device_mappings "blockDeviceMapping" List(&Structure(&BLOCK_DEVICE)),
        client_token "clientToken" Text,
        ebs_optimized "ebsOptimized" Boolean,
        ena_support "enaSupport" Boolean,
        hypervisor "hypervisor" Text,
        iam_instance_profile "iamInstanceProfile" Structure(&IAM_INSTANCE_PROFILE),
        instance_lifecycle "instanceLifecycle" Text,
        elastic_gpu_associations "elasticGpuAssociationSet" List(&Structure(&ELASTIC_GPU)),
        elastic_inference_accelerator_associations "elasticInferenceAcceleratorAssociationSet" List(&Structure(&ELASTIC_INFERENCE)),
        network_interfaces "networkInterfaceSet" List(&Structure(&NETWORK_INTERFACE)),
        outpost_arn "outpostArn" Text,
        root_device_name "rootDeviceName" Text,
        root_device_type "rootDeviceType" Text,
        security_groups "groupSet" List(&Structure(&GROUP)),
        source_dest_check "sourceDestCheck" Boolean,
        spot_instance_request_id "spotInstanceRequestId" Text,
        sriov_net_support "sriovNetSupport" Text,
        state_reason "stateReason" Structure(&STATE_REASON),
        tags "tagSet" Tags,
        virtualization_type "virtualizationType" Text,
        cpu_options "cpuOptions" Structure(&CPU_OPTIONS),
        capacity_block_id "capacityBlockId" Text,
        capacity_reservation_id "capacityReservationId" Text,
        capacity_reservation_specification "capacityReservationSpecification" Structure(&CAPACITY_RESERVATION),
        hibernation_options "hibernationOptions" Structure(&HIBERNATION_OPTIONS),
        licenses "licenseSet" List(&Structure(&LICENSE)),
        metadata_options "metadataOptions" Structure(&METADATA_OPTIONS),
        enclave_options "enclaveOptions" Structure(&ENCLAVE_OPTIONS),
        boot_mode "bootMode" Text,
        platform_details "platformDetails" Text,
        usage_operation "usageOperation" Text,
        usage_operation_update_time "usageOperationUpdateTime" Timestamp,
        private_dns_name_options "privateDnsNameOptions" Structure(&PRIVATE_DNS_NAME_OPTIONS),
        ipv6_address "ipv6Address" Text,
        tpm_support "tpmSupport" Text,
        maintenance_options "maintenanceOptions" Structure(&MAINTENANCE_OPTIONS),
        current_instance_boot_mode "currentInstanceBootMode" Text,
        network_performance_options "networkPerformanceOptions" Structure(&NETWORK_PERFORMANCE_OPTIONS),
        operator "operator" Structure(&OPERATOR),
        secondary_interfaces "secondaryInterfaceSet" List(&Structure(&SECONDARY_INTERFACE)),
        instance_id "instanceId" Text,
        image_id "imageId" Text,
        state "instanceState" Structure(&STATE),
        private_dns_name "privateDnsName" Text,
        public_dns_name "dnsName" Text,
        state_transition_reason "reason" Text,
        key_name "keyName" Text,
        ami_launch_index "amiLaunchIndex" Integer,
        product_codes "productCodes" List(&Structure(&PRODUCT_CODE)),
        instance_type "instanceType" Text,
        launch_time "launchTime" Timestamp,
        placement "placement" Placement(&PLACEMENT),
        kernel_id "kernelId" Text,
        ramdisk_id "ramdiskId" Text,
        platform "platform" Text,
        monitoring "monitoring" Structure(&MONITORING),
        subnet_id "subnetId" Text,
        vpc_id "vpcId" Text,
        private_ip_address "privateIpAddress" Text,
        public_ip_address "ipAddress" Text,
    }
}
