//! What people read: everything on stderr.
//!
//! Ansible shows whatever an inventory script writes there as an error. So when stderr is not a terminal, only what
//! needs action is written: errors, and machines that are lost; other warnings only when asked for.

use std::cell::RefCell;
use std::io::{IsTerminal, Write};

use indicatif::ProgressBar;
use inventory_core::diagnostic::{Diagnostic, Severity};
use inventory_core::discovery;
use inventory_core::store::Warning;

use crate::exit::Failure;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Errors,
    Losses,
    Warnings,
    Steps,
}

impl Level {
    /// The variable that sets the level where no flag can be given, as in a script that Ansible runs.
    const VARIABLE: &str = "CLOUD_INVENTORY_MESSAGES";

    const NAMES: [(&str, Level); 4] = [
        ("errors", Level::Errors),
        ("losses", Level::Losses),
        ("warnings", Level::Warnings),
        ("steps", Level::Steps),
    ];

    /// Returns the level that the environment sets.
    fn from_environment() -> Result<Option<Level>, Failure> {
        let Some(text) = std::env::var_os(Level::VARIABLE).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let found = Level::NAMES.iter().find(|(name, _)| text == *name);
        found.map(|(_, level)| Some(*level)).ok_or_else(|| {
            let (text, names) =
                (text.display(), Level::NAMES.map(|(name, _)| format!("`{name}`")).join(", "));
            Failure::Usage(format!("`{}` is `{text}`: expected one of {names}", Level::VARIABLE))
        })
    }
}

/// Writes to stderr what the user wants to know.
#[derive(Debug)]
pub(crate) struct Terminal {
    level: Level,
    quiet: bool,
    colour: bool,
    /// The warnings that came here, be they told or not.
    warnings: RefCell<Vec<Warning>>,
    /// The line at the bottom that tells how a run goes.
    bar: RefCell<Option<ProgressBar>>,
}

impl Terminal {
    /// Makes the terminal of `-v` (given `verbose` times: more than once is no more) or `-q`; without them, of the
    /// environment.
    pub(crate) fn new(verbose: u8, quiet: bool) -> Result<Terminal, Failure> {
        let named = Level::from_environment()?;
        Ok(Terminal::with_level(verbose, quiet, named))
    }

    /// Makes the terminal that tells why there is no other.
    pub(crate) fn plain() -> Terminal {
        Terminal::with_level(0, false, None)
    }

    fn with_level(verbose: u8, quiet: bool, named: Option<Level>) -> Terminal {
        let stderr = std::io::stderr();
        let usual = if stderr.is_terminal() { Level::Warnings } else { Level::Losses };
        let level = match verbose {
            _ if quiet => Level::Errors,
            0 => named.unwrap_or(usual),
            _ => Level::Steps,
        };
        let colour = anstream::AutoStream::choice(&stderr) != anstream::ColorChoice::Never;
        Terminal { level, quiet, colour, warnings: RefCell::default(), bar: RefCell::new(None) }
    }

    /// Returns the same terminal, which tells warnings unless `-q` forbids it: for `check`, whose result they are.
    pub(crate) fn with_warnings(&self) -> Terminal {
        let level = if self.quiet { Level::Errors } else { self.level.max(Level::Warnings) };
        let (quiet, colour, bar) = (self.quiet, self.colour, RefCell::new(None));
        Terminal { level, quiet, colour, warnings: RefCell::default(), bar }
    }

    /// Tells an error or, where wanted, a warning.
    pub(crate) fn diagnostic(&self, diagnostic: &Diagnostic) {
        if diagnostic.severity == Severity::Warning {
            let warning = Warning { text: diagnostic.render(false), is_loss: diagnostic.is_loss };
            self.warnings.borrow_mut().push(warning);
        }
        let least = match diagnostic.severity {
            Severity::Error => Level::Errors,
            Severity::Warning if diagnostic.is_loss => Level::Losses,
            Severity::Warning => Level::Warnings,
        };
        if self.level >= least {
            self.write(&diagnostic.render(self.colour));
        }
    }

    /// Returns the number of warnings up to now.
    pub(crate) fn warnings(&self) -> usize {
        self.warnings.borrow().len()
    }

    /// Returns the warnings after the first so many, be they told or not.
    pub(crate) fn warnings_after(&self, count: usize) -> Vec<Warning> {
        self.warnings.borrow().iter().skip(count).cloned().collect()
    }

    /// Tells a warning of an earlier run again, where wanted.
    pub(crate) fn repeat(&self, warning: &Warning) {
        if self.level >= if warning.is_loss { Level::Losses } else { Level::Warnings } {
            self.write(&warning.text);
        }
    }

    /// Tells what the cloud answered that a configuration asks.
    pub(crate) fn discovery_error(&self, source: &str, error: &discovery::Error) {
        let mut diagnostic = Diagnostic::error(format!("{source}: {error}"));
        diagnostic.help.extend(error.hint.clone());
        self.diagnostic(&diagnostic);
    }

    /// Tells an error that has no place in a file.
    pub(crate) fn error(&self, message: &str) {
        self.diagnostic(&Diagnostic::error(message));
    }

    /// Tells a warning that has no place in a file.
    pub(crate) fn warning(&self, message: &str) {
        self.diagnostic(&Diagnostic::warning(message));
    }

    /// Tells a result that was asked for, unless `-q`.
    pub(crate) fn say(&self, message: &str) {
        if self.level >= Level::Warnings {
            self.write(message);
        }
    }

    /// Tells what was done, with `-v`.
    pub(crate) fn step(&self, message: impl FnOnce() -> String) {
        if self.level >= Level::Steps {
            self.write(&message());
        }
    }

    /// Tells how a run went, on a terminal.
    pub(crate) fn summary(&self, message: impl FnOnce() -> String) {
        if self.shows_progress() {
            self.write(&message());
        }
    }

    /// Tells whether people look on: stderr is a terminal, and need not be quiet.
    pub(crate) fn shows_progress(&self) -> bool {
        self.level >= Level::Warnings && std::io::stderr().is_terminal()
    }

    /// Sets the line at the bottom, above which all else is written.
    pub(crate) fn set_bar(&self, bar: Option<ProgressBar>) {
        *self.bar.borrow_mut() = bar;
    }

    fn write(&self, text: &str) {
        // Nothing better can be done when stderr is gone.
        let write = || drop(writeln!(std::io::stderr().lock(), "{text}"));
        match &*self.bar.borrow() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// Writes a number and what it counts: `1 machine`, `2 machines`.
pub(crate) fn count(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
