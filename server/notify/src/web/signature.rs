//! Signatures of requests by the standard [Standard Webhooks](https://www.standardwebhooks.com).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::{DeliveryId, Secret};

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// The number of bytes of a secret, by the standard.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The key that a receiver shares.
pub(super) struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// Reads a secret, such as `whsec_…` with base64.
    pub(super) fn new(secret: &Secret) -> Result<Self, &'static str> {
        let bytes = secret.reveal().strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.filter(|bytes| BYTES.contains(&bytes.len()));
        let bytes = bytes.ok_or("has a secret that is not `whsec_` followed by 24 to 64 bytes in base64")?;
        Ok(Self(Hmac::new_from_slice(&bytes).expect("a key may have any length")))
    }

    fn sign(&self, content: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(content.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Returns the headers of a request: its id, the time of this attempt, and a signature by each key over both and the
/// body. The id is the same when delivery is tried again.
pub(super) fn headers(keys: &[SigningKey], id: &DeliveryId, now: Timestamp, body: &str) -> Vec<(&'static str, String)> {
    if keys.is_empty() {
        return Vec::new();
    }
    let time = now.as_second();
    let content = format!("{id}.{time}.{body}");
    let signatures: Vec<_> = keys.iter().map(|key| key.sign(&content)).collect();
    vec![
        ("webhook-id", id.to_string()),
        ("webhook-timestamp", time.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_the_prefix_and_24_to_64_bytes() {
        let secret = |bytes: usize| Secret::new(format!("{PREFIX}{}", STANDARD.encode(vec![7; bytes])));
        for bytes in [24, 32, 64] {
            assert!(SigningKey::new(&secret(bytes)).is_ok(), "{bytes}");
        }
        let without_prefix = Secret::new(STANDARD.encode([7; 32]));
        for wrong in [secret(23), secret(65), without_prefix, Secret::new("whsec_%%%"), Secret::new("")] {
            assert!(SigningKey::new(&wrong).is_err(), "{}", wrong.reveal());
        }
    }

    /// The [example of the standard's libraries](https://github.com/standard-webhooks/standard-webhooks).
    #[test]
    fn the_signature_of_the_published_example_is_found() {
        let key = SigningKey::new(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).expect("a secret");
        let content = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        assert_eq!(key.sign(content), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
