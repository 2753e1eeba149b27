//! Requests to a service.

use std::sync::Arc;

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::{Retries, Transport};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use serde::de::DeserializeOwned;
use url::Url;

use super::{ADVICE, failure};
use crate::credentials::{Token, Tokens};

/// Who pays for the requests of a user, whose credentials belong to no project.
const QUOTA_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");

/// Google packs its answers for programs only whose name has the word.
const PROGRAM: HeaderValue =
    HeaderValue::from_static(concat!("cloud-inventory/", env!("CARGO_PKG_VERSION"), " (gzip)"));

/// What is called, in the words of people and of Google's roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// What it does.
    pub(crate) operation: &'static str,
    /// The permission that it needs.
    pub(crate) permission: &'static str,
    /// A role that has the permission.
    pub(crate) role: &'static str,
    /// The service that must be switched on.
    pub(crate) service: &'static str,
    /// What is asked about.
    pub(crate) place: &'static str,
    /// Where that is configured.
    pub(crate) option: &'static str,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The error.
    pub(crate) error: Error,
    /// Where the service is not switched on, if that is why.
    pub(crate) disabled: Option<Disabled>,
}

/// Where a service is not switched on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Disabled {
    /// The project, such as `projects/5`, by its number; without it the one that was asked about.
    pub(crate) consumer: Option<String>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused { error, disabled: None }
    }
}

/// A client of a service. A clone shares connections and token.
#[derive(Clone)]
pub(crate) struct Client {
    transport: Transport,
    tokens: Arc<Tokens>,
    endpoint: Url,
    quota_project: Option<HeaderValue>,
}

impl Client {
    /// Makes a client of the service at `endpoint`.
    pub(crate) fn new(
        transport: Transport,
        tokens: Arc<Tokens>,
        endpoint: Url,
        quota_project: Option<HeaderValue>,
    ) -> Client {
        Client { transport, tokens, endpoint, quota_project }
    }

    /// Returns the address of a list, from the parts of its path as they are spelled.
    pub(crate) fn url<'a>(&self, path: impl IntoIterator<Item = &'a str>, query: &[(&str, &str)]) -> Url {
        let mut url = self.endpoint.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        url.query_pairs_mut().clear().extend_pairs(query);
        url
    }

    /// Asks, again where that may help, and reads the answer; `project` is empty where it is not about one.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        call: Call,
        project: &str,
        url: &Url,
    ) -> Result<T, Refused> {
        let mut retries = Retries::new(&self.transport, call.operation).about(project);
        let mut is_renewed = !self.tokens.are_renewable();
        loop {
            let token = self.tokens.get().await?;
            let mut disabled = None;
            let failure = match retries.exchange(self.request(url, &token)).await {
                Ok(answer) if answer.status == 200 => match serde_json::from_slice(&answer.body) {
                    Ok(read) => {
                        retries.done();
                        return Ok(read);
                    }
                    Err(fault) => ADVICE.malformed(call.operation, &answer, &fault),
                },
                // A token may run out, or be revoked, while pages are read.
                Ok(answer) if answer.status == 401 && !is_renewed => {
                    is_renewed = true;
                    self.tokens.renew(&token);
                    continue;
                }
                Ok(answer) => {
                    let failure;
                    (failure, disabled) = failure::refused(call, &answer);
                    // Else it may be the project that is charged which lacks the service.
                    let is_clear =
                        |disabled: &Disabled| disabled.consumer.is_some() || self.quota_project.is_none();
                    disabled = disabled.filter(is_clear);
                    failure
                }
                Err(failure) => failure,
            };
            retries.wait(failure).await.map_err(|error| Refused { error, disabled })?;
        }
    }

    fn request(&self, url: &Url, token: &Token) -> reqwest::Request {
        let mut request = reqwest::Request::new(reqwest::Method::GET, url.clone());
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, token.header());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, PROGRAM);
        if let Some(project) = &self.quota_project {
            headers.insert(QUOTA_PROJECT, project.clone());
        }
        request
    }
}

/// Returns the value of the header that names a project to charge.
pub(crate) fn quota_project(project: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(project).map_err(|_| {
        Error::new(ErrorKind::Config, "connect", "the quota project is not the id of a project")
            .with_hint("check GOOGLE_CLOUD_QUOTA_PROJECT, or `quota_project_id` in the file of credentials")
    })
}
