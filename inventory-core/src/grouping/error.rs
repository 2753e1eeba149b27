//! Why a source cannot be grouped.

use std::fmt;

use crate::diagnostic::{Diagnostic, Origin};
use crate::value::Text;

/// Says which rule failed for which host, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The rule, as `keyed_groups[2]`.
    pub rule: String,
    /// The host.
    pub host: Text,
    /// What went wrong.
    pub cause: String,
    /// Where the rule was given.
    pub origin: Box<Origin>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed for host `{}`: {}", self.rule, self.host, self.cause)
    }
}

impl std::error::Error for Error {}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        Diagnostic::error(error.to_string()).with_origin(*error.origin)
    }
}
