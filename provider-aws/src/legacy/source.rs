//! An `ec2.ini` as a source of hosts.

use std::path::PathBuf;

use inventory_core::config::environment::Environment;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{Budget, Error, Facts, NamedHost, Note, Policy, Source};
use inventory_core::yaml::Document;

use super::build;
use super::settings::{self, Settings};
use crate::discovery::{Asked, ConfigFile, Wanted};

/// A source of hosts that is configured as the inventory script `ec2.py` is.
pub type Ec2IniSource = Asked<Settings>;

impl Ec2IniSource {
    /// Reads an `ec2.ini` and returns the source, and what is odd about the file.
    ///
    /// Needs no network and no credentials.
    ///
    /// # Errors
    /// All that is wrong with the file, each with its place.
    pub fn read(
        document: &Document,
        environment: &Environment,
        budget: Budget,
    ) -> Result<(Ec2IniSource, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (settings, warnings) = settings::read(document, environment)?;
        Ok((Asked::new(settings, budget), warnings))
    }

    /// Returns how long facts are kept: `cache_max_age`.
    pub fn policy(&self) -> Policy {
        self.file.policy
    }

    /// Returns the folder in which facts are kept, in that of `cache_path`; none where the file does not say.
    pub fn directory(&self) -> Option<PathBuf> {
        self.file.directory.clone()
    }

    /// Returns what people may want to know: one line each.
    pub fn remarks(&self) -> Vec<String> {
        let remark = "clusters and nodes of ElastiCache are not listed, which the script lists; `elasticache = False` says \
                      that none are wanted";
        self.file.lacks_elasticache.then(|| remark.to_owned()).into_iter().collect()
    }
}

impl ConfigFile for Settings {
    fn wanted(&self) -> Wanted<'_> {
        let Settings { connection, regions, excluded_regions, query, excluded_zones, .. } = self;
        Wanted { connection, regions, excluded_regions, query, excluded_zones: excluded_zones.as_deref() }
    }
}

impl Source for Ec2IniSource {
    /// Returns none: the script makes its group `ec2` with the first host.
    fn group(&self) -> Option<&str> {
        None
    }

    fn build(&self, facts: Vec<Facts>) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
        build::hosts(&self.file, &facts)
    }
}
