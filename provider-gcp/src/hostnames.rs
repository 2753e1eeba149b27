//! How hosts get their names: `hostnames` and `name_suffix`.

use inventory_core::discovery::{Error, ErrorKind, Oddities};
use inventory_core::value::{Map, Text, Value, record};

/// One way to name a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Preference {
    /// The first public IPv4 address.
    PublicAddress,
    /// The first internal IPv4 address.
    PrivateAddress,
    /// The name of the instance, with the suffix.
    Name,
    /// The custom host name, and without one the name with the suffix.
    Hostname,
    /// The value of a label.
    Label(String),
    /// A form that does not exist, which fails when it is reached.
    Unknown(String),
}

impl Preference {
    /// Reads an entry of `hostnames`.
    pub(crate) fn new(form: &str) -> Preference {
        match (form, form.strip_prefix("labels.")) {
            (_, Some(key)) => Preference::Label(key.to_owned()),
            ("public_ip", _) => Preference::PublicAddress,
            ("private_ip", _) => Preference::PrivateAddress,
            ("name", _) => Preference::Name,
            ("hostname", _) => Preference::Hostname,
            _ => Preference::Unknown(form.to_owned()),
        }
    }
}

/// How hosts get their names.
#[derive(Debug)]
pub(crate) struct Hostnames {
    /// The ways, the best one first.
    pub(crate) preferences: Vec<Preference>,
    /// What follows the name of an instance, not labels, addresses and custom host names.
    pub(crate) suffix: String,
}

impl Hostnames {
    /// Returns the name of an instance: the first that is not empty.
    ///
    /// An instance for which no way gives one is called by its name, where the plugin loses all hosts.
    ///
    /// # Errors
    /// A form that does not exist.
    pub(crate) fn name(&self, own: &str, instance: &Map, oddities: &mut Oddities) -> Result<Text, Error> {
        let with_suffix = || Text::from(format!("{own}{}", self.suffix));
        for preference in &self.preferences {
            let name = match preference {
                Preference::PublicAddress => public_address(instance).map(Text::from),
                Preference::PrivateAddress => private_address(instance).map(Text::from),
                Preference::Name => Some(with_suffix()),
                Preference::Hostname => match instance.get("hostname") {
                    Some(hostname) => hostname.as_str().map(Text::from),
                    None => Some(with_suffix()),
                },
                Preference::Label(key) => label(instance, key).map(Text::from),
                Preference::Unknown(form) => return Err(unknown(form, own)),
            };
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                return Ok(name);
            }
        }
        oddities.note("have no name by `hostnames`, and are called by their own", own);
        Ok(with_suffix())
    }
}

fn label<'a>(instance: &'a Map, key: &str) -> Option<&'a str> {
    instance.get("labels")?.as_map()?.get(key)?.as_str()
}

/// Returns the first `natIP`, which is never an IPv6 address.
fn public_address(instance: &Map) -> Option<&str> {
    let configs = record::objects(instance, &["networkInterfaces"])
        .flat_map(|interface| record::objects(interface, &["accessConfigs"]));
    configs.filter_map(|config| config.get("natIP")).next().and_then(Value::as_str)
}

fn private_address(instance: &Map) -> Option<&str> {
    let mut interfaces = record::objects(instance, &["networkInterfaces"]);
    interfaces.find_map(|interface| interface.get("networkIP")).and_then(Value::as_str)
}

fn unknown(form: &str, instance: &str) -> Error {
    let message =
        format!("`{form}` in `hostnames` is not a way to name hosts, and `{instance}` has no other");
    Error::new(ErrorKind::Config, "name hosts", message).with_hint("add `name` as the last of `hostnames`")
}

#[cfg(test)]
mod tests;
