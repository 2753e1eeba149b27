//! Which addresses the whole internet can reach.

use std::net::Ipv4Addr;

/// The networks of the special-purpose registry of IANA that are not reached globally, as address and prefix length.
const NOT_GLOBAL: [(Ipv4Addr, u32); 14] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::new(255, 255, 255, 255), 32),
];

/// The addresses within those networks that are.
const GLOBAL: [Ipv4Addr; 2] = [Ipv4Addr::new(192, 0, 0, 9), Ipv4Addr::new(192, 0, 0, 10)];

/// Tells whether an address is reached globally, as the plugin's library tells it; not for what is no address.
pub(super) fn is_global(text: &str) -> bool {
    let Ok(address) = text.parse::<Ipv4Addr>() else { return false };
    let within =
        |(network, length): &(Ipv4Addr, u32)| (address.to_bits() ^ network.to_bits()) >> (32 - length) == 0;
    GLOBAL.contains(&address) || !NOT_GLOBAL.iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::is_global;

    #[test]
    fn addresses_are_global_as_iana_says() {
        for (address, expected) in [
            ("8.8.8.8", true),
            ("20.1.2.3", true),
            ("192.0.0.9", true),
            ("224.0.0.1", true),
            ("100.128.0.0", true),
            ("100.127.255.255", false),
            ("192.0.0.8", false),
            ("10.0.0.4", false),
            ("172.31.255.255", false),
            ("172.32.0.0", true),
            ("255.255.255.255", false),
            ("0.1.2.3", false),
            ("web", false),
        ] {
            assert_eq!(is_global(address), expected, "{address}");
        }
    }
}
