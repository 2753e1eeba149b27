//! Filters of texts: case, padding, replacing, cutting.

use super::super::{Arguments, Call, Error};
use super::Table;
use super::inputs::{bounded, flag, given, integer, is_space, lines, optional_integer, string, text};
use super::number::parse_float;
use crate::value::Value;

pub(super) const FILTERS: Table = &[
    ("capitalize", capitalize),
    ("center", center),
    ("filesizeformat", format_file_size),
    ("indent", indent),
    ("lower", lower),
    ("pprint", print),
    ("replace", replace),
    ("split", split),
    ("string", to_text),
    ("title", title),
    ("trim", trim),
    ("truncate", truncate),
    ("upper", upper),
    ("wordcount", count_words),
];

fn to_text(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("string", [], 0)?;
    text(&input).map(Value::Text)
}

fn lower(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("lower", [], 0)?;
    Ok(text(&input)?.to_lowercase().into())
}

fn upper(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("upper", [], 0)?;
    Ok(text(&input)?.to_uppercase().into())
}

fn capitalize(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("capitalize", [], 0)?;
    let text = text(&input)?;
    let mut characters = text.chars();
    // The first letter in title case: "ß" becomes "Ss", not "SS".
    let mut first = characters.next().into_iter().flat_map(char::to_uppercase);
    let mut capitalized: String = first.next().into_iter().collect();
    capitalized.extend(first.flat_map(char::to_lowercase));
    capitalized.push_str(&characters.as_str().to_lowercase());
    Ok(capitalized.into())
}

fn title(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("title", [], 0)?;
    let text = text(&input)?;
    let is_separator = |c: char| is_space(c) || matches!(c, '-' | '(' | '{' | '[' | '<');
    let mut titled = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let is_word = !is_separator(first);
        let end = rest.find(|c| is_separator(c) == is_word).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        if is_word {
            let mut characters = part.chars();
            titled.extend(characters.next().into_iter().flat_map(char::to_uppercase));
            titled.push_str(&characters.as_str().to_lowercase());
        } else {
            titled.push_str(part);
        }
        rest = after;
    }
    Ok(titled.into())
}

fn center(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [width] = arguments.bind("center", ["width"], 0)?;
    let width = usize::try_from(optional_integer(width.as_ref(), 80)?).unwrap_or(0);
    let text = text(&input)?;
    let padding = bounded(width)?.saturating_sub(text.chars().count());
    // Where the padding is odd, the longer part is left exactly if the width is odd.
    let left = padding / 2 + (padding & width & 1);
    Ok(format!("{}{text}{}", " ".repeat(left), " ".repeat(padding - left)).into())
}

fn trim(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [characters] = arguments.bind("trim", ["chars"], 0)?;
    let text = text(&input)?;
    let trimmed = match given(characters) {
        None => text.trim_matches(is_space),
        Some(characters) => {
            let characters = string(&characters)?;
            text.trim_matches(|c| characters.contains(c))
        }
    };
    Ok(trimmed.into())
}

fn replace(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [old, new, count] = arguments.bind("replace", ["old", "new", "count"], 2)?;
    let (old, new) = (text(&old.unwrap_or_default())?, text(&new.unwrap_or_default())?);
    let count = given(count).map_or(Ok(-1), |count| integer(&count))?;
    // A negative count means all.
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let text = text(&input)?;
    if new.len() > old.len() {
        let found = text.matches(old.as_str()).count().min(count);
        bounded(found.saturating_mul(new.len()))?;
    }
    Ok(text.replacen(old.as_str(), &new, count).into())
}

fn split(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [separator, most] = arguments.bind("split", ["sep", "maxsplit"], 0)?;
    let text = string(&input)?;
    // A negative number of splits means all.
    let most = usize::try_from(optional_integer(most.as_ref(), -1)?).unwrap_or(usize::MAX - 1);
    let Some(separator) = given(separator) else { return Ok(split_at_spaces(text, most).into()) };
    match string(&separator)? {
        "" => Err(Error::new("the separator of `split` is empty")),
        separator => Ok(Value::list(text.splitn(most.saturating_add(1), separator).map(Value::from))),
    }
}

fn split_at_spaces(text: &str, most: usize) -> Vec<Value> {
    let mut words = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while !rest.is_empty() {
        let end = rest.find(is_space).filter(|_| words.len() < most).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        words.push(word.into());
        rest = after.trim_start_matches(is_space);
    }
    words
}

fn indent(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [width, first, blank] = arguments.bind("indent", ["width", "first", "blank"], 0)?;
    let indention = match width.unwrap_or(Value::Int(4)) {
        Value::Text(text) => text,
        width => " ".repeat(bounded(usize::try_from(integer(&width)?).unwrap_or(0))?).into(),
    };
    let (first, blank) = (flag(first.as_ref()), flag(blank.as_ref()));
    let text = format!("{}\n", string(&input)?);
    let lines = lines(&text);
    bounded(lines.len().saturating_mul(indention.len()))?;
    let mut indented = String::with_capacity(text.len());
    for (place, line) in lines.into_iter().enumerate() {
        if place > 0 {
            indented.push('\n');
        }
        let is_indented = if place == 0 { first } else { blank || !line.is_empty() };
        if is_indented {
            indented.push_str(&indention);
        }
        indented.push_str(line);
    }
    Ok(indented.into())
}

