//! The methods of `str`.

mod split;
mod table;

pub(in super::super) use self::split::lines;
use super::super::operators::{self, check_size};
use super::super::{Arguments, Error};
use super::{casing, format, integer, wrong_type};
use crate::value::{Text, Value, is_space};

pub(super) const METHODS: &[&str] = &[
    "split",
    "startswith",
    "endswith",
    "replace",
    "lower",
    "upper",
    "strip",
    "lstrip",
    "rstrip",
    "join",
    "format",
    "find",
    "rfind",
    "index",
    "rindex",
    "count",
    "title",
    "capitalize",
    "swapcase",
    "casefold",
    "rsplit",
    "splitlines",
    "partition",
    "rpartition",
    "removeprefix",
    "removesuffix",
    "zfill",
    "ljust",
    "rjust",
    "center",
    "expandtabs",
    "format_map",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "maketrans",
    "translate",
    "encode",
];

/// Calls a method of a text.
pub(super) fn call(text: &Text, name: &str, arguments: Arguments) -> Result<Value, Error> {
    if let "format" | "format_map" = name {
        return format::call(text, name, arguments).map(Value::from);
    }
    if let "split" | "rsplit" = name {
        return split::split(text, name, arguments);
    }
    if let Some(outcome) = without_arguments(text, name) {
        let [] = arguments.bind(name, [], 0)?;
        return Ok(outcome);
    }
    if !arguments.keyword.is_empty() && !matches!(name, "splitlines" | "expandtabs" | "encode") {
        return Err(Error::new(format!("`{name}` takes no arguments by name")));
    }
    match name {
        "startswith" | "endswith" => affix(text, name, arguments),
        "strip" | "lstrip" | "rstrip" => strip(text, name, arguments),
        "replace" => replace(text, arguments),
        "join" => join(text, arguments),
        "find" | "rfind" | "index" | "rindex" | "count" => search(text, name, arguments),
        "partition" | "rpartition" => split::partition(text, name, arguments),
        "removeprefix" | "removesuffix" => remove_affix(text, name, arguments),
        "zfill" | "ljust" | "rjust" | "center" => pad(text, name, arguments),
        "splitlines" => split::split_lines(text, arguments),
        "expandtabs" => expand_tabs(text, arguments),
        "maketrans" => table::make(arguments),
        "translate" => table::translate(text, arguments),
        _ => {
            Err(Error::new(format!("the method `{name}` of `str` is not supported: there are no bytes here")))
        }
    }
}

fn without_arguments(text: &Text, name: &str) -> Option<Value> {
    let all = |is: fn(char) -> bool| Value::Bool(!text.is_empty() && text.chars().all(is));
    Some(match name {
        "lower" => Value::from(text.to_lowercase()),
        "upper" => Value::from(text.to_uppercase()),
        "casefold" => Value::from(text.to_lowercase().replace('ß', "ss").replace('ς', "σ")),
        "title" => Value::from(casing::title(text)),
        "capitalize" => Value::from(casing::capitalize(text)),
        "swapcase" => Value::from(casing::swap(text)),
        "islower" => Value::Bool(casing::is_lower(text)),
        "isupper" => Value::Bool(casing::is_upper(text)),
        "istitle" => Value::Bool(casing::is_title(text)),
        "isalnum" => all(char::is_alphanumeric),
        "isalpha" => all(char::is_alphabetic),
        "isascii" => Value::Bool(text.is_ascii()),
        "isdecimal" => all(is_decimal),
        "isdigit" => all(|c| is_decimal(c) || matches!(c, '²' | '³' | '¹' | '⁰'..='⁹' | '₀'..='₉')),
        "isnumeric" => all(char::is_numeric),
        "isspace" => all(is_space),
        "isprintable" => {
            Value::Bool(text.chars().all(|c| c == ' ' || !(c.is_control() || c.is_whitespace())))
        }
        "isidentifier" => {
            let mut characters = text.chars();
            let starts = characters.next().is_some_and(|c| c == '_' || c.is_alphabetic());
            Value::Bool(starts && characters.all(|c| c == '_' || c.is_alphanumeric()))
        }
        _ => return None,
    })
}

/// Digits of any script that Python's `int()` reads: those of Unicode's category Nd, whose blocks of ten are numeric
/// and not letters; the common ones are told by their value.
fn is_decimal(character: char) -> bool {
    character.is_ascii_digit()
        || matches!(u32::from(character), 0x660..=0x669 | 0x6f0..=0x6f9 | 0x966..=0x96f | 0xff10..=0xff19)
}

fn needed<'a>(method: &str, value: &'a Value) -> Result<&'a str, Error> {
    value.as_str().ok_or_else(|| wrong_type(method, "a str", value))
}

/// Cuts a text to the characters from `start` to `end`; none when `start` lies behind the end.
fn window<'t>(
    text: &'t str,
    name: &str,
    start: Option<&Value>,
    end: Option<&Value>,
) -> Result<Option<(&'t str, usize)>, Error> {
    let bound = |value: Option<&Value>, default: i64| match value {
        None | Some(Value::Null) => Ok(default),
        Some(value) => integer(name, value),
    };
    let (start, end) = (bound(start, 0)?, bound(end, i64::MAX)?);
    if start == 0 && end == i64::MAX {
        return Ok(Some((text, 0)));
    }
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let from_end = |bound: i64| if bound < 0 { (bound + length).max(0) } else { bound };
    let (start, end) = (from_end(start), from_end(end).min(length));
    if start > end {
        return Ok(None);
    }
    let byte = |place: i64| {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        text.char_indices().nth(place).map_or(text.len(), |(byte, _)| byte)
    };
    Ok(text.get(byte(start)..byte(end)).map(|part| (part, usize::try_from(start).unwrap_or(0))))
}

