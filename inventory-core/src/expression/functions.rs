//! The functions that expressions can call.

use std::sync::Arc;

use super::operators::{self, check_key};
use super::{Arguments, Call, Error, methods};
use crate::value::{Map, Range, Time, Value};

const FUNCTIONS: &[&str] =
    &["range", "dict", "namespace", "now", "undef", "lookup", "query", "q", "lipsum", "cycler", "joiner"];

/// Tells whether there is a function of that name.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}

/// Fails for the functions that are known but make no sense for an inventory.
pub(super) fn refuse(name: &str) -> Result<(), Error> {
    match name {
        "lipsum" | "cycler" | "joiner" | "loop.changed" => {
            Err(Error::unsupported(format!("the function `{name}` is not supported in an inventory")))
        }
        _ => Ok(()),
    }
}

/// Tells whether a function runs a lookup, whose name is its first argument.
pub(super) fn is_lookup(name: &str) -> bool {
    matches!(name, "lookup" | "query" | "q")
}

/// Fails for all lookups but `env` and `file`.
pub(super) fn refuse_lookup(name: &str) -> Result<(), Error> {
    match short_lookup(name) {
        "env" | "file" => Ok(()),
        _ => Err(Error::unsupported(format!(
            "the lookup `{name}` is not supported: only `env` and `file` are, since others run programs or Ansible \
             plugins on this machine"
        ))),
    }
}

fn short_lookup(name: &str) -> &str {
    let short = ["ansible.builtin.", "ansible.legacy."].iter().find_map(|prefix| name.strip_prefix(prefix));
    short.unwrap_or(name)
}

/// Tells whether a function wants to see undefined arguments itself.
pub(super) fn accepts_undefined(name: &str) -> bool {
    is_lookup(name) || name == "undef"
}

/// Calls a function.
pub(super) fn call(call: &Call<'_>, name: &str, arguments: Arguments) -> Result<Value, Error> {
    match name {
        "range" => range(arguments),
        "dict" | "namespace" => dict(arguments),
        "now" => now(call, arguments),
        "undef" => undef(arguments),
        "lookup" => lookup(call, arguments, false),
        "query" | "q" => lookup(call, arguments, true),
        "loop.cycle" => cycle(call, &arguments),
        _ => {
            refuse(name)?;
            Err(Error::new(format!("there is no function `{name}`")))
        }
    }
}

fn range(arguments: Arguments) -> Result<Value, Error> {
    let [first, second, step] = arguments.bind("range", ["start", "stop", "step"], 1)?;
    let integer = |value: Option<Value>, default: i64| match value {
        None => Ok(default),
        Some(value) => super::attribute::small_integer(&value).ok_or_else(|| {
            Error::new(format!("`range` needs integers, not a value of type `{}`", value.type_name()))
        }),
    };
    let (start, stop) = match second {
        None => (0, integer(first, 0)?),
        Some(stop) => (integer(first, 0)?, integer(Some(stop), 0)?),
    };
    let step = integer(step, 1)?;
    if step == 0 {
        return Err(Error::new("the step of a `range` must not be zero"));
    }
    Ok(Value::Range(Arc::new(Range { start, stop, step })))
}

fn dict(arguments: Arguments) -> Result<Value, Error> {
    if arguments.positional.len() > 1 {
        return Err(Error::new("`dict` takes at most one argument without a name"));
    }
    let mut made = Map::new();
    for value in &arguments.positional {
        if let Value::Map(map) = value {
            made = map.as_ref().clone();
            continue;
        }
        for pair in operators::items(value)? {
            let pair = operators::items(&pair)?;
            let [key, value] = pair.as_slice() else {
                return Err(Error::new("`dict` needs pairs of a key and a value"));
            };
            check_key(key)?;
            made.insert(key.clone(), value.clone());
        }
    }
    for (name, value) in arguments.keyword {
        made.insert(name, value);
    }
    Ok(made.into())
}

fn now(call: &Call<'_>, arguments: Arguments) -> Result<Value, Error> {
    let [utc, format] = arguments.bind("now", ["utc", "fmt"], 0)?;
    let zone = if utc.is_some_and(|utc| utc.is_true()) {
        jiff::tz::TimeZone::UTC
    } else {
        jiff::tz::TimeZone::system()
    };
    let microseconds = i64::try_from(call.environment.now().unix_microseconds());
    let timestamp = microseconds.ok().and_then(|now| jiff::Timestamp::from_microsecond(now).ok());
    let timestamp = timestamp.ok_or_else(|| Error::new("the time of the run is out of range"))?;
    let time = Time { civil: timestamp.to_zoned(zone).datetime(), offset: None };
    match format {
        Some(Value::Text(format)) if !format.is_empty() => {
            methods::format_time(&time, &format).map(Value::from)
        }
        _ => Ok(time.into()),
    }
}

