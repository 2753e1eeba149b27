//! Options that are templates.

use crate::diagnostic::{Diagnostic, Origin};
use crate::expression::{Environment, Error, Escapes, Template, Variables};
use crate::value::{Map, Value};
use crate::yaml::{Node, NodeValue, Text};

/// Fills in templates of options, which see no variables.
pub struct Templates<'a> {
    environment: &'a Environment,
}

impl<'a> Templates<'a> {
    /// Makes templates that may look things up in `environment`.
    pub fn new(environment: &'a Environment) -> Templates<'a> {
        Templates { environment }
    }

    /// Returns the text of an option of type `str`; what a template gives that is not text becomes text.
    ///
    /// # Errors
    /// When the template fails.
    pub fn option_text(&self, name: &str, text: &Text, origin: &Origin) -> Result<String, Diagnostic> {
        let value = self.fill(text).map_err(|error| failed(name, &error, origin))?;
        Ok(if value.is_true() { value.to_string() } else { String::new() })
    }

    /// Returns the text of an item that must be one.
    ///
    /// # Errors
    /// When the template fails, or gives something else.
    pub fn text(&self, name: &str, node: &Node, origin: &Origin) -> Result<String, Diagnostic> {
        let value = self.value(name, node, origin)?;
        value.as_str().map(str::to_owned).ok_or_else(|| {
            let message = format!("`{name}` holds a {}", value.type_name());
            Diagnostic::error(message).with_origin(origin.clone()).label("expected a string")
        })
    }

    /// Returns a value of which each text may be a template, at any depth; keys are not.
    ///
    /// # Errors
    /// When a template fails.
    pub fn value(&self, name: &str, node: &Node, origin: &Origin) -> Result<Value, Diagnostic> {
        self.fill_all(node).map_err(|error| failed(name, &error, origin))
    }

    fn fill_all(&self, node: &Node) -> Result<Value, Error> {
        match &node.value {
            NodeValue::String(text) => self.fill(text),
            NodeValue::Sequence(items) => {
                let items: Result<Vec<Value>, Error> = items.iter().map(|item| self.fill_all(item)).collect();
                Ok(Value::from(items?))
            }
            NodeValue::Mapping(pairs) => {
                let pairs: Result<Map, Error> =
                    pairs.iter().map(|(key, value)| Ok((key.to_value(), self.fill_all(value)?))).collect();
                Ok(Value::from(pairs?))
            }
            _ => Ok(node.to_value()),
        }
    }

    fn fill(&self, text: &Text) -> Result<Value, Error> {
        if text.is_unsafe || !Template::is_template(&text.text) {
            return Ok(Value::from(text.text.as_str()));
        }
        Template::parse(&text.text, Escapes::default())?.render(&NoVariables, self.environment)
    }
}

struct NoVariables;

impl Variables for NoVariables {
    fn variable(&self, _: &str) -> Option<Value> {
        None
    }
}

fn failed(name: &str, error: &Error, origin: &Origin) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(format!("the template of `{name}` fails: {error}")).with_origin(origin.clone());
    if error.is_undefined() {
        return diagnostic.help("no variables exist here; `lookup('env', 'NAME')` reads the environment");
    }
    diagnostic
}
