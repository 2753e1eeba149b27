//! What Azure answers: JSON, the headers that go with it, and the error formats of its two services.

use serde_json::{Value, json};

use super::clock;

/// An answer in JSON.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Value,
}

/// What a request leads to: its answer, or the answer that refuses it.
pub(super) type Outcome<T = Answer> = Result<T, Answer>;

impl Answer {
    /// Returns a success.
    pub(super) fn ok(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body }
    }

    /// Returns an error as Resource Manager and the resource providers write it.
    pub(super) fn refuse(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: json!({"error": {"code": code, "message": message.into()}}),
        }
    }

    /// Returns an error as Entra writes it: `AADSTS` number, OAuth code, text.
    pub(super) fn entra(status: u16, error: &str, number: u32, text: &str, now: u64, trace: &str) -> Self {
        let timestamp = clock::spaced(now);
        let description = format!(
            "AADSTS{number}: {text} Trace ID: {trace} Correlation ID: {trace} Timestamp: {timestamp}"
        );
        let body = json!({
            "error": error,
            "error_description": description,
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": trace,
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        });
        Self { status, headers: Vec::new(), body }
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Returns the error of a resource that is not there.
pub(super) fn not_found(kind: &str, name: &str, group: &str) -> Answer {
    Answer::refuse(
        404,
        "ResourceNotFound",
        format!(
            "The Resource '{kind}/{name}' under resource group '{group}' was not found. \
             For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        ),
    )
}

/// Returns the error of a resource group that is not there.
pub(super) fn no_group(group: &str) -> Answer {
    Answer::refuse(404, "ResourceGroupNotFound", format!("Resource group '{group}' could not be found."))
}

/// Returns the error of a subscription that is not there.
pub(super) fn no_subscription(subscription: &str) -> Answer {
    Answer::refuse(
        404,
        "SubscriptionNotFound",
        format!("The subscription '{subscription}' could not be found."),
    )
}

/// Returns the error of a caller who may not do this.
pub(super) fn denied(caller: &str, action: &str, scope: &str) -> Answer {
    Answer::refuse(
        403,
        "AuthorizationFailed",
        format!(
            "The client '{caller}' with object id '{caller}' does not have authorization to perform action '{action}' \
             over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
        ),
    )
}
