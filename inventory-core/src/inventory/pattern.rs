//! Ansible's host patterns, as `--limit` and `--host` take them.

mod split;

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{HostId, Inventory};
use crate::expression::regex::{Flags, Regex};
use crate::glob::Glob;

/// Holds a pattern: parts that add hosts (`web*`), keep hosts (`&prod`) or take hosts away (`!db`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<String>,
}

/// Holds what a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The hosts, each once, in the order of the parts that match them.
    pub hosts: Vec<HostId>,
    /// The parts that match neither a group nor a host.
    pub unmatched: Vec<String>,
}

/// Why a pattern selects nothing.
#[derive(Debug)]
pub enum Error {
    /// A part is no pattern: it is empty or not a regular expression.
    Invalid(String),
    /// A subscript (`web[3]`) lies beyond the hosts of its group.
    Subscript(String),
    /// A file named with `@` cannot be read.
    File(PathBuf, std::io::Error),
    /// The name does not match exactly one host.
    UnknownHost(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Invalid(part) => write!(f, "invalid host pattern `{part}`"),
            Error::Subscript(part) => write!(f, "no hosts matched the subscripted pattern `{part}`"),
            Error::File(path, error) => write!(f, "cannot read the limit file `{}`: {error}", path.display()),
            Error::UnknownHost(name) if name.contains(['*', '?', '[', ',', ':', '!', '&']) => {
                f.write_str("it does not match exactly one host")
            }
            Error::UnknownHost(name) => write!(f, "there is no host `{name}`"),
        }
    }
}

impl std::error::Error for Error {}

impl Pattern {
    /// Reads a pattern: parts between commas, or between colons where the text is not an address or a range of hosts.
    pub fn parse(text: &str) -> Pattern {
        Pattern { parts: split::split(text) }
    }

    /// Reads a pattern as `--limit` takes it: a part `@file` stands for the lines of that file.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn parse_limit(text: &str) -> Result<Pattern, Error> {
        let mut parts = Vec::new();
        for part in split::split(text) {
            let Some(path) = part.strip_prefix('@') else {
                parts.push(part);
                continue;
            };
            let path = Path::new(path);
            let lines = std::fs::read_to_string(path).map_err(|error| Error::File(path.into(), error))?;
            parts.extend(lines.split('\n').map(|line| line.trim().to_owned()));
        }
        Ok(Pattern { parts })
    }

    /// Tells whether there are no parts, which as a limit means that there is none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Selects hosts: first the parts that add, then those with `&`, then those with `!`; without any that adds, all.
    ///
    /// # Errors
    /// A part that is no pattern, and a subscript beyond the hosts.
    pub fn select(&self, inventory: &Inventory) -> Result<Selection, Error> {
        let parts = || self.parts.iter().map(String::as_str).filter(|part| !part.is_empty());
        let mut adding: Vec<&str> = parts().filter(|part| !part.starts_with(['&', '!'])).collect();
        if adding.is_empty() {
            adding.push("all");
        }
        let keeping = parts().filter(|part| part.starts_with('&'));
        let excluding = parts().filter(|part| part.starts_with('!'));
        let mut selection = Selection { hosts: Vec::new(), unmatched: Vec::new() };
        let mut selected = HashSet::new();
        for part in adding.into_iter().chain(keeping).chain(excluding) {
            if let Some(host) = inventory.find_host(part) {
                if selected.insert(host) {
                    selection.hosts.push(host);
                }
                continue;
            }
            let name = part.strip_prefix(['&', '!']).unwrap_or(part);
            let matched = match_part(inventory, name, &mut selection.unmatched)?;
            match part.as_bytes().first() {
                Some(b'!') => {
                    let matched: HashSet<_> = matched.into_iter().collect();
                    selection.hosts.retain(|host| !matched.contains(host));
                }
                Some(b'&') => {
                    let matched: HashSet<_> = matched.into_iter().collect();
                    selection.hosts.retain(|host| matched.contains(host));
                }
                _ => selection.hosts.extend(matched.into_iter().filter(|host| selected.insert(*host))),
            }
        }
        Ok(selection)
    }
}

