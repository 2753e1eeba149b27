//! What the comparison with PyYAML (`tests/pyyaml`) cannot see: places, warnings, words of errors, limits.

use proptest::sample::select;
use proptest::{collection, prop_oneof, proptest};

use super::*;
use crate::testing::properties;

fn read_text(text: &str) -> Document {
    read("test.yml", text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {}", error.render(false)))
}

fn error_of(bytes: &[u8]) -> String {
    match read("test.yml", bytes) {
        Ok(document) => panic!("{bytes:?} is read: {:?}", document.root),
        Err(error) => error.to_string(),
    }
}

fn written<'a>(document: &'a Document, node: &Node) -> &'a str {
    &document.source.text()[node.span.start..node.span.end]
}

#[test]
fn every_value_knows_its_place() {
    let document = read_text(
        "# é\nplain: word\nquoted: \"a b\"  # note\nlist:\n  - 1\n  - {a: b}\nflow: [x, y]\nempty:\ntext: |\n  one\n  two\n\nlast: 1\n",
    );
    let cases = [
        ("plain", "word", 2, 8),
        ("quoted", "\"a b\"", 3, 9),
        ("list", "- 1\n  - {a: b}", 5, 3),
        ("flow", "[x, y]", 7, 7),
        ("empty", "empty", 8, 1),
        ("text", "|\n  one\n  two", 9, 7),
        ("last", "1", 13, 7),
    ];
    for (key, text, line, column) in cases {
        let node = document.root.get(key).unwrap();
        assert_eq!(
            (written(&document, node), node.span.line, node.span.column),
            (text, line, column),
            "{key}"
        );
    }
    let (key, _) = &document.root.as_mapping().unwrap()[2];
    assert_eq!((written(&document, key), key.span.line, key.span.column), ("list", 4, 1));
}

#[test]
fn places_hold_after_a_byte_order_mark_and_carriage_returns() {
    let document = read_text("\u{feff}a: 1\r\nb: word\r\n");
    let node = document.root.get("b").unwrap();
    assert_eq!((written(&document, node), node.span.line, node.span.column), ("word", 2, 4));
}

#[test]
fn duplicate_keys_warn_with_both_lines() {
    let document = read_text("a: 1\nb: 2\na: 3\n");
    assert_eq!(document.root.get("a").unwrap().value, NodeValue::Int(3));
    assert_eq!(document.root.as_mapping().unwrap()[0].0.as_str(), Some("a"));
    let warnings: Vec<String> = document.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["test.yml:3:1: warning: the key `a` is given twice, on lines 1 and 3: this one counts"]
    );
}

#[test]
fn overriding_a_merged_key_does_not_warn() {
    let document = read_text("base: &base {a: 1, b: 2}\nuse:\n  <<: *base\n  a: 3\n");
    assert!(document.warnings.is_empty(), "{:?}", document.warnings);
    assert_eq!(document.root.get("use").unwrap().get("a").unwrap().value, NodeValue::Int(3));
}

#[test]
fn unsafe_marks_every_string_below() {
    let document = read_text("a: !unsafe '{{ x }}'\nb: !unsafe\n  c: [d, 1]\ne: f\n");
    let is_unsafe = |node: &Node| matches!(&node.value, NodeValue::String(text) if text.is_unsafe);
    assert!(is_unsafe(document.root.get("a").unwrap()));
    let list = document.root.get("b").unwrap().get("c").unwrap().as_sequence().unwrap();
    assert!(is_unsafe(&list[0]));
    assert_eq!(list[1].value, NodeValue::Int(1));
    assert!(!is_unsafe(document.root.get("e").unwrap()));
    // Ansible resolves the text again, quoted or not.
    assert_eq!(read_text("!unsafe '12'").root.value, NodeValue::Int(12));
}

