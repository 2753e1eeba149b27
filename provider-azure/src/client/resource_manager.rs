//! Requests to Azure Resource Manager.

use std::sync::Arc;
use std::time::Duration;

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::{Answer, Failure, Retries, Retry, Transport};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use url::Url;

use super::failure::{self, Fault};
use super::pace::Pace;
use super::{ADVICE, Page};
use crate::credentials::{Token, Tokens};

/// What is called, in the words of people and of Azure's roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// What it does.
    pub(crate) operation: &'static str,
    /// The action that a role must allow.
    pub(crate) permission: &'static str,
}

/// The code of a token that ran out while pages were read, and those that services use for the same.
const EXPIRED: [&str; 3] =
    ["ExpiredAuthenticationToken", "InvalidAuthenticationToken", "AuthenticationFailed"];

/// A client of Resource Manager. A clone shares connections, token and pace, and is about the same subscription.
#[derive(Clone)]
pub(crate) struct Client {
    transport: Transport,
    tokens: Arc<Tokens>,
    endpoint: Url,
    /// The subscription that is asked about; empty where there is none.
    subscription: Arc<str>,
    pace: Arc<Pace>,
    /// That of Resource Graph, which has a quota of its own.
    pub(super) graph_pace: Arc<Pace>,
}

/// One request: gets, or posts what there is to post.
pub(super) struct Asked<'a> {
    pub(super) url: &'a Url,
    pub(super) body: Option<String>,
    pub(super) pace: &'a Pace,
}

impl Client {
    /// Makes a client of the Resource Manager at `endpoint`.
    pub(crate) fn new(transport: Transport, tokens: Tokens, endpoint: Url) -> Client {
        let (pace, graph_pace) = (Arc::new(Pace::new()), Arc::new(Pace::new()));
        let (tokens, subscription) = (Arc::new(tokens), Arc::from(""));
        Client { transport, tokens, endpoint, subscription, pace, graph_pace }
    }

    /// Returns a client whose requests are about a subscription, which has limits of its own at Resource Manager.
    pub(crate) fn about(&self, subscription: &str) -> Client {
        Client { subscription: subscription.into(), pace: Arc::new(Pace::new()), ..self.clone() }
    }

    /// Returns the address of a resource or list, from the parts of its path as they are spelled.
    pub(crate) fn url<'a>(
        &self,
        path: impl IntoIterator<Item = &'a str>,
        api_version: &str,
        query: &[(&str, &str)],
    ) -> Url {
        let mut url = self.endpoint.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        url.query_pairs_mut().clear().append_pair("api-version", api_version).extend_pairs(query);
        url
    }

    /// Gets the token, so that requests that begin at once do not each find out that there is none.
    pub(crate) async fn authorize(&self) -> Result<(), Error> {
        self.tokens.get().await.map(drop)
    }

    /// Gets one page of a list.
    pub(crate) async fn page(&self, call: Call, url: &Url) -> Result<Page, Error> {
        self.get(call, url).await
    }

    /// Gets one resource, as its text.
    pub(crate) async fn resource(&self, call: Call, url: &Url) -> Result<Box<RawValue>, Error> {
        self.get(call, url).await
    }

    /// Returns the address of the next page.
    ///
    /// Fails when it is on another host, which must not see the token.
    pub(crate) fn next(&self, call: Call, current: &Url, page: &Page) -> Result<Option<Url>, Error> {
        let Some(link) = page.next_link.as_deref().filter(|link| !link.is_empty()) else { return Ok(None) };
        let fail = |message| Err(Error::new(ErrorKind::BadResponse, call.operation, message));
        let Ok(mut next) = current.join(link) else {
            return fail("the link of the next page is not an address".to_owned());
        };
        // Behind something that ends TLS the links name the scheme that it is reached by.
        if self.endpoint.scheme() == "http" && next.scheme() == "https" {
            let port = next.port();
            if next.set_scheme("http").is_err() || next.set_port(port).is_err() {
                return fail("the link of the next page is not an address".to_owned());
            }
        }
        if next.origin() != self.endpoint.origin() {
            let host = next.host_str().unwrap_or_default();
            return fail(match self.endpoint.host_str() == Some(host) {
                true => format!(
                    "the link of the next page leads elsewhere, to `{}`",
                    next.origin().ascii_serialization()
                ),
                false => format!("the link of the next page leads to another host, `{host}`"),
            });
        }
        Ok(Some(next))
    }

    async fn get<T: DeserializeOwned>(&self, call: Call, url: &Url) -> Result<T, Error> {
        self.read(call, &Asked { url, body: None, pace: &self.pace }).await
    }

    /// Asks, again where that may help, and reads the answer.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: Call, asked: &Asked<'_>) -> Result<T, Error> {
        let mut retries = Retries::new(&self.transport, call.operation).about(&self.subscription);
        let mut is_renewed = false;
        loop {
            asked.pace.turn(call.operation, self.transport.end()).await?;
            let token = self.tokens.get().await?;
            let failure = match self.ask(&mut retries, asked, &token).await {
                Ok(answer) if answer.status == 200 => match serde_json::from_slice(&answer.body) {
                    Ok(read) => {
                        retries.done();
                        asked.pace.relax();
                        return Ok(read);
                    }
                    Err(fault) => ADVICE.malformed(call.operation, &answer, &fault),
                },
                Ok(answer) if !is_renewed && is_expired(&answer) => {
                    is_renewed = true;
                    self.tokens.renew(&token);
                    continue;
                }
                Ok(answer) => failure::refused(call, &answer),
                Err(failure) => failure,
            };
            hold(asked.pace, &failure);
            retries.wait(failure).await?;
        }
    }

    async fn ask(
        &self,
        retries: &mut Retries<'_>,
        asked: &Asked<'_>,
        token: &Token,
    ) -> Result<Answer, Failure> {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        let method = if asked.body.is_some() { reqwest::Method::POST } else { reqwest::Method::GET };
        let mut request = reqwest::Request::new(method, asked.url.clone());
        if let Some(body) = &asked.body {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
            *request.body_mut() = Some(body.clone().into());
        }
        request.headers_mut().insert(AUTHORIZATION, token.header());
        request.headers_mut().insert(ACCEPT, JSON);
        let answer = retries.exchange(request).await?;
        asked.pace.note(&answer.headers);
        Ok(answer)
    }
}

/// Holds the other requests back too when the service asks for time.
fn hold(pace: &Pace, failure: &Failure) {
    if let (ErrorKind::Throttled, Retry::Later(asked)) = (failure.error.kind, failure.retry) {
        pace.back_off(asked.unwrap_or_default().min(Duration::from_secs(60)));
    }
}

fn is_expired(answer: &Answer) -> bool {
    answer.status == 401
        && Fault::read(&answer.body).is_some_and(|fault| EXPIRED.contains(&fault.code.as_str()))
}
