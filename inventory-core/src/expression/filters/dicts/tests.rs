use super::super::testing::check;

#[test]
fn results_are_those_of_ansible() {
    check(&[
        (
            "{'b':1,'A':2,'c':[1,2]}|dict2items",
            "[{'key': 'b', 'value': 1}, {'key': 'A', 'value': 2}, {'key': 'c', 'value': [1, 2]}]",
        ),
        (
            "{'b':1,'A':2,'c':[1,2]}|dict2items(key_name='k', value_name='v')",
            "[{'k': 'b', 'v': 1}, {'k': 'A', 'v': 2}, {'k': 'c', 'v': [1, 2]}]",
        ),
        ("[1]|dict2items", "error"),
        ("[{'key':'a','value':1},{'key':'b','value':2}]|items2dict", "{'a': 1, 'b': 2}"),
        ("[{'k':'a','v':1}]|items2dict('k','v')", "{'a': 1}"),
        ("[{'k':'a','v':1}]|items2dict", "error"),
        ("{'a':1}|items2dict", "error"),
        ("[['a',1]]|items2dict(0,1)", "{'a': 1}"),
        ("{'b':1,'A':2,'c':[1,2]}|combine({'b':5,'q':6})", "{'b': 5, 'A': 2, 'c': [1, 2], 'q': 6}"),
        (
            "{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4})",
            "{'b': {'y': 2, 'l': [2, 3]}, 'z': 9, 'c': 4}",
        ),
        (
            "{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4}, recursive=true)",
            "{'b': {'x': 1, 'l': [2, 3], 'y': 2}, 'z': 9, 'c': 4}",
        ),
        (
            "{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4}, recursive=true, list_merge='append')",
            "{'b': {'x': 1, 'l': [1, 2, 2, 3], 'y': 2}, 'z': 9, 'c': 4}",
        ),
        (
            "{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4}, recursive=true, list_merge='prepend')",
            "{'b': {'x': 1, 'l': [2, 3, 1, 2], 'y': 2}, 'z': 9, 'c': 4}",
        ),
        (
            "{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4}, recursive=true, list_merge='append_rp')",
            "{'b': {'x': 1, 'l': [1, 2, 3], 'y': 2}, 'z': 9, 'c': 4}",
        ),
        (
            "{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4}, recursive=true, list_merge='prepend_rp')",
            "{'b': {'x': 1, 'l': [2, 3, 1], 'y': 2}, 'z': 9, 'c': 4}",
        ),
        (
            "{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4}, recursive=true, list_merge='keep')",
            "{'b': {'x': 1, 'l': [1, 2], 'y': 2}, 'z': 9, 'c': 4}",
        ),
        (
            "{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4}, list_merge='append')",
            "{'b': {'y': 2, 'l': [2, 3]}, 'z': 9, 'c': 4}",
        ),
        ("{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4}, list_merge='zzz')", "error"),
        ("{'b':{'x':1,'l':[1,2]},'z':9}|combine({'b':{'y':2,'l':[2,3]},'c':4}, bad=1)", "error"),
        (
            "[{'b':{'x':1,'l':[1,2]},'z':9},{'b':{'y':2,'l':[2,3]},'c':4}]|combine",
            "{'b': {'y': 2, 'l': [2, 3]}, 'z': 9, 'c': 4}",
        ),
        (
            "[{'b':{'x':1,'l':[1,2]},'z':9},{'b':{'y':2,'l':[2,3]},'c':4}]|combine({'z':1},[{'y':2}])",
            "{'b': {'y': 2, 'l': [2, 3]}, 'z': 1, 'c': 4, 'y': 2}",
        ),
        ("[]|combine", "{}"),
        ("[1]|combine", "1"),
        ("[1]|combine({'a':1})", "error"),
        ("{'a':1}|combine", "{'a': 1}"),
        ("{'a':1}|combine([])", "{'a': 1}"),
        ("{'a':1}|combine({})", "{'a': 1}"),
        ("{}|combine({'a':1})", "{'a': 1}"),
        ("{'a':1}|combine(none)", "{'a': 1}"),
        ("{'a':1}|combine('null')", "{'a': 1}"),
        (
            "[[{'b':{'x':1,'l':[1,2]},'z':9},{'b':{'y':2,'l':[2,3]},'c':4}]]|combine",
            "[{'b': {'x': 1, 'l': [1, 2]}, 'z': 9}, {'b': {'y': 2, 'l': [2, 3]}, 'c': 4}]",
        ),
        ("'b'|extract({'b':1,'A':2,'c':[1,2]})", "1"),
        ("'zz'|extract({'b':1,'A':2,'c':[1,2]})", "undefined"),
        ("'zz'|extract({'b':1,'A':2,'c':[1,2]})|default('dd')", "'dd'"),
        ("0|extract([5,6])", "5"),
        ("'x'|extract({'x':{'y':[1,2]}},['y',1])", "2"),
        ("'x'|extract({'x':{'y':[1,2]}},'y')", "[1, 2]"),
        ("'x'|extract({'x':{'y':[1,2]}},none)", "{'y': [1, 2]}"),
        ("-1|extract([5,6])", "6"),
        ("{'a':{'n':'x'},'b':{'n':'y'}}|rekey_on_member('n')", "{'x': {'n': 'x'}, 'y': {'n': 'y'}}"),
        ("[{'n':'x'},{'n':'y'}]|rekey_on_member('n')", "{'x': {'n': 'x'}, 'y': {'n': 'y'}}"),
        ("[{'n':'x'},{'n':'x','z':1}]|rekey_on_member('n')", "error"),
        (
            "[{'n':'x'},{'n':'x','z':1}]|rekey_on_member('n',duplicates='overwrite')",
            "{'x': {'n': 'x', 'z': 1}}",
        ),
        ("[{'n':'x'},{'n':'x','z':1}]|rekey_on_member('n',duplicates='q')", "error"),
        ("[{'n':'x'}]|rekey_on_member('m')", "error"),
        ("[1]|rekey_on_member('m')", "error"),
        ("'a'|rekey_on_member('m')", "error"),
        ("[{'n':[1]}]|rekey_on_member('n')", "error"),
        (
            "[{'name':'a','g':['x','y']},{'name':'b','g':[]}]|subelements('g')",
            "[[{'name': 'a', 'g': ['x', 'y']}, 'x'], [{'name': 'a', 'g': ['x', 'y']}, 'y']]",
        ),
        ("[{'name':'a','g':['x','y']},{'name':'b'}]|subelements('g')", "error"),
        (
            "[{'name':'a','g':['x','y']},{'name':'b'}]|subelements('g', skip_missing=true)",
            "[[{'name': 'a', 'g': ['x', 'y']}, 'x'], [{'name': 'a', 'g': ['x', 'y']}, 'y']]",
        ),
        ("{'p':{'g':{'h':[1]}}}|subelements('g.h')", "[[{'g': {'h': [1]}}, 1]]"),
        ("{'p':{'g':{'h':[1]}}}|subelements(['g','h'])", "[[{'g': {'h': [1]}}, 1]]"),
        ("{'p':{'g':{'h':1}}}|subelements('g.h')", "error"),
        ("{'p':{'g':1}}|subelements('g.h')", "error"),
        ("'a'|subelements('g.h')", "error"),
        ("[[1]]|subelements('0')", "error"),
    ]);
}
