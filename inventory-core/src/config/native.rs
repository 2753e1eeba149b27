//! The program's own configuration file: sources, settings, and rules over the machines of all of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::cache::{CacheOptions, Lasting, ShrinkGuard};
use super::decode::{NumberFrom, Placed, TextOrNumber, decode};
use super::options::Located;
use super::secret::Secret;
use super::settings::Written;
use crate::diagnostic::{Diagnostic, Origin, Source, Span};
use crate::discovery::{OnError, Policy};
use crate::expression::Escapes;
use crate::grouping::Rules;
use crate::native::{
    self, Address, Addresses, Collisions, DEFAULT_ADDRESSES, DEFAULT_NAMES, DefaultGroups, Filters, Hostvars,
    Names,
};
use crate::yaml::{Document, Node};

mod mistakes;
mod schema;
mod source;

use self::mistakes::{empty_value, idle_guard, idle_key, repeated_keys, repeated_names};
pub use self::schema::schema;
use self::source::read_source;
pub use self::source::{MachineSource, NativeSource, SourceKind, SourceOptions};

/// Holds what a native file says; what it says of rules is read from the document by [`crate::grouping::Rules`].
#[derive(Debug)]
pub struct Native {
    /// The sources, in order.
    pub sources: Vec<NativeSource>,
    /// The settings that it gives, for [`super::settings::read`].
    pub settings: Vec<Written>,
    /// All its other keys.
    pub file: NativeFile,
}

/// A cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
}

impl Cloud {
    /// All clouds.
    pub const ALL: [Cloud; 3] = [Cloud::Aws, Cloud::Azure, Cloud::Gcp];

    /// Returns the key of its sources, which is also the name of the feature that it needs.
    pub fn name(self) -> &'static str {
        match self {
            Cloud::Aws => "aws",
            Cloud::Azure => "azure",
            Cloud::Gcp => "gcp",
        }
    }
}

/// The service of Azure that is asked for machines, interfaces and public addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// Resource Manager: each kind of resource by its own list, as it is now.
    #[default]
    ResourceManager,
    /// Resource Graph: an index of all resources, which follows changes within minutes.
    ResourceGraph,
}

/// One inventory of the machines of several clouds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "cloud-inventory")]
pub struct NativeFile {
    /// The name of the Ansible collection's plugin: by it Ansible knows that the file is no inventory of its own.
    #[expect(dead_code, reason = "the name is read where the kind of the file is told")]
    plugin: Option<PluginName>,
    /// Where hosts come from, in inventory order.
    #[schemars(with = "Vec<SourceOptions>", length(min = 1))]
    #[expect(dead_code, reason = "sources are read one by one, so that the errors of all are told")]
    sources: IgnoredAny,
    /// Expressions over the normalized host; the first that gives a text is the host's name.
    #[schemars(length(min = 1))]
    pub names: Option<Vec<Placed<String>>>,
    /// What becomes of machines with equal names.
    #[serde(default)]
    pub collisions: Collisions,
    /// Ways to reach a machine; the first that it has is `ansible_host`.
    pub address: Option<Vec<Address>>,
    /// The variables of hosts: `normalized` for all fields, `native` for the cloud's own record, or names of fields.
    pub hostvars: Option<Vec<Placed<String>>>,
    /// What the names of these variables begin with.
    #[serde(default = "hostvars_prefix", deserialize_with = "read_prefix")]
    #[schemars(extend("pattern" = "^(?!ansible_)[A-Za-z_][A-Za-z0-9_]*$"))]
    pub hostvars_prefix: String,
    /// The groups that there are without a rule: all, none (`false`), or those that are not turned off.
    #[serde(default)]
    pub default_groups: DefaultGroups,
    /// Conditions over the normalized host; a machine counts when any of them holds.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub include: Vec<Placed<String>>,
    /// Conditions over the normalized host; a machine does not count when any of them holds.
    #[serde(default)]
    pub exclude: Vec<Placed<String>>,
    /// How facts are kept between runs; they are not unless this is given.
    pub cache: Option<CacheOptions>,
    /// What becomes of a scope that cannot be fetched.
    pub on_error: Option<Placed<OnError>>,
    /// How many hosts a scope may lose since its facts were last kept.
    #[serde(default)]
    pub shrink: ShrinkGuard,
    /// Variables that are computed, by name: expressions over the normalized host.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    #[expect(dead_code, reason = "rules are read from the document, as in a plugin's file")]
    compose: Option<IgnoredAny>,
    /// Groups of the machines for which a condition holds, by name.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    #[expect(dead_code, reason = "rules are read from the document, as in a plugin's file")]
    groups: Option<IgnoredAny>,
    /// Groups that are made of values, as those of Ansible's inventory plugins.
    #[expect(dead_code, reason = "rules are read from the document, as in a plugin's file")]
    keyed_groups: Option<Vec<KeyedGroup>>,
    /// Whether a rule that fails for a host is an error; else it is skipped for that host.
    #[expect(dead_code, reason = "rules are read from the document, as in a plugin's file")]
    strict: Option<bool>,
    /// Whether a keyed group without a prefix begins with the separator.
    #[expect(dead_code, reason = "rules are read from the document, as in a plugin's file")]
    leading_separator: Option<bool>,
    /// Whether extra variables of the command line count before those of hosts.
    #[expect(dead_code, reason = "rules are read from the document, as in a plugin's file")]
    use_extra_vars: Option<bool>,
    /// How many requests may be under way at one time.
    #[schemars(with = "Option<NumberFrom<1>>")]
    max_in_flight: Option<Placed<String>>,
    /// How long the run may take, such as `90s` or `5m`.
    deadline: Option<Placed<String>>,
    /// How often a request is tried again.
    #[schemars(with = "Option<NumberFrom<0>>")]
    retries: Option<Placed<String>>,
    /// How backslashes in expressions are read: `author` or `exact`.
    escapes: Option<Placed<String>>,
}

