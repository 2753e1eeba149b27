//! An `aws_ec2.yml` as a source of hosts.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use inventory_core::config::options::Options;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{
    Budget, Error, Facts, NamedHost, Note, Page, Plan, Provider, Scope, Setback, Source, Traffic,
};
use inventory_core::expression::Environment;
use inventory_core::grouping::HostVariables;
use inventory_core::name::Sanitizer;
use inventory_core::value::Text;
use tokio::sync::OnceCell;

use crate::attempts::{Attempts, GLOBAL, HOME};
use crate::failure::permission;
use crate::options::{self, Settings};
use crate::session::Session;
use crate::{build, facts, fetch, identity, regions, route53, transport};

/// A source of hosts that is configured as Ansible's `amazon.aws.aws_ec2` is.
pub struct Ec2Source {
    settings: Settings,
    environment: Arc<Environment>,
    budget: Budget,
    session: OnceCell<Session>,
    attempts: Attempts,
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
        let (session, attempts) = (OnceCell::new(), Attempts::default());
        Ok((Ec2Source { settings, environment, budget, session, attempts }, warnings))
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
        let settings = &self.settings;
        let mut operations = Vec::new();
        if settings.connection.role.is_some() {
            operations.push("AssumeRole");
        }
        if settings.regions.is_empty() {
            operations.push("DescribeRegions");
        }
        operations.push("DescribeInstances");
        if settings.query.ssm {
            operations.push("GetInventory");
        }
        if settings.route53.is_some() {
            operations.extend(["ListHostedZones", "ListResourceRecordSets"]);
        }
        operations.into_iter().map(permission).collect()
    }

    async fn session(&self) -> Result<&Session, Error> {
        let first_region = self.settings.regions.first().map(String::as_str);
        self.session
            .get_or_try_init(|| async {
                let http = transport::client(&self.budget)?;
                let Settings { connection, .. } = &self.settings;
                Session::open(connection, first_region, http, &self.budget, &self.attempts).await
            })
            .await
    }

    async fn scopes(&self) -> Result<Plan, Error> {
        let session = self.session().await?;
        let (regions, warning) = if self.settings.regions.is_empty() {
            regions::discover(session).await?
        } else {
            (self.settings.regions.clone(), None)
        };
        let mut scopes: Vec<Scope> = regions.iter().map(|region| self.scope(region)).collect();
        if self.settings.route53.is_some() {
            scopes.push(self.scope(GLOBAL));
        }
        Ok(Plan { scopes, notes: warning.into_iter().map(Note::from).collect(), ..Plan::default() })
    }

    fn scope(&self, region: &str) -> Scope {
        let account = self.settings.connection.account().map(Text::from);
        Scope { cloud: "aws", account, region: Some(Text::from(region)) }
    }

    async fn pages(&self, scope: &Scope) -> Result<Vec<Page>, Error> {
        let session = self.session().await?;
        if let Some(route53) = &self.settings.route53
            && scope.region.as_deref() == Some(GLOBAL)
        {
            // Route 53 is one per partition, which any region of it tells.
            let region = self.settings.regions.first().map_or_else(|| session.home_region(), String::as_str);
            let pages = route53::fetch(session, region, &route53.excluded_zones).await?;
            return Ok(pages.into_iter().map(Page::from).collect());
        }
        let region = scope.region.as_deref().unwrap_or_else(|| session.home_region());
        let region = fetch::region(session, region, &self.settings.query).await?;
        let notes = Page::of_notes(region.warnings.into_iter().map(Note::from).collect());
        Ok(region.pages.into_iter().map(Page::from).chain(notes).collect())
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
        let Settings { connection, regions, query, route53, .. } = &self.settings;
        let identity =
            identity::of(connection.access_key()).part("connection", connection).part("query", query);
        let identity = identity.part("zones", &route53.as_ref().map(|route53| &route53.excluded_zones));
        let identity = if scope.is_none() { identity.part("regions", regions) } else { identity };
        Some(identity.into_text())
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        Box::pin(self.scopes())
    }

    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        // What is excluded is known only when the last page is there, so the pages come at once.
        stream::once(self.pages(scope))
            .flat_map(|pages| match pages {
                Ok(pages) => stream::iter(pages.into_iter().map(Ok).collect::<Vec<_>>()),
                Err(error) => stream::iter(vec![Err(error)]),
            })
            .boxed()
    }

    fn last_failure(&self, scope: Option<&Scope>) -> Option<Setback> {
        self.attempts.last_failure(scope.and_then(|scope| scope.region.as_deref()).unwrap_or(HOME))
    }

    fn traffic(&self, scope: Option<&Scope>) -> Traffic {
        self.attempts.traffic(scope.and_then(|scope| scope.region.as_deref()))
    }

    fn under_way(&self, scope: Option<&Scope>) -> Vec<String> {
        let region = scope.and_then(|scope| scope.region.as_deref());
        self.attempts.meter.under_way(region.unwrap_or(HOME))
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
