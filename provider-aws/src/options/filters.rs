//! Reads `filters`, `include_filters` and `exclude_filters`.

use inventory_core::config::options::{OptionName, Options, Pairs};
use inventory_core::config::suggest::did_you_mean;
use inventory_core::config::template::Templates;
use inventory_core::diagnostic::{Diagnostic, Origin};
use inventory_core::value::Value;
use inventory_core::yaml::Node;

use super::{Findings, filter_names};
use crate::sweep::{Filter, Sweep};

const FILTERS: OptionName = OptionName::new("filters");
const INCLUDE_FILTERS: OptionName = OptionName::new("include_filters");
const EXCLUDE_FILTERS: OptionName = OptionName::new("exclude_filters");

/// Returns the searches to include and those to exclude.
///
/// `filters` is the first to include unless it is empty; without any, all machines are.
pub(super) fn read(
    options: &mut Options<'_>,
    templates: &Templates<'_>,
    findings: &mut Findings,
) -> (Vec<Sweep>, Vec<Sweep>) {
    let mut include = Vec::new();
    if let Some(filters) = findings.take(options.mapping(&FILTERS)).flatten()
        && !filters.value.is_empty()
    {
        let origin = |node: &Node| filters.origin_of(node);
        include.push(sweep(&filters.value, &origin, Some(templates), findings));
    }
    include.extend(sweeps(options, &INCLUDE_FILTERS, findings));
    let exclude = sweeps(options, &EXCLUDE_FILTERS, findings);
    if include.is_empty() {
        include.push(Sweep::new(Vec::new()));
    }
    (include, exclude)
}

fn sweeps(options: &mut Options<'_>, name: &OptionName, findings: &mut Findings) -> Vec<Sweep> {
    let Some(list) = findings.take(options.list(name)).flatten() else { return Vec::new() };
    let origin = |node: &Node| list.origin_of(node);
    let mut sweeps = Vec::new();
    for item in &list.value {
        match item.as_mapping() {
            Some(pairs) => sweeps.push(sweep(&pairs.to_vec(), &origin, None, findings)),
            None => {
                let message = format!("`{}` holds {}", name.name, item.value.kind());
                let error = Diagnostic::error(message).with_origin(origin(item));
                findings.errors.push(error.label("expected a mapping such as `tag:Role: [web]`"));
            }
        }
    }
    sweeps
}

/// Makes the search of one mapping; only the values of `filters` are templates.
fn sweep(
    pairs: &Pairs,
    origin: &dyn Fn(&Node) -> Origin,
    templates: Option<&Templates<'_>>,
    findings: &mut Findings,
) -> Sweep {
    let mut filters = Vec::new();
    for (key, node) in pairs {
        let Some(name) = key.as_str() else {
            let message = format!("the name of a filter is {}", key.value.kind());
            findings
                .errors
                .push(Diagnostic::error(message).with_origin(origin(key)).label("expected a string"));
            continue;
        };
        let value = match templates {
            Some(templates) => findings.take(templates.value(name, node, &origin(node))),
            None => Some(node.to_value()),
        };
        let Some(value) = value else { continue };
        match values(&value) {
            Some(values) => {
                findings.warnings.extend(doubt(name, origin(key)));
                filters.push(Filter { name: name.to_owned(), values });
            }
            None => {
                let message = format!("the filter `{name}` is {}", describe(&value));
                let error = Diagnostic::error(message).with_origin(origin(node));
                findings.errors.push(error.label("expected a string, or a list of strings"));
            }
        }
    }
    Sweep::new(filters)
}

/// Doubts a filter that EC2 does not document; the API has the last word.
pub(crate) fn doubt(name: &str, origin: Origin) -> Option<Diagnostic> {
    if filter_names::is_known(name) {
        return None;
    }
    let message = format!("EC2 documents no filter `{name}` for instances");
    let warning = Diagnostic::warning(message).with_origin(origin).label("expected the name of a filter");
    Some(filter_names::suggest(name).iter().fold(warning, |warning, meant| warning.help(did_you_mean(meant))))
}

/// Returns the values as they are sent: a boolean in small letters, an integer as text, a list only of texts.
fn values(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Bool(truth) => Some(vec![truth.to_string()]),
        Value::Int(_) | Value::BigInt(_) | Value::Text(_) => Some(vec![value.to_string()]),
        Value::List(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::List(_) => "a list that holds more than strings: put the others in quotes".to_owned(),
        other => format!("a {}", other.type_name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_what_the_plugin_sends() {
        let rows = [
            (Value::from(true), Some(vec!["true"])),
            (Value::from(16), Some(vec!["16"])),
            (Value::from("web"), Some(vec!["web"])),
            (Value::from(""), Some(vec![""])),
            (Value::list(["a", "b"].map(Value::from)), Some(vec!["a", "b"])),
            (Value::list([]), Some(vec![])),
            (Value::list([Value::from("a"), Value::from(1)]), None),
            (Value::Null, None),
            (Value::from(1.5), None),
            (Value::from(inventory_core::value::Map::new()), None),
        ];
        for (given, expected) in rows {
            let expected = expected.map(|values| values.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(values(&given), expected, "{given:?}");
        }
    }
}
