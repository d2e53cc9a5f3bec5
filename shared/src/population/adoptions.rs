//! How many users have lately taken up a value that none of them had before.
//!
//! What many others have just taken up says little about the one who takes it up too: the address of a new office, the
//! place of a line that fails over, a new application. So the evidence of a value is limited by the share of the active
//! users who have lately had it for the first time ([`Adoptions::most_bits`]). A value that one user alone takes up keeps
//! all its evidence.

use rustc_hash::FxHashMap;

use super::limits::{keep_largest, rank, reduced};
use crate::{
    calendar::{DAY_SECONDS, Day},
    math::{exp2, log2},
};

/// The half-life of an adoption, in days: after three weeks a third of it is left.
const HALF_LIFE_DAYS: f64 = 14.0;
/// The number of other users from which on an adoption counts: fewer leave the evidence as it is. An adoption of a week
/// ago counts 0.7.
const LEAST_OTHERS: f64 = 1.3;
/// The number of active users that is assumed at least.
const LEAST_ACTIVE: f64 = 10.0;
/// The inverse of the share of the active users at which a value says nothing any more.
const FACTOR: f64 = 3.0;
/// The number of weeks in which users count as active.
const WEEKS: usize = 4;

/// The users who took up each value lately, and the number of active users.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Adoptions {
    /// The adopters of each value, by the key of a value or the id of a tree node.
    pub(super) values: FxHashMap<u64, Adopters>,
    /// The numbers of users who were active in the latest weeks, by week, the latest first.
    pub(super) active: Vec<(i32, u32)>,
}

/// The decayed number of users who took up a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Adopters {
    /// The number as of `second`.
    pub(super) count: f64,
    /// The second of Unix time of the latest adoption.
    pub(super) second: i64,
}

impl Adopters {
    fn at(self, second: i64) -> f64 {
        self.count * fading(second - self.second)
    }

    fn add(&mut self, second: i64) {
        if second >= self.second {
            *self = Self { count: self.at(second) + 1.0, second };
        } else {
            self.count += fading(self.second - second);
        }
    }

    /// Returns what adopters are ordered by at any time: the logarithm of their number as of 1970.
    fn rank(self) -> u64 {
        rank((log2(self.count) + days(self.second) / HALF_LIFE_DAYS).max(0.0))
    }
}

impl Adoptions {
    /// Adds a user who took up a value at a second; keeps at most `limit` values.
    pub(super) fn add(&mut self, value: u64, second: i64, limit: usize) {
        self.values.entry(value).or_insert(Adopters { count: 0.0, second }).add(second);
        if self.values.len() > limit {
            let mut kept: Vec<_> = self.values.drain().collect();
            keep_largest(&mut kept, reduced(limit), |(value, adopters)| (adopters.rank(), *value));
            self.values.extend(kept);
        }
    }

    /// Counts a user who is active in the week of a day.
    pub(super) fn count_active(&mut self, day: Day) {
        let week = week_of(day);
        let place = self.active.partition_point(|(other, _)| *other > week);
        match self.active.get_mut(place) {
            Some((known, users)) if *known == week => *users = users.saturating_add(1),
            _ => self.active.insert(place, (week, 1)),
        }
        self.active.truncate(WEEKS);
    }

    /// Returns the most bits that the evidence of a value may have at a second; none if there is no limit.
    ///
    /// `is_adopter` is whether the user has had the value before, and so is one of its adopters.
    pub(super) fn most_bits(&self, value: u64, second: i64, is_adopter: bool) -> Option<f64> {
        let others = self.values.get(&value)?.at(second) - if is_adopter { 1.0 } else { 0.0 };
        if others < LEAST_OTHERS {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53 users")]
        let share = others / (self.active_users() as f64).max(LEAST_ACTIVE);
        Some(-log2((FACTOR * share).min(1.0)))
    }

    /// Returns the wanted values, and the `limit` others with the most adopters.
    pub(super) fn extract(&self, limit: usize, is_wanted: impl Fn(u64) -> bool) -> Self {
        let values = self.values.iter().map(|(value, adopters)| (*value, *adopters));
        let (wanted, mut others): (Vec<_>, Vec<_>) = values.partition(|(value, _)| is_wanted(*value));
        keep_largest(&mut others, limit, |(value, adopters)| (adopters.rank(), *value));
        Self { values: wanted.into_iter().chain(others).collect(), active: self.active.clone() }
    }

    /// Returns the largest number of users who were active in one of the latest weeks.
    pub(super) fn active_users(&self) -> u64 {
        self.active.iter().map(|(_, users)| u64::from(*users)).max().unwrap_or(0)
    }
}

/// Returns the part of an adoption that is left after some seconds.
fn fading(seconds: i64) -> f64 {
    exp2(-days(seconds.max(0)) / HALF_LIFE_DAYS)
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53 seconds")]
fn days(seconds: i64) -> f64 {
    seconds as f64 / DAY_SECONDS as f64
}

/// Returns the number of the week of a day, from Monday on.
pub(crate) fn week_of(day: Day) -> i32 {
    (day.0 + 3).div_euclid(7)
}
