//! What a subscription is asked for.

use inventory_core::config::native::Backend;

use super::calls;

/// The resource groups of one entry of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// All of the subscription.
    All,
    /// One, by name.
    Named(String),
}

impl Group {
    /// Reads an entry: `*` means all groups; there are no other patterns.
    pub(crate) fn named(text: &str) -> Group {
        match text.trim() {
            "*" => Group::All,
            name => Group::Named(name.to_owned()),
        }
    }

    /// Returns the parts of the path to a kind of resource.
    pub(super) fn path<'a>(&'a self, subscription: &'a str, provider: &'a str) -> Vec<&'a str> {
        let mut path = vec!["subscriptions", subscription];
        if let Group::Named(name) = self {
            path.extend(["resourceGroups", name]);
        }
        path.push("providers");
        path.extend(provider.split('/'));
        path
    }
}

/// What a subscription is asked for: the groups of each kind of host, none for a kind that is not wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// Who is asked for virtual machines, their interfaces and addresses.
    pub(crate) backend: Backend,
    /// Virtual machines, with those of flexible scale sets.
    pub(crate) machines: Vec<Group>,
    /// The instances of scale sets that are not flexible.
    pub(crate) scale_sets: Vec<Group>,
    /// Instances on Azure Stack HCI.
    pub(crate) hci: Vec<Group>,
    /// Machines of Azure Arc.
    pub(crate) arc: Vec<Group>,
    /// Whether a group that does not exist is one without machines: of several subscriptions few have it.
    pub(crate) may_lack_groups: bool,
}

impl Query {
    /// Returns the actions that a role must allow.
    pub(crate) fn permissions(&self) -> Vec<&'static str> {
        let kinds = [
            (&self.machines, &[calls::MACHINES, calls::INTERFACES, calls::ADDRESSES, calls::STATUS][..]),
            (
                &self.scale_sets,
                &[
                    calls::SETS,
                    calls::INSTANCES,
                    calls::SET_INTERFACES,
                    calls::SET_INTERFACE,
                    calls::SET_ADDRESSES,
                    calls::SET_ADDRESS,
                    calls::INSTANCE_STATUS,
                ][..],
            ),
            (&self.hci, &[calls::ARC_MACHINES, calls::HCI_INSTANCES, calls::HCI_INTERFACES][..]),
            (&self.arc, &[calls::ARC_MACHINES][..]),
        ];
        let mut permissions: Vec<&'static str> = Vec::new();
        for call in kinds.into_iter().filter(|(groups, _)| !groups.is_empty()).flat_map(|(_, calls)| calls) {
            if !permissions.contains(&call.permission) {
                permissions.push(call.permission);
            }
        }
        permissions
    }
}
