//! Templates: texts with `{{ }}` and `{% %}`.

mod render;
mod statements;

use super::{Environment, Error, Escapes, Variables, result};
use crate::value::Value;
use statements::Statement;

/// What a text starts with that overrides Jinja's delimiters.
const OVERRIDE: &str = "#jinja2:";

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    source: String,
    statements: Vec<Statement>,
}

impl Template {
    /// Tells whether a text looks like a template, be it a valid one or not, as Ansible tells it.
    pub fn is_template(text: &str) -> bool {
        text.starts_with(OVERRIDE) || ["{{", "{%", "{#"].iter().any(|start| text.contains(start))
    }

    /// Compiles a template; a text that does not look like one stands for itself.
    ///
    /// Fails on wrong syntax, on unknown filters and tests, and on statements that make no sense for one text, such as
    /// `include`. Backslashes in `{{ }}` mean themselves, as in Ansible; `escapes` is for those in `{% %}`.
    pub fn parse(source: &str, escapes: Escapes) -> Result<Template, Error> {
        Ok(Template { source: source.to_owned(), statements: statements::parse(source, escapes)? })
    }

    /// Renders the template; [`Value::Omit`] when it is nothing but Ansible's `omit`.
    ///
    /// A template that gives a single value gives it with its type, one that gives nothing gives `None`, any other is
    /// a text. Fails as [`super::Expression::evaluate`] does.
    pub fn render(&self, variables: &dyn Variables, environment: &Environment) -> Result<Value, Error> {
        let rendered = render::render(self, variables, environment)?;
        Ok(match result::finalize(rendered)? {
            Value::Text(text) => {
                let lost = trailing_newlines(&self.source).saturating_sub(trailing_newlines(&text));
                if lost == 0 { Value::Text(text) } else { Value::from(text.to_string() + &"\n".repeat(lost)) }
            }
            value => value,
        })
    }

    /// Returns the source text.
    pub fn source(&self) -> &str {
        &self.source
    }
}

fn trailing_newlines(text: &str) -> usize {
    text.bytes().rev().take_while(|byte| *byte == b'\n').count()
}
