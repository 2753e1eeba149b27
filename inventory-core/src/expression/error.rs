//! What goes wrong in an expression.

use std::fmt;
use std::ops::Range;

/// Why an expression cannot be compiled or evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: String,
    kind: Kind,
    place: Option<Range<usize>>,
    captured: bool,
}

/// The kinds of error that callers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The text is not an expression.
    Syntax,
    /// A variable, key or attribute does not exist.
    Undefined,
    /// Ansible has it, this program does not.
    Unsupported,
    /// Anything else.
    Other,
}

impl Error {
    /// Makes an error of evaluation.
    pub fn new(message: impl Into<String>) -> Error {
        Error { message: message.into(), kind: Kind::Other, place: None, captured: false }
    }

    /// Makes an error of syntax.
    pub(crate) fn syntax(message: impl Into<String>) -> Error {
        Error { kind: Kind::Syntax, ..Error::new(message) }
    }

    /// Makes an error of something that Ansible has, but this program does not.
    pub(crate) fn unsupported(message: impl Into<String>) -> Error {
        Error { kind: Kind::Unsupported, ..Error::new(message) }
    }

    /// Makes an error of something undefined; `words` are those of [`crate::value::Value::Undefined`].
    pub(crate) fn undefined(words: &str) -> Error {
        Error { kind: Kind::Undefined, ..Error::new(words) }
    }

    /// Adds the bytes of the source that the error is about, unless it has some.
    #[must_use]
    pub(crate) fn at(mut self, place: Range<usize>) -> Error {
        self.place.get_or_insert(place);
        self
    }

    /// Replaces the place by that of the part of the source which holds what failed.
    #[must_use]
    pub(crate) fn within(self, place: Range<usize>) -> Error {
        Error { place: Some(place), ..self }
    }

    /// Marks the error as one that Ansible only reports when the failed value is used.
    #[must_use]
    pub(crate) fn captured(mut self) -> Error {
        self.captured = true;
        self
    }

    /// Tells whether Ansible only reports the error when the failed value is used.
    pub(crate) fn is_captured(&self) -> bool {
        self.captured
    }

    /// Tells whether the text is not an expression at all, whatever the variables.
    pub fn is_syntax(&self) -> bool {
        self.kind == Kind::Syntax
    }

    /// Tells whether Ansible has what is asked for, or may have it, and this program does not.
    pub fn is_unsupported(&self) -> bool {
        self.kind == Kind::Unsupported
    }

    /// Tells whether a variable, key or attribute does not exist.
    pub fn is_undefined(&self) -> bool {
        self.kind == Kind::Undefined
    }

    /// Returns the bytes of the source that the error is about, where known.
    pub fn place(&self) -> Option<Range<usize>> {
        self.place.clone()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
