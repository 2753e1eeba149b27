use super::*;

fn document(text: &str) -> Result<Document, String> {
    read(&Arc::new(Source::new("ec2.ini", text))).map_err(|error| error.to_string())
}

/// Each expectation is what `configparser.ConfigParser` of Python 3.11 gives for the same text.
#[test]
fn values_are_those_of_python() {
    let cases: [(&str, &[(&str, &str)]); 9] = [
        ("[ec2]\na = 1\nB:2\nc=\n", &[("a", "1"), ("b", "2"), ("c", "")]),
        ("[ec2]\r\na = x\r\n  y\r\nb = z\r\n", &[("a", "x\ny"), ("b", "z")]),
        ("# first\n; second\n[ec2] # more\na = 1 ; no comment\n", &[("a", "1 ; no comment")]),
        ("[ec2]\na = x\n  # a comment\n  y\n\n  z\n\nb = 1\n", &[("a", "x\ny\n\nz"), ("b", "1")]),
        ("[ec2]\na key = b = c:d\nurl: http://x\n", &[("a key", "b = c:d"), ("url", "http://x")]),
        ("  [ec2]\n  a = 1\n  b = 2\n", &[("a", "1"), ("b", "2")]),
        ("[ec2]\na = 1\n b = 2\n", &[("a", "1\nb = 2")]),
        ("[other]\na = 0\n[ec2]\n[DEFAULT]\nd = 3\n[DEFAULT]\ne = 4\n", &[]),
        ("[ec2]\n\ta = é \u{a0}\n", &[("a", "é")]),
    ];
    for (text, expected) in cases {
        let document = document(text).unwrap();
        let entries = document.root.get("ec2").and_then(Node::as_mapping).unwrap();
        let found: Vec<_> =
            entries.iter().map(|(key, value)| (key.as_str().unwrap(), value.as_str().unwrap())).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_python_refuses_is_an_error_with_its_place() {
    let cases = [
        (
            "a = 1\n",
            "ec2.ini:1:1: error: the file does not begin with a section: expected a section such as `[ec2]` before this line",
        ),
        (
            "[ec2]\nregions\n",
            "ec2.ini:2:1: error: the line is neither a section nor `key = value`: expected `=` or `:`",
        ),
        ("[ec2]\n = 1\n", "ec2.ini:2:2: error: the key before the `=` is missing: expected `key = value`"),
        (
            "[ec2]\na = 1\nA = 2\n",
            "ec2.ini:3:1: error: the key `a` is in the section `[ec2]` twice: expected another key",
        ),
        (
            "[ec2]\n[x]\n[ec2]\n",
            "ec2.ini:3:1: error: the section `[ec2]` is there twice: expected another section",
        ),
        (
            "[DEFAULT]\na = 1\n[DEFAULT]\na = 2\n",
            "ec2.ini:4:1: error: the key `a` is in the section `[DEFAULT]` twice: expected another key",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(document(text).unwrap_err(), expected, "{text}");
    }
}

const DEFAULTS: [(&str, &str); 2] = [("usual", "u"), ("switch", "False")];

fn text_of(text: &str) -> Result<String, String> {
    let document = document(text).unwrap();
    let read = Options::new(&document, "ec2", &DEFAULTS).text("a").map_err(|error| error.to_string())?;
    Ok(read.map_or_else(|| "none".to_owned(), |found| found.value))
}

#[test]
fn values_refer_to_others_as_in_python() {
    let deep: String = (0..12).map(|number| format!("k{number} = %(k{})s\n", number + 1)).collect();
    let wrong =
        "ec2.ini:2:5: error: `a` cannot be read: a `%` in it is neither `%%` nor the beginning of `%(key)s`";
    let cases = [
        ("[ec2]\na = %(B)s-%(usual)s-100%%\nb = x%(c)s\n[DEFAULT]\nc = y\n", Ok("xy-u-100%")),
        ("[ec2]\n[DEFAULT]\na = %(b)s\nb = 1\n", Ok("1")),
        ("[ec2]\n", Ok("none")),
        ("[ec2]\na = 50%\n", Err(wrong)),
        ("[ec2]\na = %d\n", Err(wrong)),
        ("[ec2]\na = %(b)d\n", Err(wrong)),
        ("[ec2]\na = %()s\n", Err(wrong)),
        (
            "[ec2]\na = %(b)s\n",
            Err("ec2.ini:2:5: error: `a` cannot be read: it refers to the key `b`, which is not there"),
        ),
        (
            "[ec2]\na = %(a)s\n",
            Err(
                "ec2.ini:2:5: error: `a` cannot be read: it refers to itself, or through more than ten other values",
            ),
        ),
        (
            &format!("[ec2]\na = %(k0)s\n{deep}k12 = 1\n"),
            Err(
                "ec2.ini:2:5: error: `a` cannot be read: it refers to itself, or through more than ten other values",
            ),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(text_of(text), expected.map(str::to_owned).map_err(str::to_owned), "{text}");
    }
}

#[test]
fn types_are_those_of_python() {
    let text = "[ec2]\nt = YES\nf = off\nbad = maybe\nempty =\nn = 300\nm = 1_0\nodd = 5m\n";
    let document = document(text).unwrap();
    let mut options = Options::new(&document, "ec2", &DEFAULTS);
    assert_eq!(options.boolean("t"), Ok(true));
    assert_eq!(options.boolean("f"), Ok(false));
    assert_eq!(options.boolean("switch"), Ok(false));
    assert_eq!((options.integer("n"), options.integer("m")), (Ok(300), Ok(10)));
    let bad = options.boolean("bad").unwrap_err().to_string();
    assert_eq!(bad, "ec2.ini:4:7: error: `bad` is not a boolean: expected `True` or `False`");
    let empty = options.boolean("empty").unwrap_err().to_string();
    assert_eq!(empty, "ec2.ini:5:1: error: `empty` is not a boolean: expected `True` or `False`");
    let odd = options.integer("odd").unwrap_err().to_string();
    assert_eq!(odd, "ec2.ini:8:7: error: `odd` is not a whole number: expected a number such as `300`");
    assert!(options.place("t").is_some() && options.place("switch").is_none());
}

#[test]
fn unknown_keys_are_warned_of() {
    let document = document("[ec2]\nswich = True\nusual = x\nz = 1\n[DEFAULT]\ny = 1\n").unwrap();
    let unknown = Options::new(&document, "ec2", &DEFAULTS).unknown();
    let texts: Vec<_> = unknown.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "ec2.ini:2:1: warning: the key `swich` is not known in `[ec2]`: ignored",
            "ec2.ini:4:1: warning: the key `z` is not known in `[ec2]`: ignored",
        ]
    );
    assert_eq!(unknown[0].help, ["did you mean `switch`?"]);
}

#[test]
fn the_lines_of_credentials_are_not_shown() {
    let source = Arc::new(Source::new("ec2.ini", "[credentials]\naws_secret_access_key = 50%planted\n"));
    let document = read(&source).unwrap();
    let error = Options::new(&document, "credentials", &[]).text("aws_secret_access_key").unwrap_err();
    let shown = error.render(false);
    assert!(shown.contains("aws_secret_access_key = **********"), "{shown}");
    assert!(!shown.contains("planted"), "{shown}");
}
