use inventory_core::config::environment;
use inventory_core::diagnostic::Severity;

use super::*;

/// Returns the settings, and what is wrong or odd, one line each.
fn read(yaml: &str) -> (Option<HostSettings>, Vec<String>) {
    let document = inventory_core::yaml::read("a.azure_rm.yml", yaml.as_bytes()).unwrap();
    let variables = environment::Environment::default();
    let mut options = Options::new(&document, &variables).unwrap();
    let (settings, told) = match HostSettings::read(&mut options, Escapes::default()) {
        Ok((settings, warnings)) => (Some(settings), warnings),
        Err(errors) => (None, errors),
    };
    let told = told.into_iter().chain(options.finish(Severity::Warning));
    (settings, told.map(|diagnostic| diagnostic.to_string()).collect())
}

#[test]
fn defaults_are_those_of_the_plugin() {
    let (settings, told) = read("{}");
    let settings = settings.unwrap();
    assert_eq!(told, Vec::<String>::new());
    assert!(!settings.plain_host_names && settings.filters.strict && settings.hostnames.strict);
    assert_eq!(settings.sanitizer, Sanitizer::Ansible);
    assert_eq!((settings.filters.exclude.len(), settings.filters.include.len()), (2, 1));
    assert!(matches!(settings.hostnames.preferences[..], [Preference::Default]));
}

#[test]
fn what_cannot_be_meant_is_an_error() {
    for (yaml, expected) in [
        (
            "exclude_host_filters: a",
            "a.azure_rm.yml:1:23: error: `exclude_host_filters` is a string: expected a list of conditions",
        ),
        (
            "include_host_filters: true",
            "a.azure_rm.yml:1:23: error: `include_host_filters` is a boolean: expected a list of conditions",
        ),
        (
            "fail_on_template_errors: 'false'",
            "a.azure_rm.yml:1:26: error: `fail_on_template_errors` is a string: expected `true` or `false`",
        ),
        (
            "hostnames: []",
            "a.azure_rm.yml:1:12: error: `hostnames` names no host: expected at least `default`",
        ),
        (
            "hostnames: [5]",
            "a.azure_rm.yml:1:13: error: `hostnames[0]` cannot be evaluated: expected an expression, found an integer",
        ),
        (
            "fail_on_template_errors: false\nhostnames: [a | nobody.knows.this]",
            "a.azure_rm.yml:2:13: error: `hostnames[0]` cannot be evaluated: \
             the filter `nobody.knows.this` is not supported: plugins of collections are not run",
        ),
    ] {
        let (settings, told) = read(yaml);
        assert!(settings.is_none(), "{yaml}");
        assert_eq!(told, [expected], "{yaml}");
    }
}

#[test]
fn what_fails_for_every_host_is_told_by_the_strictness() {
    for (yaml, expected) in [
        ("exclude_host_filters: [a b]", "error: `exclude_host_filters[0]` cannot be evaluated: "),
        ("hostnames: ['', default]", "error: `hostnames[0]` cannot be evaluated: "),
    ] {
        let (settings, told) = read(yaml);
        assert!(settings.is_none() && told.len() == 1 && told[0].contains(expected), "{told:?}");
        let (settings, told) = read(&format!("fail_on_template_errors: false\n{yaml}"));
        let expected = expected
            .replace("error", "warning")
            .replace("cannot be evaluated", "fails for every host and is skipped");
        assert!(settings.is_some() && told.len() == 1 && told[0].contains(&expected), "{told:?}");
    }
}
