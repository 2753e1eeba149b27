//! How Azure is reached: where credentials may come from, as the configuration and the environment say.

use std::path::PathBuf;

use inventory_core::config::secret::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// Where credentials are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthSource {
    /// In the options, the environment, the file of credentials and the Azure CLI; the first that has some counts.
    #[default]
    Auto,
    /// In the Azure CLI.
    Cli,
    /// In a profile of the file of credentials.
    CredentialFile,
    /// In the environment.
    #[serde(rename = "env")]
    Environment,
    /// In the metadata service of the machine.
    #[serde(rename = "msi")]
    ManagedIdentity,
}

/// What one place (options, environment, profile) says about credentials; nothing is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Properties {
    /// The subscription's id.
    pub(crate) subscription_id: Option<String>,
    /// The application's id.
    pub(crate) client_id: Option<String>,
    /// The application's secret.
    pub(crate) secret: Option<Secret>,
    /// The directory's id or domain.
    pub(crate) tenant: Option<String>,
    /// The user's name.
    pub(crate) ad_user: Option<String>,
    /// The user's password.
    pub(crate) password: Option<Secret>,
    /// The cloud's name or URL.
    pub(crate) cloud_environment: Option<String>,
    /// The authority of ADFS.
    pub(crate) adfs_authority_url: Option<String>,
    /// A PEM file with the application's certificate and key.
    pub(crate) x509_certificate_path: Option<String>,
    /// The certificate's thumbprint.
    pub(crate) thumbprint: Option<String>,
    /// A token of another identity provider.
    pub(crate) oidc_token: Option<Secret>,
    /// A file with such a token.
    pub(crate) oidc_token_file_path: Option<String>,
}

impl Properties {
    /// Collects the properties that `find` has, by the names that the plugin's options have.
    pub(crate) fn collect(mut find: impl FnMut(&'static str) -> Option<String>) -> Properties {
        let mut text = |name| find(name).filter(|text: &String| !text.is_empty());
        Properties {
            subscription_id: text("subscription_id"),
            client_id: text("client_id"),
            secret: text("secret").map(Secret::new),
            tenant: text("tenant"),
            ad_user: text("ad_user"),
            password: text("password").map(Secret::new),
            cloud_environment: text("cloud_environment"),
            adfs_authority_url: text("adfs_authority_url"),
            x509_certificate_path: text("x509_certificate_path"),
            thumbprint: text("thumbprint"),
            oidc_token: text("oidc_token").map(Secret::new),
            oidc_token_file_path: text("oidc_token_file_path"),
        }
    }
}

/// How Azure is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Where credentials are looked for.
    pub(crate) auth_source: AuthSource,
    /// The profile that the options name.
    pub(crate) profile: Option<String>,
    /// What the options say.
    pub(crate) given: Properties,
    /// The profile that the environment names.
    pub(crate) environment_profile: Option<String>,
    /// What the environment says.
    pub(crate) environment: Properties,
    /// The variables that are set, but that only other tools read, each with the one that is read.
    pub(crate) foreign_variables: Vec<(&'static str, &'static str)>,
    /// The file of credentials; none where no home folder is known.
    pub(crate) credential_file: Option<PathBuf>,
    /// Where the endpoints of clouds that are not known by name are described.
    pub(crate) metadata_url: Option<String>,
    /// Whether credentials count that name no subscription, because the source finds its subscriptions itself.
    pub(crate) needs_no_subscription: bool,
}
