//! How hosts are called.

use std::sync::Arc;

use crate::config::decode::Placed;
use crate::diagnostic::{Diagnostic, Origin, Source};
use crate::expression::{Environment, Escapes, Expression};
use crate::host::Machine;
use crate::value::{Text, Value};

/// Expressions of which the first that gives a text is a host's name.
#[derive(Debug)]
pub struct Names {
    preferences: Vec<Expression>,
}

/// How a machine is called where a configuration does not say.
pub const DEFAULT_NAMES: [&str; 3] = ["name", "private_dns", "id"];

impl Names {
    /// Compiles the preferences.
    ///
    /// # Errors
    /// Those that do not compile, each with its place.
    pub fn new(
        source: &Arc<Source>,
        preferences: &[Placed<String>],
        escapes: Escapes,
    ) -> Result<Names, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let compiled = preferences
            .iter()
            .filter_map(|text| compile(source, text, escapes).map_err(|error| errors.push(error)).ok());
        let preferences: Vec<Expression> = compiled.collect();
        if errors.is_empty() { Ok(Names { preferences }) } else { Err(errors) }
    }

    /// Returns the name of a machine; none when every preference gives nothing, or asks for something undefined.
    ///
    /// # Errors
    /// A preference that fails otherwise.
    pub(super) fn name(&self, machine: &Machine, environment: &Environment) -> Result<Option<Text>, String> {
        for preference in &self.preferences {
            let fail = |what: String| {
                format!("the name `{}` fails for `{}`: {what}", preference.source(), machine.host.id)
            };
            match preference.evaluate(machine, environment) {
                Ok(Value::Text(name)) if !name.trim().is_empty() => return Ok(Some(name)),
                Ok(Value::Text(_) | Value::Null) => {}
                Ok(Value::Int(number)) => return Ok(Some(number.to_string().into())),
                Ok(other) => return Err(fail(format!("it is a {}, not a text", other.type_name()))),
                Err(error) if error.is_undefined() => {}
                Err(error) => return Err(fail(error.to_string())),
            }
        }
        Ok(None)
    }
}

/// Compiles an expression of the configuration.
pub(super) fn compile(
    source: &Arc<Source>,
    text: &Placed<String>,
    escapes: Escapes,
) -> Result<Expression, Diagnostic> {
    Expression::parse(&text.value, escapes).map_err(|error| {
        let origin = Origin::File { source: Arc::clone(source), span: text.span };
        Diagnostic::error(format!("the expression `{}` cannot be evaluated: {error}", text.value.trim()))
            .with_origin(origin)
    })
}