fn truncate(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [length, kill_words, end, leeway] =
        arguments.bind("truncate", ["length", "killwords", "end", "leeway"], 0)?;
    let length = optional_integer(length.as_ref(), 255)?;
    let leeway = optional_integer(given(leeway).as_ref(), 5)?;
    let end = end.unwrap_or_else(|| "...".into());
    let end = string(&end)?;
    let kept = usize::try_from(length).ok().and_then(|length| length.checked_sub(end.chars().count()));
    let (Some(kept), Ok(leeway)) = (kept, usize::try_from(leeway)) else {
        return Err(Error::new(
            "`truncate` needs a `length` of at least that of `end`, and no negative `leeway`",
        ));
    };
    let allowed = kept.saturating_add(end.chars().count()).saturating_add(leeway);
    if input.as_items().is_some_and(|items| items.len() <= allowed) {
        return Ok(input);
    }
    let text = string(&input)?;
    if text.chars().count() <= allowed {
        return Ok(input);
    }
    let cut = text.char_indices().nth(kept).and_then(|(place, _)| text.get(..place)).unwrap_or(text);
    let cut =
        if flag(kill_words.as_ref()) { cut } else { cut.rsplit_once(' ').map_or(cut, |(words, _)| words) };
    Ok(format!("{cut}{end}").into())
}

fn count_words(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("wordcount", [], 0)?;
    let text = text(&input)?;
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    Ok(words.count().into())
}

fn format_file_size(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [is_binary] = arguments.bind("filesizeformat", ["binary"], 0)?;
    let bytes = input.as_str().map_or_else(|| super::inputs::number(&input), parse_float);
    let Some(bytes) = bytes else {
        return Err(Error::new(format!("{} is no number of bytes", input.repr())));
    };
    let is_binary = flag(is_binary.as_ref());
    let (base, infix) = if is_binary { (1024.0, "iB") } else { (1000.0, "B") };
    if bytes == 1.0 {
        return Ok("1 Byte".into());
    }
    if bytes < base {
        if bytes.is_infinite() {
            return Err(Error::new("an infinite size has no whole number of bytes"));
        }
        // Without "-0": the number is an `int` here.
        return Ok(format!("{:.0} Bytes", bytes.trunc() + 0.0).into());
    }
    let prefixes = [if is_binary { "K" } else { "k" }, "M", "G", "T", "P", "E", "Z", "Y"];
    let mut unit: f64 = base;
    for (place, prefix) in prefixes.iter().enumerate() {
        if bytes < unit * base || place + 1 == prefixes.len() {
            return Ok(format!("{:.1} {prefix}{infix}", base * bytes / (unit * base)).into());
        }
        unit *= base;
    }
    Err(Error::new("there is no unit for this size"))
}

/// Prints a value like Python's `pprint`, which does not break Ansible's own lists and dicts into lines.
fn print(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    const WIDTH: usize = 80;
    let [] = arguments.bind("pprint", [], 0)?;
    super::inputs::refuse_undefined(&input)?;
    let repr = input.repr();
    let Some(text) = input.as_str().filter(|_| repr.chars().count() > WIDTH) else { return Ok(repr.into()) };
    let mut chunks: Vec<String> = Vec::new();
    let all_lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (place, line) in all_lines.iter().enumerate() {
        // The last line leaves room for the closing parenthesis.
        let is_last_line = place + 1 == all_lines.len();
        let mut current = String::new();
        let words = words_with_spaces(line);
        for (word_place, word) in words.iter().enumerate() {
            let is_last = is_last_line && word_place + 1 == words.len();
            let candidate = format!("{current}{word}");
            let width = WIDTH - 1 - usize::from(is_last);
            if Value::from(candidate.as_str()).repr().chars().count() <= width {
                current = candidate;
                continue;
            }
            if !current.is_empty() {
                chunks.push(Value::from(current.as_str()).repr());
            }
            current = (*word).to_owned();
        }
        if !current.is_empty() {
            chunks.push(Value::from(current).repr());
        }
    }
    match chunks.as_slice() {
        [chunk] => Ok(chunk.as_str().into()),
        _ => Ok(format!("({})", chunks.join("\n ")).into()),
    }
}

/// Splits into words, each with the spaces that follow it.
fn words_with_spaces(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let spaces = rest.find(is_space).unwrap_or(rest.len());
        let after = rest.get(spaces..).unwrap_or_default();
        let end = spaces + after.find(|c| !is_space(c)).unwrap_or(after.len());
        let (word, next) = rest.split_at(end);
        words.push(word);
        rest = next;
    }
    words
}

#[cfg(test)]
mod tests;
