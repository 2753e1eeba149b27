//! Entra: discovery documents and the token endpoint.

use serde_json::{Value, json};

use super::answer::{Answer, Outcome};
use super::clouds::Cloud;
use super::directory::{CLIENT, FEDERATED_TOKEN, PASSWORD, SECRET, TENANT, USER};
use super::directory::{is_application, is_shared_tenant, is_tenant};
use super::host::uuid;
use super::token::{Claims, decode, encode};
use crate::simulator::cloud::World;
use crate::simulator::exchange::Request;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What the token endpoint reads.
const PARAMETERS: [&str; 11] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "client_info",
    "scope",
    "resource",
    "username",
    "password",
    "claims",
];

/// One request to Entra.
pub(super) struct Login<'a> {
    pub(super) world: &'a World,
    pub(super) cloud: &'static Cloud,
    pub(super) request: &'a Request,
}

/// Returns the name of the call that a path is.
pub(super) fn classify(segments: &[&str]) -> &'static str {
    match segments {
        ["common", "discovery", "instance"] => "InstanceDiscovery",
        [_, "v2.0", ".well-known", "openid-configuration"] | [_, ".well-known", "openid-configuration"] => {
            "OpenIdConfiguration"
        }
        ["common", "userrealm", _] => "UserRealm",
        [_, "oauth2", "v2.0", "token"] | [_, "oauth2", "token"] => "Token",
        _ => "unknown",
    }
}

