//! Which configuration files make the inventory, and what the program's own settings are.

use std::path::{Path, PathBuf};

use inventory_core::config::ansible;
use inventory_core::config::document::{self, ConfigFile, Decrypted, Dialect, Kind};
use inventory_core::config::environment::Environment;
use inventory_core::config::native::{self, Backend, MachineSource, NativeFile, SourceKind, SourceOptions};
use inventory_core::config::options::Located;
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
    pub(crate) backend: Backend,
}

/// The sources of one native file that give machines: one set of rules makes hosts of all of them.
#[derive(Debug)]
pub(crate) struct NativeSources {
    /// The path as the user gave it.
    pub(crate) path: PathBuf,
    /// What the file says, for its rules.
    pub(crate) document: Document,
    /// What the file says of hosts.
    pub(crate) file: NativeFile,
    /// Each source: where its machines come from, and what holds for them only.
    pub(crate) parts: Vec<(MachineSource, SourceOptions)>,
}

/// What hosts are made of, as a unit.
#[derive(Debug)]
pub(crate) enum Unit {
    /// A plugin's file.
    Plugin(Source),
    /// The machines of a native file.
    Native(Box<NativeSources>),
}

/// All that the configuration says before any cloud is involved.
#[derive(Debug)]
pub(crate) struct Sources {
    /// What there is, in the order of the command line and of the native files; the machines of a native file are in
    /// the place of the first of them.
    pub(crate) units: Vec<Unit>,
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
    read_decrypted(configs, Decrypted::default(), flags, environment)
}

/// Reads all configuration files as [`read`] does, with what was encrypted in them.
pub(crate) fn read_decrypted(
    configs: &[PathBuf],
    decrypted: Decrypted,
    flags: &SettingsArguments,
    environment: &Environment,
) -> Result<Sources, Failure> {
    let mut reader = Reader { decrypted, ..Reader::default() };
    for path in paths(configs)? {
        reader.read(&path);
    }
    reader.finish(environment, flags)
}

/// Returns the machines of a snapshot as the only source, by the rules of a configuration that says nothing.
pub(crate) fn of_snapshot(
    file: &Path,
    flags: &SettingsArguments,
    environment: &Environment,
) -> Result<Sources, Failure> {
    let refuse = |error: Diagnostic| Failure::Config(vec![error]);
    let Some(path) = file.to_str() else {
        return Err(Failure::Usage(format!("`{}` is not Unicode", file.display())));
    };
    let text = serde_json::json!({"sources": [{"snapshot": path}], "collisions": "qualify"}).to_string();
    let document = inventory_core::yaml::read(path, text.as_bytes()).map_err(refuse)?;
    let mut reader = Reader::default();
    // The path is one from here, not from the folder of a file.
    reader.read_native(PathBuf::new(), document);
    reader.finish(environment, flags)
}

/// Returns the files that are read: `configs`, or those that the environment or the default name.
pub(crate) fn paths(configs: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
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
    decrypted: Decrypted,
    units: Vec<Unit>,
    written: Vec<Written>,
    warnings: Vec<Diagnostic>,
    errors: Vec<Diagnostic>,
}

impl Reader {
    fn read(&mut self, path: &Path) {
        match document::read(path, &self.decrypted) {
            Ok(ConfigFile { path, kind: Kind::Dialect(dialect), document }) => {
                self.add(Source { dialect, path, document, backend: Backend::default() });
            }
            Ok(ConfigFile { path, kind: Kind::Native, document }) => {
                self.warnings.extend(ansible::taken_for_an_inventory(&path, &document));
                self.read_native(path, document);
            }
            Err(error) => self.errors.push(error),
        }
    }

    fn read_native(&mut self, path: PathBuf, document: Document) {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let native = match native::read(&document, &folder) {
            Ok(native) => native,
            Err(errors) => return self.errors.extend(errors),
        };
        self.written.extend(native.settings);
        let (mut parts, mut place) = (Vec::new(), None);
        for source in native.sources {
            match source.kind {
                SourceKind::Machines(machines) => {
                    place.get_or_insert(self.units.len());
                    parts.push((machines, source.options));
                }
                SourceKind::File(file, backend) => self.read_named(&file, backend),
            }
        }
        if let Some(place) = place {
            let native = NativeSources { path, document, file: native.file, parts };
            self.units.insert(place, Unit::Native(Box::new(native)));
        }
    }

    /// Reads a plugin's file that a native one names.
    fn read_named(&mut self, file: &Located<PathBuf>, backend: Option<Located<Backend>>) {
        match document::read(&file.value, &self.decrypted) {
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
                    .with_origin(file.origin.clone())
                    .label("expected the file of a plugin, such as `aws_ec2.yml`"),
            ),
            // A file that cannot be opened has no place of its own: the one that names it helps.
            Err(error) if error.origin.is_none() => self.errors.push(error.with_origin(file.origin.clone())),
            Err(error) => self.errors.push(error),
        }
    }

    /// Returns what was read, with the settings of all layers.
    fn finish(mut self, environment: &Environment, flags: &SettingsArguments) -> Result<Sources, Failure> {
        match settings::read(self.written, environment, flags.written()) {
            Ok((settings, warnings)) if self.errors.is_empty() => {
                self.warnings.extend(warnings);
                Ok(Sources { units: self.units, settings, warnings: self.warnings })
            }
            settings => {
                let errors = settings.err().unwrap_or_default();
                let is_usage = |error: &Diagnostic| matches!(error.origin.as_deref(), Some(Origin::Flag(_)));
                if self.errors.is_empty() && !errors.is_empty() && errors.iter().all(is_usage) {
                    return Err(Failure::Flags(errors));
                }
                self.errors.extend(errors);
                Err(Failure::Config(self.errors))
            }
        }
    }

    fn add(&mut self, source: Source) {
        self.warnings.extend(source.document.warnings.iter().cloned());
        self.units.push(Unit::Plugin(source));
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
            ("cache_directory", &self.cache_directory),
            ("cache_store", &self.cache_store),
        ];
        flags.into_iter().filter_map(|(name, text)| Some(settings::flag(name, text.clone()?))).collect()
    }
}
