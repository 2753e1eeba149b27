//! What goes wrong when a cloud is asked.

use std::fmt;

use super::Scope;

/// The closed set of reasons for which discovery fails, the same for all clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No credentials, or the cloud does not accept them.
    Auth,
    /// The credentials are good but lack a permission.
    Denied,
    /// The cloud asked to slow down until the retries were used up.
    Throttled,
    /// No connection, or it was cut.
    Unreachable,
    /// The deadline passed.
    Timeout,
    /// What was asked for does not exist.
    NotFound,
    /// The cloud failed, or its answer cannot be understood.
    BadResponse,
    /// A scope lost so many hosts that it is hard to believe.
    Shrunk,
    /// The configuration asks for something impossible.
    Config,
}

/// A failed operation on a cloud.
///
/// Displays as `aws/eu-west-1: DescribeInstances: MESSAGE`; never holds a credential.
#[derive(Clone, Debug)]
pub struct Error {
    /// Why it failed.
    pub kind: ErrorKind,
    /// Where; only the cloud when no scope was known yet.
    pub scope: Option<Scope>,
    /// The operation in the words of the cloud's API, such as `DescribeInstances`.
    pub operation: &'static str,
    /// What happened, with the cloud's own error code and message.
    pub message: String,
    /// What the user can do about it.
    pub hint: Option<String>,
}

impl Error {
    /// Makes an error without a scope or a hint.
    pub fn new(kind: ErrorKind, operation: &'static str, message: impl Into<String>) -> Error {
        Error { kind, scope: None, operation, message: message.into(), hint: None }
    }

    /// Names the scope, unless one is named already.
    #[must_use]
    pub fn in_scope(mut self, scope: &Scope) -> Error {
        self.scope.get_or_insert_with(|| scope.clone());
        self
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scope) = &self.scope {
            write!(f, "{scope}: ")?;
        }
        write!(f, "{}: {}", self.operation, self.message)
    }
}

impl std::error::Error for Error {}
