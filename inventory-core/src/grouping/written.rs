//! What an author wrote: where it is, and what was probably meant.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Origin, Source, Span};
use crate::expression::Error;
use crate::yaml::{Node, NodeValue};

/// What to write for a `=` that compares.
pub(crate) const COMPARE: &str = "write `==` to compare";

/// Returns how to write a value that was probably meant as it is.
pub(super) fn hint(node: &Node, error: &Error) -> Option<String> {
    match &node.value {
        NodeValue::String(text) if error.is_syntax() && assigns(&text.text) => Some(COMPARE.to_owned()),
        NodeValue::Bool(_) | NodeValue::Int(_) | NodeValue::Float(_) => {
            Some(format!("write `\"{}\"` to give that value", node.to_value()))
        }
        NodeValue::String(text) if text.text.starts_with(['/', '~']) && !text.text.contains('\'') => {
            Some(format!("write `\"'{}'\"` to give that text", text.text))
        }
        _ => None,
    }
}

/// Tells whether a text has a `=` outside quotes and brackets that is no part of another operator.
pub(crate) fn assigns(text: &str) -> bool {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, '=') if depth == 0 && !"=!<>".contains(before) && characters.peek() != Some(&'=') => {
                return true;
            }
            (None, _) => {}
        }
        before = character;
    }
    false
}

/// Returns the place of a node within a value.
pub(super) fn inside(origin: &Origin, node: &Node) -> Origin {
    match origin {
        Origin::File { source, .. } => Origin::File { source: Arc::clone(source), span: node.span },
        origin => origin.clone(),
    }
}

/// Returns the place of a part of an expression.
pub(super) fn place_in(origin: &Origin, node: &Node, place: Option<Range<usize>>) -> Origin {
    match (origin, place) {
        (Origin::File { source, span }, Some(place)) => {
            Origin::File { source: Arc::clone(source), span: part_of(source, *span, node, place) }
        }
        _ => origin.clone(),
    }
}

/// Returns the span of a part of a text, or that of all of it where the file does not have it character by character.
fn part_of(source: &Source, span: Span, node: &Node, place: Range<usize>) -> Span {
    let written = source.text().get(span.start..span.end).unwrap_or_default();
    let text = node.as_str().unwrap_or_default();
    match written.find(text) {
        Some(start) if !text.is_empty() => {
            let start = span.start + start;
            source.span(start + place.start..start + place.end)
        }
        _ => span,
    }
}
