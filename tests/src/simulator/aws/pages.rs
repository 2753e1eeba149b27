//! Pages of lists: their sizes, and tokens that belong to the query that they continue.

use super::failure::Failure;
use super::{Aws, asked::Asked};
use crate::simulator::cloud::Twist;

/// The pages of one query.
pub(super) struct Pages<'a> {
    aws: &'a Aws,
    purpose: String,
    twist: Option<Twist>,
    /// Where the page that is asked for begins.
    pub(super) start: u64,
    /// The most items on it.
    pub(super) size: usize,
}

impl<'a> Pages<'a> {
    /// Reads which page is asked for.
    ///
    /// `limits` are the smallest and the largest size that may be asked for; the largest is also the one of a client that
    /// asks for none.
    ///
    /// # Errors
    /// When the size is out of bounds, or the token was not handed out for this query.
    pub(super) fn read(
        aws: &'a Aws,
        asked: &Asked,
        limits: (usize, usize),
        twist: Option<Twist>,
    ) -> Result<Self, Failure> {
        let text = |name: &str| match asked.document.get(name) {
            Some(serde_json::Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
            None => asked.parameters.get(name).cloned(),
        };
        let size = match text("MaxResults").map(|size| size.parse::<usize>()) {
            None => limits.1,
            Some(Ok(size)) if (limits.0..=limits.1).contains(&size) => size,
            Some(_) => {
                let text = format!("Expecting a value for maxResults from {} to {}.", limits.0, limits.1);
                return Err(Failure::new(400, "InvalidParameterValue", text));
            }
        };
        let purpose = purpose(asked);
        let start = match text("NextToken") {
            None => 0,
            Some(token) => {
                let opened = aws.world.seal.open(&purpose, &token).and_then(|start| start.parse().ok());
                opened.ok_or_else(|| {
                    let text = "The token was not handed out for this query.";
                    Failure::new(400, "InvalidNextToken", text)
                })?
            }
        };
        Ok(Self { aws, purpose, twist, start, size: aws.world.limits.page(size) })
    }

    /// Returns the token of the next page, which begins at `next`, if there is one.
    pub(super) fn token(&self, next: Option<u64>) -> Option<String> {
        let next = if self.twist == Some(Twist::RepeatedToken) { Some(self.start) } else { next };
        next.map(|next| self.aws.world.seal.close(&self.purpose, &next.to_string()))
    }
}

/// Returns everything about a query but which of its pages is asked for.
fn purpose(asked: &Asked) -> String {
    let is_place = |name: &str| name == "NextToken" || name == "MaxResults";
    let parameters: Vec<_> = asked.parameters.iter().filter(|(name, _)| !is_place(name)).collect();
    let members: Vec<_> = asked.document.iter().filter(|(name, _)| !is_place(name)).collect();
    format!("{} {} {} {parameters:?} {members:?}", asked.caller.account, asked.region, asked.action)
}
