//! Gets tokens from the metadata server of the machine.

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::Transport;
use reqwest::header::{HeaderName, HeaderValue};

use super::answer::{self, Granted};
use super::identity::Machine;
use super::select::missing;
use super::{OPERATION, Token};

/// What shows the metadata server that a program asks, and not a page in a browser.
const FLAVOR: (HeaderName, HeaderValue) =
    (HeaderName::from_static("metadata-flavor"), HeaderValue::from_static("Google"));

/// Asks for a token.
pub(super) async fn ask(machine: &Machine, scopes: &[String], transport: &Transport) -> Result<Token, Error> {
    let mut url = machine.server.clone();
    if let Ok(mut parts) = url.path_segments_mut() {
        let account = machine.account.as_str();
        parts.pop_if_empty().extend([
            "computeMetadata",
            "v1",
            "instance",
            "service-accounts",
            account,
            "token",
        ]);
    }
    if machine.asks_scopes {
        url.query_pairs_mut().append_pair("scopes", &scopes.join(","));
    }
    let request = || {
        let mut request = reqwest::Request::new(reqwest::Method::GET, url.clone());
        request.headers_mut().insert(FLAVOR.0, FLAVOR.1);
        request
    };
    let hint = "check `service_account_email`, and that the machine has a service account";
    let granted = answer::ask::<Granted>(transport, hint, request).await;
    match granted {
        Ok(granted) => granted.token(),
        Err(error) if machine.is_last_resort && error.kind == ErrorKind::Unreachable => Err(missing()),
        Err(error) if error.kind == ErrorKind::BadResponse && error.message.contains("404") => {
            let message = format!("the machine has no service account `{}`", machine.account);
            Err(Error::new(ErrorKind::Auth, OPERATION, message).with_hint(hint))
        }
        Err(error) if error.kind == ErrorKind::Unreachable => {
            Err(error.with_hint("this kind of credentials is only for machines of Google Cloud; NO_PROXY must name `metadata.google.internal` where HTTP_PROXY is set"))
        }
        Err(error) => Err(error),
    }
}
