//! The filters of Jinja2, `ansible.builtin`, and the pure ones of `community.general` and `ansible.utils`.

mod coerce;
mod datetime;
mod digest;
mod encode;
mod glob;
mod human;
mod inspect;
mod json_text;
mod path;
mod query;
mod regular;
#[cfg(test)]
mod rows;
mod serialize;
mod strftime;
mod strptime;
mod url;

use super::Filter;

/// The filters of one module: the name without a collection, and the function.
type Table = &'static [(&'static str, Filter)];

/// All filters, by the collections whose prefix their name may carry.
const TABLES: &[(&str, Table)] = &[
    ("ansible.builtin", datetime::BUILTIN),
    ("ansible.builtin", digest::BUILTIN),
    ("ansible.builtin", encode::BUILTIN),
    ("ansible.builtin", human::BUILTIN),
    ("ansible.builtin", inspect::BUILTIN),
    ("ansible.builtin", path::BUILTIN),
    ("ansible.builtin", regular::BUILTIN),
    ("ansible.builtin", serialize::BUILTIN),
    ("ansible.builtin", url::BUILTIN),
    ("community.general", query::COMMUNITY_GENERAL),
];

/// Returns the filter of a name, short or fully qualified.
pub(super) fn find(name: &str) -> Option<Filter> {
    let (collection, short) =
        name.rsplit_once('.').map_or((None, name), |(prefix, short)| (Some(prefix), short));
    let tables =
        TABLES.iter().filter(|(prefix, _)| collection.is_none_or(|collection| collection == *prefix));
    tables.flat_map(|(_, table)| *table).find(|(name, _)| *name == short).map(|(_, filter)| *filter)
}

/// Tells whether a filter wants to see an undefined input itself, as `default` does.
pub(super) fn accepts_undefined(name: &str) -> bool {
    matches!(name, "default" | "d")
}
