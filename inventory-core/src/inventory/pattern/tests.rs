use proptest::prelude::*;

use super::*;
use crate::testing::properties;

/// Makes the inventory of the rows below: `prod` of `web` and `db`, `Upper`, and one host in no group.
fn inventory() -> Inventory {
    let mut inventory = Inventory::new();
    for (parent, name, hosts) in [
        ("", "prod", &[] as &[&str]),
        ("prod", "web", &["web1", "web2"]),
        ("prod", "db", &["web1", "db1"]),
        ("", "Upper", &["h.example.com"]),
        ("", "emptyparent", &[]),
        ("emptyparent", "emptychild", &[]),
        ("", "ungrouped", &["lone"]),
    ] {
        let group = inventory.add_group(name).unwrap();
        for host in hosts {
            let host = inventory.add_host(host).unwrap();
            inventory.add_member(group, host);
        }
        if let Some(parent) = inventory.find_group(parent) {
            inventory.add_child(parent, group).unwrap();
        }
    }
    inventory.reconcile().unwrap();
    inventory
}

fn selected(inventory: &Inventory, pattern: &Pattern) -> Vec<String> {
    let selection = pattern.select(inventory).unwrap();
    selection.hosts.into_iter().map(|id| inventory.host(id).name().to_string()).collect()
}

/// Each row is what `InventoryManager.get_hosts` of ansible-core 2.19.14 gives.
#[test]
fn patterns_select_what_ansible_selects() {
    let rows: &[(&str, &[&str])] = &[
        ("all", &["lone", "h.example.com", "web1", "web2", "db1"]),
        ("*", &["lone", "h.example.com", "web1", "web2", "db1"]),
        ("web", &["web1", "web2"]),
        ("web1", &["web1"]),
        ("web*", &["web1", "web2"]),
        ("w?b1", &["web1"]),
        ("[wd]*1", &["web1", "db1"]),
        ("[!w]*", &["lone", "h.example.com", "web1", "web2", "db1"]),
        ("web:db", &["web1", "web2", "db1"]),
        ("web,db1", &["web1", "web2", "db1"]),
        ("all:!web", &["lone", "h.example.com", "db1"]),
        ("all:&db", &["web1", "db1"]),
        ("!web", &["lone", "h.example.com", "db1"]),
        ("&web", &["web1", "web2"]),
        ("web[0]", &["web1"]),
        ("web[-1]", &["web2"]),
        ("web[1:]", &["web2"]),
        ("web[0:1]", &["web1", "web2"]),
        ("web[0:0]", &["web1"]),
        ("web[1:0]", &["web2"]),
        ("web[5:9]", &[]),
        ("~w.*1", &["web1"]),
        ("~b", &[]),
        ("~(web|db)1", &["web1", "db1"]),
        ("prod", &["web1", "web2", "db1"]),
        ("prod[0]", &["web1"]),
        ("*[2]", &["web1"]),
        ("web*[0:3]", &["web1", "web2"]),
        ("nope", &[]),
        ("nope:web1", &["web1"]),
        ("web:!nope", &["web1", "web2"]),
        ("ungrouped", &["lone"]),
        ("lone:web1", &["lone", "web1"]),
        ("db1:web", &["db1", "web1", "web2"]),
        ("h.example.com", &["h.example.com"]),
        ("*.example.com", &["h.example.com"]),
        ("prod:&db:!web1", &["db1"]),
        ("web[0-1]", &["web1", "web2"]),
        ("[a", &[]),
        ("~eb", &[]),
        ("all[-2]", &["web2"]),
        ("UPPER", &[]),
        ("emptyparent", &[]),
        ("web1:web1", &["web1"]),
        ("web1:!web1", &[]),
        ("web[:1]", &["web1"]),
    ];
    let inventory = inventory();
    for (pattern, hosts) in rows {
        assert_eq!(selected(&inventory, &Pattern::parse(pattern)), *hosts, "{pattern}");
    }
}

#[test]
fn wrong_patterns_are_errors() {
    let inventory = inventory();
    for (pattern, message) in [
        ("web[9]", "no hosts matched the subscripted pattern `web[9]`"),
        ("web[-9]", "no hosts matched the subscripted pattern `web[-9]`"),
        ("~(", "invalid host pattern `~(`"),
        ("!", "invalid host pattern ``"),
    ] {
        assert_eq!(Pattern::parse(pattern).select(&inventory).unwrap_err().to_string(), message);
    }
}

