use std::path::Path;

use inventory_core::config::secret::Secret;

use super::{Settings, Zones};
use crate::connection::AuthKind;
use crate::testing::settings;

fn read(yaml: &str, variables: &[(&str, &str)]) -> Settings {
    settings(yaml, variables).unwrap_or_else(|errors| panic!("{yaml}: {errors:?}")).0
}

/// Returns what is wrong, or else odd, one line each.
fn told(yaml: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let told = settings(yaml, variables).map_or_else(|errors| errors, |(_, warnings)| warnings);
    told.iter().map(ToString::to_string).collect()
}

/// Options with which nothing is odd.
const PLAIN: &str = "plugin: gcp_compute\nauth_kind: application\nprojects: [p]\n";

#[test]
fn defaults_are_those_of_the_plugin() {
    let settings = read(PLAIN, &[]);
    assert_eq!(told(PLAIN, &[]), Vec::<String>::new());
    assert_eq!(settings.connection.scopes, ["https://www.googleapis.com/auth/compute"]);
    assert_eq!(settings.query.projects, ["p"]);
    assert_eq!(settings.query.permissions(), ["compute.instances.list"]);
    assert!(settings.query.filter.is_none() && settings.query.zones == Zones::All && !settings.query.images);
}

#[test]
fn lists_are_coerced_as_ansible_does() {
    let yaml = "auth_kind: application\nfolders: [123, '123', 4]\nprojects: b, 'a' ,b\nzones: us-east1-b\nretrieve_image_info: 'yes'\n\
                scopes: [s]\n";
    let Settings { connection, query } = read(yaml, &[("GCP_SCOPES", "x")]);
    assert_eq!(query.folders, ["123", "4"]);
    assert_eq!(query.projects, ["b", "a"]);
    assert_eq!(query.zones, Zones::Named(vec!["us-east1-b".to_owned()]));
    assert!(query.images);
    assert_eq!(connection.scopes, ["s"]);
    let permissions = [
        "compute.instances.list",
        "compute.disks.list",
        "resourcemanager.folders.list",
        "resourcemanager.projects.list",
    ];
    assert_eq!(query.permissions(), permissions);
    assert_eq!(read(PLAIN, &[("GCP_SCOPES", "x, y")]).connection.scopes, ["x", "y"]);
}

#[test]
fn zones_are_those_of_the_answers_keys() {
    let query = read(&format!("{PLAIN}zones: [us-east1-b]"), &[]).query;
    assert!(query.zones.wants("zones/us-east1-b") && !query.zones.wants("zones/us-east1-c"));
    assert!(read(PLAIN, &[]).query.zones.wants("zones/us-east1-c"));
}

