//! Which configuration files make the inventory, and what the program's own settings are.

use std::path::{Path, PathBuf};

use inventory_core::config::document::{self, ConfigFile, Dialect, Kind};
use inventory_core::config::environment::Environment;
use inventory_core::config::native::{self, Backend, NamedFile};
use inventory_core::config::settings::{self, Settings, Written};
use inventory_core::diagnostic::{Diagnostic, Origin};
use inventory_core::yaml::Document;

use crate::arguments::SettingsArguments;
use crate::exit::Failure;

/// The environment variable that names the configuration when the command line does not.
const CONFIG_VARIABLE: &str = "CLOUD_INVENTORY_CONFIG";

/// The configuration when nothing names one.
const DEFAULT_CONFIG: &str = "cloud-inventory.yml";

/// One source of the inventory: a plugin's file.
#[derive(Debug)]
pub(crate) struct Source {
    /// The plugin.
    pub(crate) dialect: Dialect,
    /// The path as the user gave it.
    pub(crate) path: PathBuf,
    /// What the file says.
    pub(crate) document: Document,
    /// What is asked for the machines of Azure.
    #[cfg_attr(not(feature = "azure"), expect(dead_code, reason = "for Azure only"))]
    pub(crate) backend: Backend,
}

/// All that the configuration says before any cloud is involved.
#[derive(Debug)]
pub(crate) struct Sources {
    /// The sources, in the order of the command line and of the native files.
    pub(crate) sources: Vec<Source>,
    /// The program's own settings.
    pub(crate) settings: Settings,
    /// What was read, but probably does not say what its author meant.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Returns the environment of this process; what is not Unicode is left out.
pub(crate) fn environment() -> Environment {
    let variables = std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
    Environment::new(variables, std::env::current_dir().unwrap_or_default())
}

/// Reads all configuration files: `configs`, or those that the environment or the default name.
pub(crate) fn read(
    configs: &[PathBuf],
    flags: &SettingsArguments,
    environment: &Environment,
) -> Result<Sources, Failure> {
    let mut reader = Reader::default();
    for path in paths(configs)? {
        reader.read(&path);
    }
    let settings = settings::read(reader.written, environment, flags.written());
    match settings {
        Ok((settings, warnings)) if reader.errors.is_empty() => {
            reader.warnings.extend(warnings);
            Ok(Sources { sources: reader.sources, settings, warnings: reader.warnings })
        }
        settings => {
            let errors = settings.err().unwrap_or_default();
            let is_usage = |error: &Diagnostic| matches!(error.origin.as_deref(), Some(Origin::Flag(_)));
            if reader.errors.is_empty() && !errors.is_empty() && errors.iter().all(is_usage) {
                return Err(Failure::Flags(errors));
            }
            reader.errors.extend(errors);
            Err(Failure::Config(reader.errors))
        }
    }
}

fn paths(configs: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if !configs.is_empty() {
        return Ok(configs.to_vec());
    }
    // Not from `environment`, which leaves out what is not Unicode: the name of a file need not be.
    if let Some(named) = std::env::var_os(CONFIG_VARIABLE).filter(|named| !named.is_empty()) {
        return Ok(vec![PathBuf::from(named)]);
    }
    if Path::new(DEFAULT_CONFIG).exists() {
        return Ok(vec![PathBuf::from(DEFAULT_CONFIG)]);
    }
    Err(Failure::Usage(format!(
        "no configuration: name one, such as `cloud-inventory prod.aws_ec2.yml --list`, set `{CONFIG_VARIABLE}`, or \
         make `{DEFAULT_CONFIG}` here"
    )))
}

#[derive(Default)]
struct Reader {
    sources: Vec<Source>,
    written: Vec<Written>,
    warnings: Vec<Diagnostic>,
    errors: Vec<Diagnostic>,
}

impl Reader {
    fn read(&mut self, path: &Path) {
        match document::read(path) {
            Ok(ConfigFile { path, kind: Kind::Dialect(dialect), document }) => {
                self.add(Source { dialect, path, document, backend: Backend::default() });
            }
            Ok(ConfigFile { path, kind: Kind::Native, document }) => self.read_native(&path, &document),
            Err(error) => self.errors.push(error),
        }
    }

    fn read_native(&mut self, path: &Path, document: &Document) {
        self.warnings.extend(document.warnings.iter().cloned());
        let folder = path.parent().unwrap_or(Path::new(""));
        match native::read(document, folder) {
            Ok(native) => {
                self.written.extend(native.settings);
                for source in native.sources {
                    self.read_named(source);
                }
            }
            Err(errors) => self.errors.extend(errors),
        }
    }

    /// Reads a plugin's file that a native one names.
    fn read_named(&mut self, source: NamedFile) {
        let NamedFile { path: file, backend } = source;
        match document::read(&file.value) {
            Ok(ConfigFile { path, kind: Kind::Dialect(dialect), document }) => {
                if let Some(backend) = backend.as_ref().filter(|_| dialect != Dialect::AzureRm) {
                    let message = format!("`backend` is only for Azure, and `{}` is not", path.display());
                    self.errors.push(
                        Diagnostic::error(message)
                            .with_origin(backend.origin.clone())
                            .label("expected a source without `backend`"),
                    );
                }
                let backend = backend.map(|backend| backend.value).unwrap_or_default();
                self.add(Source { dialect, path, document, backend });
            }
            Ok(_) => self.errors.push(
                Diagnostic::error(format!("`{}` is a native configuration", file.value.display()))
                    .with_origin(file.origin)
                    .label("expected the file of a plugin, such as `aws_ec2.yml`"),
            ),
            // A file that cannot be opened has no place of its own: the one that names it helps.
            Err(error) if error.origin.is_none() => self.errors.push(error.with_origin(file.origin)),
            Err(error) => self.errors.push(error),
        }
    }

    fn add(&mut self, source: Source) {
        self.warnings.extend(source.document.warnings.iter().cloned());
        self.sources.push(source);
    }
}

impl SettingsArguments {
    /// Returns the settings that the command line gives.
    fn written(&self) -> Vec<Written> {
        let flags = [
            ("deadline", &self.deadline),
            ("max_in_flight", &self.max_in_flight),
            ("retries", &self.retries),
            ("escapes", &self.escapes),
        ];
        flags.into_iter().filter_map(|(name, text)| Some(settings::flag(name, text.clone()?))).collect()
    }
}