impl Login<'_> {
    /// Answers the request.
    pub(super) fn answer(&self, segments: &[&str]) -> Answer {
        let is_post = self.request.method == "POST";
        let outcome = match (classify(segments), segments) {
            ("InstanceDiscovery", _) if !is_post => Ok(self.instances()),
            ("OpenIdConfiguration", [tenant, ..]) if !is_post => self.configuration(tenant),
            ("UserRealm", [_, _, user]) if !is_post => Ok(realm(user)),
            ("Token", [tenant, _, "v2.0", _]) if is_post => self.token(tenant, false),
            ("Token", [tenant, ..]) if is_post => self.token(tenant, true),
            _ => Err(self.refuse(
                404,
                "invalid_request",
                900_561,
                "The endpoint does not accept this request.",
            )),
        };
        outcome.unwrap_or_else(|refusal| refusal)
    }

    /// Returns an error in Entra's form.
    pub(super) fn refuse(&self, status: u16, error: &str, number: u32, text: &str) -> Answer {
        Answer::entra(status, error, number, text, self.world.clock.now(), &uuid(text))
    }

    fn instances(&self) -> Answer {
        let alias = self.cloud.login;
        let metadata: Vec<_> = alias
            .first()
            .map(|host| json!({"preferred_network": host, "preferred_cache": host, "aliases": alias}))
            .into_iter()
            .collect();
        let endpoint = format!("{}/{TENANT}/v2.0/.well-known/openid-configuration", self.request.origin);
        Answer::ok(json!({"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": metadata}))
    }

    fn configuration(&self, tenant: &str) -> Outcome {
        self.check_tenant(tenant)?;
        let base = format!("{}/{tenant}", self.request.origin);
        let issuer = if is_shared_tenant(tenant) { "{tenantid}" } else { TENANT };
        Ok(Answer::ok(json!({
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "issuer": format!("{}/{issuer}/v2.0", self.request.origin),
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        })))
    }

    fn check_tenant(&self, tenant: &str) -> Outcome<()> {
        if is_tenant(tenant) || is_shared_tenant(tenant) {
            return Ok(());
        }
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        );
        Err(self.refuse(400, "invalid_request", 90_002, &text))
    }

    /// Gives a token, or says why not. `is_first_version` tells the endpoint that takes `resource` instead of `scope`.
    fn token(&self, tenant: &str, is_first_version: bool) -> Outcome {
        self.check_tenant(tenant)?;
        let form = Form { login: self, pairs: self.request.form() };
        form.check_names()?;
        let grant = form.required("grant_type")?;
        let client = form.required("client_id")?;
        let audience = self.audience(&form, is_first_version)?;
        if !is_application(client) {
            let text =
                format!("Application with identifier '{client}' was not found in the directory '{tenant}'.");
            return Err(self.refuse(400, "unauthorized_client", 700_016, &text));
        }
        match grant {
            "client_credentials" => self.check_application(&form, tenant, client)?,
            "password" => self.check_user(&form)?,
            other => {
                let text = format!("The app requested an unsupported grant type '{other}'.");
                return Err(self.refuse(400, "unsupported_grant_type", 70_003, &text));
            }
        }
        Ok(Answer::ok(self.granted(&form, client, &audience, is_first_version)))
    }

    fn granted(&self, form: &Form<'_>, client: &str, audience: &str, is_first_version: bool) -> Value {
        let now = self.world.clock.now();
        let lifetime = self.world.limits.token_lifetime.as_secs();
        let user = form.get("username");
        let claims = Claims {
            audience: audience.to_owned(),
            tenant: TENANT.to_owned(),
            client: client.to_owned(),
            expires: now + lifetime,
        };
        let token = claims.write(&self.world.seal, now);
        let mut body = json!({"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token});
        if is_first_version {
            body = json!({"token_type": "Bearer", "expires_in": lifetime.to_string(), "ext_expires_in": lifetime.to_string(),
                "expires_on": (now + lifetime).to_string(), "not_before": now.to_string(), "resource": audience,
                "access_token": token});
        }
        if let (Some(user), Value::Object(fields)) = (user, &mut body) {
            fields.insert("scope".to_owned(), json!(form.get("scope")));
            fields.insert("id_token".to_owned(), json!(self.identity_token(client, user, now, lifetime)));
            let information = json!({"uid": uuid(user), "utid": TENANT});
            fields.insert("client_info".to_owned(), json!(encode(information.to_string())));
        }
        body
    }

    fn identity_token(&self, client: &str, user: &str, now: u64, lifetime: u64) -> String {
        let payload = json!({
            "aud": client, "iss": format!("{}/{TENANT}/v2.0", self.request.origin), "iat": now, "nbf": now,
            "exp": now + lifetime, "name": user, "oid": uuid(user), "preferred_username": user, "sub": uuid(user),
            "tid": TENANT, "ver": "2.0",
        });
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": "simulated"});
        format!("{}.{}.{}", encode(header.to_string()), encode(payload.to_string()), encode("signature"))
    }

    /// Returns the resource that a token is asked for, which must be this cloud's Resource Manager.
    fn audience(&self, form: &Form<'_>, is_first_version: bool) -> Outcome<String> {
        let resource = if is_first_version {
            form.required("resource")?
        } else {
            let scopes = form.required("scope")?.split(' ');
            let resources: Vec<_> = scopes.filter_map(|scope| scope.strip_suffix("/.default")).collect();
            let [resource] = resources[..] else {
                let text = "The provided value for the input parameter 'scope' is not valid.";
                return Err(self.refuse(400, "invalid_scope", 70_011, text));
            };
            resource
        };
        if !self.cloud.takes(resource, &self.request.origin) {
            let text = format!(
                "The resource principal named {resource} was not found in the tenant named {TENANT}."
            );
            return Err(self.refuse(400, "invalid_resource", 500_011, &text));
        }
        Ok(resource.to_owned())
    }

    fn check_application(&self, form: &Form<'_>, tenant: &str, client: &str) -> Outcome<()> {
        match (form.get("client_secret"), form.get("client_assertion")) {
            (Some(secret), None) if secret == SECRET && client == CLIENT => Ok(()),
            (Some(_), None) => {
                let text = format!(
                    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
                     not the client secret ID, for a secret added to app '{client}'."
                );
                Err(self.refuse(401, "invalid_client", 7_000_215, &text))
            }
            (None, Some(assertion)) if form.get("client_assertion_type") == Some(ASSERTION) => {
                self.check_assertion(assertion, tenant, client)
            }
            _ => {
                let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
                Err(self.refuse(401, "invalid_client", 7_000_218, text))
            }
        }
    }

    /// Checks an assertion: the one of the trusted identity provider, or one that the application signed itself.
    ///
    /// The signature is not verified: the simulator knows no certificate.
    fn check_assertion(&self, assertion: &str, tenant: &str, client: &str) -> Outcome<()> {
        if assertion.trim() == FEDERATED_TOKEN {
            return Ok(());
        }
        let mut parts = assertion.split('.');
        let header = parts.next().and_then(decode).unwrap_or_default();
        let payload = parts.next().and_then(decode).unwrap_or_default();
        let is_signed = parts.next().is_some_and(|signature| signature.len() > 100) && parts.next().is_none();
        let word = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let has_thumbprint = header.get("x5t").or(header.get("x5t#S256")).is_some();
        let has_algorithm = matches!(word(&header, "alg").as_deref(), Some("RS256" | "PS256"));
        if !is_signed || !has_thumbprint || !has_algorithm {
            let text = "Client assertion contains an invalid signature. [Reason - The key was not found.]";
            return Err(self.refuse(401, "invalid_client", 700_027, text));
        }
        let endpoints = ["oauth2/v2.0/token", "oauth2/token"]
            .map(|endpoint| format!("{}/{tenant}/{endpoint}", self.request.origin));
        let audience = word(&payload, "aud").unwrap_or_default();
        if !endpoints.contains(&audience) {
            let text = "Client assertion audience claim does not match Realm issuer.";
            return Err(self.refuse(401, "invalid_client", 700_023, text));
        }
        let is_own = ["iss", "sub"].iter().all(|name| word(&payload, name).as_deref() == Some(client));
        // Some clients write fractions of seconds.
        let expires = payload.get("exp").and_then(Value::as_f64).unwrap_or_default();
        let is_fresh = expires > self.world.clock.now() as f64;
        if !is_own || !is_fresh {
            let text =
                "Client assertion is not within its valid time range, or its issuer is not the client.";
            return Err(self.refuse(401, "invalid_client", 700_024, text));
        }
        Ok(())
    }

    fn check_user(&self, form: &Form<'_>) -> Outcome<()> {
        let (user, password) = (form.required("username")?, form.required("password")?);
        if (user, password) == (USER, PASSWORD) {
            return Ok(());
        }
        let text = "Error validating credentials due to invalid username or password.";
        Err(self.refuse(400, "invalid_grant", 50_126, text))
    }
}

/// The body of a request for a token.
struct Form<'a> {
    login: &'a Login<'a>,
    pairs: Vec<(String, String)>,
}

impl Form<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str) -> Outcome<&str> {
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            self.login.refuse(400, "invalid_request", 900_144, &text)
        })
    }

    /// Refuses what the endpoint does not read; the real one passes over it, and so hides a client's mistake.
    fn check_names(&self) -> Outcome<()> {
        let is_known = |name: &str| PARAMETERS.contains(&name) || name.starts_with("x-");
        match self.pairs.iter().find(|(name, _)| !is_known(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let text = format!("The parameter '{name}' is not supported.");
                Err(self.login.refuse(400, "invalid_request", 90_014, &text))
            }
        }
    }
}

/// Tells that a user's passwords are in Entra itself.
fn realm(user: &str) -> Answer {
    let domain = user.rsplit('@').next().unwrap_or_default();
    Answer::ok(json!({"ver": "1.0", "account_type": "Managed", "domain_name": domain,
        "cloud_instance_name": "microsoftonline.com", "cloud_audience_urn": "urn:federation:MicrosoftOnline"}))
}
