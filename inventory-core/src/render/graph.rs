//! What `--graph` prints.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};

use super::{View, plain};
use crate::inventory::GroupId;

/// Writes the tree of groups and hosts under a group, with the variables of both when asked.
///
/// As `ansible-inventory` does, this shows the hosts that a limit leaves out too.
///
/// # Errors
/// Those of `out`.
pub fn write_graph(view: &View<'_>, group: GroupId, variables: bool, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    // What is yet to be written: groups to open, and groups whose children are done.
    let mut tasks = vec![Task::Open(group, 0)];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Open(id, depth) => {
                let group = view.inventory.group(id);
                write_line(&mut out, depth, format_args!("@{}:", group.name()))?;
                tasks.push(Task::Members(id, depth + 1));
                tasks.extend(group.children().iter().rev().map(|child| Task::Open(*child, depth + 1)));
            }
            Task::Members(id, depth) => write_members(&mut out, view, id, depth, variables)?,
        }
    }
    out.flush()
}

enum Task {
    Open(GroupId, usize),
    Members(GroupId, usize),
}

fn write_members(
    out: &mut impl Write,
    view: &View<'_>,
    id: GroupId,
    depth: usize,
    variables: bool,
) -> io::Result<()> {
    let hosts = if id == GroupId::ALL { &[] } else { view.inventory.group(id).hosts() };
    for host in hosts {
        write_line(out, depth, view.inventory.host(*host).name())?;
        if variables {
            for (name, value) in view.host_variables(*host) {
                write_line(out, depth + 1, format_args!("{{{name} = {value}}}"))?;
            }
        }
    }
    if variables {
        for (name, value) in view.group_variables(id) {
            write_line(out, depth, format_args!("{{{name} = {value}}}"))?;
        }
    }
    Ok(())
}

fn write_line(out: &mut impl Write, depth: usize, text: impl Display) -> io::Result<()> {
    for _ in 0..depth {
        out.write_all(b"  |")?;
    }
    // Values may have several lines, as they have with Ansible.
    let text = text.to_string();
    let text = text.split('\n').map(plain).collect::<Vec<_>>().join("\n");
    writeln!(out, "{}{text}", if depth > 0 { "--" } else { "" })
}
