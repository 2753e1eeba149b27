//! The filters of the Query protocol.

use super::asked::Asked;
use super::failure::Failure;
use super::instance::{Instance, state};
use super::names;
use super::sts::timestamp;

/// The most values that one call may filter by.
const MOST_VALUES: usize = 200;

/// A filter: an object passes when one of its values fits one of the patterns.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    pub(super) name: &'a str,
    patterns: Vec<&'a str>,
}

impl Filter<'_> {
    /// Returns whether one of the values fits one of the patterns.
    pub(super) fn passes<'a>(&self, values: impl IntoIterator<Item = &'a str>) -> bool {
        values.into_iter().any(|value| self.patterns.iter().any(|pattern| fits(pattern, value)))
    }
}

/// Reads the filters of a call: `Filter.1.Name`, `Filter.1.Value.1`, ...
pub(super) fn read(asked: &Asked) -> Result<Vec<Filter<'_>>, Failure> {
    let mut filters = Vec::new();
    for number in 1.. {
        let Some(name) = asked.parameters.get(&format!("Filter.{number}.Name")) else { break };
        let patterns = asked.list(&format!("Filter.{number}.Value"));
        if patterns.is_empty() {
            return Err(Failure::new(400, "InvalidParameterValue", "The filter 'null' is invalid"));
        }
        filters.push(Filter { name, patterns });
    }
    let values: usize = filters.iter().map(|filter| filter.patterns.len()).sum();
    if values > MOST_VALUES {
        let text = "The maximum number of filter values specified on a single call is 200";
        return Err(Failure::new(400, "FilterLimitExceeded", text));
    }
    let given = asked.parameters.keys().filter(|name| name.starts_with("Filter.")).count();
    if given != values + filters.len() {
        return Err(Failure::new(400, "InvalidParameter", "The filters are not numbered one after another"));
    }
    Ok(filters)
}

/// Returns the failure of a filter that is not known.
pub(super) fn unknown(name: &str) -> Failure {
    Failure::new(400, "InvalidParameterValue", format!("The filter '{name}' is invalid"))
}

/// Returns whether instances can be filtered by a name.
pub(super) fn is_known(name: &str) -> bool {
    name.strip_prefix("tag:").is_some_and(|key| !key.is_empty()) || INSTANCE_FILTERS.contains(&name)
}

const INSTANCE_FILTERS: [&str; 34] = [
    "architecture",
    "availability-zone",
    "dns-name",
    "hypervisor",
    "image-id",
    "instance-id",
    "instance-lifecycle",
    "instance-state-code",
    "instance-state-name",
    "instance-type",
    "instance.group-id",
    "instance.group-name",
    "ip-address",
    "ipv6-address",
    "key-name",
    "launch-time",
    "monitoring-state",
    "network-interface.addresses.private-ip-address",
    "network-interface.addresses.association.public-ip",
    "network-interface.network-interface-id",
    "network-interface.subnet-id",
    "network-interface.vpc-id",
    "owner-id",
    "platform",
    "platform-details",
    "private-dns-name",
    "private-ip-address",
    "reservation-id",
    "root-device-type",
    "subnet-id",
    "tag-key",
    "tenancy",
    "virtualization-type",
    "vpc-id",
];

/// Returns whether an instance passes a filter of a known name.
pub(super) fn passes(filter: &Filter<'_>, instance: &Instance<'_>) -> bool {
    let machine = instance.machine;
    if let Some(key) = filter.name.strip_prefix("tag:") {
        return filter
            .passes(instance.tags.iter().filter(|(known, _)| *known == key).map(|(_, value)| *value));
    }
    let one = |value: &str| filter.passes([value]);
    let some = |value: Option<String>| value.is_some_and(|value| one(&value));
    let addresses = || machine.interfaces.iter().flat_map(|interface| &interface.addresses);
    let has_network = !machine.interfaces.is_empty();
    match filter.name {
        "architecture" => one(instance.architecture()),
        "availability-zone" => one(&instance.zone),
        "dns-name" => one(&instance.public_dns_name),
        "hypervisor" => one("xen"),
        "image-id" => one(&instance.image),
        "instance-id" => one(&instance.id),
        "instance-lifecycle" => machine.is_spot && one("spot"),
        "instance-state-code" => one(&state(machine.state).0.to_string()),
        "instance-state-name" => one(state(machine.state).1),
        "instance-type" => one(&instance.machine_type),
        "instance.group-id" => has_network && one(&instance.security_group.0),
        "instance.group-name" => has_network && one(&instance.security_group.1),
        "ip-address" => some(machine.public_address().map(|address| address.to_string())),
        "ipv6-address" => {
            let mut addresses = machine.interfaces.iter().flat_map(|interface| &interface.ipv6);
            addresses.any(|address| one(&address.to_string()))
        }
        "key-name" => one(instance.key_name()),
        "launch-time" => one(&timestamp(machine.launched).replace('Z', ".000Z")),
        "monitoring-state" => one("disabled"),
        "network-interface.addresses.private-ip-address" => {
            addresses().any(|address| one(&address.private.to_string()))
        }
        "network-interface.addresses.association.public-ip" => {
            addresses().filter_map(|address| address.public).any(|address| one(&address.to_string()))
        }
        "network-interface.network-interface-id" => {
            (0..machine.interfaces.len()).any(|place| one(&instance.interface_id(place)))
        }
        "network-interface.subnet-id" | "subnet-id" => has_network && one(&instance.subnet),
        "network-interface.vpc-id" | "vpc-id" => has_network && one(&instance.network),
        "owner-id" => one(&machine.account),
        "platform" => machine.system.is_windows() && one("windows"),
        "platform-details" => one(names::platform(machine.system).0),
        "private-dns-name" => one(&instance.private_dns_name),
        "private-ip-address" => some(machine.private_address().map(|address| address.to_string())),
        "reservation-id" => one(&instance.reservation),
        "root-device-type" => one("ebs"),
        "tag-key" => filter.passes(instance.tags.iter().map(|(key, _)| *key)),
        "tenancy" => one("default"),
        "virtualization-type" => one("hvm"),
        _ => false,
    }
}

/// Returns whether a text fits a pattern, in which `*` is any text, `?` any letter, and `\` takes the next one as it is.
fn fits(pattern: &str, text: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = letters.as_str();
            let mut tails = text.char_indices().map(|(place, _)| place).chain([text.len()]);
            tails.any(|place| text.get(place..).is_some_and(|tail| fits(rest, tail)))
        }
        Some('?') => {
            let mut text = text.chars();
            text.next().is_some() && fits(letters.as_str(), text.as_str())
        }
        Some('\\') => match letters.next() {
            Some(letter) => text.strip_prefix(letter).is_some_and(|rest| fits(letters.as_str(), rest)),
            None => text == "\\",
        },
        Some(letter) => text.strip_prefix(letter).is_some_and(|rest| fits(letters.as_str(), rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_whole_texts() {
        let table = [
            ("web", "web", true),
            ("web", "web1", false),
            ("web*", "web1", true),
            ("*", "", true),
            ("?", "", false),
            ("w?b", "web", true),
            ("*-prod-*", "web-prod-1", true),
            ("*ü?", "grün", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("Web", "web", false),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
