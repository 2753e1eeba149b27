//! `--hand-over`: the other end of the Ansible collection's plugin.
//!
//! The plugin runs this program with the configuration and the version of the form that it reads, and writes one JSON
//! object to its stdin: what must not be on a command line. The inventory goes to stdout.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;

use inventory_core::config::document::Decrypted;
use inventory_core::render::{self, HAND_OVER_FORMAT};
use inventory_core::value::{Map, Value};
use inventory_core::yaml::Vault;

use crate::arguments::Arguments;
use crate::exit::{Condition, Failure};
use crate::inventory::Made;
use crate::reuse::{MadeOf, Reuse};
use crate::terminal::Terminal;
use crate::{inventory, output, sources};

/// What the plugin says.
#[derive(Default)]
struct Request {
    /// `{"files": {PATH: TEXT}, "values": {ENCRYPTED: TEXT}}`, what Ansible decrypted.
    decrypted: Decrypted,
    /// `{"extra_variables": {NAME: VALUE}}`
    extra_variables: Map,
}

/// Hands over the inventory.
pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Condition, Failure> {
    check_version(arguments.hand_over.unwrap_or_default())?;
    let said = Request::receive()?;
    let Request { decrypted, extra_variables } = Request::parse(&said).ok_or_else(|| {
        Failure::Usage("what the Ansible collection says is not understood: upgrade both".to_owned())
    })?;
    let environment = sources::environment();
    let sources = sources::read_decrypted(&arguments.configs, decrypted, &arguments.settings, &environment)?;
    let made_of = MadeOf { sources: &sources, environment: &environment, extra_variables, request: &said };
    let print = |reuse: &Reuse| reuse.hand_over(terminal);
    let made = inventory::make_unless_kept(arguments, &made_of, print, terminal)?;
    let Some(Made { inventory, condition, draft }) = made else { return Ok(Condition::Complete) };
    match draft {
        Some(draft) => output::write(None, |out| draft.write_hand_over(&inventory, out, terminal))?,
        None => output::write(None, |out| render::write_hand_over(&inventory, out))?,
    }
    Ok(condition)
}

fn check_version(wanted: u32) -> Result<(), Failure> {
    let upgrade = match wanted.cmp(&HAND_OVER_FORMAT) {
        std::cmp::Ordering::Equal => return Ok(()),
        std::cmp::Ordering::Less => {
            "the collection: `ansible-galaxy collection install --upgrade \
                                     cloud_inventory.cloud_inventory`"
        }
        std::cmp::Ordering::Greater => "the program `cloud-inventory`",
    };
    Err(Failure::Usage(format!(
        "the Ansible collection reads form {wanted} of what this cloud-inventory {} hands over in form \
         {HAND_OVER_FORMAT}: upgrade {upgrade}",
        env!("CARGO_PKG_VERSION")
    )))
}

impl Request {
    /// Reads stdin to its end.
    fn receive() -> Result<String, Failure> {
        let mut input = std::io::stdin().lock();
        if input.is_terminal() {
            return Err(Failure::Usage(
                "`--hand-over` is for the Ansible collection; you want `--list`".to_owned(),
            ));
        }
        let mut text = String::new();
        input.read_to_string(&mut text).map_err(|error| {
            Failure::Usage(format!("what the Ansible collection says is not read: {error}"))
        })?;
        Ok(text)
    }

    /// Reads what the plugin says; none when it is anything else.
    fn parse(text: &str) -> Option<Request> {
        if text.is_empty() {
            return Some(Request::default());
        }
        let serde_json::Value::Object(mut members) = serde_json::from_str(text).ok()? else { return None };
        let texts = |member: Option<serde_json::Value>| -> Option<HashMap<String, String>> {
            member.map_or(Some(HashMap::new()), |texts| serde_json::from_value(texts).ok())
        };
        let files = texts(members.remove("files"))?;
        let values = texts(members.remove("values"))?;
        let extra_variables = match members.remove("extra_variables").map(Value::from) {
            None => Map::new(),
            Some(Value::Map(variables)) => variables.as_ref().clone(),
            Some(_) => return None,
        };
        let files = files.into_iter().map(|(path, text)| (PathBuf::from(path), text)).collect();
        members.is_empty().then_some(Request {
            decrypted: Decrypted { files, values: Vault::new(values) },
            extra_variables,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_understood_or_refused() {
        let request = r#"{"files": {"a.yml": "x"}, "values": {"1 2": "y"}, "extra_variables": {"n": 5}}"#;
        let request = Request::parse(request).unwrap();
        assert_eq!(request.decrypted.files.get(&PathBuf::from("a.yml")).map(String::as_str), Some("x"));
        assert_eq!(Value::from(request.extra_variables).to_string(), "{'n': 5}");
        assert!(Request::parse("").is_some() && Request::parse("{}").is_some());
        for odd in [
            "[]",
            "{",
            "{\"more\": 1}",
            "{\"files\": []}",
            "{\"values\": {\"a\": 1}}",
            "{\"extra_variables\": 1}",
        ] {
            assert!(Request::parse(odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn a_version_that_is_not_ours_tells_what_to_upgrade() {
        assert!(check_version(HAND_OVER_FORMAT).is_ok());
        let told = |version| format!("{:?}", check_version(version));
        assert!(told(HAND_OVER_FORMAT + 1).contains("upgrade the program"));
        assert!(told(HAND_OVER_FORMAT - 1).contains("upgrade the collection"));
    }
}
