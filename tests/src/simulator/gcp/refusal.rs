//! Refusals of requests that are right, as the services write them.

use serde_json::json;

use super::compute;
use super::failure::{Failure, information};
use super::manager;
use super::metadata::signed_refusal;
use super::route::{Service, Target};
use crate::simulator::cloud::Refusal;
use crate::simulator::exchange::Answer;

/// What an access token is for, as far as errors tell it.
const WHY: &str = "Expected OAuth 2 access token, login cookie or other valid authentication credential. See \
    https://developers.google.com/identity/sign-in/web/devconsole-project.";

/// Why a caller is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stranger {
    /// There is no token.
    Missing,
    /// Nobody handed the token out.
    Unknown,
    /// The token has ended.
    Expired,
    /// The token is not for this service.
    Narrow,
}

/// Returns the name of a service in errors.
pub(super) fn name_of(service: Service) -> &'static str {
    match service {
        Service::Compute => "compute.googleapis.com",
        Service::Manager => "cloudresourcemanager.googleapis.com",
        Service::Login => "oauth2.googleapis.com",
        Service::Exchange => "sts.googleapis.com",
        Service::Credentials => "iamcredentials.googleapis.com",
        Service::Metadata => "metadata.google.internal",
    }
}

/// Returns the error of a caller who is not let in.
pub(super) fn stranger(target: &Target, why: Stranger) -> Failure {
    let metadata = json!({"service": name_of(target.service), "method": target.name});
    let (message, reason, text, error) = match why {
        Stranger::Missing => (
            "Request is missing required authentication credential.",
            "CREDENTIALS_MISSING",
            "Login Required.",
            "required",
        ),
        Stranger::Unknown => (
            "Request had invalid authentication credentials.",
            "ACCESS_TOKEN_TYPE_UNSUPPORTED",
            "Invalid Credentials",
            "authError",
        ),
        Stranger::Expired => (
            "Request had invalid authentication credentials.",
            "ACCESS_TOKEN_EXPIRED",
            "Invalid Credentials",
            "authError",
        ),
        Stranger::Narrow => {
            let message = "Request had insufficient authentication scopes.";
            let details = json!([information("ACCESS_TOKEN_SCOPE_INSUFFICIENT", &metadata)]);
            let failure = match target.service {
                Service::Compute => Failure::old(403, message, "global", "insufficientPermissions"),
                _ => Failure::new(403, message, "PERMISSION_DENIED"),
            };
            return failure.with_status("PERMISSION_DENIED").with_details(details);
        }
    };
    let mut failure =
        Failure::old(401, text, "global", error).at_header("Authorization").with_status("UNAUTHENTICATED");
    failure.set_message(&format!("{message} {WHY}"));
    failure.with_details(json!([information(reason, &metadata)]))
}

/// Refuses as the services do that speak in JSON; `throttles_with` is the status of Compute Engine for too many requests.
pub(super) fn refuse(target: &Target, refusal: Refusal, throttles_with: u16) -> Failure {
    if matches!(target.service, Service::Login | Service::Exchange) {
        return login(refusal);
    }
    let is_old = target.service == Service::Compute;
    let service = name_of(target.service);
    match refusal {
        Refusal::Throttled if is_old && throttles_with == 403 => {
            Failure::old(403, "Rate Limit Exceeded", "usageLimits", "rateLimitExceeded")
        }
        Refusal::Throttled => {
            let message = format!(
                "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service '{service}' \
                 for consumer 'project_number:123456789012'."
            );
            let metadata = json!({"service": service, "consumer": "projects/123456789012"});
            let failure = if is_old {
                Failure::old(429, &message, "global", "rateLimitExceeded")
            } else {
                Failure::new(429, &message, "RESOURCE_EXHAUSTED")
            };
            failure
                .with_status("RESOURCE_EXHAUSTED")
                .with_details(json!([information("RATE_LIMIT_EXCEEDED", &metadata)]))
        }
        Refusal::Internal | Refusal::BadGateway if is_old => {
            let message = "Internal error. Please try again or contact Google Support. (Code: '58F56A1E2C1B4.6A60BD4.D5F2C3A8')";
            Failure::old(500, message, "global", "internalError")
        }
        Refusal::Internal | Refusal::BadGateway => {
            Failure::new(500, "Internal error encountered.", "INTERNAL")
        }
        Refusal::Unavailable if is_old => {
            let message = "Internal error. Please try again or contact Google Support. (Code: '58F56A1E2C1B5.6A60BD4.D5F2C3A9')";
            Failure::old(503, message, "global", "backendError")
        }
        Refusal::Unavailable => Failure::new(503, "The service is currently unavailable.", "UNAVAILABLE"),
        Refusal::Denied if is_old => compute::denied(&target.scope),
        Refusal::Denied => manager::denied(),
        Refusal::Unknown => stranger(target, Stranger::Unknown),
        Refusal::Expired => stranger(target, Stranger::Expired),
    }
}

/// Refuses as the token endpoints do.
fn login(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Throttled => Failure::oauth(429, "rate_limit_exceeded", "You have been rate limited."),
        Refusal::Internal | Refusal::BadGateway => Failure::oauth(500, "internal_failure", "Backend Error"),
        Refusal::Unavailable => Failure::oauth(503, "temporarily_unavailable", "The service is unavailable."),
        Refusal::Denied => {
            let text = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";
            Failure::oauth(401, "unauthorized_client", text)
        }
        Refusal::Unknown => Failure::oauth(400, "invalid_grant", "Invalid grant: account not found"),
        Refusal::Expired => Failure::oauth(400, "invalid_grant", "Token has been expired or revoked."),
    }
}

/// Refuses as the metadata server does.
pub(super) fn metadata(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::Throttled => signed_refusal(429, "Too Many Requests", "Too many requests."),
        Refusal::Internal | Refusal::BadGateway => {
            signed_refusal(500, "Server Error", "The server had an error.")
        }
        Refusal::Unavailable => signed_refusal(503, "Service Unavailable", "The server is unavailable."),
        Refusal::Denied | Refusal::Unknown | Refusal::Expired => {
            signed_refusal(404, "Not Found", "The service account was not found.")
        }
    }
}
