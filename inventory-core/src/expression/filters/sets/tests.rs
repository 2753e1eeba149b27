use super::super::testing::check;

#[test]
fn results_are_those_of_ansible() {
    check(&[
        ("[{'a':1},{}]|unique(attribute='a')", "error"),
        ("(1,2)|union([3])", "[1, 2, 3]"),
        ("[[1],[2]]|union([[1],[3]])", "[[1], [2], [3]]"),
        ("'ab'|union('bc')|sort", "['a', 'b', 'c']"),
        ("[{'a':1}]|union([{'a':1},{'b':2}])", "[{'a': 1}, {'b': 2}]"),
        ("[{'a':1}]|intersect([{'a':1},{'b':2}])", "[{'a': 1}]"),
        ("[{'a':1},{'c':3}]|symmetric_difference([{'a':1},{'b':2}])", "[{'c': 3}, {'b': 2}]"),
        ("['a','A']|unique", "['a']"),
        ("['a','A']|unique(true)", "['a', 'A']"),
        ("['a','A',[1]]|unique", "['a', 'A', [1]]"),
        ("['a','A',[1]]|unique(case_sensitive=false)", "error"),
        ("[1,1.0,true,'1']|unique", "[1, '1']"),
        ("{'a':1}|unique", "['a']"),
        ("'aAb'|unique", "['a', 'b']"),
        ("5|unique", "error"),
        ("[1,2,3]|difference([2])", "[1, 3]"),
        ("[1,2,3]|intersect([2,3,4])", "[2, 3]"),
        ("[1,2]|symmetric_difference([2,3])", "[1, 3]"),
        ("[1,2]|difference", "error"),
        ("[1,2]|union(none)", "error"),
        ("[[1]]|union((2,))", "error"),
        ("[[1]]|intersect([[1],[2]])", "[[1]]"),
        ("[[1],[1]]|difference([])", "[[1]]"),
        ("[{'a':1},{'a':1},{'a':2}]|unique", "[{'a': 1}, {'a': 2}]"),
        ("[{'a':1},{'a':1},{'a':2}]|unique(attribute='a')", "[{'a': 1}, {'a': 2}]"),
        ("[[1],[1]]|unique(case_sensitive=true)", "[[1]]"),
        ("['a','A','b']|unique(false)", "['a', 'b']"),
    ]);
}

#[test]
fn sets_keep_the_order_of_first_appearance() {
    // Python's own order changes from run to run.
    check(&[
        ("['b','a','b'] | union(['c','a'])", "['b', 'a', 'c']"),
        ("[3,1,2] | union([9,1])", "[3, 1, 2, 9]"),
        ("['c','b','a'] | intersect(['a','c'])", "['c', 'a']"),
        ("['c','b','a'] | difference(['b'])", "['c', 'a']"),
        ("['c','b'] | symmetric_difference(['b','a'])", "['c', 'a']"),
    ]);
}
