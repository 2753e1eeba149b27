//! Names of filters, tests, functions and lookups that this program does not know.

use super::super::nodes::{ArgumentNodes, Kind, Node};
use super::super::{Error, checks, filters, functions};
use crate::value::Value;

/// The error of a filter that does not exist.
pub(in super::super) fn unknown_filter(name: &str) -> Error {
    match filters::reason_against(name) {
        Some(reason) => Error::unsupported(format!("the filter `{name}` is not supported: {reason}")),
        None => unknown("filter", name, filters::names()),
    }
}

/// The error of a test that does not exist.
pub(in super::super) fn unknown_test(name: &str) -> Error {
    unknown("test", name, checks::names())
}

fn unknown(kind: &str, name: &str, known: impl Iterator<Item = &'static str>) -> Error {
    if is_of_collection(name) {
        let words = format!("the {kind} `{name}` is not supported: plugins of collections are not run");
        return Error::unsupported(words);
    }
    let near = known.map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    match near {
        Some((distance, known)) if distance <= 2 => {
            Error::syntax(format!("there is no {kind} `{name}`: did you mean `{known}`?"))
        }
        _ => Error::syntax(format!("there is no {kind} `{name}`")),
    }
}

/// Tells whether a name is `namespace.collection.name`, of a collection that is not Ansible's own: all of those are
/// known.
fn is_of_collection(name: &str) -> bool {
    let is_builtin = ["ansible.builtin.", "ansible.legacy."].iter().any(|prefix| name.starts_with(prefix));
    !is_builtin && name.split('.').count() >= 3 && name.split('.').all(|part| !part.is_empty())
}

/// Fails for a call of a function, or of a lookup with a constant name, that Ansible has and this program does not.
pub(super) fn check_call(function: &Node, arguments: &ArgumentNodes) -> Result<(), Error> {
    match &function.kind {
        Kind::Variable(name) if functions::is_lookup(name) => {
            constant(arguments, 0).map_or(Ok(()), functions::refuse_lookup)
        }
        Kind::Variable(name) => functions::refuse(name),
        Kind::Attribute { object, name } => match &object.kind {
            Kind::Variable(object) if object == "loop" && name == "changed" => {
                functions::refuse("loop.changed")
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Fails for a filter like `map` or `select` whose argument is the name of a filter or test that Ansible has and this
/// program does not.
pub(super) fn check_arguments(filter: &str, arguments: &ArgumentNodes) -> Result<(), Error> {
    let error = match filter.rsplit('.').next() {
        Some("map") => {
            constant(arguments, 0).filter(|name| filters::find(name).is_none()).map(unknown_filter)
        }
        Some("select" | "reject") => {
            constant(arguments, 0).filter(|name| checks::find(name).is_none()).map(unknown_test)
        }
        Some("selectattr" | "rejectattr") => {
            constant(arguments, 1).filter(|name| checks::find(name).is_none()).map(unknown_test)
        }
        _ => None,
    };
    // What is no name at all fails when it is used.
    match error.filter(Error::is_unsupported) {
        Some(error) => {
            let places = arguments.positional.iter().map(|(node, _)| node.place.clone());
            Err(places.reduce(|a, b| a.start..b.end).into_iter().fold(error, Error::at))
        }
        None => Ok(()),
    }
}

fn constant(arguments: &ArgumentNodes, place: usize) -> Option<&str> {
    match arguments.positional.get(place) {
        Some((Node { kind: Kind::Constant(Value::Text(text)), .. }, false)) => Some(text),
        _ => None,
    }
}
