use inventory_core::config::secret::Secret;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::name::Sanitizer;

use super::Settings;
use crate::connection::Identity;
use crate::sweep::{Filter, Sweep};
use crate::testing::settings;

fn read(yaml: &str) -> Settings {
    settings(yaml, &[]).unwrap_or_else(|errors| panic!("{yaml}: {errors:?}")).0
}

fn errors(yaml: &str, variables: &[(&str, &str)]) -> Vec<String> {
    match settings(yaml, variables) {
        Ok((settings, _)) => panic!("{yaml}: {settings:?}"),
        Err(errors) => errors.iter().map(Diagnostic::to_string).collect(),
    }
}

fn sweep(filters: &[(&str, &[&str])]) -> Sweep {
    let filter = |(name, values): &(&str, &[&str])| Filter {
        name: (*name).to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    Sweep::new(filters.iter().map(filter).collect())
}

#[test]
fn defaults_are_those_of_the_plugin() {
    let settings = read("plugin: amazon.aws.aws_ec2\n");
    assert_eq!(settings.connection, crate::connection::Connection::default());
    assert_eq!(settings.regions, Vec::<String>::new());
    assert_eq!(settings.query.include, [sweep(&[])]);
    assert_eq!(settings.query.exclude, []);
    assert!(settings.query.strict_permissions && !settings.query.ssm && settings.route53.is_none());
    assert_eq!(settings.sanitizer, Sanitizer::Ansible);
}

#[test]
fn regions_are_texts_and_templates() {
    for (yaml, expected) in [
        ("regions: [eu-west-1, us-east-1, eu-west-1]", vec!["eu-west-1", "us-east-1"]),
        ("regions: eu-west-1, us-east-1", vec!["eu-west-1", "us-east-1"]),
        ("regions: [\"{{ lookup('env', 'TEST_REGION') }}\"]", vec!["eu-west-3"]),
        ("regions: ['a{{ 1 + 1 }}-b']", vec!["a2-b"]),
    ] {
        assert_eq!(read(yaml).regions, expected, "{yaml}");
    }
    for (yaml, error) in [
        (
            "regions: ['eu west']",
            "aws_ec2.yml:1:11: error: `eu west` is not the name of a region: expected a name such as `eu-west-1`",
        ),
        (
            "regions: ['']",
            "aws_ec2.yml:1:11: error: an empty text is not the name of a region: expected a name such as `eu-west-1`",
        ),
        ("regions: [5]", "aws_ec2.yml:1:11: error: `regions` holds a int: expected a string"),
    ] {
        assert_eq!(errors(yaml, &[]), [error], "{yaml}");
    }
    assert_eq!(errors("regions: ['{{ nope }}']", &[]).len(), 1);
}

#[test]
fn filters_make_searches() {
    let settings = read(
        "filters: {'tag:A': \"{{ lookup('env', 'TEST_REGION') }}\", instance-state-name: [running]}\n\
         include_filters: [{'tag:B': true}, {'tag:C': '{{ 1 }}'}]\nexclude_filters: [{'tag:D': [x, y]}]\n",
    );
    let include = [
        sweep(&[("tag:A", &["eu-west-3"]), ("instance-state-name", &["running"])]),
        sweep(&[("tag:B", &["true"])]),
        // Only the values of `filters` are templates.
        sweep(&[("tag:C", &["{{ 1 }}"])]),
    ];
    assert_eq!(settings.query.include, include);
    assert_eq!(settings.query.exclude, [sweep(&[("tag:D", &["x", "y"])])]);
    assert_eq!(read("filters: {}\ninclude_filters: [{}]").query.include, [sweep(&[])]);
    for (yaml, error) in [
        (
            "filters: {'tag:A': [1]}",
            "aws_ec2.yml:1:20: error: the filter `tag:A` is a list that holds more than strings: put the others in quotes: expected a string, or a list of strings",
        ),
        (
            "filters: {'tag:A': 1.5}",
            "aws_ec2.yml:1:20: error: the filter `tag:A` is a float: expected a string, or a list of strings",
        ),
        ("filters: {5: a}", "aws_ec2.yml:1:11: error: the name of a filter is an integer: expected a string"),
        (
            "include_filters: [a]",
            "aws_ec2.yml:1:19: error: `include_filters` holds a string: expected a mapping such as `tag:Role: [web]`",
        ),
    ] {
        assert_eq!(errors(yaml, &[]), [error], "{yaml}");
    }
}

#[test]
fn credentials_come_from_options_and_their_variables() {
    let keys = |token: Option<&str>| Identity::Keys {
        access_key: Secret::new("id"),
        secret_key: Secret::new("key"),
        session_token: token.map(Secret::new),
    };
    type Row = (&'static str, &'static [(&'static str, &'static str)], Identity);
    let rows: [Row; 8] = [
        ("access_key: id\nsecret_key: key", &[], keys(None)),
        ("aws_access_key: id\naws_secret_access_key: key\naws_session_token: t", &[], keys(Some("t"))),
        (
            "{}",
            &[("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "key"), ("AWS_SESSION_TOKEN", "t")],
            keys(Some("t")),
        ),
        ("{}", &[("AWS_SESSION_TOKEN", "t")], Identity::Default),
        ("aws_profile: p", &[], Identity::Profile("p".to_owned())),
        ("{}", &[("AWS_PROFILE", "p")], Identity::Profile("p".to_owned())),
        ("profile: ''", &[("AWS_PROFILE", "p")], Identity::Default),
        (
            "profile: p\naccess_key: ''\nsecret_key: ''",
            &[("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "key")],
            Identity::Profile("p".to_owned()),
        ),
    ];
    for (yaml, variables, expected) in rows {
        let (settings, _) = settings(yaml, variables).unwrap();
        assert_eq!(settings.connection.identity, expected, "{yaml} {variables:?}");
    }
}

#[test]
fn credentials_that_contradict_each_other_are_refused() {
    let keys = [("AWS_ACCESS_KEY_ID", "planted"), ("AWS_SECRET_ACCESS_KEY", "planted")];
    for (yaml, variables, error) in [
        (
            "profile: p",
            &keys[..],
            "aws_ec2.yml:1:10: error: a profile and access keys cannot be used together: the profile is chosen here",
        ),
        (
            "secret_key: planted",
            &[],
            "error: one half of an access key is given by aws_ec2.yml:1:13, but `access_key` is missing",
        ),
        (
            "{}",
            &keys[..1],
            "error: one half of an access key is given by environment variable `AWS_ACCESS_KEY_ID`, but `secret_key` is missing",
        ),
    ] {
        assert_eq!(errors(yaml, variables), [error], "{yaml}");
    }
}

#[test]
fn errors_about_secrets_do_not_show_them() {
    for yaml in [
        "secret_key: [planted]\naccess_key: a",
        "secret_key: '{{ planted }}'\naccess_key: a",
        "access_key: planted\nsecret_key: '{{ undefined_planted | nofilter }}'",
        "session_token: planted\nsecret_key: planted",
    ] {
        let errors = settings(yaml, &[]).unwrap_err();
        let shown: String = errors.iter().map(|error| error.render(false)).collect();
        assert!(!shown.lines().any(|line| line.contains("planted") && line.contains(" | ")), "{shown}");
    }
}

#[test]
fn the_connection_has_its_options() {
    let (settings, warnings) = settings(
        "plugin: aws_ec2\naws_endpoint_url: http://127.0.0.1:1\niam_role_arn: arn:x\naws_region: eu-west-1\nregions: [eu-west-1]\n",
        &[],
    )
    .unwrap();
    assert_eq!(settings.connection.endpoint_url.as_deref(), Some("http://127.0.0.1:1"));
    assert_eq!(settings.connection.role.as_ref().map(|role| role.arn.as_str()), Some("arn:x"));
    assert_eq!(settings.connection.region.as_deref(), Some("eu-west-1"));
    assert_eq!(settings.connection.account(), Some("arn:x"));
    assert_eq!(warnings, []);
}

#[test]
fn hostnames_of_the_wrong_type_are_refused() {
    for (yaml, error) in [
        (
            "hostnames: [5]",
            "aws_ec2.yml:1:13: error: a hostname is an integer: expected a string, or a mapping with `name`",
        ),
        (
            "hostnames: [{prefix: a}]",
            "aws_ec2.yml:1:13: error: a hostname that is a mapping needs `name`: expected `name: tag:Name`",
        ),
        (
            "hostnames: [{name: a, prefix: b, separator: 1}]",
            "aws_ec2.yml:1:45: error: the separator is an integer: expected a string",
        ),
    ] {
        assert_eq!(errors(yaml, &[]), [error], "{yaml}");
    }
    assert!(errors("hostnames: ['tag:Name | no_such_filter']", &[])[0].contains("no_such_filter"));
}

#[test]
fn what_is_probably_a_mistake_is_a_warning() {
    for (yaml, warning, help) in [
        (
            "hostnames: [tags.Name]",
            "`tags.Name` is neither `tag:KEY` nor an attribute",
            Some("did you mean `tag:Name`?"),
        ),
        ("hostnames: [the-one-and-only]", "`the-one-and-only` is neither", None),
        (
            "hostnames: [{name: 'tag:Name', prefx: a}]",
            "the key `prefx` of a hostname",
            Some("did you mean `prefix`?"),
        ),
        (
            "region: eu-west-1",
            "`region` limits nothing: all regions are asked",
            Some("write `regions`, a list, to ask only some"),
        ),
        ("hostname: [a]", "the option `hostname` is not known", Some("did you mean `hostnames`?")),
    ] {
        let (_, warnings) = settings(yaml, &[]).unwrap();
        assert_eq!(warnings.len(), 1, "{yaml}: {warnings:?}");
        assert!(warnings[0].message.starts_with(warning), "{warnings:?}");
        assert_eq!(warnings[0].help.first().map(String::as_str), help, "{yaml}");
    }
    for (yaml, variables) in [
        ("hostnames: [{name: 'tag:Name', prefix: my-own-prefix}]", &[][..]),
        ("region: eu-west-1\nregions: [eu-west-1]", &[]),
        ("plugin: aws_ec2", &[("AWS_REGION", "eu-west-1")]),
    ] {
        let (_, warnings) = settings(yaml, variables).unwrap();
        assert_eq!(warnings, [], "{yaml}");
    }
}

#[test]
fn filters_that_ask_for_a_variable_are_refused() {
    for (hostname, name) in [
        ("tag:Name|default(private-dns-name)", "private"),
        ("private-dns-name|regex_replace(x, 'y')", "x"),
        ("tag:A,B|map('regex_replace', nope)|list", "nope"),
    ] {
        let errors = settings(&format!("plugin: aws_ec2\nhostnames: [\"{hostname}\"]\n"), &[]).unwrap_err();
        let message = &errors[0].message;
        assert!(message.contains("cannot work") && message.contains(&format!("'{name}'")), "{message}");
    }
    for hostname in [
        "tag:Name|default('x')",
        "tag:Name|regex_search('nope')|upper",
        "tag:A,B|map('upper')|first",
        "tag:A|default(lookup('env', 'TEST_REGION'))",
        "tag:Name|from_json|default('x')",
    ] {
        settings(&format!("plugin: aws_ec2\nhostnames: [\"{hostname}\"]\n"), &[]).unwrap();
    }
}

#[test]
fn an_endpoint_is_a_url() {
    for url in ["127.0.0.1:4566", "http:///x", "ftp://host", "http://a b", "planted:x@host"] {
        let yaml = format!("plugin: aws_ec2\nendpoint_url: '{url}'\n");
        for errors in [
            settings(&yaml, &[]).unwrap_err(),
            settings("plugin: aws_ec2\n", &[("AWS_URL", url)]).unwrap_err(),
        ] {
            assert!(errors[0].message.contains("`endpoint_url` is not the URL of an endpoint"), "{url}");
            assert!(!errors[0].message.contains("planted"), "{url}");
            assert!(errors[0].origin.is_none() || !url.contains('@'), "{url}");
        }
    }
    settings("plugin: aws_ec2\nendpoint_url: https://user:x@host:1/path\n", &[]).unwrap();
}

#[test]
fn an_empty_region_is_an_error_as_in_the_plugin() {
    for yaml in ["regions: 'us-east-1,'", "regions: ['', us-east-1]", "regions: [\"{{ '' }}\"]"] {
        let errors = settings(yaml, &[]).unwrap_err();
        assert_eq!(errors[0].message, "an empty text is not the name of a region", "{yaml}");
    }
}

#[test]
fn a_template_that_fails_leads_to_one_error() {
    let yaml = "plugin: aws_ec2\naccess_key: '{{ nope }}'\nsecret_key: x\n";
    assert_eq!(settings(yaml, &[]).unwrap_err().len(), 1);
}

/// Returns the warnings of options, each with its help.
fn warnings(yaml: &str) -> Vec<String> {
    let (_, warnings) = settings(yaml, &[]).unwrap();
    warnings.iter().map(|warning| format!("{warning} {}", warning.help.join(" "))).collect()
}

#[test]
fn regions_that_are_not_known_are_doubted() {
    let rows = [
        (
            "regions: [eu-wst-1]",
            "aws_ec2.yml:1:11: warning: `eu-wst-1` is no region that this version knows: it is asked all the same did you mean `eu-west-1`?",
        ),
        (
            "regions: [us-east-1, us-east-1a]",
            "aws_ec2.yml:1:22: warning: `us-east-1a` is a zone, not a region: it is asked all the same did you mean `us-east-1`?",
        ),
    ];
    for (yaml, expected) in rows {
        assert_eq!(warnings(yaml), [expected], "{yaml}");
    }
    for yaml in ["regions: [us-gov-west-1, cn-north-1]", "regions: [here]\nendpoint_url: http://localhost:1"]
    {
        assert_eq!(warnings(yaml), [""; 0], "{yaml}");
    }
}

#[test]
fn filters_that_are_not_known_are_doubted() {
    let doubt = |place: &str, name: &str, meant: &str| {
        format!(
            "aws_ec2.yml:{place}: warning: EC2 documents no filter `{name}` for instances: expected the name of a \
             filter did you mean `{meant}`?"
        )
    };
    let yaml = "filters: {tag-Name: web}\ninclude_filters: [{instance.state: running, 'tag:A': b}]\n\
                exclude_filters: [{vpc_id: x}]\n";
    let expected = [
        doubt("1:11", "tag-Name", "tag:Name"),
        doubt("2:20", "instance.state", "instance-state-name"),
        doubt("3:20", "vpc_id", "vpc-id"),
    ];
    assert_eq!(warnings(yaml), expected);
}
