//! Who asks for tokens, and by what.

use std::path::{Path, PathBuf};

use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use inventory_core::config::secret::Secret;
use url::Url;

use super::certificate;

/// Who asks for tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// An application with a secret.
    Secret {
        /// The directory.
        tenant: String,
        /// The application.
        client_id: String,
        /// Its secret.
        secret: Secret,
    },
    /// An application with a signed statement.
    Assertion {
        /// The directory.
        tenant: String,
        /// The application.
        client_id: String,
        /// The statement.
        assertion: Assertion,
    },
    /// A user with a password.
    Password {
        /// The directory.
        tenant: String,
        /// The application on whose behalf the user logs in.
        client_id: String,
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// The machine that this program runs on, by its managed identity.
    Machine {
        /// The application of one of several identities.
        client_id: Option<String>,
    },
    /// Whoever is logged in to the Azure CLI.
    CommandLine,
}

/// A signed statement of who an application is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assertion {
    /// A token of another identity provider.
    Token(Secret),
    /// A file with such a token, which its owner renews.
    File(PathBuf),
    /// A PEM file with certificate and key, with which the statement is signed.
    Certificate(PathBuf),
}

/// An assertion for one application at one authority.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) assertion: Assertion,
    pub(super) client_id: String,
    /// The address at which tokens are asked for.
    pub(super) audience: Url,
}

impl Statement {
    fn text(&self) -> Result<String, String> {
        match &self.assertion {
            Assertion::Token(token) => Ok(token.reveal().to_owned()),
            Assertion::File(path) => Ok(read(path, "the federated token")?.trim().to_owned()),
            Assertion::Certificate(path) => {
                let pem = Secret::new(read(path, "the certificate")?);
                certificate::sign(&pem, &self.client_id, &self.audience)
                    .map_err(|reason| format!("cannot use the certificate `{}`: {reason}", path.display()))
            }
        }
    }
}

fn read(path: &Path, what: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|fault| format!("cannot read {what} `{}`: {fault}", path.display()))
}

#[async_trait::async_trait]
impl ClientAssertion for Statement {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.text().map_err(|reason| {
            azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, reason)
        })
    }
}
