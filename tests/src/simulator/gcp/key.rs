//! The key of the simulated service account, and web tokens that are signed with it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::Value;

/// A private key that was made for the simulator, and opens nothing anywhere else: PKCS #8 without its frame, such that
/// nobody takes it for a secret that leaked.
const BODY: &str = include_str!("key.txt");
/// The id of the key, as key files tell it.
pub(super) const ID: &str = "5117e0ca7ed0000000000000000000000000c10d";

/// Returns the private key as a key file holds it.
pub(super) fn private_key() -> String {
    let frame = |word: &str| format!("-----{word} PRIVATE KEY-----\n");
    format!("{}{BODY}{}", frame("BEGIN"), frame("END"))
}

/// Returns the pair of keys.
pub(super) fn pair() -> RsaKeyPair {
    let letters: String = BODY.lines().collect();
    let bytes = STANDARD.decode(letters).expect("the key is written in base64");
    RsaKeyPair::from_pkcs8(&bytes).expect("the key is one of RSA")
}

/// Returns the header and the claims of a web token whose signature is right.
///
/// # Errors
/// When it is no web token, or signed with another key: in the words of the token endpoint.
pub(super) fn read(token: &str) -> Result<(Value, Value), &'static str> {
    let malformed = "Invalid JWT: Failed audience or format check.";
    let (signed, signature) = token.rsplit_once('.').ok_or(malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(malformed)?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).map_err(|_| malformed);
    let json = |part: &str| serde_json::from_slice::<Value>(&bytes(part)?).map_err(|_| malformed);
    let (header, claims) = (json(header)?, json(claims)?);
    if header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err("Invalid JWT: Unsupported algorithm.");
    }
    let is_known = header.get("kid").is_none_or(|id| id == ID);
    let pair = pair();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    if !is_known || public.verify(signed.as_bytes(), &bytes(signature)?).is_err() {
        return Err("Invalid JWT Signature.");
    }
    Ok((header, claims))
}

/// Writes a web token with these claims.
#[cfg(test)]
pub(super) fn sign(claims: &Value) -> String {
    let header = serde_json::json!({"alg": "RS256", "typ": "JWT", "kid": ID});
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let pair = pair();
    let mut signature = vec![0; pair.public().modulus_len()];
    let random = ring::rand::SystemRandom::new();
    pair.sign(&ring::signature::RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
        .expect("the key signs");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_the_key_signed_is_read() {
        let token = sign(&json!({"iss": "x"}));
        assert_eq!(read(&token).map(|(_, claims)| claims), Ok(json!({"iss": "x"})));
        let (signed, _) = token.rsplit_once('.').expect("three parts");
        let (_, other) = sign(&json!({"iss": "y"}))
            .rsplit_once('.')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .expect("three");
        assert_eq!(read(&format!("{signed}.{other}")), Err("Invalid JWT Signature."));
        for wrong in ["", "a", "a.b.c", "e30.e30.AAAA"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
