//! Values that clients get as one word and bring back as they got it: cursors and ids.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};

/// The version of the encoding: words of another one are not read.
const VERSION: u8 = 1;

/// A value that is a word to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Opaque<T>(pub(super) T);

impl<T: Serialize> Opaque<T> {
    /// Returns the word.
    pub(super) fn word(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(postcard::to_stdvec(&(VERSION, &self.0)).expect("it is plain data"))
    }
}

impl<T: DeserializeOwned> Opaque<T> {
    /// Returns the value of a word, if it is one.
    pub(super) fn of(word: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(word).ok()?;
        let ((version, value), rest): ((u8, T), _) = postcard::take_from_bytes(&bytes).ok()?;
        (version == VERSION && rest.is_empty()).then_some(Self(value))
    }
}

impl<T: Serialize> Serialize for Opaque<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.word())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Opaque<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::of(&word).ok_or_else(|| D::Error::custom("it is none that an answer has brought"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_back_and_nothing_else_is() {
        let value = Opaque((-1_i64, "Ann/ä".to_owned()));
        let word = value.word();
        assert!(word.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter)), "{word}");
        assert_eq!(Opaque::of(&word), Some(value));
        let longer = BASE64_URL_SAFE_NO_PAD.encode([1, 2, 0, 0]);
        for other in ["", "ä", "AA", &format!("{word}AA"), &longer] {
            assert_eq!(Opaque::<(i64, String)>::of(other), None, "{other}");
        }
    }
}
