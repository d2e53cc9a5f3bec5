//! How many alerts each of the last days would have had by each threshold.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::GroupKey;
use crate::{
    calendar::Day,
    calibration::{anomaly_score, p_value},
    hash::Hasher,
    scored_event::ScoredEvent,
};

/// The rarity of the lowest step, in powers of ten: that from which on events are notable.
const LOWEST: f64 = 1.0;
/// The width of a step, in powers of ten.
const STEP: f64 = 0.05;
/// The number of steps; the last one has no upper end.
const STEPS: usize = 140;
/// The number of days that are kept.
const KEPT_DAYS: i32 = 36;
/// The number of days in which events still come; the groups of earlier ones are forgotten, and their counts stay.
const OPEN_DAYS: i32 = 3;
/// The maximum number of groups of a day that are told apart; later ones are not counted.
const MOST_GROUPS: usize = 1 << 18;
/// The version of the stored form.
const VERSION: u8 = 1;

/// The groups of one day by their rarest event, and the alerts that were raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayOfScores {
    /// The number of groups whose rarest event is in each step.
    groups: Vec<u32>,
    /// The number of alerts that were raised.
    pub alerts: u64,
}

/// The days of the last five weeks, with the highest scores of the groups that events of one alert belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreHistory {
    days: BTreeMap<Day, DayOfScores>,
    /// Of the latest days, the step of each group.
    open: BTreeMap<Day, HashMap<u64, u8>>,
}

impl Default for DayOfScores {
    fn default() -> Self {
        Self { groups: vec![0; STEPS], alerts: 0 }
    }
}

impl ScoreHistory {
    /// Counts a scored event. Events that are not notable, or of days long past, count nothing.
    pub fn add(&mut self, scored: &ScoredEvent) {
        let day = scored.event.day();
        self.reach(day);
        let is_open = self.newest().is_some_and(|newest| day.0 > newest.0 - OPEN_DAYS);
        if scored.log10_rarity < LOWEST || !is_open {
            return;
        }
        let (group, step) = (hash_of(&GroupKey::of(scored)), step_of(scored.log10_rarity));
        let groups = self.open.entry(day).or_default();
        let before = groups.get(&group).copied();
        if before.is_some_and(|before| before >= step) || (before.is_none() && groups.len() >= MOST_GROUPS) {
            return;
        }
        groups.insert(group, step);
        let counts = self.days.entry(day).or_default();
        if let Some(before) = before {
            counts.groups[usize::from(before)] -= 1;
        }
        counts.groups[usize::from(step)] += 1;
    }

    /// Counts an alert of a day. Alerts of days long past are not counted.
    pub fn count_alert(&mut self, day: Day) {
        self.reach(day);
        if let Some(counts) = self.days.get_mut(&day) {
            counts.alerts += 1;
        }
    }

    /// Makes room for a day, and forgets those that are too old then.
    fn reach(&mut self, day: Day) {
        let newest = self.newest().map_or(day, |newest| newest.max(day));
        if day.0 > newest.0 - KEPT_DAYS {
            self.days.entry(day).or_default();
        }
        self.days.retain(|day, _| day.0 > newest.0 - KEPT_DAYS);
        self.open.retain(|day, _| day.0 > newest.0 - OPEN_DAYS);
    }

    /// Returns the latest day of which there are events.
    pub fn newest(&self) -> Option<Day> {
        self.days.last_key_value().map(|(day, _)| *day)
    }

    /// Returns the days, the oldest first.
    pub fn days(&self) -> impl Iterator<Item = (Day, &DayOfScores)> {
        self.days.iter().map(|(day, counts)| (*day, counts))
    }

    /// Returns the score from which on the `window` days before a day would have had `alerts` groups a day on average,
    /// and the number of those days; none if there are fewer than `fewest` such days.
    ///
    /// Within a step, groups are taken to be spread evenly.
    pub fn score_of_budget(&self, alerts: f64, day: Day, window: i32, fewest: i32) -> Option<(f64, i32)> {
        let days = || self.days.range(Day(day.0 - window)..day);
        let (first, _) = days().next()?;
        let length = day.0 - first.0;
        if length < fewest {
            return None;
        }
        let mut left = alerts * f64::from(length);
        for step in (0..STEPS).rev() {
            let groups: f64 = days().map(|(_, counts)| f64::from(counts.groups[step])).sum();
            if groups > left {
                let from_below = if step == STEPS - 1 { 0.0 } else { 1.0 - left / groups };
                return Some((score_of(lower_end(step) + STEP * from_below), length));
            }
            left -= groups;
        }
        Some((score_of(LOWEST), length))
    }

    /// Returns the stored form: a byte for the version, then the days in postcard.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![VERSION]).expect("counts are plain data")
    }

    /// Reads the stored form; none if it is damaged or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let content = bytes.strip_prefix(&[VERSION])?;
        let (history, rest): (Self, _) = postcard::take_from_bytes(content).ok()?;
        let is_whole = history.days.values().all(|counts| counts.groups.len() == STEPS);
        let steps = history.open.values().flat_map(HashMap::values);
        let are_counted = history.open.keys().all(|day| history.days.contains_key(day));
        let is_sound = is_whole && are_counted && steps.into_iter().all(|step| usize::from(*step) < STEPS);
        (rest.is_empty() && is_sound).then_some(history)
    }
}

fn hash_of(group: &GroupKey) -> u64 {
    let mut hasher = Hasher::default();
    hasher.number(group.user.seeded_hash(0));
    hasher.number(group.kind as u64);
    hasher.finish()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast stops at 255")]
fn step_of(rarity: f64) -> u8 {
    let step = ((rarity - LOWEST) / STEP) as u8;
    step.min((STEPS - 1) as u8)
}

#[expect(clippy::cast_precision_loss, reason = "a number below 140")]
fn lower_end(step: usize) -> f64 {
    LOWEST + STEP * step as f64
}

fn score_of(rarity: f64) -> f64 {
    anomaly_score(p_value(rarity))
}
