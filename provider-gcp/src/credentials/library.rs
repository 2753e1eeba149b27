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
        let credentials = credentials(key, scopes).map_err(|fault| unusable(key.kind, &fault))?;
        let failure = match timeout(ATTEMPT, credentials.access_token()).await {
            Ok(Ok(granted)) => {
                retries.done();
                return Token::new(&granted.token, USED);
            }
            Ok(Err(fault)) => refused(key.kind, &fault),
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
fn unusable(kind: KeyKind, fault: &build_errors::Error) -> Error {
    let cause = fault.source().map(ToString::to_string).unwrap_or_default();
    let cause =
        if cause.starts_with("missing field `") { cause.as_str() } else { "a member is not as it should be" };
    let message = match kind {
        KeyKind::ServiceAccount => format!("the key of the service account cannot be used: {cause}"),
        KeyKind::ExternalAccount => {
            format!("the credentials of type `external_account` cannot be used: {cause}")
        }
    };
    Error::new(ErrorKind::Config, OPERATION, message).with_hint(hint(kind))
}

fn refused(kind: KeyKind, fault: &CredentialsError) -> Failure {
    let first: Option<&(dyn StdError + 'static)> = Some(fault);
    let mut words: Vec<String> = Vec::new();
    for cause in std::iter::successors(first, |&cause| cause.source()) {
        let text = cause.to_string();
        let (plain, body) = text.split_once(BODY).unwrap_or((&text, ""));
        let told = body.rsplit_once('>').and_then(|(body, _)| answer::words(body.as_bytes()));
        for part in std::iter::once(plain.trim_end_matches(", ").to_owned()).chain(told) {
            if !part.is_empty() && !words.iter().any(|word| word.contains(&part)) {
                words.push(part);
            }
        }
    }
    let message = shorten(&without_noise(&words.join(": ")));
    let (error_kind, retry) = match fault.is_transient() {
        true => (ErrorKind::Unreachable, Retry::Later(None)),
        false => (ErrorKind::Auth, Retry::Never),
    };
    let error = Error::new(error_kind, OPERATION, message).with_hint(hint(kind));
    Failure { error, label: "no token".to_owned(), retry }
}

/// Takes out what the library says about its own retries.
fn without_noise(words: &str) -> String {
    let noise = [
        " but future attempts may succeed",
        " and future attempts will not succeed",
        "cannot create auth headers: ",
    ];
    noise.iter().fold(words.to_owned(), |words, noise| words.replace(noise, ""))
}

fn hint(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::ServiceAccount => {
            "check `service_account_file` or `service_account_contents`, or make a new key"
        }
        KeyKind::ExternalAccount => {
            "check the file of credentials, and the source of the token that it names"
        }
    }
}

#[cfg(test)]
mod tests;
