//! A machine as Azure has it, and the ids of the resources that it consists of.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// What kind of resource a machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A virtual machine that stands alone.
    Single,
    /// A virtual machine that a scale set with flexible orchestration made.
    Flexible { set: String },
    /// An instance of a scale set with uniform orchestration.
    Uniform { set: String, instance: String },
    /// A machine outside of Azure that is connected by Arc.
    Arc,
    /// A virtual machine on Azure Stack HCI, which has an Arc machine too.
    Stack,
}

/// One machine.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Host {
    pub(super) kind: Kind,
    pub(super) subscription: String,
    /// The resource group as it was created.
    pub(super) group: String,
    pub(super) name: String,
    pub(super) location: String,
    /// An object in most cases; none leaves the field out.
    pub(super) tags: Option<Value>,
    /// `running`, `deallocated`, ...
    pub(super) power: String,
    /// `Succeeded`, `Failed`, ...
    pub(super) provisioning: String,
    pub(super) is_windows: bool,
    pub(super) size: String,
    pub(super) zones: Vec<String>,
    /// The `imageReference`.
    pub(super) image: Value,
    /// The purchase plan of a marketplace image.
    pub(super) plan: Option<Value>,
    pub(super) license: Option<String>,
    pub(super) is_spot: bool,
    /// A machine made of a disk that already had a system has no `osProfile`.
    pub(super) has_os_profile: bool,
    pub(super) data_disks: u64,
    /// When it was created, in seconds since 1970.
    pub(super) created: u64,
    pub(super) interfaces: Vec<Interface>,
    /// Merged into the resource's JSON.
    pub(super) extra: Value,
}

/// A network interface.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Interface {
    pub(super) name: String,
    pub(super) is_primary: bool,
    pub(super) mac: String,
    /// The name of the network security group.
    pub(super) security_group: Option<String>,
    pub(super) configurations: Vec<Configuration>,
}

/// One of the addresses of an interface.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Configuration {
    pub(super) name: String,
    pub(super) address: Option<String>,
    pub(super) is_primary: bool,
    pub(super) is_version_6: bool,
    pub(super) subnet: String,
    pub(super) public: Option<PublicAddress>,
}

/// A public address.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PublicAddress {
    pub(super) name: String,
    /// None while a dynamic address is not allocated.
    pub(super) address: Option<String>,
    pub(super) label: Option<String>,
    pub(super) is_version_6: bool,
}

impl Host {
    /// Returns the id of the resource group, with the group as it was created.
    pub(super) fn scope(&self) -> String {
        format!("/subscriptions/{}/resourceGroups/{}", self.subscription, self.group)
    }

    /// Returns the id of the compute resource, with the group as it was created.
    pub(super) fn id(&self) -> String {
        let (scope, name) = (self.scope(), &self.name);
        match &self.kind {
            Kind::Single | Kind::Flexible { .. } => {
                format!("{scope}/providers/Microsoft.Compute/virtualMachines/{name}")
            }
            Kind::Uniform { set, instance } => format!("{}/virtualMachines/{instance}", self.set_id(set)),
            Kind::Arc | Kind::Stack => format!("{scope}/providers/Microsoft.HybridCompute/machines/{name}"),
        }
    }

    /// Returns the id as the lists of virtual machines spell it: of half of the machines with the group in capitals.
    pub(super) fn listed_id(&self) -> String {
        let id = self.id();
        let is_shouted = digest(&id).first().is_some_and(|byte| byte % 2 == 1);
        if !is_shouted {
            return id;
        }
        id.replacen(&format!("/{}/", self.group), &format!("/{}/", self.group.to_uppercase()), 1)
    }

    /// Returns the id of a scale set of this machine's group.
    pub(super) fn set_id(&self, set: &str) -> String {
        format!("{}/providers/Microsoft.Compute/virtualMachineScaleSets/{set}", self.scope())
    }

    /// Returns the id of an interface of this machine.
    pub(super) fn interface_id(&self, interface: &Interface) -> String {
        match &self.kind {
            Kind::Uniform { .. } => format!("{}/networkInterfaces/{}", self.id(), interface.name),
            _ => format!("{}/providers/Microsoft.Network/networkInterfaces/{}", self.scope(), interface.name),
        }
    }

    /// Returns the id of a public address of this machine.
    pub(super) fn public_id(
        &self,
        interface: &Interface,
        configuration: &Configuration,
        public: &PublicAddress,
    ) -> String {
        match &self.kind {
            Kind::Uniform { .. } => format!(
                "{}/ipConfigurations/{}/publicIPAddresses/{}",
                self.interface_id(interface),
                configuration.name,
                public.name
            ),
            _ => format!("{}/providers/Microsoft.Network/publicIPAddresses/{}", self.scope(), public.name),
        }
    }

    /// Returns whether the lists of `virtualMachines` hold it.
    pub(super) fn is_virtual_machine(&self) -> bool {
        matches!(self.kind, Kind::Single | Kind::Flexible { .. })
    }

    /// Returns whether the lists of Arc's machines hold it.
    pub(super) fn is_hybrid(&self) -> bool {
        matches!(self.kind, Kind::Arc | Kind::Stack)
    }

    /// Returns its interfaces with their addresses and the public ones among them.
    pub(super) fn publics(&self) -> impl Iterator<Item = (&Interface, &Configuration, &PublicAddress)> {
        self.interfaces.iter().flat_map(|interface| {
            interface.configurations.iter().filter_map(move |configuration| {
                Some((interface, configuration, configuration.public.as_ref()?))
            })
        })
    }
}

/// Returns a number in the form of a UUID that follows from a text.
pub(super) fn uuid(text: &str) -> String {
    let digits: String = digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

impl Kind {
    /// Returns the number of an instance of a scale set.
    pub(super) fn instance(&self) -> Option<u64> {
        match self {
            Self::Uniform { instance, .. } => instance.parse().ok(),
            _ => None,
        }
    }
}
