//! Explains why Azure refused a request: with its own code and words, and a hint.

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::{Advice, Answer, Failure, Retry, shorten};
use serde::Deserialize;

use super::{Call, pace};

/// What to look at when Azure cannot be asked.
pub(crate) static ADVICE: Advice = Advice {
    cloud: "Azure",
    network: "check the network, `cloud_environment`, HTTPS_PROXY and NO_PROXY",
    portal: "check `cloud_environment`, HTTPS_PROXY and NO_PROXY, and whether the network asks for a login",
    certificates: "set SSL_CERT_FILE or REQUESTS_CA_BUNDLE to the certificates of your proxy or endpoint",
    throttled: "Azure limits how often it is asked: run again later, or raise `--retries`",
};

/// The code and message of an error of Azure.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: String,
    message: String,
}

impl Fault {
    /// Reads `{"error": {"code": ..., "message": ...}}`, or the two without `error` around them.
    pub(super) fn read(body: &[u8]) -> Option<Fault> {
        #[derive(Deserialize)]
        struct Inner {
            code: Option<String>,
            message: Option<String>,
        }
        #[derive(Deserialize)]
        struct Outer {
            error: Inner,
        }
        let inner = serde_json::from_slice::<Outer>(body).map(|outer| outer.error);
        let inner = inner.or_else(|_| serde_json::from_slice::<Inner>(body)).ok()?;
        let message = shorten(inner.message.as_deref().unwrap_or_default());
        Some(Fault { code: inner.code.filter(|code| !code.is_empty())?, message })
    }
}

/// The codes that say of a resource or its group that it does not exist; others with status 404 are about the request.
const GONE: [&str; 4] = ["ResourceNotFound", "NotFound", "ParentResourceNotFound", "ResourceGroupNotFound"];

/// Explains an answer that is not the one asked for.
pub(super) fn refused(call: Call, answer: &Answer) -> Failure {
    let status = answer.status;
    let Some(fault) = Fault::read(&answer.body) else { return ADVICE.unknown(call.operation, answer) };
    let label = format!("{status} {}", fault.code);
    let code = fault.code.as_str();
    let kind = match status {
        401 => ErrorKind::Auth,
        403 => ErrorKind::Denied,
        404 if GONE.contains(&code) => ErrorKind::NotFound,
        429 => ErrorKind::Throttled,
        400 | 404 | 405 | 409 => ErrorKind::Config,
        _ => ErrorKind::BadResponse,
    };
    let mut error = Error::new(kind, call.operation, format!("{code}: {}", fault.message));
    if fault.message.is_empty() {
        error.message = format!("{code} (HTTP status {status})");
    }
    if let Some(hint) = hint(call, kind, code) {
        error = error.with_hint(hint);
    }
    Failure { error, label, retry: retry(answer) }
}

/// Returns what follows; without `Retry-After` a refusal for the quota of Resource Graph says how long that takes.
fn retry(answer: &Answer) -> Retry {
    match answer.retry() {
        Retry::Later(None) if answer.status == 429 => Retry::Later(pace::quota_reset(&answer.headers)),
        retry => retry,
    }
}

fn hint(call: Call, kind: ErrorKind, code: &str) -> Option<String> {
    Some(match (kind, code) {
        (ErrorKind::Auth, "InvalidAuthenticationTokenTenant") => {
            "the subscription belongs to another directory: check `tenant` and `subscription_id`".to_owned()
        }
        (ErrorKind::Auth, _) => {
            "check the credentials, `cloud_environment`, and that this machine's clock is right".to_owned()
        }
        (ErrorKind::Denied, _) => format!(
            "allow `{}` to the identity of these credentials, such as by the role Reader, on the scope that is named",
            call.permission
        ),
        (_, "SubscriptionNotFound" | "InvalidSubscriptionId") => {
            "check `subscription_id`, and that the identity of these credentials may see it".to_owned()
        }
        (_, "ResourceGroupNotFound") => "check the names of resource groups in the configuration".to_owned(),
        (ErrorKind::Throttled, _) => ADVICE.throttled.to_owned(),
        _ => return None,
    })
}
