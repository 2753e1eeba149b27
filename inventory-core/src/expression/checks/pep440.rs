//! The versions of Python packages (PEP 440).

use num_bigint::BigUint;

use super::super::Error;
use super::super::regex::{Flags, Regex};
use super::version::number;

const PATTERN: &str = concat!(
    r"\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)",
    r"(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d+)?)?",
    r"(?:(?:-(\d+))|(?:[-_.]?(post|rev|r)[-_.]?(\d+)?))?",
    r"(?:[-_.]?(dev)[-_.]?(\d+)?)?",
    r"(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*\Z"
);

/// A version in a form whose derived order is that of PEP 440.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    epoch: BigUint,
    /// Without zeros at the end.
    release: Vec<BigUint>,
    prerelease: Prerelease,
    post: Option<BigUint>,
    development: Development,
    local: Vec<Local>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Prerelease {
    /// A development release of no prerelease comes first of all.
    Development,
    Of(char, BigUint),
    None,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Development {
    Of(BigUint),
    None,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Local {
    Text(String),
    Number(BigUint),
}

/// Reads a version.
pub(super) fn parse(version: &str) -> Result<Version, Error> {
    let flags = Flags { ignore_case: true, ..Flags::default() };
    let regex = Regex::compile(PATTERN, flags)?;
    let found = regex.match_at_start(version)?;
    let found = found.ok_or_else(|| Error::new(format!("`{version}` is not a PEP 440 version")))?;
    let group = |index: usize| found.group(index).map(str::to_ascii_lowercase);
    let number_of = |index: usize| group(index).map_or_else(BigUint::default, |digits| number(&digits));
    let mut release: Vec<BigUint> = group(2).unwrap_or_default().split('.').map(number).collect();
    while release.last().is_some_and(|last| *last == BigUint::default()) {
        release.pop();
    }
    let post = match (group(5), group(6)) {
        (Some(digits), _) => Some(number(&digits)),
        (None, Some(_)) => Some(number_of(7)),
        (None, None) => None,
    };
    let development = group(8).map_or(Development::None, |_| Development::Of(number_of(9)));
    let prerelease = match group(3).as_deref() {
        Some("alpha" | "a") => Prerelease::Of('a', number_of(4)),
        Some("beta" | "b") => Prerelease::Of('b', number_of(4)),
        Some(_) => Prerelease::Of('r', number_of(4)),
        None if post.is_none() && development != Development::None => Prerelease::Development,
        None => Prerelease::None,
    };
    let local = group(10).unwrap_or_default();
    let local = local.split(['-', '_', '.']).filter(|part| !part.is_empty()).map(|part| {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { Local::Number(number(part)) } else { Local::Text(part.to_owned()) }
    });
    Ok(Version { epoch: number_of(1), release, prerelease, post, development, local: local.collect() })
}
