use std::sync::atomic::{AtomicUsize, Ordering};

use inventory_core::config::secret::Secret;
use url::Url;

use super::*;
use crate::credentials::identity::{Impersonation, Login, Machine};
use crate::responder::{Request, Server, transport};

const GRANTED: &str = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"planted-token"}"#;

fn tokens(identity: Identity, retries: u32) -> Tokens {
    Tokens::new(Arc::new(identity), vec!["s1".to_owned(), "s2".to_owned()], transport(retries))
}

fn login(server: &Server, is_workforce: bool) -> Identity {
    Identity::Login(Login {
        token_url: Url::parse(&server.url).unwrap().join("/token").unwrap(),
        client_id: "client".to_owned(),
        client_secret: Secret::new("planted-secret"),
        refresh_token: Secret::new("planted-refresh"),
        is_workforce,
    })
}

fn machine(url: &str, account: &str, asks_scopes: bool, is_last_resort: bool) -> Identity {
    let server = Url::parse(url).unwrap();
    Identity::Machine(Machine { server, account: account.to_owned(), asks_scopes, is_last_resort })
}

async fn error(tokens: &Tokens) -> Error {
    match tokens.get().await {
        Ok(_) => panic!("a token"),
        Err(error) => {
            assert!(!format!("{error:?}").contains("planted"), "{error:?}");
            error
        }
    }
}

