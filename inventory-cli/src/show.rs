//! What is shown of an inventory, and in which form.

use std::io::{self, Write};

use inventory_core::config::suggest::{closest, did_you_mean, nearest};
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
            None => {
                let near = arguments.mistyped_command();
                Err(Failure::Usage(format!(
                    "say what to print: `--list`, `--host HOST` or `--graph` (`--help` tells more){}",
                    hint(near.as_deref())
                )))
            }
        }
    }

    /// Finds what the action names.
    pub(crate) fn resolve(&self, inventory: &Inventory) -> Result<Shown, Failure> {
        match self {
            Action::List { yaml } => Ok(Shown::List { yaml: *yaml }),
            Action::Host { name, yaml } => match pattern::find_one(inventory, name) {
                Ok(host) => Ok(Shown::Host { host, yaml: *yaml }),
                Err(error) => {
                    let near = nearest(name, inventory.hosts().map(|(_, host)| host.name().as_str()));
                    let hint = match near.as_slice() {
                        [] => String::new(),
                        near => format!("; did you mean `{}`?", near.join("` or `")),
                    };
                    Err(Failure::NotFound(format!("`--host {name}`: {error}{hint}")))
                }
            },
            Action::Graph { group, variables } => match inventory.find_group(group) {
                Some(group) => Ok(Shown::Graph { group, variables: *variables }),
                None => {
                    let near = closest(group, inventory.groups().map(|(_, group)| group.name().as_str()));
                    Err(Failure::NotFound(format!("`--graph {group}`: there is no such group{}", hint(near))))
                }
            },
        }
    }
}

fn hint(near: Option<&str>) -> String {
    near.map(|name| format!("; {}", did_you_mean(name))).unwrap_or_default()
}

impl Shown {
    /// Writes it.
    pub(crate) fn write(&self, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        match *self {
            Shown::List { yaml: false } => render::write_list(view, out).map(drop),
            Shown::List { yaml: true } => render::write_list_yaml(view, out),
            Shown::Host { host, yaml: false } => render::write_host(view, host, out),
            Shown::Host { host, yaml: true } => render::write_host_yaml(view, host, out),
            Shown::Graph { group, variables } => render::write_graph(view, group, variables, out),
        }
    }
}

/// What `--limit` says, read before any cloud is asked.
#[derive(Debug)]
pub(crate) struct Limit {
    pattern: Option<Pattern>,
    is_list: bool,
}

impl Limit {
    /// Reads the pattern off the command line, and the file that it may name.
    pub(crate) fn of(arguments: &Arguments) -> Result<Limit, Failure> {
        let is_list = arguments.list;
        let Some(limit) = &arguments.limit else { return Ok(Limit { pattern: None, is_list }) };
        let refuse = |error: pattern::Error| Failure::Usage(format!("`--limit {limit}`: {error}"));
        let pattern = Pattern::parse_limit(limit).map_err(refuse)?;
        // What is no pattern is none in an empty inventory either; hosts and groups are missed only later.
        match pattern.select(&Inventory::new()) {
            Err(error @ pattern::Error::Invalid(_)) => Err(refuse(error)),
            _ => Ok(Limit { pattern: Some(pattern), is_list }),
        }
    }

    /// Returns the view that the limit leaves.
    pub(crate) fn view<'a>(
        &self,
        inventory: &'a Inventory,
        export: bool,
        terminal: &Terminal,
    ) -> Result<View<'a>, Failure> {
        let view = View::new(inventory, export);
        let Some(pattern) = self.pattern.as_ref().filter(|_| self.is_list) else {
            if self.pattern.is_some() {
                terminal.warning("`--limit` counts for `--list` only, as in `ansible-inventory`");
            }
            return Ok(view);
        };
        let selection =
            pattern.select(inventory).map_err(|error| Failure::NotFound(format!("`--limit`: {error}")))?;
        for unmatched in &selection.unmatched {
            terminal.warning(&format!("`--limit`: no host or group matches `{unmatched}`"));
        }
        Ok(view.limit(&selection.hosts))
    }
}
