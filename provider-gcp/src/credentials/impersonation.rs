//! Gets tokens for a service account in the name of another identity.

use std::time::Duration;

use inventory_core::discovery::Error;
use inventory_core::http::Transport;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::json;

use super::identity::Impersonation;
use super::{PLATFORM, Token, answer, tokens};

const HINT: &str = "grant `roles/iam.serviceAccountTokenCreator` on the service account to the identity that is to act as it";

/// How long a token is to be good.
const LIFETIME: Duration = Duration::from_secs(3600);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Generated {
    access_token: String,
}

/// Asks for a token.
pub(super) async fn ask(
    impersonation: &Impersonation,
    scopes: &[String],
    transport: &Transport,
) -> Result<Token, Error> {
    let platform = [PLATFORM.to_owned()];
    let source = Box::pin(tokens::ask(&impersonation.source, &platform, transport)).await?;
    let lifetime = format!("{}s", LIFETIME.as_secs());
    let body =
        json!({"scope": scopes, "delegates": impersonation.delegates, "lifetime": lifetime}).to_string();
    let request = || {
        let mut request = reqwest::Request::new(reqwest::Method::POST, impersonation.url.clone());
        request.headers_mut().insert(AUTHORIZATION, source.header());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = Some(body.clone().into());
        request
    };
    let generated: Generated = answer::ask(transport, HINT, request).await?;
    Token::new(&generated.access_token, LIFETIME)
}
