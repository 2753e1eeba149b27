//! Who asks for tokens, and by what.

use inventory_core::config::secret::Secret;
use url::Url;

/// Who asks for tokens; it holds secrets and has no `Debug` for that reason.
pub(crate) enum Identity {
    /// Somebody else did.
    Given(Secret),
    /// The machine that this program runs on.
    Machine(Machine),
    /// A user who is logged in.
    Login(Login),
    /// A service account, for which the other identity asks.
    Impersonated(Impersonation),
    /// Whom Google's library knows.
    Library(Key),
}

/// A service account of the machine that this program runs on.
pub(crate) struct Machine {
    /// The metadata server.
    pub(super) server: Url,
    /// The e-mail address of the account, or `default`.
    pub(super) account: String,
    /// Whether the scopes are asked for; Compute Engine gives those of the machine all the same.
    pub(super) asks_scopes: bool,
    /// Whether no other credentials were found, so that it is not sure that there is a metadata server.
    pub(super) is_last_resort: bool,
}

/// What a user who logged in was given to get tokens with.
pub(crate) struct Login {
    pub(super) token_url: Url,
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) refresh_token: Secret,
    /// Whether it is of a pool of users whom another identity provider knows.
    pub(super) is_workforce: bool,
}

/// A service account for which another identity may get tokens.
pub(crate) struct Impersonation {
    pub(super) source: Box<Identity>,
    pub(super) url: Url,
    pub(super) delegates: Vec<String>,
}

/// A document with credentials for Google's library.
pub(crate) struct Key {
    pub(super) kind: KeyKind,
    pub(super) document: serde_json::Value,
}

/// What is in such a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// The key of a service account.
    ServiceAccount,
    /// How a token of another identity provider is found, and what it is exchanged for.
    ExternalAccount,
}

impl Identity {
    /// Returns whether a token depends on the scopes that it is asked for with.
    pub(crate) fn has_scopes(&self) -> bool {
        match self {
            Identity::Given(_) => false,
            Identity::Machine(machine) => machine.asks_scopes,
            Identity::Login(login) => !login.is_workforce,
            Identity::Impersonated(_) | Identity::Library(_) => true,
        }
    }
}
