//! A machine as no cloud in particular has it.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use serde_json::Value;

/// Where machines can be: each cloud fills it in with its own kind of names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Geography {
    /// The ids of the accounts, subscriptions or projects; the first is that of the caller.
    pub accounts: Vec<String>,
    /// The names of the regions.
    pub regions: Vec<String>,
}

/// One machine; every cloud shows it in its own shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The number in its fleet.
    pub index: u64,
    /// The name, which is unique in the group of the account, but not in the fleet.
    pub name: String,
    /// The id of its account.
    pub account: String,
    /// The name of its region.
    pub region: String,
    /// The number of its zone in the region, from 0.
    pub zone: u8,
    /// The resource group or team.
    pub group: String,
    /// What it is for.
    pub role: Role,
    /// How large it is.
    pub size: Size,
    /// The name of its type, in place of the one that the cloud has for the size.
    pub machine_type: Option<String>,
    /// The operating system.
    pub system: System,
    /// Whether it runs.
    pub state: State,
    /// Whether it may be taken away at any time.
    pub is_spot: bool,
    /// The name of the scale set, auto scaling group or instance group that it belongs to.
    pub set: Option<String>,
    /// When it was started last, in seconds since 1970.
    pub launched: u64,
    /// The tags or labels; nothing for a machine that has none at all, not even one with its name.
    pub tags: Option<Vec<(String, String)>>,
    /// The network interfaces, of which the first is the primary one.
    pub interfaces: Vec<Interface>,
    /// What only this cloud has, in its own form; null in a fleet that a seed decides.
    pub extra: Value,
}

/// A network interface of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Interface {
    /// Its addresses, of which the first is the primary one.
    pub addresses: Vec<Address>,
    /// Its addresses of IPv6.
    pub ipv6: Vec<Ipv6Addr>,
}

/// A private address with the public one that leads to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The private address.
    pub private: Ipv4Addr,
    /// The public address, if it has one.
    #[serde(default)]
    pub public: Option<Ipv4Addr>,
}

/// What a machine is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It serves pages, and mostly has a public address.
    Web,
    /// It keeps data, is large, and has a second interface for copies.
    Database,
    /// It keeps things in memory.
    Cache,
    /// It works off queues, mostly at a low price.
    Batch,
}

/// How large a machine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// A shared processor.
    Small,
    /// 2 processors.
    Medium,
    /// 8 processors.
    Large,
    /// 32 processors.
    Huge,
}

/// The operating system of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Debian.
    Debian,
    /// Ubuntu.
    Ubuntu,
    /// Red Hat Enterprise Linux.
    RedHat,
    /// Windows Server.
    Windows,
}

/// Whether a machine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is about to run.
    Starting,
    /// It runs.
    Running,
    /// It is about to stop.
    Stopping,
    /// It does not run, and can be started again.
    Stopped,
    /// It was deleted a moment ago.
    Terminated,
}

impl Role {
    /// Returns the word for it in names and tags.
    pub fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Database => "db",
            Self::Cache => "cache",
            Self::Batch => "batch",
        }
    }
}

impl System {
    /// Returns whether it is Windows.
    pub fn is_windows(self) -> bool {
        self == Self::Windows
    }
}

impl Machine {
    /// Returns the primary private address.
    pub fn private_address(&self) -> Option<Ipv4Addr> {
        Some(self.interfaces.first()?.addresses.first()?.private)
    }

    /// Returns the public address that leads to the primary private one.
    pub fn public_address(&self) -> Option<Ipv4Addr> {
        self.interfaces.first()?.addresses.first()?.public
    }

    /// Returns the value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().flatten().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}
