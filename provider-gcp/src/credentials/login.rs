//! Gets tokens for a user who is logged in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use inventory_core::discovery::Error;
use inventory_core::http::Transport;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use url::form_urlencoded;

use super::Token;
use super::answer::{self, Granted};
use super::identity::Login;

const HINT: &str = "log in again with `gcloud auth application-default login`";

/// Asks for a token.
pub(super) async fn ask(login: &Login, scopes: &[String], transport: &Transport) -> Result<Token, Error> {
    let (form, basic) = (form(login, scopes), login.is_workforce.then(|| basic(login)).flatten());
    let request = || {
        let mut request = reqwest::Request::new(reqwest::Method::POST, login.token_url.clone());
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        if let Some(basic) = &basic {
            request.headers_mut().insert(AUTHORIZATION, basic.clone());
        }
        *request.body_mut() = Some(form.clone().into());
        request
    };
    answer::ask::<Granted>(transport, HINT, request).await?.token()
}

/// Returns the form; one for a pool of users has neither the client, which is in a header, nor scopes.
fn form(login: &Login, scopes: &[String]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token");
    form.append_pair("refresh_token", login.refresh_token.reveal());
    if !login.is_workforce {
        form.append_pair("client_id", &login.client_id);
        form.append_pair("client_secret", login.client_secret.reveal());
        form.append_pair("scope", &scopes.join(" "));
    }
    form.finish()
}

fn basic(login: &Login) -> Option<HeaderValue> {
    let pair = format!("{}:{}", login.client_id, login.client_secret.reveal());
    let mut header = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).ok()?;
    header.set_sensitive(true);
    Some(header)
}
