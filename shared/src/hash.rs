//! Hashes that are stored and therefore equal on every platform and in every version: XXH3 of 64 bits.

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64, xxh3_64_with_seed};

/// Returns the hash of a text. Different `seed`s give independent hashes.
pub fn hash(text: &str, seed: u64) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), seed)
}

/// Returns the hash of bytes.
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// Hashes a sequence of values. Texts are preceded by their length, so that different sequences of texts differ.
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

    /// Returns the hash of all values that were added.
    pub fn finish(&self) -> u64 {
        self.0.digest()
    }
}
