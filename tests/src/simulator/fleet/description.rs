//! A fleet written down in YAML.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Fleet;
use super::draw::Draw;
use super::machine::{Address, Geography, Interface, Machine, Role, Size, State, System};

/// The machines of several clouds, by the names of the clouds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Description {
    clouds: BTreeMap<String, CloudDescription>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CloudDescription {
    accounts: Vec<String>,
    regions: Vec<String>,
    machines: Vec<MachineDescription>,
    extra: Map<String, Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MachineDescription {
    name: String,
    account: Option<String>,
    region: Option<String>,
    #[serde(default)]
    zone: u8,
    group: Option<String>,
    role: Option<Role>,
    size: Option<Size>,
    #[serde(rename = "type")]
    machine_type: Option<String>,
    system: Option<System>,
    state: Option<State>,
    #[serde(default)]
    spot: bool,
    set: Option<String>,
    launched: Option<u64>,
    #[serde(default)]
    untagged: bool,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    interfaces: Option<Vec<Interface>>,
    #[serde(default)]
    extra: Map<String, Value>,
}

/// A text that describes no fleet.
#[derive(Debug)]
pub struct DescriptionError {
    place: String,
    reason: String,
}

impl fmt::Display for DescriptionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot read the fleet of `{}`: {}", self.place, self.reason)
    }
}

impl std::error::Error for DescriptionError {}

impl Description {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or says what no fleet has.
    pub fn read(file: &Path) -> Result<Self, DescriptionError> {
        let place = file.display().to_string();
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&place, &text),
            Err(error) => Err(DescriptionError { place, reason: error.to_string() }),
        }
    }

    /// Reads a text; `place` names it in errors.
    ///
    /// # Errors
    /// When it says what no fleet has.
    pub fn parse(place: &str, text: &str) -> Result<Self, DescriptionError> {
        serde_saphyr::from_str(text)
            .map_err(|error| DescriptionError { place: place.to_owned(), reason: error.to_string() })
    }

    /// Returns the names of the clouds that are described.
    pub fn clouds(&self) -> impl Iterator<Item = &str> {
        self.clouds.keys().map(String::as_str)
    }

    /// Returns the fleet of a cloud, which is empty when the description has none.
    ///
    /// A machine that names no account or region is in the first one of the cloud, which is that of `usual` when the
    /// description has none.
    pub fn fleet(&self, cloud: &str, usual: &Geography) -> Fleet {
        let Some(described) = self.clouds.get(cloud) else {
            return Fleet::described(usual.clone(), Vec::new());
        };
        let or = |list: &Vec<String>, usual: &Vec<String>| {
            if list.is_empty() { usual.iter().take(1).cloned().collect() } else { list.clone() }
        };
        let geography = Geography {
            accounts: or(&described.accounts, &usual.accounts),
            regions: or(&described.regions, &usual.regions),
        };
        let machines =
            (0..).zip(&described.machines).map(|(index, machine)| machine.build(index, &geography));
        let machines = machines.collect();
        Fleet::described(geography, machines).with_extra(Value::Object(described.extra.clone()))
    }
}

impl MachineDescription {
    fn build(&self, index: u64, geography: &Geography) -> Machine {
        let first = |list: &[String]| list.first().cloned().unwrap_or_default();
        let size = self.size.unwrap_or(Size::Medium);
        Machine {
            index,
            name: self.name.clone(),
            account: self.account.clone().unwrap_or_else(|| first(&geography.accounts)),
            region: self.region.clone().unwrap_or_else(|| first(&geography.regions)),
            zone: self.zone,
            group: self.group.clone().unwrap_or_else(|| "main".to_owned()),
            role: self.role.unwrap_or(Role::Web),
            size,
            machine_type: self.machine_type.clone(),
            system: self.system.unwrap_or(System::Debian),
            state: self.state.unwrap_or(State::Running),
            is_spot: self.spot,
            set: self.set.clone(),
            launched: self.launched.unwrap_or(1_767_323_045),
            tags: (!self.untagged)
                .then(|| self.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
            interfaces: self.interfaces.clone().unwrap_or_else(|| vec![usual_interface(index)]),
            extra: Value::Object(self.extra.clone()),
        }
    }
}

/// Returns an interface with one private address.
fn usual_interface(index: u64) -> Interface {
    let [.., high, low] = (Draw::new(0, index).number() as u32).to_be_bytes();
    Interface {
        addresses: vec![Address { private: [10, 200, high, low].into(), public: None }],
        ipv6: Vec::new(),
    }
}
