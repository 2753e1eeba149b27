//! Which machines count: `include` and `exclude`.

use std::sync::Arc;

use crate::config::decode::Placed;
use crate::diagnostic::{Diagnostic, Source};
use crate::expression::{Environment, Escapes, Expression};
use crate::host::{FIELDS, Machine};
use crate::value::Value;

/// Conditions on machines. A machine counts when any of `include` holds, or there is none, and none of `exclude`.
///
/// A condition that asks for something undefined, such as a tag that a machine does not have, does not hold.
#[derive(Debug, Default)]
pub struct Filters {
    include: Vec<Expression>,
    exclude: Vec<Expression>,
}

impl Filters {
    /// Compiles conditions.
    ///
    /// # Errors
    /// Those that do not compile, each with its place.
    pub fn new(
        source: &Arc<Source>,
        include: &[Placed<String>],
        exclude: &[Placed<String>],
        escapes: Escapes,
    ) -> Result<Filters, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut compile_all = |texts: &[Placed<String>]| -> Vec<Expression> {
            let compiled = texts
                .iter()
                .filter_map(|text| compile(source, text, escapes).map_err(|error| errors.push(error)).ok());
            compiled.collect()
        };
        let (include, exclude) = (compile_all(include), compile_all(exclude));
        if errors.is_empty() { Ok(Filters { include, exclude }) } else { Err(errors) }
    }

    /// Tells whether a machine counts.
    ///
    /// # Errors
    /// A condition that fails otherwise than by something undefined, or gives no boolean.
    pub(super) fn keep(&self, machine: &Machine, environment: &Environment) -> Result<bool, String> {
        let any = |conditions: &[Expression]| {
            conditions.iter().try_fold(false, |holds, condition| {
                Ok::<_, String>(holds || self::holds(condition, machine, environment)?)
            })
        };
        Ok((self.include.is_empty() || any(&self.include)?) && !any(&self.exclude)?)
    }
}

/// Compiles a condition; one that only reads a field is an error, for no field of a host is a boolean.
fn compile(source: &Arc<Source>, text: &Placed<String>, escapes: Escapes) -> Result<Expression, Diagnostic> {
    let condition = super::names::compile(source, text, escapes)?;
    match condition.read_variable() {
        Some(field) if FIELDS.contains(&field.as_str()) => {
            let path = text.value.trim();
            let error = text.error(source, format!("`{path}` is no condition: it is not true or false"));
            Err(error.help(format!("write `{path} is defined`, or compare it: `{path} == 'VALUE'`")))
        }
        _ => Ok(condition),
    }
}

fn holds(condition: &Expression, machine: &Machine, environment: &Environment) -> Result<bool, String> {
    let fail = |what: String| {
        format!("the condition `{}` fails for `{}`: {what}", condition.source(), machine.host.id)
    };
    match condition.evaluate(machine, environment) {
        Ok(Value::Bool(truth)) => Ok(truth),
        Ok(other) => Err(fail(format!(
            "it is a {}, not a boolean; test it with `| bool`, `is defined` or `| length > 0`",
            other.type_name()
        ))),
        Err(error) if error.is_undefined() => Ok(false),
        Err(error) => Err(fail(error.to_string())),
    }
}
