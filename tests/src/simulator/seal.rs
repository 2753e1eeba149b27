//! Tokens that carry what they mean, and that nobody else can make.

use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};

/// Makes tokens and reads back only its own.
#[derive(Debug, Clone, Default)]
pub struct Seal {
    key: RandomState,
}

impl Seal {
    /// Makes a token of `content` that is good for one purpose, such as the pages of one query.
    ///
    /// It holds letters and digits only. It hides nothing from people: it is only not to be made by anybody else.
    pub fn close(&self, purpose: &str, content: &str) -> String {
        let mut token = format!("{:016x}", self.key.hash_one((purpose, content)));
        for byte in content.bytes() {
            // The nibbles as letters: a token does not look like a number that a client may count up.
            let (high, low) = (byte >> 4, byte & 15);
            write!(token, "{}{}", char::from(b'a' + high), char::from(b'a' + low)).expect("text takes text");
        }
        token
    }

    /// Returns the content of a token that was made for this purpose.
    pub fn open(&self, purpose: &str, token: &str) -> Option<String> {
        let (mark, letters) = token.split_at_checked(16)?;
        let nibble = |letter: u8| letter.checked_sub(b'a').filter(|nibble| *nibble < 16);
        let pairs = letters.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        });
        let content = String::from_utf8(pairs.collect::<Option<Vec<u8>>>()?).ok()?;
        let is_ours = mark == format!("{:016x}", self.key.hash_one((purpose, content.as_str())));
        is_ours.then_some(content)
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;

    #[test]
    fn only_its_own_tokens_for_the_same_purpose_are_opened() {
        let seal = Seal::default();
        for content in ["", "12", "ü/\n"] {
            let token = seal.close("pages", content);
            assert_eq!(seal.open("pages", &token).as_deref(), Some(content));
            assert_eq!(seal.open("other pages", &token), None);
            assert_eq!(Seal::default().open("pages", &token), None);
            assert_eq!(seal.open("pages", &format!("{token}aa")), None);
        }
        for wrong in ["", "short", "ü", "0123456789abcdefzz", "0123456789abcdefa"] {
            assert_eq!(seal.open("pages", wrong), None, "{wrong}");
        }
    }
}
