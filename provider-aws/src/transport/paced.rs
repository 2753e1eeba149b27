//! The HTTP client with a limit on the requests under way, which counts them and reads every answer to its end.

use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use inventory_core::discovery::Budget;
use tokio::time::{sleep, timeout};

use super::READ_TIMEOUT;
use crate::attempts::{Attempts, is_throttle};
use crate::failure::{Connecting, connecting};

/// The wait before a connection is tried for the second time.
const RECONNECT: Duration = Duration::from_millis(300);

/// The header in which the SDK tells the number of the attempt, as in `attempt=2; max=9`.
const ATTEMPT: &str = "amz-sdk-request";

/// The connections of a source, and the limit on its requests. A clone shares them.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    /// What the SDK sends with.
    pub(super) client: SharedHttpClient,
    /// The connections of the client, for requests with its usual settings.
    pub(super) connector: SharedHttpConnector,
    pub(super) budget: Budget,
}

impl Http {
    /// Returns a client whose requests count for a region.
    pub(crate) fn counted_for(&self, attempts: &Attempts, region: &str) -> SharedHttpClient {
        SharedHttpClient::new(PacedClient { http: self.clone(), counted: Counted::new(attempts, region) })
    }

    /// Returns what sends requests that count for a region.
    pub(crate) fn paced_for(&self, attempts: &Attempts, region: &str) -> Paced {
        let (connector, budget) = (self.connector.clone(), self.budget.clone());
        Paced { connector, budget, counted: Counted::new(attempts, region) }
    }
}

/// Where requests are counted.
#[derive(Clone, Debug)]
struct Counted {
    attempts: Attempts,
    region: String,
}

impl Counted {
    fn new(attempts: &Attempts, region: &str) -> Counted {
        Counted { attempts: attempts.clone(), region: region.to_owned() }
    }
}

/// An HTTP client in which each attempt holds a permit of the budget while it is under way.
///
/// A request that waits for its next attempt holds none, so that a region that is throttled does not stop the others.
#[derive(Debug)]
struct PacedClient {
    http: Http,
    counted: Counted,
}

impl HttpClient for PacedClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.http.client.http_connector(settings, components);
        let (budget, counted) = (self.http.budget.clone(), self.counted.clone());
        SharedHttpConnector::new(Paced { connector, budget, counted })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.http.client.connector_metadata()
    }
}

/// Sends requests, each with a permit of the budget, and counts them.
#[derive(Clone, Debug)]
pub(crate) struct Paced {
    connector: SharedHttpConnector,
    budget: Budget,
    counted: Counted,
}

impl HttpConnector for Paced {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.send(request).await })
    }
}

impl Paced {
    /// Sends a request; tries to connect twice at most, and once where trying again cannot help. The SDK tries again
    /// whatever else fails.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let again = request.try_clone();
        let failure = match self.exchange(request).await {
            Ok(response) => return Ok(response),
            Err(failure) => failure,
        };
        let failure = match (connecting(&failure), again) {
            (Some(Connecting::Again), Some(request)) if self.budget.retries() > 0 => {
                sleep(RECONNECT).await;
                match self.exchange(request).await {
                    Ok(response) => return Ok(response),
                    Err(failure) => failure,
                }
            }
            _ => failure,
        };
        Err(match connecting(&failure) {
            // Without a kind, the SDK does not try again.
            Some(_) => ConnectorError::other(failure.into_source(), None),
            None => failure,
        })
    }

    /// Sends a request and reads the answer to its end, with a permit, and counts it.
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let Counted { attempts: Attempts { meter, .. }, region } = &self.counted;
        let (operation, is_retry) = (operation(&request), is_retry(&request));
        let _permit = self.budget.permit().await;
        meter.begin(region, &operation, is_retry);
        let exchanged = self.exchange_uncounted(request).await;
        meter.end(region, &operation);
        match &exchanged {
            Ok(response) if !response.status().is_success() && is_throttle(response) => {
                meter.throttled(region);
            }
            // Without a connection nothing was sent.
            Err(failure) if connecting(failure).is_some() => meter.take_back(region, is_retry),
            _ => {}
        }
        exchanged
    }

    async fn exchange_uncounted(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let mut response = self.connector.call(request).await?;
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        *response.body_mut() = SdkBody::from(read(body).await?);
        Ok(response)
    }
}

/// Writes the number of an attempt into a request.
pub(crate) fn number(request: &mut HttpRequest, attempt: u32, most: u32) -> Result<(), BoxError> {
    request.headers_mut().try_insert(ATTEMPT, format!("attempt={attempt}; max={most}"))?;
    Ok(())
}

fn is_retry(request: &HttpRequest) -> bool {
    let text = request.headers().get(ATTEMPT).unwrap_or_default();
    let attempt = text.split(';').find_map(|part| part.trim().strip_prefix("attempt="));
    attempt.is_some_and(|attempt| attempt != "1")
}

/// Returns the operation of a request: the services say it in a header, in the body or, the older ones, by the path.
fn operation(request: &HttpRequest) -> String {
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    let action = || {
        let body = std::str::from_utf8(request.body().bytes()?).ok()?;
        body.strip_prefix("Action=")?.split('&').next()
    };
    let path = || request.uri().split('?').next().unwrap_or_default();
    target.or_else(action).unwrap_or_else(path).to_owned()
}

async fn read(body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    let mut stream = ByteStream::new(body);
    let mut text = Vec::new();
    loop {
        match timeout(READ_TIMEOUT, stream.next()).await {
            Err(elapsed) => return Err(ConnectorError::timeout(elapsed.into())),
            Ok(Some(Err(fault))) => return Err(ConnectorError::io(fault.into())),
            Ok(Some(Ok(bytes))) => text.extend_from_slice(&bytes),
            Ok(None) => return Ok(text),
        }
    }
}
