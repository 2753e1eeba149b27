//! The conditions of `groups`.

use std::ops::Range;

use super::Outcome;
use crate::expression::{Environment, Error, Escapes, Expression, Template, Variables};
use crate::value::Value;
use crate::yaml::{Node, NodeValue};

/// A condition that compiles.
#[derive(Debug)]
pub(super) enum Condition {
    /// A boolean of the configuration.
    Constant(bool),
    /// An expression.
    Expression(Expression),
    /// An expression within `{{ }}`, which Ansible still takes.
    Template(Template),
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// What fails for every host: wrong syntax, nothing at all, and what is neither text nor a boolean.
    pub(super) fn new(node: &Node, escapes: Escapes) -> Result<Condition, Error> {
        match &node.value {
            NodeValue::Bool(truth) => Ok(Condition::Constant(*truth)),
            NodeValue::String(text) if text.is_unsafe => {
                Err(Error::new("a condition that is tagged `!unsafe` is never evaluated"))
            }
            NodeValue::String(text) => match text.text.trim() {
                "" => Err(Error::new("the condition is empty")),
                text if is_wrapped(text) => Template::parse(text, escapes).map(Condition::Template),
                text => Expression::parse_condition(text, escapes).map(Condition::Expression),
            },
            NodeValue::Null => Err(Error::new("the condition is empty")),
            other => Err(Error::new(format!("expected an expression or a boolean, found {}", other.kind()))),
        }
    }

    /// Returns the places of the strings in it that are evaluated as templates, which Ansible deprecates.
    pub(super) fn embedded_templates(&self) -> &[Range<usize>] {
        match self {
            Condition::Expression(expression) => expression.embedded_templates(),
            Condition::Constant(_) | Condition::Template(_) => &[],
        }
    }

    /// Returns the expression, where it is one that is evaluated as it stands.
    pub(super) fn expression(&self) -> Option<&Expression> {
        match self {
            Condition::Expression(expression) => Some(expression),
            Condition::Constant(_) | Condition::Template(_) => None,
        }
    }

    /// Tells whether the condition holds; since ansible-core 2.19 it must be a boolean.
    pub(super) fn holds(
        &self,
        variables: &dyn Variables,
        environment: &Environment,
    ) -> Result<bool, Outcome> {
        let result = match self {
            Condition::Constant(truth) => return Ok(*truth),
            Condition::Expression(expression) => expression.evaluate(variables, environment)?,
            Condition::Template(template) => template.render(variables, environment)?,
        };
        match result {
            Value::Bool(truth) => Ok(truth),
            other => Err(Outcome::Skipped(format!(
                "the condition is a {}, not a boolean; test it with `| bool`, `is defined` or `| length > 0`",
                other.type_name()
            ))),
        }
    }
}

/// Tells whether a text begins and ends with template delimiters.
fn is_wrapped(text: &str) -> bool {
    [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
        .iter()
        .any(|(open, close)| text.starts_with(open) && text.ends_with(close))
}
