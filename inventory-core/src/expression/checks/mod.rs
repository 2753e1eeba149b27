//! The tests of Jinja2 and of `ansible.builtin`: what stands behind `is`.

mod basic;
mod files;
mod pep440;
mod results;
mod texts;
mod version;

use super::Check;
use super::filters::ipaddr;

type Table = &'static [(&'static str, Check)];

const TABLES: &[Table] =
    &[basic::TABLE, texts::TABLE, version::TABLE, files::TABLE, results::TABLE, ipaddr::CHECKS];

/// Returns the test of a name, short or fully qualified.
pub(super) fn find(name: &str) -> Option<Check> {
    let short = ["ansible.builtin.", "ansible.legacy."].iter().find_map(|prefix| name.strip_prefix(prefix));
    let short = short.unwrap_or(name);
    TABLES.iter().flat_map(|table| *table).find(|(name, _)| *name == short).map(|(_, check)| *check)
}

/// Returns the names of all tests.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().flat_map(|table| *table).map(|(name, _)| *name)
}

/// Tells whether a test wants to see an undefined input itself.
pub(super) fn accepts_undefined(name: &str) -> bool {
    matches!(name.rsplit('.').next(), Some("defined" | "undefined"))
}
