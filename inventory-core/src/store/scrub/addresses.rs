//! Addresses in place of addresses.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

/// The ranges for public addresses: documentation, benchmarks, reserved.
const PUBLIC: [(Ipv4Addr, u8); 5] = [
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The ranges of private addresses, each of which stands for itself.
const PRIVATE: [(Ipv4Addr, u8); 4] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
];

/// The ranges of IPv6: for local use, of a link, and for documentation in place of all others.
const LOCAL: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0);
const LINK: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0);
const DOCUMENTATION: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0);

/// The addresses and networks that stand for others: counted within their range.
#[derive(Default)]
pub(super) struct Addresses {
    hosts: HashMap<IpAddr, IpAddr>,
    networks: HashMap<IpNet, IpNet>,
    hardware: HashMap<String, u32>,
    counts: HashMap<(IpAddr, u8), u32>,
}

impl Addresses {
    /// Returns what stands for a text that is an address, a network or a hardware address; none for other texts.
    pub(super) fn whole(&mut self, text: &str) -> Option<String> {
        if let Ok(address) = text.parse() {
            return Some(self.host(address).to_string());
        }
        if let Ok(network) = text.parse::<IpNet>() {
            return Some(self.network(network).to_string());
        }
        self.hardware(text)
    }

    /// Returns what stands for an IPv4 address at the front of a text, and the length of that: `10.0.0.1`, or with
    /// another separator `10-0-0-1`, as in DNS names.
    pub(super) fn front(&mut self, text: &str, separator: char) -> Option<(String, usize)> {
        let mut octets = [0; 4];
        let mut length = 0;
        for (place, octet) in octets.iter_mut().enumerate() {
            if place > 0 {
                length += text.get(length..)?.strip_prefix(separator).map(|_| separator.len_utf8())?;
            }
            let rest = text.get(length..)?;
            let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
            *octet = rest.get(..digits)?.parse::<u8>().ok()?;
            length += digits;
        }
        let after = text.get(length..)?.chars().next();
        if after.is_some_and(char::is_alphanumeric) {
            return None;
        }
        let address = self.host(IpAddr::V4(octets.into())).to_string();
        Some((address.replace('.', separator.encode_utf8(&mut [0; 4])), length))
    }

    fn host(&mut self, address: IpAddr) -> IpAddr {
        if is_public_knowledge(address) {
            return address;
        }
        if let Some(other) = self.hosts.get(&address) {
            return *other;
        }
        let other = match address {
            IpAddr::V4(address) => self.v4_host(address).into(),
            IpAddr::V6(address) => {
                let base = v6_base(address);
                let count = self.count(base.into(), 128);
                Ipv6Addr::from_bits(base.to_bits() + u128::from(count)).into()
            }
        };
        self.hosts.insert(address, other);
        other
    }

    fn v4_host(&mut self, address: Ipv4Addr) -> Ipv4Addr {
        if let Some((base, length)) = private_range(address) {
            let size = u32::MAX >> length;
            return Ipv4Addr::from_bits(base.to_bits() | (self.count(base.into(), 32) & size));
        }
        let mut count = self.count(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 32);
        for (base, length) in PUBLIC {
            // Neither the first nor the last, which are no hosts.
            let hosts = (u32::MAX >> length) - 1;
            if count <= hosts {
                return Ipv4Addr::from_bits(base.to_bits() + count);
            }
            count -= hosts;
        }
        address
    }

    /// Replaces a network by another of its length; an address that stands with the length of its network by an address.
    fn network(&mut self, network: IpNet) -> IpNet {
        let length = network.prefix_len();
        if network != network.trunc() {
            return IpNet::new(self.host(network.addr()), length).unwrap_or(network.trunc());
        }
        if length == 0 || is_public_knowledge(network.addr()) {
            return network;
        }
        if let Some(other) = self.networks.get(&network) {
            return *other;
        }
        let (base, within, width) = match network.addr() {
            IpAddr::V4(address) => {
                let (base, within) = private_range(address).unwrap_or(PUBLIC[3]);
                (IpAddr::V4(base), within, 32)
            }
            IpAddr::V6(address) => (IpAddr::V6(v6_base(address)), 32, 128),
        };
        let count = self.count(base, length);
        let other = match base {
            // A network that is larger than the range is the one that holds the range.
            _ if length < within => base,
            IpAddr::V4(base) => {
                let range = u32::MAX.checked_shr(within.into()).unwrap_or_default();
                let place = count.checked_shl((width - length).into()).unwrap_or_default();
                Ipv4Addr::from_bits(base.to_bits() | (place & range)).into()
            }
            IpAddr::V6(base) => {
                let range = u128::MAX >> within;
                let place = u128::from(count).checked_shl((width - length).into()).unwrap_or_default();
                Ipv6Addr::from_bits(base.to_bits() | (place & range)).into()
            }
        };
        let other = IpNet::new(other, length).map_or(network, |other| other.trunc());
        self.networks.insert(network, other);
        other
    }

