//! What `--list --yaml` and `--host --yaml` print, for people.
//!
//! Strings that look like templates are tagged `!unsafe`, which `ansible-inventory` does not do: what is saved as an
//! inventory file is trusted, and a tag of the cloud would run as code.

use std::collections::HashSet;
use std::io::{self, Write};

use super::View;
use crate::inventory::{GroupId, HostId};
use crate::value::yaml::{DumpOptions, dump};
use crate::value::{Map, Text, Value};

/// Writes the whole inventory as the YAML that Ansible's `yaml` inventory plugin reads.
///
/// A host's variables stand where it first occurs; groups without hosts, variables and children are left out.
///
/// # Errors
/// Those of `out`, and a value that has no YAML form (a `timedelta`).
pub fn write_list_yaml(view: &View<'_>, out: impl Write) -> io::Result<()> {
    let mut tree = Tree { view, seen_groups: HashSet::new(), seen_hosts: HashSet::new() };
    let mut root = Map::new();
    if let Some(all) = tree.group(GroupId::ALL) {
        root.push(name_of(view, GroupId::ALL), all);
    }
    write_value(&root.into(), out)
}

/// Writes the variables of one host as YAML.
///
/// # Errors
/// Those of `out`, and a value that has no YAML form (a `timedelta`).
pub fn write_host_yaml(view: &View<'_>, host: HostId, out: impl Write) -> io::Result<()> {
    let variables = view.host_variables(host).into_iter().map(|(name, value)| (name, value.clone()));
    write_value(&entries(variables).into(), out)
}

fn write_value(value: &Value, mut out: impl Write) -> io::Result<()> {
    // What hosts share is no more the same object than it is in Ansible, so there are no aliases.
    let options = DumpOptions { aliases: false, marks_unsafe: true, ..DumpOptions::default() };
    let text = dump(value, &options).map_err(io::Error::other)?;

    out.write_all(text.as_bytes())?;
    out.flush()
}

fn entries<'a, V: Into<Value>>(variables: impl IntoIterator<Item = (&'a str, V)>) -> Map {
    let mut map = Map::new();
    for (name, value) in variables {
        map.push(name, value);
    }
    map
}

fn name_of(view: &View<'_>, group: GroupId) -> Text {
    view.inventory.group(group).name().clone()
}

struct Tree<'a> {
    view: &'a View<'a>,
    seen_groups: HashSet<GroupId>,
    seen_hosts: HashSet<HostId>,
}

impl Tree<'_> {
    /// Returns a group and all under it; none when there is nothing to show.
    fn group(&mut self, id: GroupId) -> Option<Map> {
        let view = self.view;
        let group = view.inventory.group(id);
        let mut children = Map::new();
        for child in group.children() {
            if self.seen_groups.contains(child) {
                children.push(name_of(view, *child), Map::new());
            } else {
                if let Some(shown) = self.group(*child) {
                    children.push(name_of(view, *child), shown);
                }
                self.seen_groups.insert(*child);
            }
        }
        let mut hosts = Map::new();
        let members = if id == GroupId::ALL { &[] } else { group.hosts() };
        for host in members.iter().filter(|host| view.shows(**host)) {
            let variables = if self.seen_hosts.insert(*host) {
                entries(view.host_variables(*host).into_iter().map(|(name, value)| (name, value.clone())))
            } else {
                Map::new()
            };
            hosts.push(view.inventory.host(*host).name().clone(), variables);
        }
        let variables = if view.export { entries(view.group_variables(id)) } else { Map::new() };
        let parts = [("children", children), ("hosts", hosts), ("vars", variables)];
        let shown = entries(parts.into_iter().filter(|(_, part)| !part.is_empty()));
        (!shown.is_empty()).then_some(shown)
    }
}
