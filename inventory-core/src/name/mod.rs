//! Names of groups, and strings that Ansible would take for templates.

mod ranges;

use std::borrow::Cow;

/// How a text becomes the name of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sanitizer {
    /// Ansible's own: what Python's `\w` does not match becomes `_`, a digit in front too (`^[\d\W]|[^\w]`).
    #[default]
    Ansible,
    /// That of the inventory scripts before the plugins: what is not an ASCII letter or digit, `_` or `-` becomes `_`.
    ContribScript,
    /// None: the name stays as it is.
    Unchanged,
}

impl Sanitizer {
    /// Returns the name that a text becomes, one `_` for each character replaced.
    pub fn clean<'a>(self, text: &'a str) -> Cow<'a, str> {
        let keeps: fn(usize, char) -> bool = match self {
            Sanitizer::Ansible => {
                |place, character| is_word(character) && !(place == 0 && is_decimal(character))
            }
            Sanitizer::ContribScript => {
                |_, character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
            }
            Sanitizer::Unchanged => return Cow::Borrowed(text),
        };
        if text.char_indices().all(|(place, character)| keeps(place, character)) {
            return Cow::Borrowed(text);
        }
        let cleaned = text
            .char_indices()
            .map(|(place, character)| if keeps(place, character) { character } else { '_' });
        Cow::Owned(cleaned.collect())
    }
}

/// Tells whether Python's `\w` matches a character.
fn is_word(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == '_';
    }
    contains(ranges::WORD, character)
}

/// Tells whether Python's `\d` matches a character.
fn is_decimal(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_digit() } else { contains(ranges::DECIMAL, character) }
}

fn contains(ranges: &[(u32, u32)], character: char) -> bool {
    let code = u32::from(character);
    let after = ranges.partition_point(|(first, _)| *first <= code);
    after.checked_sub(1).and_then(|place| ranges.get(place)).is_some_and(|(_, last)| code <= *last)
}

/// Tells whether Ansible could take a text for a template, were it trusted.
///
/// Besides Jinja2's delimiters that is a text that begins with `#jinja2:`: this header changes the delimiters.
pub fn looks_like_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.starts_with("#jinja2:")
        || bytes.windows(2).any(|pair| pair[0] == b'{' && matches!(pair[1], b'{' | b'%' | b'#'))
}

/// Tells whether a name means something else to Ansible where hosts or groups are named in JSON, or is one of those that
/// such names get instead: with one `_` more for each of these, no two names become one.
pub fn is_reserved(name: &str) -> bool {
    matches!(name.trim_end_matches('_'), "_meta" | "__ansible_unsafe" | "__ansible_vault" | "__ansible_type")
}

#[cfg(test)]
mod tests {
    use crate::testing::properties;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn group_names_are_cleaned_as_ansible_does() {
        let rows = [
            ("abc", "abc"),
            ("", ""),
            ("123", "_23"),
            ("1abc", "_abc"),
            ("_1", "_1"),
            ("größe ☃ x", "größe___x"),
            ("a-b.c/d:e", "a_b_c_d_e"),
            ("☃", "_"),
            ("Ключ", "Ключ"),
            ("中", "中"),
            ("x²", "x²"),
            ("²x", "²x"),
            ("٣x٣", "_x٣"),
            ("e\u{301}", "e_"),
            ("a\nb\n", "a_b_"),
            ("{{ x }}", "___x___"),
            ("['x', 'y']", "__x____y__"),
        ];
        for (text, name) in rows {
            assert_eq!(Sanitizer::Ansible.clean(text), name, "{text}");
        }
    }

    #[test]
    fn group_names_are_cleaned_as_the_old_scripts_did() {
        for (text, name) in [("1a-b.c", "1a-b_c"), ("größe", "gr__e"), ("a_b", "a_b"), ("", "")] {
            assert_eq!(Sanitizer::ContribScript.clean(text), name, "{text}");
        }
        assert_eq!(Sanitizer::Unchanged.clean("1 a☃"), "1 a☃");
    }

    /// Digests the set of matching code points, one bit for each in the order of the code points.
    fn digest(matches: fn(char) -> bool) -> String {
        let mut bits = vec![0_u8; 0x11_0000 / 8];
        for code in (0..0x11_0000_u32).filter(|code| char::from_u32(*code).is_some_and(matches)) {
            bits[code as usize / 8] |= 1 << (code % 8);
        }
        Sha256::digest(bits).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The digests are CPython 3.11.7's: `re.match(r'\w', chr(code))` over all code points, and the same for `\d`.
    #[test]
    fn every_code_point_is_classed_as_in_python() {
        assert_eq!(digest(is_word), "ae72a74e56888a7f972d7a022f2d15c6ea28cdb02e19358ed14d8cb8c426b1fc");
        assert_eq!(digest(is_decimal), "1c623f6bac8b723e6d1516411931bbe0c8b4ea73b1e981e81ff20e9dfdd46cf7");
    }

    #[test]
    fn templates_are_seen() {
        for text in
            ["{{ x }}", "a{%b", "{#", "{{", "#jinja2:variable_start_string:'[['\n[[ x ]]", "{{{", "é{{"]
        {
            assert!(looks_like_template(text), "{text}");
        }
        for text in ["", "{", "{ {", "}}", "%}", " #jinja2:", "{a}", "$(x)"] {
            assert!(!looks_like_template(text), "{text}");
        }
    }

    proptest! {
        #![proptest_config(properties(250))]

        #[test]
        fn a_clean_name_stays_and_is_no_template(text in any::<String>()) {
            for sanitizer in [Sanitizer::Ansible, Sanitizer::ContribScript] {
                let name = sanitizer.clean(&text);
                prop_assert_eq!(name.chars().count(), text.chars().count());
                prop_assert_eq!(sanitizer.clean(&name), name.clone());
                prop_assert!(!looks_like_template(&name));
            }
        }
    }
}
