//! The variables of a machine's network interfaces and addresses.

use std::collections::HashMap;
use std::sync::Arc;

use inventory_core::value::{Map, Text, Value};

use super::resource_id::ResourceId;
use inventory_core::discovery::Oddities;
use inventory_core::value::record;

/// Resources by their identifiers in small letters: Azure spells one in several ways.
pub(crate) type ById = HashMap<Text, Arc<Map>>;

/// The resources that machines refer to.
#[derive(Debug, Default)]
pub(crate) struct Network {
    /// The network interfaces.
    pub(crate) interfaces: ById,
    /// The public addresses.
    pub(crate) addresses: ById,
}

/// The lists that become variables, each in the order of the interfaces, the primary one first.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) interface: Vec<Value>,
    pub(super) interface_properties: Vec<Value>,
    pub(super) mac_address: Vec<Value>,
    pub(super) interface_id: Vec<Value>,
    pub(super) security_group_id: Vec<Value>,
    pub(super) security_group: Vec<Value>,
    pub(super) public_ip_address: Vec<Value>,
    pub(super) public_ipv4_address: Vec<Value>,
    pub(super) public_dns_hostnames: Vec<Value>,
    pub(super) private_ipv4_addresses: Vec<Value>,
    pub(super) subnet: Vec<Value>,
}

impl Network {
    /// Returns the lists of a machine.
    pub(super) fn lists(&self, machine: &Map, name: &str, oddities: &mut Oddities) -> Lists {
        let mut lists = Lists::default();
        for interface in self.interfaces_of(machine, name, oddities) {
            if record::object(interface, &["properties"]).is_none() {
                oddities.lose("have a network interface without `properties`", name);
            }
            for configuration in
                primary_first(record::objects(interface, &["properties", "ipConfigurations"]))
            {
                if let Some(properties) = record::object(configuration, &["properties"]) {
                    self.add_addresses(&mut lists, properties, name, oddities);
                }
            }
            add_interface(&mut lists, interface);
        }
        lists
    }

    /// Returns the network interfaces of a machine, those that it calls primary first.
    fn interfaces_of(&self, machine: &Map, name: &str, oddities: &mut Oddities) -> Vec<&Arc<Map>> {
        let references: Vec<&Map> =
            record::objects(machine, &["properties", "networkProfile", "networkInterfaces"]).collect();
        let is_only = references.len() == 1;
        let mut found = Vec::with_capacity(references.len());
        for reference in references {
            // The only interface of a machine need not say that it is the primary one.
            let is_primary =
                record::member(reference, &["properties", "primary"]).map_or(is_only, Value::is_true);
            let id = record::lower(reference, &["id"]).unwrap_or_default();
            match self.interfaces.get(&id) {
                Some(interface) => found.push((!is_primary, interface)),
                None => oddities.lose("refer to a network interface that Azure does not list", name),
            }
        }
        found.sort_by_key(|(is_secondary, _)| *is_secondary);
        found.into_iter().map(|(_, interface)| interface).collect()
    }

    /// Adds what one ip configuration says.
    fn add_addresses(&self, lists: &mut Lists, configuration: &Map, name: &str, oddities: &mut Oddities) {
        let given = |key| configuration.get(key).filter(|value| value.is_true()).cloned();
        lists.subnet.extend(given("subnet"));
        lists.private_ipv4_addresses.extend(given("privateIPAddress"));
        let Some(id) = record::text(configuration, &["publicIPAddress", "id"]) else { return };
        let Some(address) = self.addresses.get(&Text::from(id.to_lowercase())) else {
            oddities.lose("refer to a public address that Azure does not list", name);
            return;
        };
        if record::object(address, &["properties"]).is_none() {
            oddities.lose("have a public address without `properties`", name);
        }
        let ip = record::value(address, &["properties", "ipAddress"]);
        lists.public_ipv4_address.push(ip.clone());
        let mut public = Map::with_capacity(3);
        public.push("id", id);
        public.push("name", record::value(address, &["name"]));
        public.push("ipv4_address", ip);
        lists.public_ip_address.push(public.into());
        let dns_name = record::member(address, &["properties", "dnsSettings", "fqdn"]);
        lists.public_dns_hostnames.extend(dns_name.filter(|name| name.is_true()).cloned());
    }
}

/// Adds what is known of one interface as a whole.
fn add_interface(lists: &mut Lists, interface: &Arc<Map>) {
    lists.mac_address.push(record::value(interface, &["properties", "macAddress"]));
    lists.interface.push(record::value(interface, &["name"]));
    lists.interface_id.push(record::value(interface, &["id"]));
    if let Some(id) = record::text(interface, &["properties", "networkSecurityGroup", "id"]) {
        lists.security_group_id.push(id.into());
        lists.security_group.push(ResourceId::parse(id).name.into());
    }
    lists.interface_properties.push(Value::Map(Arc::clone(interface)));
}

/// Returns the ip configurations, those that are called primary first.
fn primary_first<'a>(configurations: impl Iterator<Item = &'a Map>) -> Vec<&'a Map> {
    let mut configurations: Vec<&Map> = configurations.collect();
    configurations.sort_by_key(|configuration| {
        !record::member(configuration, &["properties", "primary"]).is_some_and(Value::is_true)
    });
    configurations
}
