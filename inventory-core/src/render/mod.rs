//! Shows an inventory in the forms of `ansible-inventory`, and hands it over to the collection's plugin.
//!
//! All forms are deterministic, and written as they are made: none holds a second copy of the hosts.

mod graph;
mod hand_over;
mod json;
mod marshal;
mod script;
mod view;
mod yaml;

pub use self::graph::write_graph;
pub use self::hand_over::{HAND_OVER_FORMAT, write_hand_over};
pub use self::script::{Places, write_host, write_host_of_list, write_list};
pub use self::view::View;
pub use self::yaml::{write_host_yaml, write_list_yaml};

/// Returns a line for a terminal, to which no control character of it does anything.
pub fn plain(line: &str) -> String {
    let is_harmful = |character: char| character.is_control() && character != '\t';
    line.chars().map(|character| if is_harmful(character) { '\u{fffd}' } else { character }).collect()
}

#[cfg(test)]
mod tests;
