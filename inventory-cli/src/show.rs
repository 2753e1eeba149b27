//! What is shown of an inventory, and in which form.

use std::io::{self, Write};

use inventory_core::inventory::pattern::{self, Pattern};
use inventory_core::inventory::{GroupId, HostId, Inventory};
use inventory_core::render::{self, View};

use crate::arguments::Arguments;
use crate::exit::Failure;
use crate::terminal::Terminal;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Action {
    /// Everything.
    List { yaml: bool },
    /// The variables of the host of this name.
    Host { name: String, yaml: bool },
    /// The tree below the group of this name.
    Graph { group: String, variables: bool },
}

/// An [`Action`] on an inventory that has what it names.
#[derive(Debug)]
pub(crate) enum Shown {
    List { yaml: bool },
    Host { host: HostId, yaml: bool },
    Graph { group: GroupId, variables: bool },
}

impl Action {
    /// Reads the action off the command line.
    pub(crate) fn of(arguments: &Arguments) -> Result<Action, Failure> {
        let yaml = arguments.yaml;
        if arguments.list {
            return Ok(Action::List { yaml });
        }
        if let Some(name) = arguments.host.clone() {
            return Ok(Action::Host { name, yaml });
        }
        match arguments.graph_group() {
            Some(group) => Ok(Action::Graph { group, variables: arguments.vars }),
            None => Err(Failure::Usage(
                "say what to print: `--list`, `--host HOST` or `--graph` (`--help` tells more)".to_owned(),
            )),
        }
    }

    /// Finds what the action names.
    pub(crate) fn resolve(&self, inventory: &Inventory) -> Result<Shown, Failure> {
        match self {
            Action::List { yaml } => Ok(Shown::List { yaml: *yaml }),
            Action::Host { name, yaml } => match pattern::find_one(inventory, name) {
                Ok(host) => Ok(Shown::Host { host, yaml: *yaml }),
                Err(error) => Err(Failure::NotFound(format!("`--host {name}`: {error}"))),
            },
            Action::Graph { group, variables } => match inventory.find_group(group) {
                Some(group) => Ok(Shown::Graph { group, variables: *variables }),
                None => Err(Failure::NotFound(format!("`--graph {group}`: there is no such group"))),
            },
        }
    }
}

impl Shown {
    /// Writes it.
    pub(crate) fn write(&self, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        match *self {
            Shown::List { yaml: false } => render::write_list(view, out),
            Shown::List { yaml: true } => render::write_list_yaml(view, out),
            Shown::Host { host, yaml: false } => render::write_host(view, host, out),
            Shown::Host { host, yaml: true } => render::write_host_yaml(view, host, out),
            Shown::Graph { group, variables } => render::write_graph(view, group, variables, out),
        }
    }
}

/// Returns the view that `--limit` and `--export` leave.
pub(crate) fn limited<'a>(
    inventory: &'a Inventory,
    arguments: &Arguments,
    terminal: &Terminal,
) -> Result<View<'a>, Failure> {
    let view = View::new(inventory, arguments.export);
    let Some(limit) = &arguments.limit else { return Ok(view) };
    let refuse = |error: pattern::Error| Failure::NotFound(format!("`--limit {limit}`: {error}"));
    let selection =
        Pattern::parse_limit(limit).and_then(|pattern| pattern.select(inventory)).map_err(refuse)?;
    for unmatched in &selection.unmatched {
        terminal.warning(&format!("`--limit`: no host or group matches `{unmatched}`"));
    }
    Ok(view.limit(&selection.hosts))
}
