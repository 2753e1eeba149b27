//! How Google Cloud is reached: with which credentials, as the configuration and the environment say.

use std::fmt;
use std::path::PathBuf;

use inventory_core::config::secret::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// The kind of credentials: the option `auth_kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuthKind {
    /// Application default credentials: what `GOOGLE_APPLICATION_CREDENTIALS`, `gcloud` or the machine has.
    Application,
    /// The key of a service account, from a file or from text; the file counts when both are given.
    ServiceAccount,
    /// The service account of the machine that this runs on.
    MachineAccount,
    /// A token that somebody else got, and that is never refreshed.
    AccessToken,
}

/// How Google Cloud is reached; no text is empty.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    /// The kind of credentials. What another kind needs is never set.
    pub(crate) auth_kind: AuthKind,
    /// The OAuth scopes that a token is asked for; unused for a machine account.
    pub(crate) scopes: Vec<String>,
    /// The file with the key of a service account.
    pub(crate) service_account_file: Option<PathBuf>,
    /// The key of a service account, as JSON.
    pub(crate) service_account_contents: Option<Secret>,
    /// Which service account of the machine; none for its default one.
    pub(crate) service_account_email: Option<String>,
    /// The token.
    pub(crate) access_token: Option<Secret>,
}

impl fmt::Debug for Connection {
    /// Writes the kind only: even a path may be a key that was put in the wrong place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("auth_kind", &self.auth_kind).finish_non_exhaustive()
    }
}
