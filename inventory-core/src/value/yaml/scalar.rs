//! What PyYAML's resolver and libyaml's analysis say about the text of a scalar.

use std::borrow::Cow;
use std::sync::LazyLock;

use fancy_regex::Regex;

/// The types of scalars that YAML 1.1 tells apart by their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    Text,
}

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
    pub(super) fn new(text: impl Into<Cow<'a, str>>, kind: Kind) -> Scalar<'a> {
        let text = text.into();
        let is_text = kind == Kind::Text;
        let analysis = Analysis::new(&text);
        // What the representer writes for other types always reads back as that type.
        let plain_implicit = !is_text || !resolves_to_other(&text);
        Scalar { text, plain_implicit, quoted_implicit: is_text, analysis }
    }
}

/// Tells whether PyYAML's resolver takes a plain scalar for something else than a `str`.
fn resolves_to_other(text: &str) -> bool {
    const SPECIAL: &[u8] = b"-+.0123456789~nNyYtTfFoO<=!&*";
    // Most texts are done with their first character.
    match text.as_bytes().first() {
        None => true,
        Some(first) => SPECIAL.contains(first) && OTHER.is_match(text).unwrap_or(true),
    }
}

/// The implicit resolvers of PyYAML.
#[expect(clippy::expect_used, reason = "the pattern is fixed, and a test compiles it")]
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    let alternatives = [
        "yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
        r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?",
        r"\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?",
        r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*",
        r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        r"[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+",
        r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+",
        "<<|=|!|&|\\*|~|null|Null|NULL",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?\
         (?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?",
    ];
    Regex::new(&format!("^(?:{})$", alternatives.join("|"))).expect("the pattern compiles")
});

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
