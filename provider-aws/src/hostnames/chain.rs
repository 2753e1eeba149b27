//! The filters after `|` in a preference.

use std::sync::atomic::{AtomicBool, Ordering};

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
    filters: Text,
}

impl Chain {
    /// Compiles what follows the first `|`.
    pub(super) fn compile(filters: &str) -> Result<Chain, Error> {
        // Not an expression: backslashes in a template's braces mean themselves, which the plugin's users rely on.
        let template = Template::parse(&format!("{{{{{INPUT}|{filters}}}}}"), Escapes::default())?;
        Ok(Chain { template, filters: Text::from(filters) })
    }

    /// Returns the filters as they are configured.
    pub(super) fn filters(&self) -> &Text {
        &self.filters
    }

    /// Returns why the chain can work for no instance: it asks for a variable, and there is none but what was found.
    pub(super) fn find_flaw(&self, environment: &Environment) -> Option<Error> {
        let undefined = |input: Value| {
            let probe = Probe { input: Input(input), asked: AtomicBool::new(false) };
            let fault = self.template.render(&probe, environment).err().filter(Error::is_undefined);
            fault.map(|fault| (fault, probe.asked.into_inner()))
        };
        let (flaw, asked) = undefined(Value::from("x"))?;
        let (_, asked_of_list) = undefined(Value::list([Value::from("x")]))?;
        undefined(Value::Undefined(Text::from("nothing was found")))?;
        (asked && asked_of_list).then_some(flaw)
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

/// Notes whether a variable was asked for that does not exist.
struct Probe {
    input: Input,
    asked: AtomicBool,
}

impl Variables for Probe {
    fn variable(&self, name: &str) -> Option<Value> {
        let value = self.input.variable(name);
        self.asked.fetch_or(value.is_none(), Ordering::Relaxed);
        value
    }
}

impl Variables for Input {
    fn variable(&self, name: &str) -> Option<Value> {
        (name == INPUT).then(|| self.0.clone())
    }
}
