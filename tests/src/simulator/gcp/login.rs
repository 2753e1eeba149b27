//! The token endpoint, the Security Token Service, and IAM Service Account Credentials.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::directory::{
    AUDIENCE, Accounts, CLIENT, CLIENT_SECRET, PLATFORM, REFRESH_TOKEN, SCOPES, SUBJECT_TOKEN, USER,
};
use super::failure::{Failure, Outcome};
use super::key;
use super::token::{Bearer, Grant};
use crate::simulator::clock::Clock;
use crate::simulator::cloud::World;
use crate::simulator::exchange::Request;

const SIGNED: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGED: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const TOKEN_TYPES: [&str; 3] = [
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:id_token",
    "urn:ietf:params:oauth:token-type:saml2",
];
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// For whom a service account may sign that it is itself.
const AUDIENCES: [&str; 3] = [
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
];
/// The identity that the trusted provider's token stands for.
const FEDERATED: &str = "principal:ci/runner";
/// How far apart the clocks of client and service may be, in seconds.
const SKEW: u64 = 300;

/// One request for a token.
pub(super) struct Login<'a> {
    pub(super) world: &'a World,
    pub(super) accounts: &'a Accounts,
    pub(super) request: &'a Request,
}

impl Login<'_> {
    /// Answers the token endpoint.
    pub(super) fn token(&self) -> Outcome {
        let form = Form(self.request.form());
        match form.required("grant_type")? {
            SIGNED => {
                form.check(&["grant_type", "assertion"])?;
                let grant = self.signed(form.required("assertion")?)?;
                Ok(self.answer(&grant))
            }
            "refresh_token" => {
                form.check(&["grant_type", "client_id", "client_secret", "refresh_token", "scope", "rapt"])?;
                self.refreshed(&form)
            }
            other => {
                Err(Failure::oauth(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}")))
            }
        }
    }

    /// Returns what a service account gets that signed for itself.
    fn signed(&self, assertion: &str) -> Outcome<Grant> {
        let refuse = |text: &str| Failure::oauth(400, "invalid_grant", text);
        let (_, claims) = key::read(assertion).map_err(refuse)?;
        let word = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        if word("iss") != self.accounts.keyed {
            return Err(refuse("Invalid grant: account not found"));
        }
        let own = format!("{}/token", self.request.origin);
        if !AUDIENCES.contains(&word("aud")) && word("aud") != own {
            return Err(refuse("Invalid JWT: Failed audience check."));
        }
        let time = |name: &str| claims.get(name).and_then(Value::as_u64).unwrap_or_default();
        let (issued, expires, now) = (time("iat"), time("exp"), Clock::default().now());
        if issued > now + SKEW || expires <= now || expires > issued + 3600 + SKEW {
            return Err(refuse(
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
                 iat and exp values in the JWT claim.",
            ));
        }
        let scopes = check_scopes(word("scope"))?;
        Ok(Grant::new(self.world, &self.accounts.keyed, scopes))
    }

    /// Answers a user who logged in before.
    fn refreshed(&self, form: &Form) -> Outcome {
        if (form.required("client_id")?, form.required("client_secret")?) != (CLIENT, CLIENT_SECRET) {
            return Err(Failure::oauth(401, "invalid_client", "The OAuth client was not found."));
        }
        if form.required("refresh_token")? != REFRESH_TOKEN {
            return Err(Failure::oauth(400, "invalid_grant", "Bad Request"));
        }
        let scopes = check_scopes(form.get("scope").unwrap_or(PLATFORM))?;
        let grant = Grant::new(self.world, USER, scopes);
        let mut body = self.answer(&grant);
        if let Value::Object(fields) = &mut body {
            fields.insert("scope".to_owned(), json!(grant.scopes.join(" ")));
        }
        Ok(body)
    }

    fn answer(&self, grant: &Grant) -> Value {
        json!({"access_token": grant.write(&self.world.seal), "expires_in": self.lifetime(), "token_type": "Bearer"})
    }

    fn lifetime(&self) -> u64 {
        self.world.limits.token_lifetime.as_secs().saturating_sub(1)
    }

    /// Answers the Security Token Service.
    pub(super) fn exchange(&self) -> Outcome {
        let form = Form(self.request.form());
        let known = [
            "grant_type",
            "audience",
            "scope",
            "requested_token_type",
            "subject_token",
            "subject_token_type",
            "options",
        ];
        form.check(&known)?;
        let kinds = (form.required("grant_type")?, form.required("requested_token_type")?);
        if kinds != (EXCHANGED, ACCESS_TOKEN) || !TOKEN_TYPES.contains(&form.required("subject_token_type")?)
        {
            return Err(Failure::oauth(400, "invalid_request", "Invalid token type or grant type."));
        }
        if form.required("audience")? != AUDIENCE {
            let text = "Invalid value for \"audience\". This value should be the full resource name of the Identity Provider.";
            return Err(Failure::oauth(400, "invalid_request", text));
        }
        if form.required("subject_token")?.trim() != SUBJECT_TOKEN {
            let text = "Error connecting to the given credential's issuer.";
            return Err(Failure::oauth(400, "invalid_grant", text));
        }
        let grant = Grant::new(self.world, FEDERATED, check_scopes(form.required("scope")?)?);
        Ok(json!({"access_token": grant.write(&self.world.seal), "issued_token_type": ACCESS_TOKEN,
            "token_type": "Bearer", "expires_in": self.lifetime()}))
    }

    /// Answers a caller who wants a token of the service account.
    pub(super) fn impersonate(&self, account: &str) -> Outcome {
        self.check_caller()?;
        if account != self.accounts.keyed {
            let text =
                "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).";
            return Err(Failure::new(403, text, "PERMISSION_DENIED"));
        }
        let body = self.request.json().unwrap_or_default();
        let scopes: Option<Vec<_>> = match body.get("scope").and_then(Value::as_array) {
            Some(scopes) if !scopes.is_empty() => scopes.iter().map(Value::as_str).collect(),
            _ => None,
        };
        let invalid = || Failure::new(400, "Request contains an invalid argument.", "INVALID_ARGUMENT");
        let scopes = scopes.ok_or_else(invalid)?.join(" ");
        let mut grant = Grant::new(self.world, account, check_scopes(&scopes).map_err(|_| invalid())?);
        let asked = body.get("lifetime").and_then(Value::as_str).unwrap_or("3600s");
        let asked: u64 = asked.strip_suffix('s').and_then(|count| count.parse().ok()).ok_or_else(invalid)?;
        grant.expires = grant.expires.min(self.world.clock.now() + asked);
        let ends = i64::try_from(grant.expires).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        Ok(
            json!({"accessToken": grant.write(&self.world.seal), "expireTime": ends.unwrap_or_default().to_string()}),
        )
    }

    /// Answers in which locations a caller's tokens are good: everywhere.
    pub(super) fn locations(&self) -> Outcome {
        self.check_caller()?;
        Ok(json!({"locations": [], "encodedLocations": "0x0"}))
    }

    fn check_caller(&self) -> Outcome<()> {
        match Bearer::of(self.world, &self.accounts.emails(), self.request) {
            Bearer::Good(_) => Ok(()),
            _ => Err(Failure::new(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED")),
        }
    }
}

/// Refuses scopes that Google does not have.
fn check_scopes(scopes: &str) -> Outcome<&str> {
    let plain = ["openid", "email", "profile"];
    let is_known = |scope: &str| scope.starts_with(SCOPES) || plain.contains(&scope);
    if scopes.split(' ').all(is_known) {
        return Ok(scopes);
    }
    let text = "Invalid OAuth scope or ID token audience provided.";
    Err(Failure::oauth(400, "invalid_scope", text))
}

/// The body of a request for a token.
struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str) -> Outcome<&str> {
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            Failure::oauth(400, "invalid_request", &format!("Missing required parameter: {name}"))
        })
    }

    /// Refuses what the endpoint does not read; the real one passes over it, and so hides a client's mistake.
    fn check(&self, known: &[&str]) -> Outcome<()> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Failure::oauth(400, "invalid_request", &format!("Unknown parameter: {name}")))
            }
        }
    }
}
