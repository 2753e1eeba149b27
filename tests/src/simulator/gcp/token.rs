//! Access tokens: what the simulator handed out, and what service accounts sign themselves.

use serde_json::Value;

use super::key;
use crate::simulator::clock::Clock;
use crate::simulator::cloud::World;
use crate::simulator::exchange::Request;
use crate::simulator::seal::Seal;

/// What the seal of an access token is for.
const PURPOSE: &str = "gcp access token";
/// What access tokens begin with.
const PREFIX: &str = "ya29.";
/// How much later than the simulator's a client's clock may be, in seconds.
const SKEW: u64 = 300;

/// What a token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    /// The e-mail address of the service account or user.
    pub(super) identity: String,
    /// The scopes; `aud:` and an audience for what a service account signed for one service.
    pub(super) scopes: Vec<String>,
    /// When it ends, in seconds since 1970.
    pub(super) expires: u64,
}

/// What a request brings to say who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bearer {
    /// Nothing.
    Missing,
    /// A token that nobody here handed out.
    Unknown,
    /// A token that was good.
    Expired,
    /// A token that is good.
    Good(Grant),
}

impl Grant {
    /// Makes the grant of a token that is handed out now.
    pub(super) fn new(world: &World, identity: &str, scopes: &str) -> Self {
        let scopes = scopes.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
        let expires = world.clock.now() + world.limits.token_lifetime.as_secs();
        Self { identity: identity.to_owned(), scopes, expires }
    }

    /// Writes the token.
    pub(super) fn write(&self, seal: &Seal) -> String {
        let content = format!("{}\n{}\n{}", self.identity, self.scopes.join(" "), self.expires);
        format!("{PREFIX}{}", seal.close(PURPOSE, &content))
    }

    /// Reads a token that has this seal.
    pub(super) fn read(seal: &Seal, token: &str) -> Option<Self> {
        let content = seal.open(PURPOSE, token.strip_prefix(PREFIX)?)?;
        let mut lines = content.lines();
        let (identity, scopes, expires) = (lines.next()?, lines.next()?, lines.next()?);
        Some(Self {
            identity: identity.to_owned(),
            scopes: scopes.split(' ').map(str::to_owned).collect(),
            expires: expires.parse().ok()?,
        })
    }

    /// Returns whether the token is good at a service, such as `compute.googleapis.com`, that takes these scopes.
    pub(super) fn fits(&self, service: &str, scopes: &[&str]) -> bool {
        let audience = format!("aud:https://{service}/");
        self.scopes.iter().any(|scope| scopes.contains(&scope.as_str()) || *scope == audience)
    }
}

impl Bearer {
    /// Reads what a request brings.
    pub(super) fn of(world: &World, accounts: &[&str], request: &Request) -> Self {
        let Some(header) = request.header("authorization") else { return Self::Missing };
        let Some(token) = header.strip_prefix("Bearer ") else { return Self::Unknown };
        let handed_out = Grant::read(&world.seal, token).map(|grant| (grant, world.clock.now()));
        // What a client signed goes by the client's clock, which nobody puts forward.
        let signed = || Some((self_signed(accounts, token)?, Clock::default().now()));
        match handed_out.or_else(signed) {
            Some((grant, now)) if grant.expires <= now => Self::Expired,
            Some((grant, _)) => Self::Good(grant),
            None => Self::Unknown,
        }
    }
}

/// Reads a token that one of these service accounts signed for itself, in place of asking for one.
fn self_signed(accounts: &[&str], token: &str) -> Option<Grant> {
    let (_, claims) = key::read(token).ok()?;
    let word = |name: &str| claims.get(name).and_then(Value::as_str);
    let (issuer, subject) = (word("iss")?, word("sub")?);
    if issuer != subject || !accounts.contains(&issuer) {
        return None;
    }
    let scopes = match (word("scope"), word("aud")) {
        (Some(scopes), _) => scopes.split(' ').map(str::to_owned).collect(),
        (None, Some(audience)) => vec![format!("aud:{audience}")],
        (None, None) => return None,
    };
    let (issued, expires) = (claims.get("iat")?.as_u64()?, claims.get("exp")?.as_u64()?);
    (expires <= issued + 3600 + SKEW).then(|| Grant { identity: issuer.to_owned(), scopes, expires })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_tokens_only() {
        let grant = Grant {
            identity: "a@b".to_owned(),
            scopes: vec!["https://x".to_owned(), "https://y".to_owned()],
            expires: 90,
        };
        let seal = Seal::default();
        let token = grant.write(&seal);
        assert_eq!(Grant::read(&seal, &token), Some(grant));
        assert_eq!(Grant::read(&Seal::default(), &token), None);
        for wrong in ["", "ya29.fake", "fake", &token.to_uppercase()] {
            assert_eq!(Grant::read(&seal, wrong), None, "{wrong}");
        }
    }
}
