//! Python's `re.match` and `str.format`, for options that hold a pattern or a format.

use std::sync::Arc;

use super::regex::{Flags, Regex};
use super::{Arguments, Error, methods};
use crate::value::{Text, Value};

/// A regular expression as Python's `re` reads it.
#[derive(Clone, Debug)]
pub struct Pattern(Arc<Regex>);

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is no pattern in Python.
    pub fn new(pattern: &str) -> Result<Pattern, Error> {
        Regex::compile(pattern, Flags::default()).map(Pattern)
    }

    /// Tells whether it matches at the start of a text, as `re.match` does.
    ///
    /// # Errors
    /// When the match takes too many steps.
    pub fn matches_start(&self, text: &str) -> Result<bool, Error> {
        Ok(self.0.match_at_start(text)?.is_some())
    }
}

/// Formats a text with values, as `str.format` does.
///
/// # Errors
/// What is no format, or asks for more than there is.
pub fn format_text(format: &str, values: Vec<Value>) -> Result<String, Error> {
    methods::format::call(&Text::from(format), "format", Arguments::positional(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_at_the_start() {
        let pattern = Pattern::new("web-[0-9]+").unwrap();
        assert_eq!(pattern.matches_start("web-1.example.com"), Ok(true));
        assert_eq!(pattern.matches_start("a web-1"), Ok(false));
        assert!(Pattern::new("*web").is_err());
    }

    #[test]
    fn formats_are_those_of_python() {
        let values = || vec![Value::from("web"), Value::Null, Value::from(1)];
        assert_eq!(format_text("{0}-{1}-{2:03}-{{}}", values()), Ok("web-None-001-{}".to_owned()));
        assert!(format_text("{3}", values()).is_err());
        assert!(format_text("{", values()).is_err());
    }
}
