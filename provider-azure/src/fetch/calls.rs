//! What Resource Manager is asked: operations, the actions they need, and the versions of the API.

use crate::client::Call;

/// The versions of the plugin, so that the records hold what it sees.
pub(super) const COMPUTE: &str = "2024-07-01";
pub(super) const NETWORK: &str = "2024-05-01";
pub(super) const HYBRID: &str = "2024-05-20-preview";
pub(super) const STACK_HCI: &str = "2024-01-01";

/// The versions for interfaces and addresses of scale sets: the plugin's, and the one that all clouds have.
pub(super) const SET_NETWORK: [&str; 2] = ["2025-04-01", "2018-10-01"];

macro_rules! calls {
    ($($name:ident: $operation:literal, $permission:literal;)*) => {
        $(pub(super) const $name: Call = Call { operation: $operation, permission: $permission };)*
    };
}

calls! {
    MACHINES: "list virtual machines", "Microsoft.Compute/virtualMachines/read";
    MACHINE_ROWS: "query virtual machines", "Microsoft.Compute/virtualMachines/read";
    INTERFACE_ROWS: "query network interfaces", "Microsoft.Network/networkInterfaces/read";
    ADDRESS_ROWS: "query public IP addresses", "Microsoft.Network/publicIPAddresses/read";
    STATUSES: "list states of virtual machines", "Microsoft.Compute/virtualMachines/read";
    STATUS: "get instance view", "Microsoft.Compute/virtualMachines/instanceView/read";
    INTERFACES: "list network interfaces", "Microsoft.Network/networkInterfaces/read";
    INTERFACE: "get network interface", "Microsoft.Network/networkInterfaces/read";
    ADDRESSES: "list public IP addresses", "Microsoft.Network/publicIPAddresses/read";
    ADDRESS: "get public IP address", "Microsoft.Network/publicIPAddresses/read";
    SETS: "list scale sets", "Microsoft.Compute/virtualMachineScaleSets/read";
    INSTANCES: "list scale set instances", "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read";
    INSTANCE_STATUS: "get instance view of a scale set", "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/instanceView/read";
    SET_INTERFACES: "list network interfaces of a scale set", "Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read";
    SET_INTERFACE: "get network interface of a scale set", "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces/read";
    SET_ADDRESSES: "list public IP addresses of a scale set", "Microsoft.Compute/virtualMachineScaleSets/publicIPAddresses/read";
    SET_ADDRESS: "get public IP address of a scale set", "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces/ipConfigurations/publicIPAddresses/read";
    ARC_MACHINES: "list Arc machines", "Microsoft.HybridCompute/machines/read";
    HCI_INSTANCES: "list instances on Azure Stack HCI", "Microsoft.AzureStackHCI/virtualMachineInstances/read";
    HCI_INTERFACES: "list network interfaces on Azure Stack HCI", "Microsoft.AzureStackHCI/networkInterfaces/read";
    HCI_INTERFACE: "get network interface on Azure Stack HCI", "Microsoft.AzureStackHCI/networkInterfaces/read";
}
