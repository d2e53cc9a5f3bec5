//! The users who were active on each of the latest days, and who adopted what on the latest two.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::{calendar::Day, event::UserId};

/// The number of days whose active users are counted.
const DAYS: usize = 8;
/// The number of days whose adoptions are kept: events of two days may come mixed.
const DAYS_OF_ADOPTIONS: usize = 2;
/// The maximum number of adoptions of a day. When there are more, the values with the fewest adopters are dropped until
/// three quarters are left.
const MOST_ADOPTIONS: usize = 131_072;

/// The latest days, and how many notices were opened.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RecentDays {
    /// The days on which anybody was active, the latest first.
    pub(super) days: Vec<RecentDay>,
    /// The number of notices that were opened so far.
    pub(super) opened: u64,
}

/// The active users of a day and their adoptions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RecentDay {
    pub(super) day: Day,
    /// The number of users who were active.
    pub(super) active: u64,
    /// The users who adopted a value of which there is no open notice, by the key of the value.
    pub(super) adopters: FxHashMap<u64, Vec<UserId>>,
    /// The number of adoptions that are kept.
    pub(super) adoptions: usize,
}

impl RecentDays {
    /// Returns the latest day on which anybody was active.
    pub(super) fn latest(&self) -> Option<Day> {
        self.days.first().map(|latest| latest.day)
    }

    /// Returns whether anybody was active before a day, so that its own number of active users is not all there is.
    pub(super) fn knows_day_before(&self, day: Day) -> bool {
        self.days.last().is_some_and(|first| first.day < day)
    }

    /// Returns the number of users who were active on the busiest of the latest days.
    pub(super) fn most_active(&self) -> usize {
        let most = self.days.iter().map(|day| day.active).max().unwrap_or(0);
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    /// Returns the number of users who were active on a day.
    pub(super) fn active(&self, day: Day) -> u64 {
        self.days.iter().find(|other| other.day == day).map_or(0, |day| day.active)
    }

    /// Returns the number of the notice that is opened now.
    pub(super) fn next_number(&mut self) -> u64 {
        self.opened += 1;
        self.opened
    }

    /// Counts a user who is active on a day, and returns how many were so far; none for a day that was too long ago.
    pub(super) fn count_active(&mut self, day: Day) -> Option<u64> {
        let place = self.days.partition_point(|other| other.day > day);
        if self.days.get(place).is_none_or(|known| known.day != day) {
            let new = RecentDay { day, active: 0, adopters: FxHashMap::default(), adoptions: 0 };
            self.days.insert(place, new);
            self.days.truncate(DAYS);
            for old in self.days.iter_mut().skip(DAYS_OF_ADOPTIONS) {
                (old.adopters, old.adoptions) = (FxHashMap::default(), 0);
            }
        }
        let known = self.days.get_mut(place)?;
        known.active += 1;
        Some(known.active)
    }

    /// Adds a user who adopted a value on a day, and returns how many did; 0 for a day that was too long ago.
    pub(super) fn add_adopter(&mut self, day: Day, key: u64, user: &UserId) -> usize {
        let Some(of_day) = self.of(day) else { return 0 };
        let adopters = of_day.adopters.entry(key).or_default();
        adopters.push(user.clone());
        let count = adopters.len();
        of_day.adoptions += 1;
        of_day.limit();
        count
    }

    /// Removes the users who adopted a value on a day, and returns them.
    pub(super) fn take_adopters(&mut self, day: Day, key: u64) -> Vec<UserId> {
        let Some(of_day) = self.of(day) else { return Vec::new() };
        let adopters = of_day.adopters.remove(&key).unwrap_or_default();
        of_day.adoptions -= adopters.len();
        adopters
    }

    /// Removes the adoptions of a user. Returns whether there were any.
    pub(super) fn forget(&mut self, user: &UserId) -> bool {
        let before: usize = self.days.iter().map(|day| day.adoptions).sum();
        for day in &mut self.days {
            day.adopters.values_mut().for_each(|adopters| adopters.retain(|adopter| adopter != user));
            day.adopters.retain(|_, adopters| !adopters.is_empty());
            day.adoptions = day.adopters.values().map(Vec::len).sum();
        }
        before != self.days.iter().map(|day| day.adoptions).sum::<usize>()
    }

    fn of(&mut self, day: Day) -> Option<&mut RecentDay> {
        self.days.iter_mut().take(DAYS_OF_ADOPTIONS).find(|other| other.day == day)
    }
}

impl RecentDay {
    fn limit(&mut self) {
        if self.adoptions <= MOST_ADOPTIONS {
            return;
        }
        let mut values: Vec<_> = self.adopters.drain().collect();
        values.sort_unstable_by_key(|(key, adopters)| Reverse((adopters.len(), *key)));
        self.adoptions = 0;
        for (key, adopters) in values {
            if self.adoptions + adopters.len() > MOST_ADOPTIONS / 4 * 3 {
                return;
            }
            self.adoptions += adopters.len();
            self.adopters.insert(key, adopters);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_what_one_user_adopts_drops_nothing_that_many_adopt() {
        let [ann, bo]: [UserId; 2] = ["ann", "bo"].map(|id| id.parse().expect("a valid id"));
        let mut recent = RecentDays::default();
        recent.count_active(Day(1));
        assert_eq!([&ann, &bo].map(|user| recent.add_adopter(Day(1), 0, user)), [1, 2]);
        for key in 1..=MOST_ADOPTIONS as u64 {
            recent.add_adopter(Day(1), key, &ann);
        }
        let kept = recent.days[0].adopters.values().map(Vec::len).sum::<usize>();
        assert_eq!(kept, recent.days[0].adoptions);
        assert!((MOST_ADOPTIONS / 2..=MOST_ADOPTIONS).contains(&kept), "{kept}");
        assert_eq!(recent.take_adopters(Day(1), 0), [ann, bo]);
    }

    #[test]
    fn a_user_who_is_forgotten_has_adopted_nothing() {
        let [ann, bo]: [UserId; 2] = ["ann", "bo"].map(|id| id.parse().expect("a valid id"));
        let mut recent = RecentDays::default();
        recent.count_active(Day(1));
        recent.add_adopter(Day(1), 0, &ann);
        recent.add_adopter(Day(1), 0, &bo);
        recent.add_adopter(Day(1), 1, &ann);
        assert!(recent.forget(&ann) && !recent.forget(&ann));
        assert_eq!((recent.days[0].adoptions, recent.days[0].adopters.len()), (1, 1));
        assert_eq!(recent.take_adopters(Day(1), 0), [bo]);
    }

    #[test]
    fn adoptions_are_kept_for_two_days_and_active_users_for_eight() {
        let ann: UserId = "ann".parse().expect("a valid id");
        let mut recent = RecentDays::default();
        for day in (1..=9).map(Day) {
            assert_eq!(recent.count_active(day), Some(1));
            assert_eq!(recent.add_adopter(day, 7, &ann), 1);
        }
        assert_eq!(recent.count_active(Day(1)), None, "it was too long ago");
        assert_eq!((recent.count_active(Day(2)), recent.most_active()), (Some(2), 2));
        assert_eq!([9, 8, 7].map(|day| recent.add_adopter(Day(day), 7, &ann)), [2, 2, 0]);
    }
}
