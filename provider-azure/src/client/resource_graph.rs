//! Queries to Azure Resource Graph.

use inventory_core::discovery::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::resource_manager::Asked;
use super::{Call, Client};

const PATH: [&str; 3] = ["providers", "Microsoft.ResourceGraph", "resources"];
const VERSION: &str = "2022-10-01";

/// The most rows that the service gives at once.
const PAGE: u32 = 1000;

/// A page of rows: items as text, and where the next page is.
#[derive(Debug, Deserialize)]
pub(crate) struct Rows {
    /// The rows, in order.
    #[serde(rename = "data")]
    pub(crate) items: Vec<Box<RawValue>>,
    /// How many rows all pages hold.
    #[serde(rename = "totalRecords")]
    total: u64,
    #[serde(rename = "$skipToken", default)]
    skip_token: Option<String>,
    #[serde(rename = "resultTruncated", default)]
    truncated: Truncated,
}

/// Whether rows are left out: `"true"` or `"false"`, as the service writes it, or the same without quotes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Truncated {
    Flag(bool),
    Text(String),
}

impl Default for Truncated {
    fn default() -> Self {
        Truncated::Flag(false)
    }
}

impl Rows {
    /// Returns the token of the next page, none after the last; `seen` is how many rows there are with this page.
    ///
    /// Fails when the service leaves rows out: an inventory must not lack hosts silently.
    pub(crate) fn next(&self, call: Call, seen: u64) -> Result<Option<String>, Error> {
        if let Some(token) = self.skip_token.as_ref().filter(|token| !token.is_empty()) {
            return Ok(Some(token.clone()));
        }
        let is_truncated = match &self.truncated {
            Truncated::Flag(flag) => *flag,
            Truncated::Text(text) => text.eq_ignore_ascii_case("true"),
        };
        if is_truncated || seen < self.total {
            let total = self.total;
            let message =
                format!("the result is truncated: {seen} of {total} rows, and no token of a next page");
            return Err(Error::new(ErrorKind::BadResponse, call.operation, message)
                .with_hint("use `backend: resource_manager`, which lists every resource"));
        }
        Ok(None)
    }
}

impl Client {
    /// Asks Resource Graph for a page of the rows of a query over one subscription.
    pub(crate) async fn rows(
        &self,
        call: Call,
        subscription: &str,
        query: &str,
        skip_token: Option<&str>,
    ) -> Result<Rows, Error> {
        let url = self.url(PATH, VERSION, &[]);
        let mut options = json!({"$top": PAGE, "resultFormat": "objectArray"});
        if let (Some(token), Some(options)) = (skip_token, options.as_object_mut()) {
            options.insert("$skipToken".to_owned(), token.into());
        }
        let body = json!({"subscriptions": [subscription], "query": query, "options": options}).to_string();
        self.read(call, &Asked { url: &url, body: Some(body), pace: &self.graph_pace }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: Call = Call { operation: "query", permission: "read" };

    #[test]
    fn no_row_is_left_out_silently() {
        let rows = [
            (
                r#"{"totalRecords": 2, "count": 1, "data": [1], "resultTruncated": "false", "$skipToken": "t"}"#,
                Ok(Some("t")),
            ),
            (r#"{"totalRecords": 1, "count": 1, "data": [1], "resultTruncated": "false"}"#, Ok(None)),
            (r#"{"totalRecords": 1, "data": [1]}"#, Ok(None)),
            (r#"{"totalRecords": 1, "data": [1], "$skipToken": ""}"#, Ok(None)),
            (r#"{"totalRecords": 1, "data": [1], "resultTruncated": "true"}"#, Err("1 of 1 rows")),
            (r#"{"totalRecords": 1, "data": [1], "resultTruncated": true}"#, Err("1 of 1 rows")),
            (r#"{"totalRecords": 2, "data": [1], "resultTruncated": "false"}"#, Err("1 of 2 rows")),
        ];
        for (text, expected) in rows {
            let page: Rows = serde_json::from_str(text).unwrap();
            match (page.next(CALL, 1), expected) {
                (Ok(token), Ok(wanted)) => assert_eq!(token.as_deref(), wanted, "{text}"),
                (Err(error), Err(part)) => assert!(error.message.contains(part), "{text}: {error}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
