//! The clouds that this build knows.

use std::path::PathBuf;
use std::sync::Arc;

use inventory_core::config::document::Dialect;
use inventory_core::config::environment::Environment;
use inventory_core::config::native::Cloud;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{Asked, Budget, Policy, Source, Task};
use inventory_core::expression::{self, Escapes};
use inventory_core::grouping::Rules;
use inventory_core::native::{self, MakeMachines, PartSettings};
use inventory_core::store::Vocabulary;
use inventory_core::value::Map;
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
use inventory_core::{
    config::options::Options,
    config::plugin_cache::PluginCache,
    diagnostic::Severity,
    grouping::{self, HostVariables},
    name::Sanitizer,
};
use schemars::{Schema, SchemaGenerator};

use crate::sources::{self, Unit};

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "azure")]
mod azure;
#[cfg(feature = "gcp")]
mod gcp;
mod native_file;

/// Sources whose options are read and known to be right.
pub(crate) struct Opened {
    /// The file that configures them.
    pub(crate) path: PathBuf,
    /// What can be asked, and what is made of the answers.
    pub(crate) maker: Maker,
    /// The folder that the file names for the facts that are kept.
    pub(crate) directory: Option<PathBuf>,
    /// What was read, but probably does not say what its author meant.
    pub(crate) warnings: Vec<Diagnostic>,
    /// What `-v` tells.
    pub(crate) notes: Vec<String>,
}

/// What can be asked, and what is made of the answers.
#[cfg_attr(
    not(any(feature = "aws", feature = "azure", feature = "gcp")),
    expect(dead_code, reason = "a build without clouds opens none")
)]
pub(crate) enum Maker {
    /// The source of a plugin's file, and its rules.
    Plugin(Arc<dyn Source>, Box<Rules>, Policy),
    /// The sources of a native file, and what the file makes of all their machines.
    Native(Vec<NativePart>, Box<native::Settings>),
}

/// A source of a native file.
pub(crate) struct NativePart {
    /// How messages call it.
    pub(crate) label: String,
    /// Who knows its facts.
    pub(crate) asked: Asked,
    /// Makes machines of them.
    pub(crate) machines: Box<MakeMachines>,
    /// What holds for its machines only.
    pub(crate) settings: Arc<PartSettings>,
    /// What holds for its scopes.
    pub(crate) policy: Policy,
}

impl Opened {
    /// Returns how messages call what is to be asked: the file, and which of its sources where that could be in doubt.
    pub(crate) fn places(&self) -> Vec<String> {
        let path = self.path.display();
        match &self.maker {
            Maker::Plugin(..) => vec![path.to_string()],
            Maker::Native(parts, _) => {
                let place = |part: &NativePart| match part.label.as_str() {
                    label if label == part.asked.cloud() => path.to_string(),
                    label => format!("{path}: {label}"),
                };
                parts.iter().map(place).collect()
            }
        }
    }

    /// Tells whether the extra variables of the command line count.
    pub(crate) fn uses_extra_variables(&self) -> bool {
        match &self.maker {
            Maker::Plugin(_, rules, _) => rules.uses_extra_variables(),
            Maker::Native(_, settings) => settings.rules.uses_extra_variables(),
        }
    }

    /// Returns what is to be asked, in inventory order.
    pub(crate) fn tasks(&self) -> Vec<Task> {
        match &self.maker {
            Maker::Plugin(source, _, policy) => {
                vec![Task { asked: Asked::Provider(Arc::clone(source) as _), policy: *policy }]
            }
            Maker::Native(parts, _) => {
                let task = |part: &NativePart| Task { asked: part.asked.clone(), policy: part.policy };
                parts.iter().map(task).collect()
            }
        }
    }
}

/// What all sources are opened with.
#[cfg_attr(
    not(any(feature = "aws", feature = "azure")),
    expect(dead_code, reason = "for AWS and Azure only")
)]
pub(crate) struct Context<'a> {
    /// Where options are looked up that the file does not give.
    pub(crate) environment: &'a Environment,
    /// What expressions see of the world.
    pub(crate) expressions: Arc<expression::Environment>,
    /// What discovery may cost.
    pub(crate) budget: Budget,
    /// How backslashes in expressions are read.
    pub(crate) escapes: Escapes,
    /// The extra variables of the command line.
    pub(crate) extra_variables: Map,
}

/// Reads the options of a unit, without credentials or network.
pub(crate) fn open(unit: &Unit, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    match unit {
        Unit::Plugin(source) => open_plugin(source, context),
        Unit::Native(sources) => native_file::open(sources, context),
    }
}

fn open_plugin(source: &sources::Source, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    let opened = match source.dialect {
        Dialect::AwsEc2 => open_aws(source, context),
        Dialect::Ec2Script => open_ec2_ini(source, context),
        Dialect::AzureRm => open_azure(source, context),
        Dialect::GcpCompute => open_gcp(source, context),
    };
    let name =
        |findings: Vec<Diagnostic>| findings.into_iter().map(|finding| named(finding, source)).collect();
    match opened {
        Ok(opened) => Ok(Opened { warnings: name(opened.warnings), ..opened }),
        Err(errors) => Err(name(errors)),
    }
}

