//! The command line.

use std::path::PathBuf;

use clap::{ArgAction, ArgGroup, Args, CommandFactory as _, Parser, Subcommand};
use inventory_core::config::suggest::closest;

/// One Ansible inventory of your machines on AWS, Azure and Google Cloud.
#[derive(Debug, Parser)]
#[command(name = "cloud-inventory", version, max_term_width = 100, args_conflicts_with_subcommands = true)]
#[command(group = ArgGroup::new("action").args(["list", "host", "graph"]))]
#[command(after_help = AFTER_HELP, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Configuration files, merged into one inventory in this order [default: $CLOUD_INVENTORY_CONFIG, else
    /// ./cloud-inventory.yml]
    #[arg(value_name = "CONFIG")]
    pub(crate) configs: Vec<PathBuf>,

    /// Print all hosts, groups and variables as JSON: what Ansible asks of an inventory script
    #[arg(long)]
    pub(crate) list: bool,

    /// Print the variables of one host
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<String>,

    /// Print groups and hosts as a tree, below GROUP [default: all]
    #[arg(long, value_name = "GROUP", num_args = 0..=1, default_missing_value = ALL)]
    pub(crate) graph: Option<String>,

    /// Add variables to --graph
    #[arg(long, requires = "graph", conflicts_with_all = ["list", "host"], help_heading = "Output")]
    pub(crate) vars: bool,

    /// Print YAML instead of JSON
    #[arg(short = 'y', long, conflicts_with = "graph", help_heading = "Output")]
    pub(crate) yaml: bool,

    /// Print only what is the hosts' and groups' own, as `ansible-inventory --export` does
    #[arg(long, conflicts_with = "graph", help_heading = "Output")]
    pub(crate) export: bool,

    /// Keep only the hosts of --list that match an Ansible pattern, such as `web*:!staging`; as in `ansible-inventory`,
    /// --graph and --host ignore it
    #[arg(short = 'l', long, value_name = "PATTERN", help_heading = "Output")]
    pub(crate) limit: Option<String>,

    /// Write to FILE instead of stdout; the file is replaced only once the output is complete
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// Extra variables for configurations with `use_extra_vars`: KEY=VALUE pairs, a JSON or YAML mapping, or @FILE
    #[arg(short = 'e', long = "extra-vars", value_name = "VARS", action = ArgAction::Append, help_heading = "Discovery")]
    pub(crate) extra_vars: Vec<String>,

    #[command(flatten)]
    pub(crate) settings: SettingsArguments,

    /// Tell more on stderr: warnings, permissions, and the regions with their pages and times
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Messages")]
    pub(crate) verbose: u8,

    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Messages")]
    pub(crate) quiet: bool,
}

/// The flags that are the highest layer of the settings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Discovery")]
pub(crate) struct SettingsArguments {
    /// Fail when discovery takes longer, such as `90s` or `5m` [default: 5m]
    #[arg(long, value_name = "TIME")]
    pub(crate) deadline: Option<String>,

    /// Requests under way at once, over all clouds, accounts and regions [default: 64]
    #[arg(long, value_name = "N")]
    pub(crate) max_in_flight: Option<String>,

    /// How often a request is tried again when a cloud throttles or fails [default: 8]
    #[arg(long, value_name = "N")]
    pub(crate) retries: Option<String>,

    /// How '\1' in a text of an expression is read: `author` keeps the backslash, `exact` does as ansible-core 2.19
    /// [default: author]
    #[arg(long, value_name = "MODE")]
    pub(crate) escapes: Option<String>,
}

/// What can be done besides printing the inventory.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read configurations and print everything that is wrong or doubtful, without credentials or network
    Check(CheckArguments),
    /// Show this program at work on simulated clouds: without an account, and on this machine only
    #[cfg(feature = "demo")]
    Demo(crate::demo::DemoArguments),
}

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Configuration files [default: as without `check`]
    #[arg(value_name = "CONFIG")]
    pub(crate) configs: Vec<PathBuf>,

    /// Fail on warnings too, with the exit code of errors
    #[arg(long)]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) settings: SettingsArguments,
}

impl Arguments {
    /// Returns the configuration files that the command line names.
    pub(crate) fn config_paths(&self) -> Vec<PathBuf> {
        match self.graph_config() {
            Some(config) => vec![config],
            None => self.configs.clone(),
        }
    }

    /// Returns the command that the first configuration probably is, misspelt: there is no such file.
    pub(crate) fn mistyped_command(&self) -> Option<String> {
        let word = self.configs.first().filter(|path| !path.exists())?.to_str()?;
        let command = Arguments::command();
        let names = command.get_subcommands().map(clap::Command::get_name);
        closest(word, names).map(str::to_owned)
    }

    /// Returns the group below which `--graph` prints the tree.
    pub(crate) fn graph_group(&self) -> Option<String> {
        let group = self.graph.clone()?;
        Some(if self.graph_config().is_some() { ALL.to_owned() } else { group })
    }

    /// Returns the file in `--graph FILE`: the parser takes it for the group, but no group is called as a file is, and
    /// without it there is no configuration.
    fn graph_config(&self) -> Option<PathBuf> {
        let file = self.graph.as_ref().filter(|_| self.configs.is_empty()).map(PathBuf::from)?;
        let is_yaml = file.extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
        (is_yaml || file.is_file()).then_some(file)
    }
}

/// The group of all hosts.
const ALL: &str = "all";

const AFTER_HELP: &str = "\
Examples:
  cloud-inventory prod.aws_ec2.yml --graph         look at what there is
  cloud-inventory prod.aws_ec2.yml --list          what Ansible reads
  cloud-inventory prod.aws_ec2.yml --host web-1    the variables of one host
  cloud-inventory check prod.aws_ec2.yml           find mistakes in a configuration

A configuration can be an inventory itself: put `#!/usr/bin/env cloud-inventory` on
its first line, make it executable, and run `ansible-playbook -i prod.aws_ec2.yml site.yml`.

Exit codes: 0 success; 1 discovery failed, with nothing on stdout; 2 wrong usage;
3 wrong configuration; 4 the output cannot be written; 5 no such host or group.";

#[cfg(test)]
mod tests;
