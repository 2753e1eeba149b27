//! Explains why a request failed: one of the kinds that decide what follows, Azure's own code and words, and a hint.

use std::error::Error as StdError;
use std::time::Duration;

use inventory_core::discovery::{Error, ErrorKind};
use reqwest::header::RETRY_AFTER;
use serde::Deserialize;

use super::{Answer, Call, pace};

/// What to do when something answers that is not Azure.
pub(crate) const PORTAL: &str =
    "check `cloud_environment`, HTTPS_PROXY and NO_PROXY, and whether the network asks for a login";

/// The most of a message of Azure that is shown.
const SHOWN: usize = 400;

/// What follows from a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Trying again cannot help.
    Never,
    /// No connection was made: one more attempt may help.
    Reconnect,
    /// Another attempt may help, after the time that the service asks for.
    Later(Option<Duration>),
}

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The error when there is no further attempt.
    pub(crate) error: Error,
    /// The reason in a few words, such as `429 TooManyRequests`.
    pub(crate) label: String,
    /// What follows.
    pub(crate) retry: Retry,
}

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

/// Returns a text of the service as one line of a length that can be read.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Returns whether a body is a web page: it begins with a tag, not just with any `<`.
pub(crate) fn is_html(body: &[u8]) -> bool {
    let tag = body.trim_ascii_start().strip_prefix(b"<").and_then(<[u8]>::first);
    tag.is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'!' | b'?'))
}

/// Explains an answer that is not the one asked for.
pub(super) fn refused(call: Call, answer: &Answer) -> Failure {
    let status = answer.status;
    let Some(fault) = Fault::read(&answer.body) else { return unknown(call.operation, answer) };
    let label = format!("{status} {}", fault.code);
    let code = fault.code.as_str();
    let kind = match status {
        401 => ErrorKind::Auth,
        403 => ErrorKind::Denied,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::Throttled,
        400 | 405 | 409 => ErrorKind::Config,
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

fn retry(answer: &Answer) -> Retry {
    if !matches!(answer.status, 408 | 429 | 500 | 502 | 503 | 504) {
        return Retry::Never;
    }
    let asked = answer.headers.get(RETRY_AFTER).and_then(|text| text.to_str().ok()?.trim().parse().ok());
    let quota = if answer.status == 429 { pace::quota_reset(&answer.headers) } else { None };
    Retry::Later(asked.map(Duration::from_secs).or(quota))
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
        (ErrorKind::Throttled, _) => {
            "Azure limits calls per subscription: run again later, or raise `--retries`".to_owned()
        }
        _ => return None,
    })
}

/// Explains an answer without an error of Azure.
pub(crate) fn unknown(operation: &'static str, answer: &Answer) -> Failure {
    let status = answer.status;
    let is_page = is_html(&answer.body);
    let what = match status {
        _ if is_page => "a web page instead of an answer",
        200 => "an answer that cannot be read",
        _ => "no error code",
    };
    let kind = match status {
        401 => ErrorKind::Auth,
        403 => ErrorKind::Denied,
        429 => ErrorKind::Throttled,
        _ => ErrorKind::BadResponse,
    };
    let mut error = Error::new(kind, operation, format!("HTTP status {status} with {what}"));
    if is_page || status < 400 {
        error = error.with_hint(PORTAL);
    }
    // What was cut or garbled on its way may come whole the next time; a portal answers so for ever.
    let retry = if status == 200 && !is_page { Retry::Later(None) } else { retry(answer) };
    Failure { error, label: format!("HTTP status {status}"), retry }
}

/// Explains an answer that says all is well and yet is not what it should be.
pub(super) fn malformed(operation: &'static str, body: &[u8], fault: &serde_json::Error) -> Failure {
    if is_html(body) {
        let message = "a web page came instead of an answer: a proxy or portal answered instead of Azure";
        let error = Error::new(ErrorKind::BadResponse, operation, message).with_hint(PORTAL);
        return Failure { error, label: "a web page".to_owned(), retry: Retry::Never };
    }
    let (message, label) = if fault.is_eof() {
        ("the answer ends in the middle".to_owned(), "an answer that is cut")
    } else {
        // The words of the reader may quote the answer, its place does not.
        let place = format!("line {} column {}", fault.line(), fault.column());
        (
            format!("the answer is not the JSON of a list or resource, at {place}"),
            "an answer that cannot be read",
        )
    };
    let error = Error::new(ErrorKind::BadResponse, operation, message);
    Failure { error, label: label.to_owned(), retry: Retry::Later(None) }
}

/// Explains an exchange that came to no answer.
pub(super) fn broken(operation: &'static str, fault: &reqwest::Error) -> Failure {
    let causes = causes(fault);
    let lower = causes.to_lowercase();
    let is_tunnel = lower.contains("tunnel") || lower.contains("proxy");
    let is_untrusted = lower.contains("invalid peer certificate");
    let hint = if is_tunnel {
        "check the proxy's address and credentials in HTTPS_PROXY"
    } else if is_untrusted {
        "set SSL_CERT_FILE or REQUESTS_CA_BUNDLE to the certificates of your proxy or endpoint"
    } else {
        "check the network, `cloud_environment`, HTTPS_PROXY and NO_PROXY"
    };
    let retry = match fault.is_connect() {
        true if is_tunnel || is_untrusted => Retry::Never,
        true => Retry::Reconnect,
        false => Retry::Later(None),
    };
    let error = Error::new(ErrorKind::Unreachable, operation, causes).with_hint(hint);
    let label = if fault.is_connect() { "no connection" } else { "a connection that broke" };
    Failure { error, label: label.to_owned(), retry }
}

/// Returns what each cause adds to the one before, without the outermost, which names the address only.
fn causes(fault: &reqwest::Error) -> String {
    let first = fault.source();
    let chain = std::iter::successors(first, |&cause| cause.source());
    let mut parts: Vec<String> = Vec::new();
    for text in chain.map(ToString::to_string) {
        if parts.iter().any(|part| part.contains(&text)) {
            continue;
        }
        parts.retain(|part| !text.contains(part.as_str()));
        parts.push(text);
    }
    let what = if fault.is_connect() { "no connection" } else { "the connection broke" };
    if parts.is_empty() { what.to_owned() } else { format!("{what}: {}", parts.join(": ")) }
}
