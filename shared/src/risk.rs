//! A user's risk: what their last days add up to.

use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Day, days_since_epoch},
    math::{exp, exp2},
};

/// Only what is rarer than this power of ten, in user-days, adds to risk: one day in ten.
const ORDINARY: f64 = 1.0;
/// How many powers of ten beyond the ordinary bring the risk to 63 of 100.
const SCALE: f64 = 4.0;

/// A fading sum over days of how rare the rarest moment of each day was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// Sum over days before the last, faded to the last event.
    earlier: f64,
    second: i64,
    day: Option<Day>,
    /// What the last day adds so far.
    today: f64,
}

impl Risk {
    /// Half-life of risk, in calendar days.
    pub const HALF_LIFE_DAYS: f64 = 7.0;

    /// Returns what a moment that one in 10^`rarity` user-days reaches adds to its day.
    pub fn added_by(rarity: f64) -> f64 {
        (rarity - ORDINARY).max(0.0)
    }

    /// Returns the risk after a moment that one in 10^`rarity` user-days reaches.
    #[must_use]
    pub fn after(self, second: i64, rarity: f64) -> Self {
        let day = Day::of(second);
        let added = Self::added_by(rarity);
        if self.day.is_some_and(|last| last >= day) {
            return Self { today: self.today.max(added), ..self };
        }
        Self { earlier: (self.earlier + self.today) * self.fading(second), second, day: Some(day), today: added }
    }

    /// Returns the risk at a later moment, from 0 (nothing) to 100.
    pub fn level(&self, second: i64) -> f64 {
        let sum = (self.earlier + self.today) * self.fading(second);
        100.0 * (1.0 - exp(-sum / SCALE))
    }

    fn fading(&self, second: i64) -> f64 {
        let days = days_since_epoch(second - self.second);
        exp2(-days.max(0.0) / Self::HALF_LIFE_DAYS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::DAY_SECONDS;

    #[test]
    fn ordinary_days_add_nothing_and_rare_ones_add_up() {
        let calm = Risk::default().after(0, 0.9);
        assert_eq!(calm.level(0), 0.0);
        let odd = calm.after(DAY_SECONDS, 3.0);
        let odder = odd.after(2 * DAY_SECONDS, 3.0);
        assert!(odd.level(DAY_SECONDS) > 39.0 && odder.level(2 * DAY_SECONDS) > 60.0);
    }

    #[test]
    fn many_events_of_one_day_count_once() {
        let once = Risk::default().after(0, 3.0);
        let often = once.after(60, 2.5).after(120, 3.0);
        assert_eq!(once, often);
    }

    #[test]
    fn risk_halves_in_a_week() {
        let risk = Risk::default().after(0, 1.4);
        let ratio = risk.level(7 * DAY_SECONDS) / risk.level(0);
        assert!((0.5..0.52).contains(&ratio), "{ratio}");
    }
}
