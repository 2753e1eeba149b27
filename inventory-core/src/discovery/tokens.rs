//! The tokens of pages, each of which may come once.

use std::collections::HashSet;

use super::{Error, ErrorKind};

/// The tokens that led to the pages of one search so far.
#[derive(Debug, Default)]
pub struct Tokens {
    seen: HashSet<String>,
}

impl Tokens {
    /// Returns the token of the next page, none after the last one (which some services say with an empty token).
    ///
    /// # Errors
    /// When the token led to an earlier page: the search would never end.
    pub fn next(&mut self, operation: &'static str, token: Option<String>) -> Result<Option<String>, Error> {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        if self.seen.insert(token.clone()) {
            return Ok(Some(token));
        }
        let message = "the token of the next page is that of an earlier one: the answers go in a circle";
        Err(Error::new(ErrorKind::BadResponse, operation, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_one_page() {
        let mut tokens = Tokens::default();
        let mut next = |token: &str| tokens.next("List", Some(token.to_owned()));
        assert_eq!(next("a").unwrap().as_deref(), Some("a"));
        assert_eq!(next("b").unwrap().as_deref(), Some("b"));
        assert_eq!(next("").unwrap(), None);
        assert_eq!(next("a").unwrap_err().kind, ErrorKind::BadResponse);
    }
}
