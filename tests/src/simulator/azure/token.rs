//! Access tokens: web tokens whose signature is the simulator's seal.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::simulator::seal::Seal;

/// What the seal of an access token is for.
const PURPOSE: &str = "azure access token";

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) audience: String,
    pub(super) tenant: String,
    pub(super) client: String,
    /// When it ends, in seconds since 1970.
    pub(super) expires: u64,
}

impl Claims {
    /// Writes the token, in the form of a JSON web token.
    pub(super) fn write(&self, seal: &Seal, now: u64) -> String {
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": "simulated"});
        let payload = json!({
            "aud": self.audience, "iss": format!("https://sts.windows.net/{}/", self.tenant), "iat": now, "nbf": now,
            "exp": self.expires, "appid": self.client, "oid": self.client, "tid": self.tenant, "ver": "1.0",
        });
        let payload = encode(payload.to_string());
        format!("{}.{payload}.{}", encode(header.to_string()), seal.close(PURPOSE, &payload))
    }

    /// Reads a token that has this seal.
    pub(super) fn read(seal: &Seal, token: &str) -> Option<Self> {
        let payload = decode(&seal.open(PURPOSE, token.rsplit_once('.')?.1)?)?;
        let word = |name: &str| payload.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            audience: word("aud")?,
            tenant: word("tid")?,
            client: word("appid")?,
            expires: payload.get("exp")?.as_u64()?,
        })
    }
}

/// Writes bytes in the alphabet of web tokens.
pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads one part of a web token.
pub(super) fn decode(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_tokens_only() {
        let claims = Claims {
            audience: "https://management.azure.com/".to_owned(),
            tenant: "t".to_owned(),
            client: "c".to_owned(),
            expires: 90,
        };
        let seal = Seal::default();
        let token = claims.write(&seal, 0);
        assert_eq!(Claims::read(&seal, &token), Some(claims));
        assert_eq!(Claims::read(&Seal::default(), &token), None);
        for wrong in ["", "fake", "a.b.c", &token.to_uppercase()] {
            assert_eq!(Claims::read(&seal, wrong), None, "{wrong}");
        }
    }
}
