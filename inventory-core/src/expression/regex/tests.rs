use super::*;

fn found(pattern: &str, text: &str) -> Option<String> {
    let found = Regex::compile(pattern, Flags::default()).unwrap().search(text).unwrap();
    found.and_then(|found| found.group(0).map(str::to_owned))
}

#[test]
fn python_syntax_is_understood() {
    let rows = [
        (r"a.(\d+)\Z", "xa-12", Some("a-12")),
        (r"(?P<x>[ab])-(?P=x)", "a-b b-b", Some("b-b")),
        (r"(a)(b)?(?(2)c|d)", "ad", Some("ad")),
        (r"[]a&&~[]+", "x[a]&~", Some("[a]&~")),
        (r"[\w.-]+@", "a.b-c@d", Some("a.b-c@")),
        (r"{x}{,2}", "{x}}}", Some("{x}}")),
        (r"a{,2}b", "aaab", Some("aab")),
        (r"(?i)ABC", "xabc", Some("abc")),
        (r"(?i:A)B", "aB", Some("aB")),
        (r"(?x) a b # c", "ab", Some("ab")),
        (r"(?<=-)\w+", "ab-cd", Some("cd")),
        (r"(?s)a.b", "a\nb", Some("a\nb")),
        (r"a.b", "a\nb", None),
        (r"b$", "ab\n", Some("b")),
        (r"b\Z", "ab\n", None),
        (r"(?m)^b$", "a\nb\nc", Some("b")),
        (r"\x41\u0042\103", "ABC", Some("ABC")),
        (r"(.)\1", "abb", Some("bb")),
        (r"(?#comment)b", "ab", Some("b")),
        (r"(?a)\w+", "é1", Some("1")),
        (r"\#\ \-\/\'", "# -/'", Some("# -/'")),
    ];
    for (pattern, text, expected) in rows {
        assert_eq!(found(pattern, text).as_deref(), expected, "{pattern} on {text:?}");
    }
}

#[test]
fn what_python_refuses_is_refused() {
    for pattern in
        ["(", "a)", "*a", "a**", "[a", "[]", r"\q", r"\1", "a(?i)b", "(?P<1>a)", "[z-a]", r"\x4", "\\"]
    {
        assert!(Regex::compile(pattern, Flags::default()).is_err(), "{pattern}");
    }
}

#[test]
fn replacements_follow_python() {
    let rows = [
        ("x*", "-", "abxd", "-a-b--d-"),
        ("a*", "-", "baac", "-b--c-"),
        ("(a)(b)?", r"[\1\2]", "aab", "[a][ab]"),
        ("(?P<n>a)", r"\g<n>\g<1>\g<0>", "ba", "baaa"),
        ("a", r"\\\n\.", "a", "\\\n\\."),
        ("(.{6})(.{2}).*", r"\2", "abcdefghij", "gh"),
        ("", "-", "é", "-é-"),
    ];
    for (pattern, replacement, text, expected) in rows {
        let regex = Regex::compile(pattern, Flags::default()).unwrap();
        assert_eq!(regex.replace(text, replacement, 0).unwrap().0, expected, "{pattern}");
    }
    let regex = Regex::compile("(a)", Flags::default()).unwrap();
    for replacement in [r"\2", r"\g<x>", r"\g<2>", r"\q", "\\", r"\g1"] {
        assert!(regex.replace("a", replacement, 0).is_err(), "{replacement}");
    }
    assert_eq!(regex.replace("aaa", "b", 2).unwrap(), ("bba".to_owned(), 2));
}

#[test]
fn match_is_bound_to_the_start() {
    let regex = Regex::compile("b|ab$", Flags { ignore_case: true, ..Flags::default() }).unwrap();
    assert!(regex.match_at_start("xb").unwrap().is_none());
    assert_eq!(regex.match_at_start("AB\n").unwrap().unwrap().group(0), Some("AB"));
}

#[test]
fn a_match_that_never_ends_is_an_error() {
    let regex = Regex::compile(r"(a|a)*\1b(?=c)", Flags::default()).unwrap();
    let Err(error) = regex.search(&"a".repeat(64)) else { panic!("no step limit") };
    assert!(error.to_string().contains("too many steps"), "{error}");
}