/// The plugin that Ansible reads a native file with.
#[derive(Debug, Deserialize, JsonSchema)]
enum PluginName {
    /// By its full name.
    #[serde(rename = "cloud_inventory.cloud_inventory.cloud_inventory")]
    Full,
    /// By its short name, which Ansible finds where the plugin's folder is in its search path.
    #[serde(rename = "cloud_inventory")]
    Short,
}

/// A group for each value of an expression.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "for its keys and the schema: the grouping engine reads the values from the document"
)]
struct KeyedGroup {
    /// The expression.
    #[schemars(with = "String")]
    key: IgnoredAny,
    /// What the name of the group begins with.
    #[schemars(with = "Option<TextOrNumber>")]
    prefix: Option<IgnoredAny>,
    /// What is between the prefix and the value.
    #[schemars(with = "Option<TextOrNumber>")]
    separator: Option<IgnoredAny>,
    /// The group of which the group is a child; a template.
    #[schemars(with = "Option<String>")]
    parent_group: Option<IgnoredAny>,
    /// The value of machines for which the expression gives an empty text.
    #[schemars(with = "Option<TextOrNumber>")]
    default_value: Option<IgnoredAny>,
    /// Whether the separator stays behind a key whose value is empty.
    #[schemars(with = "Option<bool>")]
    trailing_separator: Option<IgnoredAny>,
}

/// Reads a native file; `folder` is the one in which it is.
///
/// # Errors
/// What is wrong with the file: with its keys, and with each source.
pub fn read(document: &Document, folder: &Path) -> Result<Native, Vec<Diagnostic>> {
    let source = &document.source;
    let file = decode::<NativeFile>(source, &document.root);
    let (mut sources, mut errors) = (Vec::new(), repeated_keys(document));
    match document.root.get("sources") {
        Some(node) => match node.as_sequence() {
            Some([]) => {
                errors.push(at(source, node, "`sources` is empty").label("expected at least one source"));
            }
            Some(items) => {
                errors.extend(repeated_names(source, items));
                for item in items {
                    match read_source(source, item, folder) {
                        Ok(source) => sources.push(source),
                        Err(error) => errors.push(error),
                    }
                }
            }
            None => {
                let message = format!("`sources` is {}", node.value.kind());
                let expected = "expected a list such as `- aws: {regions: [eu-west-1]}`";
                errors.push(at(source, node, &message).label(expected));
            }
        },
        None if document.root.as_mapping().is_some() => {
            let error = at(source, &document.root, "the configuration names no sources");
            errors.push(error.label("expected `sources:` and a list"));
        }
        None => {}
    }
    if file.is_ok() {
        let values = ["names", "include"].into_iter().filter_map(|key| Some((key, document.root.get(key)?)));
        errors.extend(values.filter_map(|(key, value)| empty_value(source, key, value)));
        let is_idle = errors.is_empty() && !sources.iter().any(NativeSource::has_machines);
        let entries = document.root.as_mapping().filter(|_| is_idle);
        errors.extend(entries.and_then(|entries| idle_key(source, entries)));
    }
    if file.as_ref().is_ok_and(|file| file.cache.is_none()) {
        errors.extend(idle_guard(source, &document.root));
    }
    let cache = file.as_ref().ok().and_then(|file| file.cache.as_ref());
    let cache = cache.filter(|cache| cache.directory.is_some());
    if let Some(store) = cache.and_then(|cache| cache.store.as_ref()) {
        let error = store.error(source, "`cache` has both `store` and `directory`");
        errors.push(error.help("take one of them out: facts are kept in one place"));
    }
    match file {
        Ok(file) if errors.is_empty() => Ok(Native { settings: file.settings(source), sources, file }),
        // That there are no sources is told already.
        Ok(_) => Err(errors),
        Err(error) => {
            let is_told = document.root.as_mapping().is_some() && document.root.get("sources").is_none();
            errors.extend((!is_told).then_some(error));
            Err(errors)
        }
    }
}

