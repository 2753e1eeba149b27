use std::path::{Path, PathBuf};

use futures::StreamExt;
use futures::future::join_all;
use serde_json::json;

use super::*;
use crate::connection::AuthKind;
use crate::fetch::project;
use crate::responder::{Request, Server, transport};

/// A service that gives tokens with numbers, and lists to those who have `good` of them.
fn server(good: impl Fn(&str) -> bool + Send + Sync + 'static) -> Server {
    let granted = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request| {
        if request.path() == "/token" {
            let number = granted.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
            return (
                200,
                json!({"access_token": format!("planted-{number}"), "expires_in": 3599}).to_string(),
            );
        }
        if !good(request.header("authorization").unwrap()) {
            return (
                401,
                json!({"error": {"code": 401, "message": "no", "status": "UNAUTHENTICATED"}}).to_string(),
            );
        }
        let body = match request.path() {
            "/v3/projects" => json!({"projects": [{"projectId": "p2", "state": "ACTIVE"}]}),
            "/v3/folders" => json!({}),
            _ => json!({"kind": "list"}),
        };
        (200, body.to_string())
    })
}

/// A session of a user who is logged in, with a project to charge.
fn session(server: &Server, scopes: &[&str], retries: u32) -> Session {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("adc.json");
    let document = json!({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r",
        "token_uri": format!("{}/token", server.url), "quota_project_id": "charged"});
    std::fs::write(&file, document.to_string()).unwrap();
    let connection = connection(AuthKind::Application, scopes);
    Session::open_with(&connection, &transport(retries), |name| variable(&server.url, &file, name)).unwrap()
}

fn connection(auth_kind: AuthKind, scopes: &[&str]) -> Connection {
    Connection {
        auth_kind,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        service_account_file: None,
        service_account_contents: None,
        service_account_email: None,
        access_token: None,
    }
}

fn variable(url: &str, file: &Path, name: &str) -> Option<String> {
    match name {
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE" => Some(format!("{url}/compute/v1")),
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER" => Some(format!("{url}/")),
        "GOOGLE_APPLICATION_CREDENTIALS" => Some(file.display().to_string()),
        _ => None,
    }
}

fn asking() -> Query {
    Query { projects: vec!["p1".to_owned()], folders: vec!["1".to_owned()], ..Query::default() }
}

async fn fetch_all(session: &Session) -> Vec<Result<(), Error>> {
    let query = asking();
    let names: Vec<String> = (0..20).map(|number| format!("p{number}")).collect();
    let fetched = names.iter().map(async |name| {
        let pages = project(session.client(), name, None, &query).collect::<Vec<_>>().await;
        pages.into_iter().try_for_each(|page| page.map(drop))
    });
    join_all(fetched).await
}

fn scopes_of_tokens(server: &Server) -> Vec<String> {
    let requests = server.requests();
    let asked = requests.iter().filter(|request| request.path() == "/token");
    asked.map(|request| request.field("scope").unwrap()).collect()
}

#[tokio::test]
async fn one_token_serves_all_projects_and_folders_need_one_for_the_platform() {
    let server_of_both = server(|_| true);
    let both = session(&server_of_both, &["compute"], 0);
    assert!(fetch_all(&both).await.iter().all(Result::is_ok));
    assert_eq!(scopes_of_tokens(&server_of_both), ["compute"]);
    assert_eq!(both.projects(&asking()).await.unwrap().ids, ["p1", "p2"]);
    assert_eq!(scopes_of_tokens(&server_of_both), ["compute", PLATFORM]);
    let lists = |request: &Request| request.path() != "/token";
    for request in server_of_both.requests().iter().filter(|request| lists(request)) {
        assert_eq!(request.header("x-goog-user-project"), Some("charged"));
    }
    let server = server(|_| true);
    let one = session(&server, &[PLATFORM], 0);
    one.projects(&asking()).await.unwrap();
    assert!(fetch_all(&one).await.iter().all(Result::is_ok));
    assert_eq!(scopes_of_tokens(&server), [PLATFORM]);
}

#[tokio::test]
async fn a_token_that_runs_out_is_renewed_once_for_all() {
    let expired = server(|header| header != "Bearer planted-1");
    let renewing = session(&expired, &["compute"], 0);
    assert!(fetch_all(&renewing).await.iter().all(Result::is_ok));
    assert_eq!(scopes_of_tokens(&expired).len(), 2);
    let refusing = server(|_| false);
    let refused = session(&refusing, &["compute"], 5);
    for error in fetch_all(&refused).await.into_iter().map(Result::unwrap_err) {
        assert_eq!(error.kind, inventory_core::discovery::ErrorKind::Auth);
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
    let lists = refusing.requests().iter().filter(|request| request.path() != "/token").count();
    assert_eq!(lists, 40);
}

#[test]
fn what_cannot_be_used_is_refused_before_anything_is_asked() {
    let file = PathBuf::from("/none");
    let refused = |auth_kind, variable: &dyn Fn(&str) -> Option<String>| {
        Session::open_with(&connection(auth_kind, &[]), &transport(0), variable).err().unwrap()
    };
    let error = refused(AuthKind::MachineAccount, &|name| {
        name.contains("OVERRIDES").then(|| "http://compute.example.com".to_owned())
    });
    assert!(
        error.message.starts_with("`CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE` is not an endpoint"),
        "{error}"
    );
    let error = refused(AuthKind::Application, &|name| variable("http://127.0.0.1:1", &file, name));
    assert!(error.message.contains("`/none`"), "{error}");
    let error = refused(AuthKind::Application, &|name| {
        (name == "GOOGLE_CLOUD_QUOTA_PROJECT").then(|| "line\nbreak".to_owned())
    });
    assert!(error.hint.unwrap().contains("GOOGLE_CLOUD_QUOTA_PROJECT"));
}

#[tokio::test]
async fn a_project_without_the_api_is_told_from_the_one_that_is_charged() {
    let server = Server::start(|request| {
        let metadata = match request.path().split('/').nth(4) {
            None => return (200, json!({"access_token": "planted", "expires_in": 3599}).to_string()),
            Some("own") => json!({"consumer": "projects/7"}),
            Some("charged") => json!({"consumer": "projects/8"}),
            Some(_) => json!({}),
        };
        let details = json!([{"reason": "SERVICE_DISABLED", "metadata": metadata}]);
        (403, json!({"error": {"code": 403, "message": "off", "details": details}}).to_string())
    });
    let session = session(&server, &["compute"], 0);
    for (name, number, is_left_out) in [
        ("own", Some("7"), true),
        ("own", None, false),
        ("charged", Some("7"), false),
        ("untold", Some("7"), false),
    ] {
        let query = asking();
        let pages = project(session.client(), name, number, &query).collect::<Vec<_>>().await;
        let is_noted =
            matches!(pages.as_slice(), [Ok(page)] if page.facts.is_empty() && page.notes.len() == 1);
        assert_eq!(is_noted, is_left_out, "{name} {number:?}: {pages:?}");
    }
}
