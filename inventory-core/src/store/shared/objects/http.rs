//! How objects are asked for: by the client of all clouds that have no library for theirs.

use std::fmt;

use async_trait::async_trait;
use object_store::client::{
    ClientConfigKey, ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest,
    HttpResponse, HttpService,
};

use crate::http::{causes, client_builder};

/// Gives `object_store` our client: its TLS, proxies and certificates.
#[derive(Debug)]
pub(super) struct Connector(reqwest::Client);

impl Connector {
    pub(super) fn new() -> Result<Connector, String> {
        let builder = client_builder().map_err(|error| error.message)?;
        // Objects are as they are: the length of the answer is that of the object.
        builder.no_gzip().build().map(Connector).map_err(|error| causes(&error))
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let allows_plain = options.get_config_value(&ClientConfigKey::AllowHttp).as_deref() == Some("true");
        Ok(HttpClient::new(Service { client: self.0.clone(), allows_plain }))
    }
}

#[derive(Debug)]
struct Service {
    client: reqwest::Client,
    /// Whether requests may go without TLS to other machines.
    allows_plain: bool,
}

/// Why a request failed, in words without its address.
#[derive(Debug)]
struct Broken(String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

fn broken(error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else if error.is_request() {
        HttpErrorKind::Request
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, Broken(causes(&error.without_url())))
}

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let refuse = |text: &str| HttpError::new(HttpErrorKind::Unknown, Broken(text.to_owned()));
        let url =
            reqwest::Url::parse(&parts.uri.to_string()).map_err(|_| refuse("the endpoint is no URL"))?;
        if url.scheme() != "https" && !self.allows_plain && !is_loopback(&url) {
            return Err(refuse(
                "the endpoint is without TLS, which only `AWS_ALLOW_HTTP=true` or the like allows",
            ));
        }
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(reqwest::Body::wrap(body));
        let response = self.client.execute(request).await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut whole = HttpResponse::new(response.bytes().await.map_err(broken)?.into());
        *whole.status_mut() = status;
        *whole.headers_mut() = headers;
        Ok(whole)
    }
}
