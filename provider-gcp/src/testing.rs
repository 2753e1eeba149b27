//! What the tests of several modules need.

mod facts;

use inventory_core::config::environment;
use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Severity};

pub(crate) use self::facts::facts_of;
use crate::options::{Settings, read};

/// Reads options from YAML and environment variables; returns what is odd too.
pub(crate) fn settings(
    yaml: &str,
    variables: &[(&str, &str)],
) -> Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
    let document = inventory_core::yaml::read("gcp.yml", yaml.as_bytes()).unwrap();
    let environment = environment::Environment::new(variables.iter().copied(), "/work");
    let mut options = Options::new(&document, &environment).unwrap();
    let (settings, mut warnings) = read(&mut options)?;
    warnings.extend(options.finish(Severity::Warning));
    Ok((settings, warnings))
}
