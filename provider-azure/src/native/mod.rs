//! A source of a native configuration.

mod config;
mod credentials;
mod subscriptions;

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use inventory_core::config::environment::Environment;
use inventory_core::diagnostic::{self, Diagnostic};
use inventory_core::discovery::{
    Budget, Error, Facts, NativeSource, Note, Oddities, Page, Plan, Provider, Scope, Setback, Traffic,
};
use inventory_core::host;
use inventory_core::http::{Attempts, Transport};
use inventory_core::value::record;
use tokio::sync::OnceCell;

pub use self::config::Config;
use self::subscriptions::Choice;
use crate::client::{ADVICE, Client};
use crate::connection::Connection;
use crate::fetch::{Group, Query};
use crate::session::connect;
use crate::{facts, fetch, hosts, identity, normalize};

/// A source of the machines of Azure, configured natively: many subscriptions, one identity.
pub struct NativeAzureSource {
    connection: Connection,
    choice: Choice,
    query: Query,
    budget: Budget,
    client: OnceCell<Client>,
    attempts: Attempts,
}

impl NativeAzureSource {
    /// Makes the source of its configuration, and returns what is odd about that; `source` is the text that it is from.
    ///
    /// Credentials that it does not name come from `environment`. Needs no network, and reads no credentials from files.
    ///
    /// # Errors
    /// All that is wrong with the configuration, each with its place.
    pub fn new(
        config: &Config,
        source: &Arc<diagnostic::Source>,
        environment: &Environment,
        budget: Budget,
    ) -> Result<(NativeAzureSource, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut errors = config.check(source);
        match credentials::connection(config, source, environment) {
            Ok(connection) if errors.is_empty() => {
                let (choice, query) = (Choice::new(config), config.query());
                let (client, attempts) = (OnceCell::new(), Attempts::default());
                let made = NativeAzureSource { connection, choice, query, budget, client, attempts };
                Ok((made, Vec::new()))
            }
            connection => {
                errors.extend(connection.err());
                Err(errors)
            }
        }
    }

    /// Returns the actions that the configuration needs a role to allow, the least there are.
    pub fn permissions(&self) -> Vec<String> {
        let permissions = self.choice.permissions().into_iter().chain(self.query.permissions());
        permissions.map(str::to_owned).collect()
    }

    async fn client(&self) -> Result<&Client, Error> {
        let open = async || {
            let transport = Transport::new(&self.budget, &self.attempts, &ADVICE)?;
            connect(&self.connection, transport).await.map(|(client, _)| client)
        };
        self.client.get_or_try_init(open).await
    }

    async fn scopes(&self) -> Result<Plan, Error> {
        let (subscriptions, notes) = self.choice.make(self.client().await?).await?;
        let scope = |subscription| Scope { cloud: "azure", account: Some(subscription), region: None };
        Ok(Plan { scopes: subscriptions.into_iter().map(scope).collect(), notes, ..Plan::default() })
    }

    async fn pages(&self, subscription: &str) -> Result<Vec<Page>, Error> {
        fetch::pages(self.client().await?, subscription, &self.query).await
    }

    /// Returns a note for each resource group in which no machine is: it may be misspelt.
    fn empty_groups(&self, machines: &[host::Machine]) -> Vec<Note> {
        let named = self.query.machines.iter().filter_map(|group| match group {
            Group::Named(name) => Some(name),
            Group::All => None,
        });
        let is_empty = |name: &&String| {
            let lower = name.to_lowercase();
            !machines.iter().any(|machine| {
                record::text(&machine.record, &["resource_group"]).is_some_and(|group| group == lower)
            })
        };
        let note = |name| Note::of_loss(format!("no machine is in the resource group `{name}`"));
        named.filter(is_empty).map(note).collect()
    }
}

impl fmt::Debug for NativeAzureSource {
    /// Writes the settings, in which secrets hide themselves, and nothing of the client.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NativeAzureSource { connection, choice, query, .. } = self;
        f.debug_struct("NativeAzureSource")
            .field("connection", connection)
            .field("choice", choice)
            .field("query", query)
            .finish_non_exhaustive()
    }
}

impl Provider for NativeAzureSource {
    fn cloud(&self) -> &'static str {
        "azure"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &facts::KINDS
    }

    fn host_kinds(&self) -> &'static [&'static str] {
        &facts::HOST_KINDS
    }

    fn key(&self, scope: Option<&Scope>) -> Option<String> {
        let identity = identity::of(&self.connection).part("query", &self.query);
        Some(if scope.is_none() { identity.part("choice", &self.choice) } else { identity }.into_text())
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        Box::pin(self.scopes())
    }

    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        fetch::stream(self.pages(scope.account.as_deref().unwrap_or_default()))
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

impl NativeSource for NativeAzureSource {
    fn machines(&self, facts: Vec<Facts>) -> (Vec<host::Machine>, Vec<Note>) {
        let (machines, mut notes) = machines(facts);
        notes.extend(self.empty_groups(&machines));
        (machines, notes)
    }
}

/// Makes machines of facts, whatever configuration they were fetched for.
pub fn machines(facts: Vec<Facts>) -> (Vec<host::Machine>, Vec<Note>) {
    let mut oddities = Oddities::default();
    let mut found = hosts::Machines::of(facts, false);
    let next = || found.next(&mut oddities);
    let made = |machine: hosts::Machine| host::Machine {
        host: normalize::host(&machine),
        record: machine.variables,
    };
    let machines = std::iter::from_fn(next).map(made).collect();
    (machines, oddities.into_notes())
}

#[cfg(test)]
mod tests;
