//! Lets the credentials of `azure_identity` send their requests through this program's transport.

use std::sync::{Mutex, PoisonError};

use azure_core::error::ErrorKind as AzureErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::request::Body;
use azure_core::http::{AsyncRawResponse, HttpClient, Method, Request};
use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::{Answer, Retries, Transport};
use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use super::{OPERATION, failure};

/// Sends the requests for one token.
#[derive(Debug)]
pub(super) struct Bridge {
    pub(super) transport: Transport,
    /// Where the directory gives tokens: `azure_identity` knows one path only, and no authority without TLS. None for who
    /// asks no directory.
    pub(super) endpoint: Option<Url>,
    /// Why no answer came, in this program's words.
    pub(super) failure: Mutex<Option<Error>>,
}

impl Bridge {
    /// Returns why no answer came; none when one did.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn send(&self, request: &Request) -> Result<Answer, Error> {
        let mut retries = Retries::new(&self.transport, OPERATION);
        loop {
            let failure = match retries.exchange(self.translate(request)?).await {
                Ok(answer) if is_final(&answer) => {
                    retries.done();
                    return Ok(answer);
                }
                Ok(answer) => failure::unanswered(&answer),
                Err(failure) => failure,
            };
            retries.wait(failure).await?;
        }
    }

    fn translate(&self, request: &Request) -> Result<reqwest::Request, Error> {
        let fail = || Error::new(ErrorKind::Config, OPERATION, "the request cannot be made");
        let url = self.endpoint.as_ref().unwrap_or_else(|| request.url()).clone();
        let method =
            if request.method() == Method::Post { reqwest::Method::POST } else { reqwest::Method::GET };
        let mut translated = reqwest::Request::new(method, url);
        for (name, value) in request.headers().iter() {
            let name = HeaderName::from_bytes(name.as_str().as_bytes()).map_err(|_| fail())?;
            // The transport names the program.
            if name != reqwest::header::USER_AGENT {
                let value = HeaderValue::from_str(value.as_str()).map_err(|_| fail())?;
                translated.headers_mut().insert(name, value);
            }
        }
        if let Body::Bytes(bytes) = request.body() {
            *translated.body_mut() = (!bytes.is_empty()).then(|| bytes.clone().into());
        }
        Ok(translated)
    }
}

/// Returns whether an answer is one of the directory: JSON that gives or refuses a token.
fn is_final(answer: &Answer) -> bool {
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_ok();
    is_json && (answer.status == 200 || (400..429).contains(&answer.status) && answer.status != 408)
}

/// Returns a refusal whose texts need no escapes in JSON: `azure_identity` cannot read those that do.
fn without_escapes(body: Vec<u8>) -> Vec<u8> {
    let Ok(mut refusal) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&body) else {
        return body;
    };
    for value in refusal.values_mut() {
        if let serde_json::Value::String(text) = value {
            let plain = |letter: char| match letter {
                '"' => '\'',
                '\\' => '/',
                letter if letter.is_control() => ' ',
                letter => letter,
            };
            *text = text.chars().map(plain).collect();
        }
    }
    serde_json::to_vec(&refusal).unwrap_or(body)
}

#[async_trait::async_trait]
impl HttpClient for Bridge {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        match self.send(request).await {
            Ok(answer) => {
                let body = if answer.status == 200 { answer.body } else { without_escapes(answer.body) };
                Ok(AsyncRawResponse::from_bytes(answer.status.into(), Headers::new(), body))
            }
            Err(error) => {
                let message = error.message.clone();
                *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(azure_core::Error::with_message(AzureErrorKind::Other, message))
            }
        }
    }
}
