//! Counts that fade with a user's active days and hold back what is recent.

use serde::{Deserialize, Serialize};

use crate::math::exp2;

/// Half-life of a habit, in the user's own active days.
const HABIT_HALF_LIFE: f64 = 100.0;
/// Half-life of the part that is held back, in active days.
const RECENT_HALF_LIFE: f64 = 8.0;
/// After so many active days the counts are put on a new zero, long before they overflow. A multiple of
/// both half-lives, so that moving it multiplies by powers of two and changes no count.
const REBASE_DAYS: u32 = 800;

/// How often something was done: a slowly fading count less a quickly fading one.
///
/// The last days hardly vouch for themselves: an intruder's own acts do not make them usual. Counts are
/// kept by forward decay (Cormode et al. 2009): a later day adds more instead of all others fading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f32, f32)", into = "(f32, f32)")]
pub struct Lagged {
    habit: f64,
    recent: f64,
}

impl From<(f32, f32)> for Lagged {
    fn from((habit, recent): (f32, f32)) -> Self {
        Self { habit: habit.into(), recent: recent.into() }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "counts of a profile that is stored have 24 bits already")]
impl From<Lagged> for (f32, f32) {
    fn from(count: Lagged) -> Self {
        (count.habit as f32, count.recent as f32)
    }
}

impl Lagged {
    /// Nothing counted.
    pub const NONE: Self = Self { habit: 0.0, recent: 0.0 };

    /// Counts one more at the time of `clock`, in the given precision.
    pub fn add(&mut self, clock: &Clock, precision: Precision) {
        self.habit = precision.round(self.habit + clock.habit_weight);
        self.recent = precision.round(self.recent + clock.recent_weight);
    }

    /// Returns the count at the time of `clock`, the recent part taken off.
    pub fn value(&self, clock: &Clock) -> f64 {
        (self.habit / clock.habit_weight - self.recent / clock.recent_weight).max(0.0)
    }

    /// Returns the undiminished count, in units that compare only within one profile.
    pub fn strength(&self) -> f64 {
        self.habit
    }

    fn rebase(&mut self, precision: Precision) {
        let days = f64::from(REBASE_DAYS);
        self.habit = precision.round(self.habit * exp2(-days / HABIT_HALF_LIFE));
        self.recent = precision.round(self.recent * exp2(-days / RECENT_HALF_LIFE));
    }
}

/// A user's time: active days since the counts' zero, as weights.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    habit_weight: f64,
    recent_weight: f64,
}

impl Clock {
    /// The time `active_days` after the zero.
    pub fn at(active_days: u32) -> Self {
        let days = f64::from(active_days);
        Self { habit_weight: exp2(days / HABIT_HALF_LIFE), recent_weight: exp2(days / RECENT_HALF_LIFE) }
    }

    /// Returns what one act counts now, in the units of [`Lagged::strength`].
    pub fn habit_weight(&self) -> f64 {
        self.habit_weight
    }
}

/// Puts counts on a new zero when that is due; returns the zero in force.
pub(super) fn rebase_when_due<'a>(
    zero: u32,
    active_days: u32,
    counts: impl Iterator<Item = &'a mut Lagged>,
    precision: Precision,
) -> u32 {
    if active_days - zero < REBASE_DAYS {
        return zero;
    }
    counts.for_each(|count| count.rebase(precision));
    zero + REBASE_DAYS
}

/// How exactly counts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Precision {
    /// As a stored profile holds them: 24 bits.
    #[default]
    Stored,
    /// In full, for comparison with a reference.
    Full,
}

impl Precision {
    /// Returns `x` as it will be after storing.
    pub fn round(self, x: f64) -> f64 {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "what is stored has 24 bits")]
            Self::Stored => f64::from(x as f32),
            Self::Full => x,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_began_today_hardly_counts_and_an_old_habit_does() {
        let mut new = Lagged::default();
        new.add(&Clock::at(500), Precision::Full);
        assert_eq!(new.value(&Clock::at(500)), 0.0);

        let mut old = Lagged::default();
        for day in 400..500 {
            old.add(&Clock::at(day), Precision::Full);
        }
        let value = old.value(&Clock::at(500));
        assert!((60.0..62.0).contains(&value), "72 by habit less 11 recent, not {value}");
    }

    #[test]
    fn a_new_zero_changes_no_count() {
        let mut count = Lagged::default();
        for day in 700..790 {
            count.add(&Clock::at(day), Precision::Stored);
        }
        let before = count.value(&Clock::at(800));
        assert_eq!(rebase_when_due(0, 800, std::iter::once(&mut count), Precision::Stored), 800);
        assert_eq!(count.value(&Clock::at(0)), before);
    }
}
