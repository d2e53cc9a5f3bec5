//! A user's risk: a decayed sum over the user's days, and the part of each day in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{DAY_SECONDS, Day, days_since_epoch},
    math::{exp, exp2},
};

/// The rarity above which a day adds to the risk, in powers of ten: one user-day in ten.
const ORDINARY: f64 = 1.0;
/// The sum, in powers of ten, at which the risk is 63 of 100.
const SCALE: f64 = 4.0;
/// The decayed amount at which a day is dropped, in powers of ten: a tenth of a point.
const FADED: f64 = 0.004;

/// A user's risk: the sum, over days, of the rarity of the day's rarest event above one user-day in ten, with a
/// half-life of some days.
///
/// ```
/// use shared::{calendar::DAY_SECONDS, risk::Risk};
///
/// let risk = Risk::default().after(0, 3.0, Risk::HALF_LIFE_DAYS); // an event that one in 1,000 user-days reaches
/// assert!((risk.level(0) - 39.3).abs() < 0.1);
/// assert!((risk.level(7 * DAY_SECONDS) - 22.1).abs() < 0.1);
/// let again = risk.after(DAY_SECONDS, 3.0, Risk::HALF_LIFE_DAYS);
/// let points: f64 = again.parts(DAY_SECONDS).map(|part| part.points).sum();
/// assert!((again.level(DAY_SECONDS) - points).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    half_life_days: u8,
    /// The days that add to the risk, the oldest first.
    days: Vec<RiskyDay>,
}

/// A day that adds to the risk, by its rarest event.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RiskyDay {
    /// The event's second of Unix time.
    pub second: i64,
    /// The rarity of the event less [`ORDINARY`], in powers of ten.
    added: f32,
}

/// The part of one day in a risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskPart {
    /// The second of the day's rarest event, in Unix time.
    pub second: i64,
    /// The points of the risk, of 100.
    pub points: f64,
}

/// The part of one day in a user's risk, with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskContribution {
    /// The time of the day's rarest event.
    pub time: Timestamp,
    /// The points of the risk; the points of all days add up to it.
    pub points: f64,
    /// The reasons for the event's score, the strongest first.
    pub reasons: Vec<String>,
}

impl Default for Risk {
    fn default() -> Self {
        Self { half_life_days: Self::HALF_LIFE_DAYS, days: Vec::new() }
    }
}

impl Risk {
    /// The maximum number of days in a risk; the most decayed one is dropped.
    pub const MOST_DAYS: usize = 32;
    /// The half-life of a person's risk, in calendar days.
    pub const HALF_LIFE_DAYS: u8 = 7;
    /// The half-life of a service account's risk, in calendar days: its work is regular, so unusual days matter less
    /// long.
    pub const SERVICE_HALF_LIFE_DAYS: u8 = 3;
    /// The number of days over which [`Risk::gain`] is measured.
    pub const GAIN_DAYS: i64 = 7;

    /// Returns the risk after an event at `second` (Unix time) that one in 10^`rarity` user-days reaches, with a
    /// half-life of `half_life_days` from now on.
    ///
    /// A day counts by its rarest event, in whatever order its events arrive.
    #[must_use]
    pub fn after(&self, second: i64, rarity: f64, half_life_days: u8) -> Self {
        let mut risk = Self { half_life_days, days: self.days.clone() };
        risk.add(second, rarity);
        risk
    }

    #[expect(clippy::cast_possible_truncation, reason = "a rarity has few significant digits")]
    fn add(&mut self, second: i64, rarity: f64) {
        let added = (rarity - ORDINARY) as f32;
        match self.place_of(Day::of(second)) {
            Ok(place) if added > self.days[place].added => self.days[place] = RiskyDay { second, added },
            Err(place) if added > 0.0 => self.days.insert(place, RiskyDay { second, added }),
            _ => {}
        }
        let now = self.days.last().map_or(second, |last| last.second.max(second));
        let half_life_days = self.half_life_days;
        self.days.retain(|day| day.left(now, half_life_days) >= FADED);
        if self.days.len() > Self::MOST_DAYS {
            let left = |place: &usize| self.days[*place].left(now, half_life_days);
            let least = (0..self.days.len()).min_by(|a, b| left(a).total_cmp(&left(b)));
            self.days.remove(least.expect("there are days"));
        }
    }

    fn place_of(&self, day: Day) -> Result<usize, usize> {
        self.days.binary_search_by_key(&day, |risky| Day::of(risky.second))
    }

    /// Makes a risk of stored parts: the half-life in days, and for each day, the oldest first, the second of its rarest
    /// event and what it adds.
    pub fn stored(half_life_days: u8, days: impl IntoIterator<Item = (i64, f32)>) -> Self {
        Self { half_life_days, days: days.into_iter().map(|(second, added)| RiskyDay { second, added }).collect() }
    }

    /// Returns the half-life in days.
    pub fn half_life_days(&self) -> u8 {
        self.half_life_days
    }

