//! What all files of one connection have in common: which scopes there are, and how each is asked.

use std::fmt;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use inventory_core::discovery::{Budget, Error, Note, Page, Plan, Provider, Scope, Setback, Traffic};
use inventory_core::value::Text;
use tokio::sync::OnceCell;

use crate::attempts::{Attempts, GLOBAL, HOME};
use crate::connection::Connection;
use crate::failure::permission;
use crate::fetch::{self, Query};
use crate::session::Session;
use crate::{facts, identity, regions, route53, transport};

/// What is asked for, whatever the form of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// How AWS is reached.
    pub(crate) connection: &'a Connection,
    /// The regions to ask; none of them means all that are enabled.
    pub(crate) regions: &'a [String],
    /// A text that names the regions that are not asked although they are enabled.
    pub(crate) excluded_regions: &'a str,
    /// What each region is asked for.
    pub(crate) query: &'a Query,
    /// The zones of Route 53 that are not asked; none where Route 53 is not asked at all.
    pub(crate) excluded_zones: Option<&'a [String]>,
}

/// A configuration that says what is asked for.
pub trait ConfigFile: fmt::Debug + Send + Sync {
    /// Returns what is asked for.
    fn wanted(&self) -> Wanted<'_>;
}

/// A source of machines that asks AWS with one connection, for what a configuration says.
pub struct Asked<F> {
    /// What the configuration says.
    pub(crate) file: F,
    budget: Budget,
    /// Opened when it is first needed.
    session: OnceCell<Session>,
    attempts: Attempts,
}

impl Wanted<'_> {
    /// Returns the IAM actions that are needed, the least there are.
    pub(crate) fn permissions(&self) -> Vec<String> {
        let mut operations = Vec::new();
        if self.connection.role.is_some() {
            operations.push("AssumeRole");
        }
        if self.regions.is_empty() {
            operations.push("DescribeRegions");
        }
        operations.push("DescribeInstances");
        if self.query.ssm {
            operations.push("GetInventory");
        }
        if self.excluded_zones.is_some() {
            operations.extend(["ListHostedZones", "ListResourceRecordSets"]);
        }
        operations.into_iter().map(permission).collect()
    }

    /// Returns the key of the facts of a scope, or of the list of scopes.
    pub(crate) fn key(&self, scope: Option<&Scope>) -> String {
        let Wanted { connection, regions, excluded_regions, query, excluded_zones } = self;
        let identity =
            identity::of(connection.access_key()).part("connection", connection).part("query", query);
        let identity = identity.part("zones", excluded_zones);
        let identity = if scope.is_none() { identity.part("regions", regions) } else { identity };
        let identity = if scope.is_none() && !excluded_regions.is_empty() {
            identity.part("excluded regions", excluded_regions)
        } else {
            identity
        };
        identity.into_text()
    }

    fn scope(&self, region: &str) -> Scope {
        let account = self.connection.account().map(Text::from);
        Scope { cloud: "aws", account, region: Some(Text::from(region)) }
    }
}

impl<F> Asked<F> {
    /// Makes one that has not asked anything.
    pub(crate) fn new(file: F, budget: Budget) -> Asked<F> {
        Asked { file, budget, session: OnceCell::new(), attempts: Attempts::default() }
    }

    async fn session(&self, wanted: &Wanted<'_>) -> Result<&Session, Error> {
        let first_region = wanted.regions.first().map(String::as_str);
        self.session
            .get_or_try_init(|| async {
                let http = transport::client(&self.budget).await?;
                Session::open(wanted.connection, first_region, http, &self.budget, &self.attempts).await
            })
            .await
    }

    /// Returns the scopes: a region each, and Route 53.
    async fn scopes(&self, wanted: Wanted<'_>) -> Result<Plan, Error> {
        let session = self.session(&wanted).await?;
        let (mut regions, warning) = if wanted.regions.is_empty() {
            regions::discover(session).await?
        } else {
            (wanted.regions.to_vec(), None)
        };
        regions.retain(|region| !wanted.excluded_regions.contains(region.as_str()));
        let mut scopes: Vec<Scope> = regions.iter().map(|region| wanted.scope(region)).collect();
        if wanted.excluded_zones.is_some() {
            scopes.push(wanted.scope(GLOBAL));
        }
        Ok(Plan { scopes, notes: warning.into_iter().map(Note::from).collect(), ..Plan::default() })
    }

    async fn pages(&self, wanted: Wanted<'_>, scope: &Scope) -> Result<Vec<Page>, Error> {
        let session = self.session(&wanted).await?;
        if let Some(excluded_zones) = wanted.excluded_zones
            && scope.region.as_deref() == Some(GLOBAL)
        {
            // Route 53 is one per partition, which any region of it tells.
            let region = wanted.regions.first().map_or_else(|| session.home_region(), String::as_str);
            let pages = route53::fetch(session, region, excluded_zones).await?;
            return Ok(pages.into_iter().map(Page::from).collect());
        }
        let region = scope.region.as_deref().unwrap_or_else(|| session.home_region());
        let region = fetch::region(session, region, wanted.query).await?;
        let notes = Page::of_notes(region.warnings.into_iter().map(Note::from).collect());
        Ok(region.pages.into_iter().map(Page::from).chain(notes).collect())
    }
}

impl<F: ConfigFile> Asked<F> {
    /// Returns the IAM actions that the configuration needs, the least there are.
    pub fn permissions(&self) -> Vec<String> {
        self.file.wanted().permissions()
    }
}

impl<F: fmt::Debug> fmt::Debug for Asked<F> {
    /// Writes what the configuration says, in which secrets hide themselves, and nothing of the session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").field("file", &self.file).finish_non_exhaustive()
    }
}

impl<F: ConfigFile> Provider for Asked<F> {
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
        Some(self.file.wanted().key(scope))
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        Box::pin(self.scopes(self.file.wanted()))
    }

    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        // What is excluded is known only when the last page is there, so the pages come at once.
        stream::once(self.pages(self.file.wanted(), scope))
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
