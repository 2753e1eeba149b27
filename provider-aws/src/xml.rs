//! Whether an answer is a whole XML document.
//!
//! The SDK's own reader stops without a word where a document ends early or is not well-formed, and takes what it has
//! seen for all there is: hosts and the token of the next page would be missing.

mod elements;

use std::error::Error as StdError;
use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

pub(crate) use self::elements::{Elements, Name, Part};
use crate::failure::find_cause;

/// Refuses an answer of a service that is not a whole XML document, and has it asked for again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WholeXml;

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// There is no body.
    Empty,
    /// A web page.
    Html,
    /// Text of another kind.
    NotXml,
    /// The end is missing.
    Cut,
    /// Tags do not match, or there is no telling whether the answer was cut.
    Broken,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Malformed::Empty => "the answer is empty",
            Malformed::Html => "the answer is an HTML page: a proxy or portal answered instead of AWS",
            Malformed::NotXml => "the answer is not XML: something else answered instead of AWS",
            Malformed::Cut => "the answer ends in the middle",
            Malformed::Broken => "the answer ends in the middle or is not well-formed XML",
        })
    }
}

impl StdError for Malformed {}

#[dyn_dispatch_hint]
impl Intercept for WholeXml {
    fn name(&self) -> &'static str {
        "WholeXml"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        if response.status().is_success() {
            // The transport has read the whole body; a body that is not there counts as empty.
            check(response.body().bytes().unwrap_or_default())?;
        }
        Ok(())
    }
}

impl ClassifyRetry for WholeXml {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else { return RetryAction::NoActionIndicated };
        match find_cause::<Malformed>(error) {
            Some(Malformed::Empty | Malformed::Cut | Malformed::Broken) => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "WholeXml"
    }
}

/// Returns whether a body is a web page.
pub(crate) fn is_html(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    ["<!doctype html", "<html"].iter().any(|tag| {
        start.get(..tag.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(tag.as_bytes()))
    })
}

/// Checks that one root element is opened and closed, all tags in it match, and nothing follows it.
pub(crate) fn check(body: &[u8]) -> Result<(), Malformed> {
    let mut elements = Elements::of(body)?;
    while elements.next()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_documents_pass() {
        let rows = [
            ("<a><b x='1'/>t</a>", Ok(())),
            ("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><a/>\n", Ok(())),
            ("<n:a><n:b>&amp;<![CDATA[</x>]]></n:b></n:a>\n<!-- c -->", Ok(())),
            ("", Err(Malformed::Empty)),
            (" \n", Err(Malformed::Empty)),
            ("<?xml version=\"1.0\"?>", Err(Malformed::Cut)),
            ("<a><b></b>", Err(Malformed::Cut)),
            ("<a><b>text", Err(Malformed::Cut)),
            ("<a><b></b", Err(Malformed::Broken)),
            ("<a><b></oops></a>", Err(Malformed::Broken)),
            ("<a></oops><b/></a>", Err(Malformed::Broken)),
            ("<n:a></m:a>", Err(Malformed::Broken)),
            ("<a/><b/>", Err(Malformed::Broken)),
            ("<a/>text", Err(Malformed::Broken)),
            ("</a>", Err(Malformed::Broken)),
            ("<a>&lt;&#65;&#x42;</a>", Ok(())),
            ("<a>&unknown;</a>", Err(Malformed::Broken)),
            ("<a>&#0;</a>", Err(Malformed::Broken)),
            ("<a>&#xFFFE;</a>", Err(Malformed::Broken)),
            ("<a>&amp</a>", Err(Malformed::Broken)),
            ("<a>\u{1}</a>", Err(Malformed::Broken)),
            ("<a/>&amp;", Err(Malformed::Broken)),
            ("<a/><![CDATA[]]>", Err(Malformed::Broken)),
            ("<a><?xml version='1.0'?></a>", Err(Malformed::Broken)),
            ("<a><!DOCTYPE a></a>", Err(Malformed::Broken)),
            ("<a><b<c/></a>", Err(Malformed::Broken)),
            ("<a><b x='<c>'/></a>", Err(Malformed::Broken)),
            ("<a><b x='1' x='2'/></a>", Err(Malformed::Broken)),
            ("<a><b x/></a>", Err(Malformed::Broken)),
            ("<a>< b/></a>", Err(Malformed::Broken)),
            ("<a><1/></a>", Err(Malformed::Broken)),
            ("garbage", Err(Malformed::NotXml)),
            ("{\"a\": 1}", Err(Malformed::NotXml)),
            ("<html><body>Log in", Err(Malformed::Html)),
            ("\n<!DOCTYPE HTML PUBLIC \"x\"><html>", Err(Malformed::Html)),
            ("<?xml version=\"1.0\"?><HTML/>", Err(Malformed::Html)),
        ];
        for (text, expected) in rows {
            assert_eq!(check(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(check(b"<a>\xc3"), Err(Malformed::Broken));
    }

    #[test]
    fn no_beginning_of_a_document_passes() {
        let text = include_str!("../testdata/instances.xml").trim_end();
        assert_eq!(check(text.as_bytes()), Ok(()));
        for end in (0..text.len()).rev().step_by(97) {
            assert!(check(&text.as_bytes()[..end]).is_err(), "{end}");
        }
    }
}
