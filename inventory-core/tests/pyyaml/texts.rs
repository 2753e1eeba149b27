//! Random YAML texts: mostly valid, often at the edge.

use proptest::prelude::*;
use proptest::sample::select;

/// Words whose type a reader easily gets wrong.
const WORDS: &[&str] = &[
    "yes",
    "No",
    "ON",
    "off",
    "y",
    "N",
    "true",
    "False",
    "TRUE",
    "tRue",
    "null",
    "Null",
    "~",
    "nil",
    "none",
    "=",
    "<<",
    "0",
    "-0",
    "+0",
    "00",
    "010",
    "08",
    "0o10",
    "0b1",
    "0b102",
    "0b_",
    "-0b11",
    "0x1F",
    "0x_",
    "0xg",
    "1_000",
    "_1",
    "1_",
    "+12",
    "-12",
    "12e3",
    "1e3",
    "1.e+3",
    "1.5e3",
    "1.5e+3",
    "1.5E-3",
    ".5",
    "-.5",
    "+.5",
    "._5",
    ".5e+1",
    "5.",
    "1_0.5_0",
    ".",
    "..",
    "1.2.3",
    ".inf",
    "-.INF",
    "+.Inf",
    ".iNf",
    ".nan",
    "-.nan",
    ".NAN",
    "1:30",
    "1:60",
    "-1:30",
    "01:30",
    "1:30:00",
    "1:2:3.5",
    "1:30.5e+3",
    "190:20:30.15",
    "1:",
    "2001-12-14",
    "2001-1-4",
    "2001-13-14",
    "2001-02-30",
    "0000-01-01",
    "2001-12-14T21:59:43.10-05:00",
    "2001-12-14 21:59:43Z",
    "2001-12-14 21:59:43 Z",
    "2001-1-4 1:59:43 +5",
    "2001-12-14t21:59:43.1234567",
    "2001-12-14 24:00:00",
    "2001-12-14 21:59:43 +25:00",
    "2001-12-14 21:59",
    "123456789012345678901234567890",
    "-9223372036854775808",
    "9223372036854775808",
    "0x8000000000000000",
    "us-east-1",
    "tag:Name=web",
    "{{ tags.Name }}",
    "1.2.3.4",
    "10.0.0.0/8",
    "a b",
    "a: b",
    "a#b",
    "a #b",
    "é",
    "日本",
    "\u{1f600}",
    "%x",
    "@a",
    "`a",
    "-",
    "- a",
    "?",
    "? a",
    ":",
    ": a",
    ":a",
    "-a",
    "?a",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "'a'",
    "\"a\"",
    "#",
    "a'b",
    "a\"b",
    "[a",
    "a]",
    "{a",
    "a}",
    "a,b",
    ",a",
    "\\",
    "a\\n",
];

/// One plain scalar: from the list, or of characters that numbers and dates are made of.
pub(crate) fn plain_scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => select(WORDS).prop_map(str::to_owned),
        3 => "[-+]?[0-9_:.eE]{1,8}",
        2 => "[-+]?0[bxo]?[0-9a-fA-F_]{0,6}",
        2 => "[-+]?[0-9_]{1,4}(:[0-9]{1,2}){1,3}(\\.[0-9_]{0,3})?([eE][-+]?[0-9]{1,2})?",
        2 => "[-+]?[0-9_]{0,4}\\.[0-9_]{0,4}([eE][-+]?[0-9]{1,3})?",
        2 => "[0-9]{4}-[01]?[0-9]-[0-3]?[0-9]([Tt ][ ]?[0-2]?[0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{0,8})?([ ]?(Z|[-+][0-2]?[0-9](:[0-9]{2})?))?)?",
        2 => "[a-zA-Z0-9 ._:/=#,{}\\[\\]&*!|>'\"%@`?-]{1,8}",
    ]
}

