//! The filters of Jinja2, `ansible.builtin`, and the pure ones of `community.general` and `ansible.utils`.
#![expect(clippy::needless_pass_by_value, reason = "all filters have one signature")]

mod combinatorics;
mod conditional;
mod datetime;
mod dicts;
mod digest;
mod encode;
mod glob;
mod human;
mod inputs;
mod inspect;
pub(super) mod ipaddr;
mod json_text;
mod markup;
mod number;
mod path;
mod query;
mod random;
mod regular;
#[cfg(test)]
mod rows;
mod select;
mod sequence;
mod serialize;
mod sets;
mod strptime;
#[cfg(test)]
mod testing;
mod text;
mod tojson;
mod url;
mod wrap;

use super::Filter;

/// The filters of one module: the name without a collection, and the function.
type Table = &'static [(&'static str, Filter)];

/// All filters, by the collections whose prefix their name may carry.
const TABLES: &[(&str, Table)] = &[
    ("ansible.builtin", combinatorics::FILTERS),
    ("ansible.builtin", conditional::FILTERS),
    ("ansible.builtin", datetime::BUILTIN),
    ("ansible.builtin", dicts::FILTERS),
    ("ansible.builtin", digest::BUILTIN),
    ("ansible.builtin", encode::BUILTIN),
    ("ansible.builtin", human::BUILTIN),
    ("ansible.builtin", inspect::BUILTIN),
    ("ansible.builtin", markup::FILTERS),
    ("ansible.builtin", number::FILTERS),
    ("ansible.builtin", path::BUILTIN),
    ("ansible.builtin", random::FILTERS),
    ("ansible.builtin", regular::BUILTIN),
    ("ansible.builtin", select::FILTERS),
    ("ansible.builtin", sequence::FILTERS),
    ("ansible.builtin", serialize::BUILTIN),
    ("ansible.builtin", sets::FILTERS),
    ("ansible.builtin", text::FILTERS),
    ("ansible.builtin", tojson::FILTERS),
    ("ansible.builtin", url::BUILTIN),
    ("ansible.builtin", wrap::FILTERS),
    ("community.general", query::COMMUNITY_GENERAL),
    ("ansible.utils", ipaddr::ANSIBLE_UTILS),
    ("ansible.netcommon", ipaddr::ANSIBLE_UTILS),
];

/// The filters of `ansible.builtin` that an inventory has no use for, and why.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("from_yaml_all", "a YAML text of several documents has no use here"),
    ("password_hash", "its salt is random, so the inventory would change from run to run"),
    ("unvault", "vault secrets are not available here"),
    ("vault", "vault secrets are not available here"),
];

/// Returns the filter of a name, short or fully qualified.
pub(super) fn find(name: &str) -> Option<Filter> {
    let (collection, short) =
        name.rsplit_once('.').map_or((None, name), |(prefix, short)| (Some(prefix), short));
    // Ansible's own filters have this second name.
    let collection = collection.map(|name| if name == "ansible.legacy" { "ansible.builtin" } else { name });
    let tables =
        TABLES.iter().filter(|(prefix, _)| collection.is_none_or(|collection| collection == *prefix));
    tables.flat_map(|(_, table)| *table).find(|(name, _)| *name == short).map(|(_, filter)| *filter)
}

/// Returns the short names of all filters.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().flat_map(|(_, table)| table.iter().map(|(name, _)| *name))
}

/// Returns why a filter of Ansible's does not exist here, for the message about an unknown filter.
pub(super) fn reason_against(name: &str) -> Option<&'static str> {
    let short = ["ansible.builtin.", "ansible.legacy."].iter().find_map(|prefix| name.strip_prefix(prefix));
    let short = short.unwrap_or(name);
    UNSUPPORTED.iter().find(|(name, _)| *name == short).map(|(_, reason)| *reason)
}

/// Tells whether a filter wants to see an undefined input or argument itself, as `default` does.
pub(super) fn accepts_undefined(name: &str) -> bool {
    let short = name.rsplit_once('.').map_or(name, |(_, short)| short);
    conditional::ACCEPT_UNDEFINED.contains(&short) || short == "type_debug"
}

#[cfg(test)]
mod tests;
