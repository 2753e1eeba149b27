//! Reads the options of hosts' names and variables, and of groups' names.

use inventory_core::config::options::{OptionName, Options};
use inventory_core::diagnostic::Diagnostic;
use inventory_core::grouping::{Dialect, Reach};
use inventory_core::name::Sanitizer;

use super::Findings;
use crate::hostnames::{Hostnames, Preference};

const HOSTNAMES: OptionName = OptionName::new("hostnames");
const NAME_SUFFIX: OptionName = OptionName::new("name_suffix");
const VARS_PREFIX: OptionName = OptionName::new("vars_prefix");
const STRICT: OptionName = OptionName::new("strict");
const SANITIZATION: OptionName = OptionName::new("use_contrib_script_compatible_sanitization");

const EXPECTED_NAME: &str = "expected `public_ip`, `private_ip`, `name`, `hostname` or `labels.KEY`";

/// How a `gcp.yml` says its rules, and what their failures cost: `strict` never reaches them.
pub const RULES: Dialect = Dialect { reach: Reach::Rule, ..Dialect::CONSTRUCTED };

/// How hosts are named, and their variables and groups.
#[derive(Debug)]
pub(crate) struct HostSettings {
    /// How hosts get their names.
    pub(crate) hostnames: Hostnames,
    /// What the names of variables begin with.
    pub(crate) vars_prefix: String,
    /// How names of groups are made of values.
    pub(crate) sanitizer: Sanitizer,
}

impl HostSettings {
    /// Reads the options, and returns what is odd about them.
    ///
    /// # Errors
    /// All that is wrong with them, each with its place.
    pub(crate) fn read(
        options: &mut Options<'_>,
    ) -> Result<(HostSettings, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut findings = Findings::default();
        let is_contrib = findings.take(options.boolean(&SANITIZATION)).is_some_and(|found| found.value);
        let mut text = |name: &OptionName| {
            findings.take(options.string(name)).map(|found| found.value.text).unwrap_or_default()
        };
        let (suffix, vars_prefix) = (text(&NAME_SUFFIX), text(&VARS_PREFIX));
        let preferences = preferences(options, &mut findings);
        if let Some(found) = findings.take(options.raw(&STRICT)) {
            let message = "`strict` has no effect, as in the plugin";
            findings.warn(message, found.origin, "what fails is skipped and counted");
        }
        let settings = HostSettings {
            hostnames: Hostnames { preferences, suffix },
            vars_prefix,
            sanitizer: if is_contrib { Sanitizer::Unchanged } else { Sanitizer::Ansible },
        };
        if findings.errors.is_empty() { Ok((settings, findings.warnings)) } else { Err(findings.errors) }
    }
}

/// Reads `hostnames`. A form that does not exist fails where it is reached: in the first place for every host.
fn preferences(options: &mut Options<'_>, findings: &mut Findings) -> Vec<Preference> {
    let found = findings.take(options.list(&HOSTNAMES)).filter(|list| !list.value.is_empty());
    let Some(list) = found else {
        return vec![Preference::PublicAddress, Preference::PrivateAddress, Preference::Name];
    };
    let mut preferences = Vec::with_capacity(list.value.len());
    for (place, item) in list.value.iter().enumerate() {
        let form = item.to_value().to_string();
        let preference = item.as_str().map_or_else(|| Preference::Unknown(form.clone()), Preference::new);
        if matches!(preference, Preference::Unknown(_)) {
            let message = format!("`{form}` is not a way to name hosts");
            if place == 0 {
                findings.refuse(message, list.origin_of(item), EXPECTED_NAME);
            } else {
                let message = format!("{message}: a host that has no other name is an error");
                findings.warn(message, list.origin_of(item), EXPECTED_NAME);
            }
        }
        preferences.push(preference);
    }
    preferences
}

#[cfg(test)]
mod tests;
