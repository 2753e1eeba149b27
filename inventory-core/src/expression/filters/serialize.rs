//! Filters that write and read JSON and YAML.

use num_traits::ToPrimitive;

use super::super::{Arguments, Call, Error, operators};
use super::json_text::{self, Layout};
use super::{Table, inputs};
use crate::value::yaml::{self, DumpOptions, Quotes};
use crate::value::{Text, Value};
use crate::yaml::{Node, NodeValue};

pub(super) const BUILTIN: Table = &[
    ("to_json", to_json),
    ("to_nice_json", to_nice_json),
    ("from_json", from_json),
    ("from_yaml", from_yaml),
    ("to_yaml", to_yaml),
    ("to_nice_yaml", to_nice_yaml),
];

fn to_json(_: &Call<'_>, value: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let options = std::mem::take(&mut arguments.keyword);
    let (named, options) = options.into_iter().partition(|(name, _)| PROFILE.contains(&name.as_str()));
    arguments.keyword = named;
    let [profile, vault, unsafe_marks] = arguments.bind("to_json", PROFILE, 0)?;
    if inputs::flag(profile.as_ref()) && (vault.is_some() || unsafe_marks.is_some()) {
        return Err(Error::new("`to_json` takes a `profile` or the older arguments, not both"));
    }
    check_profile("to_json", profile)?;
    let layout = read_layout("to_json", options, false)?;
    json_text::write(&value, &layout).map(Value::from)
}

/// The parameters of `to_json` that choose how Ansible's own types are written.
const PROFILE: [&str; 3] = ["profile", "vault_to_text", "preprocess_unsafe"];

fn to_nice_json(_: &Call<'_>, value: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let options = std::mem::take(&mut arguments.keyword);
    let (named, mut options): (Vec<_>, Vec<_>) =
        options.into_iter().partition(|(name, _)| matches!(name.as_str(), "indent" | "sort_keys"));
    arguments.keyword = named;
    let [indent, sort_keys] = arguments.bind("to_nice_json", ["indent", "sort_keys"], 0)?;
    options.retain(|(name, _)| name != "separators");
    if let Some(place) = options.iter().position(|(name, _)| name == "profile") {
        check_profile("to_nice_json", Some(options.remove(place).1))?;
    }
    options.retain(|(name, _)| !PROFILE.contains(&name.as_str()));
    options.push(("indent".into(), indent.unwrap_or_else(|| 4.into())));
    options.push(("sort_keys".into(), sort_keys.unwrap_or_else(|| true.into())));
    json_text::write(&value, &read_layout("to_nice_json", options, true)?).map(Value::from)
}

/// Accepts the profile that Ansible takes by default, and none.
fn check_profile(filter: &str, profile: Option<Value>) -> Result<(), Error> {
    match profile.filter(Value::is_true) {
        None => Ok(()),
        Some(profile) if profile.as_str() == Some("tagless") => Ok(()),
        Some(profile) => Err(Error::new(format!("`{filter}` knows the profile `tagless`, not `{profile}`"))),
    }
}

/// Reads the keyword arguments of `json.dumps`.
pub(super) fn read_layout(filter: &str, options: Vec<(Text, Value)>, nice: bool) -> Result<Layout, Error> {
    let mut layout = Layout::default();
    if nice {
        layout.item_separator = ",".to_owned();
    }
    let mut separators = None;
    for (name, value) in options {
        match name.as_str() {
            "indent" => layout.indent = read_indent(filter, &value)?,
            "sort_keys" => layout.sort_keys = value.is_true(),
            "ensure_ascii" => layout.ensure_ascii = value.is_true(),
            "allow_nan" => layout.allow_nan = value.is_true(),
            "separators" if !matches!(value, Value::Null) => {
                separators = Some(read_separators(filter, &value)?);
            }
            "skipkeys" | "check_circular" | "separators" => {}
            "default" if matches!(value, Value::Null) => {}
            _ => return Err(Error::new(format!("`{filter}` has no argument `{name}`"))),
        }
    }
    if layout.indent.is_some() {
        layout.item_separator = ",".to_owned();
    }
    if let Some((item, key)) = separators {
        (layout.item_separator, layout.key_separator) = (item, key);
    }
    Ok(layout)
}

fn read_indent(filter: &str, indent: &Value) -> Result<Option<String>, Error> {
    match indent {
        Value::Null => Ok(None),
        Value::Text(text) => Ok(Some(text.to_string())),
        other => {
            let width = usize::try_from(inputs::integer_for(filter, "indent", other)?).unwrap_or(0);
            operators::check_size(width)?;
            Ok(Some(" ".repeat(width)))
        }
    }
}

