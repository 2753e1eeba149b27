//! Addresses and networks as the Python package `netaddr` reads, computes and prints them.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use num_bigint::BigInt;

/// An address of either version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) is_v6: bool,
    pub(super) value: u128,
}

impl Address {
    /// Reads an address; no leading zeros and nothing left out.
    pub(super) fn parse(text: &str) -> Option<Address> {
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Some(Address { is_v6: false, value: u32::from(address).into() });
        }
        let address = text.parse::<Ipv6Addr>().ok()?;
        Some(Address { is_v6: true, value: address.into() })
    }

    /// Makes an address of a number: version 4 whenever that can hold it, as `netaddr` guesses.
    pub(super) fn from_number(value: u128) -> Address {
        Address { is_v6: value > u32::MAX.into(), value }
    }

    /// Returns the number of bits.
    pub(super) fn width(self) -> u32 {
        if self.is_v6 { 128 } else { 32 }
    }

    fn largest(self) -> u128 {
        if self.is_v6 { u128::MAX } else { u32::MAX.into() }
    }

    /// Adds a number; none beyond the addresses of the version.
    pub(super) fn add(self, amount: i128) -> Option<Address> {
        let value = self.value.checked_add_signed(amount).filter(|value| *value <= self.largest())?;
        Some(Address { value, ..self })
    }

    pub(super) fn is_netmask(self) -> bool {
        is_mask(self.value ^ self.largest())
    }

    pub(super) fn is_hostmask(self) -> bool {
        is_mask(self.value)
    }

    /// Returns the name of the address in the reverse zones of DNS.
    pub(super) fn reverse_name(self) -> String {
        if self.is_v6 {
            let digits = format!("{:032x}", self.value);
            return digits.chars().rev().flat_map(|digit| [digit, '.']).collect::<String>() + "ip6.arpa.";
        }
        let octets: Vec<String> = self.octets().iter().rev().map(ToString::to_string).collect();
        format!("{}.in-addr.arpa.", octets.join("."))
    }

    /// Returns the four octets of an address of version 4.
    pub(super) fn octets(self) -> [u8; 4] {
        u32::try_from(self.value).unwrap_or(0).to_be_bytes()
    }
}

/// Tells whether the low bits, up to some, are one and all others zero.
fn is_mask(value: u128) -> bool {
    value & value.wrapping_add(1) == 0
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u32::try_from(self.value) {
            Ok(low) if !self.is_v6 => write!(f, "{}", Ipv4Addr::from(low)),
            // The C library prints the deprecated form of an embedded address of version 4 too.
            Ok(low) if low > 0xffff => write!(f, "::{}", Ipv4Addr::from(low)),
            _ => write!(f, "{}", Ipv6Addr::from(self.value)),
        }
    }
}

/// An address with the length of its network prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) ip: Address,
    pub(super) prefix: u32,
}

impl Network {
    /// Reads `10.0.0.1`, `10.0.0.1/24`, `10.0.0.1/255.255.255.0` or `10.0.0.1/0.0.0.255`.
    pub(super) fn parse(text: &str) -> Option<Network> {
        let (ip, prefix) = text.split_once('/').map_or((text, None), |(ip, prefix)| (ip, Some(prefix)));
        let ip = Address::parse(ip)?;
        let Some(prefix) = prefix else { return Some(Network { ip, prefix: ip.width() }) };
        if let Ok(number) = prefix.trim().parse::<u32>() {
            return Network::new(ip, number);
        }
        let mask = Address::parse(prefix).filter(|mask| mask.is_v6 == ip.is_v6)?;
        let ones = mask.value.count_ones();
        // All zeros is both; it counts as a netmask.
        if mask.is_netmask() {
            Network::new(ip, ones)
        } else {
            Network::new(ip, ip.width() - ones).filter(|_| mask.is_hostmask())
        }
    }

