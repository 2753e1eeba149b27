//! `check`: everything that can be known of a configuration without a cloud.

use std::path::Path;
use std::sync::Arc;

use inventory_core::config::ansible;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::value::Map;

use crate::arguments::CheckArguments;
use crate::exit::Failure;
use crate::inventory;
use crate::sources;
use crate::terminal::{Terminal, count};

/// Reads the configurations and tells all errors and warnings; only errors are a failure, unless the check is strict.
pub(crate) fn run(arguments: &CheckArguments, terminal: &Terminal) -> Result<(), Failure> {
    let terminal = terminal.with_warnings();
    let environment = sources::environment();
    let sources =
        sources::read(&arguments.configs, &arguments.settings, &environment).map_err(hides_others)?;
    let expressions = Arc::new(inventory::expression_environment());
    for path in sources::paths(&arguments.configs)? {
        if let Some(warning) = not_run(&path) {
            terminal.diagnostic(&warning);
        }
    }
    let opened = inventory::open(&sources, &environment, &expressions, Map::new(), &terminal);
    let opened = opened.map_err(hides_others)?;
    let warnings = terminal.warnings();
    if arguments.strict && warnings > 0 {
        let message = format!("{}, which `--strict` takes as errors", count(warnings, "warning"));
        return Err(Failure::Config(vec![Diagnostic::error(message)]));
    }
    let files = count(opened.sources.len(), "file");
    terminal.say(&match (opened.sources.len(), warnings) {
        (1, 0) => format!("{files} is good"),
        (_, 0) => format!("{files} are good"),
        // A rule that can never work is a warning, and not good.
        _ => format!("{files} read: no errors, {}", count(warnings, "warning")),
    });
    Ok(())
}

/// Adds to the last mistake that it may not be the last: what follows from a value that is wrong is not looked at.
fn hides_others(failure: Failure) -> Failure {
    match failure {
        Failure::Config(mut mistakes) => {
            // What has no place is a file that cannot be read.
            if let Some(last) = mistakes.last_mut().filter(|last| last.origin.is_some()) {
                last.help.push("check again when that is mended: a mistake can hide others".to_owned());
            }
            Failure::Config(mistakes)
        }
        other => other,
    }
}

/// Warns of what keeps Ansible from running a file; a file that cannot be read is an error elsewhere.
fn not_run(path: &Path) -> Option<Diagnostic> {
    let bytes = std::fs::read(path).ok()?;
    ansible::not_run(path, &bytes, is_executable(path)?)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt;
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o111 != 0)
}

/// Tells nothing where Ansible does not run, and files have no such bit.
#[cfg(not(unix))]
fn is_executable(_: &Path) -> Option<bool> {
    None
}
