//! The address of a shared store, as users write it.

use std::fmt;

use crate::config::secret::Secret;

/// What may hold a shared store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// Redis or Valkey.
    Redis,
    /// The object storage of a cloud.
    Objects,
}

/// What addresses begin with, and what holds the store then.
const SCHEMES: [(&str, Engine); 5] = [
    ("redis", Engine::Redis),
    ("rediss", Engine::Redis),
    ("s3", Engine::Objects),
    ("gs", Engine::Objects),
    ("az", Engine::Objects),
];

/// The address of a shared store. It may hold a password: it shows itself without.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    text: Secret,
    shown: String,
    engine: Engine,
}

/// Why a text is no address: `reason` goes on from the name of the setting, and never holds a part of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError {
    /// What is wrong, such as ``has the unknown scheme `ftp` ``.
    pub reason: String,
    /// What to do about it.
    pub help: String,
}

impl Address {
    /// Reads an address such as `rediss://facts.example.com:6379/0` or `s3://bucket/prefix`.
    ///
    /// # Errors
    /// When the scheme is unknown, is one whose feature this build lacks, or the rest does not fit it.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let expected =
            "expected `redis://`, `rediss://`, `s3://`, `gs://` or `az://`, such as `s3://bucket/prefix`";
        let refuse =
            |reason: &str, help: &str| Err(AddressError { reason: reason.to_owned(), help: help.to_owned() });
        let is_scheme = |scheme: &&str| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        };
        let parts = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme));
        let Some((scheme, rest)) = parts else { return refuse("is no URL", expected) };
        let Some((scheme, engine)) = SCHEMES.into_iter().find(|(known, _)| *known == scheme) else {
            return refuse(&format!("has the unknown scheme `{scheme}`"), expected);
        };
        if rest.contains(|character: char| character.is_whitespace() || "?#\\".contains(character)) {
            let help = "take it out; in a password write it percent-encoded, such as `%3F` for `?`";
            return refuse("has a space, `?`, `#` or `\\` in its URL", help);
        }
        let shown = match (engine, rest.rsplit_once('@')) {
            (Engine::Redis, Some((_, place))) => place,
            (Engine::Objects, Some(_)) => {
                let help = "take them out: credentials are read from the environment";
                return refuse("has credentials in its URL", help);
            }
            (_, None) => rest,
        };
        if shown.is_empty() || shown.starts_with(['/', ':']) {
            let help = match engine {
                Engine::Redis => "name it, such as `rediss://facts.example.com:6379`",
                Engine::Objects => "name the bucket or container, such as `s3://bucket/prefix`",
            };
            return refuse("names no place in its URL", help);
        }
        let shown = format!("{scheme}://{shown}");
        let address = Address { text: Secret::new(text), shown, engine };
        address.check()?;
        Ok(address)
    }

    /// Tells whether what is kept there goes over the network for all to read and change.
    pub fn is_plain(&self) -> bool {
        let Some(place) = self.shown.strip_prefix("redis://") else { return false };
        let host = place.split('/').next().unwrap_or_default();
        let host = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        let is_loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        !is_loopback && host != "localhost"
    }

    /// Returns what holds the store.
    #[cfg_attr(
        not(any(feature = "redis", feature = "object-store")),
        expect(dead_code, reason = "a build without shared stores opens none")
    )]
    pub(super) fn engine(&self) -> Engine {
        self.engine
    }

    /// Returns the whole address.
    #[cfg_attr(
        not(any(feature = "redis", feature = "object-store")),
        expect(dead_code, reason = "a build without shared stores opens none")
    )]
    pub(super) fn reveal(&self) -> &str {
        self.text.reveal()
    }

    /// Refuses what this build cannot open, and what its library cannot read.
    fn check(&self) -> Result<(), AddressError> {
        let (feature, checked) = match self.engine {
            #[cfg(feature = "redis")]
            Engine::Redis => ("redis", Some(super::shared::redis::check(self))),
            #[cfg(not(feature = "redis"))]
            Engine::Redis => ("redis", None),
            #[cfg(feature = "object-store")]
            Engine::Objects => ("object-store", Some(super::shared::objects::check(self))),
            #[cfg(not(feature = "object-store"))]
            Engine::Objects => ("object-store", None),
        };
        let checked: Option<Result<(), String>> = checked;
        match checked {
            Some(Ok(())) => Ok(()),
            Some(Err(reason)) => Err(AddressError {
                reason: format!("has a URL that cannot be read: {reason}"),
                help: "write it such as `rediss://facts.example.com:6379/0` or `s3://bucket/prefix`"
                    .to_owned(),
            }),
            None => Err(AddressError {
                reason: format!("needs the feature `{feature}`, which this build of cloud-inventory lacks"),
                help: format!("build it with `--features {feature}`, or with the default features"),
            }),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_told_without_its_secrets() {
        for (text, reason) in [
            ("kept", "is no URL"),
            ("redis:user:planted@h", "is no URL"),
            ("us:planted://h", "is no URL"),
            ("ftp://user:planted@h", "has the unknown scheme `ftp`"),
            ("REDIS://h", "has the unknown scheme `REDIS`"),
            ("redis://:plan?planted@h", "has a space, `?`, `#` or `\\` in its URL"),
            ("s3://bucket/p?sig=planted", "has a space, `?`, `#` or `\\` in its URL"),
            ("s3://key:planted@bucket", "has credentials in its URL"),
            ("redis://", "names no place in its URL"),
            ("redis://user:planted@", "names no place in its URL"),
            ("redis://:planted@/0", "names no place in its URL"),
            ("s3:///prefix", "names no place in its URL"),
        ] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error.reason, reason, "{text}");
            assert!(!format!("{error:?}").contains("planted"), "{error:?}");
        }
    }

    #[test]
    #[cfg(feature = "redis")]
    fn a_password_is_never_shown() {
        for (text, shown) in [
            ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
            ("rediss://user:planted@h:6380/2", "rediss://h:6380/2"),
            ("redis://:plan%2Fted@h", "redis://h"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("plan"), "{address:?}");
        }
        // What is not encoded as it must be is no reason to show it.
        for text in ["redis://:pla/nted@h", "redis://u:planted@h:port", "redis://u:planted@h/db"] {
            let error = Address::parse(text).unwrap_err();
            assert!(!format!("{error:?}").contains("nted"), "{error:?}");
        }
    }

    #[test]
    #[cfg(feature = "redis")]
    fn only_what_leaves_the_machine_in_the_clear_is_plain() {
        for (text, is_plain) in [
            ("redis://127.0.0.1:6379", false),
            ("redis://[::1]:6379/0", false),
            ("redis://localhost/1", false),
            ("rediss://facts.example.com", false),
            ("redis://facts.example.com:6379", true),
            ("redis://u:p@10.0.0.1", true),
        ] {
            assert_eq!(Address::parse(text).unwrap().is_plain(), is_plain, "{text}");
        }
    }

    #[test]
    #[cfg(not(feature = "object-store"))]
    fn a_feature_that_is_lacking_is_named() {
        let error = Address::parse("s3://bucket/prefix").unwrap_err();
        assert_eq!(
            error.reason,
            "needs the feature `object-store`, which this build of cloud-inventory lacks"
        );
    }
}
