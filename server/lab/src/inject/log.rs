//! A log by people and days.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use shared::{
    calendar::{DAY_SECONDS, Day, second_of},
    event::{Event, UserId},
    profile::given_group,
    values::Path,
};

use super::resources::Resources;

/// A log, in order of time.
pub(super) struct Log {
    pub(super) events: Vec<Event>,
    /// Who acted, an event.
    pub(super) owners: Vec<usize>,
    /// Everybody in it, in order of their ids.
    pub(super) people: Vec<Person>,
    pub(super) resources: Resources,
    /// From when on people are attacked.
    pub(super) start: Day,
}

/// One person's days.
pub(super) struct Person {
    /// The place among the log's people.
    pub(super) number: usize,
    pub(super) user: UserId,
    /// Department and role, else the first path part in which the person was most active from the log's start on.
    pub(super) group: Option<u64>,
    /// The active days, with the places of their events in the log.
    pub(super) days: Vec<(Day, Vec<usize>)>,
}

impl Log {
    pub(super) fn new(mut events: Vec<Event>, start: Day) -> Self {
        events.sort_by_key(|event| event.time);
        let mut days: BTreeMap<&UserId, BTreeMap<Day, Vec<usize>>> = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            days.entry(&event.user).or_default().entry(day_of(event)).or_default().push(at);
        }
        let person = |(number, (user, days)): (usize, (&UserId, BTreeMap<Day, Vec<usize>>))| Person {
            number,
            user: user.clone(),
            group: group(days.range(start..).flat_map(|(_, events)| events).map(|at| &events[*at])),
            days: days.into_iter().collect(),
        };
        let people: Vec<_> = days.into_iter().enumerate().map(person).collect();
        let mut owners = vec![0; events.len()];
        for person in &people {
            person.events().for_each(|at| owners[at] = person.number);
        }
        Self { resources: Resources::of(&events), events, owners, people, start }
    }

    /// Returns the last day of the log.
    pub(super) fn last_day(&self) -> Option<Day> {
        self.events.last().map(day_of)
    }
}

impl Person {
    /// Returns the places of the person's events in the log, in order of time.
    pub(super) fn events(&self) -> impl Iterator<Item = usize> {
        self.days.iter().flat_map(|(_, events)| events).copied()
    }

    /// Returns the position of the first active day that is not before `day`.
    pub(super) fn position(&self, day: Day) -> usize {
        self.days.partition_point(|(own, _)| *own < day)
    }
}

/// Returns the day before which a share of all user-days lies.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a number of days"
)]
pub(super) fn day_after(events: &[Event], share: f64) -> Day {
    let user_days: HashSet<_> = events.iter().map(|event| (&event.user, day_of(event))).collect();
    let mut days: Vec<_> = user_days.into_iter().map(|(_, day)| day).collect();
    days.sort_unstable();
    days.get((days.len() as f64 * share) as usize).copied().unwrap_or(Day(i32::MAX))
}

pub(super) fn day_of(event: &Event) -> Day {
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

/// Returns by how many seconds something of one day is moved to fall on the same weekday of the week that begins with
/// another.
pub(super) fn to_week_of(day: Day, from: Day) -> i64 {
    let weeks = (i64::from(day.0) - i64::from(from.0) + 6).div_euclid(7);
    weeks * 7 * DAY_SECONDS
}

/// Returns the time some milliseconds later; the same where the calendar ends.
pub(super) fn later(time: Timestamp, milliseconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_millis(milliseconds)).unwrap_or(time)
}
