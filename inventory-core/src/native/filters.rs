//! Which machines count: `include` and `exclude`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::config::decode::Placed;
use crate::diagnostic::{Diagnostic, Source};
use crate::discovery::Note;
use crate::expression::{Environment, Escapes, Expression};
use crate::host::{FIELDS, Machine};
use crate::value::Value;

/// Conditions on machines. A machine counts when any of `include` holds, or there is none, and none of `exclude`.
///
/// A condition that asks for something undefined, such as a tag that a machine does not have, does not hold.
#[derive(Debug, Default)]
pub struct Filters {
    include: Vec<Expression>,
    exclude: Vec<Exclusion>,
}

/// A condition of `exclude`, and of how many machines it was asked.
#[derive(Debug)]
struct Exclusion {
    condition: Expression,
    asked: AtomicUsize,
    /// Those of which it could not be told, for it asks for something undefined.
    undefined: AtomicUsize,
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
        let exclusion = |condition| Exclusion {
            condition,
            asked: AtomicUsize::default(),
            undefined: AtomicUsize::default(),
        };
        let exclude = exclude.into_iter().map(exclusion).collect();
        if errors.is_empty() { Ok(Filters { include, exclude }) } else { Err(errors) }
    }

    /// Tells whether a machine counts.
    ///
    /// # Errors
    /// A condition that fails otherwise than by something undefined, or gives no boolean.
    pub(super) fn keep(&self, machine: &Machine, environment: &Environment) -> Result<bool, String> {
        let mut is_included = self.include.is_empty();
        for condition in &self.include {
            is_included = is_included || holds(condition, machine, environment)? == Some(true);
        }
        if !is_included {
            return Ok(false);
        }
        for Exclusion { condition, asked, undefined } in &self.exclude {
            asked.fetch_add(1, Ordering::Relaxed);
            match holds(condition, machine, environment)? {
                Some(true) => return Ok(false),
                Some(false) => {}
                None => {
                    undefined.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        Ok(true)
    }

    /// Tells which conditions of `exclude` ask for what no machine has: the machines that they mean are still there.
    pub(super) fn doubts(&self) -> impl Iterator<Item = Note> {
        let is_vain = |exclusion: &&Exclusion| {
            let [asked, undefined] =
                [&exclusion.asked, &exclusion.undefined].map(|count| count.load(Ordering::Relaxed));
            asked > 0 && asked == undefined
        };
        self.exclude.iter().filter(is_vain).map(|Exclusion { condition, .. }| {
            let condition = condition.source();
            Note::from(format!(
                "`exclude`: `{condition}` leaves out nothing: no machine has what it asks for"
            ))
        })
    }
}

/// Compiles a condition; one that only reads a field is an error, for no field of a host is a boolean.
fn compile(source: &Arc<Source>, text: &Placed<String>, escapes: Escapes) -> Result<Expression, Diagnostic> {
    let condition = super::names::compile(source, text, escapes)?;
    match condition.variable_of_path() {
        Some(field) if FIELDS.contains(&field.as_str()) => {
            let path = text.value.trim();
            let error = text.error(source, format!("`{path}` is no condition: it is not true or false"));
            Err(error.help(meant(path)))
        }
        _ => Ok(condition),
    }
}

/// Says what condition is meant by what only reads a field. A field that a machine does not have is null or empty, never
/// undefined: only a tag can be.
fn meant(path: &str) -> String {
    match path {
        "tags" => "write `'KEY' in tags`".to_owned(),
        "private_ips" | "public_ips" | "ipv6_ips" | "security_groups" => {
            format!("write `{path} | length > 0`, or `'VALUE' in {path}`")
        }
        _ if FIELDS.contains(&path) => {
            format!("write `{path} is not none`, or compare it: `{path} == 'VALUE'`")
        }
        _ => format!("write `{path} is defined`, or compare it: `{path} == 'VALUE'`"),
    }
}

/// Tells whether a condition holds; none where it asks for something undefined.
fn holds(
    condition: &Expression,
    machine: &Machine,
    environment: &Environment,
) -> Result<Option<bool>, String> {
    let fail = |what: String| {
        format!("the condition `{}` fails for `{}`: {what}", condition.source(), machine.host.id)
    };
    match condition.evaluate(machine, environment) {
        Ok(Value::Bool(truth)) => Ok(Some(truth)),
        Ok(other) => Err(fail(format!(
            "it is a {}, not a boolean; test it with `| bool`, `is not none`, `is defined` or `| length > 0`",
            other.type_name()
        ))),
        Err(error) if error.is_undefined() => Ok(None),
        Err(error) => Err(fail(error.to_string())),
    }
}
