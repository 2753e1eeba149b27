//! Filters for paths: `basename`, `dirname`, `path_join`, `realpath` and their kin, and those of Windows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::{Arguments, Call, Environment, Error};
use super::{Table, glob, inputs};
use crate::value::Value;

pub(super) const BUILTIN: Table = &[
    ("basename", |_, path, arguments| with_path("basename", &path, arguments, |path| split(path).1.into())),
    ("dirname", |_, path, arguments| with_path("dirname", &path, arguments, |path| split(path).0.into())),
    ("splitext", |_, path, arguments| {
        with_path("splitext", &path, arguments, |path| pair(split_extension(path)))
    }),
    ("normpath", |_, path, arguments| with_path("normpath", &path, arguments, |path| normalize(path).into())),
    ("expanduser", |call, path, arguments| {
        with_path("expanduser", &path, arguments, |path| expand_user(call.environment, path).into())
    }),
    ("expandvars", |call, path, arguments| {
        with_path("expandvars", &path, arguments, |path| expand_variables(call.environment, path).into())
    }),
    ("win_basename", |_, path, arguments| {
        with_path("win_basename", &path, arguments, |path| split_windows(path).1.into())
    }),
    ("win_dirname", |_, path, arguments| {
        with_path("win_dirname", &path, arguments, |path| split_windows(path).0.into())
    }),
    ("win_splitdrive", |_, path, arguments| {
        with_path("win_splitdrive", &path, arguments, |path| pair(split_drive(path)))
    }),
    ("path_join", path_join),
    ("commonpath", commonpath),
    ("realpath", realpath),
    ("relpath", relpath),
    ("fileglob", fileglob),
];

/// The most symbolic links that one path may lead over.
const MOST_LINKS: usize = 40;

/// Calls a function of a path with the only argument of a filter.
fn with_path(
    filter: &str,
    path: &Value,
    arguments: Arguments,
    function: impl FnOnce(&str) -> Value,
) -> Result<Value, Error> {
    let [] = arguments.bind(filter, [], 0)?;
    Ok(function(inputs::string_for(filter, path)?))
}

fn pair((first, second): (&str, &str)) -> Value {
    Value::Tuple(Arc::new(vec![first.into(), second.into()]))
}

/// Splits a path at its last slash; slashes at the end of the first part go, unless it has nothing else.
fn split(path: &str) -> (&str, &str) {
    let (head, tail) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
    let trimmed = head.trim_end_matches('/');
    (if trimmed.is_empty() { head } else { trimmed }, tail)
}

/// Splits off the extension; dots at the start of a name begin none.
fn split_extension(path: &str) -> (&str, &str) {
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    let name = path.get(start..).unwrap_or("");
    let inner = name.trim_start_matches('.');
    match inner.rfind('.') {
        Some(dot) => path.split_at(path.len() - (inner.len() - dot)),
        None => (path, ""),
    }
}

/// Returns `os.path.normpath`.
fn normalize(path: &str) -> String {
    let root = match path.bytes().take_while(|byte| *byte == b'/').count() {
        0 => "",
        2 => "//",
        _ => "/",
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part != ".." || parts.last().map_or(root.is_empty(), |last| *last == "..") {
            parts.push(part);
        } else {
            parts.pop();
        }
    }
    let path = format!("{root}{}", parts.join("/"));
    if path.is_empty() { ".".to_owned() } else { path }
}

/// Returns `os.path.join`.
fn join(first: &str, second: &str) -> String {
    if second.starts_with('/') {
        return second.to_owned();
    }
    let slash = if first.is_empty() || first.ends_with('/') { "" } else { "/" };
    format!("{first}{slash}{second}")
}

/// Returns the current folder as text.
fn current_folder(environment: &Environment) -> String {
    std::path::absolute(environment.folder())
        .unwrap_or_else(|_| environment.folder().to_owned())
        .to_string_lossy()
        .into_owned()
}

fn absolute(environment: &Environment, path: &str) -> String {
    normalize(&join(&current_folder(environment), path))
}

fn expand_user(environment: &Environment, path: &str) -> String {
    let Some(rest) = path.strip_prefix('~') else { return path.to_owned() };
    let (user, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let home = if user.is_empty() { environment.variable("HOME") } else { home_of(environment, user) };
    let Some(home) = home else { return path.to_owned() };
    let expanded = format!("{}{rest}", home.trim_end_matches('/'));
    if expanded.is_empty() { "/".to_owned() } else { expanded }
}

/// Returns the home folder that the user database gives a user.
fn home_of(environment: &Environment, user: &str) -> Option<String> {
    environment.use_it();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut users = users.lines().map(|line| line.split(':'));
    users.find_map(|mut fields| (fields.next()? == user).then(|| fields.nth(4).map(str::to_owned))?)
}

fn expand_variables(environment: &Environment, path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some(dollar) = rest.find('$') {
        let (before, from) = rest.split_at(dollar);
        out += before;
        let after = from.get(1..).unwrap_or("");
        let (name, length) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, _)) => (name, name.len() + 3),
            None => {
                let word = |c: char| !c.is_ascii_alphanumeric() && c != '_';
                let name = after.split(word).next().unwrap_or("");
                (name, name.len() + 1)
            }
        };
        let (source, next) = from.split_at(length);
        let value = if name.is_empty() { None } else { environment.variable(name) };
        out += &value.unwrap_or_else(|| source.to_owned());
        rest = next;
    }
    out + rest
}

