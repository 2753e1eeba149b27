use super::super::testing::check;

#[test]
fn results_are_those_of_ansible() {
    check(&[
        ("nope|ternary(1,2)", "undefined"),
        ("true|ternary(1,nope)", "1"),
        ("nope|mandatory", "error"),
        ("nope|mandatory('no!')", "error"),
        ("1|default(nope)", "1"),
        ("'x'|ansible.builtin.default('a')", "'x'"),
        ("'x'|ansible.builtin.ternary(1,2)", "1"),
        ("'x'|ansible.legacy.ternary(1,2)", "1"),
        ("'x'|ansible.builtin.d('z')", "'x'"),
        ("'yes'|bool", "True"),
        ("'Off'|bool", "False"),
        ("'maybe'|bool", "False"),
        ("1|bool", "True"),
        ("1.0|bool", "True"),
        ("2|bool", "False"),
        ("none|bool", "False"),
        ("[]|bool", "False"),
        ("''|bool", "False"),
        ("'TRUE'|bool", "True"),
        ("true|ternary('a','b')", "'a'"),
        ("none|ternary('a','b','c')", "'c'"),
        ("none|ternary('a','b')", "'b'"),
        ("''|ternary('a','b')", "'b'"),
        ("1|ternary('a')", "error"),
        ("''|default('x')", "''"),
        ("''|default('x',true)", "'x'"),
        ("''|default('x',boolean='yes')", "error"),
        ("none|default('x')", "None"),
        ("none|default('x',true)", "'x'"),
        ("nope|default", "''"),
        ("nope|d(1)", "1"),
        ("nope|default(default_value=3)", "3"),
    ]);
}
