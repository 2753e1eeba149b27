//! Fetches what Compute Engine has in a project, and which projects are in folders.

mod folders;
mod list;
mod model;
mod notes;
mod page;

pub(crate) use self::folders::{Projects, projects};
pub(crate) use self::list::project;
pub(crate) use self::notes::Notes;

#[cfg(test)]
mod tests;