/// Names the file in what has no place in it.
fn named(mut finding: Diagnostic, source: &sources::Source) -> Diagnostic {
    let path = source.path.display().to_string();
    if finding.origin.is_none() && !finding.message.starts_with(&path) {
        finding.message = format!("{path}: {}", finding.message);
    }
    finding
}

#[cfg(feature = "aws")]
use self::aws::{open as open_aws, open_ini as open_ec2_ini};
#[cfg(feature = "azure")]
use self::azure::open as open_azure;
#[cfg(feature = "gcp")]
use self::gcp::open as open_gcp;

#[cfg(not(feature = "aws"))]
fn open_aws(source: &sources::Source, _: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    Err(vec![lacks(source, "aws")])
}

#[cfg(not(feature = "aws"))]
fn open_ec2_ini(source: &sources::Source, _: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    Err(vec![lacks(source, "aws")])
}

#[cfg(not(feature = "azure"))]
fn open_azure(source: &sources::Source, _: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    Err(vec![lacks(source, "azure")])
}

#[cfg(not(feature = "gcp"))]
fn open_gcp(source: &sources::Source, _: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    Err(vec![lacks(source, "gcp")])
}

/// Returns the schemas of the options of all clouds that this build knows.
#[cfg_attr(
    not(any(feature = "aws", feature = "azure", feature = "gcp")),
    expect(unused_variables, reason = "a build without clouds opens none")
)]
pub(crate) fn schemas(generator: &mut SchemaGenerator) -> Vec<(Cloud, Schema)> {
    vec![
        #[cfg(feature = "aws")]
        (Cloud::Aws, generator.subschema_for::<provider_aws::Config>()),
        #[cfg(feature = "azure")]
        (Cloud::Azure, generator.subschema_for::<provider_azure::Config>()),
        #[cfg(feature = "gcp")]
        (Cloud::Gcp, generator.subschema_for::<provider_gcp::Config>()),
    ]
}

/// Returns what is known of the facts of all clouds that this build knows.
pub(crate) fn vocabularies() -> Vec<Vocabulary> {
    vec![
        #[cfg(feature = "aws")]
        provider_aws::VOCABULARY,
        #[cfg(feature = "azure")]
        provider_azure::VOCABULARY,
        #[cfg(feature = "gcp")]
        provider_gcp::VOCABULARY,
    ]
}

/// The error of a cloud that this build leaves out.
#[cfg(not(all(feature = "aws", feature = "azure", feature = "gcp")))]
fn lacks(source: &sources::Source, feature: &str) -> Diagnostic {
    let document = &source.document;
    let plugin = document.root.get("plugin").unwrap_or(&document.root);
    let message = format!("this build of cloud-inventory lacks the feature `{feature}`");
    let help = format!("build it with `--features {feature}`, or with the default features");
    Diagnostic::error(message).at(&document.source, plugin.span).help(help)
}

/// What a source tells of itself besides its hosts.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
struct About {
    /// How names of groups are made of its values.
    sanitizer: Sanitizer,
    /// The variables that its hosts may have before any rule.
    known_variables: HostVariables,
    /// The permissions that its options need.
    permissions: Vec<String>,
}

/// Puts a source together: what was `read` of its options, and the rules that are in them too.
///
/// Both are read whatever becomes of the other, so that the user sees all errors at once.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
fn assemble<S: Source + 'static>(
    source: &sources::Source,
    context: &Context<'_>,
    mut options: Options<'_>,
    dialect: grouping::Dialect,
    read: Result<(S, About, Vec<Diagnostic>), Vec<Diagnostic>>,
) -> Result<Opened, Vec<Diagnostic>> {
    let sanitizer = read.as_ref().map(|(_, about, _)| about.sanitizer).unwrap_or_default();
    let extra_variables = context.extra_variables.clone();
    let settings = grouping::Settings { dialect, sanitizer, escapes: context.escapes, extra_variables };
    let cache = PluginCache::read(&mut options);
    match (read, Rules::from_options(&mut options, settings), cache) {
        (Ok((opened, about, mut warnings)), Ok((rules, more)), Ok(cache)) => {
            warnings.extend(more);
            warnings.extend(rules.unknown_variables(&about.known_variables));
            warnings.extend(options.finish(Severity::Warning));
            let notes = notes(source, &about.permissions);
            let maker = Maker::Plugin(Arc::new(opened), Box::new(rules), cache.policy());
            Ok(Opened { path: source.path.clone(), maker, directory: cache.directory, warnings, notes })
        }
        (read, rules, cache) => {
            let mut findings = read.err().unwrap_or_default();
            findings.extend(cache.err());
            match rules {
                Ok((_, warnings)) => {
                    findings.extend(warnings);
                    findings.extend(options.finish(Severity::Warning));
                }
                // It ends the reading of rules: which options are not known cannot be told.
                Err(error) => findings.push(error),
            }
            Err(findings)
        }
    }
}

/// What `-v` tells of a source.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
fn notes(source: &sources::Source, permissions: &[String]) -> Vec<String> {
    let name = source.path.display();
    vec![format!("{name}: needs {}", permissions.join(", "))]
}
