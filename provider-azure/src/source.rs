//! An `azure_rm.yml` as a source of hosts.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use inventory_core::config::native::Backend;
use inventory_core::config::options::Options;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{
    Budget, Error, Facts, NamedHost, Note, Page, Plan, Provider, Scope, Setback, Source, Traffic,
};
use inventory_core::expression::{Environment, Escapes};
use inventory_core::grouping::HostVariables;
use inventory_core::http::Attempts;
use inventory_core::name::Sanitizer;
use inventory_core::value::Map;
use tokio::sync::OnceCell;

use crate::options::{self, HostSettings, Settings};
use crate::session::Session;
use crate::{build, facts, fetch, identity, variables};

/// A source of hosts that is configured as Ansible's `azure.azcollection.azure_rm` is.
pub struct AzureSource {
    settings: Settings,
    hosts: HostSettings,
    environment: Arc<Environment>,
    budget: Budget,
    session: OnceCell<Session>,
    attempts: Attempts,
}

impl AzureSource {
    /// Reads the options of an `azure_rm.yml` and returns the source, and what is odd about them.
    ///
    /// The options of groups and composed variables are left for the caller to read from the same `options`, and so is
    /// [`Options::finish`], which reports unknown keys. Templated options are filled in here, with `environment`;
    /// `escapes` says what backslashes mean in filters and names.
    /// Needs no network and no credentials.
    ///
    /// # Errors
    /// All that is wrong with the options, each with its place.
    pub fn read(
        options: &mut Options<'_>,
        environment: Arc<Environment>,
        escapes: Escapes,
        budget: Budget,
    ) -> Result<(AzureSource, Vec<Diagnostic>), Vec<Diagnostic>> {
        // Both are read whatever becomes of the other, so that the user sees all errors at once.
        let settings = options::read(options, &environment);
        let hosts = HostSettings::read(options, escapes);
        match (settings, hosts) {
            (Ok((settings, mut warnings)), Ok((hosts, more))) => {
                warnings.extend(more);
                let (session, attempts) = (OnceCell::new(), Attempts::default());
                Ok((AzureSource { settings, hosts, environment, budget, session, attempts }, warnings))
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

    /// Sets which service is asked for virtual machines, their interfaces and addresses: Resource Manager unless told.
    pub fn set_backend(&mut self, backend: Backend) {
        self.settings.query.backend = backend;
    }

    /// Sets the extra variables of the command line, for names of hosts where the options want them.
    pub fn set_extra_variables(&mut self, variables: Map) {
        self.hosts.set_extra_variables(variables);
    }

    /// Returns the names of all variables that a host may have before any rule.
    pub fn known_variables(&self) -> HostVariables {
        variables::known()
    }

    /// Returns the actions that the options need a role to allow, the least there are.
    pub fn permissions(&self) -> Vec<String> {
        self.settings.query.permissions().into_iter().map(str::to_owned).collect()
    }

    async fn session(&self) -> Result<&Session, Error> {
        self.session
            .get_or_try_init(|| Session::open(&self.settings.connection, &self.budget, &self.attempts))
            .await
    }

    async fn scopes(&self) -> Result<Plan, Error> {
        let session = self.session().await?;
        Ok(vec![Scope { cloud: "azure", account: Some(session.subscription().into()), region: None }].into())
    }

    async fn pages(&self) -> Result<Vec<Page>, Error> {
        let session = self.session().await?;
        fetch::pages(session.client(), session.subscription(), &self.settings.query).await
    }
}

impl fmt::Debug for AzureSource {
    /// Writes the settings, in which secrets hide themselves, and nothing of the session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureSource").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Provider for AzureSource {
    fn cloud(&self) -> &'static str {
        "azure"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &facts::KINDS
    }

    fn host_kinds(&self) -> &'static [&'static str] {
        &facts::HOST_KINDS
    }

    fn key(&self, _: Option<&Scope>) -> Option<String> {
        let Settings { connection, query, .. } = &self.settings;
        Some(identity::of(connection).part("query", query).into_text())
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        Box::pin(self.scopes())
    }

    fn fetch<'a>(&'a self, _: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        fetch::stream(self.pages())
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

impl Source for AzureSource {
    fn group(&self) -> Option<&str> {
        // The plugin makes no group of all its hosts.
        None
    }

    fn build(&self, facts: Vec<Facts>) -> Result<(Vec<NamedHost>, Vec<Note>), Error> {
        build::hosts(&self.hosts, &self.environment, facts)
    }
}

#[cfg(test)]
mod tests;
