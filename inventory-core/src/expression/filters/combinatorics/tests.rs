use super::super::testing::check;

#[test]
fn results_are_those_of_ansible() {
    check(&[
        ("[nope, 1] | flatten | default('j')", "'j'"),
        ("[1,2,3]|zip(['a','b'])", "[[1, 'a'], [2, 'b']]"),
        ("[1,[2,[3,none,'null']]]|flatten", "[1, 2, 3]"),
        ("[1,[2,[3,none,'null']]]|flatten(levels=1)", "[1, 2, [3, None, 'null']]"),
        ("[1,[2,[3,none,'null']]]|flatten(skip_nulls=false)", "[1, 2, 3, None, 'null']"),
        ("[1,[2]]|flatten(levels=0)", "[1, [2]]"),
        ("'abc'|flatten", "['a', 'b', 'c']"),
        ("{'a':1}|flatten", "['a']"),
        ("5|flatten", "error"),
        ("[1,2]|product('ab')", "[[1, 'a'], [1, 'b'], [2, 'a'], [2, 'b']]"),
        ("[1,2]|product", "[[1], [2]]"),
        ("[1,2]|product(repeat=2)", "[[1, 1], [1, 2], [2, 1], [2, 2]]"),
        ("[1,2,3]|permutations", "[[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]]"),
        ("[1,2,3]|permutations(2)", "[[1, 2], [1, 3], [2, 1], [2, 3], [3, 1], [3, 2]]"),
        ("[1,2,3]|permutations(5)", "[]"),
        ("[1,2,3]|permutations(-1)", "error"),
        ("[1,2,3]|combinations(2)", "[[1, 2], [1, 3], [2, 3]]"),
        ("[1,2,3]|combinations", "error"),
        ("[1,2]|zip([1,2,3],'ab')", "[[1, 1, 'a'], [2, 2, 'b']]"),
        ("[1,2]|zip([1], strict=true)", "error"),
        ("[1,2]|zip_longest([1],fillvalue='z')", "[[1, 1], [2, 'z']]"),
        ("[1,2]|zip_longest([1])", "[[1, 1], [2, None]]"),
        ("[1]|zip", "[[1]]"),
        ("['a,b','c']|map('split',',')|flatten", "['a', 'b', 'c']"),
        ("dict(['a','b']|zip([1,2]))", "{'a': 1, 'b': 2}"),
        ("[1,2]|zip(5)", "error"),
        ("[1,[2,[3,[4]]]]|flatten(2)", "[1, 2, 3, [4]]"),
        ("[1,[2,[3,[4]]]]|flatten(levels='1')", "error"),
    ]);
}
