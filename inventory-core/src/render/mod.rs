//! Shows an inventory in the forms of `ansible-inventory`.
//!
//! All forms are deterministic, and written as they are made: none holds a second copy of the hosts.

mod graph;
mod json;
mod script;
mod view;

pub use self::graph::write_graph;
pub use self::script::{write_host, write_list};
pub use self::view::View;

#[cfg(test)]
mod tests;
