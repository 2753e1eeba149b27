use inventory_core::config::secret::Secret;

use super::Settings;
use crate::connection::AuthSource;
use crate::fetch::Group;
use crate::testing::settings;

fn read(yaml: &str, variables: &[(&str, &str)]) -> Settings {
    settings(yaml, variables).unwrap_or_else(|errors| panic!("{yaml}: {errors:?}")).0
}

fn named(names: &[&str]) -> Vec<Group> {
    names.iter().map(|name| Group::named(name)).collect()
}

#[test]
fn groups_are_those_of_the_option_unless_a_variable_names_others() {
    type Row = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static [&'static str],
        &'static [&'static str],
    );
    let rows: [Row; 8] = [
        ("a: 1", &[], &["*"], &[]),
        ("include_vm_resource_groups: []", &[], &[], &[]),
        ("include_vm_resource_groups: [a, '', b, a]", &[], &["a", "*", "b"], &[]),
        ("include_vm_resource_groups: [2024, a]", &[], &["2024", "a"], &[]),
        ("include_vm_resource_groups: a, b", &[], &["a", "b"], &[]),
        ("include_vmss_resource_groups: ['*']", &[], &["*"], &["*"]),
        (
            "include_vm_resource_groups: [a]",
            &[("ANSIBLE_AZURE_VM_RESOURCE_GROUPS", "b, c")],
            &["b", "c"],
            &[],
        ),
        (
            "include_vm_resource_groups: [a]",
            &[("ANSIBLE_AZURE_VM_RESOURCE_GROUPS", ""), ("ANSIBLE_AZURE_VMSS_RESOURCE_GROUPS", "s")],
            &["a"],
            &["s"],
        ),
    ];
    for (yaml, variables, machines, scale_sets) in rows {
        let query = read(yaml, variables).query;
        assert_eq!(query.machines, named(machines), "{yaml}");
        assert_eq!(query.scale_sets, named(scale_sets), "{yaml}");
    }
}

#[test]
fn a_blank_name_is_an_error_and_an_empty_one_is_warned_of() {
    let variable = "ANSIBLE_AZURE_VM_RESOURCE_GROUPS";
    let rows: [(&str, &[(&str, &str)]); 7] = [
        ("include_vm_resource_groups: 'Alpha,'", &[]),
        ("include_vm_resource_groups: ['Alpha', ' ']", &[]),
        ("include_vm_resource_groups: ''", &[]),
        ("include_arc_resource_groups: ', a'", &[]),
        ("a: 1", &[(variable, "a,,b")]),
        ("a: 1", &[(variable, " ")]),
        ("a: 1", &[("ANSIBLE_AZURE_VMSS_RESOURCE_GROUPS", "a,")]),
    ];
    for (yaml, variables) in rows {
        let errors = settings(yaml, variables).unwrap_err();
        assert_eq!(errors.len(), 1, "{yaml} {variables:?}: {errors:?}");
        assert!(errors[0].message.ends_with("holds a blank name"), "{errors:?}");
    }
    let (_, warnings) = settings("include_vm_resource_groups: ['']", &[]).unwrap();
    assert_eq!(warnings[0].message, "`include_vm_resource_groups` holds an empty name");
}

#[test]
fn credentials_come_from_options_and_variables_apart() {
    let variables = [
        ("AZURE_CLIENT_ID", "environment-app"),
        ("AZURE_SECRET", "planted-environment"),
        ("AZURE_TENANT_ID", "fallback"),
        ("AZURE_PROFILE", "prod"),
        ("AZURE_PASSWORD", ""),
        ("HOME", "/home/me"),
    ];
    let yaml = "client_id: app\nsecret: \"{{ lookup('env', 'TEST_SECRET') }}\"\nauth_source: env\n";
    let connection = read(yaml, &variables).connection;
    assert_eq!(connection.auth_source, AuthSource::Environment);
    assert_eq!(connection.given.client_id.as_deref(), Some("app"));
    assert_eq!(connection.given.secret, Some(Secret::new("planted-secret")));
    assert_eq!(connection.given.tenant, None);
    assert_eq!(connection.environment.client_id.as_deref(), Some("environment-app"));
    assert_eq!(connection.environment.tenant.as_deref(), Some("fallback"));
    assert_eq!(connection.environment.password, None);
    assert_eq!(connection.environment_profile.as_deref(), Some("prod"));
    assert_eq!(
        connection.credential_file.as_deref(),
        Some(std::path::Path::new("/home/me/.azure/credentials"))
    );
    assert!(!format!("{connection:?}").contains("planted"), "{connection:?}");
}

