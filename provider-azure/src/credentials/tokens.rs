//! The token of a source: asked for once, shared by all requests, renewed before it runs out.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::TokenCredential;
use azure_core::http::{ClientOptions, HttpClient, RetryOptions, Transport as AzureTransport};
use azure_core::time::OffsetDateTime;
use azure_identity::{
    AzureCliCredential, ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId,
};
use inventory_core::discovery::{Error, ErrorKind};
use reqwest::header::HeaderValue;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use super::bridge::Bridge;
use super::identity::Statement;
use super::{Identity, OPERATION, failure, password};
use inventory_core::http::Transport;

/// A token is not used in the last part of its life, for clocks differ and requests take time.
const MARGIN: Duration = Duration::from_secs(120);

/// The shortest time for which a token is used, whatever it says itself.
const LEAST: Duration = Duration::from_secs(5);

/// What AD FS has in place of the id of a directory, and its address as its path.
const ADFS: &str = "adfs";

/// A token.
pub(crate) struct Token {
    header: HeaderValue,
    end: Instant,
}

impl Token {
    /// Makes a token that is good for a time from now.
    pub(super) fn new(token: &str, lifetime: Duration) -> Result<Token, Error> {
        let header = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut header = header.map_err(|_| {
            Error::new(ErrorKind::BadResponse, OPERATION, "the token holds characters that no token has")
        })?;
        header.set_sensitive(true);
        let used = lifetime.saturating_sub(MARGIN).max(lifetime / 2).max(LEAST);
        Ok(Token { header, end: Instant::now() + used })
    }

    /// Returns the text of the header `Authorization`; its `Debug` hides it.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

type Held = Arc<OnceCell<Arc<Token>>>;

/// Gives the token of an identity.
pub(crate) struct Tokens {
    identity: Identity,
    authority: Url,
    scope: String,
    transport: Transport,
    held: Mutex<Held>,
}

impl Tokens {
    /// Asks for nothing yet.
    pub(crate) fn new(identity: Identity, authority: Url, scope: String, transport: Transport) -> Tokens {
        Tokens { identity, authority, scope, transport, held: Mutex::default() }
    }

    /// Returns the token, a new one when the last ran out; concurrent callers wait for one request.
    pub(crate) async fn get(&self) -> Result<Arc<Token>, Error> {
        loop {
            let held = self.held();
            let token = held.get_or_try_init(async || self.ask().await.map(Arc::new)).await?;
            if Instant::now() < token.end {
                return Ok(Arc::clone(token));
            }
            self.renew(token);
        }
    }

    /// Drops a token that is no longer good, unless another caller did so already.
    pub(crate) fn renew(&self, old: &Arc<Token>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.get().is_some_and(|token| Arc::ptr_eq(token, old)) {
            *held = Held::default();
        }
    }

    fn held(&self) -> Held {
        Arc::clone(&self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn ask(&self) -> Result<Token, Error> {
        let endpoint = match &self.identity {
            Identity::Secret { tenant, .. }
            | Identity::Assertion { tenant, .. }
            | Identity::Password { tenant, .. } => Some(self.endpoint(tenant)?),
            Identity::Machine { .. } | Identity::CommandLine => None,
        };
        let transport = self.transport.clone();
        let bridge = Arc::new(Bridge { transport, endpoint: endpoint.clone(), failure: None.into() });
        let refused = |words: &str| failure::refused(&self.identity, words);
        if let (Identity::Password { client_id, user, password, .. }, Some(endpoint)) =
            (&self.identity, &endpoint)
        {
            let user = password::User { client_id, name: user, password };
            let granted = password::ask(&bridge, endpoint.clone(), &self.scope, user).await?;
            return granted.map_err(|words| refused(&words));
        }
        let granted = match self.credential(Arc::clone(&bridge), endpoint) {
            Ok(credential) => credential.get_token(&[&self.scope], None).await,
            Err(fault) => Err(fault),
        };
        let granted =
            granted.map_err(|fault| bridge.failure().unwrap_or_else(|| refused(&fault.to_string())))?;
        let lifetime = granted.expires_on - OffsetDateTime::now_utc();
        Token::new(granted.token.secret(), lifetime.try_into().unwrap_or_default())
    }

    /// Makes the credential anew for each token, so that none comes from its own cache.
    fn credential(
        &self,
        bridge: Arc<Bridge>,
        endpoint: Option<Url>,
    ) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let options = self.options(bridge);
        Ok(match (&self.identity, endpoint) {
            (Identity::Secret { tenant, client_id, secret }, _) => {
                let secret = secret.reveal().to_owned().into();
                let options = ClientSecretCredentialOptions { client_options: options };
                ClientSecretCredential::new(tenant, client_id.clone(), secret, Some(options))?
            }
            (Identity::Assertion { tenant, client_id, assertion }, Some(audience)) => {
                let (assertion, id) = (assertion.clone(), client_id.clone());
                let statement = Statement { assertion, client_id: id.clone(), audience };
                let options = ClientAssertionCredentialOptions { client_options: options };
                ClientAssertionCredential::new(tenant.clone(), id, statement, Some(options))?
            }
            (Identity::Machine { client_id }, _) => {
                ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                    user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
                    client_options: options,
                }))?
            }
            // A password is asked for without this crate, and an assertion never without an endpoint.
            (Identity::CommandLine | Identity::Password { .. } | Identity::Assertion { .. }, _) => {
                AzureCliCredential::new(None)?
            }
        })
    }

    fn options(&self, bridge: Arc<Bridge>) -> ClientOptions {
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = format!("https://{}", self.authority.host_str().unwrap_or_default());
        ClientOptions {
            retry: RetryOptions::none(),
            transport: Some(AzureTransport::new(bridge as Arc<dyn HttpClient>)),
            cloud: Some(Arc::new(CloudConfiguration::from(cloud))),
            ..ClientOptions::default()
        }
    }

    /// Returns the address at which a directory gives tokens.
    ///
    /// AD FS has one address for all, which the plugin finds when the authority and the tenant are `https://HOST/adfs`
    /// together.
    fn endpoint(&self, tenant: &str) -> Result<Url, Error> {
        let fits =
            |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
        let fail = |message: String, hint: &str| {
            Err(Error::new(ErrorKind::Config, OPERATION, message).with_hint(hint))
        };
        if tenant.is_empty() || !tenant.chars().all(fits) {
            return fail(format!("`{tenant}` is not the id or domain of a directory"), "check `tenant`");
        }
        let mut url = self.authority.clone();
        match url.path().trim_matches('/').to_ascii_lowercase().as_str() {
            "" if !tenant.eq_ignore_ascii_case(ADFS) => url.set_path(&format!("{tenant}/oauth2/v2.0/token")),
            "" | ADFS => url.set_path("adfs/oauth2/token"),
            _ => {
                let message = format!("the path of `{url}` is not that of AD FS, `/adfs`");
                return fail(message, "check `adfs_authority_url`");
            }
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests;
