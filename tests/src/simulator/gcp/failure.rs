//! Errors, in the forms that Google's services have for them.

use serde_json::{Map, Value, json};

/// What a request leads to: the body of its answer, or what refuses it.
pub(super) type Outcome<T = Value> = Result<T, Failure>;

/// An error.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    pub(super) status: u16,
    pub(super) body: Body,
}

/// The body of an error.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    /// A document for programs.
    Json(Value),
    /// A page for people.
    Html(String),
}

impl Failure {
    /// Makes an error as Compute Engine writes it: with a list of errors.
    pub(super) fn old(code: u16, message: &str, domain: &str, reason: &str) -> Self {
        let error = json!({"code": code, "message": message,
            "errors": [{"message": message, "domain": domain, "reason": reason}]});
        Self { status: code, body: Body::Json(json!({"error": error})) }
    }

    /// Makes an error as newer services write it: with a status, without a list of errors.
    pub(super) fn new(code: u16, message: &str, status: &str) -> Self {
        let error = json!({"code": code, "message": message, "status": status});
        Self { status: code, body: Body::Json(json!({"error": error})) }
    }

    /// Makes an error of a token endpoint.
    pub(super) fn oauth(code: u16, error: &str, description: &str) -> Self {
        let body = json!({"error": error, "error_description": description});
        Self { status: code, body: Body::Json(body) }
    }

    /// Makes a page for people, as the servers in front of the services send it.
    pub(super) fn html(code: u16, title: &str, text: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error {code} ({title})!!1</title>\n  \
             <p><b>{code}.</b> <ins>That's an error.</ins>\n  <p>{text}  <ins>That's all we know.</ins>\n"
        );
        Self { status: code, body: Body::Html(page) }
    }

    /// Makes the page of what is not there.
    pub(super) fn nothing_at(path: &str) -> Self {
        let text = format!("The requested URL <code>{path}</code> was not found on this server.");
        Self::html(404, "Not Found", &text)
    }

    /// Makes the error of a value that a field may not have.
    pub(super) fn invalid(field: &str, value: &str, why: &str) -> Self {
        let message = format!("Invalid value for field '{field}': '{value}'. {why}");
        Self::old(400, &message, "global", "invalid")
    }

    /// Adds the status that newer services have, to an error of the older form.
    pub(super) fn with_status(mut self, status: &str) -> Self {
        self.put("status", json!(status));
        self
    }

    /// Leaves out the list of errors.
    pub(super) fn without_list(mut self) -> Self {
        if let Some(error) = self.error() {
            error.remove("errors");
        }
        self
    }

    /// Adds details.
    pub(super) fn with_details(mut self, details: Value) -> Self {
        self.put("details", details);
        self
    }

    /// Tells in the list of errors which header is wrong.
    pub(super) fn at_header(mut self, name: &str) -> Self {
        if let Some(Value::Object(error)) = self.error().and_then(|error| error.get_mut("errors")?.get_mut(0))
        {
            error.insert("location".to_owned(), json!(name));
            error.insert("locationType".to_owned(), json!("header"));
        }
        self
    }

    /// Puts another message over those of the list of errors.
    pub(super) fn set_message(&mut self, message: &str) {
        self.put("message", json!(message));
    }

    fn put(&mut self, name: &str, value: Value) {
        if let Some(error) = self.error() {
            error.insert(name.to_owned(), value);
        }
    }

    fn error(&mut self) -> Option<&mut Map<String, Value>> {
        match &mut self.body {
            Body::Json(body) => body.get_mut("error")?.as_object_mut(),
            Body::Html(_) => None,
        }
    }
}

/// Returns the detail that tells programs why.
pub(super) fn information(reason: &str, metadata: &Value) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
        "metadata": metadata})
}

/// Returns the error of a service that is not switched on in the project of this number.
pub(super) fn disabled(number: u64) -> Failure {
    let service = "compute.googleapis.com";
    let page = format!("https://console.developers.google.com/apis/api/{service}/overview?project={number}");
    let message = format!(
        "Compute Engine API has not been used in project {number} before or it is disabled. Enable it by visiting {page} \
         then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and \
         retry."
    );
    let metadata = json!({"service": service, "consumer": format!("projects/{number}"), "activationUrl": page,
        "serviceTitle": "Compute Engine API", "containerInfo": number.to_string()});
    let help = json!({"@type": "type.googleapis.com/google.rpc.Help",
        "links": [{"description": "Google developers console API activation", "url": page}]});
    Failure::old(403, &message, "usageLimits", "accessNotConfigured")
        .with_status("PERMISSION_DENIED")
        .with_details(json!([help, information("SERVICE_DISABLED", &metadata)]))
}

/// Returns the error of a project of this number that is about to be deleted.
pub(super) fn deleted(number: u64) -> Failure {
    let message = format!("Project #{number} has been deleted.");
    let metadata = json!({"service": "compute.googleapis.com", "consumer": format!("projects/{number}")});
    Failure::old(403, &message, "global", "forbidden")
        .with_status("PERMISSION_DENIED")
        .with_details(json!([information("CONSUMER_INVALID", &metadata)]))
}
