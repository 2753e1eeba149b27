//! What the plugin of the Ansible collection reads: one JSON object, made for Python to take in at once.
//!
//! It is private to this program and that plugin, and changes with [`HAND_OVER_FORMAT`] (docs/adr/0012). Hosts are named
//! once, groups name them by their place. Variables are those that hosts and groups have themselves, as Ansible adds up
//! the rest. What text must never be a template is marked as for a script; times are marked, so that the plugin makes
//! Python's of them.

use std::io::{self, BufWriter, Write};

use super::json::{Form, Json};
use crate::inventory::{Group, GroupId, Inventory};

/// The version of the form, which the plugin asks for.
pub const HAND_OVER_FORMAT: u32 = 1;

/// Writes a reconciled inventory:
///
/// `{"format": 1, "hosts": [[NAME, {VARIABLE: VALUE}], ...],
///   "groups": [[NAME, [PLACE OF HOST, ...], [NAME OF CHILD, ...], {VARIABLE: VALUE}], ...]}`
///
/// The groups `all` and `ungrouped` have neither the hosts nor the children that Ansible gives them by itself.
///
/// # Errors
/// Those of `out`.
pub fn write_hand_over(inventory: &Inventory, out: impl Write) -> io::Result<()> {
    let mut json = Json::new(Form::HandOver, BufWriter::with_capacity(1 << 16, out));
    json.object(["format", "hosts", "groups"].map(|name| (name, name)), |json, name| match name {
        "format" => json.number(HAND_OVER_FORMAT as usize),
        "hosts" => json.list(inventory.hosts(), |json, (_, host)| {
            json.list([true, false], |json, is_name| {
                if is_name { json.data(host.name()) } else { json.object(host.variables(), Json::value) }
            })
        }),
        _ => json.list(inventory.groups(), |json, (id, group)| write_group(json, inventory, id, group)),
    })?;
    json.finish()
}

fn write_group<W: Write>(
    json: &mut Json<W>,
    inventory: &Inventory,
    id: GroupId,
    group: &Group,
) -> io::Result<()> {
    let (hosts, children) = match id {
        GroupId::ALL => (&[][..], &[][..]),
        GroupId::UNGROUPED => (&[][..], group.children()),
        _ => (group.hosts(), group.children()),
    };
    json.list(["name", "hosts", "children", "variables"], |json, part| match part {
        "name" => json.string(group.name()),
        "hosts" => json.list(hosts, |json, host| json.number(host.place())),
        "children" => json.list(children, |json, child| json.string(inventory.group(*child).name())),
        _ => {
            let priority =
                (group.priority() != 1).then(|| ("ansible_group_priority", group.priority().into()));
            let variables =
                group.variables().iter().filter_map(|(name, value)| Some((name.as_str()?, value.clone())));
            json.object(variables.chain(priority), |json, value| json.value(&value))
        }
    })
}
