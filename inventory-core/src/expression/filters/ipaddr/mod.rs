//! Filters of IP addresses and networks, as the collection `ansible.utils` has them.

mod checks;
mod network;
mod query;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

pub(in super::super) use self::checks::CHECKS;
use self::network::{Address, Network};
use self::query::{as_number, ipaddr, to_network};
use super::super::{Arguments, Call, Error};
use super::{Table, inputs};
use crate::value::{Text, Value, is_space};

pub(super) const ANSIBLE_UTILS: Table = &[
    ("ipaddr", ipaddr_filter),
    ("ipv4", |_, value, arguments| of_version("ipv4", 4, value, arguments)),
    ("ipv6", |_, value, arguments| of_version("ipv6", 6, value, arguments)),
    ("ipwrap", ipwrap),
    ("ipmath", ipmath),
    ("ipsubnet", ipsubnet),
    ("network_in_network", |_, value, arguments| within("network_in_network", false, value, arguments)),
    ("network_in_usable", |_, value, arguments| within("network_in_usable", true, value, arguments)),
    ("reduce_on_network", reduce_on_network),
    ("next_nth_usable", |_, value, arguments| nth_usable("next_nth_usable", 1, value, arguments)),
    ("previous_nth_usable", |_, value, arguments| nth_usable("previous_nth_usable", -1, value, arguments)),
    ("nthhost", nthhost),
    ("cidr_merge", cidr_merge),
    ("ip4_hex", ip4_hex),
];

/// Returns an argument as the collection's argument check makes a `str` of it.
fn text_argument(argument: Option<Value>) -> Result<Text, Error> {
    inputs::given(argument).map_or_else(|| Ok("".into()), |value| inputs::text(&value))
}

/// Returns an argument as the collection's argument check makes an `int` of it.
fn int_argument(filter: &str, parameter: &str, argument: Option<Value>) -> Result<Option<i128>, Error> {
    let number = match argument.unwrap_or_default() {
        Value::Null => return Ok(None),
        Value::Text(text) => text.trim_matches(is_space).parse().ok(),
        Value::Float(number) if number.fract() == 0.0 => number.to_i128(),
        other => other.as_big_int().and_then(|number| number.to_i128()),
    };
    number.map(Some).ok_or_else(|| Error::new(format!("`{filter}` needs an `int` for `{parameter}`")))
}

/// Returns a value as the collection's argument check makes a list of `str` of it.
fn list_argument(filter: &str, value: &Value) -> Result<Vec<Text>, Error> {
    match value {
        Value::List(items) | Value::Tuple(items) => {
            items.iter().map(|item| text_argument(Some(item.clone()))).collect()
        }
        Value::Text(text) => Ok(text.split(',').map(Text::from).collect()),
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Bool(_) => Ok(vec![inputs::text(value)?]),
        other => {
            Err(Error::new(format!("`{filter}` needs a list, not a value of type `{}`", other.type_name())))
        }
    }
}

/// Refuses what the filters of addresses do not take: all but texts, lists and numbers.
fn check_input(filter: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::Text(_) | Value::List(_) | Value::Int(_) | Value::BigInt(_) | Value::Bool(_) => Ok(()),
        other => Err(Error::new(format!("`{filter}` takes no value of type `{}`", other.type_name()))),
    }
}

fn ipaddr_filter(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [query, version, alias] = arguments.bind("ipaddr", ["query", "version", "alias"], 0)?;
    drop(alias);
    check_input("ipaddr", &value)?;
    let version =
        int_argument("ipaddr", "version", version)?.map(|version| i64::try_from(version).unwrap_or(-1));
    ipaddr(&value, &text_argument(query)?, version, "ipaddr")
}

fn of_version(filter: &str, version: i64, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [query] = arguments.bind(filter, ["query"], 0)?;
    check_input(filter, &value)?;
    ipaddr(&value, &text_argument(query)?, Some(version), filter)
}

fn ipwrap(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [query] = arguments.bind("ipwrap", ["query"], 0)?;
    let query = text_argument(query)?;
    match &value {
        Value::Text(_) | Value::List(_) | Value::Bool(_) => {}
        other => return Err(Error::new(format!("`ipwrap` takes no value of type `{}`", other.type_name()))),
    }
    // Whatever goes wrong, the value stays as it is.
    let wrap = |value: &Value| ipaddr(value, "wrap", None, "ipwrap");
    let wrapped = match &value {
        Value::List(items) => {
            let wrapped = items.iter().map(|item| {
                let matches = ipaddr(item, &query, None, "ipwrap")?.is_true();
                if matches { wrap(item) } else { Ok(item.clone()) }
            });
            wrapped.collect::<Result<Vec<_>, Error>>().map(Value::from)
        }
        value => ipaddr(value, &query, None, "ipwrap")
            .and_then(|found| if found.is_true() { wrap(&found) } else { Ok(value.clone()) }),
    };
    Ok(wrapped.unwrap_or(value))
}

