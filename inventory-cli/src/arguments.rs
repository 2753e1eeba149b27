//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, ArgGroup, Args, CommandFactory as _, Parser, Subcommand};
use inventory_core::config::suggest::closest;

use crate::exit::Condition;

/// One Ansible inventory of your machines on AWS, Azure and Google Cloud.
#[derive(Debug, Parser)]
#[command(name = "cloud-inventory", version, max_term_width = 100, args_conflicts_with_subcommands = true)]
#[command(group = ArgGroup::new("action").args(["list", "host", "graph", "hand_over"]))]
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

    /// Hand all over to the plugin of the Ansible collection, in the form of this version, which reads what the plugin
    /// has to say from stdin; for that plugin only
    #[arg(long, value_name = "VERSION", hide = true, conflicts_with_all = ["yaml", "export", "limit", "output", "extra_vars"])]
    pub(crate) hand_over: Option<u32>,

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

    #[command(flatten)]
    pub(crate) discovery: DiscoveryArguments,

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

    /// Requests under way at once, over all clouds, accounts and regions [default: 256]
    #[arg(long, value_name = "N")]
    pub(crate) max_in_flight: Option<String>,

    /// How often a request is tried again when a cloud throttles or fails [default: 8]
    #[arg(long, value_name = "N")]
    pub(crate) retries: Option<String>,

    /// Keep facts in DIRECTORY, where the configuration has a cache [default: a folder of the user's cache]
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) cache_directory: Option<String>,

    /// Keep facts in the store at URL, which machines share: Redis, or the object storage of a cloud
    #[arg(long, value_name = "URL")]
    pub(crate) cache_store: Option<String>,

    /// How '\1' in a text of an expression is read: `author` keeps the backslash, `exact` does as ansible-core 2.19
    /// [default: author]
    #[arg(long, value_name = "MODE")]
    pub(crate) escapes: Option<String>,
}

/// The flags of what is asked anew.
#[derive(Debug, Args)]
#[command(next_help_heading = "Discovery")]
pub(crate) struct FreshnessArguments {
    /// Fetch everything anew, whatever is kept
    #[arg(long)]
    pub(crate) refresh: bool,

    /// Ask no cloud: use what is kept, however old it is
    #[arg(long, conflicts_with = "refresh")]
    pub(crate) cached_only: bool,

    /// Believe that scopes have lost most of their hosts
    #[arg(long)]
    pub(crate) accept_shrink: bool,
}

/// The flags of one run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Discovery")]
pub(crate) struct DiscoveryArguments {
    #[command(flatten)]
    pub(crate) freshness: FreshnessArguments,

    /// Ask no cloud: use the facts of FILE, which `snapshot save` wrote for the same sources
    #[arg(long, value_name = "FILE", conflicts_with_all = ["refresh", "cached_only"])]
    pub(crate) snapshot: Option<PathBuf>,

    /// Write what was done to FILE, as JSON: each scope with its pages, machines, time and errors
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// End with 6 when a part of the inventory is stale, and with 7 when a part is missing, where the configuration
    /// allows that; Ansible takes any code but 0 for a failure
    #[arg(long)]
    pub(crate) detailed_exit_code: bool,
}

/// The arguments of `cache`.
#[derive(Debug, Args)]
pub(crate) struct CacheArguments {
    #[command(subcommand)]
    pub(crate) command: CacheCommand,

    /// The directory in which facts are kept [default: $CLOUD_INVENTORY_CACHE_DIRECTORY, else a folder of the user's
    /// cache]
    #[arg(long, value_name = "DIRECTORY", global = true)]
    pub(crate) cache_directory: Option<String>,

    /// The store that machines share, in the place of a directory [default: $CLOUD_INVENTORY_CACHE_STORE]
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) cache_store: Option<String>,
}

/// What can be done with the facts that are kept.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// List all entries: when they were fetched, what they hold, and of which scope they are
    List,
    /// Show the entries of a scope, with what they depend on
    Show {
        /// A scope such as `aws/prod/eu-west-1`, or the beginning of several such as `aws/prod`
        scope: String,
    },
    /// Remove all entries, or those of a scope
    Clear {
        /// A scope such as `aws/prod/eu-west-1`, or the beginning of several such as `aws/prod`
        scope: Option<String>,
    },
}

