//! Reads `hostnames` and `allow_duplicated_hosts`.

use inventory_core::config::options::{OptionName, Options};
use inventory_core::config::suggest::{closest, did_you_mean};
use inventory_core::diagnostic::{Diagnostic, Origin};
use inventory_core::expression::Environment;
use inventory_core::name::Sanitizer;
use inventory_core::value::Text;
use inventory_core::yaml::{Node, NodeValue};

use super::{Findings, flag};
use crate::hostnames::{Hostnames, Plain, Preference, attribute_names};

const HOSTNAMES: OptionName = OptionName::new("hostnames");
const ALLOW_DUPLICATED_HOSTS: OptionName = OptionName::new("allow_duplicated_hosts");

/// The keys of a preference that is a dict.
const KEYS: [&str; 3] = ["name", "prefix", "separator"];

/// What people write for an attribute's name, in small letters and without punctuation.
const NICKNAMES: [(&str, &str); 10] = [
    ("hostname", "private-dns-name"),
    ("id", "instance-id"),
    ("name", "tag:Name"),
    ("privatedns", "private-dns-name"),
    ("privateip", "private-ip-address"),
    ("publicdns", "dns-name"),
    ("publicdnsname", "dns-name"),
    ("publicip", "ip-address"),
    ("publicipaddress", "ip-address"),
    ("tagname", "tag:Name"),
];

/// Reads how hosts get their names.
pub(super) fn read(
    options: &mut Options<'_>,
    environment: &Environment,
    sanitizer: Sanitizer,
    findings: &mut Findings,
) -> Hostnames {
    let all = flag(options, &ALLOW_DUPLICATED_HOSTS, false, findings);
    let mut preferences = Vec::new();
    if let Some(list) = findings.take(options.list(&HOSTNAMES)).flatten() {
        let mut reader = Reader { origin: &|node| list.origin_of(node), environment, findings };
        preferences.extend(list.value.iter().filter_map(|item| reader.preference(item, Role::Name)));
    }
    Hostnames::new(preferences, all, sanitizer)
}

/// What a part of a preference is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Name,
    /// A text of its own is as good as any other prefix.
    Prefix,
}

struct Reader<'a> {
    origin: &'a dyn Fn(&Node) -> Origin,
    environment: &'a Environment,
    findings: &'a mut Findings,
}

impl Reader<'_> {
    fn preference(&mut self, node: &Node, role: Role) -> Option<Preference> {
        match &node.value {
            NodeValue::String(text) => self.plain(&text.text, node, role).map(Preference::Plain),
            NodeValue::Mapping(_) => self.joined(node),
            other => {
                let message = format!("a hostname is {}", other.kind());
                self.error(node, message, "expected a string, or a mapping with `name`");
                None
            }
        }
    }

    fn plain(&mut self, text: &str, node: &Node, role: Role) -> Option<Plain> {
        match Plain::parse(text) {
            Ok(plain) => {
                if let Some(flaw) = plain.find_flaw(self.environment) {
                    let message = format!("the filters of the hostname `{text}` cannot work: {flaw}");
                    let label = "there are no variables here; a text needs quotes";
                    self.error(node, message, label);
                }
                if let Some(literal) = plain.literal() {
                    self.warn_of_literal(literal, node, role);
                }
                Some(plain)
            }
            Err(error) => {
                self.error(node, format!("the filters of the hostname `{text}` cannot be read: {error}"), "");
                None
            }
        }
    }

    fn joined(&mut self, node: &Node) -> Option<Preference> {
        for (key, _) in node.as_mapping().unwrap_or_default() {
            if key.as_str().is_none_or(|name| !KEYS.contains(&name)) {
                self.warn_of_key(key);
            }
        }
        let Some(name) = node.get("name") else {
            self.error(
                node,
                "a hostname that is a mapping needs `name`".to_owned(),
                "expected `name: tag:Name`",
            );
            return None;
        };
        let name = self.preference(name, Role::Name)?;
        let prefix = match node.get("prefix") {
            Some(prefix) => Some(Box::new(self.preference(prefix, Role::Prefix)?)),
            None => None,
        };
        let separator = match node.get("separator") {
            None => Text::from("_"),
            Some(separator) => match separator.as_str() {
                Some(text) => Text::from(text),
                // Without a prefix nobody looks at it.
                None if prefix.is_none() => Text::new(),
                None => {
                    let message = format!("the separator is {}", separator.value.kind());
                    self.error(separator, message, "expected a string");
                    return None;
                }
            },
        };
        Some(Preference::Joined { name: Box::new(name), prefix, separator })
    }

    fn warn_of_literal(&mut self, literal: &str, node: &Node, role: Role) {
        let suggestion = suggest(literal);
        if role == Role::Prefix && suggestion.is_none() {
            return;
        }
        let message = format!(
            "`{literal}` is neither `tag:KEY` nor an attribute that `hostnames` knows: it is taken as the name itself"
        );
        let warning = Diagnostic::warning(message)
            .with_origin((self.origin)(node))
            .label("every instance gets this same name");
        let warning = match suggestion {
            Some(suggestion) => warning.help(did_you_mean(&suggestion)),
            None => warning,
        };
        self.findings.warnings.push(warning);
    }

    fn warn_of_key(&mut self, key: &Node) {
        let name = key.to_value().to_string();
        let warning =
            Diagnostic::warning(format!("the key `{name}` of a hostname is not known and is ignored"))
                .with_origin((self.origin)(key))
                .label("expected `name`, `prefix` or `separator`");
        let warning = match closest(&name, KEYS) {
            Some(suggestion) => warning.help(did_you_mean(suggestion)),
            None => warning,
        };
        self.findings.warnings.push(warning);
    }

    fn error(&mut self, node: &Node, message: String, label: &str) {
        self.findings.errors.push(Diagnostic::error(message).with_origin((self.origin)(node)).label(label));
    }
}

/// Returns what a literal was probably meant to be.
fn suggest(literal: &str) -> Option<String> {
    let plain: String =
        literal.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    if let Some((_, name)) = NICKNAMES.iter().find(|(nickname, _)| *nickname == plain) {
        return Some((*name).to_owned());
    }
    for start in ["tags.", "tags:", "tag.", "tag_", "tags_", "Tag:", "Tags:", "Tags."] {
        if let Some(key) = literal.strip_prefix(start).filter(|key| !key.is_empty()) {
            return Some(format!("tag:{key}"));
        }
    }
    closest(literal, attribute_names()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn misspelt_names_have_a_suggestion() {
        for (literal, expected) in [
            ("privateip", Some("private-ip-address")),
            ("private_ip_address", Some("private-ip-address")),
            ("public-ip-address", Some("ip-address")),
            ("tags.Name", Some("tag:Name")),
            ("tags.Role", Some("tag:Role")),
            ("Tag:Role", Some("tag:Role")),
            ("name", Some("tag:Name")),
            ("instance_id", Some("instance-id")),
            ("dns_name", Some("dns-name")),
            ("the-one-and-only", None),
        ] {
            assert_eq!(suggest(literal).as_deref(), expected, "{literal}");
        }
    }
}
