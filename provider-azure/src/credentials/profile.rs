//! Reads `~/.azure/credentials`, an INI file as Python's `configparser` reads it, without interpolation.

use std::collections::BTreeMap;
use std::io::ErrorKind as IoErrorKind;
use std::path::Path;

use inventory_core::discovery::{Error, ErrorKind};

use crate::connection::Properties;

/// The section whose keys all others inherit.
const DEFAULTS: &str = "DEFAULT";

type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// Reads a profile; none when there is no such file or section.
pub(super) fn read(path: &Path, profile: &str) -> Result<Option<Properties>, Error> {
    let fail = |reason: String| {
        let message = format!("cannot read `{}`: {reason}", path.display());
        Error::new(ErrorKind::Config, "read profiles", message)
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(fault) if fault.kind() == IoErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(fail(fault.to_string())),
    };
    let sections =
        parse(&text).map_err(|line| fail(format!("line {line} is neither `[profile]` nor `key = value`")))?;
    let Some(section) = sections.get(profile) else { return Ok(None) };
    let defaults = sections.get(DEFAULTS);
    let find = |name: &str| section.get(name).or_else(|| defaults?.get(name)).cloned();
    Ok(Some(Properties::collect(find)))
}

/// Returns the sections, or the number of the first line that cannot be read; never its text.
fn parse(text: &str) -> Result<Sections, usize> {
    let mut sections = Sections::new();
    let mut section: Option<String> = None;
    let mut last_key: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let body = line.trim();
        if body.is_empty() || body.starts_with(['#', ';']) {
            continue;
        }
        let entries = section.as_ref().and_then(|name| sections.get_mut(name));
        if line.starts_with(char::is_whitespace)
            && let (Some(entries), Some(key)) = (entries, &last_key)
        {
            let text = entries.entry(key.clone()).or_default();
            text.push('\n');
            text.push_str(body);
            continue;
        }
        if let Some(name) = body.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name)
        {
            sections.entry(name.to_owned()).or_default();
            section = Some(name.to_owned());
            last_key = None;
            continue;
        }
        let (Some((key, value)), Some(name)) = (body.split_once(['=', ':']), &section) else {
            return Err(number + 1);
        };
        let key = key.trim().to_lowercase();
        sections.entry(name.clone()).or_default().insert(key.clone(), value.trim().to_owned());
        last_key = Some(key);
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use inventory_core::config::secret::Secret;

    use super::*;

    const FILE: &str = "# comment\n[DEFAULT]\ntenant = t\n[default]\nsubscription_id=one\nSECRET: a%b=c ; d\n\n\
                        [prod]\nsubscription_id = two\ntenant = other\nclient_id =\n";

    #[test]
    fn profiles_are_read_raw_and_inherit_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        std::fs::write(&path, FILE).unwrap();
        let default = read(&path, "default").unwrap().unwrap();
        assert_eq!(default.subscription_id.as_deref(), Some("one"));
        assert_eq!(default.secret, Some(Secret::new("a%b=c ; d")));
        assert_eq!(default.tenant.as_deref(), Some("t"));
        let prod = read(&path, "prod").unwrap().unwrap();
        assert_eq!((prod.tenant.as_deref(), prod.client_id), (Some("other"), None));
        assert_eq!(read(&path, "none").unwrap(), None);
        assert_eq!(read(&folder.path().join("none"), "default").unwrap(), None);
    }

    #[test]
    fn an_odd_line_is_named_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        for text in ["[a]\nplanted", "planted = 1"] {
            std::fs::write(&path, text).unwrap();
            let error = read(&path, "a").unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config);
            assert!(!format!("{error:?}").contains("planted"), "{error:?}");
        }
    }
}