#[test]
fn filters_are_joined_so_that_each_holds() {
    let rows = [
        ("[]", None),
        ("null", None),
        ("''", None),
        ("['']", None),
        ("[null]", None),
        ("[status = RUNNING]", Some("status = RUNNING")),
        ("['(a = b) OR (c = d)']", Some("(a = b) OR (c = d)")),
        ("a = b", Some("a = b")),
        ("a = b, c = d", Some("(a = b) (c = d)")),
        ("[status = RUNNING, labels.env = prod]", Some("(status = RUNNING) (labels.env = prod)")),
        ("[(a = b), ' (c = d) ']", Some("(a = b) (c = d)")),
        ("[(a = b) OR (c = d), e = f]", Some("((a = b) OR (c = d)) (e = f)")),
        ("[a = x OR name eq 'foo(1)', e = f]", Some("(a = x OR name eq 'foo(1)') (e = f)")),
        ("['(a = b) OR c = d', 'e = f OR (g = h)']", Some("((a = b) OR c = d) (e = f OR (g = h))")),
        (
            r#"['(a = ")" OR c = d)', '(a = ")") OR (b = "(")']"#,
            Some(r#"(a = ")" OR c = d) ((a = ")") OR (b = "("))"#),
        ),
        (r#"['(a = "\")")', '((a) (b))']"#, Some(r#"(a = "\")") ((a) (b))"#)),
        ("['(a', 'b)']", Some("((a) (b))")),
        ("[5, true]", Some("(5) (True)")),
    ];
    for (filters, expected) in rows {
        let query = read(&format!("{PLAIN}filters: {filters}"), &[]).query;
        assert_eq!(query.filter.as_deref(), expected, "{filters}");
    }
}

#[test]
fn credentials_come_from_options_before_variables() {
    let variables = [
        ("GCP_AUTH_KIND", "serviceaccount"),
        ("GCP_SERVICE_ACCOUNT_FILE", "first.json"),
        ("GCE_CREDENTIALS_FILE_PATH", "~/last.json"),
        ("GCP_SERVICE_ACCOUNT_CONTENTS", "{planted}"),
        ("HOME", "/home/me"),
    ];
    let connection = read("projects: [p]", &variables).connection;
    assert_eq!(connection.auth_kind, AuthKind::ServiceAccount);
    assert_eq!(connection.service_account_file.as_deref(), Some(Path::new("/home/me/last.json")));
    assert_eq!(connection.service_account_contents, Some(Secret::new("{planted}")));
    assert!(!format!("{connection:?}").contains("planted"), "{connection:?}");
    let connection = read("service_account_file: ./a/../key.json\nprojects: [p]", &variables).connection;
    assert_eq!(connection.service_account_file.as_deref(), Some(Path::new("/work/key.json")));

    let token = [("GCP_ACCESS_TOKEN", "planted"), ("GCP_SERVICE_ACCOUNT_FILE", "")];
    let connection = read("auth_kind: accesstoken\nprojects: [p]", &token).connection;
    assert_eq!(connection.access_token, Some(Secret::new("planted")));
    assert_eq!(connection.service_account_file, None);

    let email = "auth_kind: machineaccount\nservice_account_email: a@b\nprojects: [p]";
    let connection = read(email, &[]).connection;
    assert_eq!(connection.auth_kind, AuthKind::MachineAccount);
    assert_eq!(connection.service_account_email.as_deref(), Some("a@b"));
}

#[test]
fn errors_name_the_place() {
    let kinds = "expected `application`, `serviceaccount`, `machineaccount` or `accesstoken`";
    type Row = (&'static str, &'static [(&'static str, &'static str)], String);
    let rows: [Row; 16] = [
        ("projects: [p]", &[], format!("error: `auth_kind` is missing: {kinds}")),
        ("auth_kind: aplication", &[], format!("gcp.yml:1:12: error: `aplication` is not a kind of credentials: {kinds}")),
        ("a: 1", &[("GCP_AUTH_KIND", "x")], format!("environment variable `GCP_AUTH_KIND`: error: `x` is not a kind of credentials: {kinds}")),
        ("auth_kind: [a]", &[], "gcp.yml:1:12: error: `auth_kind` is a list: expected a string".to_owned()),
        (
            "auth_kind: application\nservice_account_email: a@b",
            &[],
            "error: gcp.yml:2:24: `service_account_email` is only for `auth_kind: machineaccount`".to_owned(),
        ),
        (
            "auth_kind: application",
            &[("GCP_SERVICE_ACCOUNT_FILE", "x")],
            "environment variable `GCP_SERVICE_ACCOUNT_FILE`: error: `service_account_file` is only for `auth_kind: serviceaccount`".to_owned(),
        ),
        (
            "auth_kind: machineaccount\nservice_account_contents: planted",
            &[],
            "error: gcp.yml:2:27: `service_account_contents` is only for `auth_kind: serviceaccount`".to_owned(),
        ),
        (
            "auth_kind: application",
            &[("GCP_ACCESS_TOKEN", "planted")],
            "environment variable `GCP_ACCESS_TOKEN`: error: `access_token` is only for `auth_kind: accesstoken`".to_owned(),
        ),
        (
            "auth_kind: serviceaccount\nservice_account_contents: {type: planted}",
            &[],
            "error: gcp.yml:2:27: `service_account_contents` is a mapping: expected a string".to_owned(),
        ),
        (
            "auth_kind: serviceaccount",
            &[],
            "error: `auth_kind: serviceaccount` needs `service_account_file` or `service_account_contents`".to_owned(),
        ),
        ("auth_kind: accesstoken", &[], "error: `auth_kind: accesstoken` needs `access_token`".to_owned()),
        (
            "auth_kind: application\nprojects: [a, '']",
            &[],
            "gcp.yml:2:15: error: `projects` holds an empty text: expected the id of a project".to_owned(),
        ),
        (
            "auth_kind: application\nzones: [{a: b}]",
            &[],
            "gcp.yml:2:9: error: `zones` holds a mapping: expected the name of a zone".to_owned(),
        ),
        (
            "auth_kind: application\nfilters: [a = b, '']",
            &[],
            "gcp.yml:2:18: error: `filters` holds an empty text: expected a condition, such as `status = RUNNING`".to_owned(),
        ),
        (
            "auth_kind: application\nfilters: {a: b}",
            &[],
            "gcp.yml:2:10: error: `filters` is a mapping: expected a list".to_owned(),
        ),
        (
            "auth_kind: application\nprojects: 5",
            &[],
            "gcp.yml:2:11: error: `projects` is an integer: expected a list".to_owned(),
        ),
    ];
    for (yaml, variables, expected) in rows {
        let errors = settings(yaml, variables).unwrap_err();
        assert!(errors[0].to_string().starts_with(&expected), "{yaml}: {}", errors[0]);
        assert!(!errors[0].render(false).contains("planted"), "{}", errors[0].render(false));
    }
}

#[test]
fn what_is_odd_is_a_warning() {
    let rows = [
        (
            "auth_kind: application\nprojects: []",
            "warning: neither `projects` nor `folders` names anything: there will be no hosts",
        ),
        (
            "auth_kind: application\nprojects: ['{{ p }}']",
            "gcp.yml:2:12: warning: `projects` is not evaluated as a template, and is sent as it is: expected the id of a project",
        ),
        (
            "auth_kind: application\nprojects: [null]",
            "gcp.yml:2:12: warning: `projects` holds nothing, which is sent as `None`: expected the id of a project",
        ),
        (
            "auth_kind: application\nprojects: [p]\nregions: [r]\nfilter: x",
            "gcp.yml:3:1: warning: the option `regions` is not known and is ignored: expected the name of an option",
        ),
    ];
    for (yaml, expected) in rows {
        assert_eq!(told(yaml, &[])[0], expected, "{yaml}");
    }
}
