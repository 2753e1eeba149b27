//! What a path of Resource Manager names.

use super::versions;

/// A kind of request: the name that it is counted under, and what it may be asked with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) versions: &'static [&'static str],
    /// The parameters besides `api-version`; `$skiptoken` goes with every list.
    pub(super) parameters: &'static [&'static str],
    /// The type in error messages.
    pub(super) kind: &'static str,
    pub(super) is_list: bool,
    pub(super) method: &'static str,
}

/// What a path names.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) operation: Operation,
    pub(super) subscription: Option<String>,
    pub(super) group: Option<String>,
    /// The names in the path, from left to right, after the group.
    pub(super) names: Vec<String>,
}

const MACHINE: &str = "Microsoft.Compute/virtualMachines";
const SET: &str = "Microsoft.Compute/virtualMachineScaleSets";
const INSTANCE: &str = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines";
const INTERFACE: &str = "Microsoft.Network/networkInterfaces";
const ADDRESS: &str = "Microsoft.Network/publicIPAddresses";
const HYBRID: &str = "Microsoft.HybridCompute/machines";

type Row = (
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
    bool,
);

/// The paths after the group or the subscription: `*` is a name. Two rows of one path differ in a parameter.
const RESOURCES: &[Row] = &[
    (
        &["microsoft.compute", "virtualmachines"],
        "VirtualMachines",
        versions::COMPUTE,
        &["statusOnly", "$filter", "$expand"],
        MACHINE,
        true,
    ),
    (
        &["microsoft.compute", "virtualmachines", "*"],
        "VirtualMachine",
        versions::COMPUTE,
        &["$expand"],
        MACHINE,
        false,
    ),
    (
        &["microsoft.compute", "virtualmachines", "*", "instanceview"],
        "InstanceView",
        versions::COMPUTE,
        &[],
        MACHINE,
        false,
    ),
    (&["microsoft.compute", "virtualmachinescalesets"], "ScaleSets", versions::COMPUTE, &[], SET, true),
    (&["microsoft.compute", "virtualmachinescalesets", "*"], "ScaleSet", versions::COMPUTE, &[], SET, false),
    (
        &["microsoft.compute", "virtualmachinescalesets", "*", "virtualmachines"],
        "ScaleSetMachines",
        versions::COMPUTE,
        &["$expand", "$select"],
        INSTANCE,
        true,
    ),
    (
        &["microsoft.compute", "virtualmachinescalesets", "*", "virtualmachines", "*"],
        "ScaleSetMachine",
        versions::COMPUTE,
        &["$expand"],
        INSTANCE,
        false,
    ),
    (
        &["microsoft.compute", "virtualmachinescalesets", "*", "virtualmachines", "*", "instanceview"],
        "ScaleSetInstanceView",
        versions::COMPUTE,
        &[],
        INSTANCE,
        false,
    ),
    (
        &["microsoft.compute", "virtualmachinescalesets", "*", "networkinterfaces"],
        "ScaleSetInterfaces",
        versions::SET_NETWORK,
        &[],
        INTERFACE,
        true,
    ),
    (
        &["microsoft.compute", "virtualmachinescalesets", "*", "publicipaddresses"],
        "ScaleSetPublicAddresses",
        versions::SET_NETWORK,
        &[],
        ADDRESS,
        true,
    ),
    (
        &["microsoft.compute", "virtualmachinescalesets", "*", "virtualmachines", "*", "networkinterfaces"],
        "ScaleSetMachineInterfaces",
        versions::SET_NETWORK,
        &[],
        INTERFACE,
        true,
    ),
    (
        &[
            "microsoft.compute",
            "virtualmachinescalesets",
            "*",
            "virtualmachines",
            "*",
            "networkinterfaces",
            "*",
        ],
        "ScaleSetInterface",
        versions::SET_NETWORK,
        &["$expand"],
        INTERFACE,
        false,
    ),
    (
        &[
            "microsoft.compute",
            "virtualmachinescalesets",
            "*",
            "virtualmachines",
            "*",
            "networkinterfaces",
            "*",
            "ipconfigurations",
            "*",
            "publicipaddresses",
            "*",
        ],
        "ScaleSetPublicAddress",
        versions::NETWORK,
        &["$expand"],
        ADDRESS,
        false,
    ),
    (
        &["microsoft.network", "networkinterfaces"],
        "NetworkInterfaces",
        versions::NETWORK,
        &[],
        INTERFACE,
        true,
    ),
    (
        &["microsoft.network", "networkinterfaces", "*"],
        "NetworkInterface",
        versions::NETWORK,
        &["$expand"],
        INTERFACE,
        false,
    ),
    (&["microsoft.network", "publicipaddresses"], "PublicAddresses", versions::NETWORK, &[], ADDRESS, true),
    (
        &["microsoft.network", "publicipaddresses", "*"],
        "PublicAddress",
        versions::NETWORK,
        &["$expand"],
        ADDRESS,
        false,
    ),
    (
        &["microsoft.hybridcompute", "machines"],
        "HybridMachines",
        versions::HYBRID,
        &["$expand"],
        HYBRID,
        true,
    ),
    (
        &["microsoft.hybridcompute", "machines", "*"],
        "HybridMachine",
        versions::HYBRID,
        &["$expand"],
        HYBRID,
        false,
    ),
    (
        &[
            "microsoft.hybridcompute",
            "machines",
            "*",
            "providers",
            "microsoft.azurestackhci",
            "virtualmachineinstances",
        ],
        "StackInstances",
        versions::STACK,
        &[],
        "Microsoft.AzureStackHCI/virtualMachineInstances",
        true,
    ),
    (
        &["microsoft.azurestackhci", "networkinterfaces"],
        "StackInterfaces",
        versions::STACK,
        &[],
        "Microsoft.AzureStackHCI/networkInterfaces",
        true,
    ),
    (
        &["microsoft.azurestackhci", "networkinterfaces", "*"],
        "StackInterface",
        versions::STACK,
        &[],
        "Microsoft.AzureStackHCI/networkInterfaces",
        false,
    ),
];

