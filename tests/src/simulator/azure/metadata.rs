//! The metadata service of a virtual machine, and the identity endpoint of an App Service.

use serde_json::{Value, json};

use super::answer::{Answer, Outcome};
use super::clock;
use super::clouds::CLOUDS;
use super::directory::{IDENTITY_HEADER, SYSTEM_IDENTITY, TENANT, USER_IDENTITY};
use super::token::Claims;
use crate::simulator::cloud::World;
use crate::simulator::exchange::Request;

/// The `api-version`s of the metadata service that give tokens, oldest and newest.
const VERSIONS: [&str; 10] = [
    "2018-02-01",
    "2019-06-01",
    "2019-06-04",
    "2019-08-01",
    "2019-08-15",
    "2019-11-01",
    "2020-06-01",
    "2020-09-01",
    "2021-02-01",
    "2021-12-13",
];

/// Returns the name of the call that a path is.
pub(super) fn classify(segments: &[&str]) -> &'static str {
    match segments {
        ["metadata", "identity", "oauth2", "token"] => "IdentityToken",
        ["msi", "token"] => "AppServiceToken",
        _ => "unknown",
    }
}

/// Answers a request to the service of a virtual machine or of an App Service.
pub(super) fn answer(world: &World, request: &Request, segments: &[&str]) -> Answer {
    let outcome = match classify(segments) {
        _ if request.method != "GET" => Err(refuse(405, "invalid_request", "Method not allowed")),
        "IdentityToken" => machine_token(world, request),
        "AppServiceToken" => service_token(world, request),
        _ => Err(refuse(404, "not_found", "Not found")),
    };
    outcome.unwrap_or_else(|refusal| refusal)
}

/// Returns an error in the form of these services.
pub(super) fn refuse(status: u16, error: &str, description: &str) -> Answer {
    Answer { status, headers: Vec::new(), body: json!({"error": error, "error_description": description}) }
}

fn machine_token(world: &World, request: &Request) -> Outcome {
    if !request.header("metadata").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err(refuse(400, "bad_request_102", "Required metadata header not specified"));
    }
    if request.header("x-forwarded-for").is_some() {
        return Err(refuse(400, "bad_request", "The request was forwarded"));
    }
    check_names(request, &["api-version", "resource", "client_id", "object_id", "mi_res_id", "msi_res_id"])?;
    match request.parameter("api-version") {
        Some(version) if VERSIONS.contains(&version) => {}
        _ => {
            return Err(refuse(
                400,
                "invalid_request",
                "Identity not found: unsupported or missing api-version",
            ));
        }
    }
    let (now, claims) = (world.clock.now(), claims(world, request)?);
    let lifetime = claims.expires - now;
    Ok(Answer::ok(json!({
        "access_token": claims.write(&world.seal, now), "client_id": claims.client,
        "expires_in": lifetime.to_string(), "expires_on": claims.expires.to_string(),
        "ext_expires_in": lifetime.to_string(), "not_before": now.to_string(), "resource": claims.audience,
        "token_type": "Bearer",
    })))
}

fn service_token(world: &World, request: &Request) -> Outcome {
    if request.header("x-identity-header") != Some(IDENTITY_HEADER) {
        return Err(service_refusal(401, "The header X-IDENTITY-HEADER is missing or wrong"));
    }
    check_names(request, &["api-version", "resource", "client_id", "principal_id", "mi_res_id"])?;
    if request.parameter("api-version") != Some("2019-08-01") {
        return Err(service_refusal(400, "The api-version is missing or not supported"));
    }
    let (now, claims) = (world.clock.now(), claims(world, request)?);
    Ok(Answer::ok(json!({
        "access_token": claims.write(&world.seal, now), "client_id": claims.client,
        "expires_on": claims.expires.to_string(), "not_before": now.to_string(), "resource": claims.audience,
        "token_type": "Bearer",
    })))
}

fn service_refusal(status: u16, message: &str) -> Answer {
    let body = json!({"statusCode": status, "message": message, "correlationId": Value::Null});
    Answer { status, headers: Vec::new(), body }
}

/// Returns what a token for the identity that was asked for says.
fn claims(world: &World, request: &Request) -> Outcome<Claims> {
    let audience = request.parameter("resource").unwrap_or_default();
    let is_known = CLOUDS.iter().any(|cloud| cloud.audiences().iter().any(|known| known == audience));
    if !is_known {
        let text = format!(
            "AADSTS500011: The resource principal named {audience} was not found in the tenant named {TENANT}. Timestamp: {}",
            clock::spaced(world.clock.now())
        );
        return Err(refuse(400, "invalid_resource", &text));
    }
    let client = match request.parameter("client_id") {
        None => SYSTEM_IDENTITY,
        Some(USER_IDENTITY) => USER_IDENTITY,
        Some(SYSTEM_IDENTITY) => SYSTEM_IDENTITY,
        Some(_) => return Err(refuse(400, "invalid_request", "Identity not found")),
    };
    Ok(Claims {
        audience: audience.to_owned(),
        tenant: TENANT.to_owned(),
        client: client.to_owned(),
        expires: world.clock.now() + world.limits.token_lifetime.as_secs(),
    })
}

fn check_names(request: &Request, known: &[&str]) -> Outcome<()> {
    match request.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => {
            Err(refuse(400, "invalid_request", &format!("The parameter '{name}' is not supported")))
        }
    }
}
