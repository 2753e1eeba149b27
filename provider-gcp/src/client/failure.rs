//! Explains why Google refused a request: with its own reason and words, and a hint.

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::{Advice, Answer, Failure, shorten};
use serde_json::Value;

use super::{Call, Disabled};

/// What to look at when Google cannot be asked.
pub(crate) static ADVICE: Advice = Advice {
    cloud: "Google Cloud",
    network: "check the network, HTTPS_PROXY and NO_PROXY",
    portal: "check HTTPS_PROXY and NO_PROXY, and whether the network asks for a login",
    certificates: "set SSL_CERT_FILE or REQUESTS_CA_BUNDLE to the certificates of your proxy or endpoint",
    throttled: "Google limits requests per project and minute: run again later, or raise `--retries`",
};

/// The reasons of a refusal, with status 403, that passes: the quota of a minute is used up.
const LIMITED: [&str; 4] =
    ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"];

/// The reasons of a service that is not switched on in a project.
const DISABLED: [&str; 2] = ["accessNotConfigured", "SERVICE_DISABLED"];

/// The reasons of a token that was asked for with too little scope.
const UNSCOPED: [&str; 2] = ["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"];

/// An error of a Google service.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    /// The reasons, of which the first is shown.
    reasons: Vec<String>,
    message: String,
    /// The service that is not switched on.
    service: Option<String>,
    /// The project in which it is not, such as `projects/5`, by its number.
    consumer: Option<String>,
}

impl Fault {
    /// Reads `{"error": {"message": ..., "errors": [{"reason": ...}], "status": ..., "details": [...]}}`, in which newer
    /// services leave `errors` out and older ones the rest.
    fn read(body: &[u8]) -> Option<Fault> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let error = body.get("error")?.as_object()?;
        let items = |key: &str| error.get(key).and_then(Value::as_array).into_iter().flatten();
        let text = |value: &Value, key: &str| {
            let text = value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
            text.map(str::to_owned)
        };
        let mut reasons: Vec<String> = items("errors").filter_map(|item| text(item, "reason")).collect();
        reasons.extend(items("details").filter_map(|item| text(item, "reason")));
        reasons.extend(error.get("status").and_then(Value::as_str).map(str::to_owned));
        let metadata =
            |key: &str| items("details").filter_map(|item| text(item.get("metadata")?, key)).next();
        let (service, consumer) = (metadata("service"), metadata("consumer"));
        let message = shorten(error.get("message").and_then(Value::as_str).unwrap_or_default());
        (!reasons.is_empty() || !message.is_empty()).then_some(Fault { reasons, message, service, consumer })
    }

    fn has(&self, reasons: &[&str]) -> bool {
        self.reasons.iter().any(|reason| reasons.contains(&reason.as_str()))
    }
}

/// Explains an answer that is not the one asked for, and tells where the service is not switched on if it says so.
pub(super) fn refused(call: Call, answer: &Answer) -> (Failure, Option<Disabled>) {
    let status = answer.status;
    let Some(fault) = Fault::read(&answer.body) else {
        return (ADVICE.unknown(call.operation, answer), None);
    };
    let is_limited = status == 403 && fault.has(&LIMITED);
    let is_disabled = status == 403 && !is_limited && fault.has(&DISABLED);
    let kind = match status {
        401 => ErrorKind::Auth,
        403 if is_limited => ErrorKind::Throttled,
        403 => ErrorKind::Denied,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::Throttled,
        400 | 405 | 409 | 412 => ErrorKind::Config,
        _ => ErrorKind::BadResponse,
    };
    let reason = fault.reasons.first().cloned().unwrap_or_else(|| format!("HTTP status {status}"));
    let message = match fault.message.as_str() {
        "" => format!("{reason} (HTTP status {status})"),
        message => format!("{reason}: {message}"),
    };
    let mut error = Error::new(kind, call.operation, message);
    if let Some(hint) = hint(call, kind, is_disabled, &fault) {
        error = error.with_hint(hint);
    }
    // Compute Engine says with 403 what other services say with 429.
    let status = if is_limited { 429 } else { status };
    let retry = Answer { status, headers: answer.headers.clone(), body: Vec::new() }.retry();
    let disabled = is_disabled.then_some(Disabled { consumer: fault.consumer });
    (Failure { error, label: format!("{} {reason}", answer.status), retry }, disabled)
}

fn hint(call: Call, kind: ErrorKind, is_disabled: bool, fault: &Fault) -> Option<String> {
    let Call { permission, role, service, place, option, .. } = call;
    Some(match kind {
        ErrorKind::Auth => {
            "check the credentials, or get a new token, and see that this machine's clock is right".to_owned()
        }
        ErrorKind::Denied if is_disabled => {
            let service = fault.service.as_deref().unwrap_or(service);
            format!(
                "enable the API, such as with `gcloud services enable {service}`, in the project that is named"
            )
        }
        ErrorKind::Denied if fault.has(&UNSCOPED) => {
            "the token was asked for with too little scope: check `scopes`".to_owned()
        }
        ErrorKind::Denied => format!(
            "grant `{permission}` to the identity of these credentials, such as by `{role}`, on the {place} that is named"
        ),
        ErrorKind::NotFound => {
            format!("check {option}, and that the identity of these credentials may see the {place}")
        }
        ErrorKind::Config if fault.message.contains("filter") => "check `filters`".to_owned(),
        ErrorKind::Throttled => ADVICE.throttled.to_owned(),
        _ => return None,
    })
}
