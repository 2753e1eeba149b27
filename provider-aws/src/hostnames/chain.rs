//! The filters after `|` in a preference.

use inventory_core::expression::{Environment, Error, Escapes, Template, Variables};
use inventory_core::value::{Text, Value};

/// The variable that the filters start from.
const INPUT: &str = "found";

/// A chain of filters.
///
/// What a cloud says enters as the value of a variable, never as text of the template: quotes and braces in a tag are
/// part of the name.
#[derive(Debug)]
pub(crate) struct Chain {
    template: Template,
}

impl Chain {
    /// Compiles what follows the first `|`.
    pub(super) fn compile(filters: &str) -> Result<Chain, Error> {
        // Not an expression: backslashes in a template's braces mean themselves, which the plugin's users rely on.
        let template = Template::parse(&format!("{{{{{INPUT}|{filters}}}}}"), Escapes::default())?;
        Ok(Chain { template })
    }

    /// Applies the chain to what a preference found: a list as it is, anything else as text.
    ///
    /// Nothing comes of what was not found, unless the chain has an answer to that (`default`).
    pub(super) fn apply(&self, found: Value, environment: &Environment) -> Result<Value, Error> {
        let missing = match &found {
            Value::Null => true,
            found => found.as_items().is_some_and(<[Value]>::is_empty),
        };
        let input = match found {
            Value::List(_) | Value::Text(_) | Value::Null => found,
            scalar => Value::from(scalar.to_string()),
        };
        if !missing {
            return self.evaluate(input, environment);
        }
        match self.evaluate(Value::Undefined(Text::from("nothing was found")), environment) {
            Ok(answer) if answer.is_true() && input.as_items().is_none() => Ok(answer),
            // A missing tag is an empty list to the plugin's filters, which `default('x')` leaves as it is.
            Ok(answer) if answer.is_true() => self.evaluate(input, environment),
            Ok(_) => Ok(Value::Null),
            Err(error) if error.is_undefined() => Ok(Value::Null),
            Err(error) => Err(error),
        }
    }

    fn evaluate(&self, input: Value, environment: &Environment) -> Result<Value, Error> {
        self.template.render(&Input(input), environment)
    }
}

/// The only variable of a chain.
struct Input(Value);

impl Variables for Input {
    fn variable(&self, name: &str) -> Option<Value> {
        (name == INPUT).then(|| self.0.clone())
    }
}
