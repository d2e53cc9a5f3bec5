//! All users in little memory.
//!
//! A profile in use is some six times as large as the bytes in which it is stored, and most users do nothing most of the
//! time. So profiles are kept as these bytes and unpacked when an event comes; they come back to the bit. That takes
//! little longer than the copy on which events are scored would (`make bench`), so none are kept unpacked.

use std::collections::HashMap;

use crate::{
    engine::ProfileSource,
    event::UserId,
    profile::{Profile, UnreadableProfile},
    risk_state::RiskState,
};

/// One user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserRecord {
    /// The user's profile.
    pub profile: Profile,
    /// The user's risk and counts.
    pub risk_state: RiskState,
}

/// One user with the profile as bytes; risk and counts are at hand, for lists of users.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedUserRecord {
    profile: Box<[u8]>,
    risk_state: RiskState,
}

/// All users.
#[derive(Debug, Clone, Default)]
pub struct UserRecords(HashMap<UserId, PackedUserRecord>);

impl UserRecord {
    /// Packs the user.
    pub fn pack(self) -> PackedUserRecord {
        PackedUserRecord { profile: self.profile.to_bytes().into(), risk_state: self.risk_state }
    }
}

impl PackedUserRecord {
    /// Returns a user as stored, if the profile can be read.
    pub fn stored(profile: &[u8], risk_state: RiskState) -> Result<Self, UnreadableProfile> {
        Profile::from_bytes(profile)?;
        Ok(Self { profile: profile.into(), risk_state })
    }

    /// Returns the profile's bytes, as they are stored.
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

    /// Unpacks the user.
    pub fn unpack(&self) -> UserRecord {
        UserRecord { profile: self.profile(), risk_state: self.risk_state.clone() }
    }
}

impl UserRecords {
    /// Returns a user, if the user was ever seen.
    pub fn get(&self, user: &UserId) -> Option<&PackedUserRecord> {
        self.0.get(user)
    }

    /// Returns every user, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&UserId, &PackedUserRecord)> {
        self.0.iter()
    }

    /// Returns how many users there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether no user was ever seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps a user in place of an earlier record of the same user.
    pub fn insert(&mut self, user: UserId, record: PackedUserRecord) {
        self.0.insert(user, record);
    }
}

/// Copies of the users whose events are being scored: they replace the users' records once the events are committed,
/// and are dropped if that fails.
#[derive(Debug)]
pub struct WorkingCopies<'a> {
    records: &'a UserRecords,
    numbers: HashMap<UserId, usize>,
    copies: Vec<(UserId, UserRecord)>,
}

impl<'a> WorkingCopies<'a> {
    /// Returns copies of no user yet.
    pub fn of(records: &'a UserRecords) -> Self {
        Self { records, numbers: HashMap::new(), copies: Vec::new() }
    }

    /// Returns the copy of a user.
    pub fn copy_of(&mut self, user: &UserId) -> &mut UserRecord {
        let number = self.find(user);
        &mut self.copies[number].1
    }

    /// Packs the copies, by user.
    pub fn pack(self) -> HashMap<UserId, PackedUserRecord> {
        self.copies.into_iter().map(|(user, copy)| (user, copy.pack())).collect()
    }
}

impl ProfileSource for WorkingCopies<'_> {
    fn find(&mut self, user: &UserId) -> usize {
        if let Some(number) = self.numbers.get(user) {
            return *number;
        }
        let record = self.records.get(user).map(PackedUserRecord::unpack).unwrap_or_default();
        self.copies.push((user.clone(), record));
        self.numbers.insert(user.clone(), self.copies.len() - 1);
        self.copies.len() - 1
    }

    fn profile(&self, number: usize) -> &Profile {
        &self.copies[number].1.profile
    }

    fn profile_mut(&mut self, number: usize) -> &mut Profile {
        &mut self.copies[number].1.profile
    }
}
