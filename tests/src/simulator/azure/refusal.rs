//! Refusals of requests that are right, as the services write them.

use super::answer::{Answer, denied};
use super::directory::CLIENT;
use super::graph;
use super::login::Login;
use super::manager::{Manager, target};
use super::metadata;
use crate::simulator::cloud::Refusal;

/// How long a client that was throttled shall wait, in seconds.
const PAUSE: &str = "1";

/// Refuses as Resource Manager and the resource providers do.
pub(super) fn manager(manager: &Manager<'_>, refusal: Refusal) -> Answer {
    let target = target(manager.request);
    let operation = target.as_ref().map(|target| target.operation.name).unwrap_or_default();
    match refusal {
        Refusal::Throttled if operation == "ResourceGraph" => graph::throttled(),
        Refusal::Throttled => {
            let text = format!(
                "The server rejected the request because too many requests have been received for this subscription \
                 ({operation}). Please try again after '{PAUSE}' seconds."
            );
            Answer::refuse(429, "TooManyRequests", text)
                .with("retry-after", PAUSE)
                .with("x-ms-ratelimit-remaining-subscription-reads", "0")
        }
        Refusal::Internal => Answer::refuse(500, "InternalServerError", "Encountered internal server error."),
        Refusal::BadGateway => {
            Answer::refuse(502, "BadGateway", "The gateway got no answer from the service.")
        }
        Refusal::Unavailable => {
            let text =
                "The request timed out. Diagnostic information: timestamp, subscription id, tracking id.";
            Answer::refuse(503, "ServerTimeout", text)
        }
        Refusal::Denied => {
            let kind = target.as_ref().map(|target| target.operation.kind).unwrap_or_default();
            let scope = target.map(|target| target.subscription.unwrap_or_default()).unwrap_or_default();
            denied(CLIENT, &format!("{kind}/read"), &format!("/subscriptions/{scope}"))
        }
        Refusal::Unknown => {
            manager.unauthorized("InvalidAuthenticationToken", "The access token is invalid.")
        }
        Refusal::Expired => manager.expired(manager.world.clock.now().saturating_sub(1)),
    }
}

/// Refuses as Entra does.
pub(super) fn login(login: &Login<'_>, refusal: Refusal) -> Answer {
    match refusal {
        Refusal::Throttled => {
            let text = "The server is temporarily too busy to handle the request.";
            login.refuse(429, "temporarily_unavailable", 90_055, text).with("retry-after", PAUSE)
        }
        Refusal::Internal | Refusal::BadGateway => {
            login.refuse(500, "server_error", 90_014, "An internal service error has occurred.")
        }
        Refusal::Unavailable => {
            let text = "A transient error has occurred. Please try again.";
            login.refuse(503, "temporarily_unavailable", 90_033, text)
        }
        Refusal::Denied => {
            let text = "Access has been blocked by Conditional Access policies.";
            login.refuse(400, "invalid_grant", 53_003, text)
        }
        Refusal::Unknown => {
            let text = format!("Invalid client secret provided for a secret added to app '{CLIENT}'.");
            login.refuse(401, "invalid_client", 7_000_215, &text)
        }
        Refusal::Expired => {
            let text = format!("The provided client secret keys for app '{CLIENT}' are expired.");
            login.refuse(401, "invalid_client", 7_000_222, &text)
        }
    }
}

/// Refuses as the identity endpoints of machines do.
pub(super) fn identity(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::Throttled => {
            metadata::refuse(429, "too_many_requests", "Too many requests").with("retry-after", PAUSE)
        }
        Refusal::Internal | Refusal::BadGateway => {
            metadata::refuse(500, "unknown", "Failed to retrieve the token")
        }
        Refusal::Unavailable => metadata::refuse(503, "service_unavailable", "The service is unavailable"),
        Refusal::Denied | Refusal::Unknown | Refusal::Expired => {
            metadata::refuse(400, "invalid_request", "Identity not found")
        }
    }
}
