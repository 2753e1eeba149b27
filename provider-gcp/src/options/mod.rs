//! The options of a `gcp.yml`, as the plugin reads them.

pub(crate) mod connection;
mod hosts;
mod query;

use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Origin};

pub(crate) use self::hosts::HostSettings;
pub use self::hosts::RULES;
pub(crate) use self::query::{Query, Zones, distinct, join};
use crate::connection::Connection;

/// What a `gcp.yml` asks for, apart from hosts' names, groups and composed variables.
#[derive(Debug)]
pub(crate) struct Settings {
    /// How Google Cloud is reached.
    pub(crate) connection: Connection,
    /// What Google Cloud is asked for.
    pub(crate) query: Query,
}

/// Collects errors, so that the user sees all of them at once, and warnings.
#[derive(Default)]
struct Findings {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Findings {
    /// Returns the value, or notes the error and returns none.
    fn take<T>(&mut self, read: Result<Option<T>, Diagnostic>) -> Option<T> {
        read.map_err(|error| self.errors.push(error)).ok().flatten()
    }

    fn refuse(&mut self, message: impl Into<String>, origin: Origin, expected: &str) {
        self.errors.push(Diagnostic::error(message).with_origin(origin).label(expected));
    }

    fn warn(&mut self, message: impl Into<String>, origin: Origin, expected: &str) {
        self.warnings.push(Diagnostic::warning(message).with_origin(origin).label(expected));
    }
}

/// Reads the options of connection and query; the other options of the file are the caller's.
///
/// # Errors
/// All that is wrong with them, each with its place.
pub(crate) fn read(options: &mut Options<'_>) -> Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut findings = Findings::default();
    options.also_known(["plugin"]);
    let connection = connection::read(options, &mut findings);
    let query = query::read(options, &mut findings);
    match connection {
        Some(connection) if findings.errors.is_empty() => {
            Ok((Settings { connection, query }, findings.warnings))
        }
        _ => Err(findings.errors),
    }
}

#[cfg(test)]
mod tests;
