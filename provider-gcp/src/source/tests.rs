use std::time::Duration;

use inventory_core::config::environment;

use super::*;

fn source(yaml: &str, variables: &[(&str, &str)]) -> GcpSource {
    let document = inventory_core::yaml::read("gcp.yml", yaml.as_bytes()).unwrap();
    let environment = environment::Environment::new(variables.iter().copied(), "/");
    let mut options = Options::new(&document, &environment).unwrap();
    GcpSource::read(&mut options, Budget::new(8, 0, Duration::from_secs(60))).unwrap().0
}

const TOKEN: &str = "plugin: gcp_compute\nauth_kind: accesstoken\naccess_token: planted\n";

#[tokio::test]
async fn each_project_is_a_scope_that_needs_no_request() {
    let source = source(&format!("{TOKEN}projects: [b, a, b]\n"), &[]);
    let scopes = source.plan().await.unwrap().scopes;
    assert_eq!(scopes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["gcp/b", "gcp/a"]);
    assert_eq!(source.group(), None);
    assert_eq!(source.permissions(), ["compute.instances.list"]);
}

#[tokio::test]
async fn without_projects_no_credentials_are_needed() {
    let source =
        source("auth_kind: serviceaccount\nservice_account_file: /no/such/file\nprojects: []\n", &[]);
    let plan = source.plan().await.unwrap();
    assert_eq!(plan.scopes, []);
    assert!(plan.notes[0].is_loss, "{plan:?}");
}

#[test]
fn all_errors_are_told_at_once() {
    let document = inventory_core::yaml::read("gcp.yml", b"zones: {}\nhostnames: [fqdn]\n").unwrap();
    let environment = environment::Environment::default();
    let mut options = Options::new(&document, &environment).unwrap();
    let errors = GcpSource::read(&mut options, Budget::new(1, 0, Duration::from_secs(1))).unwrap_err();
    let shown: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(
        shown,
        ["`auth_kind` is missing", "`zones` is a mapping", "`fqdn` is not a way to name hosts"]
    );
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", source(TOKEN, &[]));
    assert!(shown.contains("AccessToken") && !shown.contains("planted"), "{shown}");
}
