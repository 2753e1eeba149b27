//! Who may ask, how it is told who may not, and what else is refused.

use std::time::Duration;

use serde_json::Value;

use super::{LOGIN, MANAGER, SUBSCRIPTION, body, code, get, login, pair, request, token};
use crate::simulator::azure::directory::{
    CLIENT, FEDERATED_TOKEN, IDENTITY_HEADER, PASSWORD, SECRET, TENANT, USER, USER_IDENTITY,
};
use crate::simulator::cloud::{Cloud as _, Refusal};

#[test]
fn tokens_are_given_for_each_kind_of_proof() {
    let azure = pair();
    let scope = "scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
    let kind = "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    let table = [
        (format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}&{scope}"), 200, ""),
        (
            format!(
                "grant_type=client_credentials&client_id={CLIENT}&client_assertion={FEDERATED_TOKEN}&{kind}&{scope}"
            ),
            200,
            "",
        ),
        (
            format!(
                "grant_type=password&client_id={CLIENT}&username={USER}&password={PASSWORD}&{scope}+openid"
            ),
            200,
            "",
        ),
        (
            format!("grant_type=client_credentials&client_id={CLIENT}&client_secret=x&{scope}"),
            401,
            "invalid_client",
        ),
        (
            format!("grant_type=client_credentials&client_id={CLIENT}&client_assertion=a.b.c&{kind}&{scope}"),
            401,
            "invalid_client",
        ),
        (format!("grant_type=client_credentials&client_id={CLIENT}&{scope}"), 401, "invalid_client"),
        (
            format!("grant_type=client_credentials&client_id=x&client_secret={SECRET}&{scope}"),
            400,
            "unauthorized_client",
        ),
        (
            format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}"),
            400,
            "invalid_request",
        ),
        (
            format!(
                "grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
            ),
            400,
            "invalid_resource",
        ),
        (
            format!(
                "grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}&scope=https%3A%2F%2Fmanagement.azure.com%2F"
            ),
            400,
            "invalid_scope",
        ),
        (format!("grant_type=device_code&client_id={CLIENT}&{scope}"), 400, "unsupported_grant_type"),
        (
            format!("grant_type=password&client_id={CLIENT}&username={USER}&password=x&{scope}"),
            400,
            "invalid_grant",
        ),
        (
            format!(
                "grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}&{scope}&colour=blue"
            ),
            400,
            "invalid_request",
        ),
    ];
    for (form, status, error) in table {
        let answer = login(&azure, &form);
        assert_eq!((answer.status, code(&answer).as_str()), (status, error), "{form}");
        let number = body(&answer).pointer("/error_codes/0").and_then(Value::as_u64);
        let text =
            body(&answer).get("error_description").and_then(Value::as_str).unwrap_or_default().to_owned();
        assert!(number.is_none_or(|number| text.starts_with(&format!("AADSTS{number}: "))), "{text}");
    }
}

#[test]
fn machines_have_identities() {
    let azure = pair();
    let identity = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F";
    let service =
        "http://127.0.0.1:1/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com";
    let table = [
        (identity.to_owned(), "metadata", "true", 200),
        (format!("{identity}&client_id={USER_IDENTITY}"), "metadata", "true", 200),
        (format!("{identity}&client_id=x"), "metadata", "true", 400),
        (identity.to_owned(), "accept", "true", 400),
        (identity.replace("2018-02-01", "2017-09-01"), "metadata", "true", 400),
        (identity.replace("management.azure", "vault.azure"), "metadata", "true", 400),
        (service.to_owned(), "x-identity-header", IDENTITY_HEADER, 200),
        (service.to_owned(), "x-identity-header", "x", 401),
    ];
    for (url, name, value, status) in table {
        let mut request = request("GET", &url);
        request.headers.insert(name.to_owned(), value.to_owned());
        let answer = azure.answer(&request, None);
        assert_eq!(answer.status, status, "{url} {name}");
        assert_eq!(body(&answer).get("access_token").is_some(), status == 200);
    }
}

