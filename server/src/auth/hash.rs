//! Hashes by which secrets are recognised.

use std::fmt;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::{self, SaltString},
};
use rand::distr::{Alphanumeric, SampleString as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Number of characters of a generated secret, letters and digits: 142 bits.
const SECRET_LENGTH: usize = 24;

/// The SHA-256 hash of a random secret, such as an API key or the token of a session.
///
/// A fast hash suffices, since a random secret of this length cannot be found by trying; it is computed for every
/// request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Hashes a secret.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// Hashes a secret together with a key, so that another key makes every hash another one.
    pub(super) fn keyed(key: &Self, secret: &str) -> Self {
        Self(Sha256::new().chain_update(key.0).chain_update(secret).finalize().into())
    }

    /// Returns whether two hashes are equal; compares in constant time.
    pub(super) fn equals(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// The hash of a password: argon2id, with the parameters that OWASP recommends (19 MiB, two passes, one lane), of the
/// SHA-256 hash of the password.
///
/// Databases of before held the SHA-256 hash alone; so each of them is strengthened without knowing the password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash(String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PasswordHash {
    /// Hashes a password. It takes some 20 ms.
    pub fn of(password: &str) -> Self {
        Self::over(&SecretHash::of(password))
    }

    /// Strengthens the SHA-256 hash of a password.
    pub(crate) fn over(digest: &SecretHash) -> Self {
        let params = Params::new(19_456, 2, 1, None).expect("they are in range");
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).expect("its length is in range");
        let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(&digest.0, &salt);
        Self(hash.expect("input and salt are in range").to_string())
    }

    /// Returns whether `password` has this hash. It takes some 20 ms.
    pub fn matches(&self, password: &str) -> bool {
        let digest = SecretHash::of(password);
        password_hash::PasswordHash::new(&self.0)
            .is_ok_and(|hash| Argon2::default().verify_password(&digest.0, &hash).is_ok())
    }
}

/// Generates a secret of letters and digits.
pub fn random_secret() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), SECRET_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_argon2id_with_a_salt_of_its_own() {
        let [first, second] = [PasswordHash::of("the password"), PasswordHash::of("the password")];
        assert!(first.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", first.0);
        assert!(first != second, "the same password has another hash with another salt");
        assert!(first.matches("the password") && !first.matches("a guess"));
    }

    #[test]
    fn a_fast_hash_of_before_is_strengthened_without_the_password() {
        let hash = PasswordHash::over(&SecretHash::of("the password"));
        assert!(hash.matches("the password") && !hash.matches("a guess"));
    }

    #[test]
    fn a_generated_secret_is_long_and_new_each_time() {
        assert_eq!(random_secret().len(), SECRET_LENGTH);
        assert_ne!(random_secret(), random_secret());
    }
}
