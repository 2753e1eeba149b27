//! Jinja2 expressions and templates as Ansible 2.19 evaluates them in inventory plugins.
//!
//! `minijinja` parses; what it parsed is compiled once ([`Expression::parse`]) into nodes that are evaluated
//! ([`Expression::evaluate`]) against [`Variables`] with Python's semantics, which differ too much from minijinja's
//! own: undefined that is strict and yet chains through `default()`, methods that shadow keys, `%` formatting, big
//! integers, type errors.

mod arguments;
mod attribute;
mod checks;
mod compile;
mod error;
mod evaluate;
mod filters;
mod functions;
mod literal;
mod methods;
mod needs;
mod nodes;
mod operators;
mod python;
pub(crate) mod regex;
mod result;
mod strftime;
mod template;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

pub use self::arguments::Arguments;
pub use self::error::Error;
pub use self::literal::Escapes;
use self::nodes::Node;
pub use self::python::{Pattern, format_text};
pub use self::template::Template;
use crate::value::{Map, Time, Value};

/// Where an expression finds its variables.
pub trait Variables {
    /// Returns the variable of that name; none when it is undefined.
    fn variable(&self, name: &str) -> Option<Value>;
}

impl Variables for Map {
    fn variable(&self, name: &str) -> Option<Value> {
        self.get(name).cloned()
    }
}

/// What expressions may know of the world outside: fixed for a run, so that results are repeatable.
pub struct Environment {
    read_variable: fn(&str) -> Option<String>,
    folder: PathBuf,
    now: Time,
    is_used: AtomicBool,
}

impl Environment {
    /// Makes the environment of a run: how variables of the environment are read, the folder that relative paths start
    /// from, and the time of the run in UTC.
    pub fn new(read_variable: fn(&str) -> Option<String>, folder: PathBuf, now: Time) -> Environment {
        Environment { read_variable, folder, now, is_used: AtomicBool::new(false) }
    }

    /// Reads an environment variable, as `lookup('env', ...)` does.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.use_it();
        (self.read_variable)(name)
    }

    /// Returns the folder that relative paths start from, as those of `lookup('file', ...)`.
    pub fn folder(&self) -> &Path {
        self.use_it();
        &self.folder
    }

    /// Returns the time of the run in UTC, as `now()` has it.
    pub fn now(&self) -> &Time {
        self.use_it();
        &self.now
    }

    /// Notes that a result depends on the world outside.
    pub(crate) fn use_it(&self) {
        self.is_used.store(true, Ordering::Relaxed);
    }

    /// Tells whether any result depends on the world outside: then another run may give another.
    pub fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }
}

/// What a filter, test, method or function is called with besides its arguments.
pub struct Call<'a> {
    /// The world outside.
    pub environment: &'a Environment,
    /// The variables of the host.
    pub variables: &'a dyn Variables,
}

impl Call<'_> {
    /// Applies a filter by its name, as `map` does.
    pub(crate) fn filter(&self, name: &str, input: Value, arguments: Arguments) -> Result<Value, Error> {
        let filter =
            filters::find(name).ok_or_else(|| Error::new(compile::unknown_filter(name).to_string()))?;
        evaluate::apply_filter(self, filter, filters::accepts_undefined(name), input, arguments)
    }

    /// Applies a test by its name, as `select` does.
    pub(crate) fn test(&self, name: &str, input: Value, arguments: Arguments) -> Result<bool, Error> {
        let check = checks::find(name).ok_or_else(|| Error::new(compile::unknown_test(name).to_string()))?;
        if input.is_undefined() && checks::accepts_undefined(name) {
            return check(self, input, arguments);
        }
        match evaluate::apply_check(self, check, input, arguments)? {
            Value::Undefined(words) => Err(Error::undefined(&words)),
            outcome => Ok(outcome.is_true()),
        }
    }
}

/// A filter: input value and arguments to a new value.
///
/// Its input and arguments are never undefined unless [`filters::accepts_undefined`] says so: as in Ansible 2.19 an
/// undefined input passes through all other filters unchanged.
type Filter = fn(&Call<'_>, Value, Arguments) -> Result<Value, Error>;

/// A test: input value and arguments to its outcome.
type Check = fn(&Call<'_>, Value, Arguments) -> Result<bool, Error>;

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    node: Node,
    /// The places of constant strings that are evaluated as templates.
    embedded: Vec<Range<usize>>,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// Fails on wrong syntax and on unknown filters and tests, as Ansible does, whatever the variables.
    pub fn parse(source: &str, escapes: Escapes) -> Result<Expression, Error> {
        let node = compile::expression(source, escapes)?;
        Ok(Expression { source: source.to_owned(), node, embedded: Vec::new() })
    }

    /// Compiles a condition, where constant strings that look like templates are evaluated: `'{{ a }}' == 'b'`.
    ///
    /// Ansible 2.19 still does so in conditions, and only there. Fails as [`Expression::parse`] does.
    pub fn parse_condition(source: &str, escapes: Escapes) -> Result<Expression, Error> {
        let (node, embedded) = compile::condition(source, escapes)?;
        Ok(Expression { source: source.to_owned(), node, embedded })
    }

    /// Returns the bytes of the source that are evaluated as templates of their own.
    pub fn embedded_templates(&self) -> &[Range<usize>] {
        &self.embedded
    }

    /// Computes the value; [`Value::Omit`] when the expression gives Ansible's `omit`.
    ///
    /// Tuples become lists. Fails when the value is undefined or of a type that Ansible does not store in a variable
    /// (`range`, a method that is not called).
    pub fn evaluate(&self, variables: &dyn Variables, environment: &Environment) -> Result<Value, Error> {
        let call = Call { environment, variables };
        result::finalize(evaluate::evaluate(&call, &self.node)?).map_err(|error| error.at(self.place()))
    }

    /// Returns the source text.
    pub fn source(&self) -> &str {
        &self.source
    }

    fn place(&self) -> Range<usize> {
        let start = self.source.len() - self.source.trim_start().len();
        start..self.source.trim_end().len().max(start)
    }
}

#[cfg(test)]
mod tests;
