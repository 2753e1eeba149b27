//! Reads which resource groups are asked for what.

use inventory_core::config::native::Backend;
use inventory_core::config::options::{OptionName, Options};
use inventory_core::diagnostic::Diagnostic;

use super::Findings;
use crate::fetch::{Group, Query};

const MACHINES: OptionName = OptionName::new("include_vm_resource_groups");
const SCALE_SETS: OptionName = OptionName::new("include_vmss_resource_groups");
const HCI: OptionName = OptionName::new("include_hcivm_resource_groups");
const ARC: OptionName = OptionName::new("include_arc_resource_groups");

/// Variables that take the place of an option when they are not empty.
const MACHINES_VARIABLE: &str = "ANSIBLE_AZURE_VM_RESOURCE_GROUPS";
const SCALE_SETS_VARIABLE: &str = "ANSIBLE_AZURE_VMSS_RESOURCE_GROUPS";

/// Reads the options of the query.
pub(super) fn read(options: &mut Options<'_>, findings: &mut Findings) -> Query {
    let mut groups = |name: &OptionName, variable: Option<&str>, default: &[Group]| {
        // The option is read even where it does not count, so that it is checked and known.
        let listed = list(options, name, findings).unwrap_or_else(|| default.to_vec());
        let named = variable.and_then(|name| options.environment().get(name)).filter(|text| !text.is_empty());
        match named {
            Some(text) => distinct(text.split(',').map(Group::named)),
            None => listed,
        }
    };
    Query {
        backend: Backend::default(),
        machines: groups(&MACHINES, Some(MACHINES_VARIABLE), &[Group::All]),
        scale_sets: groups(&SCALE_SETS, Some(SCALE_SETS_VARIABLE), &[]),
        hci: groups(&HCI, None, &[]),
        arc: groups(&ARC, None, &[]),
    }
}

fn list(options: &mut Options<'_>, name: &OptionName, findings: &mut Findings) -> Option<Vec<Group>> {
    let list = findings.take(options.list(name)).flatten()?;
    let mut groups = Vec::new();
    for item in &list.value {
        match item.as_str() {
            Some(text) => groups.push(Group::named(text)),
            None => {
                let message = format!("`{}` holds {}", name.name, item.value.kind());
                let error = Diagnostic::error(message).with_origin(list.origin_of(item));
                findings.errors.push(error.label("expected the name of a resource group, or `'*'`"));
            }
        }
    }
    Some(distinct(groups))
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
