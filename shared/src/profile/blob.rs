//! A profile as it is stored: a version and a compact body.

use super::{Limits, Profile};

/// Version of the body; another one is refused, never guessed at.
const VERSION: u8 = 4;

impl Profile {
    /// Returns the profile as bytes that [`Profile::from_bytes`] reads back exactly.
    ///
    /// # Panics
    ///
    /// Panics for a profile without [`Limits::PRODUCT`]: its counts are finer than what is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        assert_eq!(self.limits, Limits::PRODUCT, "only the product's profiles are stored");
        postcard::to_extend(self, vec![VERSION]).expect("a profile is plain data")
    }

    /// Reads a stored profile.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableProfile> {
        match bytes.split_first() {
            Some((&VERSION, body)) => {
                let profile: Self = postcard::from_bytes(body).map_err(|_| UnreadableProfile::Damaged)?;
                Ok(profile.dated())
            }
            Some((&other, _)) => Err(UnreadableProfile::Version(other)),
            None => Err(UnreadableProfile::Damaged),
        }
    }

    /// Returns the profile with whole days of last sightings, of which only a part is stored.
    fn dated(mut self) -> Self {
        if let Some(current) = self.day {
            self.values.values_mut().for_each(|stats| stats.date(current.day));
            self.nodes.values_mut().for_each(|node| node.stats.date(current.day));
        }
        self
    }
}

/// Why a stored profile cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableProfile {
    /// It was written by another version of the program.
    #[error("the profile has version {0}, this program reads {VERSION}")]
    Version(u8),
    /// Its bytes are not a profile's.
    #[error("the profile is damaged")]
    Damaged,
}
