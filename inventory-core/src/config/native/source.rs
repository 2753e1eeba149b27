//! One source of a native file.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Backend, Cloud};
use crate::config::decode::{Placed, decode};
use crate::config::options::Located;
use crate::config::suggest::closest;
use crate::diagnostic::{Diagnostic, Origin, Source};
use crate::discovery::OnError;
use crate::expression::Escapes;
use crate::native::{Address, Addresses, Filters, Names, PartSettings};
use crate::yaml::{Node, NodeValue};

/// One source.
#[derive(Debug)]
pub struct NativeSource {
    /// What is asked.
    pub kind: SourceKind,
    /// What holds only for its own machines.
    pub options: SourceOptions,
}

/// Where the hosts of a source come from.
#[derive(Debug)]
pub enum SourceKind {
    /// Machines, of which the rules of the native file make hosts.
    Machines(MachineSource),
    /// A plugin's file, whose path is relative to the folder of the native one.
    File(Located<PathBuf>, Option<Located<Backend>>),
}

/// Where machines come from.
#[derive(Debug)]
pub enum MachineSource {
    /// A cloud, by options that only its provider knows.
    Cloud(Cloud, Node),
    /// A file that holds what clouds answered, whose path is relative to the folder of the native file.
    Snapshot(Located<PathBuf>),
}

/// A source: one cloud, the file of a plugin, or a snapshot.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["aws"]}, {"required": ["azure"]}, {"required": ["gcp"]}, {"required": ["file"]}, {"required": ["snapshot"]}]))]
pub struct SourceOptions {
    /// Machines of Amazon Web Services.
    #[expect(dead_code, reason = "read by the provider")]
    aws: Option<IgnoredObject>,
    /// Machines of Microsoft Azure.
    #[expect(dead_code, reason = "read by the provider")]
    azure: Option<IgnoredObject>,
    /// Machines of Google Cloud.
    #[expect(dead_code, reason = "read by the provider")]
    gcp: Option<IgnoredObject>,
    /// The file of an inventory plugin, such as `aws_ec2.yml`: its hosts are those of the plugin.
    file: Option<Placed<String>>,
    /// A file that `cloud-inventory snapshot save` wrote: its machines, of all clouds, as they were then.
    snapshot: Option<Placed<String>>,
    /// The service of Azure that a plugin's file asks.
    backend: Option<Placed<Backend>>,
    /// How messages call the source; the cloud unless given.
    pub name: Option<String>,
    /// What becomes of a scope of this source that cannot be fetched.
    pub on_error: Option<Placed<OnError>>,
    /// Expressions over the normalized host; the first that gives a text is the host's name.
    #[schemars(length(min = 1))]
    pub names: Option<Vec<Placed<String>>>,
    /// Ways to reach a machine; the first that it has is `ansible_host`.
    pub address: Option<Vec<Address>>,
    /// Conditions over the normalized host; a machine of this source counts when any of them holds.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub include: Vec<Placed<String>>,
    /// Conditions over the normalized host; a machine of this source does not count when any of them holds.
    #[serde(default)]
    pub exclude: Vec<Placed<String>>,
}

/// The keys of a source.
pub(super) const KEYS: [&str; 12] = [
    "aws", "azure", "gcp", "file", "snapshot", "backend", "name", "on_error", "names", "address", "include",
    "exclude",
];

/// Keys of the file that people look for in a source.
const OF_THE_FILE: [&str; 8] =
    ["cache", "collisions", "compose", "default_groups", "groups", "hostvars", "keyed_groups", "shrink"];

/// A mapping that is read elsewhere.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct IgnoredObject(IgnoredAny);

impl JsonSchema for IgnoredObject {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "object".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "object" })
    }
}

/// Reads one source; `folder` is the one in which the native file is.
pub(super) fn read_source(
    source: &Arc<Source>,
    item: &Node,
    folder: &Path,
) -> Result<NativeSource, Diagnostic> {
    let options: SourceOptions = match decode(source, item) {
        Ok(options) => options,
        Err(error) => return Err(misplaced_option(source, item).unwrap_or(error)),
    };
    for (key, value) in item.as_mapping().unwrap_or_default() {
        let name = key.as_str().unwrap_or_default();
        let error = match name {
            "names" | "include" => super::empty_value(source, name, value),
            _ if Cloud::ALL.iter().any(|cloud| cloud.name() == name) => empty_option(source, value),
            _ => None,
        };
        if let Some(error) = error {
            return Err(error);
        }
    }
    let clouds = Cloud::ALL.into_iter().filter_map(|cloud| Some((cloud, item.get(cloud.name())?)));
    if let Some((cloud, node)) = clouds.clone().find(|(_, node)| node.value == NodeValue::Null) {
        let name = cloud.name();
        return Err(super::at(source, node, &format!("`{name}` has no value"))
            .label("expected a mapping")
            .help(format!(
                "write `{name}: {{}}` for the defaults, or its options below it, indented by two more spaces"
            )));
    }
    let clouds = clouds.map(|(cloud, node)| SourceKind::Machines(MachineSource::Cloud(cloud, node.clone())));
    let origin = |span| Origin::File { source: Arc::clone(source), span };
    let path = |path: &Placed<String>| Located { value: folder.join(&path.value), origin: origin(path.span) };
    let file = options.file.as_ref().map(|file| {
        let backend = options.backend.as_ref();
        let backend = backend.map(|backend| Located { value: backend.value, origin: origin(backend.span) });
        SourceKind::File(path(file), backend)
    });
    let snapshot = options.snapshot.as_ref();
    let snapshot = snapshot.map(|file| SourceKind::Machines(MachineSource::Snapshot(path(file))));
    let mut kinds: Vec<SourceKind> = clouds.chain(file).chain(snapshot).collect();
    match (kinds.pop(), kinds.is_empty()) {
        (Some(kind), true) => options.check(source, &kind).map(|()| NativeSource { kind, options }),
        (Some(_), false) => {
            Err(super::at(source, item, "a source asks one cloud or file, and this one names several")
                .help("write each as a source of its own: `- aws: ...` and `- gcp: ...`"))
        }
        (None, _) => Err(super::at(source, item, "a source names no cloud").label(
            "expected `aws:`, `azure:` or `gcp:` with its options, `file: PATH`, or `snapshot: FILE`",
        )),
    }
}

