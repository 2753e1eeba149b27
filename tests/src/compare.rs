//! Two inventories, as `ansible-inventory --list` prints them, compared in everything that Ansible sees.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

const UNSAFE: &str = "__ansible_unsafe";

/// An inventory in the form that two tools must agree in.
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    hosts: BTreeMap<String, Value>,
    groups: BTreeMap<String, Group>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Group {
    hosts: Vec<String>,
    children: BTreeSet<String>,
    variables: Value,
}

impl Inventory {
    /// Reads the output of `ansible-inventory --list`.
    ///
    /// The mark of unsafe text is taken away where the text could not be a template, since Ansible puts it on all text of
    /// a plugin and only on the marked text of a script. `_meta.profile` is left out: it tells how the output was
    /// serialised.
    ///
    /// # Panics
    /// When the value is no such output.
    pub fn read(list: &Value) -> Self {
        let mut sections = list.as_object().expect("an inventory is an object").clone();
        let mut hosts = BTreeMap::new();
        if let Some(Value::Object(mut meta)) = sections.remove("_meta") {
            meta.remove("profile");
            if let Some(Value::Object(variables)) = meta.remove("hostvars") {
                hosts.extend(variables.into_iter().map(|(name, variables)| (name, without_marks(variables))));
            }
            assert!(meta.is_empty(), "unknown keys under `_meta`: {meta:?}");
        }
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for (name, section) in sections {
            let group = Group::read(section);
            // An empty group is only named by its parent, a host without variables only by its group.
            for child in &group.children {
                groups.entry(child.clone()).or_default();
            }
            for host in &group.hosts {
                hosts.entry(host.clone()).or_insert_with(|| Value::Object(Map::new()));
            }
            groups.insert(name, group);
        }
        Self { hosts, groups }
    }

    /// Returns the number of hosts.
    pub fn host_count(&self) -> usize {
        self.hosts.len()
    }

    /// Returns the names of the hosts, sorted.
    pub fn host_names(&self) -> Vec<&str> {
        self.hosts.keys().map(String::as_str).collect()
    }

    /// Returns a host's variables.
    pub fn host(&self, name: &str) -> Option<&Value> {
        self.hosts.get(name)
    }

    /// Returns the hosts of a group in their order, if the group is there.
    pub fn members(&self, group: &str) -> Option<&[String]> {
        self.groups.get(group).map(|group| group.hosts.as_slice())
    }

    /// Returns one line for every point in which `ours` is not what `self`, the reference, is.
    pub fn differences(&self, ours: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        compare_names("host", &self.hosts, &ours.hosts, &mut lines);
        compare_names("group", &self.groups, &ours.groups, &mut lines);
        for (name, theirs) in &self.groups {
            if let Some(group) = ours.groups.get(name) {
                theirs.compare(name, group, &mut lines);
            }
        }
        for (name, theirs) in &self.hosts {
            if let Some(variables) = ours.hosts.get(name) {
                compare_values(&format!("host `{name}`"), theirs, variables, &mut lines);
            }
        }
        lines
    }
}

impl Group {
    fn read(section: Value) -> Self {
        let Value::Object(mut section) = section else { panic!("a group is an object, not {section}") };
        let mut names = |key: &str| match section.remove(key) {
            None => Vec::new(),
            Some(Value::Array(names)) => {
                names.into_iter().map(|name| name.as_str().expect("a name is text").to_owned()).collect()
            }
            Some(other) => panic!("`{key}` of a group is a list, not {other}"),
        };
        let hosts = names("hosts");
        let children = names("children").into_iter().collect();
        let variables = section.remove("vars").map_or(Value::Null, without_marks);
        assert!(section.is_empty(), "unknown keys in a group: {section:?}");
        Self { hosts, children, variables }
    }

    fn compare(&self, name: &str, ours: &Self, lines: &mut Vec<String>) {
        if self.hosts != ours.hosts {
            let (theirs, others) = (as_set(&self.hosts), as_set(&ours.hosts));
            if theirs == others {
                lines.push(format!("group `{name}`: other order: {:?}, ours {:?}", self.hosts, ours.hosts));
            } else {
                lines.push(describe_sets(name, "hosts", &theirs, &others));
            }
        }
        if self.children != ours.children {
            let (theirs, others) = (self.children.iter().collect(), ours.children.iter().collect());
            lines.push(describe_sets(name, "children", &theirs, &others));
        }
        compare_values(&format!("group `{name}` vars"), &self.variables, &ours.variables, lines);
    }
}

fn as_set(names: &[String]) -> BTreeSet<&String> {
    names.iter().collect()
}

fn describe_sets(group: &str, what: &str, theirs: &BTreeSet<&String>, ours: &BTreeSet<&String>) -> String {
    let missing: Vec<_> = theirs.difference(ours).collect();
    let surplus: Vec<_> = ours.difference(theirs).collect();
    format!("group `{group}`: {what} that ours lacks {missing:?}, that only ours has {surplus:?}")
}

