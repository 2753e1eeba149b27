//! Explains why there is no token.

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::http::{Answer, Failure, shorten};
use serde::Deserialize;

use super::{Assertion, Identity, OPERATION};
use crate::client::ADVICE;

/// What the codes of the directory mean for whoever set the credentials.
const CODES: [(&str, &str); 9] = [
    (
        "AADSTS7000215",
        "the secret is wrong: check `secret` or AZURE_SECRET, which is the secret's value and not its id",
    ),
    (
        "AADSTS7000222",
        "the secret has expired: make a new one for the application, and set `secret` or AZURE_SECRET",
    ),
    ("AADSTS700016", "the application is unknown in that directory: check `client_id` and `tenant`"),
    ("AADSTS90002", "the directory does not exist: check `tenant` or AZURE_TENANT, and `cloud_environment`"),
    ("AADSTS900023", "the directory does not exist: check `tenant` or AZURE_TENANT"),
    (
        "AADSTS700027",
        "the certificate does not belong to the application: upload it there, or check AZURE_X509_CERTIFICATE_PATH",
    ),
    (
        "AADSTS70021",
        "no federated credential of the application fits the token: check its issuer, subject and audience",
    ),
    ("AADSTS50126", "the user name or password is wrong: check `ad_user` and `password`"),
    ("AADSTS50076", "the user must confirm the login, which a program cannot: use an application instead"),
];

/// What to check where a token of another identity provider is refused, which counts before a secret.
const TOKEN: &str = "the token that counts before a secret or certificate is refused: check AZURE_FEDERATED_TOKEN or the \
                     file of AZURE_FEDERATED_TOKEN_FILE, or unset them";

/// What to do on a machine of which the managed identity is not known how to be asked.
const PLACES: &str = "only virtual machines, scale sets and App Service are supported: use an application, or the Azure CLI \
                      with `az login --identity` and `auth_source: cli`";

/// Returns the error of a refusal, with the directory's own code and words.
pub(super) fn refused(identity: &Identity, words: &str) -> Error {
    let text = shorten(without_noise(words));
    let hint = CODES.iter().find(|(code, _)| is_code(&text, code)).map(|(_, hint)| *hint);
    let hint = match identity {
        // The directory has one code for all that is signed.
        Identity::Assertion { assertion: Assertion::Token(_) | Assertion::File(_), .. }
            if is_code(&text, "AADSTS700027") =>
        {
            TOKEN
        }
        // The words are those of the crate that asks.
        Identity::Machine { .. } if text.contains("managed identity isn't supported") => PLACES,
        _ => hint.unwrap_or_else(|| general(identity)),
    };
    Error::new(ErrorKind::Auth, OPERATION, text).with_hint(hint)
}

/// Explains an answer that neither gives nor refuses a token, with the directory's own code and words where it has any.
pub(super) fn unanswered(answer: &Answer) -> Failure {
    #[derive(Deserialize)]
    struct Busy {
        error_description: String,
    }
    let mut failure = ADVICE.unknown(OPERATION, answer);
    if let Ok(Busy { error_description }) = serde_json::from_slice(&answer.body) {
        failure.error.message = shorten(without_noise(&error_description));
    }
    failure
}

/// Returns whether a text holds a code, and not one that begins so.
fn is_code(text: &str, code: &str) -> bool {
    text.match_indices(code).any(|(start, _)| {
        let rest = text.get(start + code.len()..).unwrap_or_default();
        !rest.starts_with(|character: char| character.is_ascii_digit())
    })
}

/// Returns the words without the crate's own at the start, and without what is only for Microsoft's support.
fn without_noise(words: &str) -> &str {
    let text = words.split_once("authentication failed.").map_or(words, |(_, text)| text);
    let ends = ["To troubleshoot, visit", "Trace ID:"];
    let end = ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim()
}

fn general(identity: &Identity) -> &'static str {
    match identity {
        Identity::Secret { .. } => {
            "check `client_id`, `secret` and `tenant`, or AZURE_CLIENT_ID, AZURE_SECRET and AZURE_TENANT"
        }
        Identity::Assertion { .. } => "check the token or certificate, and `client_id` and `tenant`",
        Identity::Password { .. } => {
            "check `ad_user` and `password`; an account with a second factor cannot be used"
        }
        Identity::Machine { .. } => {
            "check that this machine has a managed identity, and `client_id` where it has several"
        }
        Identity::CommandLine => "log in again with `az login`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kept_and_explained() {
        let words = "ClientSecretCredential authentication failed. AADSTS7000215: Invalid client secret provided. \
                     Trace ID: 1 Correlation ID: 2\nTo troubleshoot, visit https://aka.ms/x#client-secret";
        let error = refused(&Identity::CommandLine, words);
        assert_eq!(error.message, "AADSTS7000215: Invalid client secret provided.");
        assert!(error.hint.unwrap().contains("AZURE_SECRET"));
        let other = refused(&Identity::CommandLine, "AADSTS70002159: no");
        assert_eq!(other.hint.as_deref(), Some("log in again with `az login`"));
        let machine = Identity::Machine { client_id: None };
        let error = refused(&machine, "Azure Arc managed identity isn't supported");
        assert!(error.hint.unwrap().contains("`auth_source: cli`"));
        let statement = |assertion| Identity::Assertion {
            tenant: "t".to_owned(),
            client_id: "app".to_owned(),
            assertion,
        };
        for (assertion, hint) in [
            (Assertion::File("/t".into()), "AZURE_FEDERATED_TOKEN_FILE"),
            (Assertion::Certificate("/c".into()), "AZURE_X509_CERTIFICATE_PATH"),
        ] {
            let error = refused(
                &statement(assertion),
                "AADSTS700027: Client assertion contains an invalid signature.",
            );
            assert!(error.hint.as_deref().unwrap().contains(hint), "{error:?}");
        }
    }
}