/// Returns an error for the first of the options of a cloud, or of what is in them, that is empty.
fn empty_option(source: &Arc<Source>, options: &Node) -> Option<Diagnostic> {
    options.as_mapping()?.iter().find_map(|(key, value)| {
        let error = super::empty_value(source, key.as_str().unwrap_or_default(), value);
        error.or_else(|| empty_option(source, value))
    })
}

impl NativeSource {
    /// Tells whether machines come from it, of which the rules of the native file make hosts.
    pub(super) fn has_machines(&self) -> bool {
        matches!(self.kind, SourceKind::Machines(_))
    }
}

/// Returns the error for a key that stands beside a cloud and not below it: most often it is not indented enough.
fn misplaced_option(source: &Arc<Source>, item: &Node) -> Option<Diagnostic> {
    let cloud = Cloud::ALL.into_iter().map(Cloud::name).find(|cloud| item.get(cloud).is_some())?;
    let (key, name) = item
        .as_mapping()?
        .iter()
        .filter_map(|(key, _)| Some((key, key.as_str()?)))
        .find(|(_, name)| !KEYS.contains(name))?;
    if closest(name, KEYS).is_some() {
        return None;
    }
    let message = format!("`{name}` is no key of a source");
    let help = if OF_THE_FILE.contains(&name) {
        format!("it counts for all sources: write `{name}` at the beginning of a line, beside `sources`")
    } else {
        format!("if it is an option of `{cloud}`, it belongs below `{cloud}:`, indented by two more spaces")
    };
    Some(super::at(source, key, &message).label(format!("beside `{cloud}`")).help(help))
}

impl SourceOptions {
    /// Refuses what does not count for the kind of the source.
    fn check(&self, source: &Arc<Source>, kind: &SourceKind) -> Result<(), Diagnostic> {
        match kind {
            SourceKind::Machines(MachineSource::Cloud(..)) => match &self.backend {
                Some(backend) => Err(backend
                    .error(source, "`backend` beside a cloud says nothing")
                    .help("write it below `azure:`")),
                None => Ok(()),
            },
            SourceKind::Machines(MachineSource::Snapshot(_)) => match &self.backend {
                Some(backend) => Err(backend.error(source, "`backend` beside a snapshot says nothing")),
                None => Ok(()),
            },
            SourceKind::File(file, _) => {
                let rules = [
                    ("name", self.name.is_some()),
                    ("on_error", self.on_error.is_some()),
                    ("names", self.names.is_some()),
                    ("address", self.address.is_some()),
                    ("include", !self.include.is_empty()),
                    ("exclude", !self.exclude.is_empty()),
                ];
                match rules.into_iter().find(|(_, is_given)| *is_given) {
                    Some((name, _)) => Err(Diagnostic::error(format!("`{name}` cannot be used with `file`"))
                        .with_origin(file.origin.clone())
                        .label("a plugin's file has its own options, and no others")),
                    None => Ok(()),
                }
            }
        }
    }
}

impl SourceOptions {
    /// Compiles what holds for the machines of this source only.
    ///
    /// # Errors
    /// Expressions and networks that are none, each with its place.
    pub fn part_settings(
        &self,
        source: &Arc<Source>,
        escapes: Escapes,
    ) -> Result<PartSettings, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let filters = Filters::new(source, &self.include, &self.exclude, escapes);
        let names = self.names.as_ref().map(|names| Names::new(source, names, escapes)).transpose();
        let addresses =
            self.address.as_ref().map(|address| Addresses::new(source, address, escapes)).transpose();
        let settings = PartSettings {
            filters: filters.map_err(|more| errors.extend(more)).unwrap_or_default(),
            names: names.map_err(|more| errors.extend(more)).unwrap_or_default(),
            addresses: addresses.map_err(|more| errors.extend(more)).unwrap_or_default(),
        };
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }
}
