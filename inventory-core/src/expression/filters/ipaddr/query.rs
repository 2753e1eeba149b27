//! The filter `ipaddr` with all its queries.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::super::super::Error;
use super::network::{Address, Network, is_global, is_in};
use crate::value::Value;

/// What a value was recognized as.
struct Input {
    network: Network,
    /// The value, or its network where it was a number.
    value: Value,
    /// Whether the value was written with a prefix.
    has_prefix: bool,
}

/// Filters a value, or the items of a list, by a query; `version` is 4, 6, or none for both.
///
/// Returns `False` or `None` where the value is not what the query asks for, as the original does.
pub(super) fn ipaddr(value: &Value, query: &str, version: Option<i64>, alias: &str) -> Result<Value, Error> {
    if let Some(items) = value.as_items() {
        let results = items.iter().map(|item| ipaddr(item, query, version, "ipaddr"));
        let results = results.collect::<Result<Vec<_>, _>>()?;
        return Ok(Value::list(results.into_iter().filter(Value::is_true)));
    }
    let version = version.filter(|version| *version != 0);
    let Some(input) = recognize(value, version) else { return Ok(false.into()) };
    let network = input.network;
    let found = if network.ip.is_v6 { 6 } else { 4 };
    if version.is_some_and(|version| version != found) {
        return Ok(false.into());
    }
    if let Some(result) = answer(query, &input)? {
        return Ok(result);
    }
    if let Some(outer) = Network::parse(query) {
        return Ok(outer.contains(network).then(|| input.value.clone()).into());
    }
    if query.parse::<f64>().is_err() {
        return Err(Error::new(format!("`{alias}` has no query `{query}`")));
    }
    if network.host_bits() == 0 {
        return Ok(if input.has_prefix { network.to_string() } else { network.ip.to_string() }.into());
    }
    let address = query.parse::<i128>().ok().and_then(|index| network.at(index));
    Ok(address.map_or(false.into(), |address| format!("{address}/{}", network.prefix).into()))
}

/// Finds out which network a value stands for.
fn recognize(value: &Value, version: Option<i64>) -> Option<Input> {
    if !value.is_true() || matches!(value, Value::Bool(_)) {
        return None;
    }
    let text = value.to_string();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: u128 = text.parse().ok()?;
        let fits = number <= u32::MAX.into();
        let is_v6 = version == Some(6) || !fits;
        let ip = Address { is_v6, value: number };
        let network = Network::new(ip, ip.width())?;
        return Some(Input { network, value: network.to_string().into(), has_prefix: false });
    }
    value.as_str()?;
    if let Some(network) = Network::parse(&text) {
        return Some(Input { network, value: value.clone(), has_prefix: text.matches('/').count() == 1 });
    }
    let (number, prefix) = text.split_once('/')?;
    let (number, prefix): (u128, u32) = (number.trim().parse().ok()?, prefix.trim().parse().ok()?);
    let v4 = (number <= u32::MAX.into()).then_some(Address { is_v6: false, value: number });
    let network = v4.and_then(|ip| Network::new(ip, prefix));
    let network = network.or_else(|| Network::new(Address { is_v6: true, value: number }, prefix))?;
    Some(Input { network, value: network.to_string().into(), has_prefix: true })
}