/// Finds the one host that a pattern matches, as `--host` does.
///
/// # Errors
/// A pattern that matches no host or several.
pub fn find_one(inventory: &Inventory, text: &str) -> Result<HostId, Error> {
    match Pattern::parse(text).select(inventory)?.hosts.as_slice() {
        [host] => Ok(*host),
        _ => Err(Error::UnknownHost(text.to_owned())),
    }
}

/// Returns the hosts of one part without its modifier, some of them perhaps twice.
fn match_part(inventory: &Inventory, part: &str, unmatched: &mut Vec<String>) -> Result<Vec<HostId>, Error> {
    let (name, subscript) = if part.starts_with('~') { (part, None) } else { split_subscript(part) };
    let matcher = Matcher::new(name)?;
    let mut hosts = Vec::new();
    let mut matches_group = false;
    for (id, group) in inventory.groups() {
        if matcher.matches(group.name()) {
            matches_group = true;
            hosts.extend(inventory.hosts_under(id));
        }
    }
    if !matches_group || name.starts_with('~') || name.contains(['.', '?', '*', '[']) {
        hosts.extend(inventory.hosts().filter(|(_, host)| matcher.matches(host.name())).map(|(id, _)| id));
    }
    if hosts.is_empty() && !matches_group && name != "all" {
        unmatched.push(name.to_owned());
    }
    match subscript {
        Some(subscript) if !hosts.is_empty() => {
            subscript.select(&hosts).ok_or_else(|| Error::Subscript(part.to_owned()))
        }
        _ => Ok(hosts),
    }
}

enum Matcher {
    Glob(Glob),
    Regex(Arc<Regex>),
}

impl Matcher {
    fn new(pattern: &str) -> Result<Matcher, Error> {
        let invalid = || Error::Invalid(pattern.to_owned());
        match pattern.strip_prefix('~') {
            None if pattern.is_empty() => Err(invalid()),
            None => Ok(Matcher::Glob(Glob::new(pattern))),
            Some(regex) => Regex::compile(regex, Flags::default()).map(Matcher::Regex).map_err(|_| invalid()),
        }
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Matcher::Glob(glob) => glob.matches(name),
            // A name that takes too long to match does not.
            Matcher::Regex(regex) => regex.match_at_start(name).is_ok_and(|found| found.is_some()),
        }
    }
}

/// Selects some hosts of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subscript {
    /// The host at a place, counted from the end when negative.
    One(i64),
    /// The hosts from a place to another, that one too; without the latter, to the end.
    Range(i64, Option<i64>),
}

impl Subscript {
    fn select(self, hosts: &[HostId]) -> Option<Vec<HostId>> {
        let at = |place: i64| {
            let from_end = usize::try_from(place.unsigned_abs()).ok()?;
            let place = if place < 0 { hosts.len().checked_sub(from_end)? } else { from_end };
            hosts.get(place).map(|host| vec![*host])
        };
        match self {
            Subscript::One(place) => at(place),
            // Ansible takes an end of zero for none at all, and the subscript for that of one host.
            Subscript::Range(start, Some(0)) => at(start),
            Subscript::Range(start, end) => {
                let limit = |place: i64| usize::try_from(place).unwrap_or(usize::MAX).min(hosts.len());
                let end = end.map_or(hosts.len(), |end| limit(end.saturating_add(1)));
                Some(hosts.get(limit(start)..end).unwrap_or_default().to_vec())
            }
        }
    }
}

/// Splits `name[1]`, `name[1:3]` or `name[1:]` into the name and the subscript.
fn split_subscript(part: &str) -> (&str, Option<Subscript>) {
    let subscript = || {
        let (name, inner) = part.strip_suffix(']')?.rsplit_once('[')?;
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().unwrap_or(i64::MAX))
        };
        let subscript = match inner.strip_prefix('-') {
            Some(place) => Subscript::One(number(place)?.saturating_neg()),
            None => match inner.split_once([':', '-']) {
                None => Subscript::One(number(inner)?),
                Some((start, "")) => Subscript::Range(number(start)?, None),
                Some((start, end)) => Subscript::Range(number(start)?, Some(number(end)?)),
            },
        };
        (!name.is_empty()).then_some((name, Some(subscript)))
    };
    subscript().unwrap_or((part, None))
}

#[cfg(test)]
mod tests;
