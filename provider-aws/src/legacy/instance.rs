//! An instance as boto 2.49 has it: attributes in its words, made of facts.
//!
//! boto keeps elements that it does not know under their own names. Of those, only what EC2 answers to the version of
//! its API that boto asks for (2014-10-01) is here: newer ones, such as `metadataOptions`, boto never got from AWS.

use inventory_core::value::{Map, Text, Value};

use crate::normalize;

/// Attributes that are texts, and the facts of the same meaning. All instances have all of them.
const TEXTS: [(&str, &str); 21] = [
    ("architecture", "architecture"),
    ("client_token", "client_token"),
    ("dns_name", "public_dns_name"),
    ("hypervisor", "hypervisor"),
    ("id", "instance_id"),
    ("image_id", "image_id"),
    ("instance_type", "instance_type"),
    ("ip_address", "public_ip_address"),
    ("kernel", "kernel_id"),
    ("key_name", "key_name"),
    ("platform", "platform"),
    ("private_dns_name", "private_dns_name"),
    ("private_ip_address", "private_ip_address"),
    ("public_dns_name", "public_dns_name"),
    ("ramdisk", "ramdisk_id"),
    ("root_device_name", "root_device_name"),
    ("root_device_type", "root_device_type"),
    ("spot_instance_request_id", "spot_instance_request_id"),
    ("subnet_id", "subnet_id"),
    ("virtualization_type", "virtualization_type"),
    ("vpc_id", "vpc_id"),
];

/// Attributes that all instances have, and that are made of facts in other ways, or never set.
const OTHERS: [&str; 6] =
    ["ami_launch_index", "eventsSet", "group_name", "launch_time", "monitoring_state", "requester_id"];

/// Attributes under the names of elements that boto does not know, and the facts of the same meaning. An instance has
/// those that EC2 tells of it.
const ELEMENTS: [(&str, &str); 3] = [
    ("instanceLifecycle", "instance_lifecycle"),
    ("reason", "state_transition_reason"),
    ("sriovNetSupport", "sriov_net_support"),
];

/// An element that boto does not know, which holds a boolean.
const SOURCE_CHECK: &str = "sourceDestCheck";

/// What boto works out of other attributes.
const PROPERTIES: [&str; 5] =
    ["placement", "placement_group", "placement_tenancy", "previous_state", "state"];

/// Returns the names of all attributes that hold texts.
pub(super) fn attribute_names() -> impl Iterator<Item = &'static str> {
    let texts = TEXTS.iter().chain(&ELEMENTS).map(|(name, _)| *name);
    texts.chain(OTHERS).chain(PROPERTIES).chain([SOURCE_CHECK])
}

/// An instance.
#[derive(Clone, Copy)]
pub(super) struct Instance<'a> {
    record: &'a Map,
}

