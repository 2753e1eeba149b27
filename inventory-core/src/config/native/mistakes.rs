//! What is wrong with a native file beyond the types of its values.

use std::sync::Arc;

use super::at;
use crate::diagnostic::{Diagnostic, Severity, Source};
use crate::yaml::{Document, Node, NodeValue};

/// The keys that say what becomes of machines.
const OF_MACHINES: [&str; 17] = [
    "names",
    "collisions",
    "address",
    "hostvars",
    "hostvars_prefix",
    "default_groups",
    "include",
    "exclude",
    "on_error",
    "cache",
    "shrink",
    "compose",
    "groups",
    "keyed_groups",
    "strict",
    "leading_separator",
    "use_extra_vars",
];

/// Returns an error for the first key that says nothing where all sources are files of plugins.
pub(super) fn idle_key(source: &Arc<Source>, entries: &[(Node, Node)]) -> Option<Diagnostic> {
    let (idle, name) = entries.iter().find_map(|(key, _)| {
        let name = key.as_str().filter(|name| OF_MACHINES.contains(name))?;
        Some((key, name))
    })?;
    let message = format!("`{name}` says nothing here: every source of this file is the file of a plugin");
    Some(
        at(source, idle, &message)
            .help("write it in the plugin's file where that has such an option, or leave it out"),
    )
}

/// Returns an error for a guard that has no earlier facts to compare with.
pub(super) fn idle_guard(source: &Arc<Source>, root: &Node) -> Option<Diagnostic> {
    let guard = root.get("shrink").filter(|guard| guard.value != NodeValue::Bool(false))?;
    let error = at(source, guard, "`shrink` compares with facts that are kept, and none are");
    Some(error.help("write `cache: {ttl: 10m}` too, or leave `shrink` out"))
}

/// Returns an error where a value is nothing, or a list of nothing: it would count as if it was not written, and ask for
/// everything where a template found nothing to write.
pub(super) fn empty_value(source: &Arc<Source>, name: &str, value: &Node) -> Option<Diagnostic> {
    let what = match &value.value {
        NodeValue::Null => "has no value",
        NodeValue::Sequence(items) if items.is_empty() => "is an empty list",
        _ => return None,
    };
    let error = at(source, value, &format!("`{name}` {what}"));
    Some(error.help(format!("leave `{name}` out where you mean what holds without it")))
}

/// Returns an error for each key that stands twice, of which one would be lost: half of the sources, say.
///
/// A plugin's file is another matter: there the last one counts, as for the plugin.
pub(super) fn repeated_keys(document: &Document) -> Vec<Diagnostic> {
    let refuse = |warning: &Diagnostic| {
        let mut error = Diagnostic { severity: Severity::Error, ..warning.clone() };
        error.label = "expected one of each key".to_owned();
        error.related.iter_mut().for_each(|(_, label)| *label = "it is given here already".to_owned());
        error
    };
    document.warnings.iter().map(refuse).collect()
}

/// Returns an error for each source that is called as an earlier one: messages could mean either.
pub(super) fn repeated_names(source: &Arc<Source>, items: &[Node]) -> Vec<Diagnostic> {
    let names: Vec<(&str, &Node)> = items
        .iter()
        .filter_map(|item| item.get("name"))
        .filter_map(|node| Some((node.as_str()?, node)))
        .collect();
    let repeated = names.iter().enumerate().filter_map(|(index, (name, node))| {
        let (_, first) = names.iter().take(index).find(|(earlier, _)| earlier == name)?;
        let error = at(source, node, &format!("two sources are called `{name}`"));
        Some(error.label("expected another name").related(first.span, "the first of them"))
    });
    repeated.collect()
}
