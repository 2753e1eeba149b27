//! Ansible's tests of paths on this machine.

use std::path::{Path, PathBuf};

use super::super::{Arguments, Call, Check, Error};
use super::basic::none;
use crate::value::Value;

pub(super) const TABLE: &[(&str, Check)] = &[
    ("directory", |call, input, arguments| check(call, &input, arguments, Path::is_dir)),
    ("is_dir", |call, input, arguments| check(call, &input, arguments, Path::is_dir)),
    ("file", |call, input, arguments| check(call, &input, arguments, Path::is_file)),
    ("is_file", |call, input, arguments| check(call, &input, arguments, Path::is_file)),
    ("link", |call, input, arguments| check(call, &input, arguments, Path::is_symlink)),
    ("is_link", |call, input, arguments| check(call, &input, arguments, Path::is_symlink)),
    ("exists", |call, input, arguments| check(call, &input, arguments, Path::exists)),
    ("link_exists", |call, input, arguments| {
        check(call, &input, arguments, |path| path.symlink_metadata().is_ok())
    }),
    ("mount", |call, input, arguments| check(call, &input, arguments, is_mount)),
    ("is_mount", |call, input, arguments| check(call, &input, arguments, is_mount)),
    ("abs", |_, input, arguments| is_absolute(&input, arguments)),
    ("is_abs", |_, input, arguments| is_absolute(&input, arguments)),
    ("same_file", |call, input, arguments| is_same_file(call, &input, arguments)),
    ("is_same_file", |call, input, arguments| is_same_file(call, &input, arguments)),
    ("vaulted_file", |call, input, arguments| is_vaulted(call, &input, arguments)),
];

fn path(call: &Call<'_>, value: &Value) -> Result<PathBuf, Error> {
    let text = value
        .as_str()
        .ok_or_else(|| Error::new(format!("a path must be a str, not of type `{}`", value.type_name())))?;
    Ok(if text.is_empty() { PathBuf::new() } else { call.environment.folder().join(text) })
}

fn check(
    call: &Call<'_>,
    input: &Value,
    arguments: Arguments,
    holds: fn(&Path) -> bool,
) -> Result<bool, Error> {
    none(arguments)?;
    // Python reads a number as the number of an open file, of which an expression knows none.
    if matches!(input, Value::Int(_) | Value::Bool(_)) {
        return Ok(false);
    }
    Ok(holds(&path(call, input)?))
}

fn is_absolute(input: &Value, arguments: Arguments) -> Result<bool, Error> {
    none(arguments)?;
    input
        .as_str()
        .map(|text| text.starts_with('/'))
        .ok_or_else(|| Error::new(format!("a path must be a str, not of type `{}`", input.type_name())))
}

/// Tells whether a folder lies on another device than its parent, or is its own parent.
#[cfg(unix)]
fn is_mount(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(own) = path.symlink_metadata() else { return false };
    if own.is_symlink() {
        return false;
    }
    let Ok(parent) = path.join("..").canonicalize().and_then(|parent| parent.symlink_metadata()) else {
        return false;
    };
    own.dev() != parent.dev() || own.ino() == parent.ino()
}

#[cfg(not(unix))]
fn is_mount(path: &Path) -> bool {
    path.parent().is_none() && path.exists()
}

fn is_same_file(call: &Call<'_>, input: &Value, arguments: Arguments) -> Result<bool, Error> {
    let [other] = arguments.bind("same_file", ["other"], 1)?;
    let real = |value: &Value| {
        let path = path(call, value)?;
        path.canonicalize()
            .map_err(|error| Error::new(format!("the file `{}` cannot be read: {error}", path.display())))
    };
    Ok(real(input)? == real(&other.unwrap_or_default())?)
}

fn is_vaulted(call: &Call<'_>, input: &Value, arguments: Arguments) -> Result<bool, Error> {
    use std::io::Read;
    none(arguments)?;
    let path = path(call, input)?;
    let mut start = Vec::new();
    std::fs::File::open(&path)
        .and_then(|file| file.take(16).read_to_end(&mut start))
        .map_err(|error| Error::new(format!("the file `{}` cannot be read: {error}", path.display())))?;
    Ok(start.starts_with(b"$ANSIBLE_VAULT"))
}