fn read_separators(filter: &str, separators: &Value) -> Result<(String, String), Error> {
    let parts: Option<Vec<String>> = match separators {
        Value::Text(text) => Some(text.chars().map(String::from).collect()),
        other => {
            other.as_items().and_then(|items| items.iter().map(|item| Some(item.as_str()?.into())).collect())
        }
    };
    match parts.as_deref() {
        Some([item, key]) => Ok((item.clone(), key.clone())),
        _ => Err(Error::new(format!("`{filter}` needs two texts for `separators`"))),
    }
}

fn from_json(_: &Call<'_>, value: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let strict = arguments.take_keyword("strict");
    let [profile] = arguments.bind("from_json", ["profile"], 0)?;
    check_profile("from_json", profile)?;
    json_text::read(inputs::string_for("from_json", &value)?, strict.is_none_or(|strict| strict.is_true()))
}

fn from_yaml(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("from_yaml", [], 0)?;
    let Some(text) = value.as_str() else { return Ok(value) };
    let document = crate::yaml::read("from_yaml", text.as_bytes())
        .map_err(|problem| Error::new(format!("`from_yaml` cannot read the text: {}", problem.message)))?;
    if holds_unsafe(&document.root) {
        return Err(Error::new("`from_yaml` does not know the tag `!unsafe`"));
    }
    Ok(document.root.to_value())
}

fn holds_unsafe(node: &Node) -> bool {
    match &node.value {
        NodeValue::String(text) => text.is_unsafe,
        NodeValue::Sequence(items) => items.iter().any(holds_unsafe),
        NodeValue::Mapping(entries) => {
            entries.iter().any(|(key, value)| holds_unsafe(key) || holds_unsafe(value))
        }
        _ => false,
    }
}

fn to_yaml(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let options = DumpOptions { default_flow_style: None, ..DumpOptions::default() };
    dump("to_yaml", &value, options, arguments.keyword)
}

fn to_nice_yaml(_: &Call<'_>, value: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let named = arguments.take_keyword("indent");
    if named.is_some() && !arguments.positional.is_empty() {
        return Err(Error::new("`to_nice_yaml` got argument `indent` twice"));
    }
    let indent = named.or_else(|| arguments.positional.first().cloned()).unwrap_or_else(|| 4.into());
    arguments.keyword.push(("indent".into(), indent));
    dump("to_nice_yaml", &value, DumpOptions::default(), arguments.keyword)
}

/// Writes YAML with the keyword arguments of `yaml.dump`.
fn dump(
    filter: &str,
    value: &Value,
    mut options: DumpOptions,
    arguments: Vec<(Text, Value)>,
) -> Result<Value, Error> {
    for (name, value) in arguments {
        match (name.as_str(), &value) {
            (
                "indent" | "width" | "encoding" | "line_break" | "version" | "tags" | "default_style",
                Value::Null,
            ) => {}
            ("indent", value) => options.indent = c_int(filter, "indent", value)?,
            ("width", value) => options.width = c_int(filter, "width", value)?,
            ("sort_keys", value) => options.sort_keys = value.is_true(),
            ("default_flow_style", Value::Null) => options.default_flow_style = None,
            ("default_flow_style", value) => options.default_flow_style = Some(value.is_true()),
            ("default_style", Value::Text(style)) if style == "\"" => options.quotes = Some(Quotes::Double),
            ("default_style", Value::Text(style)) if style == "'" => options.quotes = Some(Quotes::Single),
            ("explicit_start", value) => options.explicit_start = value.is_true(),
            ("explicit_end", value) => options.explicit_end = value.is_true(),
            ("canonical", value) if !value.is_true() => {}
            (name, value) => {
                let value = value.repr();
                return Err(Error::new(format!("`{filter}` does not support the argument `{name}={value}`")));
            }
        }
    }
    let text = yaml::dump(value, &options).map_err(|error| Error::new(error.to_string()))?;
    operators::check_size(text.len())?;
    Ok(text.into())
}

/// Returns an argument that becomes a C `int`.
fn c_int(filter: &str, parameter: &str, argument: &Value) -> Result<i64, Error> {
    let number = match argument {
        Value::Float(number) => number.trunc().to_i64(),
        other => other.as_big_int().and_then(|number| number.to_i64()),
    };
    let number = number.and_then(|number| i32::try_from(number).ok()).map(i64::from);
    number.ok_or_else(|| Error::new(format!("`{filter}` needs an `int` of 32 bits for `{parameter}`")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("rows/serialize.jsonl"));
    }
}