#[test]
fn values_keep_their_types_and_order() {
    let text = "b: 1\na: [yes, 1.5, ~, x]\nbig: 123456789012345678901\nday: 2001-12-14\ntime: 2001-12-14 21:59:43 +1\n";
    let value = read_text(text).root.to_value();
    assert_eq!(
        value.to_string(),
        "{'b': 1, 'a': [True, 1.5, None, 'x'], 'big': 123456789012345678901, 'day': '2001-12-14', \
         'time': datetime.datetime(2001, 12, 14, 21, 59, 43, tzinfo=tzoffset(None, 3600))}"
    );
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    let cases: &[(&[u8], &str)] = &[
        (
            b"a: 1\n\tb: 2\n",
            "test.yml:2:1: error: the file is not valid YAML: a tab cannot indent: expected spaces",
        ),
        (
            b"a: b: c\n",
            "test.yml:1:5: error: the file is not valid YAML: `:` cannot stand here: expected a value without `: `, or a new line for a key",
        ),
        (
            b"a: @b\n",
            "test.yml:1:4: error: the file is not valid YAML: `@` cannot start a value: expected a value",
        ),
        (
            b"a: [1, 2\nb: 3\n",
            "test.yml:2:2: error: the file is not valid YAML: this does not continue what the bracket started: expected `,` or `]`",
        ),
        (
            b"a: 'b\n",
            "test.yml:1:4: error: the file is not valid YAML: a quote is not closed: expected a closing `'`",
        ),
        (
            b"a: \"\\d\"\n",
            "test.yml:1:5: error: the file is not valid YAML: this escape is not known: expected an escape such as `\\n` or `\\\\`",
        ),
        (
            b"a: *x\n",
            "test.yml:1:4: error: there is no anchor `&x` before this alias: expected the name of an anchor",
        ),
        (
            b"a: &x [*x]\n",
            "test.yml:1:8: error: the alias `*x` stands for a value that contains it: expected the alias of a finished value",
        ),
        (b"{a: 1}: 2\n", "test.yml:1:1: error: a mapping cannot be a key: expected a string as the key"),
        (b"a: {{ b }}\n", "test.yml:1:5: error: a mapping cannot be a key: expected a string as the key"),
        (
            b"a: 1\n---\nb: 2\n",
            "test.yml:2:1: error: the file is not valid YAML: the file holds more than one document: expected the end of the file",
        ),
        (
            b"a: !foo b\n",
            "test.yml:1:4: error: the tag `!foo` is not known: expected a value without this tag",
        ),
        (
            b"a: !!set {b}\n",
            "test.yml:1:4: error: `!!set` makes a Python object that an inventory configuration cannot use: expected a string, a list or a mapping",
        ),
        (b"a: !!int b\n", "test.yml:1:4: error: `b` is not an integer: expected an integer"),
        (
            b"a: 2001-02-30\n",
            "test.yml:1:4: error: `2001-02-30` is not a date that exists: expected a date that exists",
        ),
        (
            b"a: =\n",
            "test.yml:1:4: error: `=` has a special meaning in YAML and is not a value: expected a value",
        ),
        (
            b"<<: a\n",
            "test.yml:1:5: error: `<<` merges mappings only: expected a mapping or a list of mappings",
        ),
        (
            b"a: \xff\n",
            "test.yml:1:4: error: the file is not UTF-8: byte 0xff at offset 3: expected UTF-8 text",
        ),
        (
            b"a: \0\n",
            "test.yml:1:4: error: character U+0000 is not allowed in a YAML file: expected printable text",
        ),
    ];
    for (bytes, message) in cases {
        assert_eq!(error_of(bytes), *message, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn an_encrypted_value_is_an_error_that_names_the_key() {
    let error = read(
        "aws_ec2.yml",
        b"plugin: aws_ec2\nsecret_key: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\nregion: x\n",
    )
    .unwrap_err();
    assert_eq!(
        error.render(false),
        "\
error: `secret_key` is encrypted with Ansible Vault (`!vault`), which cannot be decrypted here
 --> aws_ec2.yml:2:13
  |
2 | secret_key: !vault |
  |             ^^^^^^^^ expected a value that is not encrypted
  |
  = help: keep the secret out of the file: give it in an environment variable, or by a profile or role of the cloud
  = help: or let Ansible run this program through the collection `cloud_inventory.cloud_inventory`, which decrypts it"
    );
}

#[test]
fn an_encrypted_value_is_what_was_decrypted_of_it() {
    let text = b"a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\nb: !vault x\n";
    let vault =
        |name: &str| Vault::new([(name.to_owned(), "{{ 1 }}".to_owned()), ("x".to_owned(), String::new())]);
    let document = read_with_vault("a.yml", text, &vault("$ANSIBLE_VAULT;1.1;AES256\n6162\n")).unwrap();
    let secret = Text { text: "{{ 1 }}".to_owned(), is_unsafe: true };
    assert_eq!(document.root.get("a").map(|node| &node.value), Some(&NodeValue::String(secret)));
    assert_eq!(document.root.get("b").and_then(Node::as_str), Some(""));
    assert_eq!(format!("{:?}", vault("y")), "Vault(2 values)");
    let error = read_with_vault("a.yml", text, &vault("$ANSIBLE_VAULT;1.1;AES256 6163")).unwrap_err();
    assert!(error.to_string().contains("`a` is encrypted"), "{error}");
}

#[test]
fn nothing_of_a_decrypted_file_is_shown() {
    let error = read_decrypted("a.yml", "key: the-secret\nnext: [\n", &Vault::default()).unwrap_err();
    let shown = error.render(false);
    assert!(shown.contains("a.yml:") && !shown.contains("secret") && !shown.contains("next"), "{shown}");
}

#[test]
fn aliases_unfold_to_a_bounded_number_of_values() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let before = level - 1;
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", ")));
    }
    assert!(error_of(text.as_bytes()).contains("unfold to more than 200000 values"));
    let mut text = "a0: &a0 {k0: 1, l0: 1}\n".to_owned();
    for level in 1..30 {
        let before = level - 1;
        text.push_str(&format!("a{level}: &a{level} {{<<: [*a{before}, *a{before}], k{level}: 1}}\n"));
    }
    assert!(error_of(text.as_bytes()).contains("unfold to more than 200000 values"));
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
        let deep = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
        assert!(error_of(deep(129).as_bytes()).contains("nested too deeply"), "{open}");
        assert!(error_of(deep(20_000).as_bytes()).contains("nested too deeply"), "{open}");
    }
    read_text(&format!("{}1{}", "[".repeat(127), "]".repeat(127)));
    // Depth that comes from aliases counts too.
    let mut text = "- &a0 [x]\n".to_owned();
    for level in 1..200 {
        text.push_str(&format!("- &a{level} [*a{}]\n", level - 1));
    }
    assert!(error_of(text.as_bytes()).contains("nested too deeply"));
}

