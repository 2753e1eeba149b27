//! Rows where we differ from ansible-core 2.19.14 on purpose, with the reason.

#[rustfmt::skip]
pub(super) const ROWS: &[(&str, &str)] = &[
    // Ansible answers 0 as long as the item has not been read before.
    ("l.count('a')", "1"),
    // Ansible refuses its own kind of dict here.
    ("s.translate(s.maketrans({'l': 'LL'}))", "'HeLLLLo WorLLd'"),
    // Names of characters would need a table of all of Unicode.
    (r"'\N{BULLET}'", "!unsupported"),
    // An error in both: of syntax here, of what does not exist there.
    ("l[1, 2]", "!syntax"),
    ("s[]", "!syntax"),
    ("i is odd + 1", "!syntax"),
    // Only templates have it, and only Ansible's own types are refused there.
    ("self", "!undefined"),
    ("when.tzinfo", "!undefined"),
    // There is no type `date`: it is the text that JSON would have.
    ("when.date()", "'2024-01-02'"),
    ("naive.time()", "'03:04:05.000678'"),
    ("lookup('ansible.builtin.env', 'GEN_SET')", "'value'"),
    // Works in Ansible; here nothing but `env` and `file` may be looked up.
    ("lookup('pipe', 'echo x')", "!unsupported"),
    ("cycler('a', 'b').next()", "!unsupported"),
    ("lipsum()", "!unsupported"),
    ("true or query('community.general.x', s)", "!unsupported"),
    ("lookup('nosuchlookup', 'x')", "!unsupported"),
    ("s | community.general.nosuch", "!unsupported"),
    ("'ab' is community.general.match('a')", "!unsupported"),
    ("q('vars', 's')", "!unsupported"),
    ("lookup(s)", "!unsupported"),
    ("s | a.b.c", "!unsupported"),
    ("s is a.b.c", "!unsupported"),
    ("l | map('a.b.c')", "!unsupported"),
    ("l | select('a.b.c')", "!unsupported"),
    ("hosts | rejectattr('n', 'a.b.c')", "!unsupported"),
    ("s | vault('x')", "!unsupported"),
    ("s | ansible.legacy.unvault('x')", "!unsupported"),
    ("s | from_yaml_all", "!unsupported"),
    // A namespace cannot be stored in Ansible; here it is a dict.
    ("namespace(a=1)", "{'a': 1}"),
    // Values do not change: Ansible changes its copy of the variable.
    ("l.append('x')", "!error"),
    ("tags.update({'a': 1})", "!error"),
    ("[tags.pop('Name'), tags.Name]", "['web-1', 'web-1']"),
    // There are no bytes.
    ("s.encode()", "!error"),
    // Results are bounded.
    ("'a' * 1000000000", "!error"),
    ("[1] * 100000000", "!error"),
    ("10 ** 100000", "!error"),
    ("1.__lshift__(10000000)", "!error"),
    ("'%1000000000d' % 1", "!error"),
    ("'{:1000000000}'.format(1)", "!error"),
    ("'a'.center(1000000000)", "!error"),
    ("s is sameas s", "True"),
    ("tags.Name.zfill(1000000000)", "!error"),
];

#[rustfmt::skip]
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    // Ansible makes a list of it.
    ("{{ 1, 2 }}", "!syntax"),
    // Found when the template is read, not only when it is rendered.
    ("{% if s is nosuch %}{% endif %}", "!syntax"),
    // What makes sense with several files, or is longer than one line, is not supported.
    ("{% macro m() %}{% endmacro %}", "!unsupported"),
    ("{% include 'x' %}", "!unsupported"),
    ("{% import 'x' as y %}", "!unsupported"),
    ("{% extends 'x' %}", "!unsupported"),
    ("{% block b %}x{% endblock %}", "!unsupported"),
    ("{% for x in l %}{{ loop.changed(x) }}{% endfor %}", "!unsupported"),
    ("#jinja2: trim_blocks: False\n{{ s }}", "!unsupported"),
    // Results are bounded.
    ("{% for x in range(100000) %}{{ 'aaaaaaaaaaaaaaaaaaaa' * 10 }}{% endfor %}", "!error"),
    ("{% for x in range(10000) %}{% for y in range(10000) %}{% endfor %}{% endfor %}", "!error"),
    ("{% set ns = namespace(x=1) %}{% for x in range(10000) %}{% set ns.x = [ns.x] %}{% endfor %}", "!error"),
];
