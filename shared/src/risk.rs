//! A user's risk: what their last days add up to, and how much of it each day is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{DAY_SECONDS, Day, days_since_epoch},
    math::{exp, exp2},
};

/// Only what is rarer than this power of ten, in user-days, adds to risk: one day in ten.
const ORDINARY: f64 = 1.0;
/// How many powers of ten beyond the ordinary bring the risk to 63 of 100.
const SCALE: f64 = 4.0;
/// What is left of a day, in powers of ten, when it leaves: a tenth of a point.
const FADED: f64 = 0.004;

/// A fading sum over days of how rare the rarest moment of each day was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    half_life_days: u8,
    /// The days that add to it, the oldest first.
    days: Vec<RiskyDay>,
}

/// A day by its rarest moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RiskyDay {
    /// The moment's second.
    pub second: i64,
    /// By how many powers of ten it is rarer than the ordinary.
    added: f32,
}

/// One day's part in a risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskPart {
    /// Second of the day's rarest moment.
    pub second: i64,
    /// Points of 100.
    pub points: f64,
}

/// One day's part in a user's risk, for people to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskContribution {
    /// Time of the day's rarest moment.
    pub time: Timestamp,
    /// Points of the risk; those of all days add up to it.
    pub points: f64,
    /// Why the moment stood out, the strongest reason first.
    pub reasons: Vec<String>,
}

impl Default for Risk {
    fn default() -> Self {
        Self { half_life_days: Self::HALF_LIFE_DAYS, days: Vec::new() }
    }
}

impl Risk {
    /// How many days a risk is made of at most; the one of which least is left gives way.
    pub const MOST_DAYS: usize = 32;
    /// Half-life of a person's risk, in calendar days.
    pub const HALF_LIFE_DAYS: u8 = 7;
    /// Half-life of a service account's, which runs by the clock: odd days are over sooner.
    pub const SERVICE_HALF_LIFE_DAYS: u8 = 3;
    /// Days over which the gain is told.
    pub const GAIN_DAYS: i64 = 7;

    /// Returns the risk after a moment that one in 10^`rarity` user-days reaches; from now on it halves in so many days.
    ///
    /// A day counts by its rarest moment, whenever its events arrive.
    #[must_use]
    pub fn after(&self, second: i64, rarity: f64, half_life_days: u8) -> Self {
        let mut risk = Self { half_life_days, days: self.days.clone() };
        risk.add(second, rarity);
        risk
    }

    #[expect(clippy::cast_possible_truncation, reason = "a rarity has few digits that mean anything")]
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

    /// Returns the rarest moment of a day that adds to the risk.
    pub fn on(&self, day: Day) -> Option<&RiskyDay> {
        self.place_of(day).ok().map(|place| &self.days[place])
    }

    /// Returns how many days add to the risk.
    pub fn days(&self) -> usize {
        self.days.len()
    }

    /// Returns the risk at a second, from 0 (nothing) to 100.
    pub fn level(&self, second: i64) -> f64 {
        100.0 * (1.0 - exp(-self.sum(second) / SCALE))
    }

    /// Returns by how much the level at a second is above that of seven days earlier.
    pub fn gain(&self, second: i64) -> f64 {
        self.level(second) - self.level(second - Self::GAIN_DAYS * DAY_SECONDS)
    }

    /// Returns what each day contributes to the level at a second, the oldest first; the points add up to it.
    ///
    /// The level is no sum of days, for it never passes 100: it is shared out in proportion to what is left of each
    /// day.
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
    /// Returns what is left of the day at a second; nothing before it.
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
    fn a_day_counts_once_by_its_rarest_moment() {
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
        assert!(risk.gain(now) > 0.0 && risk.gain(now + week) < 0.0, "what is over is lost again");
        assert_eq!(after(&Risk::default(), 0, 3.0).gain(0), 100.0 * (1.0 - exp(-0.5)), "there was nothing before");
    }

    #[test]
    fn what_has_faded_leaves_and_never_are_there_too_many_days() {
        let once = after(&Risk::default(), 0, 3.0);
        assert_eq!(after(&once, 60 * DAY_SECONDS, 0.0).days(), 1);
        assert_eq!(after(&once, 64 * DAY_SECONDS, 0.0).days(), 0);
        let always = (0..200).fold(Risk::default(), |risk, day| after(&risk, day * DAY_SECONDS, 5.0));
        assert_eq!(always.days(), Risk::MOST_DAYS);
        assert!(always.on(Day(199)).is_some() && always.on(Day(199 - 32)).is_none(), "the oldest are least");
    }
}
