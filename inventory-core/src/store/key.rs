//! The names of entries.

use sha2::{Digest, Sha256};

use super::frame::FORMAT;

/// Names an entry by all that fetching it depends on, and by the format of the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    text: String,
    name: String,
}

impl Key {
    /// Makes the key of a canonical text: cloud, identity, endpoint, region, filters, in a form in which different
    /// requests never give the same text.
    ///
    /// The text is stored and shown to the user: it must not hold a secret.
    pub fn new(text: impl Into<String>) -> Key {
        let text = text.into();
        let digest = Sha256::new().chain_update(FORMAT.to_le_bytes()).chain_update(&text).finalize();
        let name = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Key { text, name }
    }

    /// Returns the canonical text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the name, from which those of files are made: 64 hexadecimal digits, of the SHA-256 of format and text.
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_depends_on_the_text_alone() {
        let key = Key::new("aws 123456789012 eu-west-1");
        assert_eq!(key, Key::new("aws 123456789012 eu-west-1".to_owned()));
        assert_eq!(key.text(), "aws 123456789012 eu-west-1");
        assert!(key.name().len() == 64 && key.name().bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(key.name(), Key::new("aws 123456789012 eu-west-2").name());
    }
}