    /// Returns, for each day, the oldest first, the second of its rarest event and what it adds, in powers of ten.
    pub fn added_days(&self) -> impl Iterator<Item = (i64, f32)> {
        self.days.iter().map(|day| (day.second, day.added))
    }

    /// Returns a day, if it adds to the risk.
    pub fn on(&self, day: Day) -> Option<&RiskyDay> {
        self.place_of(day).ok().map(|place| &self.days[place])
    }

    /// Returns the number of days that add to the risk.
    pub fn days(&self) -> usize {
        self.days.len()
    }

    /// Returns the risk at a second of Unix time, from 0 (none) to 100.
    pub fn level(&self, second: i64) -> f64 {
        100.0 * (1.0 - exp(-self.sum(second) / SCALE))
    }

    /// Returns the level at a second less the level seven days earlier.
    pub fn gain(&self, second: i64) -> f64 {
        self.level(second) - self.level(second - Self::GAIN_DAYS * DAY_SECONDS)
    }

    /// Returns the part of each day in the level at a second, the oldest first. The points add up to the level.
    ///
    /// The level saturates at 100 and is no sum of days, so it is divided in proportion to the days' decayed amounts.
    pub fn parts(&self, second: i64) -> impl Iterator<Item = RiskPart> {
        let (level, sum) = (self.level(second), self.sum(second));
        let lefts = self.days.iter().map(move |day| (day.second, day.left(second, self.half_life_days)));
        let lefts = lefts.filter(|(_, left)| *left > 0.0);
        lefts.map(move |(second, left)| RiskPart { second, points: level * left / sum })
    }

    fn sum(&self, second: i64) -> f64 {
        self.days.iter().map(|day| day.left(second, self.half_life_days)).sum()
    }
}

impl RiskyDay {
    /// Returns the decayed amount of the day at a second, in powers of ten; 0 before the day's event.
    fn left(&self, second: i64, half_life_days: u8) -> f64 {
        if second < self.second {
            return 0.0;
        }
        f64::from(self.added) * exp2(-days_since_epoch(second - self.second) / f64::from(half_life_days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn after(risk: &Risk, second: i64, rarity: f64) -> Risk {
        risk.after(second, rarity, Risk::HALF_LIFE_DAYS)
    }

    #[test]
    fn ordinary_days_add_nothing_and_rare_ones_add_up() {
        let calm = after(&Risk::default(), 0, 0.9);
        assert_eq!((calm.level(0), calm.gain(0), calm.days()), (0.0, 0.0, 0));
        let odd = after(&calm, DAY_SECONDS, 3.0);
        let odder = after(&odd, 2 * DAY_SECONDS, 3.0);
        assert!(odd.level(DAY_SECONDS) > 39.0 && odder.level(2 * DAY_SECONDS) > 60.0);
    }

    #[test]
    fn a_day_counts_once_by_its_rarest_event() {
        let rarest = after(&Risk::default(), 2 * HOUR, 3.0);
        let often = [(HOUR, 2.0), (2 * HOUR, 3.0), (3 * HOUR, 2.5), (4 * HOUR, 3.0)];
        let often = often.iter().fold(Risk::default(), |risk, (second, rarity)| after(&risk, *second, *rarity));
        assert_eq!(rarest, often);
        assert_eq!(often.on(Day(0)).map(|day| day.second), Some(2 * HOUR));
    }

    #[test]
    fn risk_halves_in_a_week_and_that_of_a_service_in_three_days() {
        for half_life_days in [Risk::HALF_LIFE_DAYS, Risk::SERVICE_HALF_LIFE_DAYS] {
            let risk = Risk::default().after(0, 1.4, half_life_days);
            let ratio = risk.level(i64::from(half_life_days) * DAY_SECONDS) / risk.level(0);
            assert!((0.5..0.53).contains(&ratio), "{ratio}");
        }
    }

    #[test]
    fn the_gain_is_the_level_less_that_of_a_week_ago() {
        let (week, now) = (7 * DAY_SECONDS, 10 * DAY_SECONDS);
        let risk = after(&after(&Risk::default(), 0, 3.0), now, 4.0);
        assert_eq!(risk.gain(now), risk.level(now) - risk.level(now - week));
        assert!(risk.gain(now) > 0.0 && risk.gain(now + week) < 0.0, "the risk falls again");
        assert_eq!(after(&Risk::default(), 0, 3.0).gain(0), 100.0 * (1.0 - exp(-0.5)), "there was nothing before");
    }

    #[test]
    fn days_that_have_decayed_are_dropped_and_there_are_at_most_32() {
        let once = after(&Risk::default(), 0, 3.0);
        assert_eq!(after(&once, 60 * DAY_SECONDS, 0.0).days(), 1);
        assert_eq!(after(&once, 64 * DAY_SECONDS, 0.0).days(), 0);
        let always = (0..200).fold(Risk::default(), |risk, day| after(&risk, day * DAY_SECONDS, 5.0));
        assert_eq!(always.days(), Risk::MOST_DAYS);
        assert!(always.on(Day(199)).is_some() && always.on(Day(199 - 32)).is_none(), "the oldest are dropped");
    }
}
