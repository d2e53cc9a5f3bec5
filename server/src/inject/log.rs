//! A log by people and days.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use shared::{
    calendar::{Day, second_of},
    event::{Event, UserId},
    profile::given_group,
    values::Path,
};

/// A log, in order of time.
pub(super) struct Log {
    pub(super) events: Vec<Event>,
    /// Everybody in it, in order of their ids.
    pub(super) people: Vec<Person>,
}

/// One person's days.
pub(super) struct Person {
    pub(super) id: usize,
    pub(super) user: UserId,
    /// Department and role, else the first path part in which the person is most active.
    pub(super) group: Option<u64>,
    /// The active days, with the places of their events in the log.
    pub(super) days: Vec<(Day, Vec<usize>)>,
}

impl Log {
    pub(super) fn new(mut events: Vec<Event>) -> Self {
        events.sort_by_key(|event| event.time);
        let mut days: BTreeMap<&UserId, BTreeMap<Day, Vec<usize>>> = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            days.entry(&event.user).or_default().entry(day_of(event)).or_default().push(at);
        }
        let person = |(id, (user, days)): (usize, (&UserId, BTreeMap<Day, Vec<usize>>))| Person {
            id,
            user: user.clone(),
            group: group(days.values().flatten().map(|at| &events[*at])),
            days: days.into_iter().collect(),
        };
        let people = days.into_iter().enumerate().map(person).collect();
        Self { events, people }
    }

    /// Returns the day before which a share of all user-days lies.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a number of days"
    )]
    pub(super) fn day_after(&self, share: f64) -> Day {
        let mut days: Vec<Day> =
            self.people.iter().flat_map(|person| person.days.iter().map(|(day, _)| *day)).collect();
        days.sort_unstable();
        let position = (days.len() as f64 * share) as usize;
        days.get(position).copied().unwrap_or(Day(i32::MAX))
    }
}

fn day_of(event: &Event) -> Day {
    Day::of(second_of(event.time))
}

/// Returns the peer group that most of a person's events tell.
fn group<'a>(events: impl Iterator<Item = &'a Event>) -> Option<u64> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for event in events {
        let project = || event.resource.as_deref().map(|resource| Path::of(resource).project());
        if let Some(group) = given_group(event).or_else(project) {
            *counts.entry(group).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(group, _)| group)
}

/// Returns an event as it would have been some seconds later.
pub(super) fn moved(event: &Event, seconds: i64) -> Event {
    Event { time: at(event.time, seconds * 1000), ..event.clone() }
}

/// Returns the time some milliseconds later; the same where the calendar ends.
pub(super) fn at(time: Timestamp, milliseconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_millis(milliseconds)).unwrap_or(time)
}