    /// Makes a network; none when the prefix is too long.
    pub(super) fn new(ip: Address, prefix: u32) -> Option<Network> {
        (prefix <= ip.width()).then_some(Network { ip, prefix })
    }

    /// Returns the number of bits after the prefix.
    pub(super) fn host_bits(self) -> u32 {
        self.ip.width() - self.prefix
    }

    pub(super) fn size(self) -> BigInt {
        BigInt::from(1) << self.host_bits()
    }

    fn with(self, value: u128) -> Address {
        Address { value, ..self.ip }
    }

    pub(super) fn hostmask(self) -> Address {
        self.with(1_u128.checked_shl(self.host_bits()).map_or(u128::MAX, |size| size - 1))
    }

    pub(super) fn netmask(self) -> Address {
        self.with(self.ip.largest() ^ self.hostmask().value)
    }

    pub(super) fn first(self) -> Address {
        self.with(self.ip.value & self.netmask().value)
    }

    pub(super) fn last(self) -> Address {
        self.with(self.ip.value | self.hostmask().value)
    }

    /// Returns the last address where it is a broadcast address: not in networks of one or two.
    pub(super) fn broadcast(self) -> Option<Address> {
        (self.host_bits() > 1).then(|| self.last())
    }

    /// Returns the first and the last address that a machine may have; none in a network of one.
    pub(super) fn usable(self) -> Option<(u128, u128)> {
        match self.host_bits() {
            0 => None,
            1 => Some((self.first().value, self.last().value)),
            _ => Some((self.first().value + 1, self.last().value - 1)),
        }
    }

    /// Returns the network without the bits of the host.
    pub(super) fn cidr(self) -> Network {
        Network { ip: self.first(), ..self }
    }

    /// Tells whether the address is the first one of the network.
    pub(super) fn is_first(self) -> bool {
        self.ip == self.first()
    }

    pub(super) fn contains(self, other: Network) -> bool {
        let same = self.ip.is_v6 == other.ip.is_v6;
        same && self.first().value <= other.first().value && other.last().value <= self.last().value
    }

    /// Returns the address at an index, from the end when that is negative.
    pub(super) fn at(self, index: i128) -> Option<Address> {
        let base = if index < 0 { self.last().add(1 + index) } else { self.first().add(index) };
        base.filter(|address| (self.first().value..=self.last().value).contains(&address.value))
    }

    /// Returns the network in version 4, where it is one embedded in version 6.
    pub(super) fn to_v4(self) -> Option<Network> {
        const MAPPED: u128 = 0xffff_0000_0000;
        let value = match self.ip.value {
            value if value <= u32::MAX.into() => value,
            value => value.checked_sub(MAPPED).filter(|value| *value <= u32::MAX.into())?,
        };
        Network::new(Address { is_v6: false, value }, self.prefix.checked_sub(96)?)
    }

    /// Returns a network of version 4 mapped into version 6.
    pub(super) fn to_v6(self) -> Network {
        let ip = Address { is_v6: true, value: self.ip.value + 0xffff_0000_0000 };
        Network { ip, prefix: self.prefix + 96 }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ip, self.prefix)
    }
}

/// The networks that the registries of IANA call not globally reachable, and those in them that are.
const NOT_GLOBAL: [&str; 25] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.170/31",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
];
const GLOBAL_ALL_THE_SAME: [&str; 8] = [
    "192.0.0.9/32",
    "192.0.0.10/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
];

/// Tells whether an address lies in one of the networks.
pub(super) fn is_in(address: Address, networks: &[&str]) -> bool {
    let single = Network { ip: address, prefix: address.width() };
    networks.iter().filter_map(|text| Network::parse(text)).any(|network| network.contains(single))
}

/// Tells whether an address can be reached from everywhere.
pub(super) fn is_global(address: Address) -> bool {
    !is_in(address, &NOT_GLOBAL) || is_in(address, &GLOBAL_ALL_THE_SAME)
}
