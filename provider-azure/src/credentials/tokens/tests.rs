use std::sync::atomic::{AtomicUsize, Ordering};

use inventory_core::config::secret::Secret;

use super::*;
use crate::credentials::Assertion;
use crate::testing::{Request, Server, transport};

const GRANTED: &str = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"planted-token"}"#;

fn tokens(server: &Server, identity: Identity, retries: u32) -> Tokens {
    let authority = Url::parse(&server.url).unwrap();
    Tokens::new(identity, authority, "https://arm/.default".to_owned(), transport(retries))
}

fn application() -> Identity {
    let secret = Secret::new("planted-secret");
    Identity::Secret { tenant: "t".to_owned(), client_id: "app".to_owned(), secret }
}

fn refused(description: &str) -> String {
    format!(r#"{{"error":"invalid_client","error_description":"{description}","error_codes":[7000215]}}"#)
}

async fn error(tokens: &Tokens) -> Error {
    match tokens.get().await {
        Ok(_) => panic!("a token"),
        Err(error) => error,
    }
}

/// Returns the parameters of a form.
fn form(request: &Request) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.body.as_bytes()).into_owned().collect()
}

fn value(form: &[(String, String)], name: &str) -> String {
    form.iter().find(|(key, _)| key == name).unwrap_or_else(|| panic!("no {name}: {form:?}")).1.clone()
}

#[tokio::test]
async fn one_request_serves_all_and_a_dropped_token_is_asked_for_again() {
    let server = Server::start(|_| (200, GRANTED.to_owned()));
    let tokens = tokens(&server, application(), 0);
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
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].path(), "/t/oauth2/v2.0/token");
    assert!(requests[0].head.to_lowercase().contains("user-agent: cloud-inventory/"), "{}", requests[0].head);
    let form = form(&requests[0]);
    assert_eq!(value(&form, "client_secret"), "planted-secret");
    assert_eq!(value(&form, "scope"), "https://arm/.default");
}

#[tokio::test]
async fn assertions_are_the_token_of_a_file_or_signed_with_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "federated\n").unwrap();
    let pem = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/application.pem");
    let server = Server::start(|_| (200, GRANTED.to_owned()));
    let forms = async |assertion| {
        let (tenant, client_id) = ("t".to_owned(), "app".to_owned());
        tokens(&server, Identity::Assertion { tenant, client_id, assertion }, 0).get().await.unwrap();
        value(&form(server.requests().last().unwrap()), "client_assertion")
    };
    assert_eq!(forms(Assertion::Token(Secret::new("direct"))).await, "direct");
    assert_eq!(forms(Assertion::File(file)).await, "federated");
    assert_eq!(forms(Assertion::Certificate(pem)).await.split('.').count(), 3);
}

#[tokio::test]
async fn a_user_logs_in_with_a_password() {
    let identity = || Identity::Password {
        tenant: "organizations".to_owned(),
        client_id: "app".to_owned(),
        user: "me@example.com".to_owned(),
        password: Secret::new("planted-password"),
    };
    let server = Server::start(|_| (200, GRANTED.to_owned()));
    tokens(&server, identity(), 0).get().await.unwrap();
    let form = form(&server.requests()[0]);
    assert_eq!(value(&form, "grant_type"), "password");
    assert_eq!(value(&form, "username"), "me@example.com");
    let server = Server::start(|_| (400, refused("AADSTS50126: Error validating credentials.")));
    let error = error(&tokens(&server, identity(), 0)).await;
    assert!(error.message.starts_with("AADSTS50126"), "{error}");
    assert!(!format!("{error:?}").contains("planted"), "{error:?}");
}

#[tokio::test]
async fn a_refusal_keeps_the_code_and_names_the_variable() {
    let words = r#"AADSTS7000215: Invalid client \"secret\".\r\nTrace ID: 1"#;
    let server = Server::start(move |_| (401, refused(words)));
    let error = error(&tokens(&server, application(), 3)).await;
    assert_eq!(error.kind, ErrorKind::Auth);
    assert_eq!(error.message, "AADSTS7000215: Invalid client 'secret'.");
    assert!(error.hint.unwrap().contains("AZURE_SECRET"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_directory_that_fails_is_asked_again_and_a_web_page_is_named() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => (503, "<html>busy</html>".to_owned()),
        1 => (429, refused("slow down")),
        _ => (200, GRANTED.to_owned()),
    });
    tokens(&server, application(), 2).get().await.unwrap();
    assert_eq!(server.requests().len(), 3);
    let server = Server::start(|_| (200, "<html>Log in</html>".to_owned()));
    let error = error(&tokens(&server, application(), 2)).await;
    assert_eq!(error.kind, ErrorKind::BadResponse);
    assert!(error.message.contains("a web page"), "{error}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let server = Server::start(|_| (200, GRANTED.to_owned()));
    let assertion = Assertion::File("/none/token".into());
    let identity = Identity::Assertion { tenant: "t".to_owned(), client_id: "app".to_owned(), assertion };
    let error = error(&tokens(&server, identity, 0)).await;
    assert_eq!(error.kind, ErrorKind::Auth);
    assert!(error.message.contains("`/none/token`"), "{error}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn ad_fs_has_a_path_of_its_own() {
    let identities = |tenant: &str| {
        let (tenant, client_id) = (tenant.to_owned(), "app".to_owned());
        let secret = || Secret::new("planted");
        let assertion = Assertion::Token(secret());
        [
            Identity::Secret { tenant: tenant.clone(), client_id: client_id.clone(), secret: secret() },
            Identity::Assertion { tenant: tenant.clone(), client_id: client_id.clone(), assertion },
            Identity::Password { tenant, client_id, user: "me".to_owned(), password: secret() },
        ]
    };
    let adfs = Some("/adfs/oauth2/token");
    for (path, tenant, expected) in [
        ("", "t", Some("/t/oauth2/v2.0/token")),
        ("/", "t", Some("/t/oauth2/v2.0/token")),
        ("", "adfs", adfs),
        ("/adfs", "t", adfs),
        ("/ADFS/", "adfs", adfs),
        ("/adfs/oauth2/token", "t", None),
        ("/other", "t", None),
    ] {
        for identity in identities(tenant) {
            let server = Server::start(|_| (200, GRANTED.to_owned()));
            let authority = Url::parse(&format!("{}{path}", server.url)).unwrap();
            let tokens = Tokens::new(identity, authority, "arm/.default".to_owned(), transport(0));
            match tokens.get().await {
                Ok(_) => assert_eq!(Some(server.requests()[0].path()), expected, "{path} {tenant}"),
                Err(error) => {
                    assert_eq!((error.kind, expected), (ErrorKind::Config, None), "{path} {tenant}: {error}");
                    assert!(error.hint.unwrap().contains("`adfs_authority_url`"));
                    assert_eq!(server.requests().len(), 0);
                }
            }
        }
    }
}
