//! How many alerts each of the last days would have had by each threshold.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    calendar::Day,
    calibration::{anomaly_score, p_value},
    scored_event::ScoredEvent,
};

/// The rarity of the lowest step, in powers of ten: that from which on events are notable.
const LOWEST: f64 = 1.0;
/// The width of a step, in powers of ten.
const STEP: f64 = 0.05;
/// The number of steps; the last one has no upper end.
const STEPS: usize = 140;
/// The number of days whose scores are kept.
const KEPT_DAYS: i32 = 36;
/// The number of days whose alerts are counted.
const COUNTED_DAYS: i32 = 400;
/// The number of days in which events still come; the groups of earlier ones are forgotten, and their counts stay.
const OPEN_DAYS: i32 = 3;
/// The maximum number of groups of a day that are told apart; later ones are not counted.
const MOST_GROUPS: usize = 1 << 18;
/// The version of the stored form.
const VERSION: u8 = 1;

/// The highest scores, in the last five weeks, of the groups that events of one alert belong to; and the number of alerts
/// that were raised on each day of the last year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreHistory {
    /// Of each day, the number of groups whose rarest event is in each step; empty while there is none.
    days: BTreeMap<Day, Vec<u32>>,
    /// Of the latest days, the step of each group, by a hash of its user.
    open: BTreeMap<Day, HashMap<u64, u8>>,
    alerts: BTreeMap<Day, u64>,
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
        let (group, step) = (scored.event.user.seeded_hash(0), step_of(scored.log10_rarity));
        let groups = self.open.entry(day).or_default();
        let before = groups.get(&group).copied();
        if before.is_some_and(|before| before >= step) || (before.is_none() && groups.len() >= MOST_GROUPS) {
            return;
        }
        groups.insert(group, step);
        let counts = self.days.entry(day).or_default();
        counts.resize(STEPS, 0);
        if let Some(before) = before {
            counts[usize::from(before)] -= 1;
        }
        counts[usize::from(step)] += 1;
    }

    /// Counts an alert of a day. Alerts of days more than a year past are not counted.
    pub fn count_alert(&mut self, day: Day) {
        *self.alerts.entry(day).or_default() += 1;
        let newest = self.alerts.last_key_value().map_or(day, |(newest, _)| *newest);
        self.alerts.retain(|day, _| day.0 > newest.0 - COUNTED_DAYS);
    }

    /// Returns the number of alerts that were raised on a day.
    pub fn alerts_on(&self, day: Day) -> u64 {
        self.alerts.get(&day).copied().unwrap_or(0)
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
            let groups: f64 = days().filter_map(|(_, counts)| counts.get(step).copied()).map(f64::from).sum();
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
        (rest.is_empty() && history.is_sound()).then_some(history)
    }
}

impl ScoreHistory {
    /// Returns whether each group of the latest days is counted in its step, as [`ScoreHistory::add`] relies on.
    fn is_sound(&self) -> bool {
        let is_whole = |counts: &Vec<u32>| counts.is_empty() || counts.len() == STEPS;
        let are_counted = |(day, groups): (&Day, &HashMap<u64, u8>)| {
            let mut left = self.days.get(day).cloned().unwrap_or_default();
            groups.values().all(|step| {
                let count = left.get_mut(usize::from(*step)).filter(|count| **count > 0);
                count.map(|count| *count -= 1).is_some()
            })
        };
        self.days.values().all(is_whole) && self.open.iter().all(are_counted)
    }
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
