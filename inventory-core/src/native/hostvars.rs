//! Which variables hosts get.

use std::sync::Arc;

use super::RECORDS;
use crate::config::decode::Placed;
use crate::config::suggest::{closest, did_you_mean};
use crate::diagnostic::{Diagnostic, Source};
use crate::host::{FIELDS, Machine};
use crate::value::{Map, Shapes, Text, Value};

/// The word for all normalized fields.
const NORMALIZED: &str = "normalized";

/// The word for the record of the cloud.
const NATIVE: &str = "native";

/// The fields of a host that Ansible gets, and how they are called.
///
/// Ansible takes some 28 microseconds for every leaf value that it reads, so that a choice pays.
#[derive(Debug)]
pub struct Hostvars {
    /// The normalized fields, by name, and as variables.
    fields: Vec<(&'static str, Text)>,
    /// The clouds whose record is a variable too, and its name.
    records: Vec<(&'static str, Text)>,
}

impl Hostvars {
    /// Makes a choice of words: `normalized`, `native`, and names of fields and records.
    ///
    /// # Errors
    /// Words that are none of these, each with its place.
    pub fn new(
        source: &Arc<Source>,
        words: &[Placed<String>],
        prefix: &str,
    ) -> Result<Hostvars, Vec<Diagnostic>> {
        let variable = |name: &'static str| (name, Text::from(format!("{prefix}{name}")));
        let mut chosen = Hostvars { fields: Vec::new(), records: Vec::new() };
        let mut errors = Vec::new();
        for word in words {
            let named = |names: &[&'static str]| names.iter().copied().find(|name| *name == word.value);
            match word.value.as_str() {
                NORMALIZED => chosen.fields.extend(FIELDS.map(variable)),
                NATIVE => chosen.records.extend(RECORDS.map(variable)),
                _ => match (named(&FIELDS), named(&RECORDS)) {
                    (Some(field), _) => chosen.fields.push(variable(field)),
                    (_, Some(record)) => chosen.records.push(variable(record)),
                    _ => errors.push(unknown(source, word)),
                },
            }
        }
        for variables in [&mut chosen.fields, &mut chosen.records] {
            variables.sort_by_key(|(name, _)| FIELDS.iter().position(|field| field == name));
            variables.dedup();
        }
        if errors.is_empty() { Ok(chosen) } else { Err(errors) }
    }

    /// Returns all normalized fields, which is what hosts get where a configuration does not say.
    pub fn normalized(prefix: &str) -> Hostvars {
        let variable = |name: &'static str| (name, Text::from(format!("{prefix}{name}")));
        Hostvars { fields: FIELDS.map(variable).to_vec(), records: Vec::new() }
    }

    /// Returns the variables of a machine.
    pub(super) fn of(&self, machine: &Machine, shapes: &mut Shapes) -> Arc<Map> {
        let mut variables = Map::with_capacity(self.fields.len() + 1);
        for (field, variable) in &self.fields {
            variables.push(variable.clone(), machine.host.field(field).unwrap_or_default());
        }
        for (record, variable) in &self.records {
            if *record == machine.host.provider {
                variables.push(variable.clone(), Value::Map(Arc::clone(&machine.record)));
            }
        }
        shapes.share_all(&mut variables);
        Arc::new(variables)
    }
}

fn unknown(source: &Arc<Source>, word: &Placed<String>) -> Diagnostic {
    let known = || [NORMALIZED, NATIVE].into_iter().chain(FIELDS).chain(RECORDS);
    let error = word.error(source, format!("`{}` is no field of a host", word.value));
    match closest(&word.value, known()) {
        Some(near) => error.help(did_you_mean(near)),
        None => error.label("expected `normalized`, `native`, or the name of a field"),
    }
}
