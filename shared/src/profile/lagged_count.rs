//! Counts that decay with a user's active days and leave out the most recent days.

use serde::{Deserialize, Serialize};

use crate::math::{exp2, log2};

/// The half-life of the slowly decayed count, in the user's active days.
const HABIT_HALF_LIFE: f64 = 100.0;
/// The half-life of the quickly decayed count, in active days.
const RECENT_HALF_LIFE: f64 = 8.0;
/// The number of active days after which the origin of time moves, long before the counts overflow. It is a multiple of
/// both half-lives, so that a move multiplies by powers of two and changes no count.
const REBASE_DAYS: u32 = 800;

/// A lagged count: a slowly decayed count less a quickly decayed one.
///
/// The most recent days hardly count, so that an intruder's own acts do not soon become usual. The counts use forward
/// decay (Cormode et al. 2009): a later day adds more, instead of all earlier counts being reduced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Packed", into = "Packed")]
pub struct LaggedCount {
    habit: f64,
    recent: f64,
    /// Whether exactly one act was counted, which is stored in fewer bytes.
    is_once: bool,
}

/// The stored form of a count.
#[derive(Serialize, Deserialize)]
pub(super) enum Packed {
    /// One act, with the number of active days from the origin to it.
    Once(i16),
    /// The 24 bits after the sign of both parts as 32-bit numbers; neither is negative.
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
    #[expect(clippy::cast_possible_truncation, reason = "the origin moves every 800 days, so the day fits 16 bits")]
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
    /// The maximum size of a stored count, in bytes.
    pub const MOST_BYTES: usize = 7;
    /// The count of nothing.
    pub const NONE: Self = Self { habit: 0.0, recent: 0.0, is_once: false };

    /// Returns the count of one act, `day` active days after the origin.
    fn once(day: i16) -> Self {
        let mut count = Self::NONE;
        count.add(&DecayClock::at(day.into()), Precision::Stored);
        count
    }

    /// Adds 1 at the time of `clock`, rounded to `precision`.
    pub fn add(&mut self, clock: &DecayClock, precision: Precision) {
        let is_first = *self == Self::NONE;
        self.add_amount(1.0, clock, precision);
        self.is_once = is_first;
    }

    /// Adds `amount` at the time of `clock`, rounded to `precision`.
    pub fn add_amount(&mut self, amount: f64, clock: &DecayClock, precision: Precision) {
        self.habit = precision.round(self.habit + amount * clock.habit_weight);
        self.recent = precision.round(self.recent + amount * clock.recent_weight);
        self.is_once = false;
    }

    /// Returns the count at the time of `clock`, less its recent part; at least 0.
    pub fn value(&self, clock: &DecayClock) -> f64 {
        (self.habit / clock.habit_weight - self.recent / clock.recent_weight).max(0.0)
    }

    /// Returns the slowly decayed count with its recent part, in units that compare only within one profile.
    pub fn strength(&self) -> f64 {
        self.habit
    }

    /// Returns the size of the stored count, in bytes.
    pub fn bytes(&self) -> usize {
        if self.is_once { 3 } else { Self::MOST_BYTES }
    }

    fn rebase(&mut self, precision: Precision) {
        let days = f64::from(REBASE_DAYS);
        self.habit = precision.round(self.habit * exp2(-days / HABIT_HALF_LIFE));
        self.recent = precision.round(self.recent * exp2(-days / RECENT_HALF_LIFE));
    }
}

/// A user's time of decay: the weights of an act so many active days after the origin.
#[derive(Debug, Clone, Copy)]
pub struct DecayClock {
    habit_weight: f64,
    recent_weight: f64,
}

impl DecayClock {
    /// Returns the time `days` active days after the origin.
    pub fn at(days: f64) -> Self {
        Self { habit_weight: exp2(days / HABIT_HALF_LIFE), recent_weight: exp2(days / RECENT_HALF_LIFE) }
    }

    /// Returns the weight of one act at this time, in the units of [`LaggedCount::strength`].
    pub fn habit_weight(&self) -> f64 {
        self.habit_weight
    }
}

/// Moves the origin of `counts` by [`REBASE_DAYS`] if it is that old, and returns the active days at the origin in
/// force.
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

/// The precision of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Precision {
    /// The precision of a stored profile: 16 bits after the leading one.
    #[default]
    Stored,
    /// Full precision, for comparison with a reference implementation.
    Full,
}

impl Precision {
    /// Returns `x` rounded to this precision.
    pub fn round(self, x: f64) -> f64 {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "a stored count has fewer bits")]
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
    fn an_act_of_today_counts_nothing_and_a_hundred_days_count() {
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
    fn a_new_origin_of_time_changes_no_count() {
        let mut count = LaggedCount::default();
        for day in 700..790 {
            count.add(&DecayClock::at(f64::from(day)), Precision::Stored);
        }
        let before = count.value(&DecayClock::at(800.0));
        assert_eq!(rebase_when_due(0, 800, std::iter::once(&mut count), Precision::Stored), 800);
        assert_eq!(count.value(&DecayClock::at(0.0)), before);
    }
}
