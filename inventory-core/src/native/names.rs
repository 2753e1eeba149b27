//! How hosts are called.

use std::sync::Arc;

use super::{RECORDS, SYNONYMS};
use crate::config::decode::Placed;
use crate::config::suggest::{closest, did_you_mean};
use crate::diagnostic::{Diagnostic, Source};
use crate::expression::{Environment, Escapes, Expression};
use crate::grouping::written::{COMPARE, assigns};
use crate::host::{FIELDS, Machine};
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

/// Returns the expression for what a name is made of in the files of Ansible's plugins.
fn meant_by_plugin(preference: &str) -> Option<String> {
    if let Some(tag) = preference.strip_prefix("tag:") {
        let is_plain = !tag.is_empty() && !tag.contains(['\'', '\\', '"']);
        return Some(format!("tags['{}']", if is_plain { tag } else { "KEY" }));
    }
    let meant = match preference {
        "dns-name" => "public_dns",
        "instance-id" => "id",
        "ip-address" => "public_ips[0]",
        "private-dns-name" => "private_dns",
        "private-ip-address" => "private_ips[0]",
        _ => return None,
    };
    Some(meant.to_owned())
}

/// Compiles an expression over machines.
///
/// Only what machines have can be in it. Unlike in rules, which see variables of other origins too, any other name is a
/// mistake: it would be undefined for every machine, so that a condition holds for none, without a word.
pub(super) fn compile(
    source: &Arc<Source>,
    text: &Placed<String>,
    escapes: Escapes,
) -> Result<Expression, Diagnostic> {
    if let Some(meant) = meant_by_plugin(text.value.trim()) {
        let error = text.error(source, format!("`{}` is no expression over hosts", text.value.trim()));
        return Err(error.help(format!("write `{meant}`")));
    }
    let expression = Expression::parse(&text.value, escapes).map_err(|fault| {
        let written = text.value.trim();
        let error = text.error(source, format!("the expression `{written}` cannot be evaluated: {fault}"));
        if fault.is_syntax() && assigns(written) { error.help(COMPARE) } else { error }
    })?;
    let known = || FIELDS.into_iter().chain(RECORDS);
    let variables = expression.variables();
    match variables.iter().find(|variable| known().all(|name| name != variable.as_str())) {
        None => Ok(expression),
        Some(variable) => {
            let error = text.error(source, format!("`{variable}` is no field of a host"));
            let synonym = SYNONYMS.iter().find(|(other, _)| other == variable).map(|(_, name)| *name);
            Err(match synonym.or_else(|| closest(variable, known())) {
                Some(near) => error.help(did_you_mean(near)),
                None => error.help(format!("a text needs quotes of its own: `'{variable}'`")),
            })
        }
    }
}
