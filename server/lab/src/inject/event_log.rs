//! A log indexed by users and days.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use shared::{
    calendar::{DAY_SECONDS, Day},
    event::{Event, UserId},
    profile::given_group,
    service_account::is_service_account,
    values::Path,
};

/// The active days of a user, in order, with the indices of their events in the log.
pub(super) type ActiveDays = Vec<(Day, Vec<usize>)>;

/// A log in order of time, with an index of its users.
pub(super) struct EventLog {
    pub(super) events: Vec<Event>,
    /// The number of the user of each event.
    pub(super) owners: Vec<usize>,
    /// All users, in order of their ids.
    pub(super) users: Vec<UserHistory>,
    /// The first day on which users may be attacked.
    pub(super) start: Day,
}

/// The events of one user.
pub(super) struct UserHistory {
    /// The index in [`EventLog::users`].
    pub(super) number: usize,
    pub(super) user: UserId,
    /// The peer group: department and role, else the project in which the user was most active from the log's start on.
    pub(super) group: Option<u64>,
    pub(super) days: ActiveDays,
}

impl EventLog {
    /// Indexes a log; users may be attacked from the day `start` on.
    pub(super) fn new(mut events: Vec<Event>, start: Day) -> Self {
        events.sort_by_key(|event| event.time);
        let users = users(&events, start);
        let mut owners = vec![0; events.len()];
        for user in &users {
            user.events().for_each(|at| owners[at] = user.number);
        }
        Self { events, owners, users, start }
    }

    /// Returns the last day of the log.
    pub(super) fn last_day(&self) -> Option<Day> {
        self.events.last().map(Event::day)
    }
}

impl UserHistory {
    /// Returns the indices of the user's events in the log, in order of time.
    pub(super) fn events(&self) -> impl Iterator<Item = usize> {
        self.days.iter().flat_map(|(_, events)| events).copied()
    }

    /// Returns the index of the first active day that is not before `day`.
    pub(super) fn position(&self, day: Day) -> usize {
        self.days.partition_point(|(own, _)| *own < day)
    }
}

/// Returns the history of each user of a log; peer groups are those from the day `start` on.
fn users(events: &[Event], start: Day) -> Vec<UserHistory> {
    let mut days_by_user: BTreeMap<&UserId, BTreeMap<Day, Vec<usize>>> = BTreeMap::new();
    for (at, event) in events.iter().enumerate() {
        days_by_user.entry(&event.user).or_default().entry(event.day()).or_default().push(at);
    }
    let mut users = Vec::with_capacity(days_by_user.len());
    for (number, (user, days)) in days_by_user.into_iter().enumerate() {
        let late = days.range(start..).flat_map(|(_, events)| events);
        let group = peer_group(late.map(|at| &events[*at]));
        users.push(UserHistory { number, user: user.clone(), group, days: days.into_iter().collect() });
    }
    users
}

/// Returns the peer group of most of a user's events.
fn peer_group<'a>(events: impl Iterator<Item = &'a Event>) -> Option<u64> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for event in events {
        let project = || event.resource.as_deref().map(|resource| Path::of(resource).project());
        if let Some(group) = given_group(event, is_service_account(event)).or_else(project) {
            *counts.entry(group).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(group, _)| group)
}

/// Returns the number of seconds by which an event on the day `from` is moved to the same weekday in the seven days
/// that begin with `day`.
pub(super) fn seconds_to_week_of(day: Day, from: Day) -> i64 {
    let weeks = (i64::from(day.0) - i64::from(from.0) + 6).div_euclid(7);
    weeks * 7 * DAY_SECONDS
}

/// Returns the time some milliseconds later, or the same time at the end of the calendar.
pub(super) fn later(time: Timestamp, milliseconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_millis(milliseconds)).unwrap_or(time)
}