/// The arguments of `snapshot`.
#[derive(Debug, Args)]
pub(crate) struct SnapshotArguments {
    #[command(subcommand)]
    pub(crate) command: SnapshotCommand,
}

/// What can be done with snapshots.
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Ask the clouds as for an inventory, and write their answers to a file
    #[command(after_help = SAVE_AFTER_HELP)]
    Save(SaveArguments),
}

/// The arguments of `snapshot save`.
#[derive(Debug, Args)]
pub(crate) struct SaveArguments {
    /// The file; one that is there is replaced once the new one is complete
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Configuration files [default: as for an inventory]
    #[arg(value_name = "CONFIG")]
    pub(crate) configs: Vec<PathBuf>,

    /// Replace names, addresses, ids and all else that is not known to be public, and leave secrets out
    #[arg(long)]
    pub(crate) scrub: bool,

    #[command(flatten)]
    pub(crate) settings: SettingsArguments,

    #[command(flatten)]
    pub(crate) discovery: DiscoveryArguments,
}

/// The arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = DIFF_AFTER_HELP)]
pub(crate) struct DiffArguments {
    /// What there was: a snapshot, or a configuration
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,

    /// What there is: a snapshot, or a configuration
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,

    /// The configuration whose rules make hosts of two snapshots; may be given several times [default: the fields that
    /// all clouds share, and their groups]
    #[arg(long = "config", value_name = "CONFIG", action = ArgAction::Append)]
    pub(crate) configs: Vec<PathBuf>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Extra variables, as for an inventory
    #[arg(short = 'e', long = "extra-vars", value_name = "VARS", action = ArgAction::Append, help_heading = "Discovery")]
    pub(crate) extra_vars: Vec<String>,

    #[command(flatten)]
    pub(crate) settings: SettingsArguments,

    #[command(flatten)]
    pub(crate) freshness: FreshnessArguments,
}

/// What can be done besides printing the inventory.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read configurations and print everything that is wrong or doubtful, without credentials or network
    Check(CheckArguments),
    /// List, show or remove the facts that are kept between runs
    Cache(CacheArguments),
    /// Write the answers of the clouds to a file, from which `--snapshot` makes the same inventory
    Snapshot(SnapshotArguments),
    /// Tell what differs between two inventories: hosts, groups, addresses, variables
    Diff(DiffArguments),
    /// Print the JSON Schema of native configurations, for editors
    Schema,
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

impl DiscoveryArguments {
    /// Returns the exit code of a run that succeeded.
    pub(crate) fn code(&self, condition: Condition) -> ExitCode {
        if self.detailed_exit_code { condition.code() } else { ExitCode::SUCCESS }
    }
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

const SAVE_AFTER_HELP: &str = "\
Examples:
  cloud-inventory snapshot save prod.snapshot prod.yml
  cloud-inventory prod.yml --list --snapshot prod.snapshot      the same inventory, offline
  cloud-inventory snapshot save for-a-bug-report --scrub prod.yml

Exit codes are those of an inventory.";

const DIFF_AFTER_HELP: &str = "\
A snapshot beside a configuration is read by the rules of that configuration.

Examples:
  cloud-inventory diff old.snapshot prod.yml              since the snapshot
  cloud-inventory diff old.snapshot new.snapshot          between two snapshots
  cloud-inventory diff old.snapshot new.snapshot --config prod.yml

Exit codes: 0 nothing differs; 8 something does; 6 a side is stale, and 7 one lacks a
part, whatever differs; others as for an inventory.";

const AFTER_HELP: &str = "\
Examples:
  cloud-inventory prod.aws_ec2.yml --graph         look at what there is
  cloud-inventory prod.aws_ec2.yml --list          what Ansible reads
  cloud-inventory prod.aws_ec2.yml --host web-1    the variables of one host
  cloud-inventory check prod.aws_ec2.yml           find mistakes in a configuration

A configuration can be an inventory itself: put `#!/usr/bin/env cloud-inventory` on
its first line, make it executable, and run `ansible-playbook -i prod.aws_ec2.yml site.yml`.

Exit codes: 0 success; 1 discovery failed, with nothing on stdout; 2 wrong usage;
3 wrong configuration; 4 the output cannot be written; 5 no such host or group.
With --detailed-exit-code: 6 a part is stale, 7 a part is missing. Of `diff`: 8.";

#[cfg(test)]
mod tests;
