//! How hosts get their names: `hostnames` and `plain_host_names`.

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::expression::{self, Environment, Expression, Variables};
use inventory_core::value::{Map, Text, Value};

use inventory_core::discovery::Oddities;

/// One way to name a host.
#[derive(Debug)]
pub(crate) enum Preference {
    /// The name that the plugin makes by default.
    Default,
    /// The value of an expression, with its text.
    Expression(String, Result<Expression, expression::Error>),
}

/// How hosts get their names.
#[derive(Debug)]
pub(crate) struct Hostnames {
    /// The ways, the best one first.
    pub(crate) preferences: Vec<Preference>,
    /// Whether an expression that fails is the failure of all.
    pub(crate) strict: bool,
    /// Variables that win over those of the machine.
    pub(crate) extra_variables: Map,
}

impl Hostnames {
    /// Returns the name of a machine.
    ///
    /// An expression over something that this machine lacks finds nothing, strict or not: that is what the next
    /// preference is for.
    ///
    /// # Errors
    /// In a strict configuration, an expression that fails otherwise, and a machine for which no preference finds a
    /// name.
    pub(crate) fn name(
        &self,
        default: &Text,
        variables: &Map,
        environment: &Environment,
        oddities: &mut Oddities,
    ) -> Result<Text, Error> {
        let scope = Scope { variables, extra: &self.extra_variables };
        let mut causes = Vec::new();
        for preference in &self.preferences {
            let (text, expression) = match preference {
                Preference::Default => return Ok(default.clone()),
                Preference::Expression(text, expression) => (text, expression),
            };
            let expression = expression.as_ref().map_err(Clone::clone);
            match expression.and_then(|expression| expression.evaluate(&scope, environment)) {
                Ok(Value::Omit) => causes.push(format!("`{text}` is `omit`")),
                Ok(value) if value.is_true() => return Ok(Text::from(value.to_string())),
                Ok(_) => causes.push(format!("`{text}` is empty")),
                Err(error) if self.strict && !error.is_undefined() => {
                    return Err(failure(format!("`{text}` in `hostnames` failed for `{default}`: {error}")));
                }
                Err(error) => {
                    oddities.note(&format!("get no name of `{text}` in `hostnames`"), default);
                    causes.push(format!("`{text}` fails: {error}"));
                }
            }
        }
        if self.strict {
            let message = format!("`hostnames` finds no name for `{default}`: {}", causes.join("; "));
            return Err(failure(message).with_hint("add `default` as the last of `hostnames`"));
        }
        oddities.note("have no other name in `hostnames` than the default one", default);
        Ok(default.clone())
    }
}

fn failure(message: String) -> Error {
    Error::new(ErrorKind::Config, "name hosts", message)
}

/// What expressions for names see: the extra variables, then those of the machine.
struct Scope<'a> {
    variables: &'a Map,
    extra: &'a Map,
}

impl Variables for Scope<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        self.extra.get(name).or_else(|| self.variables.get(name)).cloned()
    }
}
