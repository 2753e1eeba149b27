//! String literals, read from the source as Jinja reads them.

/// What a backslash in a string literal means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Escapes {
    /// `\1` to `\9` and `\g<` are kept as they are written, since every author means the group of a regular
    /// expression; all else is as in [`Escapes::Exact`].
    #[default]
    Author,
    /// Exactly as in ansible-core 2.19, where `'\1'` is the character of octal code 1.
    Exact,
}

/// How to read the literals of one part of a source.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// With escapes.
    Escaped(Escapes),
    /// Backslashes mean themselves, as in Ansible's `{{ }}`.
    Raw,
}

/// Hides the backslashes of a source from the parser, which reads escapes in its own way.
///
/// Offsets stay as they are, and a backslash outside of a literal stays a character that no expression has.
pub(super) fn mask(source: &str) -> String {
    let mut masked = String::with_capacity(source.len());
    let mut characters = source.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            masked.push(character);
            continue;
        }
        masked.push('?');
        match characters.next() {
            Some('\\' | '\'' | '"') => masked.push('?'),
            Some(other) => masked.push(other),
            None => {}
        }
    }
    masked
}

/// Reads the adjacent string literals of `source`; none when an escape is wrong.
pub(super) fn read(source: &str, reading: Reading) -> Option<String> {
    let mut text = String::with_capacity(source.len());
    let mut rest = source.trim_start();
    while let Some(quote @ ('\'' | '"')) = rest.chars().next() {
        let body = rest.get(1..)?;
        let end = closing_quote(body, quote)?;
        let inside = body.get(..end)?.replace("\r\n", "\n").replace('\r', "\n");
        match reading {
            Reading::Raw => text.push_str(&inside),
            Reading::Escaped(escapes) => unescape(&inside, escapes, &mut text)?,
        }
        rest = body.get(end + 1..)?.trim_start();
    }
    rest.is_empty().then_some(text)
}

fn closing_quote(body: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (place, character) in body.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(place),
            _ => {}
        }
    }
    None
}

/// Decodes escapes as Python's `unicode-escape` does.
fn unescape(body: &str, escapes: Escapes, out: &mut String) -> Option<()> {
    let mut rest = body;
    while let Some(place) = rest.find('\\') {
        out.push_str(rest.get(..place)?);
        rest = rest.get(place + 1..)?;
        let escaped = rest.chars().next()?;
        let after = rest.get(escaped.len_utf8()..)?;
        let kept = escapes == Escapes::Author
            && (matches!(escaped, '1'..='9') || (escaped == 'g' && after.starts_with('<')));
        let digits = match escaped {
            _ if kept => None,
            'x' => Some(2),
            'u' => Some(4),
            'U' => Some(8),
            _ => None,
        };
        rest = after;
        if let Some(digits) = digits {
            let (character, after) = code_point(rest, digits)?;
            out.push(character);
            rest = after;
            continue;
        }
        match escaped {
            _ if kept => out.extend(['\\', escaped]),
            '\n' => {}
            // Names of characters would need a table of all of Unicode.
            'N' if rest.starts_with('{') => return None,
            '\\' | '\'' | '"' => out.push(escaped),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'v' => out.push('\u{b}'),
            '0'..='7' => {
                let more = rest.bytes().take(2).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                let code = u32::from_str_radix(&format!("{escaped}{}", rest.get(..more)?), 8).ok()?;
                out.push(char::from_u32(code)?);
                rest = rest.get(more..)?;
            }
            other => out.extend(['\\', other]),
        }
    }
    out.push_str(rest);
    Some(())
}

/// Reads a code point of so many hexadecimal digits; two that make a surrogate pair are one character.
fn code_point(text: &str, digits: usize) -> Option<(char, &str)> {
    let hexadecimal = |text: &str| {
        let code = text.get(..digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u32::from_str_radix(code, 16).ok()
    };
    let (code, rest) = (hexadecimal(text)?, text.get(digits..)?);
    if let Some(character) = char::from_u32(code) {
        return Some((character, rest));
    }
    let low = hexadecimal(rest.strip_prefix("\\u")?)?;
    let mut pair = char::decode_utf16([u16::try_from(code).ok()?, u16::try_from(low).ok()?]);
    Some((pair.next()?.ok()?, rest.get(2 + digits..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_follow_the_mode() {
        let rows = [
            (r"'\1'", r"\1", "\u{1}"),
            (r"'\\1\d\.'", r"\1\d\.", r"\1\d\."),
            (r"'\g<2>\gx'", r"\g<2>\gx", r"\g<2>\gx"),
            (r#""a\tb\x41\u0041" '\'' "#, "a\tbAA'", "a\tbAA'"),
            (r"'\012\ud83d\ude00'", "\n\u{1f600}", "\n\u{1f600}"),
            ("'a\\\nb\r\nc'", "ab\nc", "ab\nc"),
        ];
        for (source, author, exact) in rows {
            assert_eq!(read(source, Reading::Escaped(Escapes::Author)).as_deref(), Some(author), "{source}");
            assert_eq!(read(source, Reading::Escaped(Escapes::Exact)).as_deref(), Some(exact), "{source}");
        }
        assert_eq!(read(r"'\1\n'", Reading::Raw).as_deref(), Some(r"\1\n"));
        assert_eq!(read(r"'\x4'", Reading::Escaped(Escapes::Exact)), None);
    }
}
