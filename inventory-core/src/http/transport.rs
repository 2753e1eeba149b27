//! The HTTP client: TLS, proxies, timeouts.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::HeaderMap;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::time::Instant;
use url::Url;

use super::{Advice, Attempts, Retries, proxies};
use crate::discovery::{Budget, Error, ErrorKind, Waits};

/// The variable that names a file with certificates to trust, as Python's `requests` reads it.
const BUNDLE_VARIABLE: &str = "REQUESTS_CA_BUNDLE";

/// The variables that name the certificates to trust instead of the system's.
const STORE_VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The longest that is waited for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest silence while an answer is read.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, unpacked.
    pub body: Vec<u8>,
}

/// The connections of a source, and what its requests may cost. A clone shares them.
#[derive(Clone, Debug)]
pub struct Transport {
    http: reqwest::Client,
    pub(super) budget: Budget,
    pub(super) attempts: Attempts,
    pub(super) waits: Waits,
    pub(super) advice: &'static Advice,
}

impl Transport {
    /// Sets the client up: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are honoured. Trusted are the
    /// certificates of `REQUESTS_CA_BUNDLE`, `SSL_CERT_FILE` and `SSL_CERT_DIR`, and the system's without any of them.
    pub fn new(budget: &Budget, attempts: &Attempts, advice: &'static Advice) -> Result<Transport, Error> {
        let http = client_builder()?.build().map_err(|fault| unusable(&fault))?;
        let (budget, attempts, waits) = (budget.clone(), attempts.clone(), Waits::default());
        Ok(Transport { http, budget, attempts, waits, advice })
    }

    /// Takes other waits between attempts.
    #[must_use]
    pub fn with_waits(self, waits: Waits) -> Transport {
        Transport { waits, ..self }
    }

    /// Returns what people are told to look at when this cloud cannot be asked.
    pub fn advice(&self) -> &'static Advice {
        self.advice
    }

    /// Returns the instant at which the run fails.
    pub fn end(&self) -> Instant {
        self.budget.end()
    }

    /// Sends a request and reads the answer to its end.
    pub(super) async fn exchange(&self, request: reqwest::Request) -> Result<Answer, reqwest::Error> {
        let response = self.http.execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = Vec::from(response.bytes().await?);
        Ok(Answer { status, headers, body })
    }

    /// Gets what needs no token.
    pub async fn get_plain(&self, operation: &'static str, url: Url) -> Result<Vec<u8>, Error> {
        let mut retries = Retries::new(self, operation);
        loop {
            let request = reqwest::Request::new(reqwest::Method::GET, url.clone());
            let failure = match retries.exchange(request).await {
                Ok(answer) if answer.status == 200 => {
                    retries.done();
                    return Ok(answer.body);
                }
                Ok(answer) => self.advice.unknown(operation, &answer),
                Err(failure) => failure,
            };
            retries.wait(failure).await?;
        }
    }
}

fn unusable(reason: &dyn Display) -> Error {
    Error::new(ErrorKind::Config, "connect", format!("cannot set up TLS: {reason}"))
}

/// Returns what a client is made of, with the settings of [`Transport::new`].
pub(crate) fn client_builder() -> Result<reqwest::ClientBuilder, Error> {
    proxies::check(|name| std::env::var(name).ok())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|fault| unusable(&fault))?
        .with_root_certificates(trusted()?)
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("cloud-inventory/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT))
}

/// Returns the certificates to trust, only those that the TLS library takes.
fn trusted() -> Result<RootCertStore, Error> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|text| !text.is_empty());
    let mut roots = RootCertStore::empty();
    let bundle = std::env::var_os(BUNDLE_VARIABLE).filter(|path| !path.is_empty());
    if let Some(path) = &bundle {
        roots.add_parsable_certificates(read_bundle(BUNDLE_VARIABLE, Path::new(path))?);
    }
    if let Some(path) = std::env::var_os(STORE_VARIABLES[0]).filter(|path| !path.is_empty()) {
        // Without a certificate of its own, the store would blame the peer for what is wrong with this file.
        read_bundle(STORE_VARIABLES[0], Path::new(&path))?;
    }
    // A bundle takes the place of the system's certificates, but not of those that are named besides.
    if bundle.is_none() || STORE_VARIABLES.iter().any(|name| is_set(name)) {
        roots.roots.extend_from_slice(&of_system().roots);
    }
    Ok(roots)
}

/// Returns the certificates of the system or of the variables that stand for it: hundreds, read once for all sources.
fn of_system() -> &'static RootCertStore {
    static SYSTEM: OnceLock<RootCertStore> = OnceLock::new();
    SYSTEM.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots
    })
}

/// Reads the certificates of a file that a variable names.
fn read_bundle(variable: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let fail = |reason: &dyn Display| {
        let message = format!("cannot read `{}`, which `{variable}` names: {reason}", path.display());
        Error::new(ErrorKind::Config, "connect", message)
    };
    let text = std::fs::read(path).map_err(|fault| fail(&fault))?;
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&text).collect::<Result<_, _>>().map_err(|fault| fail(&fault))?;
    if certificates.is_empty() { Err(fail(&"it holds no certificate")) } else { Ok(certificates) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_named_with_its_variable() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let garbled = "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n";
        for path in [path("empty.pem", ""), path("garbled.pem", garbled), folder.path().join("none.pem")] {
            let error = read_bundle("SSL_CERT_FILE", &path).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config);
            let start = format!("cannot read `{}`, which `SSL_CERT_FILE` names: ", path.display());
            assert!(error.message.starts_with(&start), "{error}");
        }
    }
}
