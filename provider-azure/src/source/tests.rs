use inventory_core::config::environment;
use inventory_core::discovery::{ErrorKind, Keeping, Task, run};

use super::*;
use crate::testing::{Request, Server, expression_environment};

fn source(yaml: &str, variables: &[(&str, &str)]) -> AzureSource {
    let document = inventory_core::yaml::read("azure_rm.yml", yaml.as_bytes()).unwrap();
    let environment = environment::Environment::new(variables.iter().copied(), "/");
    let mut options = Options::new(&document, &environment).unwrap();
    let budget = Budget::new(8, 0, std::time::Duration::from_secs(60));
    let expressions = Arc::new(expression_environment());
    AzureSource::read(&mut options, expressions, Escapes::default(), budget).unwrap().0
}

const APPLICATION: &str =
    "plugin: azure_rm\nclient_id: app\nsecret: planted\ntenant: t\nsubscription_id: s-1\n";

/// A cloud whose description, directory and Resource Manager are one server.
fn cloud(request: &Request) -> (u16, String) {
    let host = request.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let body = match request.path() {
        "/clouds" => format!(
            r#"[{{"name": "Other", "resourceManager": "https://other/", "authentication": {{"loginEndpoint": "https://other"}}}},
                {{"name": "Local", "resourceManager": "http://{host}/", "authentication": {{"loginEndpoint": "http://{host}"}}}}]"#
        ),
        path if path.starts_with("/metadata/endpoints?api-version=") => {
            format!(r#"{{"authentication": {{"loginEndpoint": "http://{host}/"}}, "portalEndpoint": "x"}}"#)
        }
        path if path.starts_with("/t/") => r#"{"access_token":"token","expires_in":3599}"#.to_owned(),
        _ => r#"{"value": []}"#.to_owned(),
    };
    (200, body)
}

#[tokio::test]
async fn a_cloud_is_found_by_its_description() {
    let server = Server::start(cloud);
    let yaml = format!("{APPLICATION}cloud_environment: {}\n", server.url);
    let list = format!("{}/clouds", server.url);
    for variables in [&[("ARM_CLOUD_METADATA_URL", list.as_str())][..], &[]] {
        let source: Arc<dyn Provider> = Arc::new(source(&yaml, variables));
        let budget = Budget::new(8, 0, std::time::Duration::from_secs(60));
        let fetched = run(&[Task::from(source)], &budget, &Keeping::default(), &()).await.complete().unwrap();
        assert_eq!(fetched[0].scopes[0].report.scope.to_string(), "azure/s-1");
    }
    let other = source(
        &format!("{APPLICATION}cloud_environment: https://third"),
        &[("ARM_CLOUD_METADATA_URL", &list)],
    );
    let error = other.plan().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config);
    assert!(error.hint.unwrap().contains("https://other/"));
}

#[tokio::test]
async fn clouds_and_subscriptions_that_cannot_be_are_refused_without_a_request() {
    for (more, message) in [
        (
            "cloud_environment: AzureMoonCloud",
            "the cloud of the credentials is `AzureMoonCloud`, which is neither",
        ),
        ("cloud_environment: http://example.com", "`http://example.com/` is not an endpoint"),
        ("cloud_environment: https://planted@example.com", "`the address` is not an endpoint"),
        ("subscription_id: a/../b", "`a/../b` is not the id of a subscription"),
        ("adfs_authority_url: ftp://x", "`adfs_authority_url` is not"),
    ] {
        let yaml = match more.starts_with("subscription_id") {
            true => APPLICATION.replace("subscription_id: s-1", more),
            false => format!("{APPLICATION}{more}\n"),
        };
        let error = source(&yaml, &[]).plan().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(error.message.starts_with(message), "{error}");
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
}

#[tokio::test]
async fn known_clouds_need_no_request() {
    for name in ["AzureCloud", "AzureChinaCloud", "AzureUSGovernment", "AzureGermanCloud"] {
        let source = source(&format!("{APPLICATION}cloud_environment: {name}\n"), &[]);
        assert_eq!(source.plan().await.unwrap().scopes[0].to_string(), "azure/s-1", "{name}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", source(APPLICATION, &[("AZURE_SECRET", "planted")]));
    assert!(shown.contains("Secret(..)") && !shown.contains("planted"), "{shown}");
}
