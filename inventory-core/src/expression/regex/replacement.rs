//! Replacement texts of `re.sub`.

use super::{Match, Regex};
use crate::expression::Error;

/// A piece of a replacement.
pub(super) enum Part {
    Text(String),
    Group(usize),
}

/// Reads a replacement: `\1`, `\g<1>`, `\g<name>`, octal and control escapes.
pub(super) fn parse(replacement: &str, regex: &Regex) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = replacement;
    while let Some(place) = rest.find('\\') {
        text.push_str(&rest[..place]);
        rest = &rest[place + 1..];
        let Some(escaped) = rest.chars().next() else {
            return Err(bad(replacement, "ends in a lone backslash"));
        };
        let mut taken = escaped.len_utf8();
        match escaped {
            'g' => {
                let name = rest
                    .strip_prefix("g<")
                    .and_then(|name| name.split_once('>'))
                    .map(|(name, _)| name)
                    .ok_or_else(|| bad(replacement, "has a `\\g` without `<group>`"))?;
                taken = name.len() + 3;
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Group(group(name, regex, replacement)?));
            }
            '0' => {
                let digits = octal_digits(rest, 3);
                taken = digits.len();
                text.extend(u32::from_str_radix(digits, 8).ok().and_then(char::from_u32));
            }
            '1'..='9' => {
                let octal = octal_digits(rest, 3);
                if octal.len() == 3 {
                    taken = 3;
                    let code = u32::from_str_radix(octal, 8).ok().filter(|code| *code <= 0o377);
                    text.extend(
                        code.and_then(char::from_u32)
                            .ok_or_else(|| bad(replacement, "has an octal escape above \\377"))
                            .map(Some)?,
                    );
                } else {
                    taken = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    parts.push(Part::Group(group(&rest[..taken], regex, replacement)?));
                }
            }
            '\\' => text.push('\\'),
            'a' => text.push('\u{7}'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'v' => text.push('\u{b}'),
            letter if letter.is_ascii_alphabetic() => {
                return Err(bad(replacement, &format!("has the unknown escape `\\{letter}`")));
            }
            other => text.extend(['\\', other]),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    text.push_str(rest);
    parts.push(Part::Text(text));
    Ok(parts)
}

fn octal_digits(text: &str, most: usize) -> &str {
    let digits = text.bytes().take(most).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    text.get(..digits).unwrap_or_default()
}

fn group(name: &str, regex: &Regex, replacement: &str) -> Result<usize, Error> {
    let known = match name.parse::<usize>() {
        Ok(index) if !name.starts_with('+') => Some(index).filter(|index| *index <= regex.group_count()),
        _ => regex.group_index(name),
    };
    known.ok_or_else(|| {
        bad(replacement, &format!("names the group `{name}`, which the pattern does not have"))
    })
}

fn bad(replacement: &str, why: &str) -> Error {
    Error::new(format!("the replacement `{replacement}` {why}"))
}

/// Writes the replacement of one match; a group that did not take part is empty.
pub(super) fn write(parts: &[Part], found: &Match<'_>, out: &mut String) {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Group(index) => out.push_str(found.group(*index).unwrap_or_default()),
        }
    }
}
