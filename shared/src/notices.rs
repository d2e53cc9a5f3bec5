//! Organisation-wide notices: changes that many users made on one day.
//!
//! When an office moves, a line fails over or an application is rolled out, many users have the same value for the first
//! time on the same day: one fact about the organisation rather than one about each of them. A notice opens when, on one
//! calendar day (UTC), at least [`LEAST_USERS`] known users adopted a value, and they are at least a fifth of the users
//! who were active on the busiest day of the last eight. Values that the same users adopted on that day, such as the
//! network and the place of a new office, share one notice. Users who adopt one of its values later join it, until nobody
//! has joined for [`QUIET_DAYS`] days. What lies within such a value, as the folders of a new application, opens none.
//!
//! Nothing opens while users are new, since adoptions of a user count after [`WARM_UP_DAYS`] active days. Notices change
//! no score. They depend on the events and their order alone; their sizes are limited, and they are stored in rows.

mod adopted_value;
mod notice;
mod recent_days;
mod stored;

pub use adopted_value::AdoptedValue;
pub use notice::Notice;
pub use stored::UnreadableNotices;

use std::collections::{BTreeMap, BTreeSet};

use self::recent_days::RecentDays;
use crate::{
    calendar::Day,
    context::EventContext,
    event::{Event, UserId},
    families::{Family, Moment},
    last_event::LastEvent,
    profile::{FirstOfDay, WARM_UP_DAYS},
    values::Path,
};

/// The minimum number of users with whom a notice opens.
pub const LEAST_USERS: usize = 5;
/// The inverse of the minimum share of the active users with whom a notice opens.
const LEAST_SHARE: usize = 5;
/// The number of days after the last user joined, from which on nobody can join any more.
pub const QUIET_DAYS: i32 = 4;
/// The maximum number of notices; the oldest ones give way.
pub const MOST_NOTICES: u64 = 100;

/// The latest notices, and what the next ones are found in.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    recent: RecentDays,
    by_number: BTreeMap<u64, Notice>,
    /// The rows that changed since the notices were last stored.
    changed: BTreeSet<u8>,
}

/// Notices are equal whatever of them is stored already.
impl PartialEq for Notices {
    fn eq(&self, other: &Self) -> bool {
        (&self.recent, &self.by_number) == (&other.recent, &other.by_number)
    }
}

/// A value that a user adopted.
struct Adoption<'a> {
    event: &'a Event,
    family: Family,
    /// The key of the value, or the id of the node.
    key: u64,
    /// The path that the node is part of.
    path: Option<&'a Path>,
    day: Day,
}

impl Adoption<'_> {
    /// Returns whether the value lies within one of an earlier day's notice.
    fn is_within(&self, notice: &Notice) -> bool {
        let mut nodes = self.path.into_iter().flat_map(Path::nodes);
        notice.first_day() < self.day && nodes.any(|node| notice.has_value(*node))
    }
}

impl Notices {
    /// Learns from an event, given its context and the values that the user's profile learnt from it. Events come in the
    /// order in which they are scored. Nothing is learnt from a late event.
    pub fn add(&mut self, event: &Event, context: &EventContext, first_of_day: &FirstOfDay) {
        if context.is_late {
            return;
        }
        let (day, is_first) = (context.day.day, context.day.events == 1);
        if is_first {
            self.count_active(day);
        }
        let days_before = context.active_days.saturating_sub(u32::from(!is_first));
        if days_before < WARM_UP_DAYS {
            return;
        }
        for (family, key) in first_of_day.adoptions() {
            let path = family.tree().and_then(|(tree, _)| context.paths.get(tree));
            self.adopt(&Adoption { event, family, key, path, day });
        }
    }

    /// Returns the notices, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Notice> {
        self.by_number.values().rev()
    }

    /// Returns the notice with a number; none if there is none, or none any more.
    pub fn get(&self, number: u64) -> Option<&Notice> {
        self.by_number.get(&number)
    }

    /// Removes a user from all lists of users. The numbers of users stay as they are.
    pub fn forget(&mut self, user: &UserId) {
        if self.recent.forget(user) {
            self.changed.insert(stored::RECENT_DAYS);
        }
        for notice in self.by_number.values_mut() {
            if notice.forget(user) {
                self.changed.insert(stored::row_of(notice.number()));
            }
        }
    }

    /// Returns whether users can still join a notice.
    pub fn is_open(&self, notice: &Notice) -> bool {
        is_open(notice, self.recent.latest())
    }

    fn count_active(&mut self, day: Day) {
        let Some(active) = self.recent.count_active(day) else { return };
        self.changed.insert(stored::RECENT_DAYS);
        for notice in self.by_number.values_mut().filter(|notice| notice.first_day() == day) {
            notice.set_active(active);
            self.changed.insert(stored::row_of(notice.number()));
        }
    }

    fn adopt(&mut self, adoption: &Adoption) {
        let Adoption { event, key, day, .. } = *adoption;
        let latest = self.recent.latest();
        let mut open = self.by_number.values_mut().filter(|notice| is_open(notice, latest));
        if let Some(notice) = open.find(|notice| notice.has_value(key) || adoption.is_within(notice)) {
            if notice.has_value(key) {
                notice.join(&event.user, key, day);
                self.changed.insert(stored::row_of(notice.number()));
            }
            return;
        }
        self.changed.insert(stored::RECENT_DAYS);
        let adopters = self.recent.add_adopter(day, key, &event.user);
        let is_many = |adopters: usize| adopters >= LEAST_USERS && adopters * LEAST_SHARE >= self.recent.most_active();
        if is_many(adopters) && self.recent.knows_day_before(day) {
            self.notice(adoption);
        }
    }

    /// Adds a value that many adopted to the notice of the same users and day, or opens one.
    fn notice(&mut self, Adoption { event, family, key, day, .. }: &Adoption) {
        let users = self.recent.take_adopters(*day, *key);
        let moment = Moment { event, second: day.first_second(), last: &LastEvent::default() };
        let value = AdoptedValue::of(*family, *key, &moment, users.len());
        let mut of_day = self.by_number.values_mut().filter(|notice| notice.first_day() == *day);
        let number = if let Some(notice) = of_day.find(|notice| notice.has_most_of(&users)) {
            notice.widen(value, users);
            notice.number()
        } else {
            let number = self.recent.next_number();
            self.by_number.insert(number, Notice::open(number, *day, self.recent.active(*day), value, users));
            self.by_number = self.by_number.split_off(&(number + 1).saturating_sub(MOST_NOTICES));
            number
        };
        self.changed.insert(stored::row_of(number));
    }
}

/// Returns whether users can join a notice on a day.
fn is_open(notice: &Notice, day: Option<Day>) -> bool {
    day.is_some_and(|day| day.0.saturating_sub(notice.last_day().0) <= QUIET_DAYS)
}
