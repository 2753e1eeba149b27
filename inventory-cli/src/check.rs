//! `check`: everything that can be known of a configuration without a cloud.

use std::sync::Arc;

use inventory_core::diagnostic::Diagnostic;
use inventory_core::value::Map;

use crate::arguments::CheckArguments;
use crate::exit::Failure;
use crate::inventory;
use crate::sources;
use crate::terminal::Terminal;

/// Reads the configurations and tells all errors and warnings; only errors are a failure, unless the check is strict.
pub(crate) fn run(arguments: &CheckArguments, terminal: &Terminal) -> Result<(), Failure> {
    let terminal = terminal.with_warnings();
    let environment = sources::environment();
    let sources = sources::read(&arguments.configs, &arguments.settings, &environment)?;
    let expressions = Arc::new(inventory::expression_environment());
    let opened = inventory::open(&sources, &environment, &expressions, Map::new(), &terminal)?;
    let warnings = terminal.warnings();
    if arguments.strict && warnings > 0 {
        let message = format!("{}, which `--strict` takes as errors", count(warnings, "warning"));
        return Err(Failure::Config(vec![Diagnostic::error(message)]));
    }
    let files = opened.sources.len();
    let verb = if files == 1 { "is" } else { "are" };
    let mut summary = format!("{} {verb} good", count(files, "file"));
    if warnings > 0 {
        summary.push_str(&format!(", {}", count(warnings, "warning")));
    }
    terminal.say(&summary);
    Ok(())
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
