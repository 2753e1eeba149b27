//! Filters of texts: case, padding, replacing, cutting.

use super::super::nodes::Operator;
use super::super::{Arguments, Call, Error, methods, operators};
use super::Table;
use super::inputs::{bounded, flag, given, integer, optional_integer, string, text};
use super::number::parse_float;
use crate::value::{Map, Value, is_space};

pub(super) const FILTERS: Table = &[
    ("capitalize", capitalize),
    ("center", center),
    ("filesizeformat", format_file_size),
    ("format", format_values),
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

/// Formats values like Python's `%`: all positional arguments, or all those with names.
fn format_values(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let Arguments { positional, keyword } = arguments;
    let values = match (positional.is_empty(), keyword.is_empty()) {
        (false, false) => return Err(Error::new("`format` takes values either by place or by name")),
        (_, true) => Value::Tuple(positional.into()),
        (true, false) => keyword.into_iter().collect::<Map>().into(),
    };
    operators::arithmetic(Operator::Remainder, &text(&input)?.into(), &values)
}

/// Calls a method of `str`.
fn call_method(text: &Value, name: &str, arguments: Arguments) -> Result<Value, Error> {
    methods::call(text, name, arguments, true)
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
    call_method(&text(&input)?.into(), "capitalize", Arguments::default())
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
    let width = width.unwrap_or(Value::Int(80));
    call_method(&text(&input)?.into(), "center", Arguments::positional([width]))
}

fn trim(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [characters] = arguments.bind("trim", ["chars"], 0)?;
    call_method(&text(&input)?.into(), "strip", Arguments::positional(given(characters)))
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
        operators::check_size(found.saturating_mul(new.len()))?;
    }
    Ok(text.replacen(old.as_str(), &new, count).into())
}

fn split(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    string(&input)?;
    call_method(&input, "split", arguments)
}

fn indent(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [width, first, blank] = arguments.bind("indent", ["width", "first", "blank"], 0)?;
    let indention = match width.unwrap_or(Value::Int(4)) {
        Value::Text(text) => text,
        width => " ".repeat(bounded(usize::try_from(integer(&width)?).unwrap_or(0))?).into(),
    };
    let (first, blank) = (flag(first.as_ref()), flag(blank.as_ref()));
    let text = format!("{}\n", string(&input)?);
    let lines = methods::lines(&text, false);
    operators::check_size(lines.len().saturating_mul(indention.len()))?;
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
    super::super::evaluate::first_undefined(&input)?;
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
