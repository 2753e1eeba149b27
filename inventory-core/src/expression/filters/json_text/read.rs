//! JSON text as Python's `json.loads` reads it.

use std::collections::HashMap;

use num_bigint::BigInt;

use super::super::super::Error;
use crate::value::{Map, Value};

/// The deepest nesting that [`read`] follows: about where Python gives up.
const DEEPEST: usize = 900;

/// The longest `int` in digits that Python converts.
const LONGEST_INT: usize = 4300;

/// The keys that mark Ansible's own types, which `from_json` refuses.
const MARKS: [&str; 3] = ["__ansible_unsafe", "__ansible_vault", "__ansible_type"];

/// Reads JSON text; `strict` refuses control characters in texts.
pub(in super::super) fn read(text: &str, strict: bool) -> Result<Value, Error> {
    let mut reader = Reader { text, at: 0, strict };
    reader.skip_space();
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.at < text.len() { Err(reader.expected("the end")) } else { Ok(value) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    strict: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    fn expected(&self, what: &str) -> Error {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Error::new(format!("`from_json` expects {what} in line {line}, column {column}"))
    }

    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        if depth > DEEPEST {
            return Err(Error::new(format!(
                "`from_json` got lists or dicts nested more than {DEEPEST} deep"
            )));
        }
        if self.skip("{") {
            return self.map(depth);
        }
        if self.skip("[") {
            return self.list(depth);
        }
        if self.skip("\"") {
            return self.string().map(Value::from);
        }
        let words = [
            ("null", Value::Null),
            ("true", true.into()),
            ("false", false.into()),
            ("NaN", f64::NAN.into()),
            ("Infinity", f64::INFINITY.into()),
            ("-Infinity", f64::NEG_INFINITY.into()),
        ];
        match words.into_iter().find(|(word, _)| self.skip(word)) {
            Some((_, value)) => Ok(value),
            None => self.number(),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Error> {
        let mut items = Vec::new();
        self.skip_space();
        if self.skip("]") {
            return Ok(items.into());
        }
        loop {
            self.skip_space();
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.skip("]") {
                return Ok(items.into());
            }
            if !self.skip(",") {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, Error> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut values: Vec<(String, Value)> = Vec::new();
        self.skip_space();
        if self.skip("}") {
            return Ok(Map::new().into());
        }
        loop {
            self.skip_space();
            if !self.skip("\"") {
                return Err(self.expected("a key in double quotes"));
            }
            let key = self.string()?;
            self.skip_space();
            if !self.skip(":") {
                return Err(self.expected("`:`"));
            }
            self.skip_space();
            let value = self.value(depth + 1)?;
            match places.get(&key).and_then(|place| values.get_mut(*place)) {
                Some((_, old)) => *old = value,
                None => {
                    places.insert(key.clone(), values.len());
                    values.push((key, value));
                }
            }
            self.skip_space();
            if self.skip("}") {
                break;
            }
            if !self.skip(",") {
                return Err(self.expected("`,` or `}`"));
            }
        }
        if let Some(mark) = MARKS.iter().find(|mark| places.contains_key(**mark)) {
            return Err(Error::new(format!("`from_json` does not read values with the key `{mark}`")));
        }
        let mut map = Map::with_capacity(values.len());
        for (key, value) in values {
            map.push(key, value);
        }
        Ok(map.into())
    }

    /// Reads a text after its opening quote.
    fn string(&mut self) -> Result<String, Error> {
        let mut out = String::new();
        loop {
            let Some(character) = self.rest().chars().next() else {
                return Err(self.expected("`\"`"));
            };
            match character {
                '"' => {
                    self.at += 1;
                    return Ok(out);
                }
                '\\' => {
                    self.at += 1;
                    out.push(self.escape()?);
                    continue;
                }
                _ if character < ' ' && self.strict => {
                    return Err(self.expected("no control character"));
                }
                _ => out.push(character),
            }
            self.at += character.len_utf8();
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        let rows = [
            ("\"", '"'),
            ("\\", '\\'),
            ("/", '/'),
            ("b", '\x08'),
            ("f", '\x0c'),
            ("n", '\n'),
            ("r", '\r'),
            ("t", '\t'),
        ];
        if let Some((_, character)) = rows.into_iter().find(|(name, _)| self.skip(name)) {
            return Ok(character);
        }
        let first = self.unit()?;
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            self.at += 1;
            units.push(self.unit()?);
        }
        match char::decode_utf16(units).next() {
            Some(Ok(character)) => Ok(character),
            _ => Err(self.expected("both halves of a surrogate pair")),
        }
    }

    /// Reads a `u` and four hexadecimal digits.
    fn unit(&mut self) -> Result<u16, Error> {
        let digits = self.rest().strip_prefix('u').and_then(|rest| rest.get(..4));
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.expected("an escape"))?;
        self.at += 5;
        Ok(unit)
    }

    fn number(&mut self) -> Result<Value, Error> {
        let rest = self.rest();
        let digits =
            |from: usize| rest.get(from..).unwrap_or("").bytes().take_while(u8::is_ascii_digit).count();
        let sign = usize::from(rest.starts_with('-'));
        let whole = if rest.get(sign..).is_some_and(|rest| rest.starts_with('0')) { 1 } else { digits(sign) };
        if whole == 0 {
            return Err(self.expected("a value"));
        }
        let int_end = sign + whole;
        let mut end = int_end;
        if rest.get(end..).is_some_and(|rest| rest.starts_with('.')) && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
        if rest.get(end..).is_some_and(|rest| rest.starts_with(['e', 'E'])) {
            let signed = rest.get(end + 1..).is_some_and(|rest| rest.starts_with(['+', '-']));
            let start = end + 1 + usize::from(signed);
            if digits(start) > 0 {
                end = start + digits(start);
            }
        }
        self.at += end;
        let text = rest.get(..end).unwrap_or("");
        if end > int_end {
            return text.parse().map(Value::Float).map_err(|_| self.expected("a number"));
        }
        if whole > LONGEST_INT {
            return Err(Error::new(format!("`from_json` reads no `int` of more than {LONGEST_INT} digits")));
        }
        text.parse::<BigInt>().map(Value::from_big_int).map_err(|_| self.expected("a number"))
    }
}
