//! Opens the clouds of a native file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use inventory_core::config::native::{Cloud, MachineSource, SourceOptions};
use inventory_core::config::options::{Located, Options};
use inventory_core::diagnostic::{Diagnostic, Source};
use inventory_core::discovery::{Asked, NativeSource, Provider};
use inventory_core::grouping::{self, Rules};
use inventory_core::name::Sanitizer;
use inventory_core::native::{self, MakeMachines};
use inventory_core::yaml::Node;

use super::{Context, Maker, NativePart, Opened};
use crate::recordings;
use crate::sources::NativeSources;

/// A source of a cloud, and what it tells of itself.
pub(super) struct Opening {
    /// What can be asked.
    pub(super) source: Arc<dyn NativeSource>,
    /// The permissions that its options need.
    pub(super) permissions: Vec<String>,
    /// What was read, but probably does not say what its author meant.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Machines, and who knows their facts.
struct Known {
    /// How messages call them, where the configuration does not say.
    label: String,
    asked: Asked,
    machines: Box<MakeMachines>,
}

/// Reads the options of all sources, and the rules, whatever becomes of the others: the user sees all errors at once.
pub(super) fn open(sources: &NativeSources, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    let NativeSources { path, document, file, parts } = sources;
    let source = &document.source;
    let (mut opened, mut warnings, mut notes, mut errors) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (place, (machines, options)) in parts.iter().enumerate() {
        let settings = options.part_settings(source, context.escapes);
        let policy = file.policy(source, options);
        let known = match machines {
            MachineSource::Cloud(cloud, node) => open_placed(*cloud, source, node, context).map(|opening| {
                let label = options.name.clone().unwrap_or_else(|| label(parts, *cloud, place));
                notes.push(format!("{}: {label}: needs {}", path.display(), opening.permissions.join(", ")));
                warnings.extend(opening.warnings);
                vec![Known::of_source(label, opening.source)]
            }),
            MachineSource::Snapshot(file) => open_snapshot(file),
        };
        match (known, settings, policy) {
            (Ok(known), Ok(settings), Ok(policy)) => {
                let settings = Arc::new(settings);
                opened.extend(known.into_iter().map(|Known { label, asked, machines }| NativePart {
                    label: options.name.clone().unwrap_or(label),
                    asked,
                    machines,
                    settings: Arc::clone(&settings),
                    policy,
                }));
            }
            (known, settings, policy) => {
                // A policy for all sources is as wrong for each.
                errors.extend(policy.err().filter(|error| !errors.contains(error)));
                errors.extend(known.err().unwrap_or_default());
                errors.extend(settings.err().unwrap_or_default());
            }
        }
    }
    let made = rules(sources, context).and_then(|(rules, more)| {
        warnings.extend(more);
        file.host_settings(source, rules, context.escapes)
    });
    match made {
        Ok(settings) if errors.is_empty() => {
            let maker = Maker::Native(opened, Box::new(settings));
            let directory = file.cache.as_ref().and_then(|cache| cache.directory.as_ref());
            let folder = path.parent().unwrap_or(Path::new(""));
            let directory = directory.map(|placed| folder.join(context.environment.with_home(&placed.value)));
            Ok(Opened { path: path.clone(), maker, directory, warnings, notes })
        }
        made => {
            errors.extend(made.err().unwrap_or_default());
            Err(errors)
        }
    }
}

/// Returns how messages call a source without a name: by its cloud, and by its place among several of that cloud.
fn label(parts: &[(MachineSource, SourceOptions)], cloud: Cloud, place: usize) -> String {
    let is_of_cloud =
        |machines: &MachineSource| matches!(machines, MachineSource::Cloud(of, _) if *of == cloud);
    let count = |parts: &[_]| parts.iter().filter(|(machines, _)| is_of_cloud(machines)).count();
    match count(parts) {
        0 | 1 => cloud.name().to_owned(),
        _ => format!("{} source {}", cloud.name(), count(&parts[..=place])),
    }
}

impl Known {
    fn of_source(label: String, source: Arc<dyn NativeSource>) -> Known {
        let asked = Asked::Provider(Arc::clone(&source) as Arc<dyn Provider>);
        Known { label, asked, machines: Box::new(move |facts| source.machines(facts)) }
    }
}

/// Reads the snapshot that a source names: each source of its run becomes one here.
fn open_snapshot(file: &Located<PathBuf>) -> Result<Vec<Known>, Vec<Diagnostic>> {
    let refuse = |message: String| vec![Diagnostic::error(message).with_origin(file.origin.clone())];
    let recordings = recordings::read(&file.value).map_err(refuse)?;
    let known = recordings.into_iter().map(|recording| {
        let cloud = recording.cloud();
        let label = format!("snapshot of {cloud}");
        Some(Known { label, asked: Asked::Recording(Arc::new(recording)), machines: machines_of(cloud)? })
    });
    let known = known.collect::<Option<Vec<Known>>>();
    known.ok_or_else(|| refuse(format!("`{}` is of clouds that this build lacks", file.value.display())))
}

/// Returns what makes machines of the facts of a cloud; none for a cloud that this build lacks.
fn machines_of(cloud: &str) -> Option<Box<MakeMachines>> {
    match cloud {
        #[cfg(feature = "aws")]
        "aws" => Some(Box::new(provider_aws::machines)),
        #[cfg(feature = "azure")]
        "azure" => Some(Box::new(provider_azure::machines)),
        #[cfg(feature = "gcp")]
        "gcp" => Some(Box::new(provider_gcp::machines)),
        _ => None,
    }
}

fn rules(
    sources: &NativeSources,
    context: &Context<'_>,
) -> Result<(Rules, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut options = Options::new(&sources.document, context.environment).map_err(|error| vec![error])?;
    let settings = grouping::Settings {
        dialect: grouping::Dialect::CONSTRUCTED,
        sanitizer: Sanitizer::Ansible,
        escapes: context.escapes,
        extra_variables: context.extra_variables.clone(),
    };
    let (rules, mut warnings) = Rules::from_options(&mut options, settings).map_err(|error| vec![error])?;
    warnings.extend(rules.unknown_variables(&native::known_variables()));
    Ok((rules, warnings))
}

/// Opens a source of a cloud; what is wrong with it as a whole has its place.
fn open_placed(
    cloud: Cloud,
    source: &Arc<Source>,
    node: &Node,
    context: &Context<'_>,
) -> Result<Opening, Vec<Diagnostic>> {
    let place = |error: Diagnostic| if error.origin.is_none() { error.at(source, node.span) } else { error };
    open_cloud(cloud, source, node, context).map_err(|errors| errors.into_iter().map(place).collect())
}

/// Opens a source of a cloud, or says which feature it lacks.
#[cfg_attr(
    not(any(feature = "aws", feature = "azure", feature = "gcp")),
    expect(unused_variables, reason = "a build without clouds opens none")
)]
fn open_cloud(
    cloud: Cloud,
    source: &Arc<Source>,
    node: &Node,
    context: &Context<'_>,
) -> Result<Opening, Vec<Diagnostic>> {
    match cloud {
        #[cfg(feature = "aws")]
        Cloud::Aws => super::aws::open_native(source, node, context),
        #[cfg(feature = "azure")]
        Cloud::Azure => super::azure::open_native(source, node, context),
        #[cfg(feature = "gcp")]
        Cloud::Gcp => super::gcp::open_native(source, node, context),
        #[cfg(not(all(feature = "aws", feature = "azure", feature = "gcp")))]
        other => {
            let message = format!("this build of cloud-inventory lacks the feature `{}`", other.name());
            let help = format!("build it with `--features {}`, or with the default features", other.name());
            Err(vec![Diagnostic::error(message).at(source, node.span).help(help)])
        }
    }
}
