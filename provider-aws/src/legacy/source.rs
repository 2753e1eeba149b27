//! An `ec2.ini` as a source of hosts.

use std::fmt;
use std::path::PathBuf;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use inventory_core::config::environment::Environment;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{
    Budget, Error, Facts, NamedHost, Note, Page, Plan, Policy, Provider, Scope, Setback, Source, Traffic,
};
use inventory_core::yaml::Document;

use super::build;
use super::settings::{self, Settings};
use crate::discovery::{Discovery, Wanted};
use crate::facts;

/// A source of hosts that is configured as the inventory script `ec2.py` is.
pub struct Ec2IniSource {
    settings: Settings,
    discovery: Discovery,
}

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
        Ok((Ec2IniSource { settings, discovery: Discovery::new(budget) }, warnings))
    }

    /// Returns how long facts are kept: `cache_max_age`.
    pub fn policy(&self) -> Policy {
        self.settings.policy
    }

    /// Returns the folder in which facts are kept, in that of `cache_path`; none where the file does not say.
    pub fn directory(&self) -> Option<PathBuf> {
        self.settings.directory.clone()
    }

    /// Returns the IAM actions that the file needs, the least there are.
    pub fn permissions(&self) -> Vec<String> {
        self.wanted().permissions()
    }

    /// Returns what people may want to know: one line each.
    pub fn remarks(&self) -> Vec<String> {
        let remark = "clusters and nodes of ElastiCache are not listed, which the script lists; `elasticache = False` says \
                      that none are wanted";
        self.settings.lacks_elasticache.then(|| remark.to_owned()).into_iter().collect()
    }

    fn wanted(&self) -> Wanted<'_> {
        let Settings { connection, regions, excluded_regions, query, excluded_zones, .. } = &self.settings;
        Wanted { connection, regions, excluded_regions, query, excluded_zones: excluded_zones.as_deref() }
    }
}

impl fmt::Debug for Ec2IniSource {
    /// Writes the settings, in which secrets hide themselves, and nothing of the session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ec2IniSource").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Provider for Ec2IniSource {
    fn cloud(&self) -> &'static str {
        "aws"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &facts::KINDS
    }

    fn host_kinds(&self) -> &'static [&'static str] {
        &[facts::INSTANCE]
    }

    fn key(&self, scope: Option<&Scope>) -> Option<String> {
        Some(self.wanted().key(scope))
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        Box::pin(self.discovery.plan(self.wanted()))
    }

    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        self.discovery.fetch(self.wanted(), scope)
    }

    fn last_failure(&self, scope: Option<&Scope>) -> Option<Setback> {
        self.discovery.last_failure(scope)
    }

    fn traffic(&self, scope: Option<&Scope>) -> Traffic {
        self.discovery.traffic(scope)
    }

    fn under_way(&self, scope: Option<&Scope>) -> Vec<String> {
        self.discovery.under_way(scope)
    }
}

impl Source for Ec2IniSource {
    /// Returns none: the script makes its group `ec2` with the first host.
    fn group(&self) -> Option<&str> {
        None
    }

    fn build(&self, facts: Vec<Facts>) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
        build::hosts(&self.settings, &facts)
    }
}
