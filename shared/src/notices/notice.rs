//! One notice, its values and users.

use std::collections::BTreeMap;

use super::AdoptedValue;
use crate::{
    calendar::Day,
    event::UserId,
    families::{Family, Tree},
    format::counted,
};

/// The maximum number of values of a notice.
const MOST_VALUES: usize = 16;
/// The maximum number of users that a notice lists; further ones are only counted.
const MOST_LISTED: usize = 10_000;

/// A change that many users made on one day, with the users.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub(super) number: u64,
    pub(super) first_day: Day,
    pub(super) last_day: Day,
    /// The number of users who were active on the first day.
    pub(super) active: u64,
    /// The number of users who joined on the first day.
    pub(super) of_first_day: u64,
    /// The number of all users who joined.
    pub(super) users: u64,
    /// The values, the one with which the notice opened first.
    pub(super) values: Vec<AdoptedValue>,
    /// The users with the days on which they joined.
    pub(super) listed: BTreeMap<UserId, Day>,
}

impl Notice {
    /// Opens a notice of users who adopted a value on a day on which `active` users were active.
    pub(super) fn open(number: u64, day: Day, active: u64, value: AdoptedValue, users: Vec<UserId>) -> Self {
        let mut notice = Self {
            number,
            first_day: day,
            last_day: day,
            active,
            of_first_day: 0,
            users: 0,
            values: vec![value],
            listed: BTreeMap::new(),
        };
        for user in users {
            notice.list(user, day);
        }
        notice
    }

    /// Returns the number of the notice, which no other one of the organisation has: from 1, in the order of opening.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns the day (UTC) on which the notice opened.
    pub fn first_day(&self) -> Day {
        self.first_day
    }

    /// Returns the latest day on which a user joined.
    pub fn last_day(&self) -> Day {
        self.last_day
    }

    /// Returns the number of users who were active on the first day.
    pub fn active(&self) -> u64 {
        self.active
    }

    /// Returns the number of users who joined on the first day; they are among those who were active on it.
    pub fn users_of_first_day(&self) -> u64 {
        self.of_first_day
    }

    /// Returns the number of all users who joined.
    pub fn users(&self) -> u64 {
        self.users
    }

    /// Returns the users with the days on which they joined, in the order of their ids. Beyond 10,000, users are only
    /// counted.
    pub fn listed(&self) -> impl ExactSizeIterator<Item = (&UserId, Day)> {
        self.listed.iter().map(|(user, day)| (user, *day))
    }

    /// Returns the day on which a user joined; none if the user is not listed.
    pub fn joined(&self, user: &UserId) -> Option<Day> {
        self.listed.get(user).copied()
    }

    /// Returns the values that all users of the first day adopted on it, of each kind the narrowest; if there are none,
    /// the value that most of them adopted.
    pub fn values(&self) -> Vec<&AdoptedValue> {
        let of_kind = |families: &[Family]| {
            let of_kind = self.values.iter().filter(|value| families.contains(&value.family));
            let of_all = of_kind.filter(|value| value.users_of_first_day == self.of_first_day);
            of_all.max_by_key(|value| value.family.index())
        };
        let kinds = [
            Tree::Network.families(),
            &[Family::Location],
            &[Family::Device],
            &[Family::UserAgent],
            Tree::Resource.families(),
        ];
        let of_all: Vec<_> = kinds.into_iter().filter_map(of_kind).collect();
        if of_all.is_empty() {
            return self.values.iter().max_by_key(|value| value.users_of_first_day).into_iter().collect();
        }
        of_all
    }

    /// Returns the notice as a sentence without an end, such as "38 of 40 active users came from 192.0.2.0/24 for the
    /// first time on 2026-03-09".
    pub fn sentence(&self) -> String {
        let values = self.values();
        let users = values.iter().map(|value| value.users_of_first_day).min().unwrap_or(0);
        let later = match self.users - self.of_first_day {
            0 => String::new(),
            later => format!(", {later} more since"),
        };
        let acts: Vec<String> = values.into_iter().map(AdoptedValue::act).collect();
        let acts = match acts.as_slice() {
            [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
            acts => acts.concat(),
        };
        let of = counted(self.active, "active user");
        format!("{users} of {of} {acts} for the first time on {}{later}", self.first_day)
    }

    /// Returns whether a value is one of the notice's.
    pub(super) fn has_value(&self, key: u64) -> bool {
        self.values.iter().any(|value| value.key == key)
    }

    /// Returns whether at least four fifths of some users have joined.
    pub(super) fn has_most_of(&self, users: &[UserId]) -> bool {
        users.iter().filter(|user| self.listed.contains_key(user)).count() * 5 >= users.len() * 4
    }

    pub(super) fn set_active(&mut self, active: u64) {
        self.active = active;
    }

    /// Adds a value that users adopted on the first day; those of them who are new join.
    pub(super) fn widen(&mut self, value: AdoptedValue, users: Vec<UserId>) {
        if self.values.len() < MOST_VALUES {
            self.values.push(value);
            for user in users {
                self.list(user, self.first_day);
            }
        }
    }

    /// Counts a user who adopted a value of the notice on a day.
    pub(super) fn join(&mut self, user: &UserId, key: u64, day: Day) {
        for value in self.values.iter_mut().filter(|value| value.key == key) {
            value.users += 1;
            value.users_of_first_day += u64::from(day == self.first_day);
        }
        // A user adopts a value once. Who is not listed any more is counted with the first value alone.
        if self.listed.len() < MOST_LISTED || self.values.first().is_some_and(|first| first.key == key) {
            self.list(user.clone(), day);
        }
    }

    /// Lists a user no more. Returns whether the user was listed.
    pub(super) fn forget(&mut self, user: &UserId) -> bool {
        self.listed.remove(user).is_some()
    }

    fn list(&mut self, user: UserId, day: Day) {
        if self.listed.contains_key(&user) {
            return;
        }
        self.users += 1;
        self.of_first_day += u64::from(day == self.first_day);
        self.last_day = self.last_day.max(day);
        if self.listed.len() < MOST_LISTED {
            self.listed.insert(user, day);
        }
    }
}
