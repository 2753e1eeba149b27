//! Network interfaces and public addresses, as Microsoft.Network writes them.

use serde_json::{Value, json};

use super::compute::put;
use super::host::{Configuration, Host, Interface, Kind, PublicAddress, uuid};

/// Returns an interface.
pub(super) fn interface(host: &Host, interface: &Interface) -> Value {
    let id = host.interface_id(interface);
    let is_instance = matches!(host.kind, Kind::Uniform { .. });
    let configurations: Vec<_> = interface
        .configurations
        .iter()
        .map(|configuration| address(host, interface, configuration))
        .collect();
    let mut properties = json!({
        "provisioningState": "Succeeded", "resourceGuid": uuid(&id), "ipConfigurations": configurations,
        "dnsSettings": {"dnsServers": [], "appliedDnsServers": [],
            "internalDomainNameSuffix": "abcdefgh.ax.internal.cloudapp.net"},
        "macAddress": interface.mac, "enableAcceleratedNetworking": false, "vnetEncryptionSupported": false,
        "enableIPForwarding": false, "primary": interface.is_primary,
        "virtualMachine": {"id": host.listed_id()}, "hostedWorkloads": [], "tapConfigurations": [],
        "nicType": "Standard", "auxiliaryMode": "None", "auxiliarySku": "None",
    });
    if let Some(group) = &interface.security_group {
        let id = format!("{}/providers/Microsoft.Network/networkSecurityGroups/{group}", host.scope());
        put(&mut properties, "networkSecurityGroup", json!({"id": id}));
    }
    let mut value = json!({"name": interface.name, "id": id, "etag": etag(&id), "properties": properties});
    if !is_instance {
        put(&mut value, "location", json!(host.location));
        put(&mut value, "type", json!("Microsoft.Network/networkInterfaces"));
        put(&mut value, "kind", json!("Regular"));
    }
    value
}

fn address(host: &Host, interface: &Interface, configuration: &Configuration) -> Value {
    let id = format!("{}/ipConfigurations/{}", host.interface_id(interface), configuration.name);
    let network = format!("{}/providers/Microsoft.Network/virtualNetworks/vnet", host.scope());
    let mut properties = json!({
        "provisioningState": "Succeeded", "privateIPAllocationMethod": "Dynamic",
        "subnet": {"id": format!("{network}/subnets/{}", configuration.subnet)},
        "primary": configuration.is_primary,
        "privateIPAddressVersion": if configuration.is_version_6 { "IPv6" } else { "IPv4" },
    });
    if let Some(address) = &configuration.address {
        put(&mut properties, "privateIPAddress", json!(address));
    }
    if let Some(public) = &configuration.public {
        let id = host.public_id(interface, configuration, public);
        put(&mut properties, "publicIPAddress", json!({"id": id}));
    }
    let mut value = json!({"name": configuration.name, "id": id, "etag": etag(&id)});
    if !matches!(host.kind, Kind::Uniform { .. }) {
        put(&mut value, "type", json!("Microsoft.Network/networkInterfaces/ipConfigurations"));
    }
    put(&mut value, "properties", properties);
    value
}

/// Returns a public address.
pub(super) fn public(
    host: &Host,
    interface: &Interface,
    configuration: &Configuration,
    public: &PublicAddress,
) -> Value {
    let id = host.public_id(interface, configuration, public);
    let owner = format!("{}/ipConfigurations/{}", host.interface_id(interface), configuration.name);
    let mut properties = json!({
        "provisioningState": "Succeeded", "resourceGuid": uuid(&id),
        "publicIPAddressVersion": if public.is_version_6 { "IPv6" } else { "IPv4" },
        "publicIPAllocationMethod": if public.address.is_some() { "Static" } else { "Dynamic" },
        "idleTimeoutInMinutes": 4, "ipTags": [], "ipConfiguration": {"id": owner},
    });
    if let Some(address) = &public.address {
        put(&mut properties, "ipAddress", json!(address));
    }
    if let Some(label) = &public.label {
        let name = format!("{label}.{}.cloudapp.azure.com", host.location);
        put(&mut properties, "dnsSettings", json!({"domainNameLabel": label, "fqdn": name}));
    }
    let mut value = json!({"name": public.name, "id": id, "etag": etag(&id)});
    if !matches!(host.kind, Kind::Uniform { .. }) {
        let sku = if public.address.is_some() { "Standard" } else { "Basic" };
        put(&mut value, "location", json!(host.location));
        put(&mut value, "type", json!("Microsoft.Network/publicIPAddresses"));
        put(&mut value, "sku", json!({"name": sku, "tier": "Regional"}));
    }
    put(&mut value, "properties", properties);
    value
}

fn etag(id: &str) -> String {
    format!("W/\"{}\"", uuid(&format!("etag of {id}")))
}
