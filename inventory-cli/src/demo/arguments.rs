//! The arguments of `demo`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;
use clap::{ArgGroup, Args};
use inventory_tests::simulator::faults::{Fault, NAMES};

/// What can be shown, and of which clouds.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("shown").args(["list", "graph"]))]
pub(crate) struct DemoArguments {
    /// Print only the inventory, as Ansible reads it
    #[arg(long)]
    pub(crate) list: bool,

    /// Print only the tree of groups and hosts
    #[arg(long)]
    pub(crate) graph: bool,

    /// Simulate about N machines, made up, in place of the usual few
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) hosts: Option<u64>,

    /// How long the clouds take for each answer
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 50, value_parser = clap::value_parser!(u64).range(..=60_000))]
    pub(crate) latency: u64,

    /// What goes wrong with the lists of machines: twice on each cloud, or always where trying again is no use
    #[arg(long, value_name = "KIND", value_parser = fault())]
    pub(crate) fault: Option<Fault>,

    /// Keep the configuration files in this folder, as a start for your own
    #[arg(long, value_name = "FOLDER")]
    pub(crate) write: Option<PathBuf>,

    /// Run this program with these arguments on the simulated clouds, such as `-- my.yml --graph`
    #[arg(last = true, num_args = 1.., value_name = "ARGUMENTS", conflicts_with_all = ["list", "graph", "write"])]
    pub(crate) instead: Vec<OsString>,
}

fn fault() -> impl clap::builder::TypedValueParser<Value = Fault> {
    let find = |name: String| NAMES.iter().find(|(known, _)| *known == name).map(|(_, fault)| *fault);
    PossibleValuesParser::new(NAMES.iter().map(|(name, _)| *name))
        .try_map(move |name| find(name).ok_or("there is no such fault"))
}
