//! Copies of the users whose events are being scored.

use std::collections::HashMap;

use super::{PackedUserRecord, UserInMemory, UserRecord, UserRecords};
use crate::{engine::ProfileSource, event::UserId, profile::Profile};

/// Unpacked copies of the records of users whose events are being scored. They replace the records once the events are
/// committed, and are dropped if that fails.
#[derive(Debug)]
pub struct WorkingCopies<'a> {
    records: &'a UserRecords,
    numbers: HashMap<UserId, usize>,
    copies: Vec<(UserId, UserRecord)>,
}

impl<'a> WorkingCopies<'a> {
    /// Returns an empty set of copies of `records`. No profile may be evicted of which a copy is asked for.
    pub fn of(records: &'a UserRecords) -> Self {
        Self { records, numbers: HashMap::new(), copies: Vec::new() }
    }

    /// Returns the copy of a user's record, which is made on the first call; a new user has a new record.
    ///
    /// # Panics
    ///
    /// Panics if the user's profile is evicted.
    pub fn copy_of(&mut self, user: &UserId) -> &mut UserRecord {
        let number = self.find(user);
        &mut self.copies[number].1
    }

    /// Returns the profiles of those of the users who have a copy, as they are now.
    pub fn profiles_of<'u>(&self, users: impl Iterator<Item = &'u UserId>) -> HashMap<UserId, Profile> {
        let copied = |user: &UserId| {
            let number = self.numbers.get(user)?;
            Some((user.clone(), self.copies[*number].1.profile.clone()))
        };
        users.filter_map(copied).collect()
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
        let unpacked = |record: &UserInMemory| record.unpacked().expect("evicted profiles are put back before");
        let record = self.records.get(user).map(unpacked).unwrap_or_default();
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
