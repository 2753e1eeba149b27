//! Signs the statement by which an application proves that it has the key of its certificate.
//!
//! The form is that of Entra ID: a JSON Web Token with the SHA-1 of the certificate as `x5t`, signed with RS256.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use inventory_core::config::secret::Secret;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use url::Url;

/// How long a statement is good: it is used at once.
const LIFETIME: Duration = Duration::from_secs(600);

/// Returns the signed statement of an application for a token endpoint.
///
/// Fails with the reason when the PEM lacks the certificate or a key of RSA, or the key is encrypted.
pub(super) fn sign(pem: &Secret, client_id: &str, audience: &Url) -> Result<String, String> {
    let certificate = CertificateDer::from_pem_slice(pem.reveal().as_bytes())
        .map_err(|_| "it holds no certificate".to_owned())?;
    let key = key(pem)?;
    let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate);
    let header = json!({"alg": "RS256", "typ": "JWT", "x5t": URL_SAFE_NO_PAD.encode(thumbprint)});
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let claims = json!({
        "aud": audience.as_str(),
        "iss": client_id,
        "sub": client_id,
        "jti": identifier()?,
        "nbf": now.as_secs(),
        "iat": now.as_secs(),
        "exp": (now + LIFETIME).as_secs(),
    });
    let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let text = format!("{}.{}", encode(header), encode(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
        .map_err(|_| "its key does not sign".to_owned())?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn key(pem: &Secret) -> Result<RsaKeyPair, String> {
    if pem.reveal().contains("ENCRYPTED") {
        return Err("its key is encrypted; remove the password, such as with `openssl rsa`".to_owned());
    }
    let key = PrivateKeyDer::from_pem_slice(pem.reveal().as_bytes())
        .map_err(|_| "it holds no private key beside the certificate".to_owned())?;
    let pair = match &key {
        PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        _ => return Err("its key is not one of RSA".to_owned()),
    };
    pair.map_err(|reason| format!("its key cannot be used: {reason}"))
}

/// Returns a random identifier, so that no two statements are equal.
fn identifier() -> Result<String, String> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| "no random numbers".to_owned())?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    const PEM: &str = include_str!("../../testdata/application.pem");

    #[test]
    fn the_statement_is_signed_with_the_key_and_names_the_certificate() {
        let audience = Url::parse("https://login.example.com/t/oauth2/v2.0/token").unwrap();
        let statement = sign(&Secret::new(PEM), "app", &audience).unwrap();
        let (text, signature) = statement.rsplit_once('.').unwrap();
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        let (header, claims) = text.split_once('.').unwrap();
        let header: serde_json::Value = serde_json::from_slice(&decode(header)).unwrap();
        // `openssl x509 -fingerprint -sha1`
        let x5t = decode(header["x5t"].as_str().unwrap());
        let shown: Vec<String> = x5t.iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(shown.join(":"), include_str!("../../testdata/application.fingerprint").trim());
        let claims: serde_json::Value = serde_json::from_slice(&decode(claims)).unwrap();
        assert_eq!((claims["aud"].as_str(), claims["iss"].as_str()), (Some(audience.as_str()), Some("app")));
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["nbf"].as_u64().unwrap(), LIFETIME.as_secs());
        let key = key(&Secret::new(PEM)).unwrap();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public().as_ref())
            .verify(text.as_bytes(), &decode(signature))
            .unwrap();
    }

    #[test]
    fn what_is_missing_is_named() {
        let audience = Url::parse("https://login.example.com").unwrap();
        let certificate = PEM
            .split_inclusive("-----END CERTIFICATE-----\n")
            .find(|part| part.contains("CERTIFICATE"))
            .unwrap();
        let certificate = &certificate[certificate.find("-----BEGIN CERTIFICATE").unwrap()..];
        for (pem, reason) in [
            ("", "it holds no certificate"),
            (certificate, "it holds no private key beside the certificate"),
            (&format!("{certificate}-----BEGIN ENCRYPTED PRIVATE KEY-----\n")[..], "its key is encrypted"),
        ] {
            let fault = sign(&Secret::new(pem), "app", &audience).unwrap_err();
            assert!(fault.starts_with(reason), "{fault}");
        }
    }
}
