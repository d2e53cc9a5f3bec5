//! Encryption of what is stored and must not be read from a copy of the database.

use std::sync::Arc;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};

use crate::config::Secret;

/// What the key is made for: another purpose gets another key of the same secret.
const PURPOSE: &[u8] = b"uba: settings of channels\n";

/// Encrypts by a key that is made of the setting `SECRET_KEY` (ChaCha20-Poly1305, RFC 8439).
///
/// Nonces are random: of 96 bits, they suffice for many more settings than anybody has.
#[derive(Clone)]
pub(crate) struct Sealer(Arc<LessSafeKey>);

/// The error for bytes that this key has not encrypted under this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was encrypted under another SECRET_KEY, or is damaged")]
pub(crate) struct CannotOpen;

impl Sealer {
    /// Makes the key of a secret, which is random and of 16 characters or more.
    pub(crate) fn of(secret: &Secret) -> Self {
        let digest = Sha256::new().chain_update(PURPOSE).chain_update(secret.reveal()).finalize();
        let key = UnboundKey::new(&CHACHA20_POLY1305, &digest).expect("the key has 32 bytes");
        Self(Arc::new(LessSafeKey::new(key)))
    }

    /// Encrypts a text under a name, which it cannot be moved from.
    pub(crate) fn seal(&self, name: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = plain.to_vec();
        let of_name = Aad::from(name.as_bytes());
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(unique, of_name, &mut sealed).expect("the text is short");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Decrypts what was encrypted under a name.
    pub(crate) fn open(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
        let mut sealed = sealed.to_vec();
        let of_name = Aad::from(name.as_bytes());
        let plain = self.0.open_in_place(Nonce::assume_unique_for_key(*nonce), of_name, &mut sealed);
        plain.map(|plain| plain.to_vec()).map_err(|_| CannotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(secret: &str) -> Sealer {
        Sealer::of(&Secret::new(secret))
    }

    #[test]
    fn what_is_sealed_is_opened_by_the_same_key_under_the_same_name_alone() {
        let sealed = sealer("a secret of the tests").seal("mail", b"the password");
        assert!(!sealed.windows(8).any(|part| part == b"password"));
        assert_eq!(sealer("a secret of the tests").open("mail", &sealed), Ok(b"the password".to_vec()));
        assert_eq!(sealer("another secret").open("mail", &sealed), Err(CannotOpen));
        assert_eq!(sealer("a secret of the tests").open("chat", &sealed), Err(CannotOpen));
        let damaged = [&sealed[..sealed.len() - 1], &[sealed[sealed.len() - 1] ^ 1]].concat();
        for wrong in [&damaged, &sealed[..10], &[]] {
            assert_eq!(sealer("a secret of the tests").open("mail", wrong), Err(CannotOpen));
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_alike() {
        let sealer = sealer("a secret of the tests");
        assert_ne!(sealer.seal("mail", b"text"), sealer.seal("mail", b"text"));
    }
}
