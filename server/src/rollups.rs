//! Counts of events by hour: of each action, device, place, severity and range of scores.

use std::{
    collections::{BTreeMap, HashMap},
    ops::AddAssign,
};

use shared::{
    calendar::{Day, second_of},
    event::Device,
    scored_event::ScoredEvent,
};

/// The number of seconds in an hour.
const HOUR_SECONDS: i64 = 3600;
const DAY_HOURS: i32 = 24;
/// The maximum number of values of a kind that are counted by name in an hour; later ones count as [`OTHERS`].
const MOST_VALUES: usize = 256;
/// The name under which the values beyond [`MOST_VALUES`] are counted.
const OTHERS: &str = "(others)";
/// The number of ranges that scores are counted in, each as wide as the others.
const SCORE_RANGES: f64 = 20.0;

/// An hour in UTC, as the number of hours since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(pub i32);

impl Hour {
    /// Returns the hour in which a second of Unix time lies.
    pub fn of(second: i64) -> Self {
        let hour = second.div_euclid(HOUR_SECONDS);
        Self(i32::try_from(hour).expect("a timestamp's year has at most four digits"))
    }

    /// Returns the day that the hour belongs to.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_HOURS))
    }
}

/// What the events of an hour are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The kind of act.
    Action,
    /// The kind of device.
    Device,
    /// The name of the place.
    Place,
    /// The severity. Every event has one, so these counts add up to the number of events.
    Severity,
    /// The lower end of the range of scores, such as `0.95`.
    Score,
}

/// Numbers of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of events.
    pub events: u64,
    /// The number of those whose score reached the threshold.
    pub anomalies: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.anomalies += other.anomalies;
    }
}

/// The counts of one hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HourCounts(BTreeMap<Kind, BTreeMap<Box<str>, Counts>>);

impl HourCounts {
    /// Counts a scored event.
    pub fn count(&mut self, scored: &ScoredEvent) {
        let counts = Counts { events: 1, anomalies: u64::from(scored.is_anomaly) };
        let event = &scored.event;
        let score = (scored.anomaly_score() * SCORE_RANGES).floor().min(SCORE_RANGES - 1.0) / SCORE_RANGES;
        let device = event.device.map(|device| (Kind::Device, Device::name(device)));
        let place = event.location.as_deref().map(|place| (Kind::Place, place));
        let told = [(Kind::Action, event.action.name()), (Kind::Severity, scored.severity.name())];
        told.into_iter().chain(device).chain(place).for_each(|(kind, value)| self.add(kind, value, counts));
        self.add(Kind::Score, &format!("{score:.2}"), counts);
    }

    /// Adds the counts of another part of the same hour.
    pub fn add_all(&mut self, other: &Self) {
        other.iter().for_each(|(kind, value, counts)| self.add(kind, value, counts));
    }

    fn add(&mut self, kind: Kind, value: &str, counts: Counts) {
        let values = self.0.entry(kind).or_default();
        let value = if values.len() < MOST_VALUES || values.contains_key(value) { value } else { OTHERS };
        match values.get_mut(value) {
            Some(before) => *before += counts,
            None => drop(values.insert(value.into(), counts)),
        }
    }

    /// Returns the counts of all events.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.0.get(&Kind::Severity).into_iter().flat_map(BTreeMap::values).for_each(|counts| total += *counts);
        total
    }

    /// Returns every count, with its kind and value.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &str, Counts)> {
        self.0.iter().flat_map(|(kind, values)| values.iter().map(|(value, counts)| (*kind, &**value, *counts)))
    }
}

impl FromIterator<(Kind, Box<str>, Counts)> for HourCounts {
    fn from_iter<T: IntoIterator<Item = (Kind, Box<str>, Counts)>>(counts: T) -> Self {
        let mut hour = Self::default();
        counts.into_iter().for_each(|(kind, value, counts)| hour.add(kind, &value, counts));
        hour
    }
}

/// The counts of several hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rollups(HashMap<Hour, HourCounts>);

impl Rollups {
    /// Counts a scored event in its hour.
    pub fn count(&mut self, scored: &ScoredEvent) {
        self.0.entry(Hour::of(second_of(scored.event.time))).or_default().count(scored);
    }

    /// Adds other counts.
    pub fn add_all(&mut self, other: &Self) {
        for (hour, counts) in &other.0 {
            self.0.entry(*hour).or_default().add_all(counts);
        }
    }

    /// Returns the counts of each hour that has events, in no particular order.
    pub fn hours(&self) -> impl Iterator<Item = (Hour, &HourCounts)> {
        self.0.iter().map(|(hour, counts)| (*hour, counts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_the_limit_are_counted_together() {
        let one = Counts { events: 1, anomalies: 0 };
        let mut hour = HourCounts::default();
        for place in 0..1000 {
            hour.add(Kind::Place, &format!("place {place}"), one);
            hour.add(Kind::Place, "place 0", one);
        }
        let places: Vec<_> = hour.iter().collect();
        assert_eq!(places.len(), MOST_VALUES + 1);
        let of = |name: &str| places.iter().find(|(_, value, _)| *value == name).map(|(_, _, counts)| counts.events);
        assert_eq!((of("place 0"), of(OTHERS)), (Some(1001), Some(1000 - MOST_VALUES as u64)));
    }
}
