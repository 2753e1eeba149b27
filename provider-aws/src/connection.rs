//! How AWS is reached: credentials, endpoint and region, as the configuration says.

use std::fmt;

/// A text that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Takes a text into care.
    pub(crate) fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// Returns the text, for the one place that signs with it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Where credentials come from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) enum Identity {
    /// The environment, the default profile, web identity, the container, the machine.
    #[default]
    Default,
    /// A named profile, which leaves the environment out.
    Profile(String),
    /// Keys from the configuration.
    Keys {
        /// The access key's id.
        access_key: Secret,
        /// The secret key.
        secret_key: Secret,
        /// The token of temporary keys.
        session_token: Option<Secret>,
    },
}

/// How AWS is reached.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Connection {
    /// Where credentials come from.
    pub(crate) identity: Identity,
    /// The role that is assumed with them, by its ARN.
    pub(crate) role: Option<String>,
    /// The endpoint of every service.
    pub(crate) endpoint_url: Option<String>,
    /// The region of calls that are not about one region: `AssumeRole`, `DescribeRegions`.
    pub(crate) region: Option<String>,
}

impl Connection {
    /// Returns the account as the configuration names it: the role or the profile.
    pub(crate) fn account(&self) -> Option<&str> {
        match (&self.role, &self.identity) {
            (Some(role), _) => Some(role),
            (None, Identity::Profile(name)) => Some(name),
            (None, _) => None,
        }
    }
}
