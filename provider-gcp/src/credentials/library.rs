//! Gets tokens with Google's own library: service accounts sign theirs, others exchange that of their provider.

use std::error::Error as StdError;
use std::time::Duration;

use google_cloud_auth::build_errors;
use google_cloud_auth::credentials::service_account::AccessSpecifier;
use google_cloud_auth::credentials::{AccessTokenCredentials, external_account, service_account};
use google_cloud_auth::errors::CredentialsError;
use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::{Failure, Retries, Retry, Transport, shorten};
use rustls::crypto::{CryptoProvider, ring};
use serde_json::Value;
use tokio::time::timeout;

use super::identity::{Key, KeyKind};
use super::{OPERATION, Token, answer};
use crate::client::ADVICE;

/// The longest that one attempt takes; the library knows no limit of its own.
const ATTEMPT: Duration = Duration::from_secs(60);

/// How long a token is used: the library does not tell when one ends, and most are good for an hour.
const USED: Duration = Duration::from_secs(1200);

/// What stands in the library's words before what a service answered, which may hold secrets.
const BODY: &str = "body=<";

/// Asks for a token.
pub(super) async fn ask(key: &Key, scopes: &[String], transport: &Transport) -> Result<Token, Error> {
    if CryptoProvider::get_default().is_none() {
        // The library takes the process's own; when two set it at once either will do.
        let _ = ring::default_provider().install_default();
    }
    let mut retries = Retries::new(transport, OPERATION);
    loop {
        // Made anew each time, so that no failure comes from its own cache.
        let credentials = credentials(key, scopes).map_err(|fault| unusable(key, &fault))?;
        let failure = match timeout(ATTEMPT, credentials.access_token()).await {
            Ok(Ok(granted)) => {
                retries.done();
                return Token::new(&granted.token, USED);
            }
            Ok(Err(fault)) => refused(key, &fault),
            Err(_) => {
                let message = format!("no answer within {} s", ATTEMPT.as_secs());
                let error = Error::new(ErrorKind::Unreachable, OPERATION, message).with_hint(ADVICE.network);
                Failure { error, label: "no answer".to_owned(), retry: Retry::Later(None) }
            }
        };
        retries.wait(failure).await?;
    }
}

fn credentials(key: &Key, scopes: &[String]) -> Result<AccessTokenCredentials, build_errors::Error> {
    let document = key.document.clone();
    match key.kind {
        KeyKind::ServiceAccount => service_account::Builder::new(document)
            .with_access_specifier(AccessSpecifier::from_scopes(scopes.iter().cloned()))
            .build_access_token_credentials(),
        KeyKind::ExternalAccount => external_account::Builder::new(document)
            .with_scopes(scopes.iter().cloned())
            .build_access_token_credentials(),
    }
}

/// Explains why the library does not take a document, without words that quote it.
fn unusable(key: &Key, fault: &build_errors::Error) -> Error {
    let cause = fault.source().map(ToString::to_string).unwrap_or_default();
    let cause =
        if cause.starts_with("missing field `") { cause.as_str() } else { "a member is not as it should be" };
    let message = match key.kind {
        KeyKind::ServiceAccount => format!("the key of the service account cannot be used: {cause}"),
        KeyKind::ExternalAccount => {
            format!("the credentials of type `external_account` cannot be used: {cause}")
        }
    };
    Error::new(ErrorKind::Config, OPERATION, message).with_hint(hint(key))
}

fn refused(key: &Key, fault: &CredentialsError) -> Failure {
    let first: Option<&(dyn StdError + 'static)> = Some(fault);
    let mut words: Vec<String> = Vec::new();
    for cause in std::iter::successors(first, |&cause| cause.source()) {
        let text = cause.to_string();
        let (plain, body) = text.split_once(BODY).unwrap_or((&text, ""));
        let told = body.rsplit_once('>').and_then(|(body, _)| answer::words(body.as_bytes()));
        let plain = NOISE.iter().fold(plain.to_owned(), |plain, noise| plain.replace(noise, ""));
        let plain = plain.trim_matches([' ', ',', ':']).to_owned();
        for part in std::iter::once(plain).chain(told) {
            if !part.is_empty() && !words.iter().any(|word| word.contains(&part)) {
                words.push(part);
            }
        }
    }
    // The library gives up at once on an answer that was cut or garbled on its way.
    let is_garbled = std::iter::successors(first, |&cause| cause.source())
        .filter_map(|cause| cause.downcast_ref::<reqwest::Error>())
        .any(|fault| fault.is_decode() || fault.is_body());
    let message = if words.is_empty() { "no token was given".to_owned() } else { shorten(&words.join(": ")) };
    let (error_kind, retry, hint) = match fault.is_transient() {
        _ if is_garbled => (ErrorKind::BadResponse, Retry::Later(None), ADVICE.portal.to_owned()),
        true => (ErrorKind::Unreachable, Retry::Later(None), hint(key)),
        false => (ErrorKind::Auth, Retry::Never, hint(key)),
    };
    let error = Error::new(error_kind, OPERATION, message).with_hint(hint);
    Failure { error, label: "no token".to_owned(), retry }
}

/// What the library says about its own retries and caches.
const NOISE: [&str; 6] = [
    " but future attempts may succeed",
    " and future attempts will not succeed",
    "Request to fetch the token failed. Subsequent calls with this credential will also fail.",
    "Fetching the token resulted in transient errors. Subsequent calls with this credential might succeed.",
    "cannot create the authentication headers",
    "cannot create auth headers",
];

/// Returns what to look at.
fn hint(key: &Key) -> String {
    let source = key.document.pointer("/credential_source/file").and_then(Value::as_str);
    match (key.kind, source) {
        (KeyKind::ServiceAccount, _) => {
            "check `service_account_file` or `service_account_contents`, or make a new key".to_owned()
        }
        (KeyKind::ExternalAccount, Some(file)) => {
            format!("check the file of credentials, and `{file}`, which it names")
        }
        (KeyKind::ExternalAccount, None) => {
            "check the file of credentials, and the source of the token that it names".to_owned()
        }
    }
}

#[cfg(test)]
mod tests;