#[test]
fn parts_that_match_nothing_are_told() {
    let selection = Pattern::parse("nope:web:!neither").select(&inventory()).unwrap();
    assert_eq!(selection.unmatched, ["nope", "neither"]);
    assert!(Pattern::parse("emptyparent").select(&inventory()).unwrap().unmatched.is_empty());
}

#[test]
fn one_host_is_found_by_any_pattern_that_matches_it_alone() {
    let inventory = inventory();
    assert_eq!(find_one(&inventory, "w*2").ok(), inventory.find_host("web2"));
    for name in ["web", "nope"] {
        assert!(matches!(find_one(&inventory, name), Err(Error::UnknownHost(_))), "{name}");
    }
}

#[test]
fn a_limit_may_name_files() {
    let path = std::env::temp_dir().join(format!("cloud-inventory-limit-{}", std::process::id()));
    std::fs::write(&path, "web2 \n\nlone\n").unwrap();
    let inventory = inventory();
    let limit = Pattern::parse_limit(&format!("h.example.com,@{}", path.display())).unwrap();
    assert_eq!(selected(&inventory, &limit), ["h.example.com", "web2", "lone"]);
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(Pattern::parse_limit("@/does/not/exist"), Err(Error::File(..))));
    assert!(Pattern::parse_limit(" , ").unwrap().is_empty());
}

/// Each row is what `split_host_pattern` of ansible-core 2.19.14 gives.
#[test]
fn patterns_are_split_as_ansible_splits_them() {
    let rows: &[(&str, &[&str])] = &[
        ("a:b", &["a", "b"]),
        ("a,b", &["a", "b"]),
        ("a:&b:!c", &["a", "&b", "!c"]),
        ("[a:b]", &["[a:b]"]),
        ("web[0:2]", &["web[0:2]"]),
        ("2001:db8::1", &["2001:db8::1"]),
        ("h1:22", &["h1:22"]),
        ("a b", &["a", "b"]),
        (" a , b ", &["a", "b"]),
        ("a::b", &["a::b"]),
        ("~a.*:b", &["~a.*", "b"]),
        ("~(a|b):c", &["~(a|b)", "c"]),
        ("[::1]:22", &["[::1]:22"]),
        ("x[1:3]:y", &["x[1:3]", "y"]),
        ("web[0]:db", &["web[0]", "db"]),
        ("10.0.0.1:22", &["10.0.0.1:22"]),
        ("all:!x[1-2]", &["all", "!x[1-2]"]),
        ("!a", &["!a"]),
        ("a:!b", &["a", "!b"]),
        ("&a", &["&a"]),
        ("~a[0-9]:b", &["~a[0-9]", "b"]),
        ("a.b.c", &["a.b.c"]),
        ("a;b", &["a;b"]),
        ("ü:b", &["ü", "b"]),
        ("web[a:c]", &["web[a:c]"]),
        ("_a:b", &["_a", "b"]),
        ("a_:b", &["a_", "b"]),
        ("1:2:3:4:5:6:7:8", &["1:2:3:4:5:6:7:8"]),
        ("abcd:ef::", &["abcd:ef::"]),
        ("a:1", &["a:1"]),
        ("{{x}}:b", &["{{x}}", "b"]),
        ("a*", &["a*"]),
        ("a*:b", &["a*", "b"]),
        ("foo-:bar", &["foo-", "bar"]),
        ("[1:2", &["1", "2"]),
        ("a[1:2]:!b[3]", &["a[1:2]", "!b[3]"]),
        ("@f:@g", &["@f", "@g"]),
        ("@a/b.txt", &["@a/b.txt"]),
    ];
    for (text, parts) in rows {
        assert_eq!(split::split(text), *parts, "{text}");
    }
}

proptest! {
    #![proptest_config(properties(300))]

    #[test]
    fn no_pattern_panics(text in "(web|db|prod|all|[a-z0-9.*?\\[\\]!&~:,;(|)+^$\\\\é{} -]){0,12}") {
        let inventory = inventory();
        if let Ok(selection) = Pattern::parse(&text).select(&inventory) {
            let distinct: HashSet<_> = selection.hosts.iter().collect();
            prop_assert_eq!(distinct.len(), selection.hosts.len());
        }
        // Any outcome will do: the test is that there is one.
        let _ = find_one(&inventory, &text);
    }
}
