//! Attempts to deliver a message, and how they fail.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// The id of one message to one channel, the same at every attempt: recipients recognise duplicates by it.
///
/// It has 1 to 64 letters, digits, hyphens and underscores of ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeliveryId(String);

/// The error for a text that is no id of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id of a delivery must have 1 to 64 letters, digits, hyphens and underscores of ASCII")]
pub struct InvalidDeliveryId;

impl DeliveryId {
    const MOST_LENGTH: usize = 64;
}

impl TryFrom<String> for DeliveryId {
    type Error = InvalidDeliveryId;

    fn try_from(id: String) -> Result<Self, InvalidDeliveryId> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_valid = (1..=Self::MOST_LENGTH).contains(&id.len()) && id.bytes().all(is_allowed);
        if is_valid { Ok(Self(id)) } else { Err(InvalidDeliveryId) }
    }
}

impl From<DeliveryId> for String {
    fn from(id: DeliveryId) -> Self {
        id.0
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a message was not delivered, in words for the administrator of the channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The attempt failed, another one may succeed.
    #[error("{reason}")]
    Retry {
        /// What failed.
        reason: String,
        /// How long the recipient asks to wait.
        after: Option<Duration>,
    },
    /// Every other attempt would fail, too: the settings or the recipient must change first.
    #[error("{0}")]
    Refused(String),
}

impl DeliveryError {
    pub(crate) fn retry(reason: impl Into<String>) -> Self {
        Self::Retry { reason: reason.into(), after: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_no_character_that_a_header_or_an_address_could_misread() {
        for id in ["a", "0190b5a2-7c3e_A", &"x".repeat(64)] {
            assert!(DeliveryId::try_from(id.to_owned()).is_ok(), "{id}");
        }
        for id in ["", "a b", "a\r\nBcc: x", "a@b", "a>", "ä", &"x".repeat(65)] {
            assert_eq!(DeliveryId::try_from(id.to_owned()), Err(InvalidDeliveryId), "{id}");
        }
    }
}