fn ipmath(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [amount] = arguments.bind("ipmath", ["amount"], 0)?;
    let text = inputs::text(&value)?;
    let ip = if text.contains('/') {
        Network::parse(&text).map(|network| network.ip)
    } else {
        Address::parse(&text)
    };
    let ip = ip.ok_or_else(|| Error::new(format!("`ipmath` needs an IP address, not `{text}`")))?;
    let amount = int_argument("ipmath", "amount", amount)?;
    let amount = amount.ok_or_else(|| Error::new("`ipmath` needs the argument `amount`"))?;
    let sum = ip.add(amount).ok_or_else(|| Error::new(format!("`{ip}` and {amount} is no IP address")))?;
    Ok(sum.to_string().into())
}

fn ipsubnet(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [query, index] = arguments.bind("ipsubnet", ["query", "index"], 0)?;
    let (query, index) = (text_argument(query)?, int_argument("ipsubnet", "index", index)?);
    let Some(network) = to_network(&inputs::text(&value)?.into()).map(Network::cidr) else {
        return Ok(false.into());
    };
    if query.is_empty() {
        return Ok(network.to_string().into());
    }
    if !query.bytes().all(|byte| byte.is_ascii_digit()) {
        return subnet_number(network, &query);
    }
    let Some(prefix) = query.parse().ok().filter(|prefix| *prefix <= network.ip.width()) else {
        return Ok(false.into());
    };
    if network.host_bits() == 0 {
        return supernet(network, prefix, index);
    }
    let Some(index) = index else {
        let Some(extra) = prefix.checked_sub(network.prefix) else {
            return Err(Error::new(format!("`{network}` has no subnets with the prefix length {prefix}")));
        };
        return Ok((BigInt::from(1) << extra).to_string().into());
    };
    let count = BigInt::from(1) << prefix.saturating_sub(network.prefix);
    let place =
        if index < 0 && prefix >= network.prefix { BigInt::from(index) + &count } else { index.into() };
    if place < BigInt::ZERO || place >= count {
        return Ok(false.into());
    }
    let start = (BigInt::from(network.ip.value) + (place << (network.ip.width() - prefix))).to_u128();
    // The number alone decides about the version, so that a network near `::` turns into one of version 4.
    let subnet = start.map(Address::from_number).and_then(|ip| Network::new(ip, prefix));
    let subnet = subnet.ok_or_else(|| Error::new(format!("`{network}` has no such subnet")))?;
    Ok(subnet.to_string().into())
}

/// Returns the network of a length, or the one `index` bits longer, around a single address.
fn supernet(network: Network, prefix: u32, index: Option<i128>) -> Result<Value, Error> {
    let width = i128::from(network.ip.width());
    if index.is_some_and(|index| index > width + 1 - index || index < i128::from(prefix) - width) {
        return Ok(false.into());
    }
    let count = i128::from(network.prefix - prefix);
    let index = index.unwrap_or(0);
    let index = if index < 0 { index + count } else { index };
    let longer = u32::try_from(index).ok().filter(|_| index < count).map(|index| prefix + index);
    let around = longer.and_then(|prefix| Network::new(network.ip, prefix)).map(Network::cidr);
    let around =
        around.ok_or_else(|| Error::new(format!("`{network}` has no network around it at this index")))?;
    Ok(around.to_string().into())
}

/// Returns the number, from 1, of a subnet within a network.
fn subnet_number(network: Network, outer: &str) -> Result<Value, Error> {
    let refused = || Error::new(format!("`{network}` is no subnet of `{outer}`"));
    let outer = to_network(&outer.into()).ok_or_else(refused)?;
    let width = network.ip.width();
    let shift = width.checked_sub(outer.prefix).ok_or_else(refused)?;
    let high = |value: u128| value.checked_shr(shift).unwrap_or(0);
    let extra = network.prefix.checked_sub(outer.prefix).ok_or_else(refused)?;
    if high(network.ip.value) != high(outer.ip.value) {
        return Err(refused());
    }
    let number = network.ip.value.checked_shr(width - network.prefix).unwrap_or(0);
    let mask = 1_u128.checked_shl(extra).map_or(u128::MAX, |count| count - 1);
    let number = BigInt::from(number & mask) + BigInt::from(1);
    Ok(number.to_string().into())
}

/// The first and last numbers of what the checks of membership compare.
fn bounds(value: &Value, usable: bool) -> Result<(u128, u128), Error> {
    let Some(network) = to_network(value) else { return Ok((0, 0)) };
    let subnet = Value::from(network.cidr().to_string());
    let number = |query: &str| {
        let found = ipaddr(&subnet, query, None, "ipaddr")?;
        let found = if found.is_true() { found } else { ipaddr(&subnet, "address", None, "ipaddr")? };
        Ok(as_number(&found))
    };
    let (first, last) = if usable { ("first_usable", "last_usable") } else { ("network", "broadcast") };
    Ok((number(first)?, number(last)?))
}

fn within(filter: &str, usable: bool, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [test] = arguments.bind(filter, ["test"], 0)?;
    let (first, last) = bounds(&inputs::text(&value)?.into(), usable)?;
    let (low, high) = bounds(&text_argument(test)?.into(), false)?;
    let inside = first..=last;
    Ok((inside.contains(&low) && inside.contains(&high)).into())
}

