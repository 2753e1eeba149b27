//! Gets a token for a user with a password, which `azure_identity` does not do.

use std::time::Duration;

use azure_core::http::{HttpClient, Method, Request};
use inventory_core::config::secret::Secret;
use inventory_core::discovery::{Error, ErrorKind};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::bridge::Bridge;
use super::{OPERATION, Token};

/// A user, and the application on whose behalf they log in.
pub(super) struct User<'a> {
    pub(super) client_id: &'a str,
    pub(super) name: &'a str,
    pub(super) password: &'a Secret,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

#[derive(Deserialize)]
struct Refused {
    error_description: String,
}

/// Asks for a token; the outer result is an error of this program, the inner one the directory's words.
pub(super) async fn ask(
    bridge: &Bridge,
    endpoint: Url,
    scope: &str,
    user: User<'_>,
) -> Result<Result<Token, String>, Error> {
    let mut request = Request::new(endpoint, Method::Post);
    request.insert_header("content-type", "application/x-www-form-urlencoded");
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "password")
        .append_pair("client_id", user.client_id)
        .append_pair("username", user.name)
        .append_pair("password", user.password.reveal())
        .append_pair("scope", scope)
        .finish();
    request.set_body(form);
    let bad = || Error::new(ErrorKind::BadResponse, OPERATION, "the answer of the directory cannot be read");
    let answer = bridge.execute_request(&request).await.map_err(|_| bridge.failure().unwrap_or_else(bad))?;
    let body = answer.into_body().collect().await.map_err(|_| bad())?;
    if let Ok(granted) = serde_json::from_slice::<Granted>(&body) {
        return Token::new(&granted.access_token, Duration::from_secs(granted.expires_in)).map(Ok);
    }
    let refused: Refused = serde_json::from_slice(&body).map_err(|_| bad())?;
    Ok(Err(refused.error_description))
}
