//! A throw-away certificate authority, which vouches for any host name as it is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The name of this machine, whose certificate is also one of its address.
pub(super) const LOCAL: &str = "localhost";

/// An authority that lives as long as this value, with the certificates that it has issued.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
    key: KeyPair,
    issued: Mutex<HashMap<String, Arc<ServerConfig>>>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// Makes a new authority with a key of its own.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub(super) fn new() -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "cloud-sim throw-away authority");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = parameters.self_signed(&key)?.pem();
        let issuer = Issuer::new(parameters, key);
        Ok(Self { issuer, certificate, key: KeyPair::generate()?, issued: Mutex::default() })
    }

    /// Returns the certificate that clients must trust, as PEM.
    pub(super) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Returns how TLS is spoken as `host`, with a certificate that is issued at the first call.
    ///
    /// # Errors
    /// When `host` is no name that a certificate can hold.
    pub(super) fn server(&self, host: &str) -> Result<Arc<ServerConfig>, rcgen::Error> {
        let mut issued = self.issued.lock().expect("no holder panics");
        if let Some(server) = issued.get(host) {
            return Ok(Arc::clone(server));
        }
        let mut names = vec![host.to_owned()];
        if host == LOCAL {
            names.push("127.0.0.1".to_owned());
        }
        let mut parameters = CertificateParams::new(names)?;
        parameters.distinguished_name.push(DnType::CommonName, host);
        parameters.use_authority_key_identifier_extension = true;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = parameters.signed_by(&self.key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let mut server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks the protocol versions of rustls")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("the certificate was made of the key");
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        let server = Arc::new(server);
        issued.insert(host.to_owned(), Arc::clone(&server));
        Ok(server)
    }
}
