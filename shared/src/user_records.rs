//! The server's records of all users: risk, counts, and profiles in the form in which they are stored.
//!
//! A profile in use is about six times as large as its stored form, and most users are idle most of the time. So
//! profiles are kept in the stored form and unpacked for an event, equal to the bit. Unpacking takes little longer than
//! the copy on which events are scored anyway (`make bench`), so no profile is kept unpacked. Profiles of users who have
//! been idle for longest are [evicted](UserRecords::evict) once all profiles together take too much memory: they are
//! then in the database alone, and read again before the user's next event.

mod working_copies;

pub use working_copies::WorkingCopies;

use std::collections::{HashMap, HashSet};

use crate::{event::UserId, profile::Profile, risk_state::RiskState};

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
    peer_group: Option<u64>,
}

/// What is in memory of a user: the risk and the counts, the peer group, and the profile unless it was evicted.
#[derive(Debug, Clone, PartialEq)]
pub struct UserInMemory {
    profile: Option<Box<[u8]>>,
    risk_state: RiskState,
    peer_group: Option<u64>,
}

/// The records of all users, of which idle users' profiles may be evicted.
#[derive(Debug, Clone, Default)]
pub struct UserRecords {
    users: HashMap<UserId, UserInMemory>,
    /// The size of all profiles in memory.
    profile_bytes: usize,
}

impl UserRecord {
    /// Packs the record.
    pub fn pack(self) -> PackedUserRecord {
        let peer_group = self.profile.peer_group();
        PackedUserRecord { profile: self.profile.to_bytes().into(), risk_state: self.risk_state, peer_group }
    }
}

impl PackedUserRecord {
    /// Returns the stored form of the profile.
    pub fn profile_bytes(&self) -> &[u8] {
        &self.profile
    }

    /// Returns the user's risk and counts.
    pub fn risk_state(&self) -> &RiskState {
        &self.risk_state
    }

    /// Returns the user's [peer group](Profile::peer_group).
    pub fn peer_group(&self) -> Option<u64> {
        self.peer_group
    }
}

impl UserInMemory {
    /// Returns the user's risk and counts.
    pub fn risk_state(&self) -> &RiskState {
        &self.risk_state
    }

    /// Returns the user's [peer group](Profile::peer_group).
    pub fn peer_group(&self) -> Option<u64> {
        self.peer_group
    }

    /// Returns whether the profile was evicted.
    pub fn is_evicted(&self) -> bool {
        self.profile.is_none()
    }

    /// Returns the unpacked profile; none if it was evicted.
    pub fn profile(&self) -> Option<Profile> {
        let unpack = |bytes| Profile::from_bytes(bytes).expect("these bytes were written by `Profile::to_bytes`");
        self.profile.as_deref().map(unpack)
    }

    /// Returns the packed record; none if the profile was evicted.
    pub fn packed(&self) -> Option<PackedUserRecord> {
        let Self { profile, risk_state, peer_group } = self;
        Some(PackedUserRecord { profile: profile.clone()?, risk_state: risk_state.clone(), peer_group: *peer_group })
    }

    /// Returns the record; none if the profile was evicted.
    fn unpacked(&self) -> Option<UserRecord> {
        Some(UserRecord { profile: self.profile()?, risk_state: self.risk_state.clone() })
    }

    fn profile_bytes(&self) -> usize {
        self.profile.as_ref().map_or(0, |profile| profile.len())
    }
}

impl UserRecords {
    /// Returns what is in memory of a user; none if the user was never seen.
    pub fn get(&self, user: &UserId) -> Option<&UserInMemory> {
        self.users.get(user)
    }

    /// Returns the id of a user in the spelling in which it was first seen; none if the user was never seen.
    pub fn spelling(&self, user: &UserId) -> Option<&UserId> {
        self.users.get_key_value(user).map(|(spelling, _)| spelling)
    }

