//! From the bytes of a file to text that YAML allows.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};

/// Returns the text of a file, in which YAML allows every character. What is secret is never shown.
pub(super) fn decode(name: &str, bytes: &[u8], is_secret: bool) -> Result<Arc<Source>, Diagnostic> {
    let source = |text: &str| match is_secret {
        true => Source::secret(name, text),
        false => Source::new(name, text),
    };
    check_characters(Arc::new(decode_text(bytes, source)?))
}

/// Returns what `source` makes of the text of a file in UTF-8, or for the error of another one; a byte order mark is
/// dropped.
pub(crate) fn decode_text(bytes: &[u8], source: impl Fn(&str) -> Source) -> Result<Source, Diagnostic> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(source(text)),
        Err(error) => {
            let source = source(&String::from_utf8_lossy(bytes));
            Err(not_utf8(source, bytes, error.valid_up_to()))
        }
    }
}

fn not_utf8(source: Source, bytes: &[u8], position: usize) -> Diagnostic {
    let byte = bytes.get(position).copied().unwrap_or_default();
    let source = Arc::new(source);
    // Everything before the faulty byte is equal in both texts, so the position holds.
    let span = source.span(position..position + 1);
    Diagnostic::error(format!("the file is not UTF-8: byte 0x{byte:02x} at offset {position}"))
        .at(&source, span)
        .label("expected UTF-8 text")
        .help("save the file as UTF-8")
}

fn check_characters(source: Arc<Source>) -> Result<Arc<Source>, Diagnostic> {
    let Some((index, character)) =
        source.text().char_indices().find(|&(_, character)| !is_allowed(character))
    else {
        return Ok(source);
    };
    let span = source.span(index..index + character.len_utf8());
    let code = u32::from(character);
    let diagnostic =
        Diagnostic::error(format!("character U+{code:04X} is not allowed in a YAML file")).at(&source, span);
    Err(if is_unicode_break(character) {
        // YAML 1.1 ends a line here and YAML 1.2 does not: nobody means either.
        diagnostic
            .label("expected no Unicode line separator")
            .help("use a line feed, or write `\"\\u2028\"` in double quotes")
    } else {
        diagnostic
            .label("expected printable text")
            .help(format!("in a double quoted string write `\"\\u{code:04x}\"`"))
    })
}

fn is_unicode_break(character: char) -> bool {
    matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The characters that PyYAML's reader accepts, without the three Unicode line breaks.
fn is_allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
        && !is_unicode_break(character)
}
