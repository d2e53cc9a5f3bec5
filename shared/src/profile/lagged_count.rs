//! Counts that decay with a user's active days and hold back what is recent.

use serde::{Deserialize, Serialize};

use crate::math::{exp2, log2};

/// Half-life of a habit, in the user's own active days.
const HABIT_HALF_LIFE: f64 = 100.0;
/// Half-life of the part that is held back, in active days.
const RECENT_HALF_LIFE: f64 = 8.0;
/// After so many active days the counts are put on a new zero, long before they overflow. A multiple of
/// both half-lives, so that moving it multiplies by powers of two and changes no count.
const REBASE_DAYS: u32 = 800;

/// How often something was done: a slowly decaying count less a quickly decaying one.
///
/// The last days hardly vouch for themselves: an intruder's own acts do not make them usual. Counts are
/// kept by forward decay (Cormode et al. 2009): a later day adds more instead of all others fading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Packed", into = "Packed")]
pub struct LaggedCount {
    habit: f64,
    recent: f64,
    /// Whether it is a single one.
    is_once: bool,
}

/// A count as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) enum Packed {
    /// One, so many active days after the zero.
    Once(i16),
    /// The upper 24 bits of both parts as 32-bit numbers; neither is negative.
    Often([u8; 3], [u8; 3]),
}

impl From<Packed> for LaggedCount {
    fn from(packed: Packed) -> Self {
        match packed {
            Packed::Once(day) => Self::once(day),
            Packed::Often(habit, recent) => Self { habit: unpack(habit), recent: unpack(recent), is_once: false },
        }
    }
}

impl From<LaggedCount> for Packed {
    #[expect(clippy::cast_possible_truncation, reason = "a count of one is of a day near the zero")]
    fn from(count: LaggedCount) -> Self {
        if count.is_once {
            return Self::Once((log2(count.habit) * HABIT_HALF_LIFE).round() as i16);
        }
        Self::Often(pack(count.habit), pack(count.recent))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "counts of a profile that is stored have 16 bits of precision")]
fn pack(part: f64) -> [u8; 3] {
    let [_, low, middle, high] = ((part as f32).to_bits() << 1).to_le_bytes();
    [low, middle, high]
}

fn unpack([low, middle, high]: [u8; 3]) -> f64 {
    f32::from_bits(u32::from_le_bytes([0, low, middle, high]) >> 1).into()
}

impl LaggedCount {
    /// The most bytes that a stored count takes.
    pub const MOST_BYTES: usize = 7;
    /// Nothing counted.
    pub const NONE: Self = Self { habit: 0.0, recent: 0.0, is_once: false };

    /// One, counted so many active days after the zero.
    fn once(day: i16) -> Self {
        let mut count = Self::NONE;
        count.add(&DecayClock::at(day.into()), Precision::Stored);
        count
    }

    /// Counts one more at the time of `clock`, in the given precision.
    pub fn add(&mut self, clock: &DecayClock, precision: Precision) {
        let is_first = *self == Self::NONE;
        self.add_amount(1.0, clock, precision);
        self.is_once = is_first;
    }

    /// Counts an amount at the time of `clock`, in the given precision.
    pub fn add_amount(&mut self, amount: f64, clock: &DecayClock, precision: Precision) {
        self.habit = precision.round(self.habit + amount * clock.habit_weight);
        self.recent = precision.round(self.recent + amount * clock.recent_weight);
        self.is_once = false;
    }

    /// Returns the count at the time of `clock`, the recent part taken off.
    pub fn value(&self, clock: &DecayClock) -> f64 {
        (self.habit / clock.habit_weight - self.recent / clock.recent_weight).max(0.0)
    }

    /// Returns the undiminished count, in units that compare only within one profile.
    pub fn strength(&self) -> f64 {
        self.habit
    }

    /// Returns how many bytes the count takes where it is stored.
    pub fn bytes(&self) -> usize {
        if self.is_once { 3 } else { Self::MOST_BYTES }
    }

    fn rebase(&mut self, precision: Precision) {
        let days = f64::from(REBASE_DAYS);
        self.habit = precision.round(self.habit * exp2(-days / HABIT_HALF_LIFE));
        self.recent = precision.round(self.recent * exp2(-days / RECENT_HALF_LIFE));
    }
}

/// A user's time: active days since the counts' zero, as weights.
#[derive(Debug, Clone, Copy)]
pub struct DecayClock {
    habit_weight: f64,
    recent_weight: f64,
}

impl DecayClock {
    /// The time so many active days after the zero.
    pub fn at(days: f64) -> Self {
        Self { habit_weight: exp2(days / HABIT_HALF_LIFE), recent_weight: exp2(days / RECENT_HALF_LIFE) }
    }

    /// Returns what one act counts now, in the units of [`LaggedCount::strength`].
    pub fn habit_weight(&self) -> f64 {
        self.habit_weight
    }
}

/// Puts counts on a new zero when that is due; returns the zero in force.
pub(super) fn rebase_when_due<'a>(
    zero: u32,
    active_days: u32,
    counts: impl Iterator<Item = &'a mut LaggedCount>,
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
    /// As a stored profile holds them: 16 bits after the first.
    #[default]
    Stored,
    /// In full, for comparison with a reference.
    Full,
}

impl Precision {
    /// Returns `x` as it will be after storing.
    pub fn round(self, x: f64) -> f64 {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "what is stored has fewer bits")]
            Self::Stored => {
                const DROPPED: u32 = f32::MANTISSA_DIGITS - 1 - 16;
                let bits = (x as f32).to_bits() + (1 << (DROPPED - 1)); // to the nearest
                f64::from(f32::from_bits(bits >> DROPPED << DROPPED))
            }
            Self::Full => x,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_began_today_hardly_counts_and_an_old_habit_does() {
        let mut new = LaggedCount::default();
        new.add(&DecayClock::at(500.0), Precision::Full);
        assert_eq!(new.value(&DecayClock::at(500.0)), 0.0);

        let mut old = LaggedCount::default();
        for day in 400..500 {
            old.add(&DecayClock::at(f64::from(day)), Precision::Full);
        }
        let value = old.value(&DecayClock::at(500.0));
        assert!((60.0..62.0).contains(&value), "72 by habit less 11 recent, not {value}");
    }

    #[test]
    fn a_new_zero_changes_no_count() {
        let mut count = LaggedCount::default();
        for day in 700..790 {
            count.add(&DecayClock::at(f64::from(day)), Precision::Stored);
        }
        let before = count.value(&DecayClock::at(800.0));
        assert_eq!(rebase_when_due(0, 800, std::iter::once(&mut count), Precision::Stored), 800);
        assert_eq!(count.value(&DecayClock::at(0.0)), before);
    }
}
