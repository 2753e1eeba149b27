//! What people should know about machines.

use std::fmt;

use crate::value::Text;

/// The machines that a line names; the others are counted.
pub(super) const EXAMPLES: usize = 3;

/// What a source found odd, for people: one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line; where it is about machines, the words that go on from "3 machines".
    pub message: String,
    /// Whether machines that were found are missing in the inventory, or their addresses: left out, or one host with others.
    pub is_loss: bool,
    /// The machines that it is about; none when the line is whole without.
    pub machines: Vec<Text>,
}

impl Note {
    /// Makes the note of machines that are missing.
    pub fn of_loss(message: impl Into<String>) -> Note {
        Note { is_loss: true, ..Note::from(message.into()) }
    }

    /// Makes a note about machines, in words that go on from "3 machines".
    pub fn of_machines(oddity: impl Into<String>, machines: Vec<Text>) -> Note {
        Note { machines, ..Note::from(oddity.into()) }
    }
}

impl From<String> for Note {
    /// Makes the note of what is only odd.
    fn from(message: String) -> Note {
        Note { message, is_loss: false, machines: Vec::new() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Note { message, machines, .. } = self;
        if machines.is_empty() {
            return f.write_str(message);
        }
        write!(f, "{} machines {message}: {}", machines.len(), examples(machines))
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

/// Joins notes that say the same, each in the place of its first: those about machines are about the machines of all.
pub fn joined(notes: impl IntoIterator<Item = Note>) -> Vec<Note> {
    let mut joined: Vec<Note> = Vec::new();
    for note in notes {
        let is_same = |other: &&mut Note| other.message == note.message && other.is_loss == note.is_loss;
        match joined.iter_mut().find(is_same) {
            Some(first) => first.machines.extend(note.machines),
            None => joined.push(note),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_note_of_several_scopes_is_one_line() {
        let of = |names: &[&str]| {
            Note::of_machines("have no `name`", names.iter().copied().map(Text::from).collect())
        };
        let notes = [of(&["a"]), Note::of_loss("gone"), of(&["b", "c", "d"]), Note::of_loss("gone")];
        let lines: Vec<String> = joined(notes).iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["4 machines have no `name`: a, b, c, ...", "gone"]);
    }
}