fn reduce_on_network(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [network] = arguments.bind("reduce_on_network", ["network"], 0)?;
    let items = list_argument("reduce_on_network", &value)?;
    let (first, last) = bounds(&text_argument(network)?.into(), false)?;
    let inside = first..=last;
    let mut kept = Vec::new();
    for item in items {
        let item = Value::from(item);
        let (low, high) = bounds(&item, false)?;
        if inside.contains(&low) && inside.contains(&high) {
            kept.push(item);
        }
    }
    Ok(kept.into())
}

fn nth_usable(filter: &str, direction: i128, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [offset] = arguments.bind(filter, ["offset"], 0)?;
    let offset = int_argument(filter, "offset", offset)?;
    let Some(network) = to_network(&inputs::text(&value)?.into()) else { return Ok(false.into()) };
    let offset = offset.ok_or_else(|| Error::new(format!("`{filter}` needs the argument `offset`")))?;
    let Some((first, last)) = network.usable() else { return Ok(Value::Null) };
    let step = offset.checked_mul(direction);
    let place = step.and_then(|step| network.ip.value.checked_add_signed(step));
    let place = place.ok_or_else(|| Error::new(format!("no address lies {offset} from `{network}`")))?;
    Ok((first..=last).contains(&place).then(|| Address::from_number(place).to_string()).into())
}

fn nthhost(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [query] = arguments.bind("nthhost", ["query"], 0)?;
    let query = text_argument(query)?;
    let index = query.trim_matches(is_space).parse::<i128>();
    let (Some(network), Ok(index)) = (to_network(&inputs::text(&value)?.into()), index) else {
        return Ok(false.into());
    };
    if network.size() <= BigInt::from(index) {
        return Ok(false.into());
    }
    let address = network.at(index).ok_or_else(|| Error::new(format!("`{network}` has no host {index}")))?;
    Ok(address.to_string().into())
}

fn cidr_merge(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [action] = arguments.bind("cidr_merge", ["action"], 0)?;
    let action = action.map_or_else(|| Ok("merge".into()), |action| inputs::text(&action))?;
    let parse = |item: &Text| {
        Network::parse(item).ok_or_else(|| Error::new(format!("`cidr_merge` needs networks, not `{item}`")))
    };
    let networks = list_argument("cidr_merge", &value)?.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    match action.as_str() {
        "merge" => Ok(Value::list(merge(networks).into_iter().map(|network| network.to_string().into()))),
        "span" => span(&networks),
        _ => Err(Error::new(format!("`cidr_merge` has no action `{action}`"))),
    }
}

/// Returns the fewest networks that hold the same addresses.
fn merge(mut networks: Vec<Network>) -> Vec<Network> {
    networks.sort_by_key(|network| (network.ip.is_v6, network.first().value, network.prefix));
    let mut merged: Vec<Network> = Vec::new();
    for network in networks {
        if merged.last().is_some_and(|last| last.contains(network)) {
            continue;
        }
        merged.push(network.cidr());
        // Two halves of a network make it whole, which may be half of another one.
        while let [.., lower, upper] = merged.as_slice()
            && lower.prefix == upper.prefix
            && let Some(prefix) = lower.prefix.checked_sub(1)
            && let whole = (Network { ip: lower.ip, prefix })
            && whole.is_first()
            && whole.contains(*upper)
        {
            merged.truncate(merged.len() - 2);
            merged.push(whole);
        }
    }
    merged
}

/// Returns a network around all: the smallest one, or that around it, just as `netaddr` finds it.
fn span(networks: &[Network]) -> Result<Value, Error> {
    let key = |network: &&Network| (network.first().value, network.prefix, network.ip.value);
    let (lowest, highest) = match (networks, networks.iter().min_by_key(key), networks.iter().max_by_key(key))
    {
        ([only], ..) => return Ok(only.to_string().into()),
        (_, Some(lowest), Some(highest)) => (lowest, highest),
        _ => return Ok(Value::Null),
    };
    if networks.iter().any(|network| network.ip.is_v6 != lowest.ip.is_v6) {
        return Err(Error::new("`cidr_merge` spans no networks of different versions"));
    }
    let mut whole = Network { ip: highest.last(), prefix: lowest.prefix };
    while whole.ip.value > lowest.first().value {
        let Some(prefix) = whole.prefix.checked_sub(1) else { break };
        whole = Network { prefix, ..whole }.cidr();
    }
    Ok(whole.cidr().to_string().into())
}

fn ip4_hex(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [delimiter] = arguments.bind("ip4_hex", ["delimiter"], 0)?;
    let text = inputs::text(&value)?;
    let address = Address::parse(&text).filter(|address| !address.is_v6);
    let address =
        address.ok_or_else(|| Error::new(format!("`ip4_hex` needs an IPv4 address, not `{text}`")))?;
    Ok(address.octets().map(|octet| format!("{octet:02x}")).join(&text_argument(delimiter)?).into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("../rows/ipaddr.jsonl"));
    }
}
