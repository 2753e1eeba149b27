//! Which machines have one name, for people: they become one host.

use std::collections::BTreeMap;

use super::Note;
use super::note::{EXAMPLES, examples};
use crate::value::Text;

/// Collects the machines of each name.
#[derive(Debug, Default)]
pub struct Owners {
    machines: BTreeMap<Text, Vec<Text>>,
}

impl Owners {
    /// Notes that a machine gets a name; `place` is what tells it from others.
    pub fn note(&mut self, name: &Text, place: Text) {
        self.machines.entry(name.clone()).or_default().push(place);
    }

    /// Returns a line for each of the first names that several machines have, and one that counts the others.
    pub fn into_notes(mut self) -> Vec<Note> {
        self.machines.retain(|_, machines| machines.len() > 1);
        let line = |(name, machines): (&Text, &Vec<Text>)| {
            let (count, examples) = (machines.len(), examples(machines));
            format!("{count} machines are called `{name}` and become one host: {examples}")
        };
        let mut lines: Vec<_> = self.machines.iter().take(EXAMPLES).map(line).collect();
        if let Some(more @ 1..) = self.machines.len().checked_sub(EXAMPLES) {
            lines.push(format!("{more} more names are those of several machines each"));
        }
        lines.into_iter().map(Note::of_loss).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(names: &[&str]) -> Vec<String> {
        let mut owners = Owners::default();
        for (place, name) in names.iter().enumerate() {
            owners.note(&Text::from(*name), Text::from(format!("at {place}")));
        }
        owners.into_notes().into_iter().map(|note| note.message).collect()
    }

    #[test]
    fn only_the_first_names_are_told_in_full() {
        assert_eq!(lines(&["a", "b", "c"]), Vec::<String>::new());
        let told = lines(&["b", "a", "b", "a", "b", "b", "c"]);
        assert_eq!(
            told,
            [
                "2 machines are called `a` and become one host: at 1, at 3",
                "4 machines are called `b` and become one host: at 0, at 2, at 4, ...",
            ]
        );
        let told = lines(&["a", "b", "c", "d", "e", "a", "b", "c", "d", "e"]);
        assert_eq!(told.len(), 4);
        assert_eq!(told[3], "2 more names are those of several machines each");
    }
}