/// Returns the argument whose turn it is in the loop around the call.
fn cycle(call: &Call<'_>, arguments: &Arguments) -> Result<Value, Error> {
    let turn = call.variables.variable("loop");
    let turn = turn.as_ref().and_then(Value::as_map).and_then(|turn| turn.get("index0"));
    let turn = turn.and_then(super::attribute::small_integer).and_then(|turn| usize::try_from(turn).ok());
    let place = turn.unwrap_or(0).checked_rem(arguments.positional.len());
    let item = place.and_then(|place| arguments.positional.get(place));
    item.cloned().ok_or_else(|| Error::new("`loop.cycle` needs values to choose from"))
}

fn undef(arguments: Arguments) -> Result<Value, Error> {
    let [hint] = arguments.bind("undef", ["hint"], 0)?;
    match hint {
        Some(Value::Text(hint)) if !hint.is_empty() => Ok(Value::Undefined(hint)),
        None | Some(Value::Null | Value::Text(_)) => {
            Ok(Value::Undefined("Mandatory variable has not been overridden".into()))
        }
        Some(Value::Undefined(words)) => Err(Error::undefined(&words)),
        Some(other) => Err(Error::new(format!(
            "the `hint` of `undef` must be a str, not of type `{}`",
            other.type_name()
        ))),
    }
}

/// Runs a lookup: `env` and `file`, the only ones that neither run programs nor need plugins.
fn lookup(call: &Call<'_>, mut arguments: Arguments, as_list: bool) -> Result<Value, Error> {
    if arguments.positional.is_empty() {
        return Err(Error::new("`lookup` needs the name of a lookup"));
    }
    let name = text(&arguments.positional.remove(0), "the name of a lookup")?;
    let as_list = as_list | arguments.take_keyword("wantlist").is_some_and(|wanted| wanted.is_true());
    let errors = arguments.take_keyword("errors");
    refuse_lookup(&name)?;
    let found = match short_lookup(&name) {
        "env" => environment_variables(call, arguments),
        _ => files(call, arguments),
    };
    let found = match found {
        Ok(found) => found,
        Err(error)
            if !error.is_undefined() && errors.is_some_and(|errors| errors != Value::from("strict")) =>
        {
            return Ok(if as_list { Value::list([]) } else { Value::Null });
        }
        Err(error) => return Err(error),
    };
    if as_list || found.is_empty() {
        return Ok(Value::from(found));
    }
    match found.as_slice() {
        [single] => Ok(single.clone()),
        several => {
            let texts: Option<Vec<&str>> = several.iter().map(Value::as_str).collect();
            Ok(texts.map_or_else(|| Value::from(several.to_vec()), |texts| Value::from(texts.join(","))))
        }
    }
}

fn text(value: &Value, what: &str) -> Result<String, Error> {
    match value {
        Value::Text(text) => Ok(text.to_string()),
        Value::Undefined(words) => Err(Error::undefined(words)),
        other => Err(Error::new(format!("{what} must be a str, not of type `{}`", other.type_name()))),
    }
}

fn environment_variables(call: &Call<'_>, mut arguments: Arguments) -> Result<Vec<Value>, Error> {
    let default = arguments.take_keyword("default").filter(|default| !matches!(default, Value::Null));
    refuse_options(&arguments, "env")?;
    let read = |term: &Value| {
        let name = text(term, "the name of an environment variable")?;
        // Ansible takes the first word, as its `name=value` syntax did.
        let name = name.split_whitespace().next().unwrap_or_default();
        match (call.environment.variable(name), &default) {
            (Some(value), _) => Ok(Value::from(value)),
            (None, None) => Ok(Value::from("")),
            (None, Some(Value::Undefined(_))) => {
                Err(Error::undefined(&format!("The environment variable '{name}' is not set.")))
            }
            (None, Some(default)) => Ok(default.clone()),
        }
    };
    arguments.positional.iter().map(read).collect()
}

fn files(call: &Call<'_>, mut arguments: Arguments) -> Result<Vec<Value>, Error> {
    let strip_left = arguments.take_keyword("lstrip").is_some_and(|strip| strip.is_true());
    let strip_right = arguments.take_keyword("rstrip").is_none_or(|strip| strip.is_true());
    refuse_options(&arguments, "file")?;
    let read = |term: &Value| {
        let name = text(term, "the path of a file")?;
        let path = call.environment.folder().join(&name);
        let content = std::fs::read_to_string(&path)
            .map_err(|error| Error::new(format!("the file `{}` cannot be read: {error}", path.display())))?;
        let mut content = content.as_str();
        if strip_left {
            content = content.trim_start();
        }
        if strip_right {
            content = content.trim_end();
        }
        Ok(Value::from(content))
    };
    arguments.positional.iter().map(read).collect()
}

fn refuse_options(arguments: &Arguments, lookup: &str) -> Result<(), Error> {
    match arguments.keyword.first() {
        Some((name, _)) => Err(Error::new(format!("the lookup `{lookup}` has no option `{name}`"))),
        None => Ok(()),
    }
}
