//! The resources of subscriptions: machines, scale sets, networks, groups.

use std::ops::Range;

use serde_json::{Value, json};

use super::answer::{Answer, Outcome, not_found};
use super::directory::TENANT;
use super::estate::{Group, ScaleSet};
use super::host::{Host, Kind};
use super::manager::Manager;
use super::page::{page, parameter};
use super::path::Target;
use super::twist;
use super::{compute, hybrid, network};
use crate::simulator::cloud::Twist;

/// The name of the management group that all subscriptions are in, under the root.
pub const MANAGEMENT_GROUP: &str = "simulated";

/// Answers a request for resources, whose place is there.
pub(super) fn answer(manager: &Manager<'_>, target: &Target) -> Outcome {
    let query = Query { manager, target, subscription: subscription(manager, target) };
    if target.operation.is_list { query.list() } else { query.get() }
}

fn subscription<'a>(manager: &Manager<'a>, target: &Target) -> &'a str {
    target.subscription.as_deref().and_then(|name| manager.estate.subscription(name)).unwrap_or_default()
}

/// A request for resources.
struct Query<'a> {
    manager: &'a Manager<'a>,
    target: &'a Target,
    subscription: &'a str,
}

impl Query<'_> {
    fn list(&self) -> Outcome {
        match self.target.operation.name {
            "Subscriptions" => self.numbered(&self.subscriptions(subscription_item)),
            "ManagementGroups" => self.numbered(&[
                management_group(TENANT, "Tenant Root Group"),
                management_group(MANAGEMENT_GROUP, "Simulated"),
            ]),
            "ManagementGroupDescendants" => self.descendants(),
            "ResourceGroups" => self.groups(),
            "ScaleSets" => self.scale_sets(),
            "VirtualMachines" => self.hosts(Host::is_virtual_machine, |host| vec![compute::machine(host)]),
            "VirtualMachineStates" => {
                self.hosts(Host::is_virtual_machine, |host| vec![compute::status(host)])
            }
            "NetworkInterfaces" => self.hosts(Host::is_virtual_machine, interfaces),
            "PublicAddresses" => self.hosts(Host::is_virtual_machine, publics),
            "HybridMachines" => self.hosts(Host::is_hybrid, |host| vec![hybrid::machine(host)]),
            "StackInstances" => self.stack_instances(),
            "StackInterfaces" => self.hosts(|host| host.kind == Kind::Stack, stack_interfaces),
            _ => self.members(),
        }
    }

    fn get(&self) -> Outcome {
        let target = self.target;
        let with_view = parameter(self.manager.request, "$expand")
            .is_some_and(|value| value.eq_ignore_ascii_case("instanceView"));
        let found = match target.operation.name {
            "Subscription" => Some(subscription_item(self.subscription)),
            "VirtualMachine" => self.machine().map(|host| compute::expanded(&host, with_view)),
            "InstanceView" => self.machine().map(|host| compute::view(&host)),
            "ScaleSet" => self.set(target.name(0)).and_then(|set| self.set_item(set)),
            "ScaleSetMachine" => self.instance().map(|host| compute::expanded(&host, with_view)),
            "ScaleSetInstanceView" => self.instance().map(|host| compute::view(&host)),
            "ScaleSetInterface" => self.instance().and_then(|host| self.interface(&host, target.name(2))),
            "ScaleSetPublicAddress" => self.instance().and_then(|host| self.public(&host, target.name(4))),
            "NetworkInterface" => self.owner("-nic").and_then(|host| self.interface(&host, target.name(0))),
            "PublicAddress" => self.owner("-ip").and_then(|host| self.public(&host, target.name(0))),
            "HybridMachine" => self.hybrid().map(|host| hybrid::machine(&host)),
            "StackInterface" => self.stack_interface(),
            _ => None,
        };
        let kept = found.and_then(|item| twist::spoil_one(item, self.manager.twist));
        kept.map(Answer::ok).ok_or_else(|| self.missing())
    }

    fn missing(&self) -> Answer {
        let group = self.target.group.as_deref().unwrap_or_default();
        not_found(self.target.operation.kind, self.target.names.last().map_or("", String::as_str), group)
    }

    /// Pages the machines of the subscription and the group that fit.
    fn hosts(&self, fits: impl Fn(&Host) -> bool, items: impl Fn(&Host) -> Vec<Value>) -> Outcome {
        self.in_range(self.manager.estate.range(self.subscription), |host| {
            if self.is_in_group(host) && fits(host) { items(host) } else { Vec::new() }
        })
    }

    fn in_range(&self, range: Range<u64>, items: impl Fn(&Host) -> Vec<Value>) -> Outcome {
        let Manager { world, request, estate, .. } = self.manager;
        let items = |index| estate.host(index).map(|host| items(&host)).unwrap_or_default();
        page(world, request, self.manager.twist, range, items)
    }

    /// Pages items that are all there.
    fn numbered(&self, all: &[Value]) -> Outcome {
        let Manager { world, request, .. } = self.manager;
        let at = |index: u64| usize::try_from(index).ok().and_then(|index| all.get(index)).cloned();
        page(world, request, self.manager.twist, 0..all.len() as u64, |index| at(index).into_iter().collect())
    }

    fn is_in_group(&self, host: &Host) -> bool {
        self.target.group.as_ref().is_none_or(|group| group.eq_ignore_ascii_case(&host.group))
    }

    fn subscriptions(&self, item: impl Fn(&str) -> Value) -> Vec<Value> {
        self.manager.estate.subscriptions().iter().map(|name| item(name)).collect()
    }

    fn descendants(&self) -> Outcome {
        let name = self.target.name(0);
        if ![TENANT, MANAGEMENT_GROUP].iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let text = format!(
                "The client does not have authorization to perform action 'Microsoft.Management/managementGroups/descendants/read' over scope '/providers/Microsoft.Management/managementGroups/{name}' or the scope is invalid."
            );
            return Err(Answer::refuse(403, "AuthorizationFailed", text));
        }
        let group = |name: &str| format!("/providers/Microsoft.Management/managementGroups/{name}");
        let mut all = self.subscriptions(|name| {
            json!({"id": format!("/subscriptions/{name}"), "type": "Microsoft.Management/managementGroups/subscriptions",
                "name": name, "properties": {"displayName": display_name(name), "parent": {"id": group(MANAGEMENT_GROUP)}}})
        });
        if name.eq_ignore_ascii_case(TENANT) {
            let child = json!({"id": group(MANAGEMENT_GROUP), "type": "Microsoft.Management/managementGroups",
                "name": MANAGEMENT_GROUP, "properties": {"displayName": "Simulated", "parent": {"id": group(TENANT)}}});
            all.insert(0, child);
        }
        self.numbered(&all)
    }

    fn all_groups(&self) -> impl Iterator<Item = &Group> {
        self.manager.estate.groups(self.subscription).into_iter().flat_map(|groups| groups.values())
    }

    fn groups(&self) -> Outcome {
        let items: Vec<_> = self
            .all_groups()
            .map(|group| {
                json!({"id": format!("/subscriptions/{}/resourceGroups/{}", self.subscription, group.name),
                    "name": group.name, "type": "Microsoft.Resources/resourceGroups", "location": group.location,
                    "properties": {"provisioningState": "Succeeded"}})
            })
            .collect();
        self.numbered(&items)
    }

    fn scale_sets(&self) -> Outcome {
        let wanted = self.target.group.as_deref();
        let groups = self
            .all_groups()
            .filter(|group| wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(&group.name)));
        let items: Vec<_> =
            groups.flat_map(|group| group.sets.values()).filter_map(|set| self.set_item(set)).collect();
        self.numbered(&items)
    }

    fn set_item(&self, set: &ScaleSet) -> Option<Value> {
        let member = self.manager.estate.host(set.first)?;
        Some(compute::scale_set(&member, &set.name, set.capacity))
    }

    fn set(&self, name: &str) -> Option<&ScaleSet> {
        let groups = self.manager.estate.groups(self.subscription)?;
        groups.get(&self.target.group.as_ref()?.to_lowercase())?.sets.get(&name.to_lowercase())
    }

    /// Lists what belongs to the instances of a scale set with uniform orchestration, or to one of them.
    fn members(&self) -> Outcome {
        let name = self.target.name(0);
        let Some(set) = self.set(name) else { return Err(self.missing()) };
        let with_view = parameter(self.manager.request, "$expand")
            .is_some_and(|value| value.eq_ignore_ascii_case("instanceView"));
        let operation = self.target.operation.name;
        let range = if operation == "ScaleSetMachineInterfaces" {
            let index = self.instance().ok_or_else(|| self.missing())?.kind.instance().unwrap_or_default();
            index..index + 1
        } else {
            set.first..set.last + 1
        };
        self.in_range(range, |host| match operation {
            _ if !self.is_instance(host, name) => Vec::new(),
            "ScaleSetMachines" => vec![compute::expanded(host, with_view)],
            "ScaleSetPublicAddresses" => publics(host),
            _ => interfaces(host),
        })
    }

    fn is_instance(&self, host: &Host, name: &str) -> bool {
        matches!(&host.kind, Kind::Uniform { set, .. } if set.eq_ignore_ascii_case(name))
            && self.is_in_group(host)
    }

    fn instance(&self) -> Option<Host> {
        let host = self.manager.estate.host(self.target.name(1).parse().ok()?)?;
        (host.subscription == self.subscription && self.is_instance(&host, self.target.name(0)))
            .then_some(host)
    }

    fn machine(&self) -> Option<Host> {
        let fits = |host: &Host| host.is_virtual_machine() && self.is_in_group(host);
        self.manager.estate.find(self.subscription, self.target.name(0), fits)
    }

    fn hybrid(&self) -> Option<Host> {
        let fits = |host: &Host| host.is_hybrid() && self.is_in_group(host);
        self.manager.estate.find(self.subscription, self.target.name(0), fits)
    }

    /// Returns the machine that has an interface or an address, whose name is the machine's with an ending.
    fn owner(&self, ending: &str) -> Option<Host> {
        let (machine, _) = self.target.name(0).rsplit_once(ending)?;
        let fits = |host: &Host| host.is_virtual_machine() && self.is_in_group(host);
        self.manager.estate.find(self.subscription, machine, fits)
    }

    fn interface(&self, host: &Host, name: &str) -> Option<Value> {
        let found = host.interfaces.iter().find(|interface| interface.name.eq_ignore_ascii_case(name))?;
        Some(network::interface(host, found))
    }

    fn public(&self, host: &Host, name: &str) -> Option<Value> {
        let (interface, configuration, public) =
            host.publics().find(|(_, _, public)| public.name.eq_ignore_ascii_case(name))?;
        Some(network::public(host, interface, configuration, public))
    }

    fn stack_instances(&self) -> Outcome {
        let host = self.hybrid().ok_or_else(|| self.missing())?;
        let is_gone = self.manager.twist == Some(Twist::VanishedHost);
        let has_one = host.kind == Kind::Stack && !is_gone;
        self.numbered(&if has_one { vec![hybrid::instance(&host)] } else { Vec::new() })
    }

    fn stack_interface(&self) -> Option<Value> {
        let name = self.target.name(0);
        let (machine, _) = name.rsplit_once("-nic")?;
        let fits = |host: &Host| host.kind == Kind::Stack && self.is_in_group(host);
        let host = self.manager.estate.find(self.subscription, machine, fits)?;
        let found = host.interfaces.iter().find(|interface| interface.name.eq_ignore_ascii_case(name))?;
        Some(hybrid::stack_interface(&host, found))
    }
}

fn interfaces(host: &Host) -> Vec<Value> {
    host.interfaces.iter().map(|interface| network::interface(host, interface)).collect()
}

fn stack_interfaces(host: &Host) -> Vec<Value> {
    host.interfaces.iter().map(|interface| hybrid::stack_interface(host, interface)).collect()
}

fn publics(host: &Host) -> Vec<Value> {
    host.publics()
        .map(|(interface, configuration, public)| network::public(host, interface, configuration, public))
        .collect()
}

fn subscription_item(name: &str) -> Value {
    json!({"id": format!("/subscriptions/{name}"), "authorizationSource": "RoleBased", "managedByTenants": [],
        "subscriptionId": name, "tenantId": TENANT, "displayName": display_name(name), "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off"}})
}

fn display_name(subscription: &str) -> String {
    format!("Subscription {}", subscription.split('-').next().unwrap_or_default())
}

fn management_group(name: &str, display_name: &str) -> Value {
    json!({"id": format!("/providers/Microsoft.Management/managementGroups/{name}"),
        "type": "Microsoft.Management/managementGroups", "name": name,
        "properties": {"tenantId": TENANT, "displayName": display_name}})
}
