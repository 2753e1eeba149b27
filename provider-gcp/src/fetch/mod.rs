//! Fetches what Compute Engine has in a project, and which projects are in folders.

mod folders;
mod list;
mod model;
mod notes;
mod page;

pub(crate) use self::folders::{Found, Projects, projects, search};
pub(crate) use self::list::project;

#[cfg(test)]
mod tests;
