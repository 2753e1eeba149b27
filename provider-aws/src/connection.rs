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

/// A role, and how it is assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    /// The ARN.
    pub(crate) arn: String,
    /// The name of the session, which audits and trust policies see.
    pub(crate) session: &'static str,
    /// The id that the trust policy of another organization's role may ask for.
    pub(crate) external_id: Option<Secret>,
}

impl Role {
    /// Makes the role of the plugin's options, with the plugin's session, so that audits and trust policies still match.
    pub(crate) fn of_plugin(arn: String) -> Role {
        Role { arn, session: "ansible_aws_amazon.aws.aws_ec2_dynamic_inventory", external_id: None }
    }
}

/// How AWS is reached.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Connection {
    /// Where credentials come from.
    pub(crate) identity: Identity,
    /// The role that is assumed with them.
    pub(crate) role: Option<Role>,
    /// The endpoint of every service.
    pub(crate) endpoint_url: Option<String>,
    /// The region of calls that are not about one region: `AssumeRole`, `DescribeRegions`.
    pub(crate) region: Option<String>,
}

impl Connection {
    /// Returns the id of the access key that the configuration gives, which is no secret.
    pub(crate) fn access_key(&self) -> Option<&str> {
        match &self.identity {
            Identity::Keys { access_key, .. } => Some(access_key.reveal()),
            Identity::Default | Identity::Profile(_) => None,
        }
    }

    /// Returns the account as the configuration names it: the role or the profile.
    pub(crate) fn account(&self) -> Option<&str> {
        match (&self.role, &self.identity) {
            (Some(role), _) => Some(&role.arn),
            (None, Identity::Profile(name)) => Some(name),
            (None, _) => None,
        }
    }
}
