use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;
use crate::responder::{Server, transport};

const PEM: &str = include_str!("../../../testdata/service-account.pem");

fn scopes() -> Vec<String> {
    vec!["https://www.googleapis.com/auth/compute.readonly".to_owned(), "s2".to_owned()]
}

async fn get(kind: KeyKind, document: Value, retries: u32) -> Result<Token, Error> {
    ask(&Key { kind, document }, &scopes(), &transport(retries)).await
}

async fn error(kind: KeyKind, document: Value, retries: u32) -> Error {
    match get(kind, document, retries).await {
        Ok(_) => panic!("a token"),
        Err(error) => {
            assert!(!format!("{error:?}").contains("planted"), "{error:?}");
            error
        }
    }
}

fn key(pem: &str) -> Value {
    json!({"type": "service_account", "client_email": "a@b", "private_key": pem, "private_key_id": "k", "project_id": ""})
}

/// How a token in a file is exchanged at a server.
fn external(server: &Server, source: &Value) -> Value {
    json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{}/v1/token", server.url),
        "credential_source": source,
    })
}

#[tokio::test]
async fn a_service_account_signs_its_token_with_the_scopes() {
    let token = get(KeyKind::ServiceAccount, key(PEM), 0).await.unwrap();
    let header = token.header();
    let claims = header.to_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["iss"], "a@b");
    assert_eq!(claims["scope"], "https://www.googleapis.com/auth/compute.readonly s2");
}

#[tokio::test]
async fn a_key_that_does_not_sign_is_told_without_it() {
    for pem in ["planted", "-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n"] {
        let found = error(KeyKind::ServiceAccount, key(pem), 3).await;
        assert_eq!(found.kind, ErrorKind::Auth);
        assert!(found.hint.unwrap().contains("service_account_file"));
    }
}

#[tokio::test]
async fn a_token_of_another_provider_is_exchanged() {
    let server = Server::start(|request| match request.path() {
        "/v1/token" => {
            let body = json!({"access_token": "planted-access", "issued_token_type": "t", "token_type": "Bearer",
                "expires_in": 3599});
            (200, body.to_string())
        }
        "/subject" => (200, json!({"value": "planted-subject"}).to_string()),
        path => panic!("{path}"),
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "planted-subject").unwrap();
    let format = json!({"type": "json", "subject_token_field_name": "value"});
    for source in [json!({"file": file}), json!({"url": format!("{}/subject", server.url), "format": format})]
    {
        let token = get(KeyKind::ExternalAccount, external(&server, &source), 0).await.unwrap();
        assert_eq!(token.header().to_str().unwrap(), "Bearer planted-access");
    }
    let exchanges: Vec<_> =
        server.requests().into_iter().filter(|request| request.path() == "/v1/token").collect();
    assert_eq!(exchanges.len(), 2);
    for exchange in exchanges {
        assert_eq!(exchange.field("subject_token").as_deref(), Some("planted-subject"));
        assert_eq!(exchange.field("scope"), Some(scopes().join(" ")));
    }
}

#[tokio::test]
async fn refusals_keep_their_words_and_lose_what_they_quote() {
    let refusal = r#"{"error": "invalid_grant", "error_description": "The audience does not fit."}"#;
    let server = Server::start(move |request| match request.path() {
        "/v1/token" => (400, refusal.to_owned()),
        "/busy" => (503, "busy".to_owned()),
        _ => (200, json!({"other": "planted"}).to_string()),
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "planted-subject").unwrap();
    let found = error(KeyKind::ExternalAccount, external(&server, &json!({"file": file})), 3).await;
    assert_eq!(found.kind, ErrorKind::Auth);
    let words = "failed to exchange token: invalid_grant: The audience does not fit.: ";
    assert!(found.message.starts_with(words), "{found}");
    assert_eq!(server.requests().len(), 1);
    let format = json!({"type": "json", "subject_token_field_name": "value"});
    let url = |path: &str| json!({"url": format!("{}{path}", server.url), "format": format});
    let found = error(KeyKind::ExternalAccount, external(&server, &url("/other")), 0).await;
    assert!(found.message.contains("failed to read subject token field"), "{found}");
    let before = server.requests().len();
    error(KeyKind::ExternalAccount, external(&server, &url("/busy")), 2).await;
    assert_eq!(server.requests().len() - before, 3);
    let gone = error(KeyKind::ExternalAccount, external(&server, &json!({"file": "/none/token"})), 0).await;
    assert!(gone.message.starts_with("No such file"), "{gone}");
    assert!(gone.hint.unwrap().contains("`/none/token`"));
}

#[tokio::test]
async fn an_answer_that_is_garbled_is_asked_for_again() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        1 => {
            let granted = json!({"access_token": "a", "issued_token_type": "t", "token_type": "Bearer", "expires_in": 9});
            (200, granted.to_string())
        }
        _ => (200, "<html>planted".to_owned()),
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "subject").unwrap();
    let document = external(&server, &json!({"file": file}));
    assert!(get(KeyKind::ExternalAccount, document.clone(), 1).await.is_ok());
    let found = error(KeyKind::ExternalAccount, document, 1).await;
    assert_eq!((found.kind, server.requests().len()), (ErrorKind::BadResponse, 4));
    assert!(found.message.contains("decoding response body"), "{found}");
}

#[tokio::test]
async fn a_document_that_is_not_complete_is_told_without_it() {
    let mut document = key(PEM);
    document.as_object_mut().unwrap().remove("client_email");
    let found = error(KeyKind::ServiceAccount, document, 0).await;
    assert!(found.message.ends_with("missing field `client_email`"), "{found}");
    let found = error(KeyKind::ExternalAccount, json!({"audience": ["planted"]}), 0).await;
    assert_eq!(found.kind, ErrorKind::Config);
}
