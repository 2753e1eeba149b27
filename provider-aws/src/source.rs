//! An `aws_ec2.yml` as a source of hosts.

use std::fmt;
use std::sync::Arc;

use inventory_core::config::options::Options;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{Budget, Error, Facts, NamedHost, Note, Source};
use inventory_core::expression::Environment;
use inventory_core::grouping::HostVariables;
use inventory_core::name::Sanitizer;

use crate::build;
use crate::discovery::{Asked, ConfigFile, Wanted};
use crate::options::{self, Settings};

/// A source of hosts that is configured as Ansible's `amazon.aws.aws_ec2` is.
pub type Ec2Source = Asked<PluginFile>;

/// What an `aws_ec2.yml` says.
pub struct PluginFile {
    settings: Settings,
    environment: Arc<Environment>,
}

impl Ec2Source {
    /// Reads the options of an `aws_ec2.yml` and returns the source, and what is odd about them.
    ///
    /// The options of groups and composed variables are left for the caller to read from the same `options`, and so is
    /// [`Options::finish`], which reports unknown keys. Templated options are filled in here, with `environment`.
    /// Needs no network and no credentials.
    ///
    /// # Errors
    /// All that is wrong with the options, each with its place.
    pub fn read(
        options: &mut Options<'_>,
        environment: Arc<Environment>,
        budget: Budget,
    ) -> Result<(Ec2Source, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (settings, warnings) = options::read(options, &environment)?;
        Ok((Asked::new(PluginFile { settings, environment }, budget), warnings))
    }

    /// Returns how names of groups are made of this source's values.
    pub fn sanitizer(&self) -> Sanitizer {
        self.file.settings.sanitizer
    }

    /// Returns the names of all variables that a host may have before any rule.
    pub fn known_variables(&self) -> HostVariables {
        build::known_variables(&self.file.settings)
    }
}

impl ConfigFile for PluginFile {
    fn wanted(&self) -> Wanted<'_> {
        let Settings { connection, regions, query, route53, .. } = &self.settings;
        let excluded_zones = route53.as_ref().map(|route53| route53.excluded_zones.as_slice());
        Wanted { connection, regions, excluded_regions: "", query, excluded_zones }
    }
}

impl fmt::Debug for PluginFile {
    /// Writes the settings, in which secrets hide themselves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(f)
    }
}

impl Source for Ec2Source {
    fn group(&self) -> Option<&str> {
        Some("aws_ec2")
    }

    fn build(&self, facts: Vec<Facts>) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
        build::hosts(&self.file.settings, &self.file.environment, facts)
    }
}

#[cfg(test)]
mod tests;
