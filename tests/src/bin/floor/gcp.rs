//! Compute Engine: the pages of all instances of a project.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use crate::client::Client;
use crate::output::{Safe, Text};
use crate::{Shared, variable};

/// Writes all instances.
pub(crate) async fn list(output: &Shared) {
    let endpoint = variable("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE").replace("/compute/v1/", "");
    let project = variable("GOOGLE_CLOUD_PROJECT");
    let authorization = format!("Bearer {}", variable("FLOOR_TOKEN"));
    let headers = [
        ("authorization", authorization.as_str()),
        ("accept-encoding", "gzip"),
        ("user-agent", "floor (gzip)"),
    ];
    let mut client = Client::connect(&endpoint).await;
    let mut token = String::new();
    loop {
        let path = format!(
            "/compute/v1/projects/{project}/aggregated/instances?maxResults=500&returnPartialSuccess=true&prettyPrint=false{token}"
        );
        let page: Value = serde_json::from_str(&client.get(&path, &headers).await).expect("a page");
        let zones = page["items"].as_object().expect("zones").values();
        for instance in zones.flat_map(|zone| zone["instances"].as_array().into_iter().flatten()) {
            let name = address(instance);
            let mut output = output.borrow_mut();
            output.host(name, &Host { instance, project: &project });
            output.member_of_environment(instance["labels"]["environment"].as_str(), name);
        }
        match page["nextPageToken"].as_str() {
            Some(next) => {
                let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
                token = format!("&pageToken={next}");
            }
            None => return,
        }
    }
}

/// Returns the public address of the first interface that has one, else the private one.
fn address(instance: &Value) -> &str {
    let interfaces = instance["networkInterfaces"].as_array().expect("interfaces");
    let public = interfaces.iter().find_map(|interface| interface["accessConfigs"][0]["natIP"].as_str());
    public.or_else(|| interfaces.first()?["networkIP"].as_str()).expect("an address")
}

fn last_part(link: &str) -> &str {
    link.rsplit('/').next().unwrap_or(link)
}

/// An instance as hostvars.
struct Host<'a> {
    instance: &'a Value,
    project: &'a str,
}

impl Serialize for Host<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.instance.as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                ("zone" | "machineType", Value::String(link)) => {
                    map.serialize_entry(name, last_part(link))?;
                    map.serialize_entry(&format_args!("{name}_selflink"), link)?;
                }
                ("networkInterfaces", Value::Array(interfaces)) => {
                    map.serialize_entry(name, &Interfaces(interfaces))?;
                }
                ("metadata", value) => map.serialize_entry(name, &Metadata(&value["items"]))?,
                _ => map.serialize_entry(name, &Safe(value))?,
            }
        }
        map.serialize_entry("project", self.project)?;
        map.serialize_entry("image", &())?;
        map.serialize_entry("ansible_host", &self.instance["networkInterfaces"][0]["networkIP"])?;
        map.end()
    }
}

struct Metadata<'a>(&'a Value);

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = self.0.as_array().into_iter().flatten();
        serializer.collect_map(items.map(|item| (item["key"].as_str(), Safe(&item["value"]))))
    }
}

struct Interfaces<'a>(&'a [Value]);

impl Serialize for Interfaces<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Interface))
    }
}

struct Interface<'a>(&'a Value);

impl Serialize for Interface<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                ("network" | "subnetwork", Value::String(link)) => {
                    map.serialize_entry(name, &Network(link))?;
                }
                _ => map.serialize_entry(name, &Safe(value))?,
            }
        }
        map.end()
    }
}

struct Network<'a>(&'a str);

impl Serialize for Network<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_global = self.0.split('/').any(|part| part == "global");
        let region = if is_global { "global" } else { self.0.split('/').nth(8).unwrap_or("") };
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("name", last_part(self.0))?;
        map.serialize_entry("region", region)?;
        map.serialize_entry("selfLink", &Text(self.0))?;
        map.end()
    }
}
