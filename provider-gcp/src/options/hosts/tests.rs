use inventory_core::config::environment;
use inventory_core::diagnostic::Severity;

use super::*;

/// Returns the settings, and what is wrong or odd, one line each.
fn read(yaml: &str) -> (Option<HostSettings>, Vec<String>) {
    let document = inventory_core::yaml::read("gcp.yml", yaml.as_bytes()).unwrap();
    let variables = environment::Environment::default();
    let mut options = Options::new(&document, &variables).unwrap();
    let (settings, told) = match HostSettings::read(&mut options) {
        Ok((settings, warnings)) => (Some(settings), warnings),
        Err(errors) => (None, errors),
    };
    let told = told.into_iter().chain(options.finish(Severity::Warning));
    (settings, told.map(|diagnostic| diagnostic.to_string()).collect())
}

#[test]
fn defaults_are_those_of_the_plugin() {
    for yaml in ["{}", "hostnames: []\nname_suffix: null\nvars_prefix: ''\n"] {
        let (settings, told) = read(yaml);
        let settings = settings.unwrap();
        assert_eq!(told, Vec::<String>::new());
        let default = [Preference::PublicAddress, Preference::PrivateAddress, Preference::Name];
        assert_eq!(settings.hostnames.preferences, default);
        assert_eq!((settings.hostnames.suffix.as_str(), settings.vars_prefix.as_str()), ("", ""));
        assert_eq!(settings.sanitizer, Sanitizer::Ansible);
    }
}

#[test]
fn values_are_coerced_as_ansible_does() {
    let yaml = "hostnames: labels.a.b, hostname\nname_suffix: 1.5\nvars_prefix: true\n\
                use_contrib_script_compatible_sanitization: 1\n";
    let settings = read(yaml).0.unwrap();
    let expected = [Preference::Label("a.b".to_owned()), Preference::Hostname];
    assert_eq!(settings.hostnames.preferences, expected);
    assert_eq!((settings.hostnames.suffix.as_str(), settings.vars_prefix.as_str()), ("1.5", "True"));
    assert_eq!(settings.sanitizer, Sanitizer::Unchanged);
}

#[test]
fn what_never_names_a_host_is_told_at_its_place() {
    let expected = "expected `public_ip`, `private_ip`, `name`, `hostname` or `labels.KEY`";
    for (yaml, is_error, message) in [
        ("hostnames: [fqdn, name]", true, "gcp.yml:1:13: error: `fqdn` is not a way to name hosts"),
        ("hostnames: [5]", true, "gcp.yml:1:13: error: `5` is not a way to name hosts"),
        (
            "hostnames: [name, fqdn]",
            false,
            "gcp.yml:1:19: warning: `fqdn` is not a way to name hosts: a host that has no other name is an error",
        ),
    ] {
        let (settings, told) = read(yaml);
        assert_eq!(settings.is_none(), is_error, "{yaml}");
        assert_eq!(told, [format!("{message}: {expected}")], "{yaml}");
    }
    let (_, told) = read("strict: true");
    assert_eq!(
        told,
        ["gcp.yml:1:9: warning: `strict` has no effect, as in the plugin: what fails is skipped and counted"]
    );
}
