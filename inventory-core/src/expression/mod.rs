//! Jinja2 expressions and templates as Ansible 2.19 evaluates them in inventory plugins.
//!
//! `minijinja` parses; what it parsed is compiled once ([`compile`]) into nodes that are evaluated ([`evaluate`])
//! against [`Variables`] with Python's semantics, which differ too much from minijinja's own: undefined that is
//! strict and yet chains through `default()`, methods that shadow keys, `%` formatting, big integers, type errors.

mod arguments;
mod error;
mod filters;
mod regex;

pub use self::arguments::Arguments;
pub use self::error::Error;
use crate::value::{Time, Value};

/// Where an expression finds its variables.
pub trait Variables {
    /// Returns the variable of that name; none when it is undefined.
    fn variable(&self, name: &str) -> Option<Value>;
}

/// What expressions may know of the world outside: fixed for a run, so that results are repeatable.
pub struct Environment {
    /// Reads an environment variable, for `lookup('env', ...)`.
    pub read_variable: fn(&str) -> Option<String>,
    /// The folder that relative paths of `lookup('file', ...)` start from.
    pub folder: std::path::PathBuf,
    /// The time of the run in UTC, for `now()`.
    pub now: Time,
}

/// What a filter, test, method or function is called with besides its arguments.
pub struct Call<'a> {
    /// The world outside.
    pub environment: &'a Environment,
    /// The variables of the host.
    pub variables: &'a dyn Variables,
}

/// A filter: input value and arguments to a new value.
///
/// Its input and arguments are never undefined unless [`filters::accepts_undefined`] says so: as in Ansible 2.19 an
/// undefined input passes through all other filters unchanged.
type Filter = fn(&Call<'_>, Value, Arguments) -> Result<Value, Error>;
