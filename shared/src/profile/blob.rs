//! The stored form of a profile: one byte for the version, then the profile in postcard.

use super::{Limits, Profile};

/// The version of the format; bytes of another version are refused.
const VERSION: u8 = 4;

impl Profile {
    /// Returns the stored form, which [`Profile::from_bytes`] reads back exactly.
    ///
    /// # Panics
    ///
    /// Panics if the profile's limits are not [`Limits::PRODUCT`]: its counts are more precise than the stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        assert_eq!(self.limits, Limits::PRODUCT, "only the product's profiles are stored");
        postcard::to_extend(self, vec![VERSION]).expect("a profile is plain data")
    }

    /// Reads a profile from its stored form.
    ///
    /// # Errors
    ///
    /// Returns [`UnreadableProfile`] if the bytes have another version or are no profile.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableProfile> {
        match bytes.split_first() {
            Some((&VERSION, body)) => {
                let profile: Self = postcard::from_bytes(body).map_err(|_| UnreadableProfile::Damaged)?;
                if profile.limits != Limits::PRODUCT || !profile.forgotten.is_whole() {
                    return Err(UnreadableProfile::Damaged);
                }
                Ok(profile.completed())
            }
            Some((&other, _)) => Err(UnreadableProfile::Version(other)),
            None => Err(UnreadableProfile::Damaged),
        }
    }

    /// Returns the profile with what is not stored: the full dates of last sightings, and its size.
    fn completed(mut self) -> Self {
        if let Some(current) = self.day {
            self.values.values_mut().for_each(|stats| stats.date(current.day));
            self.nodes.values_mut().for_each(|node| node.stats.date(current.day));
        }
        self.measure();
        self
    }
}

/// Why a stored profile cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableProfile {
    /// The profile was written by another version of the program.
    #[error("the profile has version {0}, this program reads {VERSION}")]
    Version(u8),
    /// The bytes are no profile.
    #[error("the profile is damaged")]
    Damaged,
}
