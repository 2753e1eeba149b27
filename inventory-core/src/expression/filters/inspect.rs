//! Filters that describe a value or decorate a text: `type_debug`, `comment`.

use num_traits::ToPrimitive;

use super::super::{Arguments, Call, Error, operators};
use super::{Table, inputs};
use crate::value::{Map, Value, is_space};

pub(super) const BUILTIN: Table = &[("type_debug", type_debug), ("comment", comment)];

fn type_debug(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("type_debug", [], 0)?;
    Ok(value.type_name().into())
}

/// The parameters that each style sets.
const STYLES: [(&str, &[(&str, &str)]); 5] = [
    ("plain", &[("decoration", "# ")]),
    ("erlang", &[("decoration", "% ")]),
    ("c", &[("decoration", "// ")]),
    ("cblock", &[("beginning", "/*"), ("decoration", " * "), ("end", " */")]),
    ("xml", &[("beginning", "<!--"), ("decoration", " - "), ("end", "-->")]),
];

fn comment(_: &Call<'_>, text: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let given = std::mem::take(&mut arguments.keyword);
    let (style, given): (Vec<_>, Vec<_>) = given.into_iter().partition(|(name, _)| name == "style");
    arguments.keyword = style;
    let [style] = arguments.bind("comment", ["style"], 0)?;
    let style = style.unwrap_or_else(|| "plain".into());
    let Some((_, styled)) = STYLES.iter().find(|(name, _)| style.as_str() == Some(name)) else {
        let known = STYLES.map(|(name, _)| format!("`{name}`")).join(", ");
        return Err(Error::new(format!("`comment` has no style `{style}`; it has {known}")));
    };
    let mut parameters: Map = [
        ("newline", Value::from("\n")),
        ("beginning", "".into()),
        ("prefix_count", 1.into()),
        ("postfix_count", 1.into()),
        ("end", "".into()),
    ]
    .into_iter()
    .collect();
    for (name, value) in *styled {
        parameters.insert(*name, *value);
    }
    let decoration = given.iter().find(|(name, _)| name == "decoration").map(|(_, value)| value.clone());
    let decoration = decoration.or_else(|| parameters.get("decoration").cloned()).unwrap_or_default();
    let decoration = inputs::string_for("comment", &decoration)?;
    let edge = decoration.trim_end_matches(is_space);
    parameters.insert("prefix", edge);
    parameters.insert("postfix", edge);
    for (name, value) in given {
        parameters.insert(name, value);
    }
    decorate(inputs::string_for("comment", &text)?, &parameters).map(Value::from)
}

fn decorate(text: &str, parameters: &Map) -> Result<String, Error> {
    let get = |name: &str| parameters.get(name).cloned().unwrap_or_default();
    let (newline, decoration) = (get("newline"), get("decoration"));
    let newline = inputs::string_for("comment", &newline)?;
    let decoration = inputs::string_for("comment", &decoration)?;
    let mut out = String::new();
    let beginning = get("beginning");
    if beginning.is_true() {
        out += &format!("{beginning}{newline}");
    }
    let prefix = get("prefix");
    if prefix.is_true() {
        let line =
            if prefix.as_str() == Some(newline) { newline.to_owned() } else { format!("{prefix}{newline}") };
        let count = repetitions(&get("prefix_count"))?;
        operators::check_size(line.len().saturating_mul(count))?;
        out += &line.repeat(count);
    }
    let lines = text.matches(newline).count() + 1;
    operators::check_size(lines.saturating_mul(decoration.len() + newline.len()))?;
    let body = format!("{decoration}{}", text.replace(newline, &format!("{newline}{decoration}")));
    // A line that holds nothing but the decoration gets no trailing spaces.
    let bare = format!("{}{newline}", decoration.trim_end_matches(is_space));
    out += &body.replace(&format!("{decoration}{newline}"), &bare);
    let (postfix, count) =
        (get("postfix"), inputs::integer_for("comment", "postfix_count", &get("postfix_count"))?);
    if let Some(count) = usize::try_from(count).ok().filter(|count| *count > 0) {
        let line = format!("{newline}{}", inputs::string_for("comment", &postfix)?);
        operators::check_size(line.len().saturating_mul(count))?;
        out += &line.repeat(count);
    }
    let end = get("end");
    if end.is_true() {
        out += &format!("{newline}{end}");
    }
    Ok(out)
}

/// Returns `int(count)`, and 0 for less.
fn repetitions(count: &Value) -> Result<usize, Error> {
    let number = match count {
        Value::Text(text) => text.trim_matches(is_space).parse().ok(),
        Value::Float(number) => number.trunc().to_i64(),
        other => other.as_big_int().and_then(|number| number.to_i64()),
    };
    let number = number.ok_or_else(|| Error::new("`comment` needs an `int` for `prefix_count`"))?;
    Ok(usize::try_from(number).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("rows/inspect.jsonl"));
    }
}
