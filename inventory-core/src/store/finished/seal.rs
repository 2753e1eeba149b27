//! Sealed blocks: AES-256 in Galois/Counter Mode, which also tells whether anything was changed.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};

use super::SALT;

/// The key of one file. Every block has a number of its own, so that no two share a nonce.
pub(super) struct Seal(LessSafeKey);

/// What was not sealed with this key and number, or was changed since.
#[derive(Debug)]
pub(super) struct Broken;

impl Seal {
    /// Derives the key of the file with this salt.
    pub(super) fn new(secret: &[u8; 32], salt: &[u8; SALT]) -> Option<Seal> {
        let derived = Salt::new(HKDF_SHA256, salt).extract(secret);
        let key: UnboundKey = derived.expand(&[b"finished output"], &AES_256_GCM).ok()?.into();
        Some(Seal(LessSafeKey::new(key)))
    }

    /// Seals a block in its place.
    pub(super) fn close(&self, number: u64, block: &mut Vec<u8>) -> Result<(), Broken> {
        self.0.seal_in_place_append_tag(nonce(number), Aad::empty(), block).map_err(|_| Broken)
    }

    /// Opens a block in its place.
    pub(super) fn open<'a>(&self, number: u64, block: &'a mut [u8]) -> Result<&'a [u8], Broken> {
        self.0.open_in_place(nonce(number), Aad::empty(), block).map(|block| &*block).map_err(|_| Broken)
    }
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce.iter_mut().zip(number.to_le_bytes()).for_each(|(to, from)| *to = from);
    Nonce::assume_unique_for_key(nonce)
}