#[tokio::test]
async fn one_request_serves_all_and_a_dropped_token_is_asked_for_again() {
    let server = Server::start(|_| (200, GRANTED.to_owned()));
    let tokens = tokens(login(&server, false), 0);
    let (first, second) = tokio::join!(tokens.get(), tokens.get());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(first.header().to_str().unwrap(), "Bearer planted-token");
    assert!(!format!("{:?}", first.header()).contains("planted"));
    tokens.renew(&first);
    let third = tokens.get().await.unwrap();
    // The token that is dropped already is dropped once.
    tokens.renew(&first);
    assert!(Arc::ptr_eq(&third, &tokens.get().await.unwrap()));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn one_failure_serves_all_who_waited_and_the_next_asks_again() {
    let server =
        Server::start(|_| (400, r#"{"error": "invalid_grant", "error_description": "no"}"#.to_owned()));
    let tokens = tokens(login(&server, false), 0);
    let (first, second) = tokio::join!(error(&tokens), error(&tokens));
    assert_eq!(first.to_string(), second.to_string());
    assert_eq!(server.requests().len(), 1);
    error(&tokens).await;
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_token_is_renewed_before_it_ends() {
    for (lifetime, expected) in [(3600, 3480), (60, 30), (0, 5), (u64::MAX, 24 * 3600)] {
        assert_eq!(used(Duration::from_secs(lifetime)), Duration::from_secs(expected), "{lifetime}");
    }
    assert!(Token::new("line\nbreak", Duration::ZERO).is_err());
}

#[tokio::test]
async fn a_user_is_asked_for_with_form_or_header() {
    let server = Server::start(|_| (200, GRANTED.to_owned()));
    tokens(login(&server, false), 0).get().await.unwrap();
    tokens(login(&server, true), 0).get().await.unwrap();
    let requests = server.requests();
    let fields = |request: &Request| {
        let names = ["grant_type", "refresh_token", "client_id", "client_secret", "scope"];
        names.map(|name| request.field(name).unwrap_or_default())
    };
    assert_eq!(
        fields(&requests[0]),
        ["refresh_token", "planted-refresh", "client", "planted-secret", "s1 s2"]
    );
    assert_eq!(fields(&requests[1]), ["refresh_token", "planted-refresh", "", "", ""]);
    assert_eq!(requests[0].header("authorization"), None);
    assert_eq!(requests[1].header("authorization"), Some("Basic Y2xpZW50OnBsYW50ZWQtc2VjcmV0"));
    assert!(requests[0].header("user-agent").unwrap().starts_with("cloud-inventory/"));
}

#[tokio::test]
async fn a_machine_is_asked_by_account() {
    let server = Server::start(|request| match request.path() {
        path if path.contains("/nobody/") => (404, "<html>not found</html>".to_owned()),
        _ => (200, GRANTED.to_owned()),
    });
    tokens(machine(&server.url, "default", true, false), 0).get().await.unwrap();
    tokens(machine(&server.url, "a@b.iam", false, false), 0).get().await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].path(), "/computeMetadata/v1/instance/service-accounts/default/token");
    assert_eq!(requests[0].parameter("scopes").as_deref(), Some("s1,s2"));
    assert_eq!(requests[0].header("metadata-flavor"), Some("Google"));
    assert_eq!(requests[1].path(), "/computeMetadata/v1/instance/service-accounts/a@b.iam/token");
    assert_eq!(requests[1].parameter("scopes"), None);
    let found = error(&tokens(machine(&server.url, "nobody", false, false), 0)).await;
    assert_eq!(found.message, "the machine has no service account `nobody`");
    // Nobody listens there: with nothing else to try, there are no credentials.
    let found = error(&tokens(machine("http://127.0.0.1:1", "default", true, true), 0)).await;
    assert_eq!(found.message, "there are no application default credentials");
    let found = error(&tokens(machine("http://127.0.0.1:1", "default", true, false), 0)).await;
    assert_eq!(found.kind, ErrorKind::Unreachable);
}

#[tokio::test]
async fn another_identity_acts_as_a_service_account() {
    let server = Server::start(|request| match request.path() {
        "/token" => (200, GRANTED.to_owned()),
        "/v1/a:generateAccessToken" => (200, r#"{"accessToken": "planted-2", "expireTime": "x"}"#.to_owned()),
        _ => (
            403,
            r#"{"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "not you"}}"#.to_owned(),
        ),
    });
    let impersonated = |account: &str| {
        let url = Url::parse(&format!("{}/v1/{account}:generateAccessToken", server.url)).unwrap();
        let source = Box::new(login(&server, false));
        Identity::Impersonated(Impersonation { source, url, delegates: vec!["d".to_owned()] })
    };
    let token = tokens(impersonated("a"), 0).get().await.unwrap();
    assert_eq!(token.header().to_str().unwrap(), "Bearer planted-2");
    let requests = server.requests();
    assert_eq!(requests[0].field("scope").as_deref(), Some("https://www.googleapis.com/auth/cloud-platform"));
    assert_eq!(requests[1].header("authorization"), Some("Bearer planted-token"));
    let body: serde_json::Value = serde_json::from_str(&requests[1].body).unwrap();
    assert_eq!(body, serde_json::json!({"scope": ["s1", "s2"], "delegates": ["d"], "lifetime": "3600s"}));
    let found = error(&tokens(impersonated("b"), 0)).await;
    assert_eq!((found.kind, found.message.as_str()), (ErrorKind::Auth, "PERMISSION_DENIED: not you"));
    assert!(found.hint.unwrap().contains("roles/iam.serviceAccountTokenCreator"));
}

#[tokio::test]
async fn a_refusal_is_told_and_what_may_pass_is_tried_again() {
    let refusal = r#"{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}"#;
    let server = Server::start(move |_| (400, refusal.to_owned()));
    let found = error(&tokens(login(&server, false), 3)).await;
    assert_eq!(found.message, "invalid_grant: Token has been expired or revoked.");
    assert!(found.hint.unwrap().contains("gcloud auth application-default login"));
    assert_eq!(server.requests().len(), 1);
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => (503, "<html>busy</html>".to_owned()),
        1 => (429, refusal.to_owned()),
        2 => (200, GRANTED[..20].to_owned()),
        _ => (200, GRANTED.to_owned()),
    });
    tokens(login(&server, false), 3).get().await.unwrap();
    assert_eq!(server.requests().len(), 4);
    let server = Server::start(|_| (200, "<html>planted</html>".to_owned()));
    let found = error(&tokens(login(&server, false), 3)).await;
    assert!(found.message.contains("a web page"), "{found}");
}
