//! The variables that rules see.

use std::net::Ipv6Addr;

use crate::expression::Variables;
use crate::inventory::{HostId, Inventory};
use crate::value::{Map, Value};

/// What `compose` sees: what the source says of the host, under the extra variables.
pub(super) struct Snapshot<'a> {
    pub(super) variables: &'a dyn Variables,
    pub(super) extra: &'a Map,
}

impl Variables for Snapshot<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        self.extra.get(name).cloned().or_else(|| self.variables.variable(name))
    }
}

/// What `groups` and `keyed_groups` see: also what the inventory holds for the host by now.
pub(super) struct Composed<'a> {
    inventory: &'a Inventory,
    host: HostId,
    snapshot: &'a dyn Variables,
    extra: Option<&'a Map>,
}

impl<'a> Composed<'a> {
    pub(super) fn new(
        inventory: &'a Inventory,
        host: HostId,
        snapshot: &'a dyn Variables,
        extra: Option<&'a Map>,
    ) -> Composed<'a> {
        Composed { inventory, host, snapshot, extra }
    }

    fn magic(&self, name: &str) -> Option<Value> {
        let host = self.inventory.host(self.host).name();
        match name {
            "inventory_hostname" => Some(host.clone().into()),
            "inventory_hostname_short" => Some(short_name(host).into()),
            "group_names" => {
                let names = self.inventory.group_names(self.host);
                Some(Value::list(names.into_iter().map(|name| name.clone().into())))
            }
            _ => None,
        }
    }

    /// Returns what Ansible sets on every new host: the file of its source and the folder of that.
    fn source(&self, name: &str) -> Option<Value> {
        let file =
            matches!(name, "inventory_file" | "inventory_dir").then(|| self.inventory.source_of(self.host));
        let path = match name {
            "inventory_dir" => file?.and_then(std::path::Path::parent),
            _ => file?,
        };
        Some(path.map(|path| path.to_string_lossy().into_owned()).into())
    }
}

impl Variables for Composed<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.extra.and_then(|extra| extra.get(name)) {
            return Some(value.clone());
        }
        let host = self.inventory.host(self.host);
        let held = || host.variable(name).cloned().or_else(|| self.snapshot.variable(name));
        self.magic(name).or_else(held).or_else(|| self.source(name))
    }
}

/// Returns `inventory_hostname_short`: the name up to the first dot, unless it is an address.
fn short_name(name: &str) -> &str {
    let is_octet = |part: &str| {
        part.len() <= 3
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u16>().is_ok_and(|octet| octet <= 255)
    };
    let is_address =
        name.split('.').count() == 4 && name.split('.').all(is_octet) || name.parse::<Ipv6Addr>().is_ok();
    match name.split_once('.') {
        Some((short, _)) if !is_address => short,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_ansibles() {
        let rows = [
            ("web1.example.com", "web1"),
            ("web1", "web1"),
            ("10.0.0.1", "10.0.0.1"),
            ("010.000.0.255", "010.000.0.255"),
            ("10.0.0.256", "10"),
            ("10.0.0", "10"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
            (".x", ""),
        ];
        for (name, short) in rows {
            assert_eq!(short_name(name), short);
        }
    }
}
