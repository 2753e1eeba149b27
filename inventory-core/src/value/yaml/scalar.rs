//! What PyYAML's resolver and libyaml's analysis say about the text of a scalar.

use std::borrow::Cow;

use crate::yaml::is_plain_text;

/// A scalar to be written.
pub(super) struct Scalar<'a> {
    pub(super) text: Cow<'a, str>,
    /// Whether plain text would be read back as the same type.
    pub(super) plain_implicit: bool,
    /// Whether quoted text would be read back as the same type.
    pub(super) quoted_implicit: bool,
    pub(super) analysis: Analysis,
}

impl<'a> Scalar<'a> {
    /// Takes the text of a `str`.
    pub(super) fn of_text(text: &'a str) -> Scalar<'a> {
        let analysis = Analysis::new(text);
        Scalar { text: text.into(), plain_implicit: is_plain_text(text), quoted_implicit: true, analysis }
    }

    /// Takes what the representer writes for another type, which always reads back as that type.
    pub(super) fn of_other(text: impl Into<Cow<'a, str>>) -> Scalar<'a> {
        let text = text.into();
        let analysis = Analysis::new(&text);
        Scalar { text, plain_implicit: true, quoted_implicit: false, analysis }
    }
}

/// What libyaml's `yaml_emitter_analyze_scalar` finds out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Analysis {
    pub(super) multiline: bool,
    pub(super) flow_plain: bool,
    pub(super) block_plain: bool,
    pub(super) single_quoted: bool,
}

impl Analysis {
    fn new(text: &str) -> Analysis {
        if text.is_empty() {
            return Analysis { multiline: false, flow_plain: false, block_plain: true, single_quoted: true };
        }
        let marker = text.starts_with("---") || text.starts_with("...");
        let mut block_indicators = marker;
        let mut flow_indicators = marker;
        let (mut breaks, mut special, mut break_space, mut space_break) = (false, false, false, false);
        let mut previous = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let space_follows = characters.peek().is_none_or(|next| is_blank(*next));
            let (flow, block) = indicator(character, previous, space_follows);
            flow_indicators |= flow;
            block_indicators |= block;
            special |= !is_printable(character);
            breaks |= is_break(character);
            break_space |= character == ' ' && previous.is_some_and(is_break);
            space_break |= is_break(character) && previous == Some(' ');
            previous = Some(character);
        }
        let edge = |character: char| character == ' ' || is_break(character);
        let edges = text.starts_with(edge) || text.ends_with(edge);
        let single_quoted = !break_space && !space_break && !special;
        let plain = single_quoted && !edges && !breaks;
        Analysis {
            multiline: breaks,
            flow_plain: plain && !flow_indicators,
            block_plain: plain && !block_indicators,
            single_quoted,
        }
    }
}

/// Tells whether a character may not stand in plain text, in brackets and in a block.
fn indicator(character: char, previous: Option<char>, space_follows: bool) -> (bool, bool) {
    match (character, previous) {
        (
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`',
            None,
        ) => (true, true),
        ('?', None) | (':', _) => (true, space_follows),
        ('-', None) => (space_follows, space_follows),
        (',' | '?' | '[' | ']' | '{' | '}', Some(_)) => (true, false),
        ('#', Some(previous)) if is_blank(previous) => (true, true),
        _ => (false, false),
    }
}

/// Tells what ends a line.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Tells what separates words, or ends the text (a NUL does for libyaml).
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\0') || is_break(character)
}

/// Tells what needs no escape. libyaml escapes all that lies beyond the basic multilingual plane.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && character != '\u{feff}'
}
