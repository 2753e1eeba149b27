//! What tells one request from another: the text of a key.

use std::ffi::OsString;
use std::fmt::{Debug, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Words in the names of what is never part of a key.
const SECRETS: [&str; 5] = ["secret", "password", "private_key", "token", "contents"];

/// Collects all that facts depend on, as a text that holds no secret: each part by its name and a digest.
///
/// Who changes any part asks anew, and nothing can be read from the key. Secrets are left out even so.
#[derive(Clone, Debug)]
pub struct Identity {
    text: String,
}

impl Identity {
    /// Begins with the name of a cloud.
    pub fn new(cloud: &str) -> Identity {
        Identity { text: format!("{cloud}\n") }
    }

    /// Adds a part of the configuration.
    #[must_use]
    pub fn part(self, name: &str, value: &impl Debug) -> Identity {
        self.digest(name, &format!("{value:?}"))
    }

    /// Adds the variables of the environment of this process whose names begin with one of the prefixes, but not with
    /// one of those that have nothing to do with facts.
    #[must_use]
    pub fn environment(self, prefixes: &[&str], others: &[&str]) -> Identity {
        let text =
            |(name, text): (OsString, OsString)| Some((name.into_string().ok()?, text.into_string().ok()?));
        self.variables(std::env::vars_os().filter_map(text), prefixes, others)
    }

    /// Adds this machine: for credentials that it gets by being what it is, and that no file or variable names. Another
    /// machine that shares the store, as by a home directory on a network, may be somebody else.
    #[must_use]
    pub fn machine(self) -> Identity {
        let number = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
        self.digest("machine", &format!("{number}{}", host_name()))
    }

    fn variables(
        self,
        variables: impl IntoIterator<Item = (String, String)>,
        prefixes: &[&str],
        others: &[&str],
    ) -> Identity {
        let begins = |name: &str, prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
        let is_wanted = |name: &str| begins(name, prefixes) && !begins(name, others) && !is_secret(name);
        let mut lines: Vec<String> = variables
            .into_iter()
            .filter(|(name, _)| is_wanted(name))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        lines.sort();
        self.digest("variables", &lines.join("\n"))
    }

    /// Adds a file of settings or credentials by what it says besides its secrets; one that cannot be read says nothing.
    #[must_use]
    pub fn file(self, path: &Path) -> Identity {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let public = match serde_json::from_str::<serde_json::Value>(&text) {
            // Of a user's own login nothing but the token tells whose it is: random, and far too long to be found by its
            // digest.
            Ok(json) if json.get("type").is_some_and(|kind| kind == "authorized_user") => json.to_string(),
            Ok(mut json) => {
                leave_secrets_out(&mut json);
                json.to_string()
            }
            Err(_) => {
                // The name of a section is none of a secret, whatever it is.
                let is_public = |line: &&str| {
                    line.starts_with('[') || !is_secret(line.split(['=', ':']).next().unwrap_or_default())
                };
                text.lines().filter(is_public).collect::<Vec<_>>().join("\n")
            }
        };
        self.digest(&path.display().to_string(), &public)
    }

    fn digest(mut self, name: &str, text: &str) -> Identity {
        let digest = Sha256::digest(text);
        let digest: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let _ = writeln!(self.text, "{name}: {digest}");
        self
    }

    /// Returns the text.
    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(unix)]
fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Tells whether a name is that of a secret; a file with one is none itself.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    !name.contains("file") && !name.contains("uri") && SECRETS.iter().any(|word| name.contains(word))
}

fn leave_secrets_out(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::Object(members) => {
            members.retain(|name, _| !is_secret(name));
            members.values_mut().for_each(leave_secrets_out);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(leave_secrets_out),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_file(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        std::fs::write(&path, text).unwrap();
        Identity::new("x")
            .file(&path)
            .into_text()
            .lines()
            .last()
            .unwrap()
            .rsplit(": ")
            .next()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn who_asks_counts_and_secrets_do_not() {
        let one = of_file("[a]\naws_access_key_id = AKIA1\naws_secret_access_key = planted\n");
        assert_eq!(one, of_file("[a]\naws_access_key_id = AKIA1\naws_secret_access_key = other\n"));
        assert_ne!(one, of_file("[a]\naws_access_key_id = AKIA2\naws_secret_access_key = planted\n"));
        let one = of_file(r#"{"client_email": "a@b", "private_key": "planted"}"#);
        assert_eq!(one, of_file(r#"{"client_email": "a@b", "private_key": "other"}"#));
        assert_ne!(one, of_file(r#"{"client_email": "c@b", "private_key": "planted"}"#));
    }

    #[test]
    fn names_of_sections_and_logins_of_users_count() {
        let one = of_file("[secrets-dev]\nrole_arn = a\n[secrets-prod]\nrole_arn = b\n");
        assert_ne!(one, of_file("[secrets-prod]\nrole_arn = a\n[secrets-dev]\nrole_arn = b\n"));
        let user = |token: &str| {
            of_file(&format!(
                r#"{{"type": "authorized_user", "account": "", "client_id": "x", "refresh_token": "{token}"}}"#
            ))
        };
        assert_eq!(user("planted-1"), user("planted-1"));
        assert_ne!(user("planted-1"), user("planted-2"));
        assert!(!user("planted-1").contains("planted"));
    }

    #[test]
    fn parts_count_and_are_not_shown() {
        let of = |endpoint: &str| Identity::new("aws").part("endpoint", &endpoint).into_text();
        let one = of("http://user:planted@127.0.0.1");
        assert_eq!(one, of("http://user:planted@127.0.0.1"));
        assert_ne!(one, of("http://127.0.0.2"));
        assert!(one.starts_with("aws\nendpoint: ") && !one.contains("planted"), "{one}");
    }

    #[test]
    fn variables_count_by_their_prefix() {
        let of = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Identity::new("aws").variables(variables, &["AWS_"], &["AWS_PAGER"]).into_text()
        };
        let one = of(&[("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "planted"), ("HOME", "/")]);
        assert_eq!(one, of(&[("AWS_ACCESS_KEY_ID", "a"), ("AWS_SESSION_TOKEN", "t")]));
        assert_eq!(one, of(&[("AWS_ACCESS_KEY_ID", "a"), ("AWS_PAGER", "less")]));
        assert_ne!(one, of(&[("AWS_ACCESS_KEY_ID", "b")]));
        assert_ne!(one, of(&[("AWS_ACCESS_KEY_ID", "a"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "/f")]));
        assert!(!one.contains("planted") && !one.contains("AWS_"), "{one}");
    }
}
