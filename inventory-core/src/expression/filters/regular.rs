//! Filters of regular expressions: `regex_replace`, `regex_search`, `regex_findall`, `regex_escape`.

use std::sync::Arc;

use super::super::regex::{Flags, Regex};
use super::super::{Arguments, Call, Error, operators};
use super::{Table, inputs};
use crate::value::Value;

pub(super) const BUILTIN: Table = &[
    ("regex_replace", regex_replace),
    ("regex_search", regex_search),
    ("regex_findall", regex_findall),
    ("regex_escape", regex_escape),
];

fn flags(ignore_case: Option<&Value>, multi_line: Option<&Value>) -> Flags {
    Flags { ignore_case: inputs::flag(ignore_case), multi_line: inputs::flag(multi_line), dot_all: false }
}

fn regex_replace(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    const PARAMETERS: [&str; 6] =
        ["pattern", "replacement", "ignorecase", "multiline", "count", "mandatory_count"];
    let [pattern, replacement, ignore_case, multi_line, count, mandatory] =
        arguments.bind("regex_replace", PARAMETERS, 0)?;
    let text = inputs::text(&value)?;
    let pattern = pattern.unwrap_or_else(|| "".into());
    let pattern = inputs::string_for("regex_replace", &pattern)?;
    let replacement = replacement.unwrap_or_else(|| "".into());
    let replacement = inputs::string_for("regex_replace", &replacement)?;
    let count = count.map_or(Ok(0), |count| inputs::integer_for("regex_replace", "count", &count))?;
    let regex = Regex::compile(pattern, flags(ignore_case.as_ref(), multi_line.as_ref()))?;
    // Less than no replacement is none, and none that is asked for means all.
    let (output, replaced) = match usize::try_from(count) {
        Ok(count) => {
            // A match takes a character or lies before one: the result is not longer than this.
            let matches = text.len() + 1;
            operators::check_size(matches.saturating_mul(replacement.len()))?;
            regex.replace(&text, replacement, count)?
        }
        Err(_) => {
            regex.replace("", replacement, 1)?;
            (text.to_string(), 0)
        }
    };
    if let Some(mandatory) = mandatory.filter(Value::is_true)
        && mandatory != Value::from(replaced)
    {
        return Err(Error::new(format!(
            "`{pattern}` must match {mandatory} times in `{text}`, but it matches {replaced} times"
        )));
    }
    Ok(output.into())
}

/// A group that `regex_search` is asked for.
enum Group {
    Number(usize),
    Name(String),
}

fn regex_search(_: &Call<'_>, value: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let ignore_case = arguments.take_keyword("ignorecase");
    let multi_line = arguments.take_keyword("multiline");
    let mut positional = arguments.positional.into_iter();
    let pattern = positional.next().or_else(|| {
        let place = arguments.keyword.iter().position(|(name, _)| name == "regex")?;
        Some(arguments.keyword.swap_remove(place).1)
    });
    let Some(pattern) = pattern else {
        return Err(Error::new("`regex_search` needs the argument `regex`"));
    };
    let groups = positional.map(|group| read_group(&group)).collect::<Result<Vec<_>, _>>()?;
    let text = inputs::text(&value)?;
    let pattern = inputs::string_for("regex_search", &pattern)?;
    let regex = Regex::compile(pattern, flags(ignore_case.as_ref(), multi_line.as_ref()))?;
    let Some(found) = regex.search(&text)? else { return Ok(Value::Null) };
    if groups.is_empty() {
        return Ok(found.group(0).into());
    }
    let items = groups.iter().map(|group| {
        let index = match group {
            Group::Number(number) => Some(*number).filter(|number| *number <= regex.group_count()),
            Group::Name(name) => regex.group_index(name),
        };
        let index = index.ok_or_else(|| Error::new(format!("`{pattern}` has no such group")))?;
        Ok(Value::from(found.group(index)))
    });
    items.collect::<Result<Vec<_>, Error>>().map(Value::from)
}

/// Reads `\1` or `\g<name>`.
fn read_group(argument: &Value) -> Result<Group, Error> {
    let text = inputs::string_for("regex_search", argument)?;
    let refused =
        || Error::new(format!("`regex_search` wants groups as `\\1` or `\\g<name>`, not as `{text}`"));
    if let Some(name) = text.strip_prefix("\\g") {
        // The longest name: up to the last `>` that no white space comes before.
        let name = name.strip_prefix('<').ok_or_else(refused)?;
        let name = name.split(char::is_whitespace).next().unwrap_or("");
        let (name, _) = name.rsplit_once('>').ok_or_else(refused)?;
        return if name.is_empty() { Err(refused()) } else { Ok(Group::Name(name.to_owned())) };
    }
    let digits = text.strip_prefix('\\').ok_or_else(refused)?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end).and_then(|digits| digits.parse().ok()).map(Group::Number).ok_or_else(refused)
}

fn regex_findall(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [pattern, multi_line, ignore_case] =
        arguments.bind("regex_findall", ["regex", "multiline", "ignorecase"], 1)?;
    let text = inputs::text(&value)?;
    let pattern = pattern.unwrap_or_default();
    let pattern = inputs::string_for("regex_findall", &pattern)?;
    let regex = Regex::compile(pattern, flags(ignore_case.as_ref(), multi_line.as_ref()))?;
    let found = regex.find_all(&text)?;
    let items = found.iter().map(|found| {
        // A group that took no part is empty here.
        let mut groups = found.groups().map(|group| Value::from(group.unwrap_or("")));
        match regex.group_count() {
            0 => found.group(0).into(),
            1 => groups.next().unwrap_or_default(),
            _ => Value::Tuple(Arc::new(groups.collect())),
        }
    });
    Ok(Value::list(items))
}

fn regex_escape(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [kind] = arguments.bind("regex_escape", ["re_type"], 0)?;
    let kind = kind.unwrap_or_else(|| "python".into());
    let special = match kind.as_str() {
        Some("python") => "()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c",
        Some("posix_basic") => "].[^$*\\",
        Some("posix_extended") => {
            return Err(Error::new("`regex_escape` does not implement `posix_extended`, nor does Ansible"));
        }
        _ => return Err(Error::new(format!("`regex_escape` knows no type `{kind}`"))),
    };
    let text = inputs::text(&value)?;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if special.contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("rows/regular.jsonl"));
    }
}
