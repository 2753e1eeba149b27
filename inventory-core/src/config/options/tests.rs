use super::*;
use crate::yaml;

fn document(text: &str) -> Document {
    yaml::read("aws_ec2.yml", text.as_bytes()).unwrap()
}

fn environment() -> Environment {
    Environment::new([("FIRST", "one"), ("SECOND", "two"), ("EMPTY", ""), ("NUMBER", "7")], "/work")
}

/// What each type makes of a value, as `ensure_type` of ansible-core 2.19.14 does; `-` is an error.
#[test]
fn types_convert_as_in_ansible() {
    #[rustfmt::skip]
    let cases = [
        // value         str          bool     int     float    list
        ("true",         "True",      "true",  "1",    "1.0",   "-"),
        ("false",        "False",     "false", "0",    "0.0",   "-"),
        ("0",            "0",         "false", "0",    "0.0",   "-"),
        ("1",            "1",         "true",  "1",    "1.0",   "-"),
        ("2",            "2",         "false", "2",    "2.0",   "-"),
        ("1.0",          "1.0",       "true",  "1",    "1.0",   "-"),
        ("1.5",          "1.5",       "false", "-",    "1.5",   "-"),
        (".nan",         "nan",       "false", "-",    "NaN",   "-"),
        (".inf",         "inf",       "false", "-",    "inf",   "-"),
        ("-0.0",         "-0.0",      "false", "0",    "-0.0",  "-"),
        ("1.0e+20",      "1e+20",     "false", "-",    "1e20",  "-"),
        ("''",           "",          "false", "-",    "-",     "[]"),
        ("'yes'",        "yes",       "true",  "-",    "-",     "[yes]"),
        ("' Yes '",      " Yes ",     "true",  "-",    "-",     "[Yes]"),
        ("'no'",         "no",        "false", "-",    "-",     "[no]"),
        ("'1'",          "1",         "true",  "1",    "1.0",   "[1]"),
        ("'1.0'",        "1.0",       "false", "1",    "1.0",   "[1.0]"),
        ("'1.5'",        "1.5",       "false", "-",    "1.5",   "[1.5]"),
        ("' 12 '",       " 12 ",      "false", "12",   "12.0",  "[12]"),
        ("'1e3'",        "1e3",       "false", "1000", "1000.0", "[1e3]"),
        ("'-120e-1'",    "-120e-1",   "false", "-12",  "-12.0", "[-120e-1]"),
        ("'1e999999999999'", "1e999999999999", "false", "-", "inf", "[1e999999999999]"),
        ("'0e999999999999'", "0e999999999999", "false", "0", "0.0", "[0e999999999999]"),
        ("'1_000'",      "1_000",     "false", "1000", "1000.0", "[1_000]"),
        ("'1__0'",       "1__0",      "false", "10",   "-",     "[1__0]"),
        ("'_1'",         "_1",        "false", "1",    "-",     "[_1]"),
        ("'0x10'",       "0x10",      "false", "-",    "-",     "[0x10]"),
        ("'nan'",        "nan",       "false", "-",    "NaN",   "[nan]"),
        ("abc",          "abc",       "false", "-",    "-",     "[abc]"),
        ("a, b",         "a, b",      "false", "-",    "-",     "[a|b]"),
        ("\"'a', \\\"b\\\"\"", "'a', \"b\"", "false", "-", "-", "[a|b]"),
        ("\"'a, 'b\\\\'\"", "'a, 'b\\'", "false", "-", "-",     "['a|'b\\']"),
        ("'a,'",         "a,",        "false", "-",    "-",     "[a|]"),
        ("[]",           "-",         "false", "-",    "-",     "[]"),
        ("[a, 1]",       "-",         "false", "-",    "-",     "[a|1]"),
        ("{}",           "-",         "false", "-",    "-",     "-"),
        ("2020-01-02",   "-",         "false", "-",    "-",     "-"),
    ];
    let option = OptionName::new("x");
    let environment = environment();
    for (value, string, boolean, integer, float, list) in cases {
        let document = document(&format!("x: {value}\n"));
        let mut options = Options::new(&document, &environment).unwrap();
        let shown = |found: Option<String>| found.unwrap_or_else(|| "-".to_owned());
        let value_of = |found: Located<Vec<Node>>| {
            let items: Vec<String> = found.value.iter().map(|item| item.to_value().to_string()).collect();
            format!("[{}]", items.join("|"))
        };
        assert_eq!(
            shown(options.string(&option).ok().flatten().map(|found| found.value.text)),
            string,
            "{value}"
        );
        assert_eq!(
            shown(options.boolean(&option).ok().flatten().map(|found| found.value.to_string())),
            boolean,
            "{value}"
        );
        assert_eq!(
            shown(options.integer(&option).ok().flatten().map(|found| found.value.to_string())),
            integer,
            "{value}"
        );
        assert_eq!(
            shown(options.float(&option).ok().flatten().map(|found| format!("{:?}", found.value))),
            float,
            "{value}"
        );
        assert_eq!(shown(options.list(&option).ok().flatten().map(value_of)), list, "{value}");
    }
}