impl<'a> Instance<'a> {
    /// Takes the facts of an instance.
    pub(super) fn new(record: &'a Map) -> Instance<'a> {
        Instance { record }
    }

    /// Returns an attribute that holds a text; none when the instance has no such attribute, null when it is not set.
    pub(super) fn attribute(&self, name: &str) -> Option<Value> {
        if let Some((_, fact)) = TEXTS.iter().find(|(known, _)| *known == name) {
            return Some(self.record.get(fact).cloned().unwrap_or_default());
        }
        if let Some((_, fact)) = ELEMENTS.iter().find(|(known, _)| *known == name) {
            return self.record.get(fact).cloned();
        }
        Some(match name {
            "ami_launch_index" => {
                self.record.get(name).map_or(Value::Null, |index| Value::from(index.to_string()))
            }
            "eventsSet" | "group_name" | "requester_id" | "previous_state" => Value::Null,
            "launch_time" => self.launch_time(),
            "monitoring_state" => self.at(&["monitoring", "state"]),
            "placement" => self.at(&["placement", "availability_zone"]),
            "placement_group" => self.at(&["placement", "group_name"]),
            "placement_tenancy" => self.at(&["placement", "tenancy"]),
            "state" => self.at(&["state", "name"]),
            SOURCE_CHECK => match self.record.get("source_dest_check")? {
                Value::Bool(is_checked) => Value::from(is_checked.to_string()),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Returns a text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<Text> {
        match self.attribute(name)? {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Returns the region of the zone.
    pub(super) fn region(&self) -> Option<Text> {
        normalize::region_of(&self.text("placement")?)
    }

    /// Returns the number of the account.
    pub(super) fn account(&self) -> Option<Text> {
        self.record.get("owner_id").and_then(Value::as_str).map(Text::from)
    }

    /// Returns the tags.
    pub(super) fn tags(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let tags = self.record.get("tags").and_then(Value::as_map);
        tags.into_iter().flat_map(Map::iter).filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?)))
    }

    /// Returns a tag.
    pub(super) fn tag(&self, key: &str) -> Option<&'a str> {
        self.record.get("tags")?.as_map()?.get(key)?.as_str()
    }

    /// Returns the security groups: id and name.
    pub(super) fn security_groups(&self) -> Vec<(&'a str, &'a str)> {
        // boto gives `None` for what is not there, which the script writes out.
        let part = |group: &'a Map, key| group.get(key).and_then(Value::as_str).unwrap_or("None");
        let groups = self.items("security_groups").into_iter().flatten().filter_map(Value::as_map);
        groups.map(|group| (part(group, "group_id"), part(group, "group_name"))).collect()
    }

    /// Returns the variables that the script makes of all attributes, but those of tags, under the names without `ec2_`.
    pub(super) fn variables(&self) -> Vec<(&'static str, Value)> {
        let plain = TEXTS.iter().chain(&ELEMENTS).map(|(name, _)| *name).chain(OTHERS).chain([SOURCE_CHECK]);
        let texts = plain.filter_map(|name| Some((name, stripped(self.attribute(name)?))));
        let mut variables: Vec<_> = texts.collect();
        let monitoring = self.at(&["monitoring", "state"]);
        let groups = self.security_groups();
        let joined = |texts: Vec<&str>| Value::from(texts.join(","));
        variables.extend([
            ("_in_monitoring_element", Value::Bool(false)),
            ("account_id", self.account().into()),
            // The ends of elements that boto does not know; their texts are blank.
            ("item", Value::from("")),
            ("monitored", Value::Bool(monitoring.as_str() == Some("enabled"))),
            ("persistent", Value::Bool(false)),
            ("placement", self.at(&["placement", "availability_zone"])),
            ("previous_state", Value::from("")),
            ("previous_state_code", Value::Int(0)),
            ("region", stripped(self.region().into())),
            ("security_group_ids", joined(groups.iter().map(|(id, _)| *id).collect())),
            ("security_group_names", joined(groups.iter().map(|(_, name)| *name).collect())),
            ("state", stripped(self.at(&["state", "name"]))),
            ("state_code", self.at(&["state", "code"])),
        ]);
        if self.record.contains("monitoring") {
            variables.push(("monitoring", Value::from("")));
        }
        if let Some(is_optimized @ Value::Bool(_)) = self.record.get("ebs_optimized") {
            variables.push(("ebs_optimized", is_optimized.clone()));
        }
        // Where they are there, they are objects, of which the script makes nothing.
        for (name, fact) in [("instance_profile", "iam_instance_profile"), ("state_reason", "state_reason")] {
            if !self.record.contains(fact) {
                variables.push((name, Value::from("")));
            }
        }
        variables.push(match self.items("block_device_mappings") {
            Some(devices) => ("block_devices", volumes(devices).into()),
            None => ("block_device_mapping", Value::from("")),
        });
        variables
    }

    /// Returns the time as EC2 writes it.
    fn launch_time(&self) -> Value {
        match self.record.get("launch_time") {
            Some(Value::Time(time)) => {
                let milliseconds = time.civil.subsec_nanosecond() / 1_000_000;
                Value::from(format!("{}.{milliseconds:03}Z", time.civil.strftime("%Y-%m-%dT%H:%M:%S")))
            }
            other => other.cloned().unwrap_or_default(),
        }
    }

    fn at(&self, path: &[&str]) -> Value {
        let mut keys = path.iter();
        let first = keys.next().and_then(|key| self.record.get(key));
        keys.fold(first, |value, key| value?.as_map()?.get(key)).cloned().unwrap_or_default()
    }

    fn items(&self, key: &str) -> Option<&'a [Value]> {
        self.record.get(key)?.as_items()
    }
}

/// Returns a text without blanks around it; what is not set becomes empty.
fn stripped(value: Value) -> Value {
    match value {
        Value::Null => Value::from(""),
        Value::Text(text) if text.trim().len() < text.len() => Value::from(text.trim()),
        other => other,
    }
}

/// Returns the volumes by the last part of the names of their devices.
fn volumes(devices: &[Value]) -> Map {
    let volume = |device: &Value| {
        let device = device.as_map()?;
        let name = device.get("device_name")?.as_str()?;
        let volume = device.get("ebs")?.as_map()?.get("volume_id").cloned().unwrap_or_default();
        Some((Value::from(name.rsplit('/').next().unwrap_or_default()), volume))
    };
    devices.iter().filter_map(volume).collect()
}