    /// Returns what stands for a hardware address, such as `02:0A:00:00:00:01`; none for other texts.
    fn hardware(&mut self, text: &str) -> Option<String> {
        let separator = text.chars().nth(2).filter(|separator| matches!(separator, ':' | '-'))?;
        let is_pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        if text.split(separator).count() != 6 || !text.split(separator).all(is_pair) {
            return None;
        }
        let next = u32::try_from(self.hardware.len()).ok()? + 1;
        let number = *self.hardware.entry(text.to_lowercase().replace('-', ":")).or_insert(next);
        let [_, a, b, c] = number.to_be_bytes();
        let pairs = [2, 0, 0, a, b, c].map(|byte| {
            if text.contains(char::is_uppercase) { format!("{byte:02X}") } else { format!("{byte:02x}") }
        });
        Some(pairs.join(separator.encode_utf8(&mut [0; 4])))
    }

    /// Counts within a range, from 1.
    fn count(&mut self, base: IpAddr, length: u8) -> u32 {
        let count = self.counts.entry((base, length)).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

/// Tells whether an address says nothing about anybody.
fn is_public_knowledge(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_unspecified()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.octets().first() == Some(&255)
        }
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_loopback() || v6.is_multicast(),
    }
}

fn private_range(address: Ipv4Addr) -> Option<(Ipv4Addr, u8)> {
    let holds = |(base, length): &(Ipv4Addr, u8)| {
        Ipv4Net::new(*base, *length).is_ok_and(|range| range.contains(&address))
    };
    PRIVATE.into_iter().find(holds)
}

fn v6_base(address: Ipv6Addr) -> Ipv6Addr {
    if address.is_unique_local() {
        LOCAL
    } else if address.is_unicast_link_local() {
        LINK
    } else {
        DOCUMENTATION
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn addresses_stay_of_their_kind() {
        let mut addresses = Addresses::default();
        for (text, expected) in [
            ("10.1.2.3", "10.0.0.1"),
            ("10.9.9.9", "10.0.0.2"),
            ("10.1.2.3", "10.0.0.1"),
            ("172.31.0.9", "172.16.0.1"),
            ("192.168.7.7", "192.168.0.1"),
            ("52.1.2.3", "192.0.2.1"),
            ("8.8.8.8", "192.0.2.2"),
            ("127.0.0.1", "127.0.0.1"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("10.20.0.0/16", "10.1.0.0/16"),
            ("10.30.0.0/16", "10.2.0.0/16"),
            ("10.20.0.0/16", "10.1.0.0/16"),
            ("10.20.30.0/24", "10.0.1.0/24"),
            ("10.1.2.3/24", "10.0.0.1/24"),
            ("52.0.0.0/16", "198.19.0.0/16"),
            ("2600:1f00::7", "2001:db8::1"),
            ("fd12::7", "fd00::1"),
            ("fe80::9", "fe80::1"),
            ("2600:1f00::/56", "2001:db8:0:100::/56"),
            ("::/0", "::/0"),
            ("0a:1B:2c:3d:4e:5f", "02:00:00:00:00:01"),
            ("0A-1B-2C-3D-4E-5F", "02-00-00-00-00-01"),
        ] {
            assert_eq!(addresses.whole(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "1.2.3", "eu-west-1", "ab:cd", "é:é:é:é:é:é"] {
            assert_eq!(addresses.whole(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_at_the_front_of_names_are_those_that_stand_alone() {
        let mut addresses = Addresses::default();
        let own = addresses.whole("10.1.2.3").unwrap();
        assert_eq!(addresses.front("10-1-2-3.ec2.internal", '-'), Some((own.replace('.', "-"), 8)));
        assert_eq!(addresses.front("10.1.2.3:80", '.'), Some((own, 8)));
        for text in ["10.1.2", "10.1.2.300", "10.1.2.3a", "a", "10-1-2-3"] {
            assert_eq!(addresses.front(text, '.'), None, "{text}");
        }
    }

    #[test]
    fn many_public_addresses_stay_different() {
        let mut addresses = Addresses::default();
        let texts = (0..140_000_u32).map(|number| Ipv4Addr::from_bits(0x3400_0000 + number).to_string());
        let made: HashSet<String> = texts.map(|text| addresses.whole(&text).unwrap()).collect();
        assert_eq!(made.len(), 140_000);
    }
}
