//! The options of a `gcp.yml`, as the plugin reads them.

mod connection;
mod hosts;
mod query;

use inventory_core::config::options::{OptionName, Options};
use inventory_core::diagnostic::{Diagnostic, Origin};

pub(crate) use self::hosts::HostSettings;
pub use self::hosts::RULES;
pub(crate) use self::query::Query;
use crate::connection::Connection;

/// What a `gcp.yml` asks for, apart from hosts' names, groups and composed variables.
#[derive(Debug)]
pub(crate) struct Settings {
    /// How Google Cloud is reached.
    pub(crate) connection: Connection,
    /// What Google Cloud is asked for.
    pub(crate) query: Query,
    /// The cache options that are set, by name.
    pub(crate) cache: Vec<&'static str>,
}

const CACHE: [OptionName; 5] = [
    OptionName::new("cache"),
    OptionName::new("cache_plugin"),
    OptionName::new("cache_timeout"),
    OptionName::new("cache_connection"),
    OptionName::new("cache_prefix"),
];

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
    let cache = cache(options, &mut findings);
    match connection {
        Some(connection) if findings.errors.is_empty() => {
            Ok((Settings { connection, query, cache }, findings.warnings))
        }
        _ => Err(findings.errors),
    }
}

/// Reads the options of the plugin's cache, which this program does not keep, so that they are known.
fn cache(options: &mut Options<'_>, findings: &mut Findings) -> Vec<&'static str> {
    let set = |name: &&OptionName| findings.take(options.raw(name)).is_some();
    CACHE.iter().filter(set).map(|option| option.name).collect()
}

#[cfg(test)]
mod tests;
