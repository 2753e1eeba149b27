//! Reads the JSON that Python's `json` takes and `serde_json` does not: half characters, numbers out of the range of
//! floats, deep nesting.

use num_bigint::BigInt;
use serde_core::de::IgnoredAny;

use super::{JsonReader, Text, Value};
use crate::value::Map;

/// The deepest nesting: about as much as Python takes before it gives a document up, and little enough for any stack.
const MOST_LEVELS: usize = 500;

/// The most digits of a whole number, as in Python: to read more takes the square of their number.
const MOST_DIGITS: usize = 4300;

/// Reads one document; none when it is no JSON, or beyond the limits.
pub(super) fn read(json: &str, reader: &mut JsonReader) -> Option<Value> {
    let mut tolerant = Tolerant { reader, rest: json };
    let value = tolerant.value(0)?;
    tolerant.skip_space();
    tolerant.rest.is_empty().then_some(value)
}

struct Tolerant<'a> {
    reader: &'a mut JsonReader,
    rest: &'a str,
}

impl<'a> Tolerant<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Passes a mark and the space before it; returns whether it is there.
    fn pass(&mut self, mark: char) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn value(&mut self, level: usize) -> Option<Value> {
        self.skip_space();
        match self.rest.as_bytes().first()? {
            b'{' | b'[' if level == MOST_LEVELS => None,
            b'{' => self.object(level + 1),
            b'[' => self.array(level + 1),
            b'"' => self.text().map(|text| Value::Text(self.reader.texts.share(&text))),
            _ => self.plain(),
        }
    }

    fn array(&mut self, level: usize) -> Option<Value> {
        self.pass('[');
        let mut items = Vec::new();
        if self.pass(']') {
            return Some(Value::from(items));
        }
        loop {
            items.push(self.value(level)?);
            if self.pass(']') {
                return Some(Value::from(items));
            }
            self.pass(',').then_some(())?;
        }
    }

    fn object(&mut self, level: usize) -> Option<Value> {
        self.pass('{');
        let mut map = Map::new();
        if self.pass('}') {
            return Some(Value::from(map));
        }
        loop {
            self.skip_space();
            let key: Text = self.text().map(|key| self.reader.keys.share(&key))?;
            self.pass(':').then_some(())?;
            let value = self.value(level)?;
            map.insert(key, value);
            if self.pass('}') {
                self.reader.shapes.share(&mut map);
                return Some(Value::from(map));
            }
            self.pass(',').then_some(())?;
        }
    }

    /// Reads a text; half a character, which is an escape of its own only in UTF-16, becomes U+FFFD.
    fn text(&mut self) -> Option<String> {
        let bytes = self.rest.as_bytes();
        let mut place = 1;
        loop {
            match bytes.get(place)? {
                b'"' => break,
                b'\\' => place += 2,
                _ => place += 1,
            }
        }
        // That it begins with a quotation mark is seen to here, too.
        let quoted = self.take(place + 1)?;
        serde_json::from_str(quoted).or_else(|_| serde_json::from_str(&mended(quoted))).ok()
    }

    /// Reads a number, or a word such as `null`.
    fn plain(&mut self) -> Option<Value> {
        let is_part = |character: char| character.is_ascii_alphanumeric() || "+-.".contains(character);
        let token = self.take(self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len()))?;
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(token) {
            return Some(Value::from(value));
        }
        serde_json::from_str::<IgnoredAny>(token).ok()?;
        if token.contains(['.', 'e', 'E']) {
            return token.parse().ok().map(Value::Float);
        }
        let digits = token.parse::<BigInt>().ok().filter(|_| token.len() <= MOST_DIGITS)?;
        Some(Value::from_big_int(digits))
    }
}

/// Writes U+FFFD for each escape that is half a character without the other half.
fn mended(quoted: &str) -> String {
    let mut mended = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        mended.push_str(before);
        let (kept, length) = match (half(escape), escape.get(6..).and_then(half)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (escape.get(..12), 12),
            (Some(_), _) => (Some("\\ufffd"), 6),
            (None, _) => (escape.get(..2), 2),
        };
        mended.push_str(kept.unwrap_or(escape));
        rest = escape.get(length..).unwrap_or_default();
    }
    mended.push_str(rest);
    mended
}

/// Returns the half of a character that an escape stands for.
fn half(escape: &str) -> Option<u16> {
    let code = u16::from_str_radix(escape.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    (0xd800..=0xdfff).contains(&code).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> Option<String> {
        read(json, &mut JsonReader::default()).map(|value| value.to_string())
    }

    #[test]
    fn what_python_reads_is_read() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let rows = [
            (r#""cut \ud83d""#, "cut \u{fffd}"),
            (
                r#"{"\udc00": ["a\ud83d\ud83d\ude00\n\\ud83d", "\u00e9"]}"#,
                "{'\u{fffd}': ['a\u{fffd}😀\\n\\\\ud83d', 'é']}",
            ),
            ("[1e999, -1E+999, 1e-999, -0.0, 1.5]", "[inf, -inf, 0.0, -0.0, 1.5]"),
            (" { \"a\" : 1 , \"b\" : [ ] , \"a\" : { } }\n", "{'a': {}, 'b': []}"),
        ];
        for (json, expected) in rows {
            assert_eq!(told(json).as_deref(), Some(expected), "{json}");
        }
        let digits = "9".repeat(400);
        assert_eq!(told(&digits), Some(digits));
        assert_eq!(told(&nested(MOST_LEVELS)), Some(nested(MOST_LEVELS)));
        assert_eq!(told(&nested(MOST_LEVELS + 1)), None);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for json in [
            "",
            "{",
            "[1,]",
            "[1 2]",
            "1 2",
            r#"{"a" 1}"#,
            r#"{"a": 1,}"#,
            r#"{1: 2}"#,
            r#""\ud83""#,
            r#""\x""#,
            "\"",
            "\"a\nb\"",
            "01",
            "1e",
            "-",
            "NaN",
            "nul",
            "+1",
            "[",
            "]",
            r#""\"#,
            r#"{"a": "\ud800", }"#,
        ] {
            assert_eq!(told(json), None, "{json}");
        }
        assert_eq!(told(&"[".repeat(100_000)), None);
        assert_eq!(told(&"9".repeat(MOST_DIGITS + 1)), None);
    }
}
