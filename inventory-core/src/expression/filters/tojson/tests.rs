use super::super::testing::check;

#[test]
fn results_are_those_of_ansible() {
    check(&[
        ("'<a>'|tojson", r#"'"\\u003ca\\u003e"'"#),
        (
            "{'a':'é<','b':[1,2.5,none,true]}|tojson",
            r#"'{"a": "\\u00e9\\u003c", "b": [1, 2.5, null, true]}'"#,
        ),
        ("{'b':1,'a':2}|tojson(2)", r#"'{\n  "a": 2,\n  "b": 1\n}'"#),
        ("{1:2}|tojson", r#"'{"1": 2}'"#),
        ("[1.5,none]|tojson", "'[1.5, null]'"),
        (r#""a'b&"|tojson"#, r#"'"a\\u0027b\\u0026"'"#),
        ("[1,[]]|tojson(2)", r"'[\n  1,\n  []\n]'"),
        ("{}|tojson(2)", "'{}'"),
        ("{'a':[{'b':1}]}|tojson(1)", r#"'{\n "a": [\n  {\n   "b": 1\n  }\n ]\n}'"#),
        ("['a']|tojson('--')", r#"'[\n--"a"\n]'"#),
        ("{'b':1,2:3}|tojson", "error"),
        ("{none:1}|tojson", r#"'{"null": 1}'"#),
        ("{true:1,'a':2}|tojson", "error"),
        ("1e16|tojson", "'1e+16'"),
        (r"'a\u2028\x7f😀'|tojson", r#"'"a\\u2028\\u007f\\ud83d\\ude00"'"#),
        ("(1,2)|tojson", "'[1, 2]'"),
    ]);
}
