//! No expression, template or pattern makes the engine panic.

use proptest::prelude::*;

use super::super::regex::{Flags, Regex};
use super::{environment, evaluate, known, render};
use crate::expression::{Escapes, Expression};
use crate::testing::properties;

/// Texts that are expressions more often than not.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "s",
        "i",
        "f",
        "t",
        "n",
        "l",
        "d",
        "e",
        "tags",
        "hosts",
        "when",
        "naive",
        "big",
        "nope",
        "omit",
        "1",
        "-1",
        "0",
        "2.5",
        "1e308",
        "'a'",
        "'%s'",
        "'%05.2f'",
        "'{:>5}'",
        "'é'",
        "[]",
        "{}",
        "()",
        "none",
        "true",
        "tags.Name",
        "d.b.c",
        "range(3)",
        "now()",
        "9223372036854775807",
        "-9223372036854775808",
        "'('",
        "when - naive",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let operators = prop::sample::select(vec![
            "+",
            "-",
            "*",
            "/",
            "//",
            "%",
            "**",
            "~",
            "==",
            "<",
            ">=",
            "in",
            "not in",
            "and",
            "or",
            "is in",
            "is eq",
            "is match",
            "is version",
            "is subset",
            "is divisibleby",
        ]);
        let suffixes = prop::sample::select(vec![
            "[0]",
            "[-1]",
            "[1:]",
            "[::-1]",
            "[:2]",
            "[1:9:2]",
            ".upper()",
            ".split()",
            ".items()",
            ".get('a')",
            ".pop()",
            ".x",
            " is defined",
            " is string",
            " is lower",
            " is url",
            " is nan",
            "['Name']",
            ".format(1)",
            ".zfill(5)",
            ".isoformat()",
            ".strftime('%Y %q')",
            ".days",
            ".hex()",
            ".bit_length()",
            ".title()",
            ".partition('a')",
            " | default('x')",
            " | string",
            " | list",
            ".replace(year=0)",
            ".index(1)",
            ".center(7)",
        ]);
        prop_oneof![
            (inner.clone(), operators, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), suffixes).prop_map(|(a, suffix)| format!("({a}){suffix}")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} if {b} else {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{{a}: {b}}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}:]")),
            inner.clone().prop_map(|a| format!("(not -{a})")),
            inner.prop_map(|a| format!("'%d %s'%({a}, 1)")),
        ]
    })
}

proptest! {
    #![proptest_config(properties(250))]

    #[test]
    fn no_expression_panics(source in expression()) {
        let _ = evaluate(&source);
        let _ = render(&format!("{{% for x in {source} %}}{{{{ x }}}}{{{{ {source} }}}}{{% endfor %}}"));
    }

    #[test]
    fn no_text_panics(source in "[ -~éß\n\\\\{}%#'\"()|.\\[\\]]{0,40}") {
        let _ = evaluate(&source);
        let _ = render(&source);
        let _ = Expression::parse(&source, Escapes::Author).map(|known_good| known_good.evaluate(&known(), &environment()));
    }

    #[test]
    fn no_template_panics(parts in prop::collection::vec(prop::sample::select(vec![
        "{{ s }}", "{% if t %}", "{% endif %}", "{% for x in l %}", "{% endfor %}", "{% else %}", "{% set x = 1 %}", "{{ x",
        "}}", "{# c #}", "{% raw %}", "{% endraw %}", "\n", "\r\n", "a", "\\", "{{ loop.index }}", "-%}", "{%-", "é", "'",
        "{% with y = 2 %}", "{% endwith %}", "{% filter upper %}", "{% endfilter %}", "{{ '\\' }}",
    ]), 0..12)) {
        let _ = render(&parts.concat());
    }
}

proptest! {
    #![proptest_config(properties(100))]

    #[test]
    fn no_pattern_panics(pattern in "[a-c(){}\\[\\]|*+?^$.\\\\dwsbAZ0-2<>=!:P-]{0,12}", text in "[a-c0-2 \né]{0,8}") {
        for multi_line in [false, true] {
            if let Ok(regex) = Regex::compile(&pattern, Flags { multi_line, ..Flags::default() }) {
                let _ = regex.match_at_start(&text);
                let _ = regex.replace(&text, "[\\g<0>]", 0);
            }
        }
    }
}
