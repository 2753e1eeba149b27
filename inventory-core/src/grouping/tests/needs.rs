//! What is told of rules before and after they fail: variables that no host has, texts without quotes.

use super::*;

/// Returns what is doubtful about the variables of rules whose hosts have `tags`, `name` and `k8s_...`.
fn doubts(text: &str) -> Vec<String> {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let known = HostVariables {
        names: names(&["tags", "name", "root_device_name"]),
        unseen: names(&["address"]),
        prefixes: names(&["k8s_"]),
        synonyms: &[("labels", "tags")],
    };
    let (rules, _) = read(text, Settings::default()).unwrap();
    let shown = |warning: Diagnostic| format!("{warning} | {}", warning.help.join(" | "));
    rules.unknown_variables(&known).into_iter().map(shown).collect()
}

#[test]
fn variables_that_no_host_has_are_told() {
    let quotes = |text: &str| format!("a text needs quotes of its own: `\"'{text}'\"`");
    let lacks = |place: &str, rule: &str, name: &str| {
        format!("test.yml:{place}: warning: `{rule}` needs the variable `{name}`, which no host has | ")
    };
    let rows = [
        ("compose: {u: ec2-user}", lacks("1:14", "compose.u", "ec2") + &quotes("ec2-user")),
        ("compose: {u: ssh}", lacks("1:14", "compose.u", "ssh") + &quotes("ssh")),
        (
            "compose: {u: root}",
            lacks("1:14", "compose.u", "root") + &quotes("root") + " | did you mean `root_device_name`?",
        ),
        ("compose: {u: cloud_name}", lacks("1:14", "compose.u", "cloud_name") + "did you mean `name`?"),
        ("compose: {u: tag.Role}", lacks("1:14", "compose.u", "tag") + "did you mean `tags`?"),
        ("compose: {u: web.example.com}", lacks("1:14", "compose.u", "web") + &quotes("web.example.com")),
        ("groups: {g: name == web}", lacks("1:21", "groups.g", "web")),
        ("keyed_groups: [{key: tag.Env}]", lacks("1:22", "keyed_groups[0].key", "tag") + "did you mean `tags`?"),
        (
            "compose: {a: name, b: a}",
            "test.yml:1:23: warning: `compose.b` needs `a`, which expressions of composed variables do not see | "
                .to_owned(),
        ),
        ("compose: {u: address}", lacks("1:14", "compose.u", "address") + &quotes("address")),
    ];
    for (text, expected) in rows {
        assert_eq!(doubts(text), [expected], "{text}");
    }
}

#[test]
fn variables_that_may_be_there_are_not_told() {
    for text in [
        "compose: {u: name ~ tags.x ~ k8s_a, v: foo | default('x'), w: foo is defined and foo}",
        "compose: {a: name}\ngroups: {g: a and inventory_hostname and address}\nkeyed_groups: [{key: group_names}]",
        "use_extra_vars: true\ncompose: {u: ssh}",
        "groups: {g: true, h: '{{ foo }}'}",
    ] {
        assert_eq!(doubts(text), [""; 0], "{text}");
    }
}

#[test]
fn an_assignment_in_a_condition_is_explained() {
    for (condition, expected) in [
        ("tags.Role = 'web'", &["write `==` to compare"][..]),
        ("tags.Role ==", &[]),
        ("dict(a=1) &&", &[]),
        ("'a=b' &&", &[]),
        ("a != 1 &&", &[]),
    ] {
        let (_, warnings) = read(&format!("groups: {{g: \"{condition}\"}}"), Settings::default()).unwrap();
        assert_eq!(warnings[0].help, expected, "{condition}");
    }
}

#[test]
fn a_text_without_quotes_is_explained_where_it_fails() {
    let (rules, _) = read("compose: {a: ssh, b: tags.None, c: ssh.x}", Settings::default()).unwrap();
    let (_, tally) = build(&rules, &hosts());
    let causes: Vec<_> = tally.unwrap().failures().map(|failed| failed.example.unwrap().1).collect();
    assert_eq!(causes[0], "'ssh' is undefined; a text needs quotes of its own: `\"'ssh'\"`");
    assert!(causes[1..].iter().all(|cause| !cause.contains("quotes")), "{causes:?}");
}
