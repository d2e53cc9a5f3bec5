//! The id of a user, in which letter case does not matter.

use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::hash::hash;

/// The id of a user: 1 to 256 characters, none of them a control character, without white space around them.
///
/// Ids that differ only in letter case are equal, in every language: logs spell one person as the directory does, as
/// the person typed the name, or in capitals. An id keeps the spelling that it was made from.
///
/// ```
/// use shared::event::UserId;
///
/// let [one, other]: [UserId; 2] = ["Ann.Lee@Example.com".parse()?, " ann.lee@example.com".parse()?];
/// assert_eq!(one, other);
/// assert_eq!((one.as_str(), one.folded().as_ref()), ("Ann.Lee@Example.com", "ann.lee@example.com"));
/// # Ok::<(), shared::event::InvalidUserId>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(Box<str>);

impl UserId {
    /// The maximum length of an id, in characters.
    pub const MAX_CHARS: usize = 256;

    /// Returns the id as it is spelled, for people to read.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the id in lower case: the text that is the same for all equal ids, to store and find them by.
    pub fn folded(&self) -> Cow<'_, str> {
        let is_folded = self.0.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if is_folded { Cow::Borrowed(&self.0) } else { self.lower_case().collect::<String>().into() }
    }

    /// Returns a hash that is the same for all equal ids, on every platform and in every version. Different `seed`s
    /// give independent hashes.
    pub fn seeded_hash(&self, seed: u64) -> u64 {
        hash(&self.folded(), seed)
    }

    /// Returns the characters in lower case, each by itself: a Greek sigma at the end of a word is one like any other.
    fn lower_case(&self) -> impl Iterator<Item = char> {
        self.0.chars().flat_map(char::to_lowercase)
    }
}

impl PartialEq for UserId {
    fn eq(&self, other: &Self) -> bool {
        let are_ascii = || self.0.is_ascii() && other.0.is_ascii();
        self.0.eq_ignore_ascii_case(&other.0) || !are_ascii() && self.lower_case().eq(other.lower_case())
    }
}

impl Eq for UserId {}

impl Hash for UserId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

impl Ord for UserId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.lower_case().cmp(other.lower_case())
    }
}

impl PartialOrd for UserId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TryFrom<String> for UserId {
    type Error = InvalidUserId;

    fn try_from(id: String) -> Result<Self, InvalidUserId> {
        id.parse()
    }
}

impl FromStr for UserId {
    type Err = InvalidUserId;

    fn from_str(id: &str) -> Result<Self, InvalidUserId> {
        let has_controls = id.chars().any(char::is_control);
        let id = id.trim();
        let is_valid = !id.is_empty() && id.chars().count() <= Self::MAX_CHARS && !has_controls;
        is_valid.then(|| Self(id.into())).ok_or(InvalidUserId)
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The error for a text that cannot be the id of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {max} characters, none of them a control character", max = UserId::MAX_CHARS)]
pub struct InvalidUserId;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn id(text: &str) -> UserId {
        text.parse().expect("a valid id")
    }

    #[test]
    fn a_user_id_has_one_to_256_characters_and_none_that_controls() {
        assert!("ann".parse::<UserId>().is_ok());
        assert!("ä".repeat(256).parse::<UserId>().is_ok());
        for bad in ["", " \u{a0}", &"a".repeat(257), "a\nb", "ann\t", "\u{85}ann"] {
            assert_eq!(bad.parse::<UserId>(), Err(InvalidUserId), "{bad:?}");
        }
    }

    #[test]
    fn one_person_is_one_user_however_the_id_is_spelled() {
        for (one, other) in
            [("ann", "Ann"), ("ÄNNE", "änne"), ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"), ("ИВАН", "Иван"), (" bo ", "BO")]
        {
            let (one, other) = (id(one), id(other));
            assert_eq!(one, other);
            assert_eq!(one.cmp(&other), Ordering::Equal);
            assert_eq!((one.folded(), one.seeded_hash(7)), (other.folded(), other.seeded_hash(7)));
            assert_eq!(HashSet::from([one, other]).len(), 1);
        }
    }

    #[test]
    fn different_ids_stay_different_and_have_an_order() {
        assert_ne!(id("ann"), id("anne"));
        assert_ne!(id("ärger"), id("arger"));
        assert_eq!(id("Ann").cmp(&id("bob")), Ordering::Less);
        assert_eq!(id("ann").cmp(&id("Anne")), Ordering::Less);
    }

    #[test]
    fn the_hash_of_an_id_in_lower_case_is_that_of_its_text() {
        assert_eq!(id("ann.lee@example.com").seeded_hash(2), hash("ann.lee@example.com", 2));
    }
}