fn at(source: &Arc<Source>, node: &Node, message: &str) -> Diagnostic {
    Diagnostic::error(message).at(source, node.span)
}

impl NativeFile {
    /// Compiles what is made of the machines of all sources; `rules` are those of the same file.
    ///
    /// # Errors
    /// Expressions, networks and names of fields that are none, each with its place.
    pub fn host_settings(
        &self,
        source: &Arc<Source>,
        rules: Rules,
        escapes: Escapes,
    ) -> Result<native::Settings, Vec<Diagnostic>> {
        let default_names = || {
            let name = |text: &&str| Placed { value: (*text).to_owned(), span: Span::default() };
            DEFAULT_NAMES.iter().map(name).collect::<Vec<_>>()
        };
        let names = self.names.clone().unwrap_or_else(default_names);
        let address = self.address.as_deref().unwrap_or(&DEFAULT_ADDRESSES);
        let hostvars = match &self.hostvars {
            Some(words) => Hostvars::new(source, words, &self.hostvars_prefix),
            None => Ok(Hostvars::normalized(&self.hostvars_prefix)),
        };
        let filters = Filters::new(source, &self.include, &self.exclude, escapes);
        let (names, addresses) =
            (Names::new(source, &names, escapes), Addresses::new(source, address, escapes));
        match (filters, names, addresses, hostvars) {
            (Ok(filters), Ok(names), Ok(addresses), Ok(hostvars)) => Ok(native::Settings {
                filters,
                names,
                collisions: self.collisions,
                addresses,
                hostvars,
                default_groups: self.default_groups,
                rules,
            }),
            (filters, names, addresses, hostvars) => {
                let errors = [filters.err(), names.err(), addresses.err(), hostvars.err()];
                Err(errors.into_iter().flatten().flatten().collect())
            }
        }
    }

    /// Returns what holds for the scopes of a source.
    ///
    /// # Errors
    /// Facts that are to stand in, where none are kept.
    pub fn policy(&self, source: &Arc<Source>, options: &SourceOptions) -> Result<Policy, Diagnostic> {
        let written = options.on_error.as_ref().or(self.on_error.as_ref());
        let on_error = written.map_or_else(OnError::default, |placed| placed.value);
        let cache = self.cache.clone().unwrap_or_default();
        if let Some(placed) = written.filter(|_| on_error == OnError::Stale && cache.stale.0.is_zero()) {
            let error = placed.error(source, "`on_error: stale` needs facts that are kept");
            return Err(error.help("say how old they may be: `cache: {stale: 1d}`"));
        }
        let Lasting(ttl) = cache.ttl;
        let Lasting(stale) = cache.stale;
        Ok(Policy { on_error, ttl, stale, shrink: self.shrink.0, is_kept: self.cache.is_some() })
    }

    /// Returns the settings that the file gives.
    fn settings(&self, source: &Arc<Source>) -> Vec<Written> {
        let given = [
            ("max_in_flight", &self.max_in_flight),
            ("deadline", &self.deadline),
            ("retries", &self.retries),
            ("escapes", &self.escapes),
        ];
        let cache = self.cache.as_ref();
        let given = given.into_iter().filter_map(|(name, placed)| {
            let Placed { value, span } = placed.clone()?;
            Some((name, Placed { value: Secret::new(value), span }))
        });
        let store = cache.and_then(|cache| cache.store.clone()).map(|placed| ("cache_store", placed));
        let written = given.chain(store).map(|(name, Placed { value, span })| {
            let origin = Origin::File { source: Arc::clone(source), span };
            (name, Located { value, origin })
        });
        written.collect()
    }
}

/// What the names of variables begin with, unless the file says.
fn hostvars_prefix() -> String {
    "cloud_".to_owned()
}

/// Reads what names of variables may begin with: what Ansible takes for one, and not for one of its own.
///
/// Without a prefix fields would have the names of Ansible's own words, such as `tags` and `environment`.
fn read_prefix<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let prefix = String::deserialize(deserializer)?;
    let is_letter = |first: &u8| first.is_ascii_alphabetic() || *first == b'_';
    let is_name = prefix.as_bytes().first().is_some_and(is_letter)
        && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name && !prefix.starts_with("ansible_") {
        return Ok(prefix);
    }
    Err(serde::de::Error::custom(format!(
        "expected letters, digits and `_` such as `cloud_`, no digit first and not `ansible_`, found `{prefix}`"
    )))
}

#[cfg(test)]
mod tests;
