//! What is odd about the machines, for people.

use std::collections::BTreeMap;

use super::Note;
use crate::value::Text;

/// The machines that a warning names; the others are counted.
pub(super) const EXAMPLES: usize = 3;

/// Collects what is odd about machines: one warning for each kind of oddity, however many machines have it.
#[derive(Debug, Default)]
pub struct Oddities {
    machines: BTreeMap<String, Vec<Text>>,
    losses: BTreeMap<String, Vec<Text>>,
}

impl Oddities {
    /// Notes an oddity, in words that go on from "3 machines", of the machine of that name.
    pub fn note(&mut self, oddity: &str, machine: &str) {
        add(&mut self.machines, oddity, machine);
    }

    /// Notes an oddity that costs the machine its place in the inventory, or its address.
    pub fn lose(&mut self, oddity: &str, machine: &str) {
        add(&mut self.losses, oddity, machine);
    }

    /// Returns one line for each oddity.
    pub fn into_warnings(self) -> Vec<String> {
        self.into_notes().into_iter().map(|note| note.message).collect()
    }

    /// Returns one note for each oddity, the losses first.
    pub fn into_notes(self) -> Vec<Note> {
        let line = |(oddity, machines): (String, Vec<Text>)| {
            format!("{} machines {oddity}: {}", machines.len(), examples(&machines))
        };
        let losses = self.losses.into_iter().map(line).map(Note::of_loss);
        losses.chain(self.machines.into_iter().map(line).map(Note::from)).collect()
    }
}

fn add(to: &mut BTreeMap<String, Vec<Text>>, oddity: &str, machine: &str) {
    match to.get_mut(oddity) {
        Some(machines) => machines.push(Text::from(machine)),
        None => {
            to.insert(oddity.to_owned(), vec![Text::from(machine)]);
        }
    }
}

/// Returns the first few names.
pub(super) fn examples(names: &[Text]) -> String {
    let mut text = names.iter().take(EXAMPLES).map(Text::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > EXAMPLES {
        text.push_str(", ...");
    }
    text
}