#[test]
fn variables_of_other_tools_are_noticed_where_ours_are_not_set() {
    let variables = [
        ("AZURE_CLIENT_SECRET", "planted"),
        ("ARM_CLIENT_ID", "app"),
        ("ARM_TENANT_ID", "t"),
        ("AZURE_TENANT_ID", "t"),
        ("ARM_SUBSCRIPTION_ID", ""),
    ];
    let expected = [("AZURE_CLIENT_SECRET", "AZURE_SECRET"), ("ARM_CLIENT_ID", "AZURE_CLIENT_ID")];
    assert_eq!(read("auth_source: auto", &variables).connection.foreign_variables, expected);
}

#[test]
fn the_variable_counts_before_the_option_auth_source() {
    let variables = [("ANSIBLE_AZURE_AUTH_SOURCE", "msi")];
    assert_eq!(read("auth_source: cli", &variables).connection.auth_source, AuthSource::ManagedIdentity);
    assert_eq!(read("auth_source: cli", &[]).connection.auth_source, AuthSource::Cli);
}

#[test]
fn errors_name_the_place_and_hide_secrets() {
    let rows = [
        (
            "auth_source: clu",
            "azure_rm.yml:1:14: error: `clu` is not a source of credentials: expected `auto`, `cli`, `credential_file`, `env` or `msi`",
        ),
        (
            "include_arc_resource_groups: [1.5]",
            "azure_rm.yml:1:31: error: `include_arc_resource_groups` holds a number: expected the name of a resource group, or `'*'`",
        ),
        ("secret: '{{ planted'", "error: azure_rm.yml:1:9: the template of `secret` fails"),
    ];
    for (yaml, expected) in rows {
        let errors = settings(yaml, &[]).unwrap_err();
        let text = errors[0].to_string();
        assert!(text.starts_with(expected), "{text}");
        assert!(!errors[0].render(false).contains("planted'"), "{}", errors[0].render(false));
    }
}

#[test]
fn options_that_cannot_count_are_warned_of() {
    type Row = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);
    let rows: [Row; 8] = [
        ("client_id: a\nsecret: b\ntenant: t\ncloud_environment: AzureUSGovernment", &[], &[]),
        ("ad_user: a\npassword: b\nadfs_authority_url: https://x/adfs", &[], &[]),
        ("subscription_id: s\nclient_id: ''", &[], &[]),
        ("cloud_environment: AzureUSGovernment", &[], &["cloud_environment"]),
        ("tenant: t\nsecret: planted", &[], &["secret", "tenant"]),
        ("profile: p\nclient_id: a\nsubscription_id: s", &[], &["client_id"]),
        ("auth_source: msi\nclient_id: a\ncloud_environment: AzureCloud\ntenant: t", &[], &["tenant"]),
        ("ad_user: a\npassword: planted", &[("ANSIBLE_AZURE_AUTH_SOURCE", "cli")], &["ad_user", "password"]),
    ];
    for (yaml, variables, expected) in rows {
        let (_, warnings) = settings(yaml, variables).unwrap();
        let shown: String = warnings.iter().map(|warning| warning.render(false)).collect();
        assert_eq!(warnings.len(), expected.len(), "{yaml}: {shown}");
        for name in expected {
            assert!(shown.contains(&format!("`{name}` is not used")), "{yaml}: {shown}");
        }
        assert!(!shown.contains("planted"), "{yaml}: {shown}");
    }
}

#[test]
fn the_secret_of_other_tools_is_told_and_not_shown() {
    let (_, warnings) = settings("client_secret: planted", &[]).unwrap();
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    let shown = warning.render(false);
    assert!(shown.contains("did you mean `secret`?") && !shown.contains("planted"), "{shown}");
}

#[test]
fn what_the_plugin_ignores_is_a_warning_and_what_is_needless_is_not() {
    let yaml = "groups: {}\nstrict: true\nbatch_fetch: false\nbatch_fetch_timeout: 9\napi_profile: latest\nplugin: azure_rm\n";
    let (_, warnings) = settings(yaml, &[]).unwrap();
    let shown: Vec<String> = warnings.iter().map(|warning| warning.message.clone()).collect();
    let expected =
        ["groups", "strict", "api_profile"].map(|name| format!("`{name}` has no effect, as in the plugin"));
    assert_eq!(shown, expected);
}
