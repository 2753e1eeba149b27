//! Who asks AWS, as a part of the key of facts that are kept.

use std::env;
use std::path::PathBuf;

use inventory_core::store::Identity;

/// Variables that have nothing to do with facts, or change from session to session.
const OTHERS: [&str; 10] = [
    "AWS_CLI_",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_DEFAULT_OUTPUT",
    "AWS_EXECUTION_ENV",
    "AWS_MAX_ATTEMPTS",
    "AWS_PAGER",
    "AWS_RETRY_MODE",
    "AWS_SDK_",
    "AWS_SESSION_EXPIRATION",
];

/// Variables that name the credentials.
const NAMED: [&str; 4] =
    ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"];

/// Begins a key with whom the environment, the files of profiles and the configuration name.
pub(crate) fn of(access_key: Option<&str>) -> Identity {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let file = |variable: &str, usual: &str| {
        env::var_os(variable).map_or_else(|| home.join(".aws").join(usual), PathBuf::from)
    };
    let files = [file("AWS_CONFIG_FILE", "config"), file("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
    let is_named = access_key.is_some()
        || NAMED.iter().any(|name| env::var_os(name).is_some_and(|text| !text.is_empty()))
        || files.iter().any(|file| file.exists());
    let identity = Identity::new("aws").environment(&["AWS_"], &OTHERS).part("access key", &access_key);
    let identity = files.iter().fold(identity, |identity, file| identity.file(file));
    if is_named { identity } else { identity.machine() }
}
