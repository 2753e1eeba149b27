//! A source of a native configuration.

mod config;
mod credentials;
mod projects;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use inventory_core::config::environment::Environment;
use inventory_core::diagnostic::{self, Diagnostic};
use inventory_core::discovery::{
    Budget, Error, Facts, NativeSource, Note, Oddities, Page, Plan, Provider, Scope, Setback, Traffic,
};
use inventory_core::host;
use inventory_core::http::Attempts;
use tokio::sync::OnceCell;

pub use self::config::Config;
use self::projects::Choice;
use crate::connection::Connection;
use crate::fetch::{self, Projects};
use crate::options::Query;
use crate::session::Session;
use crate::{facts, hosts, identity, normalize};

/// A source of the machines of Google Cloud, configured natively.
pub struct NativeGcpSource {
    connection: Connection,
    choice: Choice,
    query: Query,
    budget: Budget,
    session: OnceCell<Session>,
    attempts: Attempts,
    /// The numbers of projects that were found, by their ids.
    numbers: OnceLock<HashMap<String, String>>,
}

impl NativeGcpSource {
    /// Makes the source of its configuration, and returns what is odd about that; `source` is the text that it is from.
    ///
    /// Credentials that it does not name come from `environment`. Needs no network and no credentials.
    ///
    /// # Errors
    /// All that is wrong with the configuration, each with its place where it has one.
    pub fn new(
        config: &Config,
        source: &Arc<diagnostic::Source>,
        environment: &Environment,
        budget: Budget,
    ) -> Result<(NativeGcpSource, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut errors = config.check(source);
        let query = config.query();
        if query.projects.is_empty() && query.folders.is_empty() && errors.is_empty() {
            let error = Diagnostic::error("a source of `gcp` names no projects");
            errors.push(error.help("write `projects: [ID]`, `folders: [NUMBER]` or `organization: NUMBER`"));
        }
        match credentials::connection(config, source, environment) {
            Ok(connection) if errors.is_empty() => {
                let (session, attempts, numbers) = (OnceCell::new(), Attempts::default(), OnceLock::new());
                let choice = Choice::new(config);
                let made = NativeGcpSource { connection, choice, query, budget, session, attempts, numbers };
                Ok((made, config.doubts(source)))
            }
            connection => {
                errors.extend(connection.err().unwrap_or_default());
                Err(errors)
            }
        }
    }

    /// Returns the permissions that the configuration needs a role to grant, the least there are.
    pub fn permissions(&self) -> Vec<String> {
        self.query.permissions().into_iter().map(str::to_owned).collect()
    }

    async fn session(&self) -> Result<&Session, Error> {
        let open = async || Session::open(&self.connection, &self.budget, &self.attempts);
        self.session.get_or_try_init(open).await
    }

    async fn scopes(&self) -> Result<Plan, Error> {
        let client = self.session().await?.resource_manager();
        let (Projects { ids, numbers, .. }, notes) = self.choice.make(client, &self.query).await?;
        self.numbers.get_or_init(|| numbers);
        let scope = |project| Scope { cloud: "gcp", account: Some(project), region: None };
        Ok(Plan { scopes: ids.into_iter().map(scope).collect(), notes, ..Plan::default() })
    }
}

impl fmt::Debug for NativeGcpSource {
    /// Writes the settings, in which secrets hide themselves, and nothing of the session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NativeGcpSource { connection, choice, query, .. } = self;
        f.debug_struct("NativeGcpSource")
            .field("connection", connection)
            .field("choice", choice)
            .field("query", query)
            .finish_non_exhaustive()
    }
}

impl Provider for NativeGcpSource {
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
        let identity = self.query.key(identity::of(&self.connection)?);
        Some(match scope {
            Some(_) => identity.into_text(),
            None => identity.part("query", &self.query).part("choice", &self.choice).into_text(),
        })
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        Box::pin(self.scopes())
    }

    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        let project = scope.account.as_deref().unwrap_or_default();
        let number = self.numbers.get().and_then(|numbers| numbers.get(project)).map(String::as_str);
        stream::once(self.session())
            .flat_map(move |session| match session {
                Ok(session) => fetch::project(session.client(), project, number, &self.query),
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

impl NativeSource for NativeGcpSource {
    fn machines(&self, facts: Vec<Facts>) -> (Vec<host::Machine>, Vec<Note>) {
        machines_of(facts, self.query.images)
    }
}

/// Makes machines of facts, whatever configuration they were fetched for.
///
/// Their images are known where disks are among the facts.
pub fn machines(facts: Vec<Facts>) -> (Vec<host::Machine>, Vec<Note>) {
    let with_images = facts.iter().any(|facts| facts.kind == facts::DISK);
    machines_of(facts, with_images)
}

fn machines_of(facts: Vec<Facts>, with_images: bool) -> (Vec<host::Machine>, Vec<Note>) {
    let mut oddities = Oddities::default();
    let found = hosts::machines(facts, with_images, &mut oddities);
    let made = |machine: hosts::Machine| {
        let host = normalize::host(&machine.variables);
        host::Machine { host, record: Arc::new(machine.variables) }
    };
    (found.into_iter().map(made).collect(), oddities.into_notes())
}

#[cfg(test)]
mod tests;
