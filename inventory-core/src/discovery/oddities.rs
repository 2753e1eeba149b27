//! What is odd about the machines, for people.

use std::collections::BTreeMap;

use super::Note;
use crate::value::Text;

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

    /// Returns one note for each oddity, the losses first.
    pub fn into_notes(self) -> Vec<Note> {
        let note = |(oddity, machines): (String, Vec<Text>)| Note::of_machines(oddity, machines);
        let losses = self.losses.into_iter().map(note).map(|note| Note { is_loss: true, ..note });
        losses.chain(self.machines.into_iter().map(note)).collect()
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
