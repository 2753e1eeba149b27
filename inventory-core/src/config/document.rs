//! A configuration file on disk, and what kind it is.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::script;
use super::suggest::{closest, did_you_mean};
use crate::diagnostic::{Diagnostic, Source};
use crate::store::snapshot;
use crate::yaml::{self, Document, Node, Vault};

/// Names the plugin, or script, whose files are read as it reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `amazon.aws.aws_ec2`
    AwsEc2,
    /// `azure.azcollection.azure_rm`
    AzureRm,
    /// `google.cloud.gcp_compute`
    GcpCompute,
    /// The inventory script `ec2.py`, whose file is an INI file
    Ec2Script,
}

/// The names of the collection's plugin, which a native file may have in `plugin:` for Ansible to find it.
pub const OWN_PLUGIN: [&str; 2] = ["cloud_inventory.cloud_inventory.cloud_inventory", "cloud_inventory"];

impl Dialect {
    /// The plugins by the names that a file's `plugin:` may have.
    const NAMES: [(&'static str, Self); 6] = [
        ("amazon.aws.aws_ec2", Self::AwsEc2),
        ("aws_ec2", Self::AwsEc2),
        ("azure.azcollection.azure_rm", Self::AzureRm),
        ("azure_rm", Self::AzureRm),
        ("google.cloud.gcp_compute", Self::GcpCompute),
        ("gcp_compute", Self::GcpCompute),
    ];

    /// Returns the plugin of a name in a file's `plugin:`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, dialect)| dialect)
    }

    /// Returns the plugin's full name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AwsEc2 => "amazon.aws.aws_ec2",
            Self::AzureRm => "azure.azcollection.azure_rm",
            Self::GcpCompute => "google.cloud.gcp_compute",
            Self::Ec2Script => "ec2.py",
        }
    }

    /// Tells whether the plugin itself would take a file of this name; this program takes any.
    ///
    /// Each plugin wants the end of the name to be its own (`prod.aws_ec2.yml`; Azure's and Google's also
    /// `azure_rm.yaml`, `gcp.yml`). The script takes any.
    pub fn accepts_file_name(self, path: &Path) -> bool {
        if self == Self::Ec2Script {
            return true;
        }
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
        let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else {
            return false;
        };
        match self {
            Self::AwsEc2 => stem.ends_with("aws_ec2"),
            Self::AzureRm => stem.ends_with("azure_rm"),
            Self::GcpCompute => stem.ends_with("gcp") || stem.ends_with("gcp_compute"),
            Self::Ec2Script => true,
        }
    }
}

/// Says what a configuration file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A plugin's file.
    Dialect(Dialect),
    /// The program's own file.
    Native,
}

/// Holds a configuration file that was read.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// The path as the user gave it.
    pub path: PathBuf,
    /// What the file is.
    pub kind: Kind,
    /// What the file says.
    pub document: Document,
}

/// What Ansible decrypted of configurations that are encrypted with Ansible Vault.
#[derive(Clone, Default)]
pub struct Decrypted {
    /// The text of files that are encrypted as a whole, by path.
    pub files: HashMap<PathBuf, String>,
    /// The values that are encrypted in files.
    pub values: Vault,
}

/// Shows nothing of the texts.
impl fmt::Debug for Decrypted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Decrypted({} files, {:?})", self.files.len(), self.values)
    }
}

/// Reads a configuration file from disk, or what was decrypted of it, and finds out what kind it is.
///
/// # Errors
/// When the file cannot be read, is not YAML, or is no configuration that this program knows.
pub fn read(path: &Path, decrypted: &Decrypted) -> Result<ConfigFile, Diagnostic> {
    let name = path.display().to_string();
    let is_ini = path
        .extension()
        .is_some_and(|extension| ["ini", "cfg"].iter().any(|ini| extension.eq_ignore_ascii_case(ini)));
    let document = match decrypted.files.get(path) {
        Some(text) if is_ini => script::read(Source::secret(name, text))?,
        Some(text) => yaml::read_decrypted(&name, text, &decrypted.values)?,
        None => {
            let bytes = read_bytes(path).map_err(|error| {
                Diagnostic::error(format!("the configuration `{name}` cannot be read: {error}"))
            })?;
            if snapshot::is_snapshot(path) {
                return Err(not_a_configuration(&name));
            }
            if bytes.starts_with(VAULT) {
                return Err(Diagnostic::error(format!("`{name}` is encrypted with Ansible Vault"))
                    .help("use it through the Ansible collection, which hands over what Ansible decrypts")
                    .help("or put secrets elsewhere: a profile, or variables of the environment"));
            }
            if is_ini {
                let source = |text: &str| Source::new(&name, text).with_hidden_values();
                script::read(yaml::decode_text(&bytes, source)?)?
            } else {
                yaml::read_with_vault(&name, &bytes, &decrypted.values)?
            }
        }
    };
    let kind = if is_ini { Kind::Dialect(Dialect::Ec2Script) } else { kind(&document)? };
    Ok(ConfigFile { path: path.to_owned(), kind, document })
}

