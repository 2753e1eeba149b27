//! Resource Manager: the machines, their states, interfaces and public addresses of a subscription, joined.
//!
//! Of states and addresses hosts have few members, so only these are taken; machines and interfaces become trees.

use std::collections::HashMap;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Value, json};

use crate::client::Client;
use crate::output::{Safe, Text};
use crate::{Shared, variable};

/// The lists, and what is asked for.
const MACHINES: &str = "Microsoft.Compute/virtualMachines?api-version=2024-07-01";
const STATES: &str = "Microsoft.Compute/virtualMachines?api-version=2024-07-01&statusOnly=true";
const INTERFACES: &str = "Microsoft.Network/networkInterfaces?api-version=2024-05-01";
const ADDRESSES: &str = "Microsoft.Network/publicIPAddresses?api-version=2024-05-01";

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
struct Page<T> {
    value: Vec<T>,
    next_link: Option<String>,
}

/// A machine in the list of states.
#[derive(Deserialize)]
struct State {
    id: String,
    properties: StateProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StateProperties {
    instance_view: View,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct View {
    computer_name: Option<String>,
    os_name: Option<String>,
    os_version: Option<String>,
    #[serde(rename = "hyperVGeneration")]
    generation: Option<String>,
    statuses: Vec<Status>,
}

#[derive(Deserialize)]
struct Status {
    code: String,
}

/// A public address.
#[derive(Deserialize)]
struct Address {
    id: String,
    name: String,
    properties: AddressProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddressProperties {
    ip_address: Option<String>,
    dns_settings: Option<DnsSettings>,
}

#[derive(Deserialize)]
struct DnsSettings {
    fqdn: Option<String>,
}

/// What machines refer to, by identifiers in small letters.
struct Others {
    states: HashMap<String, State>,
    interfaces: HashMap<String, Value>,
    addresses: HashMap<String, Address>,
}

/// Writes all virtual machines.
pub(crate) async fn list(output: &Shared) {
    let endpoint = variable("AZURE_CLOUD_ENVIRONMENT");
    let authorization = format!("Bearer {}", log_in(&endpoint).await);
    let (machines, states, interfaces, addresses) = tokio::join!(
        resources::<Value>(&endpoint, &authorization, MACHINES),
        resources::<State>(&endpoint, &authorization, STATES),
        resources::<Value>(&endpoint, &authorization, INTERFACES),
        resources::<Address>(&endpoint, &authorization, ADDRESSES),
    );
    let others = Others {
        states: by_id(states, |state| &state.id),
        interfaces: by_id(interfaces, |interface| text(interface, &["id"])),
        addresses: by_id(addresses, |address| &address.id),
    };
    let mut output = output.borrow_mut();
    for machine in &machines {
        let id = text(machine, &["id"]);
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, id.as_bytes());
        let [high, low] = [hash.as_ref()[0], hash.as_ref()[1]];
        let name = format!("{}_{high:02x}{low:02x}", text(machine, &["name"]));
        output.host(&name, &Host { machine, name: &name, others: &others });
        output.member_of_environment(member(machine, &["tags", "Environment"]).as_str(), &name);
    }
}

async fn log_in(endpoint: &str) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    form.append_pair("client_id", &variable("AZURE_CLIENT_ID"));
    form.append_pair("client_secret", &variable("AZURE_SECRET"));
    form.append_pair("scope", &format!("{endpoint}/.default"));
    let path = format!("/{}/oauth2/v2.0/token", variable("AZURE_TENANT"));
    let answer = Client::connect(endpoint).await.post(&path, &[], form.finish()).await;
    let answer: Value = serde_json::from_str(&answer).expect("a token");
    answer["access_token"].as_str().expect("a token").to_owned()
}

/// Returns the resources of all pages of a list.
async fn resources<T: DeserializeOwned>(endpoint: &str, authorization: &str, list: &str) -> Vec<T> {
    let mut client = Client::connect(endpoint).await;
    let subscription = variable("AZURE_SUBSCRIPTION_ID");
    let mut path = format!("/subscriptions/{subscription}/providers/{list}");
    let mut all = Vec::new();
    loop {
        let headers = [("authorization", authorization), ("accept-encoding", "gzip")];
        let page: Page<T> = serde_json::from_str(&client.get(&path, &headers).await).expect("a page");
        all.extend(page.value);
        match page.next_link {
            Some(link) => path = link.trim_start_matches(endpoint).to_owned(),
            None => return all,
        }
    }
}

fn by_id<T>(resources: Vec<T>, id: impl Fn(&T) -> &str) -> HashMap<String, T> {
    resources.into_iter().map(|resource| (id(&resource).to_lowercase(), resource)).collect()
}

fn member<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, name| value.get(name).unwrap_or(&Value::Null))
}

