//! Filters that compute digests: `hash`, `md5`, `sha1`, `checksum`, `to_uuid`.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

use super::super::{Arguments, Call, Error};
use super::{Table, inputs};
use crate::value::Value;

pub(super) const BUILTIN: Table =
    &[("hash", hash), ("md5", md5), ("sha1", sha1), ("checksum", sha1), ("to_uuid", to_uuid)];

/// The namespace in which Ansible makes its UUIDs: 361e6d51-faec-444a-9079-341386da8e2e.
const ANSIBLE_NAMESPACE: u128 = 0x361e_6d51_faec_444a_9079_3413_86da_8e2e;

fn hash(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [kind] = arguments.bind("hash", ["hashtype"], 0)?;
    let kind = kind.unwrap_or_else(|| "sha1".into());
    let bytes = inputs::text(&value)?;
    let name = inputs::string_for("hash", &kind)?;
    let digest = match name.to_ascii_lowercase().replace('_', "-").as_str() {
        "md5" => hex::<Md5>(&bytes),
        "sha1" | "sha-1" => hex::<Sha1>(&bytes),
        "sha224" | "sha2-224" => hex::<Sha224>(&bytes),
        "sha256" | "sha2-256" => hex::<Sha256>(&bytes),
        "sha384" | "sha2-384" => hex::<Sha384>(&bytes),
        "sha512" | "sha2-512" => hex::<Sha512>(&bytes),
        "sha512-224" => hex::<Sha512_224>(&bytes),
        "sha512-256" => hex::<Sha512_256>(&bytes),
        _ => return Err(Error::new(format!("`hash` knows `md5`, `sha1` and `sha2` types, not `{name}`"))),
    };
    Ok(digest.into())
}

fn md5(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("md5", [], 0)?;
    Ok(hex::<Md5>(&inputs::text(&value)?).into())
}

fn sha1(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("sha1", [], 0)?;
    Ok(hex::<Sha1>(&inputs::text(&value)?).into())
}

fn hex<D: Digest>(text: &str) -> String {
    D::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn to_uuid(_: &Call<'_>, value: Value, arguments: Arguments) -> Result<Value, Error> {
    let [namespace] = arguments.bind("to_uuid", ["namespace"], 0)?;
    let namespace = match namespace {
        None => ANSIBLE_NAMESPACE,
        Some(namespace) => {
            let text = inputs::string_for("to_uuid", &namespace)?;
            parse_uuid(text)
                .ok_or_else(|| Error::new(format!("the `namespace` `{text}` of `to_uuid` is not a UUID")))?
        }
    };
    let digest =
        Sha1::new().chain_update(namespace.to_be_bytes()).chain_update(inputs::text(&value)?.as_bytes());
    let number =
        digest.finalize().iter().take(16).fold(0, |number: u128, byte| number << 8 | u128::from(*byte));
    // Version 5 and the variant of RFC 4122.
    let number = number & !(0xf << 76) & !(0b11 << 62) | 5 << 76 | 0b10 << 62;
    let digits = format!("{number:032x}");
    let mut text = String::with_capacity(36);
    for (place, digit) in digits.chars().enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    Ok(text.into())
}

/// Reads a UUID in the forms that Python takes: with or without braces, hyphens and `urn:uuid:`.
fn parse_uuid(text: &str) -> Option<u128> {
    let digits = text.replace("urn:", "").replace("uuid:", "");
    let digits = digits.trim_matches(['{', '}']).replace('-', "");
    let complete = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if complete { u128::from_str_radix(&digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("rows/digest.jsonl"));
    }
}