#[test]
fn the_file_counts_before_the_environment_and_names_before_aliases() {
    const OPTION: OptionName = OptionName::new("access_key")
        .aliases(&["aws_access_key_id", "aws_access_key"])
        .environment(&["FIRST", "SECOND", "UNSET"]);
    let cases = [
        ("access_key: a\naws_access_key: b\n", "a", "aws_ec2.yml:1:13"),
        ("aws_access_key: b\naws_access_key_id: c\n", "c", "aws_ec2.yml:2:20"),
        ("x: 1\n", "two", "environment variable `SECOND`"),
        // `null` is no value, but hides the aliases.
        ("access_key:\naws_access_key: b\n", "two", "environment variable `SECOND`"),
    ];
    let environment = environment();
    for (text, value, origin) in cases {
        let document = document(text);
        let mut options = Options::new(&document, &environment).unwrap();
        let found = options.string(&OPTION).unwrap().unwrap();
        assert_eq!((found.value.text.as_str(), found.origin.to_string().as_str()), (value, origin), "{text}");
    }
}

#[test]
fn an_empty_variable_that_does_not_fit_is_not_set() {
    let (document, environment) = (document("a: 1\n"), environment());
    let mut options = Options::new(&document, &environment).unwrap();
    let option = OptionName::new("limit").environment(&["NUMBER", "EMPTY"]);
    assert_eq!(options.integer(&option).unwrap(), None);
    assert_eq!(options.string(&option).unwrap().unwrap().value.text, "");
    let option = OptionName::new("limit").environment(&["FIRST"]);
    assert_eq!(
        options.integer(&option).unwrap_err().to_string(),
        "environment variable `FIRST`: error: `limit` is the string `one`: expected an integer of at most 64 bits"
    );
}

#[test]
fn a_wrong_type_shows_the_line_and_what_was_expected() {
    let (document, environment) = (document("plugin: aws_ec2\nregions: {a: b}\n"), environment());
    let mut options = Options::new(&document, &environment).unwrap();
    assert_eq!(
        options.list(&OptionName::new("regions")).unwrap_err().render(false),
        "\
error: `regions` is a mapping
 --> aws_ec2.yml:2:10
  |
2 | regions: {a: b}
  |          ^^^^^^ expected a list"
    );
}

#[test]
fn unknown_keys_and_odd_booleans_are_reported_in_the_order_of_the_file() {
    let (document, environment) =
        (document("plugin: aws_ec2\nregoins: [a]\nstrict: maybe\n1: 2\n"), environment());
    let mut options = Options::new(&document, &environment).unwrap();
    options.also_known(["plugin"]);
    options.list(&OptionName::new("regions")).unwrap();
    assert!(!options.boolean(&OptionName::new("strict")).unwrap().unwrap().value);
    let reports: Vec<(String, Vec<String>)> = options
        .finish(Severity::Warning)
        .into_iter()
        .map(|report| (report.to_string(), report.help))
        .collect();
    let expected = [
        (
            "aws_ec2.yml:3:9: warning: `strict` is a string that does not mean true or false, and is read as false: expected a boolean",
            vec!["write `strict: true` or `strict: false`"],
        ),
        (
            "aws_ec2.yml:2:1: warning: the option `regoins` is not known and is ignored: expected the name of an option",
            vec!["did you mean `regions`?"],
        ),
        (
            "aws_ec2.yml:4:1: warning: the option `1` is not known and is ignored: expected the name of an option",
            vec![],
        ),
    ];
    let expected: Vec<(String, Vec<String>)> = expected
        .into_iter()
        .map(|(text, help)| (text.to_owned(), help.into_iter().map(str::to_owned).collect()))
        .collect();
    assert_eq!(reports, expected);
}

#[test]
fn a_document_that_is_not_a_mapping_is_an_error() {
    let (document, environment) = (document("- a\n"), environment());
    assert_eq!(
        Options::new(&document, &environment).unwrap_err().to_string(),
        "aws_ec2.yml:1:1: error: the configuration is a list, not a mapping: expected `option: value` lines"
    );
}
