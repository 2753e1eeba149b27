//! How AWS is reached: credentials, endpoint and region, as the configuration says.

use inventory_core::config::secret::Secret;

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
