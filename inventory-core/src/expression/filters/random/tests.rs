use super::super::testing::check;

#[test]
fn results_are_those_of_ansible() {
    check(&[
        ("['a','b','c']|shuffle(seed='x')", "['a', 'b', 'c']"),
        ("['a','b','c','d']|shuffle(seed=42)", "['c', 'b', 'd', 'a']"),
        ("59|random(seed='host1')", "31"),
        ("60|random(start=10,step=5,seed='host1')", "45"),
        ("60|random(10,5,'host2')", "10"),
        ("['a','b','c']|random(seed=5)", "'c'"),
        ("'abc'|random(seed=5)", "'c'"),
        ("59|random(seed=1.5)", "35"),
        ("59|random(seed=-3)", "15"),
        ("59|random(seed=12345678901234567890123)", "10"),
        ("10|random(start=10,seed=1)", "error"),
        ("[]|random(seed=1)", "error"),
        ("{'a':1}|random(seed=1)", "error"),
        ("59|random(seed=[1])", "error"),
        ("5|shuffle(seed=1)", "5"),
        ("100000000000000000000|random(seed=3)", "84719271504320872445"),
        ("-5|random(start=5,step=-2,seed='q')", "-1"),
        ("60|random(seed='a',start=5,step=0)", "22"),
        ("1.5|random(seed=1)", "error"),
        ("59|random(seed='')", "29"),
        ("59|random(seed=true)", "8"),
        ("'é'|random(seed='é')", "'é'"),
    ]);
}
