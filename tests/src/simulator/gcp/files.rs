//! Files with credentials, as people download them.

use std::path::Path;

use serde_json::{Value, json};

use super::directory::{AUDIENCE, Accounts, CLIENT, CLIENT_SECRET, PLATFORM, REFRESH_TOKEN, SUBJECT_TOKEN};
use super::key;
use super::token::Grant;
use crate::simulator::cloud::World;

/// The key file of the service account, for clients of the proxy.
pub const SERVICE_ACCOUNT: &str = "service-account.json";
/// What `gcloud auth application-default login` leaves.
pub const AUTHORIZED_USER: &str = "authorized-user.json";
/// Workload identity federation: a token of another identity provider, out of a file.
pub const EXTERNAL_ACCOUNT: &str = "external-account.json";
/// The user who acts as the service account.
pub const IMPERSONATED: &str = "impersonated-service-account.json";
/// A bare access token for `cloud-platform`.
pub const ACCESS_TOKEN: &str = "access-token.txt";
/// What stands before these names in those of the files for clients of the plain endpoint.
pub const ENDPOINT: &str = "endpoint-";

const SUBJECT_FILE: &str = "subject-token.txt";

/// Where the services are.
struct Places {
    login: String,
    exchange: String,
    credentials: String,
}

/// Returns all files, by their names.
pub(super) fn all(
    world: &World,
    accounts: &Accounts,
    project: &str,
    endpoint: &str,
    folder: &Path,
) -> Vec<(String, String)> {
    let real = Places {
        login: "https://oauth2.googleapis.com".to_owned(),
        exchange: "https://sts.googleapis.com".to_owned(),
        credentials: "https://iamcredentials.googleapis.com".to_owned(),
    };
    let plain = || endpoint.to_owned();
    let plain = Places { login: plain(), exchange: plain(), credentials: plain() };
    let mut files = Vec::new();
    for (prefix, places) in [("", real), (ENDPOINT, plain)] {
        let user = user(&places, project);
        let table = [
            (SERVICE_ACCOUNT, key_file(&places, accounts, project)),
            (EXTERNAL_ACCOUNT, external(&places, folder)),
            (IMPERSONATED, impersonated(&places, accounts, &user)),
            (AUTHORIZED_USER, user),
        ];
        let write = |value: Value| format!("{value:#}\n");
        files.extend(table.map(|(name, value)| (format!("{prefix}{name}"), write(value))));
    }
    let token = Grant::new(world, &accounts.keyed, PLATFORM).write(&world.seal);
    files.push((ACCESS_TOKEN.to_owned(), token));
    files.push((SUBJECT_FILE.to_owned(), SUBJECT_TOKEN.to_owned()));
    files
}

fn key_file(places: &Places, accounts: &Accounts, project: &str) -> Value {
    json!({
        "type": "service_account",
        "project_id": project,
        "private_key_id": key::ID,
        "private_key": key::private_key(),
        "client_email": accounts.keyed,
        "client_id": "100000000000000000001",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": format!("{}/token", places.login),
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "universe_domain": "googleapis.com",
    })
}

fn user(places: &Places, project: &str) -> Value {
    json!({
        "account": "",
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "quota_project_id": project,
        "refresh_token": REFRESH_TOKEN,
        "token_uri": format!("{}/token", places.login),
        "type": "authorized_user",
        "universe_domain": "googleapis.com",
    })
}

fn external(places: &Places, folder: &Path) -> Value {
    json!({
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{}/v1/token", places.exchange),
        "credential_source": {"file": folder.join(SUBJECT_FILE)},
        "universe_domain": "googleapis.com",
    })
}

fn impersonated(places: &Places, accounts: &Accounts, user: &Value) -> Value {
    let account = &accounts.keyed;
    json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url":
            format!("{}/v1/projects/-/serviceAccounts/{account}:generateAccessToken", places.credentials),
        "delegates": [],
        "source_credentials": user,
    })
}
