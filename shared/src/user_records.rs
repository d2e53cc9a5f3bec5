//! The server's records of all users: risk, counts, and profiles in the form in which they are stored.
//!
//! A profile in use is about six times as large as its stored form, and most users are idle most of the time. So
//! profiles are kept in the stored form and unpacked for an event, equal to the bit. Unpacking takes little longer than
//! the copy on which events are scored anyway (`make bench`), so no profile is kept unpacked.

mod working_copies;

pub use working_copies::WorkingCopies;

use std::collections::HashMap;

use crate::{
    event::UserId,
    profile::{Profile, UnreadableProfile},
    risk_state::RiskState,
};

/// The record of one user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserRecord {
    /// The user's profile.
    pub profile: Profile,
    /// The user's risk and counts.
    pub risk_state: RiskState,
}

/// The record of one user with the profile in its stored form; the risk and the counts stay unpacked, for lists of
/// users.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedUserRecord {
    profile: Box<[u8]>,
    risk_state: RiskState,
}

/// The records of all users.
#[derive(Debug, Clone, Default)]
pub struct UserRecords(HashMap<UserId, PackedUserRecord>);

impl UserRecord {
    /// Packs the record.
    pub fn pack(self) -> PackedUserRecord {
        PackedUserRecord { profile: self.profile.to_bytes().into(), risk_state: self.risk_state }
    }
}

impl PackedUserRecord {
    /// Makes a record of a stored profile.
    ///
    /// # Errors
    ///
    /// Returns [`UnreadableProfile`] if the profile cannot be read.
    pub fn stored(profile: &[u8], risk_state: RiskState) -> Result<Self, UnreadableProfile> {
        Profile::from_bytes(profile)?;
        Ok(Self { profile: profile.into(), risk_state })
    }

    /// Returns the stored form of the profile.
    pub fn profile_bytes(&self) -> &[u8] {
        &self.profile
    }

    /// Returns the user's risk and counts.
    pub fn risk_state(&self) -> &RiskState {
        &self.risk_state
    }

    /// Unpacks the profile.
    pub fn profile(&self) -> Profile {
        Profile::from_bytes(&self.profile).expect("these bytes were written by `pack` or read before")
    }

    /// Unpacks the record.
    pub fn unpack(&self) -> UserRecord {
        UserRecord { profile: self.profile(), risk_state: self.risk_state.clone() }
    }
}

impl UserRecords {
    /// Returns the record of a user; none if the user was never seen.
    pub fn get(&self, user: &UserId) -> Option<&PackedUserRecord> {
        self.0.get(user)
    }

    /// Returns every user's record, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&UserId, &PackedUserRecord)> {
        self.0.iter()
    }

    /// Returns the number of users.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no users.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the record of a user, or replaces the earlier one.
    pub fn insert(&mut self, user: UserId, record: PackedUserRecord) {
        self.0.insert(user, record);
    }
}
