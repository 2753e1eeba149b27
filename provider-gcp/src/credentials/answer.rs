//! What those who give tokens answer.

use std::time::Duration;

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::{Answer, Failure, Retries, Transport, shorten};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{OPERATION, Token};
use crate::client::ADVICE;

/// A token as OAuth has it.
#[derive(serde::Deserialize)]
pub(super) struct Granted {
    access_token: String,
    expires_in: u64,
}

impl Granted {
    /// Makes a token of it.
    pub(super) fn token(&self) -> Result<Token, Error> {
        Token::new(&self.access_token, Duration::from_secs(self.expires_in))
    }
}

/// Asks for a token, again where that may help.
///
/// `hint` says what to do about a refusal.
pub(super) async fn ask<T: DeserializeOwned>(
    transport: &Transport,
    hint: &str,
    mut request: impl FnMut() -> reqwest::Request,
) -> Result<T, Error> {
    let mut retries = Retries::new(transport, OPERATION);
    loop {
        let failure = match retries.exchange(request()).await {
            Ok(answer) if answer.status == 200 => match serde_json::from_slice(&answer.body) {
                Ok(granted) => {
                    retries.done();
                    return Ok(granted);
                }
                Err(fault) => ADVICE.malformed(OPERATION, &answer, &fault),
            },
            Ok(answer) => refused(&answer, hint),
            Err(failure) => failure,
        };
        retries.wait(failure).await?;
    }
}

fn refused(answer: &Answer, hint: &str) -> Failure {
    let retry = answer.retry();
    let Some(words) = words(&answer.body) else { return ADVICE.unknown(OPERATION, answer) };
    let kind = match answer.status {
        429 => ErrorKind::Throttled,
        400 | 401 | 403 | 404 => ErrorKind::Auth,
        _ => ErrorKind::BadResponse,
    };
    let mut error = Error::new(kind, OPERATION, words);
    if kind == ErrorKind::Auth {
        error = error.with_hint(hint);
    }
    Failure { error, label: format!("HTTP status {}", answer.status), retry }
}

/// Returns the reason of a refusal: `{"error": "invalid_grant", "error_description": ...}` of OAuth, or the error of a
/// Google service.
pub(super) fn words(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let error = body.get("error")?;
    let (code, message) = match error.as_str() {
        Some(code) => (code, body.get("error_description").and_then(Value::as_str)),
        None => {
            let code = error.get("status").and_then(Value::as_str).unwrap_or("error");
            (code, error.get("message").and_then(Value::as_str))
        }
    };
    Some(match message {
        Some(message) if !message.is_empty() => format!("{code}: {}", shorten(message)),
        _ => code.to_owned(),
    })
}