fn affix(text: &Text, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [affixes, start, end] = arguments.bind(name, ["prefix", "start", "end"], 1)?;
    let affixes = affixes.unwrap_or_default();
    let several = match &affixes {
        Value::Tuple(several) => several.as_slice(),
        single => std::slice::from_ref(single),
    };
    let several: Vec<&str> = several
        .iter()
        .map(|affix| affix.as_str().ok_or_else(|| wrong_type(name, "a str or a tuple of them", affix)))
        .collect::<Result<_, _>>()?;
    let Some((window, _)) = window(text, name, start.as_ref(), end.as_ref())? else {
        return Ok(Value::Bool(false));
    };
    Ok(Value::Bool(
        several.iter().any(|affix| {
            if name == "startswith" { window.starts_with(affix) } else { window.ends_with(affix) }
        }),
    ))
}

fn strip(text: &Text, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [characters] = arguments.bind(name, ["chars"], 0)?;
    let wanted: Option<Vec<char>> = match &characters {
        None | Some(Value::Null) => None,
        Some(characters) => Some(needed(name, characters)?.chars().collect()),
    };
    let is_wanted = |c: char| wanted.as_ref().map_or_else(|| is_space(c), |wanted| wanted.contains(&c));
    let stripped = match name {
        "lstrip" => text.trim_start_matches(is_wanted),
        "rstrip" => text.trim_end_matches(is_wanted),
        _ => text.trim_start_matches(is_wanted).trim_end_matches(is_wanted),
    };
    Ok(if stripped.len() == text.len() { Value::Text(text.clone()) } else { Value::from(stripped) })
}

fn replace(text: &Text, arguments: Arguments) -> Result<Value, Error> {
    let [old, new, count] = arguments.bind("replace", ["old", "new", "count"], 2)?;
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let (old, new) = (needed("replace", &old)?, needed("replace", &new)?);
    let count = count.map_or(Ok(-1), |count| integer("replace", &count))?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let matches = text.matches(old).take(count).count();
    check_size(text.len().saturating_add(matches.saturating_mul(new.len())))?;
    Ok(Value::from(text.replacen(old, new, count)))
}

fn join(text: &Text, arguments: Arguments) -> Result<Value, Error> {
    let [parts] = arguments.bind("join", ["iterable"], 1)?;
    let parts = operators::items(&parts.unwrap_or_default())?;
    let mut out = String::new();
    for (place, part) in parts.iter().enumerate() {
        operators::defined(part)?;
        if place > 0 {
            out.push_str(text);
        }
        out.push_str(needed("join", part)?);
        check_size(out.len())?;
    }
    Ok(Value::from(out))
}

fn search(text: &Text, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [part, start, end] = arguments.bind(name, ["sub", "start", "end"], 1)?;
    let part = part.unwrap_or_default();
    let part = needed(name, &part)?;
    let window = window(text, name, start.as_ref(), end.as_ref())?;
    if name == "count" {
        return Ok(Value::from(window.map_or(0, |(window, _)| window.matches(part).count())));
    }
    let found = window.and_then(|(window, start)| {
        let byte = if name.starts_with('r') { window.rfind(part) } else { window.find(part) }?;
        Some(start + window.get(..byte)?.chars().count())
    });
    match found {
        Some(place) => Ok(Value::from(place)),
        None if name.ends_with("find") => Ok(Value::Int(-1)),
        None => Err(Error::new(format!("`{name}` does not find `{part}`"))),
    }
}

fn remove_affix(text: &Text, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let [affix] = arguments.bind(name, ["affix"], 1)?;
    let affix = affix.unwrap_or_default();
    let affix = needed(name, &affix)?;
    let rest = if name == "removeprefix" { text.strip_prefix(affix) } else { text.strip_suffix(affix) };
    Ok(rest.map_or_else(|| Value::Text(text.clone()), Value::from))
}

fn pad(text: &Text, name: &str, arguments: Arguments) -> Result<Value, Error> {
    let most = if name == "zfill" { 1 } else { 2 };
    if arguments.positional.len() > most {
        return Err(Error::new(format!("`{name}` takes at most {most} arguments")));
    }
    let [width, fill] = arguments.bind(name, ["width", "fillchar"], 1)?;
    let width = usize::try_from(integer(name, &width.unwrap_or_default())?).unwrap_or(0);
    check_size(width)?;
    let missing = width.saturating_sub(text.chars().count());
    if name == "zfill" {
        let sign = usize::from(text.starts_with(['+', '-']));
        let (sign, digits) = text.split_at(sign);
        return Ok(Value::from(format!("{sign}{}{digits}", "0".repeat(missing))));
    }
    let fill = match &fill {
        None => " ",
        Some(fill) => needed(name, fill)?,
    };
    if fill.chars().count() != 1 {
        return Err(Error::new(format!("`{name}` fills with exactly one character")));
    }
    let left = match name {
        "ljust" => 0,
        "rjust" => missing,
        _ => missing / 2 + (missing & width & 1),
    };
    Ok(Value::from(format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left))))
}

fn expand_tabs(text: &Text, arguments: Arguments) -> Result<Value, Error> {
    let [size] = arguments.bind("expandtabs", ["tabsize"], 0)?;
    let size = size.map_or(Ok(8), |size| integer("expandtabs", &size))?;
    let size = usize::try_from(size).unwrap_or(0);
    check_size(text.matches('\t').count().saturating_mul(size))?;
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for character in text.chars() {
        match character {
            '\t' => {
                let width = if size == 0 { 0 } else { size - column % size };
                out.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            other => {
                column = if matches!(other, '\n' | '\r') { 0 } else { column + 1 };
                out.push(other);
            }
        }
    }
    Ok(Value::from(out))
}