#[test]
fn what_is_wrong_about_a_request_is_told() {
    let azure = pair();
    let place = format!("{MANAGER}/subscriptions/{SUBSCRIPTION}");
    let machines = "providers/Microsoft.Compute/virtualMachines";
    let table = [
        (format!("{place}/{machines}"), 400, "MissingApiVersionParameter"),
        (format!("{place}/{machines}?api-version=2024-05-01"), 400, "NoRegisteredProviderFound"),
        (format!("{place}/resourcegroups?api-version=2024-05-02"), 400, "InvalidApiVersionParameter"),
        (format!("{place}/{machines}?api-version=2024-07-01&colour=blue"), 400, "InvalidQueryParameter"),
        (format!("{place}/{machines}?api-version=2024-07-01&$skiptoken=200"), 400, "InvalidSkipToken"),
        (format!("{place}/{machines}?api-version=2024-07-01&statusOnly=yes"), 400, "InvalidParameter"),
        (format!("{place}/{machines}?api-version=2024-07-01&$expand=instanceView"), 400, "InvalidParameter"),
        (
            format!("{place}/resourceGroups/WEB/{machines}?api-version=2024-07-01&statusOnly=true"),
            400,
            "InvalidParameter",
        ),
        (format!("{MANAGER}/subscriptions/x/{machines}?api-version=2024-07-01"), 404, "SubscriptionNotFound"),
        (format!("{place}/resourceGroups/x/{machines}?api-version=2024-07-01"), 404, "ResourceGroupNotFound"),
        (format!("{place}/resourceGroups/WEB/{machines}/x?api-version=2024-07-01"), 404, "ResourceNotFound"),
        (
            format!("{place}/providers/Microsoft.Compute/disks?api-version=2024-07-01"),
            404,
            "InvalidResourceType",
        ),
        (
            format!(
                "{MANAGER}/providers/Microsoft.Management/managementGroups/x/descendants?api-version=2020-05-01"
            ),
            403,
            "AuthorizationFailed",
        ),
        (format!("{MANAGER}/batch?api-version=2015-11-01"), 405, "HttpMethodNotSupported"),
    ];
    for (url, status, error) in table {
        let answer = get(&azure, &url);
        assert_eq!((answer.status, code(&answer).as_str()), (status, error), "{url}");
    }
}

#[test]
fn only_good_tokens_are_taken() {
    let azure = pair();
    let good = token(&azure);
    let url = format!("{MANAGER}/subscriptions?api-version=2022-12-01");
    let ask = |header: Option<String>, url: &str| {
        let mut request = request("GET", url);
        request.headers.extend(header.map(|header| ("authorization".to_owned(), header)));
        azure.answer(&request, None)
    };
    let elsewhere = url.replace("management.azure.com", "management.usgovcloudapi.net");
    let table = [
        (Some(format!("Bearer {good}")), &url, ""),
        (Some(format!("Basic {good}")), &url, "InvalidAuthenticationToken"),
        (Some("Bearer x.y.z".to_owned()), &url, "InvalidAuthenticationToken"),
        (Some(format!("Bearer {good}")), &elsewhere, "InvalidAuthenticationTokenAudience"),
        (None, &url, "AuthenticationFailed"),
    ];
    for (header, url, error) in table {
        let answer = ask(header, url);
        assert_eq!(code(&answer), error, "{url}");
        let is_challenged = answer.headers.iter().any(|(name, _)| *name == "www-authenticate");
        assert_eq!((answer.status == 401, is_challenged), (!error.is_empty(), !error.is_empty()));
    }
    azure.world.clock.advance(Duration::from_secs(3601));
    assert_eq!(code(&ask(Some(format!("Bearer {good}")), &url)), "ExpiredAuthenticationToken");
}

#[test]
fn refusals_have_the_form_of_the_service() {
    let azure = pair();
    let url = format!(
        "{MANAGER}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01"
    );
    let table = [
        (Refusal::Throttled, 429, "TooManyRequests", "temporarily_unavailable"),
        (Refusal::Internal, 500, "InternalServerError", "server_error"),
        (Refusal::BadGateway, 502, "", ""),
        (Refusal::Unavailable, 503, "ServerTimeout", "temporarily_unavailable"),
        (Refusal::Denied, 403, "AuthorizationFailed", "invalid_grant"),
        (Refusal::Unknown, 401, "InvalidAuthenticationToken", "invalid_client"),
        (Refusal::Expired, 401, "ExpiredAuthenticationToken", "invalid_client"),
    ];
    for (refusal, status, manager, entra) in table {
        let answer = azure.refuse(&request("GET", &url), refusal);
        assert_eq!((answer.status, code(&answer).as_str()), (status, manager));
        let pauses = answer.headers.iter().any(|(name, _)| *name == "retry-after");
        assert_eq!(pauses, refusal == Refusal::Throttled);
        let answer = azure.refuse(&request("POST", &format!("{LOGIN}/{TENANT}/oauth2/v2.0/token")), refusal);
        assert_eq!(code(&answer), entra);
    }
}