    /// Returns every user, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&UserId, &UserInMemory)> {
        self.users.iter()
    }

    /// Returns the number of users.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Returns whether there are no users.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// Adds the record of a user, or replaces the earlier one.
    pub fn insert(&mut self, user: UserId, record: PackedUserRecord) {
        let PackedUserRecord { profile, risk_state, peer_group } = record;
        self.put(user, UserInMemory { profile: Some(profile), risk_state, peer_group });
    }

    /// Adds a user whose profile is in the database alone.
    pub fn insert_evicted(&mut self, user: UserId, risk_state: RiskState, peer_group: Option<u64>) {
        self.put(user, UserInMemory { profile: None, risk_state, peer_group });
    }

    /// Removes the record of a user.
    pub fn remove(&mut self, user: &UserId) {
        let before = self.users.remove(user);
        self.profile_bytes -= before.map_or(0, |before| before.profile_bytes());
    }

    fn put(&mut self, user: UserId, record: UserInMemory) {
        self.profile_bytes += record.profile_bytes();
        let before = self.users.insert(user, record);
        self.profile_bytes -= before.map_or(0, |before| before.profile_bytes());
    }

    /// Puts an evicted profile back that was read from the database. A profile that was not evicted stays as it is.
    pub fn restore(&mut self, user: &UserId, profile: &Profile) {
        if let Some(record) = self.users.get_mut(user)
            && record.is_evicted()
        {
            record.profile = Some(profile.to_bytes().into());
            self.profile_bytes += record.profile_bytes();
        }
    }

    /// Evicts profiles if all of them take more than `limit` bytes, until they take three quarters of that. Those of
    /// the users whose latest event is oldest come first, those in `kept` stay.
    pub fn evict(&mut self, limit: usize, kept: &HashSet<UserId>) {
        if self.profile_bytes <= limit {
            return;
        }
        let is_idle = |(user, record): &(&UserId, &mut UserInMemory)| !record.is_evicted() && !kept.contains(*user);
        let mut idle: Vec<_> = self.users.iter_mut().filter(is_idle).map(|(_, record)| record).collect();
        idle.sort_unstable_by_key(|record| record.risk_state.last);
        for record in idle {
            if self.profile_bytes <= limit / 4 * 3 {
                return;
            }
            self.profile_bytes -= record.profile_bytes();
            record.profile = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    /// Returns the records of users 0 to 9, each of whom acted last in the second of that number.
    fn ten() -> UserRecords {
        let mut records = UserRecords::default();
        for second in 0..10 {
            let mut record = UserRecord::default();
            record.risk_state.last = Timestamp::from_second(second).ok();
            records.insert(user(second), record.pack());
        }
        records
    }

    fn user(number: i64) -> UserId {
        number.to_string().parse().expect("a valid id")
    }

    fn evicted(records: &UserRecords) -> Vec<i64> {
        (0..10).filter(|number| records.get(&user(*number)).is_some_and(UserInMemory::is_evicted)).collect()
    }

    #[test]
    fn the_users_who_were_idle_for_longest_are_evicted_first_and_those_to_be_kept_never() {
        let mut records = ten();
        let one = Profile::default().to_bytes().len();
        records.evict(10 * one, &HashSet::new());
        assert!(evicted(&records).is_empty(), "all of them fit");
        records.evict(8 * one, &HashSet::from([user(1)]));
        assert_eq!(evicted(&records), [0, 2, 3, 4], "six are three quarters of eight");
        records.evict(0, &HashSet::from([user(1)]));
        assert_eq!(evicted(&records), [0, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(records.len(), 10, "risk and counts of everybody stay");
    }

    #[test]
    fn a_user_keeps_the_first_spelling() {
        let [first, later]: [UserId; 2] = ["Ann", "ANN"].map(|id| id.parse().expect("a valid id"));
        let mut records = UserRecords::default();
        assert_eq!(records.spelling(&later), None);
        records.insert(first, UserRecord::default().pack());
        records.insert(later.clone(), UserRecord::default().pack());
        assert_eq!((records.len(), records.spelling(&later).map(UserId::as_str)), (1, Some("Ann")));
    }

    #[test]
    fn a_profile_that_is_put_back_counts_again_and_never_replaces_a_newer_one() {
        let mut records = ten();
        let all = records.profile_bytes;
        records.evict(0, &HashSet::new());
        assert_eq!(records.profile_bytes, 0);
        (0..10).for_each(|number| records.restore(&user(number), &Profile::default()));
        assert_eq!((evicted(&records), records.profile_bytes), (vec![], all));
        let before = records.get(&user(3)).cloned();
        records.restore(&user(3), &Profile::default());
        assert_eq!((records.get(&user(3)).cloned(), records.profile_bytes), (before, all));
    }
}
