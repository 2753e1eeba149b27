//! What is said about a source that is not written as it must be.

use super::*;

#[test]
fn mistakes_are_shown_with_their_place() {
    let rows = [
        ("profiels: [a]", "x.yml:1:1: error: the key `profiels` is not known", "did you mean `profiles`?"),
        ("profiles: []", "x.yml:1:11: error: `profiles` is empty", "leave it out"),
        (
            "profiles: [a]\nprofile: b",
            "x.yml:2:10: error: `profile` is used for `roles` and `organization`",
            "add it to `profiles`",
        ),
        ("external_id: x", "x.yml:1:14: error: `external_id` is used for", ""),
        (
            "roles:\n  - arn:aws:iam::12:role/x",
            "x.yml:2:5: error: `arn:aws:iam::12:role/x` is not the ARN of a role",
            "arn:aws:iam::123456789012",
        ),
        (
            "roles: ['arn:aws:iam::123456789012:user/x']",
            "x.yml:1:9: error: `arn:aws:iam::123456789012:user/x` is not the ARN",
            "",
        ),
        ("organization: {}", "x.yml:1:15: error: the key `role` is missing", ""),
        (
            "organization: {role: 'arn:aws:iam::123456789012:role/x'}",
            "x.yml:1:22: error: the ARN of the role has no `{account}`",
            "the name alone",
        ),
        (
            "organization: {role: 'arn:aws:iam::{account}:x'}",
            "x.yml:1:22: error: `arn:aws:iam::{account}:x` is not the ARN of a role",
            "",
        ),
        ("organization: {role: 'a b'}", "x.yml:1:22: error: `a b` is not the name of a role", ""),
        (
            "organization: {role: a, units: [Workloads]}",
            "x.yml:1:33: error: `Workloads` is not the id of an organizational unit",
            "ou-",
        ),
        ("regions: [eu_west_1]", "x.yml:1:10: error: `eu_west_1` is not the name of a region", ""),
        (
            "filters: {'tags.Role': web}",
            "x.yml:1:24: error: EC2 has no filter `tags.Role` for instances",
            "did you mean `tag:Role`?",
        ),
        ("filters: {vpc-id: []}", "x.yml:1:19: error: the filter `vpc-id` has no values", ""),
        (
            "filters: {vpc-id: {a: b}}",
            "x.yml:1:19: error: expected a string or a list of strings, found a mapping",
            "",
        ),
        ("endpoint_url: 127.0.0.1", "x.yml:1:15: error: `endpoint_url` is not the URL of an endpoint", ""),
        ("ssm: maybe", "x.yml:1:6: error: expected a boolean, found a string", ""),
    ];
    for (text, message, help) in rows {
        let errors = read(text).unwrap_err();
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert!(errors[0].to_string().starts_with(message), "{text}: {}", errors[0]);
        assert!(errors[0].help.join(" ").contains(help), "{text}: {:?}", errors[0].help);
    }
    for (text, part) in [
        ("regions: ['ue-*']", "`ue-*` in `regions` matches no region that this version knows"),
        ("regions: ['*', eu-wst-1]", "`eu-wst-1` is no region that this version knows"),
    ] {
        let (_, warnings) = read(text).unwrap();
        assert!(warnings.len() == 1 && warnings[0].message == part, "{warnings:?}");
    }
    assert!(read("regions: ['eu-*', '!me-south-1', 'us-gov-*']").unwrap().1.is_empty());
    let (_, warnings) = read("regions: [eu-wst-1]").unwrap();
    assert!(
        warnings[0].to_string().contains("`eu-wst-1` is no region that this version knows"),
        "{warnings:?}"
    );
}

#[test]
fn secrets_are_not_shown() {
    let text = "roles: ['arn:aws:iam::123456789012:role/x']\nexternal_id: planted-id\n\
                endpoint_url: http://planted-user:planted-password@127.0.0.1:1/\n";
    let document = yaml::read("x.yml", text.as_bytes()).unwrap();
    let config: Config = decode(&document.source, &document.root).unwrap();
    let shown = format!("{config:?}");
    assert!(shown.contains("role/x") && !shown.contains("planted"), "{shown}");
    let budget = Budget::new(8, 0, Duration::from_secs(60));
    let (source, _) = NativeEc2Source::new(config, &document.source, budget).unwrap();
    let shown = format!("{source:?}");
    assert!(shown.contains("role/x") && !shown.contains("planted"), "{shown}");
    let errors = read("endpoint_url: http://planted:planted@x y/").unwrap_err();
    assert!(!errors[0].render(false).contains("planted"), "{}", errors[0].render(false));
}

#[test]
fn the_schema_describes_every_key() {
    let schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap();
    for (name, property) in schema["properties"].as_object().unwrap() {
        let described = property["description"].as_str();
        assert!(described.is_some_and(|text| text.ends_with('.')), "{name}: {property}");
    }
    assert_eq!(schema["additionalProperties"], false);
}