#[test]
fn an_empty_file_is_null() {
    for text in ["", "\n", "# note\n", "---\n", "---\n...\n"] {
        assert_eq!(read_text(text).root.value, NodeValue::Null, "{text:?}");
    }
}

fn check_that_places_can_be_shown(bytes: &[u8]) {
    let shown = match read("test.yml", bytes) {
        Ok(document) => document.warnings.iter().map(|warning| warning.render(false)).collect(),
        Err(error) => vec![error.render(true)],
    };
    assert!(shown.iter().all(|text| !text.is_empty()));
}

/// Pieces that make documents more often than noise does.
const PIECES: [&str; 44] = [
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\t",
    " ",
    "a",
    "b: ",
    "c:",
    "- ",
    "? ",
    ": ",
    ", ",
    "[",
    "]",
    "{",
    "}",
    "&x ",
    "*x",
    "<<: ",
    "<<: *x",
    "!!int ",
    "!unsafe ",
    "!!binary ",
    "!<tag:x> ",
    "| ",
    "|-\n ",
    ">+2\n  ",
    "'",
    "''",
    "\"",
    "\\x41",
    "\\\n",
    "# c",
    " #",
    "---",
    "...",
    "\n--- ",
    "%YAML 1.1\n",
    "%TAG ! x:\n",
    "1:30",
    "0x1f",
    "2024-01-02",
    "é",
];

proptest! {
    #![proptest_config(properties(500))]

    #[test]
    fn no_bytes_panic(bytes in collection::vec(prop_oneof![
        3 => select(&b"ab1 \n:-?,[]{}'\"#|>&*!%@\\\t\r.<~="[..]), 1 => proptest::num::u8::ANY], 0..60)) {
        check_that_places_can_be_shown(&bytes);
    }

    #[test]
    fn no_document_panics(pieces in collection::vec(select(&PIECES[..]), 0..25)) {
        check_that_places_can_be_shown(pieces.concat().as_bytes());
    }
}
