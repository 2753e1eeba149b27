use super::super::testing::check;

#[test]
fn results_are_those_of_ansible() {
    check(&[
        ("'<a>'|e", "'&lt;a&gt;'"),
        (r#"'<a href="x">\'&'|e"#, "'&lt;a href=&#34;x&#34;&gt;&#39;&amp;'"),
        ("5|e", "'5'"),
        ("none|e", "'None'"),
        ("'&lt;'|forceescape", "'&amp;lt;'"),
        (
            "'<p>a  <b>c</b></p> &amp; &lt;x&gt; <!-- q > --> &nbsp;z &copy;'|striptags",
            r"'a c & <x> \xa0z ©'",
        ),
        ("'a < b > c'|striptags", "'a c'"),
        ("'a < b'|striptags", "'a < b'"),
        ("5|striptags", "'5'"),
        ("'a b/c?d=é&~_.-'|urlencode", "'a%20b/c%3Fd%3D%C3%A9%26~_.-'"),
        ("{'a b':'c/d','e':1}|urlencode", "'a+b=c%2Fd&e=1'"),
        ("[['a','b'],['c',2]]|urlencode", "'a=b&c=2'"),
        ("5|urlencode", "'5'"),
        ("none|urlencode", "'None'"),
        ("[1]|urlencode", "error"),
        ("['ab']|urlencode", "'a=b'"),
        (r#"{'a':1,'b':none,'c':'<"'}|xmlattr"#, r#"' a="1" c="&lt;&#34;"'"#),
        ("{'a':1}|xmlattr(false)", r#"'a="1"'"#),
        ("{'a b':1}|xmlattr", "error"),
        ("{}|xmlattr", "''"),
        ("{1:2}|xmlattr", "error"),
        ("[1]|xmlattr", "error"),
        (
            "'go to http://a.com/x?y=1&z=2, or www.foo.org. mail a@b.co (http://q.net/(z))'|urlize",
            r#"'go to <a href="http://a.com/x?y=1&amp;z=2" rel="noopener">http://a.com/x?y=1&amp;z=2</a>, or <a href="https://www.foo.org" rel="noopener">www.foo.org</a>. mail <a href="mailto:a@b.co">a@b.co</a> (<a href="http://q.net/(z)" rel="noopener">http://q.net/(z)</a>)'"#,
        ),
        (
            "'http://averylongurl.com/path'|urlize(10, true, '_blank')",
            r#"'<a href="http://averylongurl.com/path" rel="nofollow noopener" target="_blank">http://ave...</a>'"#,
        ),
        (
            "'ftp://x.com'|urlize(extra_schemes=['ftp://'])",
            r#"'<a href="ftp://x.com" rel="noopener">ftp://x.com</a>'"#,
        ),
        (
            "'www.google.com/a_(b) x@y.zz mailto:q@w.ee http://1.2.3.4:80/ (www.x.com), <www.y.org> ftp.gov'|urlize",
            r#"'<a href="https://www.google.com/a_(b)" rel="noopener">www.google.com/a_(b)</a> <a href="mailto:x@y.zz">x@y.zz</a> <a href="mailto:q@w.ee">q@w.ee</a> <a href="http://1.2.3.4:80/" rel="noopener">http://1.2.3.4:80/</a> (<a href="https://www.x.com" rel="noopener">www.x.com</a>), &lt;<a href="https://www.y.org" rel="noopener">www.y.org</a>&gt; <a href="https://ftp.gov" rel="noopener">ftp.gov</a>'"#,
        ),
        ("'&lt;www.a.com&gt; @a@b.c'|urlize", "'&amp;lt;www.a.com&amp;gt; @a@b.c'"),
        ("'x'|urlize(extra_schemes=['q'])", "error"),
        ("'a&b'|urlencode", "'a%26b'"),
        (r"'a\tb\n'|urlencode", "'a%09b%0A'"),
    ]);
}

#[test]
fn no_text_is_marked_as_safe() {
    check(&[("'<'|e|e", "'&amp;lt;'"), ("'<'|safe|e", "'&lt;'")]);
}
