//! What Ansible Vault encrypts, decrypted by whoever has the password.

use std::collections::HashMap;
use std::fmt;

/// Holds decrypted values by their encrypted text.
#[derive(Clone, Default)]
pub struct Vault {
    values: HashMap<String, String>,
}

impl Vault {
    /// Makes a vault of pairs of encrypted text, whatever its blanks and line ends, and decrypted text.
    pub fn new(values: impl IntoIterator<Item = (String, String)>) -> Vault {
        let values = values.into_iter().map(|(encrypted, text)| (without_blanks(&encrypted), text));
        Vault { values: values.collect() }
    }

    /// Returns the decrypted text.
    pub(super) fn find(&self, encrypted: &str) -> Option<&str> {
        self.values.get(&without_blanks(encrypted)).map(String::as_str)
    }
}

/// Shows nothing of the values.
impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Vault({} values)", self.values.len())
    }
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}
