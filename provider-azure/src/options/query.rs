//! Reads which resource groups are asked for what.

use inventory_core::config::native::Backend;
use inventory_core::config::options::{OptionName, Options};
use inventory_core::diagnostic::{Diagnostic, Origin};
use inventory_core::yaml::NodeValue;

use super::Findings;
use crate::fetch::{Group, Query};

const MACHINES: OptionName = OptionName::new("include_vm_resource_groups");
const SCALE_SETS: OptionName = OptionName::new("include_vmss_resource_groups");
const HCI: OptionName = OptionName::new("include_hcivm_resource_groups");
const ARC: OptionName = OptionName::new("include_arc_resource_groups");

/// Variables that take the place of an option when they are not empty.
const MACHINES_VARIABLE: &str = "ANSIBLE_AZURE_VM_RESOURCE_GROUPS";
const SCALE_SETS_VARIABLE: &str = "ANSIBLE_AZURE_VMSS_RESOURCE_GROUPS";

const EXPECTED: &str = "expected the name of a resource group, or `'*'`";

/// Reads the options of the query.
pub(super) fn read(options: &mut Options<'_>, findings: &mut Findings) -> Query {
    let mut groups = |name: &OptionName, variable: Option<&'static str>, default: &[Group]| {
        // The option is read even where it does not count, so that it is checked and known.
        let listed = list(options, name, findings).unwrap_or_else(|| default.to_vec());
        let named = variable.and_then(|name| Some((name, options.environment().get(name)?)));
        match named.filter(|(_, text)| !text.is_empty()) {
            Some((variable, text)) => {
                let origin = || Origin::Environment(variable.to_owned());
                distinct(text.split(',').filter_map(|part| group(variable, part, origin, findings)))
            }
            None => listed,
        }
    };
    Query {
        backend: Backend::default(),
        machines: groups(&MACHINES, Some(MACHINES_VARIABLE), &[Group::All]),
        scale_sets: groups(&SCALE_SETS, Some(SCALE_SETS_VARIABLE), &[]),
        hci: groups(&HCI, None, &[]),
        arc: groups(&ARC, None, &[]),
        may_lack_groups: false,
    }
}

fn list(options: &mut Options<'_>, name: &OptionName, findings: &mut Findings) -> Option<Vec<Group>> {
    let is_text =
        findings.take(options.raw(name)).flatten().is_some_and(|found| found.value.as_str().is_some());
    let list = findings.take(options.list(name)).flatten()?;
    let mut groups = Vec::new();
    for item in &list.value {
        let origin = || list.origin_of(item);
        match &item.value {
            NodeValue::String(text) if text.text.is_empty() && !is_text => {
                let warning = Diagnostic::warning(format!("`{}` holds an empty name", name.name));
                let warning =
                    warning.with_origin(origin()).label("it means all resource groups; write `'*'`");
                findings.warnings.push(warning);
                groups.push(Group::All);
            }
            NodeValue::String(text) => groups.extend(group(name.name, &text.text, origin, findings)),
            // The name of a group may be made of digits.
            NodeValue::Int(number) => groups.push(Group::named(&number.to_string())),
            value => {
                let message = format!("`{}` holds {}", name.name, value.kind());
                findings.errors.push(Diagnostic::error(message).with_origin(origin()).label(EXPECTED));
            }
        }
    }
    Some(distinct(groups))
}

/// Reads the name of a group; what is blank, such as behind a last comma, is an error and not all groups.
fn group(option: &str, text: &str, origin: impl Fn() -> Origin, findings: &mut Findings) -> Option<Group> {
    if text.trim().is_empty() {
        let error = Diagnostic::error(format!("`{option}` holds a blank name")).with_origin(origin());
        findings.errors.push(error.label(EXPECTED));
        return None;
    }
    Some(Group::named(text))
}

fn distinct(groups: impl IntoIterator<Item = Group>) -> Vec<Group> {
    let mut distinct = Vec::new();
    for group in groups {
        if !distinct.contains(&group) {
            distinct.push(group);
        }
    }
    distinct
}