fn text<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    member(value, path).as_str().unwrap_or_default()
}

fn items<'a>(value: &'a Value, path: &[&str]) -> impl Iterator<Item = &'a Value> {
    member(value, path).as_array().into_iter().flatten()
}

fn last_part(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// A virtual machine as hostvars.
struct Host<'a> {
    machine: &'a Value,
    name: &'a str,
    others: &'a Others,
}

/// The lists that are made of interfaces.
#[derive(Default)]
struct Network<'a> {
    interfaces: Vec<&'a Value>,
    subnets: Vec<&'a Value>,
    private: Vec<&'a Value>,
    public: Vec<(&'a Value, &'a Address)>,
}

impl<'a> Host<'a> {
    fn network(&self) -> Network<'a> {
        let mut network = Network::default();
        let references = items(self.machine, &["properties", "networkProfile", "networkInterfaces"]);
        let mut references: Vec<_> = references.collect();
        let is_only = references.len() == 1;
        references.sort_by_key(|reference| {
            !is_only && *member(reference, &["properties", "primary"]) != Value::Bool(true)
        });
        for reference in references {
            let found = self.others.interfaces.get(&text(reference, &["id"]).to_lowercase());
            let interface = found.expect("an interface");
            network.interfaces.push(interface);
            for configuration in items(interface, &["properties", "ipConfigurations"]) {
                let properties = &configuration["properties"];
                network.subnets.extend(properties.get("subnet"));
                network.private.extend(properties.get("privateIPAddress"));
                if let Some(id) = properties.get("publicIPAddress").and_then(|address| address.get("id")) {
                    let address = self.others.addresses.get(&id.as_str().unwrap_or_default().to_lowercase());
                    network.public.push((id, address.expect("an address")));
                }
            }
        }
        network
    }
}

impl Serialize for Host<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let machine = self.machine;
        let of = |path: &[&str]| Safe(member(machine, path));
        let properties = |path: &[&str]| member(&machine["properties"], path);
        let state = self.others.states.get(&text(machine, &["id"]).to_lowercase()).expect("a state");
        let view = &state.properties.instance_view;
        let mut map = serializer.serialize_map(None)?;
        for (name, path) in [
            ("id", &["id"][..]),
            ("location", &["location"]),
            ("name", &["name"]),
            ("availability_zone", &["zones"]),
            ("tags", &["tags"]),
            ("resource_type", &["type"]),
            ("vmid", &["properties", "vmId"]),
            ("virtual_machine_size", &["properties", "hardwareProfile", "vmSize"]),
            ("plan", &["properties", "plan", "name"]),
            ("creation_time", &["properties", "timeCreated"]),
        ] {
            map.serialize_entry(name, &of(path))?;
        }
        let computer = properties(&["osProfile", "computerName"]).as_str();
        map.serialize_entry("computer_name", &view.computer_name.as_deref().or(computer).map(Text))?;
        map.serialize_entry("powerstate", power(view))?;
        map.serialize_entry(
            "provisioning_state",
            &text(machine, &["properties", "provisioningState"]).to_lowercase(),
        )?;
        let group = text(machine, &["id"]).split('/').nth(4).unwrap_or_default();
        map.serialize_entry("resource_group", &group.to_lowercase())?;
        map.serialize_entry("default_inventory_hostname", self.name)?;
        map.serialize_entry("os_profile", &json!({"system": system(machine)}))?;
        map.serialize_entry("vmss", &json!({}))?;
        let license = machine["properties"].get("licenseType");
        map.serialize_entry(
            "license_type",
            license.map_or("Unknown", |license| license.as_str().unwrap_or_default()),
        )?;
        let views = [
            ("os_name", &view.os_name),
            ("os_version", &view.os_version),
            ("hyper_v_generation", &view.generation),
        ];
        for (name, value) in views {
            if let Some(value) = value {
                map.serialize_entry(name, &Text(value))?;
            }
        }
        map.serialize_entry("image", &image(properties(&["storageProfile", "imageReference"])))?;
        let disk = properties(&["storageProfile", "osDisk"]);
        let disk_system = text(disk, &["osType"]).to_lowercase();
        let id = member(disk, &["managedDisk", "id"]);
        map.serialize_entry(
            "os_disk",
            &json!({"name": disk["name"], "operating_system_type": disk_system, "id": id}),
        )?;
        let disks = items(machine, &["properties", "storageProfile", "dataDisks"]);
        let disks = disks.map(|disk| json!({"name": disk["name"], "lun": disk["lun"], "id": member(disk, &["managedDisk", "id"])}));
        map.serialize_entry("data_disks", &disks.collect::<Vec<_>>())?;
        network(&mut map, &self.network())?;
        map.end()
    }
}

