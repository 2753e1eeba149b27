//! `check`: everything that can be known of a configuration without a cloud.

use std::sync::Arc;

use inventory_core::value::Map;

use crate::arguments::CheckArguments;
use crate::exit::Failure;
use crate::inventory;
use crate::sources;
use crate::terminal::Terminal;

/// Reads the configurations and tells all errors and warnings; only errors are a failure.
pub(crate) fn run(arguments: &CheckArguments, terminal: &Terminal) -> Result<(), Failure> {
    let terminal = terminal.with_warnings();
    let environment = sources::environment();
    let sources = sources::read(&arguments.configs, &arguments.settings, &environment)?;
    let expressions = Arc::new(inventory::expression_environment());
    let opened = inventory::open(&sources, &environment, &expressions, Map::new(), &terminal)?;
    for source in &opened.sources {
        terminal.say(&format!("{}: no errors", source.path.display()));
    }
    Ok(())
}