/// The paths that name no resource of a subscription.
const OTHERS: &[Row] = &[
    (&["subscriptions"], "Subscriptions", versions::RESOURCES, &[], "subscriptions", true),
    (
        &["providers", "microsoft.management", "managementgroups"],
        "ManagementGroups",
        versions::MANAGEMENT,
        &[],
        "Microsoft.Management/managementGroups",
        true,
    ),
    (
        &["providers", "microsoft.management", "managementgroups", "*", "descendants"],
        "ManagementGroupDescendants",
        versions::MANAGEMENT,
        &["$top"],
        "Microsoft.Management/managementGroups",
        true,
    ),
    (
        &["providers", "microsoft.resourcegraph", "resources"],
        "ResourceGraph",
        versions::GRAPH,
        &[],
        "Microsoft.ResourceGraph/resources",
        true,
    ),
    (&["batch"], "Batch", versions::BATCH, &[], "batch", false),
    (&["batch", "*"], "BatchResult", versions::BATCH, &[], "batch", false),
    (&["metadata", "endpoints"], "CloudMetadata", versions::METADATA, &[], "metadata", false),
];

/// The paths in a subscription that name no resource of a provider.
const GROUPS: &[Row] = &[
    (&[], "Subscription", versions::RESOURCES, &[], "subscriptions", false),
    (
        &["resourcegroups"],
        "ResourceGroups",
        versions::RESOURCES,
        &["$filter", "$top"],
        "resourceGroups",
        true,
    ),
];

impl Target {
    /// Returns what a path names, if there is such a thing; `is_status` tells that the states of machines are asked for.
    pub(super) fn of(segments: &[&str], is_status: bool) -> Option<Self> {
        let small: Vec<_> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let words: Vec<_> = small.iter().map(String::as_str).collect();
        let (table, skipped, has_subscription, has_group) = match words[..] {
            ["subscriptions", _, "resourcegroups", _, "providers", ..] => (RESOURCES, 5, true, true),
            ["subscriptions", _, "providers", ..] => (RESOURCES, 3, true, false),
            ["subscriptions", _, ..] => (GROUPS, 2, true, false),
            _ => (OTHERS, 0, false, false),
        };
        let rest = words.get(skipped..)?;
        let row = table.iter().find(|row| fits(row.0, rest))?;
        let named = segments.iter().skip(skipped).zip(row.0);
        Some(Self {
            operation: operation(row, is_status),
            subscription: segments.get(1).filter(|_| has_subscription).map(|&name| name.to_owned()),
            group: segments.get(3).filter(|_| has_group).map(|&name| name.to_owned()),
            names: named.filter(|(_, word)| **word == "*").map(|(name, _)| (*name).to_owned()).collect(),
        })
    }

    /// Returns the name at a place among those after the group, or nothing.
    pub(super) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    /// Returns where it is asked: the subscription, and the group and the scale set where there are such.
    pub(super) fn scope(&self) -> String {
        let set = self.names.first().filter(|_| self.operation.is_list);
        let parts = [self.subscription.as_ref(), self.group.as_ref(), set];
        parts.into_iter().flatten().map(|part| part.to_lowercase()).collect::<Vec<_>>().join("/")
    }
}

fn fits(pattern: &[&str], words: &[&str]) -> bool {
    pattern.len() == words.len() && pattern.iter().zip(words).all(|(part, word)| *part == "*" || part == word)
}

fn operation(row: &Row, is_status: bool) -> Operation {
    let (_, name, versions, parameters, kind, is_list) = *row;
    let name = if is_status && name == "VirtualMachines" { "VirtualMachineStates" } else { name };
    let method = if ["Batch", "ResourceGraph"].contains(&name) { "POST" } else { "GET" };
    Operation { name, versions, parameters, kind, is_list, method }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn paths_are_named_whatever_their_case() {
        let table = [
            ("subscriptions", "Subscriptions", ""),
            ("subscriptions/S", "Subscription", "s"),
            ("subscriptions/S/resourcegroups", "ResourceGroups", "s"),
            ("subscriptions/S/providers/Microsoft.Compute/virtualMachines", "VirtualMachines", "s"),
            (
                "SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINES",
                "VirtualMachines",
                "s/g",
            ),
            (
                "subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/v/instanceView",
                "InstanceView",
                "s/g",
            ),
            (
                "subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachineScaleSets/V/virtualMachines",
                "ScaleSetMachines",
                "s/g/v",
            ),
            ("providers/Microsoft.ResourceGraph/resources", "ResourceGraph", ""),
        ];
        for (path, name, scope) in table {
            let target = Target::of(&path.split('/').collect::<Vec<_>>(), false).expect(path);
            assert_eq!((target.operation.name, target.scope().as_str()), (name, scope), "{path}");
        }
        for path in ["", "subscriptions/S/providers", "subscriptions/S/providers/Microsoft.Compute/disks"] {
            assert!(Target::of(&path.split('/').collect::<Vec<_>>(), false).is_none(), "{path}");
        }
    }
}
