//! HTTPS: proxies and trusted certificates from the environment.

mod address;
mod paced;

use std::fmt::Display;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use base64::Engine;
use inventory_core::discovery::{Budget, Error, ErrorKind};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

pub(crate) use self::address::is_endpoint;
pub(crate) use self::paced::{Http, Paced, number};
use crate::task::elsewhere;

/// The longest that is waited for a connection.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest silence while an answer is read.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// The variables that name a file with the only certificates to trust, as botocore reads them.
const BUNDLE_VARIABLES: [&str; 2] = ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"];

/// Returns the HTTP client that all services share, with its connections.
///
/// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are honoured. Trusted are the certificates of
/// `AWS_CA_BUNDLE` or `REQUESTS_CA_BUNDLE`, else those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the system's.
/// Fails when such a file cannot be read, and when a variable with the address of a proxy or endpoint holds none.
pub(crate) async fn client(budget: &Budget) -> Result<Http, Error> {
    let budget = budget.clone();
    // The certificates take milliseconds to read, in which the other clouds are asked already.
    elsewhere("connect", async move { client_here(budget) }).await?
}

fn client_here(budget: Budget) -> Result<Http, Error> {
    address::check_environment(|name| std::env::var(name).ok())?;
    let context = TlsContext::builder()
        .with_trust_store(trust()?)
        .build()
        .map_err(|fault| Error::new(ErrorKind::Config, "connect", format!("cannot set up TLS: {fault}")))?;
    let connector = move |settings: &HttpConnectorSettings| {
        let builder = Connector::builder()
            .proxy_config(ProxyConfig::from_env())
            .connector_settings(settings.clone())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()));
        builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(context.clone()).build()
    };
    let usual = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT);
    let usual = SharedHttpConnector::new(connector(&usual.build()));
    let others = move |settings: Option<&HttpConnectorSettings>, _: Option<&RuntimeComponents>| {
        connector(settings.unwrap_or(&HttpConnectorSettings::default()))
    };
    let others = SharedHttpClient::new(Builder::new().build_with_connector_fn(others));
    let client = SharedHttpClient::new(Pool { usual: usual.clone(), others });
    Ok(Http { client, connector: usual, budget })
}

/// The connections of all services: one pool for the usual settings, and one for each of the others.
#[derive(Debug)]
struct Pool {
    usual: SharedHttpConnector,
    others: SharedHttpClient,
}

impl HttpClient for Pool {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let times = (settings.connect_timeout(), settings.read_timeout());
        if times == (Some(CONNECT_TIMEOUT), Some(READ_TIMEOUT)) {
            return self.usual.clone();
        }
        self.others.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.others.connector_metadata()
    }
}

/// Returns the certificates to trust, only those that the TLS library takes: it panics over any other.
fn trust() -> Result<TrustStore, Error> {
    let bundle = BUNDLE_VARIABLES.iter().find_map(|name| Some((name, std::env::var_os(name)?)));
    if let Some((name, path)) = bundle.filter(|(_, path)| !path.is_empty()) {
        return Ok(store(read_bundle(name, Path::new(&path))?));
    }
    // Hundreds, read once for all sources.
    static SYSTEM: OnceLock<TrustStore> = OnceLock::new();
    Ok(SYSTEM.get_or_init(|| store(rustls_native_certs::load_native_certs().certs)).clone())
}

fn store(certificates: Vec<CertificateDer<'static>>) -> TrustStore {
    let mut roots = RootCertStore::empty();
    let mut store = TrustStore::empty();
    for certificate in certificates {
        if roots.add(certificate.clone()).is_ok() {
            store = store.with_pem_certificate(to_pem(&certificate));
        }
    }
    store
}

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

fn to_pem(certificate: &CertificateDer<'_>) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_that_holds_no_certificate_is_an_error_not_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle.pem");
        let fault = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read_bundle("AWS_CA_BUNDLE", &path).unwrap_err()
        };
        let empty = fault("nothing");
        assert_eq!(empty.kind, ErrorKind::Config);
        assert!(empty.message.ends_with("which `AWS_CA_BUNDLE` names: it holds no certificate"), "{empty}");
        fault("-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n");
        assert!(read_bundle("AWS_CA_BUNDLE", Path::new("/none")).unwrap_err().message.contains("`/none`"));
    }
}