/// Answers a query that has a name; none when there is no such query.
fn answer(query: &str, input: &Input) -> Result<Option<Value>, Error> {
    let network = input.network;
    let ip = network.ip;
    let bits = network.host_bits();
    let with_prefix = || format!("{ip}/{}", network.prefix);
    let keep = |condition: bool| -> Value { condition.then(|| input.value.clone()).into() };
    let result: Value = match query {
        "" if input.has_prefix => network.to_string().into(),
        "" => ip.to_string().into(),
        "6to4" => six_to_four(input),
        "address" | "ip" => {
            let shown = bits <= 1 || !network.is_first() || ip.is_v6;
            shown.then(|| ip.to_string()).into()
        }
        "address/prefix" | "gateway" | "gw" | "host/prefix" | "hostnet" | "router" => {
            let edge = bits > 1 && (network.is_first() || ip == network.last());
            if edge { false.into() } else { with_prefix().into() }
        }
        "bool" => true.into(),
        "broadcast" => network.broadcast().map(|address| address.to_string()).into(),
        "cidr" => network.to_string().into(),
        "first_usable" | "last_usable" | "next_usable" | "previous_usable" | "range_usable" | "peer" => {
            return usable(query, input).map(Some);
        }
        "host" => (bits <= 1 || !network.is_first()).then(with_prefix).into(),
        "hostmask" | "wildcard" => network.hostmask().to_string().into(),
        "int" if input.has_prefix => format!("{}/{}", ip.value, network.prefix).into(),
        "int" => Value::from_big_int(BigInt::from(ip.value)),
        "ip/prefix" => is_host(network).then(with_prefix).into(),
        "ip_netmask" => is_host(network).then(|| format!("{ip} {}", network.netmask())).into(),
        "ipv4" if ip.is_v6 => network.to_v4().map_or(false.into(), |network| network.to_string().into()),
        "ipv6" if !ip.is_v6 => network.to_v6().to_string().into(),
        "ipv4" | "ipv6" => input.value.clone(),
        "link-local" => keep(is_in(ip, &["169.254.0.0/16", "fe80::/10"])),
        "lo" | "loopback" => keep(is_in(ip, &LOOPBACK)),
        "multicast" => keep(is_multicast(network)),
        "unicast" => keep(!is_multicast(network)),
        "net" => (bits > 0 && network.is_first()).then(with_prefix).into(),
        "netmask" => network.netmask().to_string().into(),
        "network" | "network_id" => network.first().to_string().into(),
        "network/prefix" | "subnet" => network.cidr().to_string().into(),
        "network_netmask" => format!("{} {}", network.first(), network.netmask()).into(),
        "network_wildcard" => format!("{} {}", network.first(), network.hostmask()).into(),
        "prefix" => i64::from(network.prefix).into(),
        "private" => keep(!is_global(ip)),
        "public" => keep(is_public(ip)),
        "revdns" => ip.reverse_name().into(),
        "size" => Value::from_big_int(network.size()),
        "size_usable" => match bits {
            0 => 0.into(),
            1 => 2.into(),
            _ => Value::from_big_int(network.size() - 2),
        },
        "type" if bits > 0 && network.is_first() => "network".into(),
        "type" => "address".into(),
        "version" => if ip.is_v6 { 6 } else { 4 }.into(),
        "wrap" if !ip.is_v6 => input.value.clone(),
        "wrap" if input.has_prefix => format!("[{ip}]/{}", network.prefix).into(),
        "wrap" => format!("[{ip}]").into(),
        _ => return Ok(None),
    };
    Ok(Some(result))
}

const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// Tells whether the address is that of a host and its network is known.
fn is_host(network: Network) -> bool {
    network.host_bits() == 1 || (network.host_bits() > 1 && !network.is_first())
}

fn is_multicast(network: Network) -> bool {
    ["224.0.0.0/4", "ff00::/8"]
        .iter()
        .filter_map(|text| Network::parse(text))
        .any(|outer| outer.contains(network))
}

fn is_public(ip: Address) -> bool {
    let single = Network { ip, prefix: ip.width() };
    let plain = !is_in(ip, &LOOPBACK) && !ip.is_netmask() && !ip.is_hostmask();
    !is_multicast(single) && is_global(ip) && plain
}

fn six_to_four(input: &Input) -> Value {
    let network = input.network;
    let ip = network.ip;
    let host = network.host_bits() == 0 || !network.is_first();
    if ip.is_v6 {
        let inside = is_in(ip, &["2002::/16"]) && (!input.has_prefix || !network.is_first());
        return if inside { input.value.clone() } else { false.into() };
    }
    if !host || (!is_public(ip) && is_global(ip)) {
        return false.into();
    }
    let [a, b, c, d] = ip.octets();
    format!("2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1/48").into()
}

/// Answers the queries that only make sense for a network.
fn usable(query: &str, input: &Input) -> Result<Value, Error> {
    let network = input.network;
    if !input.has_prefix {
        return Err(Error::new(format!(
            "the query `{query}` needs a network, and `{}` is none",
            input.value
        )));
    }
    let show = |value: u128| Address::from_number(value).to_string();
    let ip = network.ip.value;
    if query == "peer" {
        return match (network.host_bits(), ip % 4) {
            (1, _) => Ok(show(ip ^ 1).into()),
            (2, 1 | 2) => Ok(show(ip ^ 3).into()),
            (2, _) => {
                Err(Error::new(format!("`{network}` is the first or last of four addresses: it has no peer")))
            }
            _ => Err(Error::new(format!("`{network}` is no point-to-point network"))),
        };
    }
    let Some((first, last)) = network.usable() else { return Ok(Value::Null) };
    let neighbour = |address: Option<u128>| {
        let address = address.ok_or_else(|| Error::new(format!("`{network}` has no such neighbour")))?;
        Ok((first..=last).contains(&address).then(|| show(address)).into())
    };
    match query {
        "first_usable" => Ok(show(first).into()),
        "last_usable" => Ok(show(last).into()),
        "next_usable" => neighbour(ip.checked_add(1)),
        "previous_usable" => neighbour(ip.checked_sub(1)),
        _ => Ok(format!("{}-{}", show(first), show(last)).into()),
    }
}

/// Returns the network that the other filters take a value for: that of an address with its prefix.
pub(super) fn to_network(value: &Value) -> Option<Network> {
    recognize(value, None).map(|input| input.network)
}

/// Returns what `int` answers about one address, and 0 for anything else.
pub(super) fn as_number(value: &Value) -> u128 {
    recognize(value, None).map_or(0, |input| input.network.ip.value.to_u128().unwrap_or(0))
}
