//! Filters that encode text: `b64encode`, `b64decode`, `quote`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::super::{Arguments, Call, Error};
use super::{Table, inputs};
use crate::value::Value;

pub(super) const BUILTIN: Table =
    &[("b64encode", base64_encode), ("b64decode", base64_decode), ("quote", quote)];

fn base64_encode(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [encoding, url_safe] = arguments.bind("b64encode", ["encoding", "urlsafe"], 0)?;
    let bytes = Encoding::find("b64encode", encoding.as_ref())?.encode(&inputs::text(&value)?)?;
    let engine = if inputs::flag(url_safe.as_ref()) { URL_SAFE } else { STANDARD };
    Ok(engine.encode(bytes).into())
}

fn base64_decode(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [encoding, url_safe] = arguments.bind("b64decode", ["encoding", "urlsafe"], 0)?;
    let encoding = Encoding::find("b64decode", encoding.as_ref())?;
    let text = inputs::text(&value)?;
    let bytes = decode_leniently(text.as_bytes(), inputs::flag(url_safe.as_ref()))?;
    Ok(encoding.decode(&bytes)?.into())
}

/// Decodes base64 as Python does unless told to validate: what is not of the alphabet is skipped.
fn decode_leniently(text: &[u8], url_safe: bool) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut digits, mut bits, mut padding) = (0_usize, 0_u32, 0);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            // The alphabet that is safe in URLs is translated first: the other one stays valid.
            b'+' => 62,
            b'/' => 63,
            b'-' if url_safe => 62,
            b'_' if url_safe => 63,
            b'=' => {
                if digits % 4 >= 2 {
                    padding += 1;
                    if digits % 4 + padding >= 4 {
                        return Ok(bytes);
                    }
                }
                continue;
            }
            _ => continue,
        };
        padding = 0;
        digits += 1;
        bits = (bits << 6 | u32::from(digit)) & 0xffff;
        match digits % 4 {
            2 => bytes.extend((bits >> 4).to_le_bytes().first()),
            3 => bytes.extend((bits >> 2).to_le_bytes().first()),
            0 => bytes.extend(bits.to_le_bytes().first()),
            _ => {}
        }
    }
    match digits % 4 {
        0 => Ok(bytes),
        1 => Err(Error::new(format!("`b64decode` found {digits} digits, and the last one has no partner"))),
        _ => Err(Error::new("`b64decode` found no or too little padding (`=`) at the end")),
    }
}

/// The character sets that `b64encode` and `b64decode` know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    /// Units of 2 or 4 bytes; big-endian, little-endian, or native with a byte order mark.
    Wide {
        unit: usize,
        big: Option<bool>,
    },
}

impl Encoding {
    fn find(filter: &str, name: Option<&Value>) -> Result<Encoding, Error> {
        let Some(name) = name else { return Ok(Encoding::Utf8) };
        let name = inputs::string_for(filter, name)?;
        let wide = |unit, big| Ok(Encoding::Wide { unit, big });
        match name.to_ascii_lowercase().replace(['_', ' '], "-").as_str() {
            "utf-8" | "utf8" | "u8" => Ok(Encoding::Utf8),
            "ascii" | "us-ascii" | "646" => Ok(Encoding::Ascii),
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" => Ok(Encoding::Latin1),
            "utf-16" | "utf16" | "u16" => wide(2, None),
            "utf-16-le" | "utf-16le" => wide(2, Some(false)),
            "utf-16-be" | "utf-16be" => wide(2, Some(true)),
            "utf-32" | "utf32" | "u32" => wide(4, None),
            "utf-32-le" | "utf-32le" => wide(4, Some(false)),
            "utf-32-be" | "utf-32be" => wide(4, Some(true)),
            _ => Err(Error::new(format!("`{filter}` does not know the encoding `{name}`"))),
        }
    }

    fn encode(self, text: &str) -> Result<Vec<u8>, Error> {
        let (unit, big) = match self {
            Encoding::Utf8 => return Ok(text.into()),
            Encoding::Ascii | Encoding::Latin1 => {
                let limit = if self == Encoding::Ascii { 0x7f } else { 0xff };
                let byte = |character| {
                    u8::try_from(u32::from(character)).ok().filter(|byte| *byte <= limit).ok_or_else(|| {
                        Error::new(format!("`b64encode` cannot write `{character}` in this encoding"))
                    })
                };
                return text.chars().map(byte).collect();
            }
            Encoding::Wide { unit, big } => (unit, big),
        };
        let mark = big.is_none().then_some('\u{feff}');
        let units: Vec<u32> = match unit {
            2 => {
                let text: String = mark.into_iter().chain(text.chars()).collect();
                text.encode_utf16().map(u32::from).collect()
            }
            _ => mark.into_iter().chain(text.chars()).map(u32::from).collect(),
        };
        let bytes = units.into_iter().flat_map(|number| {
            let bytes = number.to_be_bytes().into_iter().skip(4 - unit);
            let bytes: Vec<u8> = if big == Some(true) { bytes.collect() } else { bytes.rev().collect() };
            bytes
        });
        Ok(bytes.collect())
    }

    fn decode(self, bytes: &[u8]) -> Result<String, Error> {
        let text = match self {
            Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Encoding::Ascii => bytes.is_ascii().then(|| bytes.iter().map(|byte| char::from(*byte)).collect()),
            Encoding::Latin1 => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
            Encoding::Wide { unit, big } => decode_wide(bytes, unit, big),
        };
        // Python smuggles such bytes into its text; no output of ours could hold them.
        text.ok_or_else(|| Error::new("what `b64decode` decoded is not text in its encoding"))
    }
}

fn decode_wide(bytes: &[u8], unit: usize, big: Option<bool>) -> Option<String> {
    if !bytes.len().is_multiple_of(unit) {
        return None;
    }
    let units = |big: bool| {
        bytes.chunks_exact(unit).map(move |chunk| {
            let digits: Vec<u8> = if big { chunk.to_vec() } else { chunk.iter().rev().copied().collect() };
            digits.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
        })
    };
    let (big, skipped) = match (big, units(true).next(), units(false).next()) {
        (Some(big), ..) => (big, 0),
        (None, Some(0xfeff), _) => (true, 1),
        (None, _, Some(0xfeff)) => (false, 1),
        (None, ..) => (false, 0),
    };
    let units = units(big).skip(skipped);
    if unit == 2 {
        let units: Option<Vec<u16>> = units.map(|number| u16::try_from(number).ok()).collect();
        return String::from_utf16(&units?).ok();
    }
    units.map(char::from_u32).collect()
}

fn quote(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("quote", [], 0)?;
    let text = if matches!(value, Value::Null) { "".into() } else { inputs::text(&value)? };
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    if !text.is_empty() && text.bytes().all(safe) {
        return Ok(text.into());
    }
    Ok(format!("'{}'", text.replace('\'', "'\"'\"'")).into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("rows/encode.jsonl"));
    }
}
