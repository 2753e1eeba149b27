//! What `--list` and `--host` print, for people and for Ansible's script plugin alike.
//!
//! The form is `ansible-inventory`'s. It serves the script plugin too: a group without hosts is named by its parents
//! only, never written as `{}` (which the plugin would take for a host), every host is in some group, and
//! `_meta.hostvars` is always there. Strings that look like templates are marked as unsafe, as the plugin trusts all
//! others: values at any depth, and the names of hosts. (ansible-core 2.16 evaluates the name of a host; keys of dicts
//! are not evaluated by either, and group names that look like templates cannot be made.)

use std::io::{self, BufWriter, Write};
use std::ops::Range;

use super::View;
use super::json::Json;
use crate::inventory::{GroupId, HostId};

const META: &str = "_meta";

/// Where the variables of hosts are in a list.
pub type Places = Vec<(HostId, Range<u64>)>;

/// How far the variables of a host are indented in a list more than alone.
const INDENT: &str = "            ";

/// Writes the whole inventory as JSON, and returns where the variables of each host are: in bytes from the start. A host
/// without variables is at an empty place.
///
/// # Errors
/// Those of `out`.
pub fn write_list(view: &View<'_>, out: impl Write) -> io::Result<Places> {
    let mut groups: Vec<(&str, Option<GroupId>)> = view
        .inventory
        .groups()
        .filter(|(id, group)| group.name() != META && view.lists(*id))
        .map(|(id, group)| (group.name().as_str(), Some(id)))
        .collect();
    groups.push((META, None));
    groups.sort_unstable_by_key(|(name, _)| *name);
    let mut json = Json::new(BufWriter::with_capacity(1 << 16, out));
    let mut places = Vec::new();
    json.object(groups, |json, group| match group {
        Some(group) => write_group(json, view, group),
        None => write_meta(json, view, &mut places),
    })?;
    json.finish()?;
    Ok(places)
}

/// Writes the variables of a host as [`write_host`] does, from what is at their place in a list.
///
/// # Errors
/// Those of `out`; and when the part is not Unicode, as no part of a list is.
pub fn write_host_of_list(part: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let part = std::str::from_utf8(part).map_err(io::Error::other)?;
    if part.is_empty() {
        return out.write_all(b"{}\n");
    }
    // In JSON a line break is never within a text.
    part.lines().try_for_each(|line| writeln!(out, "{}", line.strip_prefix(INDENT).unwrap_or(line)))
}

/// Writes the variables of one host as JSON.
///
/// # Errors
/// Those of `out`.
pub fn write_host(view: &View<'_>, host: HostId, out: impl Write) -> io::Result<()> {
    let mut json = Json::new(BufWriter::new(out));
    json.object(view.host_variables(host), Json::value)?;
    json.finish()
}

impl View<'_> {
    /// Tells whether a group has anything to show.
    fn lists(&self, id: GroupId) -> bool {
        let group = self.inventory.group(id);
        !group.children().is_empty()
            || self.lists_hosts(id)
            || self.export && (!group.variables().is_empty() || group.priority() != 1)
    }

    /// Tells whether a group shows hosts: `all` never does.
    fn lists_hosts(&self, id: GroupId) -> bool {
        id != GroupId::ALL && self.inventory.group(id).hosts().iter().any(|host| self.shows(*host))
    }
}

fn write_group<W: Write>(json: &mut Json<W>, view: &View<'_>, id: GroupId) -> io::Result<()> {
    let group = view.inventory.group(id);
    let variables = if view.export { view.group_variables(id) } else { Vec::new() };
    let parts = [
        ("children", !group.children().is_empty()),
        ("hosts", view.lists_hosts(id)),
        ("vars", !variables.is_empty()),
    ];
    let parts = parts.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| (name, name));
    json.object(parts, |json, name| match name {
        "children" => {
            json.list(group.children(), |json, child| json.data(view.inventory.group(*child).name()))
        }
        "hosts" => json.list(group.hosts().iter().filter(|host| view.shows(**host)), |json, host| {
            json.data(view.inventory.host(*host).name())
        }),
        _ => json.object(variables.iter().map(|(name, value)| (name, value)), Json::value),
    })
}

fn write_meta<W: Write>(json: &mut Json<W>, view: &View<'_>, places: &mut Places) -> io::Result<()> {
    json.object([("hostvars", true), ("profile", false)], |json, is_hostvars| {
        if !is_hostvars {
            return json.data("inventory_legacy");
        }
        let mut hosts: Vec<_> = view.inventory.hosts().filter(|(id, _)| view.shows(*id)).collect();
        hosts.sort_unstable_by_key(|(_, host)| host.name().as_str());
        let mut empty = Vec::new();
        let hosts = hosts.into_iter().map(|(id, host)| (host.name(), (id, view.host_variables(id))));
        let hosts = hosts.filter(|(_, (id, variables))| {
            if variables.is_empty() {
                empty.push((*id, 0..0));
            }
            !variables.is_empty()
        });
        json.object(hosts, |json, (id, variables)| {
            let start = json.written();
            json.object(variables, Json::value)?;
            places.push((id, start..json.written()));
            Ok(())
        })?;
        places.append(&mut empty);
        Ok(())
    })
}
