//! The parts of a host pattern.

use std::net::Ipv6Addr;

/// Splits a pattern into its parts, none of them empty.
///
/// With a comma in it, commas part it. Without one it may be a single address, port or range of hosts, whose colons
/// part nothing (`2001:db8::1`, `web:22`, `web[1:3]`); else colons and blanks part it.
pub(super) fn split(text: &str) -> Vec<String> {
    let parts: Vec<&str> = if text.contains(',') {
        text.split(',').collect()
    } else if is_address(text) {
        vec![text]
    } else {
        words(text)
    };
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Returns the longest runs of what is no blank, colon or bracket, or is a pair of brackets with its content.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut place = 0;
    while let Some(character) = text.get(place..).and_then(|rest| rest.chars().next()) {
        let pair = if character == '[' { text.get(place..).and_then(|rest| rest.find(']')) } else { None };
        match pair {
            Some(end) => place += end + 1,
            None => {
                let parts = character.is_whitespace() || matches!(character, ':' | '[' | ']');
                if parts {
                    words.extend(text.get(start..place));
                }
                place += character.len_utf8();
                if parts {
                    start = place;
                }
            }
        }
    }
    words.extend(text.get(start..));
    words
}

/// Tells whether a text is the name or address of a host, with ranges (`[1:3]`, `[a:c]`) and a port perhaps.
fn is_address(text: &str) -> bool {
    let text = without_port(text);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = |part: &str| matches!(part.as_bytes(), [byte] if byte.is_ascii_alphabetic());
    let name = without_ranges(text, |first, last| {
        is_digits(first) && is_digits(last) || is_letter(first) && is_letter(last)
    });
    if name.split('.').all(is_label) {
        return true;
    }
    let is_hexadecimal = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    without_ranges(text, |first, last| is_hexadecimal(first) && is_hexadecimal(last))
        .parse::<Ipv6Addr>()
        .is_ok()
}

/// Takes the port off `[address]:22` and `name:22`.
fn without_port(text: &str) -> &str {
    let Some((host, port)) = text.rsplit_once(':') else { return text };
    if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return text;
    }
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
        return inner;
    }
    // Colons of the host itself are allowed only within brackets.
    let mut depth = 0_i32;
    for byte in host.bytes() {
        match byte {
            b'[' => depth = 1,
            b']' if depth == 1 => depth = 0,
            b':' | b']' if depth == 0 => return text,
            _ => {}
        }
    }
    if depth == 0 { host } else { text }
}

/// Replaces each range `[first:last]` or `[first:last:step]` by a digit.
fn without_ranges(text: &str, is_range: impl Fn(&str, &str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let range = after.split_once(']').filter(|(inner, _)| {
            let mut parts = inner.split(':');
            let (first, last) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let step = parts.next();
            let is_step = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
            is_range(first, last) && step.is_none_or(is_step) && parts.next().is_none()
        });
        match range {
            Some((_, after)) => {
                out.push('0');
                rest = after;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Tells whether a text is a part of a host's name between dots.
fn is_label(label: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    label.starts_with(is_word)
        && !label.ends_with(['-', '_'])
        && label.chars().all(|character| is_word(character) || character == '-')
}
