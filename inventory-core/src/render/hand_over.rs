//! What the plugin of the Ansible collection reads, made for Python to take in at once.
//!
//! It is private to this program and that plugin, and changes with [`HAND_OVER_FORMAT`] (docs/adr/0014): a line with the
//! version, one dict as [`marshal`](super::marshal) has it, and a line that says that nothing is missing. Hosts are named once, groups name them by their place.
//! Variables are those that hosts and groups have themselves, as Ansible adds up the rest. Texts that stand for times, and
//! those that must not be templates, are listed, so that the plugin makes what they are of them.

use std::io::{self, BufWriter, Write};

use super::marshal::Marshal;
use crate::inventory::{Group, GroupId, Host, Inventory};
use crate::value::Value;

/// The version of the form, which the plugin asks for.
pub const HAND_OVER_FORMAT: u32 = 2;

/// The last line, after one that ends the dict.
const END: &str = "\nend\n";

/// Writes a reconciled inventory: the line `cloud-inventory 2`, and
///
/// `{"hosts": [[NAME, {VARIABLE: VALUE}], ...],
///   "groups": [[NAME, [PLACE OF HOST, ...], [NAME OF CHILD, ...], {VARIABLE: VALUE}, PRIORITY], ...],
///   "times": [LIST OR DICT, INDEX OR KEY, ...], "templates": [LIST OR DICT, INDEX OR KEY, ...]}`
///
/// The groups `all` and `ungrouped` have neither the hosts nor the children that Ansible gives them by itself.
///
/// # Errors
/// Those of `out`, and where anything is larger than the 2 GiB that Python reads.
pub fn write_hand_over(inventory: &Inventory, mut out: impl Write) -> io::Result<()> {
    writeln!(out, "cloud-inventory {HAND_OVER_FORMAT}")?;
    let mut marshal = Marshal::new(BufWriter::with_capacity(1 << 16, out));
    let members = ["hosts", "groups", "times", "templates"].map(|name| (name, name));
    marshal.dict(members, |marshal, name, _| match name {
        "hosts" => marshal.list(inventory.hosts(), |marshal, (_, host), _| write_host(marshal, host)),
        "groups" => marshal
            .list(inventory.groups(), |marshal, (id, group), _| write_group(marshal, inventory, id, group)),
        "times" => marshal.times(),
        _ => marshal.templates(),
    })?;
    marshal.finish(END)
}

fn write_host<'a, W: Write>(marshal: &mut Marshal<'a, W>, host: &'a Host) -> io::Result<()> {
    marshal.list(["name", "variables"].into_iter(), |marshal, part, place| match part {
        "name" => marshal.data(host.name(), place),
        _ => marshal.dict(host.variables(), Marshal::value),
    })
}

fn write_group<'a, W: Write>(
    marshal: &mut Marshal<'a, W>,
    inventory: &'a Inventory,
    id: GroupId,
    group: &'a Group,
) -> io::Result<()> {
    let (hosts, children) = match id {
        GroupId::ALL => (&[][..], &[][..]),
        GroupId::UNGROUPED => (&[][..], group.children()),
        _ => (group.hosts(), group.children()),
    };
    let parts = ["name", "hosts", "children", "variables", "priority"];
    marshal.list(parts.into_iter(), |marshal, part, _| match part {
        "name" => marshal.shared(group.name()),
        "hosts" => marshal.list(hosts.iter(), |marshal, host, _| marshal.number(host.place())),
        "children" => {
            marshal.list(children.iter(), |marshal, child, _| marshal.shared(inventory.group(*child).name()))
        }
        "variables" => {
            let named = |(name, value): (&'a Value, &'a Value)| Some((name.as_str()?, value));
            marshal.dict(group.variables().iter().filter_map(named), Marshal::value)
        }
        _ => marshal.integer(group.priority()),
    })
}

#[cfg(test)]
mod tests;
