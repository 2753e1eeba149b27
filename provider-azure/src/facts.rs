//! The kinds of facts: what Azure Resource Manager says about one resource, as it said it.
//!
//! A fact's record is the item of the answer with its keys in order; its id is the item's `id` in lower case, since
//! ids are compared without regard to case. The exact spelling is in the record.

use inventory_core::store::Vocabulary;

/// A virtual machine, of the list of its subscription or resource group.
pub(crate) const VM: &str = "vm";
/// A virtual machine of the list with `statusOnly`: of its record only `properties.instanceView` is kept, and of that only
/// what becomes variables.
pub(crate) const VM_STATUS: &str = "vm_status";
/// A network interface, of a virtual machine or of an instance on Azure Stack HCI.
pub(crate) const NETWORK_INTERFACE: &str = "network_interface";
/// A public address: of its record only what becomes variables is kept.
pub(crate) const PUBLIC_IP: &str = "public_ip";
/// A scale set whose orchestration mode is not `Flexible`.
pub(crate) const SCALE_SET: &str = "scale_set";
/// An instance of such a scale set, with `properties.instanceView`.
pub(crate) const SCALE_SET_VM: &str = "scale_set_vm";
/// A network interface of such an instance.
pub(crate) const SCALE_SET_NETWORK_INTERFACE: &str = "scale_set_network_interface";
/// A public address of such an instance; the same is kept of it.
pub(crate) const SCALE_SET_PUBLIC_IP: &str = "scale_set_public_ip";
/// A machine of Azure Arc that is a host itself.
pub(crate) const ARC_MACHINE: &str = "arc_machine";
/// A machine of Azure Arc that only lends name, place and tags to its instance on Azure Stack HCI.
pub(crate) const HCI_MACHINE: &str = "hci_machine";
/// An instance on Azure Stack HCI; its id begins with that of its machine.
pub(crate) const HCI_INSTANCE: &str = "hci_instance";

/// The kinds of facts that are machines.
pub(crate) const HOST_KINDS: [&str; 4] = [VM, SCALE_SET_VM, ARC_MACHINE, HCI_INSTANCE];

/// The kinds of all facts.
pub(crate) const KINDS: [&str; 11] = [
    VM,
    VM_STATUS,
    NETWORK_INTERFACE,
    PUBLIC_IP,
    SCALE_SET,
    SCALE_SET_VM,
    SCALE_SET_NETWORK_INTERFACE,
    SCALE_SET_PUBLIC_IP,
    ARC_MACHINE,
    HCI_MACHINE,
    HCI_INSTANCE,
];

/// What a store needs to know of them.
pub const VOCABULARY: Vocabulary = Vocabulary { cloud: "azure", kinds: &KINDS, host_kinds: &HOST_KINDS };
