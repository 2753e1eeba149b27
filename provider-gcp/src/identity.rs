//! Who asks Google Cloud, as a part of the key of facts that are kept.

use std::env;
use std::path::PathBuf;

use inventory_core::store::Identity;

use crate::connection::{AuthKind, Connection};

/// The variables that tell who asks, and where.
const VARIABLES: [&str; 4] = ["GCP_", "GCE_", "GOOGLE_", "CLOUDSDK_"];

/// Begins a key with whom the configuration, the environment and the files of credentials name; none for a token of
/// which nobody knows whose it is.
pub(crate) fn of(connection: &Connection) -> Option<Identity> {
    if connection.auth_kind == AuthKind::AccessToken {
        return None;
    }
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let folder = env::var_os("CLOUDSDK_CONFIG").map_or_else(|| home.join(".config/gcloud"), PathBuf::from);
    let application = env::var_os("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from);
    let application = application.unwrap_or_else(|| folder.join("application_default_credentials.json"));
    let is_of_machine = match connection.auth_kind {
        AuthKind::MachineAccount => true,
        AuthKind::Application => !application.exists(),
        AuthKind::ServiceAccount | AuthKind::AccessToken => false,
    };
    let mut identity = Identity::new("gcp")
        .environment(&VARIABLES, &[])
        .file(&application)
        .part("kind", &connection.auth_kind)
        .part("scopes", &connection.scopes)
        .part("email", &connection.service_account_email);
    if let Some(file) = &connection.service_account_file {
        identity = identity.file(file);
    }
    if let Some(contents) = &connection.service_account_contents {
        // Of a key only the name of its account counts.
        let account = serde_json::from_str::<serde_json::Value>(contents.reveal()).ok();
        identity = identity.part("account", &account.as_ref().and_then(|key| key.get("client_email")));
    }
    Some(if is_of_machine { identity.machine() } else { identity })
}
