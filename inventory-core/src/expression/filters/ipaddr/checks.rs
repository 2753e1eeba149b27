//! The tests of `ansible.utils`, which read addresses and networks as Python's `ipaddress` does.

use super::super::super::regex::{Flags, Regex};
use super::super::super::{Arguments, Check, Error};
use super::network::{Address, Network, is_global, is_in};
use crate::value::Value;

/// The tests, which have no short names.
pub(in super::super::super) const CHECKS: &[(&str, Check)] = &[
    ("ansible.utils.ip", |_, value, arguments| network_is(&value, arguments, |_| true)),
    ("ansible.utils.ipv4", |_, value, arguments| network_is(&value, arguments, |ip| !ip.is_v6)),
    ("ansible.utils.ipv6", |_, value, arguments| network_is(&value, arguments, |ip| ip.is_v6)),
    ("ansible.utils.ip_address", |_, value, arguments| address_is(&value, arguments, |_| true)),
    ("ansible.utils.ipv4_address", |_, value, arguments| address_is(&value, arguments, |ip| !ip.is_v6)),
    ("ansible.utils.ipv6_address", |_, value, arguments| address_is(&value, arguments, |ip| ip.is_v6)),
    ("ansible.utils.loopback", |_, value, arguments| {
        address_is(&value, arguments, |ip| is_in(ip, &["127.0.0.0/8", "::1"]))
    }),
    ("ansible.utils.multicast", |_, value, arguments| {
        address_is(&value, arguments, |ip| is_in(ip, &["224.0.0.0/4", "ff00::/8"]))
    }),
    ("ansible.utils.private", |_, value, arguments| address_is(&value, arguments, is_private)),
    ("ansible.utils.public", |_, value, arguments| {
        address_is(&value, arguments, |ip| is_global(without_mapping(ip)))
    }),
    ("ansible.utils.reserved", |_, value, arguments| {
        address_is(&value, arguments, |ip| is_in(ip, &RESERVED))
    }),
    ("ansible.utils.unspecified", |_, value, arguments| address_is(&value, arguments, |ip| ip.value == 0)),
    ("ansible.utils.in_network", |_, value, arguments| {
        let [network] = arguments.bind("in_network", ["network"], 1)?;
        Ok(is_within(&value, &network.unwrap_or_default()))
    }),
    ("ansible.utils.in_any_network", |_, value, arguments| {
        count("in_any_network", &value, arguments).map(|count| count > 0)
    }),
    ("ansible.utils.in_one_network", |_, value, arguments| {
        count("in_one_network", &value, arguments).map(|count| count == 1)
    }),
    ("ansible.utils.subnet_of", |_, value, arguments| {
        let [outer] = arguments.bind("subnet_of", ["network_b"], 1)?;
        Ok(is_within(&value, &outer.unwrap_or_default()))
    }),
    ("ansible.utils.supernet_of", |_, value, arguments| {
        let [inner] = arguments.bind("supernet_of", ["network_b"], 1)?;
        Ok(is_within(&inner.unwrap_or_default(), &value))
    }),
    ("ansible.utils.mac", |_, value, arguments| {
        let [] = arguments.bind("mac", [], 0)?;
        let text = super::inputs::string(&value)?;
        let flags = Flags { ignore_case: true, ..Flags::default() };
        Ok(Regex::compile(MAC, flags)?.match_at_start(text)?.is_some())
    }),
];

const MAC: &str = "([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|[0-9a-f]{4}\\.[0-9a-f]{4}\\.[0-9a-f]{4}$|[0-9a-f]{12}$";

/// The blocks that the IETF keeps for itself.
const RESERVED: [&str; 16] = [
    "240.0.0.0/4",
    "::/8",
    "100::/8",
    "200::/7",
    "400::/6",
    "800::/5",
    "1000::/4",
    "4000::/3",
    "6000::/3",
    "8000::/3",
    "a000::/3",
    "c000::/3",
    "e000::/4",
    "f000::/5",
    "f800::/6",
    "fe00::/9",
];

/// Reads an address; one of version 6 may name its zone.
fn read_address(text: &str) -> Option<Address> {
    let (address, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    let address = Address::parse(address)?;
    let is_valid = zone.is_none_or(|zone| address.is_v6 && !zone.is_empty() && !zone.contains('%'));
    is_valid.then_some(address)
}

/// Reads a network, whose address must be its first one.
fn read_network(value: &Value) -> Option<Network> {
    let text = value.as_str()?;
    let Some((address, prefix)) = text.split_once('/') else {
        let ip = read_address(text)?;
        return Network::new(ip, ip.width());
    };
    let ip = read_address(address)?;
    let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number && (ip.is_v6 || Address::parse(prefix).is_none()) {
        return None;
    }
    let network = Network::parse(&format!("{ip}/{prefix}"))?;
    (network.first() == network.ip).then_some(network)
}

fn network_is(value: &Value, arguments: Arguments, holds: fn(Address) -> bool) -> Result<bool, Error> {
    let [] = arguments.bind("is", [], 0)?;
    Ok(read_network(value).is_some_and(|network| holds(network.ip)))
}

fn address_is(value: &Value, arguments: Arguments, holds: fn(Address) -> bool) -> Result<bool, Error> {
    let [] = arguments.bind("is", [], 0)?;
    Ok(value.as_str().and_then(read_address).is_some_and(holds))
}

fn is_within(inner: &Value, outer: &Value) -> bool {
    match (read_network(inner), read_network(outer)) {
        (Some(inner), Some(outer)) => inner.ip.is_v6 == outer.ip.is_v6 && outer.contains(inner),
        _ => false,
    }
}

fn count(test: &str, value: &Value, arguments: Arguments) -> Result<usize, Error> {
    let [networks] = arguments.bind(test, ["networks"], 1)?;
    let networks = networks.unwrap_or_default();
    let networks = networks.as_items().unwrap_or_default();
    Ok(networks.iter().filter(|network| is_within(value, network)).count())
}

/// Returns the address of version 4 that one of version 6 stands for, else the address itself.
fn without_mapping(address: Address) -> Address {
    if !is_in(address, &["::ffff:0:0/96"]) {
        return address;
    }
    Address { is_v6: false, value: address.value & u128::from(u32::MAX) }
}

/// Tells whether an address is private; the shared ones of carriers are neither private nor public.
fn is_private(address: Address) -> bool {
    let address = without_mapping(address);
    !is_global(address) && !is_in(address, &["100.64.0.0/10"])
}

#[cfg(test)]
mod tests;
