//! A session with Google Cloud: the credentials are found once, and all requests share their token and connections.

use std::sync::Arc;

use inventory_core::discovery::{Budget, Error};
use inventory_core::http::{Attempts, Transport};

use crate::client::{ADVICE, Client, quota_project};
use crate::connection::Connection;
use crate::credentials::{PLATFORM, Tokens, select};
use crate::endpoints::Endpoints;
use crate::fetch::{self, Projects};
use crate::options::Query;

/// A session with Google Cloud; it holds credentials and has no `Debug` for that reason.
pub(crate) struct Session {
    compute: Client,
    resource_manager: Client,
}

impl Session {
    /// Opens a session: finds credentials and endpoints. A token is only asked for when a request needs it.
    pub(crate) fn open(
        connection: &Connection,
        budget: &Budget,
        attempts: &Attempts,
    ) -> Result<Session, Error> {
        let transport = Transport::new(budget, attempts, &ADVICE)?;
        Session::open_with(connection, &transport, |name| std::env::var(name).ok())
    }

    /// Opens a session with a transport and the variables of an environment.
    pub(crate) fn open_with(
        connection: &Connection,
        transport: &Transport,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Session, Error> {
        let endpoints = Endpoints::find(&variable)?;
        let selected = select(connection, &variable)?;
        let charged = selected.quota_project.as_deref().map(quota_project).transpose()?;
        let identity = Arc::new(selected.identity);
        let tokens = |scopes| Arc::new(Tokens::new(Arc::clone(&identity), scopes, transport.clone()));
        let of_compute = tokens(connection.scopes.clone());
        // Resource Manager takes tokens for all of Google Cloud only.
        let fits = !identity.has_scopes() || connection.scopes.iter().any(|scope| scope == PLATFORM);
        let of_manager = if fits { Arc::clone(&of_compute) } else { tokens(vec![PLATFORM.to_owned()]) };
        let client = |tokens, url| Client::new(transport.clone(), tokens, url, charged.clone());
        Ok(Session {
            compute: client(of_compute, endpoints.compute),
            resource_manager: client(of_manager, endpoints.resource_manager),
        })
    }

    /// Returns the client of Compute Engine.
    pub(crate) fn client(&self) -> &Client {
        &self.compute
    }

    /// Returns the client of Resource Manager.
    pub(crate) fn resource_manager(&self) -> &Client {
        &self.resource_manager
    }

    /// Returns the projects that a query is about: those that it names, then those of its folders.
    pub(crate) async fn projects(&self, query: &Query) -> Result<Projects, Error> {
        fetch::projects(&self.resource_manager, query).await
    }
}

#[cfg(test)]
mod tests;