fn network<'a, M: serde::ser::SerializeMap>(map: &mut M, network: &Network<'a>) -> Result<(), M::Error> {
    let Network { interfaces, subnets, private, public } = network;
    let all = |path: &'static [&str]| -> Vec<_> {
        interfaces.iter().map(|interface| Safe(member(interface, path))).collect()
    };
    map.serialize_entry("network_interface", &all(&["name"]))?;
    map.serialize_entry("network_interface_id", &all(&["id"]))?;
    map.serialize_entry("network_interface_properties", &all(&[]))?;
    map.serialize_entry("mac_address", &all(&["properties", "macAddress"]))?;
    let security = || {
        let ids =
            interfaces.iter().map(|interface| text(interface, &["properties", "networkSecurityGroup", "id"]));
        ids.filter(|id| !id.is_empty())
    };
    map.serialize_entry("security_group_id", &security().collect::<Vec<_>>())?;
    map.serialize_entry("security_group", &security().map(last_part).collect::<Vec<_>>())?;
    map.serialize_entry("subnet", subnets)?;
    map.serialize_entry("private_ipv4_addresses", private)?;
    let ip = |address: &'a Address| address.properties.ip_address.as_deref();
    let addresses: Vec<_> = public
        .iter()
        .map(|(id, address)| json!({"id": id, "name": address.name, "ipv4_address": ip(address)}))
        .collect();
    map.serialize_entry("public_ip_address", &addresses)?;
    let public_ips: Vec<_> = public.iter().map(|(_, address)| ip(address)).collect();
    map.serialize_entry("public_ipv4_address", &public_ips)?;
    let names =
        public.iter().filter_map(|(_, address)| address.properties.dns_settings.as_ref()?.fqdn.as_deref());
    map.serialize_entry("public_dns_hostnames", &names.collect::<Vec<_>>())?;
    let private = private.iter().map(|ip| ip.as_str());
    map.serialize_entry("ansible_host", &public_ips.into_iter().chain(private).flatten().next())
}

fn power(view: &View) -> &str {
    let mut states = view.statuses.iter().filter_map(|status| status.code.strip_prefix("PowerState/"));
    states.next().unwrap_or("unknown")
}

fn system(machine: &Value) -> &'static str {
    let profile = &machine["properties"]["osProfile"];
    let disk = text(machine, &["properties", "storageProfile", "osDisk", "osType"]);
    if profile.get("windowsConfiguration").is_some() || (profile.is_null() && disk == "Windows") {
        "windows"
    } else {
        "linux"
    }
}

fn image(reference: &Value) -> Value {
    if reference.get("publisher").is_some() {
        let part = |name: &str| &reference[name];
        json!({"sku": part("sku"), "publisher": part("publisher"), "version": part("version"), "offer": part("offer")})
    } else if reference.get("id").is_some() {
        json!({"id": reference["id"]})
    } else {
        json!({})
    }
}
