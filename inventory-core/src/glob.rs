//! Shell patterns as Python's `fnmatch` matches them.

/// Matches names: `*` stands for any text, `?` for any character, `[a-c]` and `[!a-c]` for those in or not in a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(char),
    Any,
    AnyText,
    Set { is_negative: bool, ranges: Vec<(char, char)> },
}

impl Part {
    fn matches(&self, character: char) -> bool {
        match self {
            Part::Text(text) => *text == character,
            Part::Any | Part::AnyText => true,
            Part::Set { is_negative, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&character)) != *is_negative
            }
        }
    }
}

impl Glob {
    /// Reads a pattern; any text is one, as a `[` without its `]` stands for itself.
    pub(crate) fn new(pattern: &str) -> Glob {
        let mut parts = Vec::new();
        let mut rest = pattern.chars();
        while let Some(character) = rest.next() {
            parts.push(match character {
                '*' => Part::AnyText,
                '?' => Part::Any,
                '[' => match read_set(rest.as_str()) {
                    Some((set, after)) => {
                        rest = after.chars();
                        set
                    }
                    None => Part::Text('['),
                },
                other => Part::Text(other),
            });
        }
        Glob { parts }
    }

    /// Tells whether the whole of a name matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let (mut part, mut rest) = (0, name.chars());
        // Where to go on after a mismatch: behind the last `*`, which then takes one more character.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut next = rest.clone();
            match (self.parts.get(part), next.next()) {
                (Some(Part::AnyText), _) => {
                    part += 1;
                    retry = Some((part, rest.clone()));
                    continue;
                }
                (Some(expected), Some(character)) if expected.matches(character) => {
                    part += 1;
                    rest = next;
                    continue;
                }
                (None, None) => return true,
                _ => {}
            }
            let Some((after, from)) = &mut retry else { return false };
            if from.next().is_none() {
                return false;
            }
            part = *after;
            rest = from.clone();
        }
    }
}

/// Reads a set after its `[`; returns it and the text after its `]`.
fn read_set(text: &str) -> Option<(Part, &str)> {
    let (is_negative, inner) = text.strip_prefix('!').map_or((false, text), |inner| (true, inner));
    // A `]` in front is one of the set.
    let from = usize::from(inner.starts_with(']'));
    let end = inner.get(from..)?.find(']')? + from;
    let characters: Vec<char> = inner.get(..end)?.chars().collect();
    let mut ranges = Vec::new();
    let mut left = characters.as_slice();
    loop {
        left = match left {
            [] => break,
            [first, '-', last, after @ ..] => {
                ranges.push((*first, *last));
                after
            }
            [single, after @ ..] => {
                ranges.push((*single, *single));
                after
            }
        };
    }
    Some((Part::Set { is_negative, ranges }, inner.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row is what `fnmatch.fnmatchcase` of Python 3.11 says.
    #[test]
    fn globs_match_as_in_python() {
        let rows = [
            ("a*b*c", "aXbbYc", true),
            ("a*b*c", "aXbbY", false),
            ("*", "", true),
            ("?", "", false),
            ("?", "é", true),
            ("[]a]", "]", true),
            ("[!]a]", "]", false),
            ("[a-c-e]", "d", false),
            ("[a-c-e]", "-", true),
            ("[a-c-e]", "b", true),
            ("[z-a]", "m", false),
            ("[!z-a]", "m", true),
            ("[a", "[a", true),
            ("[-a]", "-", true),
            ("[a-]", "-", true),
            ("a**b", "ab", true),
            ("*a*", "bab", true),
            ("[!a]*", "a", false),
            ("[\\d]", "d", true),
            ("x.y", "xzy", false),
            ("***a", "bca", true),
            ("A", "a", false),
            ("*", "a", true),
            ("*.yml", "a.yml", true),
            ("*.yml", "a.yaml", false),
            ("a*b*c", "aXbYbZc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[!]]", "]", false),
            ("", "", true),
            ("", "a", false),
            ("**", "abc", true),
        ];
        for (pattern, name, matches) in rows {
            assert_eq!(Glob::new(pattern).matches(name), matches, "{pattern} {name}");
        }
    }
}
