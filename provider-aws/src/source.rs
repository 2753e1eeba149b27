//! An `aws_ec2.yml` as a source of hosts.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use inventory_core::config::options::Options;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{
    Budget, Error, Facts, NamedHost, Note, Page, Plan, Provider, Scope, Setback, Source, Traffic,
};
use inventory_core::expression::Environment;
use inventory_core::grouping::HostVariables;
use inventory_core::name::Sanitizer;

use crate::discovery::{Discovery, Wanted};
use crate::options::{self, Settings};
use crate::{build, facts};

/// A source of hosts that is configured as Ansible's `amazon.aws.aws_ec2` is.
pub struct Ec2Source {
    settings: Settings,
    environment: Arc<Environment>,
    discovery: Discovery,
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
        Ok((Ec2Source { settings, environment, discovery: Discovery::new(budget) }, warnings))
    }

    /// Returns how names of groups are made of this source's values.
    pub fn sanitizer(&self) -> Sanitizer {
        self.settings.sanitizer
    }

    /// Returns the names of all variables that a host may have before any rule.
    pub fn known_variables(&self) -> HostVariables {
        build::known_variables(&self.settings)
    }

    /// Returns the IAM actions that the options need, the least there are.
    pub fn permissions(&self) -> Vec<String> {
        self.wanted().permissions()
    }

    fn wanted(&self) -> Wanted<'_> {
        let Settings { connection, regions, query, route53, .. } = &self.settings;
        let excluded_zones = route53.as_ref().map(|route53| route53.excluded_zones.as_slice());
        Wanted { connection, regions, excluded_regions: "", query, excluded_zones }
    }
}

impl fmt::Debug for Ec2Source {
    /// Writes the settings, in which secrets hide themselves, and nothing of the session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ec2Source").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Provider for Ec2Source {
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

impl Source for Ec2Source {
    fn group(&self) -> Option<&str> {
        Some("aws_ec2")
    }

    fn build(&self, facts: Vec<Facts>) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
        build::hosts(&self.settings, &self.environment, facts)
    }
}

#[cfg(test)]
mod tests;