fn compare_names<T>(
    what: &str,
    theirs: &BTreeMap<String, T>,
    ours: &BTreeMap<String, T>,
    lines: &mut Vec<String>,
) {
    let absent = |names: &BTreeMap<String, T>, name: &String| !names.contains_key(name);
    lines.extend(
        theirs.keys().filter(|name| absent(ours, name)).map(|name| format!("{what} `{name}`: ours lacks it")),
    );
    lines.extend(
        ours.keys()
            .filter(|name| absent(theirs, name))
            .map(|name| format!("{what} `{name}`: only ours has it")),
    );
}

fn compare_values(path: &str, theirs: &Value, ours: &Value, lines: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            for (key, value) in theirs {
                match ours.get(key) {
                    Some(other) => compare_values(&format!("{path}.{key}"), value, other, lines),
                    None => lines.push(format!("{path}.{key}: ours lacks it: {}", shorten(value))),
                }
            }
            for (key, value) in ours.iter().filter(|(key, _)| !theirs.contains_key(*key)) {
                lines.push(format!("{path}.{key}: only ours has it: {}", shorten(value)));
            }
        }
        (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => {
            for (index, (value, other)) in theirs.iter().zip(ours).enumerate() {
                compare_values(&format!("{path}[{index}]"), value, other, lines);
            }
        }
        // 1 and 1.0 are different: a play sees the type.
        _ if theirs == ours => {}
        _ => lines.push(format!("{path}: {}, ours {}", shorten(theirs), shorten(ours))),
    }
}

fn shorten(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(160) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Takes the marks of unsafe text away, except from text that Ansible would take for a template.
fn without_marks(value: Value) -> Value {
    match value {
        Value::Object(map) => match (map.len(), map.get(UNSAFE)) {
            (1, Some(Value::String(text))) if !looks_like_template(text) => Value::String(text.clone()),
            (1, Some(Value::String(_))) => Value::Object(map),
            _ => Value::Object(map.into_iter().map(|(key, value)| (key, without_marks(value))).collect()),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(without_marks).collect()),
        other => other,
    }
}

/// Checks that two texts are equal, line by line.
///
/// # Panics
/// With the first lines that differ, when they are not.
pub fn assert_same_lines(what: &str, theirs: &str, ours: &str) {
    let differ = |(_, (theirs, ours)): &(usize, (&str, &str))| theirs != ours;
    let pairs = theirs.lines().zip(ours.lines()).enumerate().filter(differ).take(5);
    let shown: String = pairs
        .map(|(number, (theirs, ours))| format!("{}: `{theirs}`, ours `{ours}`\n", number + 1))
        .collect();
    let (expected, found) = (theirs.lines().count(), ours.lines().count());
    assert!(theirs == ours, "{what}: {expected} lines, ours {found}\n{shown}");
}

/// Returns whether Ansible would evaluate the text if a script gave it without the mark.
fn looks_like_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|start| text.contains(start))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reference() -> Value {
        json!({
            "_meta": {"hostvars": {
                "one": {"size": 1, "note": {UNSAFE: "{{ x }}"}, "name": {UNSAFE: "plain"}, "list": ["a", null]},
                "two": {"size": 2},
            }, "profile": "inventory_legacy"},
            "all": {"children": ["ungrouped", "web", "empty"]},
            "web": {"hosts": ["one", "two", "three"]},
        })
    }

    fn differences_after(path: &str, value: Value) -> Vec<String> {
        let mut ours = reference();
        *ours.pointer_mut(path).expect("the pointer is right") = value;
        Inventory::read(&reference()).differences(&Inventory::read(&ours))
    }

    #[test]
    fn equal_inventories_have_no_differences() {
        assert_eq!(differences_after("/_meta/hostvars/one/name", json!("plain")), Vec::<String>::new());
        assert_eq!(differences_after("/_meta/profile", json!("other")), Vec::<String>::new());
        assert_eq!(Inventory::read(&reference()).host_names(), ["one", "three", "two"]);
    }

    #[test]
    fn every_kind_of_difference_is_one_line() {
        let table = [
            ("/web/hosts", json!(["two", "one", "three"]), "group `web`: other order"),
            ("/web/hosts", json!(["one", "two"]), "host `three`: ours lacks it"),
            ("/all/children", json!(["ungrouped", "web"]), "group `empty`: ours lacks it"),
            ("/_meta/hostvars/one/size", json!(1.0), "host `one`.size: 1, ours 1.0"),
            ("/_meta/hostvars/one/size", json!("1"), "host `one`.size: 1, ours \"1\""),
            ("/_meta/hostvars/one/list", json!(["a", "b"]), "host `one`.list[1]: null, ours \"b\""),
            ("/_meta/hostvars/one/list", json!(["a"]), "host `one`.list: [\"a\",null], ours [\"a\"]"),
            ("/_meta/hostvars/two", json!({"size": 2, "more": 1}), "host `two`.more: only ours has it: 1"),
            ("/_meta/hostvars/two", json!({}), "host `two`.size: ours lacks it: 2"),
        ];
        for (path, value, expected) in table {
            let lines = differences_after(path, value);
            assert!(lines.first().is_some_and(|line| line.starts_with(expected)), "{path}: {lines:?}");
        }
    }

    #[test]
    fn a_template_without_its_mark_is_a_difference() {
        let lines = differences_after("/_meta/hostvars/one/note", json!("{{ x }}"));
        assert!(lines.iter().any(|line| line.starts_with("host `one`.note")), "{lines:?}");
    }
}