fn quoted() -> impl Strategy<Value = String> {
    prop_oneof![
        "'[a-z :#'\\\\]{0,4}'".prop_map(|text| text),
        "\"([a-z :#']|\\\\[nt\\\\\"0abefrv/ _x]|\\\\x4[0-9a-f]|\\\\u00e9){0,4}\"".prop_map(|text| text),
    ]
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(WORDS).prop_map(str::to_owned), 2 => plain_scalar(), 2 => quoted(), 3 => "[a-c]"]
}

fn tagged() -> impl Strategy<Value = String> {
    let tag = select(
        &[
            "!!str",
            "!!int",
            "!!float",
            "!!bool",
            "!!null",
            "!!timestamp",
            "!",
            "!!seq",
            "!!map",
            "!foo",
            "!",
            "&x",
            "!!omap",
        ][..],
    );
    prop_oneof![8 => scalar(), 1 => (tag, scalar()).prop_map(|(tag, text)| format!("{tag} {text}")), 1 => Just("*x".to_owned())]
}

fn flow() -> impl Strategy<Value = String> {
    tagged().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec((scalar(), inner), 0..3).prop_map(|pairs| {
                let pairs: Vec<String> =
                    pairs.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", pairs.join(", "))
            }),
        ]
    })
}

fn block_scalar() -> impl Strategy<Value = String> {
    ("[|>][-+]?", prop::collection::vec("[ ]{0,2}[a-c:#-]{0,3}", 1..4))
        .prop_map(|(header, lines)| format!("{header}\n{}", lines.join("\n")))
}

fn indent(text: &str, by: usize) -> String {
    text.replace('\n', &format!("\n{}", " ".repeat(by)))
}

/// A document in block style, with comments, block scalars, anchors and merge keys here and there.
pub(crate) fn document() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![6 => flow(), 1 => block_scalar(), 1 => Just(String::new())];
    let node = leaf.prop_recursive(3, 12, 4, |inner| {
        let key = prop_oneof![8 => "[a-c]", 3 => scalar(), 1 => Just("<<".to_owned())];
        let value =
            (inner, select(&[" ", " ", " ", " &x ", " &y ", "  ", " # note\n", "\t"][..]), 0..4_usize);
        let line = (key, value.clone()).prop_map(|(key, (value, space, by))| {
            let is_block = value.starts_with('\n');
            format!("{key}:{}{}", if is_block { space.trim_end() } else { space }, indent(&value, by))
        });
        let item =
            value.prop_map(|(value, _, by)| format!("- {}", indent(value.trim_start_matches('\n'), by)));
        prop_oneof![
            prop::collection::vec(line, 1..4).prop_map(|lines| format!("\n{}", lines.join("\n"))),
            prop::collection::vec(item, 1..4).prop_map(|lines| format!("\n{}", lines.join("\n"))),
        ]
    });
    let start = select(&["", "", "", "", "---\n", "%YAML 1.1\n---\n", "# note\n", "\u{feff}"][..]);
    let end = select(&["", "\n", "\n", "\n...\n", "\n# end\n", "\n---\n"][..]);
    let line_break = select(&["\n", "\n", "\n", "\r\n", "\r"][..]);
    (start, node, end, line_break).prop_map(|(start, node, end, line_break)| {
        format!("{start}{}{end}", node.trim_start_matches('\n')).replace('\n', line_break)
    })
}

/// A short text of the characters that mean something in YAML.
pub(crate) fn noise() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "a", "b", "1", " ", " ", "  ", "\n", "\n", "\n  ", "\n ", ":", ": ", ":\n", "- ", "-", "? ", ",",
            "[", "]", "{", "}", "'", "\"", "#", " #", "|", ">", "&x ", "*x", "!", "!!str ", "\t", "%", "@",
            "<<", "---", "...", "\\", "|\n", "a: ", "b: ", "a:\n",
        ][..],
    );
    prop::collection::vec(piece, 1..10).prop_map(|pieces| pieces.concat())
}
