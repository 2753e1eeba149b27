//! How the program ends.

use std::process::ExitCode;

use clap::error::ErrorKind;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery;

use crate::terminal::Terminal;

/// The exit code of `diff` where something differs.
pub(crate) const DIFFERENT: u8 = 8;

/// How much of the inventory there is, where the configuration allows that some of it is old or missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Condition {
    /// All, as it is now.
    Complete,
    /// All, but some of it as it was.
    Stale,
    /// Not all.
    Partial,
}

impl Condition {
    /// Returns the word for it in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Condition::Complete => "complete",
            Condition::Stale => "stale",
            Condition::Partial => "partial",
        }
    }

    /// Returns the exit code that tells it.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Condition::Complete => 0,
            Condition::Stale => 6,
            Condition::Partial => 7,
        })
    }
}

/// Why the program ends without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A cloud could not be asked, or not completely; each error with the source that asks it.
    Discovery(Vec<(String, discovery::Error)>),
    /// The facts are complete, but no inventory can be made of them.
    Build(Vec<Diagnostic>),
    /// The command line asks for something impossible.
    Usage(String),
    /// A flag has a value that does not fit.
    Flags(Vec<Diagnostic>),
    /// A configuration is wrong.
    Config(Vec<Diagnostic>),
    /// The output cannot be written.
    Output(String),
    /// There is no such host or group.
    NotFound(String),
}

impl Failure {
    /// Returns what it says, message by message, each with what the user can do where that is known.
    pub(crate) fn messages(&self) -> Vec<(String, Option<String>)> {
        match self {
            Failure::Discovery(errors) => {
                errors.iter().map(|(_, error)| (error.to_string(), error.hint.clone())).collect()
            }
            Failure::Build(diagnostics) | Failure::Flags(diagnostics) | Failure::Config(diagnostics) => {
                diagnostics
                    .iter()
                    .map(|diagnostic| (diagnostic.message.clone(), diagnostic.help.first().cloned()))
                    .collect()
            }
            Failure::Usage(message) | Failure::Output(message) | Failure::NotFound(message) => {
                vec![(message.clone(), None)]
            }
        }
    }

    /// Tells the user and returns the exit code.
    pub(crate) fn report(&self, terminal: &Terminal) -> ExitCode {
        match self {
            Failure::Discovery(errors) => {
                for (source, error) in errors {
                    terminal.discovery_error(source, error);
                }
                terminal.error("no inventory is printed, because a part of it could not be fetched");
            }
            Failure::Build(diagnostics) | Failure::Flags(diagnostics) | Failure::Config(diagnostics) => {
                for diagnostic in diagnostics {
                    terminal.diagnostic(diagnostic);
                }
            }
            Failure::Usage(message) | Failure::Output(message) | Failure::NotFound(message) => {
                terminal.error(message);
            }
        }
        ExitCode::from(match self {
            Failure::Discovery(_) | Failure::Build(_) => 1,
            Failure::Usage(_) | Failure::Flags(_) => 2,
            Failure::Config(_) => 3,
            Failure::Output(_) => 4,
            Failure::NotFound(_) => 5,
        })
    }
}

/// Prints what `clap` has to say: help and version are successes.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // Nothing better can be done when stderr is gone.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}
