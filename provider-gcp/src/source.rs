//! A `gcp.yml` as a source of hosts.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use inventory_core::config::options::Options;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{
    Budget, Error, Facts, NamedHost, Note, Page, Plan, Provider, Scope, Setback, Source, Traffic,
};
use inventory_core::grouping::HostVariables;
use inventory_core::http::Attempts;
use inventory_core::name::Sanitizer;
use tokio::sync::OnceCell;

use crate::fetch::{self, Projects};
use crate::options::{self, HostSettings, Settings};
use crate::session::Session;
use crate::{build, facts, identity, variables};

/// A source of hosts that is configured as Ansible's `google.cloud.gcp_compute` is.
pub struct GcpSource {
    settings: Settings,
    hosts: HostSettings,
    budget: Budget,
    session: OnceCell<Session>,
    attempts: Attempts,
    /// The numbers of projects that are in folders, by their ids.
    numbers: OnceLock<HashMap<String, String>>,
}

impl GcpSource {
    /// Reads the options of a `gcp.yml` and returns the source, and what is odd about them.
    ///
    /// The options of groups and composed variables are left for the caller to read from the same `options`, and so is
    /// [`Options::finish`], which reports unknown keys. Needs no network and no credentials.
    ///
    /// # Errors
    /// All that is wrong with the options, each with its place.
    pub fn read(
        options: &mut Options<'_>,
        budget: Budget,
    ) -> Result<(GcpSource, Vec<Diagnostic>), Vec<Diagnostic>> {
        // Both are read whatever becomes of the other, so that the user sees all errors at once.
        let settings = options::read(options);
        let hosts = HostSettings::read(options);
        match (settings, hosts) {
            (Ok((settings, mut warnings)), Ok((hosts, more))) => {
                warnings.extend(more);
                let (session, attempts, numbers) = (OnceCell::new(), Attempts::default(), OnceLock::new());
                Ok((GcpSource { settings, hosts, budget, session, attempts, numbers }, warnings))
            }
            (settings, hosts) => {
                let mut errors = settings.err().unwrap_or_default();
                errors.extend(hosts.err().unwrap_or_default());
                Err(errors)
            }
        }
    }

    /// Returns how names of groups are made of this source's values.
    pub fn sanitizer(&self) -> Sanitizer {
        self.hosts.sanitizer
    }

    /// Returns the permissions that the options need a role to grant, the least there are.
    pub fn permissions(&self) -> Vec<String> {
        self.settings.query.permissions().into_iter().map(str::to_owned).collect()
    }

    /// Returns the names of the variables that hosts may have before any rule.
    pub fn known_variables(&self) -> HostVariables {
        variables::known(&self.hosts.vars_prefix)
    }

    async fn session(&self) -> Result<&Session, Error> {
        let open = async || Session::open(&self.settings.connection, &self.budget, &self.attempts);
        self.session.get_or_try_init(open).await
    }

    async fn scopes(&self) -> Result<Plan, Error> {
        let query = &self.settings.query;
        if query.projects.is_empty() && query.folders.is_empty() {
            let loss = "there are no hosts, because neither `projects` nor `folders` names anything";
            return Ok(Plan { notes: vec![Note::of_loss(loss)], ..Plan::default() });
        }
        let Projects { ids, numbers, warnings } = self.session().await?.projects(query).await?;
        self.numbers.get_or_init(|| numbers);
        let scope = |project| Scope { cloud: "gcp", account: Some(project), region: None };
        let notes = warnings.into_iter().map(Note::of_loss).collect();
        Ok(Plan { scopes: ids.into_iter().map(scope).collect(), notes, ..Plan::default() })
    }
}

impl fmt::Debug for GcpSource {
    /// Writes the settings, in which secrets hide themselves, and nothing of the session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GcpSource").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Provider for GcpSource {
    fn cloud(&self) -> &'static str {
        "gcp"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &facts::KINDS
    }

    fn host_kinds(&self) -> &'static [&'static str] {
        &[facts::INSTANCE]
    }

    fn key(&self, scope: Option<&Scope>) -> Option<String> {
        let Settings { connection, query, .. } = &self.settings;
        let identity = query.key(identity::of(connection)?);
        Some(if scope.is_none() { identity.part("query", query) } else { identity }.into_text())
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        Box::pin(self.scopes())
    }

    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        let project = scope.account.as_deref().unwrap_or_default();
        let number = self.numbers.get().and_then(|numbers| numbers.get(project)).map(String::as_str);
        stream::once(self.session())
            .flat_map(move |session| match session {
                Ok(session) => fetch::project(session.client(), project, number, &self.settings.query),
                Err(error) => stream::iter([Err(error)]).boxed(),
            })
            .boxed()
    }

    fn last_failure(&self, scope: Option<&Scope>) -> Option<Setback> {
        self.attempts.last_failure(scope.and_then(|scope| scope.account.as_deref()))
    }

    fn traffic(&self, scope: Option<&Scope>) -> Traffic {
        self.attempts.traffic(scope.and_then(|scope| scope.account.as_deref()))
    }

    fn under_way(&self, scope: Option<&Scope>) -> Vec<String> {
        self.attempts.under_way(scope.and_then(|scope| scope.account.as_deref()))
    }
}

impl Source for GcpSource {
    fn group(&self) -> Option<&str> {
        // The plugin makes no group of all its hosts.
        None
    }

    fn build(&self, facts: Vec<Facts>) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
        build::hosts(&self.hosts, self.settings.query.images, facts)
    }
}

#[cfg(test)]
mod tests;
