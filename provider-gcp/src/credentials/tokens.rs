//! The token of an identity: asked for once, shared by all requests, renewed before it runs out.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::Transport;
use reqwest::header::HeaderValue;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::{Identity, OPERATION, impersonation, library, login, machine};

/// A token is not used in the last part of its life, for clocks differ and requests take time.
const MARGIN: Duration = Duration::from_secs(120);

/// The shortest time for which a token is used, whatever it says itself.
const LEAST: Duration = Duration::from_secs(5);

/// The longest time for which a token is used, so that no sum of times overflows.
const MOST: Duration = Duration::from_secs(24 * 3600);

/// A token.
pub(crate) struct Token {
    header: HeaderValue,
    end: Instant,
}

impl Token {
    /// Makes a token that is good for a time from now.
    pub(super) fn new(token: &str, lifetime: Duration) -> Result<Token, Error> {
        let header = HeaderValue::from_str(&format!("Bearer {}", token.trim()));
        let mut header = header.map_err(|_| {
            Error::new(ErrorKind::Auth, OPERATION, "the token holds characters that no token has")
        })?;
        header.set_sensitive(true);
        Ok(Token { header, end: Instant::now() + used(lifetime) })
    }

    /// Returns the text of the header `Authorization`; its `Debug` hides it.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

/// Returns for how long a token is used.
fn used(lifetime: Duration) -> Duration {
    lifetime.saturating_sub(MARGIN).max(lifetime / 2).clamp(LEAST, MOST)
}

/// What became of asking for a token: all who waited for it share it, a failure too.
type Held = Arc<OnceCell<Result<Arc<Token>, Error>>>;

/// Gives the token of an identity for scopes.
pub(crate) struct Tokens {
    identity: Arc<Identity>,
    scopes: Vec<String>,
    transport: Transport,
    held: Mutex<Held>,
}

impl Tokens {
    /// Asks for nothing yet.
    pub(crate) fn new(identity: Arc<Identity>, scopes: Vec<String>, transport: Transport) -> Tokens {
        Tokens { identity, scopes, transport, held: Mutex::default() }
    }

    /// Returns the token, a new one when the last ran out; concurrent callers wait for one request.
    pub(crate) async fn get(&self) -> Result<Arc<Token>, Error> {
        loop {
            let held = Arc::clone(&self.held.lock().unwrap_or_else(PoisonError::into_inner));
            let asked = async || ask(&self.identity, &self.scopes, &self.transport).await.map(Arc::new);
            match held.get_or_init(asked).await {
                Ok(token) if Instant::now() < token.end => return Ok(Arc::clone(token)),
                Ok(token) => self.renew(token),
                Err(error) => {
                    self.forget(&held);
                    return Err(error.clone());
                }
            }
        }
    }

    /// Drops a token that is no longer good, unless another caller did so already.
    pub(crate) fn renew(&self, old: &Arc<Token>) {
        let held = Arc::clone(&self.held.lock().unwrap_or_else(PoisonError::into_inner));
        if matches!(held.get(), Some(Ok(token)) if Arc::ptr_eq(token, old)) {
            self.forget(&held);
        }
    }

    /// Lets the next caller ask anew, unless another one does so already.
    fn forget(&self, old: &Held) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&held, old) {
            *held = Held::default();
        }
    }

    /// Returns whether there can be another token than the first.
    pub(crate) fn are_renewable(&self) -> bool {
        !matches!(*self.identity, Identity::Given(_))
    }
}

/// Asks for a token of an identity.
pub(super) async fn ask(
    identity: &Identity,
    scopes: &[String],
    transport: &Transport,
) -> Result<Token, Error> {
    match identity {
        Identity::Given(token) => Token::new(token.reveal(), MOST),
        Identity::Machine(machine) => machine::ask(machine, scopes, transport).await,
        Identity::Login(login) => login::ask(login, scopes, transport).await,
        Identity::Impersonated(impersonation) => impersonation::ask(impersonation, scopes, transport).await,
        Identity::Library(key) => library::ask(key, scopes, transport).await,
    }
}

#[cfg(test)]
mod tests;
