//! One page of a list, split into its items but not read any further.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A page: items as text, and where the next page is.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    /// The items, in order.
    #[serde(rename = "value")]
    pub(crate) items: Vec<Box<RawValue>>,
    /// The link of the next page; empty or none on the last.
    #[serde(rename = "nextLink", default)]
    pub(super) next_link: Option<String>,
}