fn path_join(_: &Call<'_>, paths: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("path_join", [], 0)?;
    if paths.as_str().is_some() {
        return Ok(paths);
    }
    let parts = path_texts("path_join", &paths)?;
    let joined = parts.into_iter().map(str::to_owned).reduce(|joined, part| join(&joined, &part));
    joined.map(Value::from).ok_or_else(|| Error::new("`path_join` needs at least one path"))
}

fn commonpath(_: &Call<'_>, paths: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("commonpath", [], 0)?;
    let paths = path_texts("commonpath", &paths)?;
    let Some(first) = paths.first() else {
        return Err(Error::new("`commonpath` needs at least one path"));
    };
    let rooted = first.starts_with('/');
    if paths.iter().any(|path| path.starts_with('/') != rooted) {
        return Err(Error::new("`commonpath` cannot mix absolute and relative paths"));
    }
    let parts = |path: &'_ &str| -> Vec<String> {
        path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect()
    };
    let common = paths.iter().map(parts).reduce(|common, path| {
        common.into_iter().zip(path).take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
    });
    let root = if rooted { "/" } else { "" };
    Ok(format!("{root}{}", common.unwrap_or_default().join("/")).into())
}

fn path_texts<'a>(filter: &str, paths: &'a Value) -> Result<Vec<&'a str>, Error> {
    let Some(items) = paths.as_items() else {
        let found = paths.type_name();
        return Err(Error::new(format!("`{filter}` needs a list of paths, not a value of type `{found}`")));
    };
    items.iter().map(|item| inputs::string_for(filter, item)).collect()
}

fn realpath(call: &Call<'_>, path: Value, arguments: Arguments) -> Result<Value, Error> {
    let [strict] = arguments.bind("realpath", ["strict"], 0)?;
    let path = join(&current_folder(call.environment), inputs::string_for("realpath", &path)?);
    let mut resolved = PathBuf::from("/");
    let mut open: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
    let mut links = 0;
    while let Some(part) = open.pop() {
        match part.as_str() {
            "" | "." => continue,
            ".." => {
                resolved.pop();
                continue;
            }
            name => resolved.push(name),
        }
        if inputs::flag(strict.as_ref()) && !Path::new(&resolved).exists() {
            return Err(Error::new(format!("`realpath` finds no `{}`", resolved.display())));
        }
        let Ok(target) = std::fs::read_link(&resolved) else { continue };
        links += 1;
        if links > MOST_LINKS {
            continue;
        }
        resolved.pop();
        let target = target.to_string_lossy();
        if target.starts_with('/') {
            resolved = PathBuf::from("/");
        }
        open.extend(target.split('/').rev().map(str::to_owned));
    }
    Ok(resolved.to_string_lossy().into_owned().into())
}

fn relpath(call: &Call<'_>, path: Value, arguments: Arguments) -> Result<Value, Error> {
    let [start] = arguments.bind("relpath", ["start"], 0)?;
    let path = inputs::string_for("relpath", &path)?;
    if path.is_empty() {
        return Err(Error::new("`relpath` needs a path that is not empty"));
    }
    let start = match start.as_ref().unwrap_or(&Value::Null) {
        Value::Null => ".",
        start => inputs::string_for("relpath", start)?,
    };
    let parts = |path: &str| -> Vec<String> {
        let path = absolute(call.environment, path);
        path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (path, start) = (parts(path), parts(start));
    let common = path.iter().zip(&start).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", start.len() - common);
    let parts: Vec<&str> = up.chain(path.iter().skip(common).map(String::as_str)).collect();
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") }.into())
}

fn fileglob(call: &Call<'_>, pattern: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("fileglob", [], 0)?;
    let folder = call.environment.folder();
    let paths = glob::expand(folder, inputs::string_for("fileglob", &pattern)?);
    Ok(Value::list(paths.into_iter().filter(|path| folder.join(path).is_file()).map(Value::from)))
}

/// Splits a Windows path into its drive, or UNC share, and the rest.
fn split_drive(path: &str) -> (&str, &str) {
    let normal = path.replace('/', "\\");
    if normal.starts_with("\\\\") {
        let device = normal.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("\\\\?\\UNC\\"));
        let start = if device { 8 } else { 2 };
        let find = |from: usize| normal.get(from..).and_then(|rest| rest.find('\\')).map(|at| at + from);
        return match find(start).and_then(|host_end| find(host_end + 1)) {
            Some(share_end) => path.split_at(share_end),
            None => (path, ""),
        };
    }
    let mut characters = path.char_indices();
    match (characters.next(), characters.next()) {
        (Some(_), Some((place, ':'))) => path.split_at(place + 1),
        _ => ("", path),
    }
}

fn split_windows(path: &str) -> (String, &str) {
    let slashes = ['\\', '/'];
    let (drive, rest) = split_drive(path);
    let (head, tail) = rest.split_at(rest.rfind(slashes).map_or(0, |slash| slash + 1));
    let trimmed = head.trim_end_matches(slashes);
    (format!("{drive}{}", if trimmed.is_empty() { head } else { trimmed }), tail)
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("rows/path.jsonl"));
    }
}
