use super::super::testing::check;

#[test]
fn results_are_those_of_ansible() {
    check(&[
        ("'the quick brown fox jumps'|wordwrap(10)", r"'the quick\nbrown fox\njumps'"),
        ("'averyveryverylongword here'|wordwrap(8)", r"'averyver\nyverylon\ngword\nhere'"),
        ("'averyveryverylongword here'|wordwrap(8,false)", r"'averyveryverylongword\nhere'"),
        ("'foo-bar-baz qux'|wordwrap(5)", r"'foo-\nbar-\nbaz\nqux'"),
        ("'foo-bar-baz qux'|wordwrap(5,break_on_hyphens=false)", r"'foo-b\nar-ba\nz qux'"),
        (r"'a b\n\nc d e f g'|wordwrap(3)", r"'a b\n\nc d\ne f\ng'"),
        ("'a b c'|wordwrap(3,wrapstring='|')", "'a b|c'"),
        ("'  lead  and   multiple   spaces  '|wordwrap(8)", r"'  lead\nand\nmultiple\nspaces'"),
        ("'x'|wordwrap(0)", "error"),
        (r"'a\tb c'|wordwrap(3)", r"'a\tb\nc'"),
        (
            "'hello--world and -x --foo=bar e.g. foo-2-bar'|wordwrap(6)",
            r"'hello\n--\nworld\nand -x\n--foo=\nbar\ne.g. f\noo-2-\nbar'",
        ),
        ("'a b c d'|wordwrap(1)", r"'a\nb\nc\nd'"),
        ("'ab cdefgh'|wordwrap(3)", r"'ab \ncde\nfgh'"),
        ("'aaa-bbb-ccc'|wordwrap(4)", r"'aaa-\nbbb-\nccc'"),
        ("'-- a---b --c'|wordwrap(4)", r"'-- a\n---b\n--c'"),
        ("'a'|wordwrap(-1)", "error"),
        ("' x'|wordwrap", "' x'"),
        ("''|wordwrap", "''"),
    ]);
}