/// How a file begins that is encrypted as a whole.
const VAULT: &[u8] = b"$ANSIBLE_VAULT;";

/// Says what a snapshot is good for.
fn not_a_configuration(name: &str) -> Diagnostic {
    Diagnostic::error(format!("`{name}` is a snapshot, not a configuration"))
        .help(format!("beside a configuration: `cloud-inventory CONFIG --snapshot {name} --list`"))
        .help(format!(
            "as a source: a file with `plugin: cloud_inventory.cloud_inventory.cloud_inventory`, `sources:` and \
             `- snapshot: {name}`"
        ))
}

/// The most that a configuration may hold, in bytes: `/dev/zero` has no end.
const MOST_BYTES: u64 = 16 << 20;

fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(std::io::Error::other("it is larger than 16 MiB"));
    }
    Ok(bytes)
}

/// How a configuration begins.
pub(super) const FORMS: &str = "start a plugin's file with `plugin: amazon.aws.aws_ec2`, a native one with \
                     `plugin: cloud_inventory.cloud_inventory.cloud_inventory` and `sources:`";

/// Tells what kind of configuration a document is.
///
/// # Errors
/// When it is none that this program knows.
pub fn kind(document: &Document) -> Result<Kind, Diagnostic> {
    let error = |node: &Node, message: String| Diagnostic::error(message).at(&document.source, node.span);
    let root = &document.root;
    if root.as_mapping().is_none_or(<[_]>::is_empty) {
        let message = match root.as_mapping() {
            None if root.value != yaml::NodeValue::Null => {
                format!("the configuration is {}, not a mapping", root.value.kind())
            }
            _ => "the configuration is empty".to_owned(),
        };
        return Err(error(root, message)
            .label("expected `plugin: amazon.aws.aws_ec2`, or `sources:`")
            .help(FORMS));
    }
    let Some(plugin) = root.get("plugin") else {
        if root.get("sources").is_some() {
            return Ok(Kind::Native);
        }
        return Err(error(root, "the file is not an inventory configuration".to_owned())
            .label("expected `plugin:` for a plugin's file, or `sources:` for a native one")
            .help(FORMS));
    };
    let Some(name) = plugin.as_str() else {
        let message = format!("`plugin` is {}", plugin.value.kind());
        return Err(error(plugin, message).label("expected the name of an inventory plugin"));
    };
    if OWN_PLUGIN.contains(&name) {
        return Ok(Kind::Native);
    }
    if let (Some(_), Some(sources)) = (Dialect::from_name(name), root.get("sources")) {
        let message =
            format!("a file has either `plugin: {name}`, with the options of that plugin, or `sources:`");
        return Err(error(plugin, message)
            .label("this makes it a plugin's file")
            .related(sources.span, "this makes it a native one")
            .help(
                "write the plugin's options into a file of their own, and `- file: NAME` below `sources:`",
            ));
    }
    Dialect::from_name(name).map(Kind::Dialect).ok_or_else(|| {
        let error = error(plugin, format!("the inventory plugin `{name}` is not known")).label(
            "expected `amazon.aws.aws_ec2`, `azure.azcollection.azure_rm` or `google.cloud.gcp_compute`",
        );
        match closest(name, Dialect::NAMES.iter().map(|(known, _)| *known).chain(OWN_PLUGIN)) {
            Some(suggestion) => error.help(did_you_mean(suggestion)),
            None => error,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(text: &str) -> Result<Kind, String> {
        let document = yaml::read("a.yml", text.as_bytes()).unwrap();
        kind(&document).map_err(|error| [vec![error.to_string()], error.help].concat().join(" / "))
    }

    #[test]
    fn tells_the_kind_by_the_plugin() {
        let cases = [
            ("#!/usr/bin/env cloud-inventory\nplugin: aws_ec2\n", Ok(Kind::Dialect(Dialect::AwsEc2))),
            ("regions: []\nplugin: amazon.aws.aws_ec2\n", Ok(Kind::Dialect(Dialect::AwsEc2))),
            ("plugin: azure_rm\n", Ok(Kind::Dialect(Dialect::AzureRm))),
            ("plugin: google.cloud.gcp_compute\n", Ok(Kind::Dialect(Dialect::GcpCompute))),
            ("sources: []\n", Ok(Kind::Native)),
            ("plugin: cloud_inventory\n", Ok(Kind::Native)),
            ("plugin: cloud_inventory.cloud_inventory.cloud_inventory\nsources: []\n", Ok(Kind::Native)),
            (
                "plugin: aws_ec2\nsources: []\n",
                Err(
                    "a.yml:1:9: error: a file has either `plugin: aws_ec2`, with the options of that plugin, or `sources:`: this makes it a plugin's file / write the plugin's options into a file of their own, and `- file: NAME` below `sources:`",
                ),
            ),
            (
                "",
                Err(
                    "a.yml:1:1: error: the configuration is empty: expected `plugin: amazon.aws.aws_ec2`, or `sources:` / start a plugin's file with `plugin: amazon.aws.aws_ec2`, a native one with `plugin: cloud_inventory.cloud_inventory.cloud_inventory` and `sources:`",
                ),
            ),
            (
                "{}",
                Err(
                    "a.yml:1:1: error: the configuration is empty: expected `plugin: amazon.aws.aws_ec2`, or `sources:` / start a plugin's file with `plugin: amazon.aws.aws_ec2`, a native one with `plugin: cloud_inventory.cloud_inventory.cloud_inventory` and `sources:`",
                ),
            ),
            (
                "- a",
                Err(
                    "a.yml:1:1: error: the configuration is a list, not a mapping: expected `plugin: amazon.aws.aws_ec2`, or `sources:` / start a plugin's file with `plugin: amazon.aws.aws_ec2`, a native one with `plugin: cloud_inventory.cloud_inventory.cloud_inventory` and `sources:`",
                ),
            ),
            (
                "plugin: [a]",
                Err("a.yml:1:9: error: `plugin` is a list: expected the name of an inventory plugin"),
            ),
            (
                "plugin: aws_ec3",
                Err(
                    "a.yml:1:9: error: the inventory plugin `aws_ec3` is not known: expected `amazon.aws.aws_ec2`, `azure.azcollection.azure_rm` or `google.cloud.gcp_compute` / did you mean `aws_ec2`?",
                ),
            ),
            (
                "all: {hosts: {a: {}}}",
                Err(
                    "a.yml:1:1: error: the file is not an inventory configuration: expected `plugin:` for a plugin's file, or `sources:` for a native one / start a plugin's file with `plugin: amazon.aws.aws_ec2`, a native one with `plugin: cloud_inventory.cloud_inventory.cloud_inventory` and `sources:`",
                ),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(kind_of(text), expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn knows_which_file_names_a_plugin_takes() {
        let cases = [
            (Dialect::AwsEc2, "aws_ec2.yml", true),
            (Dialect::AwsEc2, "inventory/prod.aws_ec2.yaml", true),
            (Dialect::AwsEc2, "aws_ec2.json", false),
            (Dialect::AwsEc2, "ec2.yml", false),
            (Dialect::AzureRm, "my.azure_rm.yml", true),
            (Dialect::GcpCompute, "gcp.yml", true),
            (Dialect::GcpCompute, "x.gcp_compute.yaml", true),
            (Dialect::Ec2Script, "prod.ini", true),
        ];
        for (dialect, name, expected) in cases {
            assert_eq!(dialect.accepts_file_name(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let missing = read(Path::new("no/such/file.yml"), &Decrypted::default()).unwrap_err().to_string();
        assert!(
            missing.starts_with("error: the configuration `no/such/file.yml` cannot be read: "),
            "{missing}"
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.snapshot");
        snapshot::write(&file, &[], false).unwrap();
        let error = read(&file, &Decrypted::default()).unwrap_err();
        assert!(error.message.ends_with("is a snapshot, not a configuration"), "{error}");
    }
}
