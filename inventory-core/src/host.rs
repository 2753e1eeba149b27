//! One shape for the machines of all clouds, which rules of a native configuration see.
//!
//! A provider makes a [`Host`] of what its cloud says about a machine. What the cloud does not say is none, and null for
//! expressions: nothing is made up.

use std::sync::Arc;

use crate::value::{Map, Text, Value};

/// A machine, whatever its cloud.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// The cloud: `aws`, `azure` or `gcp`.
    pub provider: &'static str,
    /// The account's number, the subscription's id, or the project's id.
    pub account: Option<Text>,
    /// The region, such as `eu-west-1`, `westeurope` or `europe-west1`.
    pub region: Option<Text>,
    /// The zone, of which no two regions have an equal one: `eu-west-1a`, `westeurope-1`, `europe-west1-b`.
    pub zone: Option<Text>,
    /// The cloud's identifier: an instance id, a resource id, or the number of an instance.
    pub id: Text,
    /// The machine's own name: the tag `Name`, or what the cloud calls it.
    pub name: Option<Text>,
    /// The type of machine, such as `t3.micro`, `Standard_B2s` or `e2-small`.
    pub r#type: Option<Text>,
    /// The image that it was made of, in the cloud's words.
    pub image: Option<Text>,
    /// `linux` or `windows`, or another system in the cloud's words, in small letters.
    pub os: Option<Text>,
    /// `x86_64` or `arm64`, or another architecture in the cloud's words, in small letters.
    pub arch: Option<Text>,
    /// What the machine is doing.
    pub state: Option<Text>,
    /// The private IPv4 addresses, that of the first network interface first.
    pub private_ips: Vec<Text>,
    /// The public IPv4 addresses, that of the first network interface first.
    pub public_ips: Vec<Text>,
    /// The IPv6 addresses, that of the first network interface first.
    pub ipv6_ips: Vec<Text>,
    /// The name that the cloud's own DNS has for the first private address.
    pub private_dns: Option<Text>,
    /// The name that public DNS has for the first public address.
    pub public_dns: Option<Text>,
    /// The network of the first interface: the id of a VPC, or the name of a virtual network.
    pub network: Option<Text>,
    /// The subnet of the first interface: its id on AWS, else its name.
    pub subnet: Option<Text>,
    /// The names of the security groups of all interfaces; none on a cloud that has no such groups.
    pub security_groups: Option<Vec<Text>>,
    /// Tags, or labels.
    pub tags: Arc<Map>,
    /// `on_demand` or `spot`, or another way to be paid for, in the cloud's words.
    pub lifecycle: Option<Text>,
    /// The name of the group of equal machines that made this one.
    pub scale_group: Option<Text>,
    /// When the machine was made, as ISO 8601 in UTC.
    pub created_at: Option<Text>,
}

/// States that clouds have in common; a provider gives one of these, or its cloud's word in small letters.
pub mod state {
    /// It is being made or started.
    pub const STARTING: &str = "starting";
    /// It runs.
    pub const RUNNING: &str = "running";
    /// It is about to stop.
    pub const STOPPING: &str = "stopping";
    /// It is stopped, whether its place is kept or not.
    pub const STOPPED: &str = "stopped";
    /// It is stopped with its memory kept.
    pub const SUSPENDED: &str = "suspended";
    /// It is being deleted, or deleted.
    pub const TERMINATED: &str = "terminated";
}

/// The names of all fields, in the order in which they are shown.
pub const FIELDS: [&str; 23] = [
    "provider",
    "account",
    "region",
    "zone",
    "id",
    "name",
    "type",
    "image",
    "os",
    "arch",
    "state",
    "private_ips",
    "public_ips",
    "ipv6_ips",
    "private_dns",
    "public_dns",
    "network",
    "subnet",
    "security_groups",
    "tags",
    "lifecycle",
    "scale_group",
    "created_at",
];

impl Host {
    /// Returns a field by its name; none when there is no field of that name.
    pub fn field(&self, name: &str) -> Option<Value> {
        let text = |text: &Option<Text>| Value::from(text.clone());
        let texts = |texts: &[Text]| Value::list(texts.iter().cloned().map(Value::from));
        Some(match name {
            "provider" => self.provider.into(),
            "account" => text(&self.account),
            "region" => text(&self.region),
            "zone" => text(&self.zone),
            "id" => self.id.clone().into(),
            "name" => text(&self.name),
            "type" => text(&self.r#type),
            "image" => text(&self.image),
            "os" => text(&self.os),
            "arch" => text(&self.arch),
            "state" => text(&self.state),
            "private_ips" => texts(&self.private_ips),
            "public_ips" => texts(&self.public_ips),
            "ipv6_ips" => texts(&self.ipv6_ips),
            "private_dns" => text(&self.private_dns),
            "public_dns" => text(&self.public_dns),
            "network" => text(&self.network),
            "subnet" => text(&self.subnet),
            "security_groups" => self.security_groups.as_deref().map_or(Value::Null, texts),
            "tags" => Value::Map(Arc::clone(&self.tags)),
            "lifecycle" => text(&self.lifecycle),
            "scale_group" => text(&self.scale_group),
            "created_at" => text(&self.created_at),
            _ => return None,
        })
    }
}

/// A machine that a native source found.
#[derive(Clone, Debug)]
pub struct Machine {
    /// What all clouds tell.
    pub host: Host,
    /// The cloud's own record, as the variables that the Ansible plugin of the cloud makes of it.
    pub record: Arc<Map>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_can_be_asked_for() {
        let host = Host { provider: "aws", id: "i-1".into(), ..Host::default() };
        for name in FIELDS {
            assert!(host.field(name).is_some(), "{name}");
        }
        assert!(host.field("aws").is_none());
        assert!(host.field("security_groups") == Some(Value::Null), "a cloud without such groups");
        assert!(host.field("private_ips") == Some(Value::list([])), "a machine without addresses");
    }
}
