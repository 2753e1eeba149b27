//! What `ansible.utils` on Python 3.11 answers.

use super::super::super::testing::check;

/// A test, and the addresses for which it holds: for the others it does not.
#[rustfmt::skip]
const ROWS: &[(&str, &str)] = &[
    ("ip", "10.0.0.1 10.0.0.0/8 fe80::1 ::1 2001:db8::/32 10.0.0.0/255.0.0.0 10.0.0.0/0.255.255.255 8.8.8.8 127.0.0.1 224.0.0.1 ff02::1 240.0.0.1 0.0.0.0 :: fe80::1%eth0 100.64.0.1 192.0.0.9 192.168.1.1 169.254.1.1 2606:4700::1 ::ffff:10.0.0.1 fc00::1 203.0.113.5 10.0.0.1/32 ::ffff:8.8.8.8 4000::1 2001::1 198.18.0.1 255.255.255.255 10.0.0.0/08 fec0::1 64:ff9b::1"),
    ("ip_address", "10.0.0.1 fe80::1 ::1 8.8.8.8 127.0.0.1 224.0.0.1 ff02::1 240.0.0.1 0.0.0.0 :: fe80::1%eth0 100.64.0.1 192.0.0.9 192.168.1.1 169.254.1.1 2606:4700::1 ::ffff:10.0.0.1 fc00::1 203.0.113.5 ::ffff:8.8.8.8 4000::1 2001::1 198.18.0.1 255.255.255.255 fec0::1 64:ff9b::1"),
    ("ipv4", "10.0.0.1 10.0.0.0/8 10.0.0.0/255.0.0.0 10.0.0.0/0.255.255.255 8.8.8.8 127.0.0.1 224.0.0.1 240.0.0.1 0.0.0.0 100.64.0.1 192.0.0.9 192.168.1.1 169.254.1.1 203.0.113.5 10.0.0.1/32 198.18.0.1 255.255.255.255 10.0.0.0/08"),
    ("ipv4_address", "10.0.0.1 8.8.8.8 127.0.0.1 224.0.0.1 240.0.0.1 0.0.0.0 100.64.0.1 192.0.0.9 192.168.1.1 169.254.1.1 203.0.113.5 198.18.0.1 255.255.255.255"),
    ("ipv6", "fe80::1 ::1 2001:db8::/32 ff02::1 :: fe80::1%eth0 2606:4700::1 ::ffff:10.0.0.1 fc00::1 ::ffff:8.8.8.8 4000::1 2001::1 fec0::1 64:ff9b::1"),
    ("ipv6_address", "fe80::1 ::1 ff02::1 :: fe80::1%eth0 2606:4700::1 ::ffff:10.0.0.1 fc00::1 ::ffff:8.8.8.8 4000::1 2001::1 fec0::1 64:ff9b::1"),
    ("loopback", "::1 127.0.0.1"),
    ("multicast", "224.0.0.1 ff02::1"),
    ("private", "10.0.0.1 fe80::1 ::1 127.0.0.1 240.0.0.1 0.0.0.0 :: fe80::1%eth0 192.168.1.1 169.254.1.1 ::ffff:10.0.0.1 fc00::1 203.0.113.5 2001::1 198.18.0.1 255.255.255.255"),
    ("public", "8.8.8.8 224.0.0.1 ff02::1 192.0.0.9 2606:4700::1 ::ffff:8.8.8.8 4000::1 fec0::1 64:ff9b::1"),
    ("reserved", "::1 240.0.0.1 :: ::ffff:10.0.0.1 ::ffff:8.8.8.8 4000::1 255.255.255.255 64:ff9b::1"),
    ("unspecified", "0.0.0.0 ::"),
];

#[rustfmt::skip]
const ALL: &str = "10.0.0.1 10.0.0.0/8 fe80::1 ::1 2001:db8::/32 10.0.0.0/255.0.0.0 10.0.0.0/0.255.255.255 8.8.8.8 127.0.0.1 224.0.0.1 ff02::1 240.0.0.1 0.0.0.0 :: fe80::1%eth0 100.64.0.1 192.0.0.9 192.168.1.1 169.254.1.1 2606:4700::1 ::ffff:10.0.0.1 fc00::1 203.0.113.5 10.0.0.1/32 ::ffff:8.8.8.8 4000::1 2001::1 198.18.0.1 255.255.255.255 10.0.0.0/08 fec0::1 64:ff9b::1 10.1.1.1/8 1.2.3 01.2.3.4 x /8 10.0.0.0/33 10.0.0.0/+8 5";

#[test]
fn addresses_are_told_apart() {
    let mut rows = Vec::new();
    for (test, known) in ROWS {
        let known: Vec<&str> = known.split(' ').collect();
        for address in ALL.split(' ') {
            let holds = if known.contains(&address) { "True" } else { "False" };
            rows.push((format!("'{address}' is ansible.utils.{test}"), holds));
        }
    }
    let rows: Vec<_> = rows.iter().map(|(source, holds)| (source.as_str(), *holds)).collect();
    check(&rows);
}

#[test]
#[rustfmt::skip]
fn networks_hold_addresses() {
    check(&[
        ("'10.1.1.1' is ansible.utils.in_network('10.0.0.0/8')", "True"),
        ("'10.1.1.1/8' is ansible.utils.in_network('10.0.0.0/8')", "False"),
        ("'11.1.1.1' is ansible.utils.in_network('10.0.0.0/8')", "False"),
        ("'10.1.1.1' is ansible.utils.in_network('10.0.0.1/8')", "False"),
        ("'::1' is ansible.utils.in_network('::/0')", "True"),
        ("'10.0.0.1' is ansible.utils.in_network('::/0')", "False"),
        ("'10.0.0.0/8' is ansible.utils.in_network('10.0.0.0/16')", "False"),
        ("'10.1.1.1' is ansible.utils.in_any_network(['10.0.0.0/8','11.0.0.0/8'])", "True"),
        ("'10.1.1.1' is ansible.utils.in_any_network([])", "False"),
        ("'10.1.1.1' is ansible.utils.in_one_network(['10.0.0.0/8','10.0.0.0/9'])", "False"),
        ("'10.1.1.1' is ansible.utils.in_one_network(['10.0.0.0/8','x'])", "True"),
        ("'10.1.1.1' is ansible.utils.in_any_network('10.0.0.0/8')", "False"),
        ("'10.0.0.0/9' is ansible.utils.subnet_of('10.0.0.0/8')", "True"),
        ("'10.0.0.0/8' is ansible.utils.subnet_of('10.0.0.0/9')", "False"),
        ("'10.0.0.0/8' is ansible.utils.supernet_of('10.0.0.0/9')", "True"),
        ("'10.0.0.0/8' is ansible.utils.supernet_of('x')", "False"),
        ("none is ansible.utils.ip", "False"),
        ("5 is ansible.utils.ip", "False"),
        ("[] is ansible.utils.ip", "False"),
        ("'10.0.0.1' is ansible.utils.in_network", "error"),
        ("'10.0.0.1' is ansible.utils.in_network(none)", "False"),
        ("true is ansible.utils.ip", "False"),
        ("'00:11:22:aa:BB:cc' is ansible.utils.mac", "True"),
        ("'0011.22aa.bbcc' is ansible.utils.mac", "True"),
        ("'001122aabbcc' is ansible.utils.mac", "True"),
        ("'00:11:22:aa:bb' is ansible.utils.mac", "False"),
        ("'00:11:22:aa:bb:cc\n' is ansible.utils.mac", "True"),
        ("5 is ansible.utils.mac", "error"),
    ]);
}
