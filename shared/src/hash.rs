//! Hashes that are the same on every platform and in every version: they are stored.

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64, xxh3_64_with_seed};

/// Hashes `text`; different `seed`s give unrelated hashes.
pub fn hash(text: &str, seed: u64) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), seed)
}

/// Hashes bytes.
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// Hashes several values into one number; no two sequences of values are the same bytes.
#[derive(Default)]
pub struct Hasher(Xxh3Default);

impl Hasher {
    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    /// Adds a number.
    pub fn number(&mut self, number: u64) {
        self.0.update(&number.to_le_bytes());
    }

    /// Returns the hash of all that was added.
    pub fn finish(&self) -> u64 {
        self.0.digest()
    }
}
