//! The metadata server of a machine.

use serde_json::{Value, json};

use super::directory::{Accounts, PLATFORM};
use super::failure::Failure;
use super::token::Grant;
use crate::simulator::cloud::World;
use crate::simulator::exchange::{Answer, Request};

/// The project that the machine is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) project: &'a str,
    pub(super) number: u64,
    pub(super) accounts: &'a Accounts,
}

/// Answers a request to the server.
pub(super) fn answer(world: &World, place: Place<'_>, request: &Request) -> Answer {
    let segments = request.segments();
    let words: Vec<_> = segments.iter().map(String::as_str).collect();
    let is_root = words.is_empty();
    if !is_root && request.header("metadata-flavor") != Some("Google") {
        return sign(refuse(403, "Forbidden", "Missing Metadata-Flavor:Google header."));
    }
    if request.header("x-forwarded-for").is_some() {
        return sign(refuse(403, "Forbidden", "The request was forwarded."));
    }
    sign(match tree(world, place, request, &words) {
        Some(Value::String(text)) => Answer::new(200, "application/text", text),
        Some(Value::Array(names)) => {
            let lines = names.iter().filter_map(Value::as_str).map(|name| format!("{name}\n"));
            Answer::new(200, "application/text", lines.collect::<String>())
        }
        Some(value) => Answer::new(200, "application/json", value.to_string()),
        None => refuse(404, "Not Found", "The requested URL was not found on this server."),
    })
}

/// Adds the headers that tell that it is the metadata server.
fn sign(answer: Answer) -> Answer {
    answer.with_header("metadata-flavor", "Google").with_header("server", "Metadata Server for VM")
}

/// Makes an error as the server writes it.
pub(super) fn refuse(status: u16, title: &str, text: &str) -> Answer {
    match Failure::html(status, title, text).body {
        super::failure::Body::Html(page) => Answer::new(status, "text/html; charset=UTF-8", page),
        super::failure::Body::Json(_) => Answer::text(status, text),
    }
}

/// Makes an error with the headers of the server.
pub(super) fn signed_refusal(status: u16, title: &str, text: &str) -> Answer {
    sign(refuse(status, title, text))
}

/// Returns what is at a place: a text, the names of what is in a folder, or a document.
fn tree(world: &World, place: Place<'_>, request: &Request, words: &[&str]) -> Option<Value> {
    let is_recursive = request.parameter("recursive").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    match words {
        [] => Some(json!(["computeMetadata/"])),
        ["computeMetadata"] => Some(json!(["v1/"])),
        ["computeMetadata", "v1"] => Some(json!(["instance/", "project/", "universe/"])),
        ["computeMetadata", "v1", "project", "project-id"] => Some(json!(place.project)),
        ["computeMetadata", "v1", "project", "numeric-project-id"] => Some(json!(place.number.to_string())),
        ["computeMetadata", "v1", "universe", "universe-domain" | "universe_domain"] => {
            Some(json!("googleapis.com"))
        }
        ["computeMetadata", "v1", "instance", "service-accounts"] if is_recursive => {
            let all = ["default", place.accounts.machine.as_str(), &place.accounts.keyed];
            Some(all.into_iter().filter_map(|name| Some((name.to_owned(), describe(place, name)?))).collect())
        }
        ["computeMetadata", "v1", "instance", "service-accounts"] => Some(json!([
            format!("{}/", place.accounts.machine),
            format!("{}/", place.accounts.keyed),
            "default/"
        ])),
        ["computeMetadata", "v1", "instance", "service-accounts", name] if is_recursive => {
            describe(place, name)
        }
        ["computeMetadata", "v1", "instance", "service-accounts", name] => {
            email(place, name)?;
            Some(json!(["aliases", "email", "identity", "scopes", "token"]))
        }
        ["computeMetadata", "v1", "instance", "service-accounts", name, "token"] => {
            token(world, place, request, name)
        }
        [
            "computeMetadata",
            "v1",
            "instance",
            "service-accounts",
            name,
            field @ ("email" | "scopes" | "aliases"),
        ] => describe(place, name)?.get(field).cloned(),
        _ => None,
    }
}

/// Returns the e-mail address of an account of the machine.
fn email<'a>(place: Place<'a>, name: &str) -> Option<&'a str> {
    let accounts = place.accounts;
    if name == "default" {
        return Some(&accounts.machine);
    }
    accounts.emails().into_iter().find(|email| *email == name)
}

fn describe(place: Place<'_>, name: &str) -> Option<Value> {
    let email = email(place, name)?;
    let aliases: &[&str] = if email == place.accounts.machine { &["default"] } else { &[] };
    Some(json!({"aliases": aliases, "email": email, "scopes": [PLATFORM]}))
}

/// Returns a token of an account; scopes that are asked for have no effect on Compute Engine.
fn token(world: &World, place: Place<'_>, request: &Request, name: &str) -> Option<Value> {
    let email = email(place, name)?;
    if request.query.iter().any(|(name, _)| name != "scopes") {
        return None;
    }
    let grant = Grant::new(world, email, PLATFORM);
    let lifetime = world.limits.token_lifetime.as_secs().saturating_sub(1);
    Some(json!({"access_token": grant.write(&world.seal), "expires_in": lifetime, "token_type": "Bearer"}))
}
