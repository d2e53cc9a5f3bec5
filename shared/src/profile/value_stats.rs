//! Statistics of one value: its decayed count, and the last day on which it was seen if that was within 8 days.

use serde::{Deserialize, Serialize};

use super::lagged_count::{LaggedCount, Packed, Precision};
use crate::calendar::Day;

/// The lagged count of a value, and its last sighting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "PackedValueStats", into = "PackedValueStats")]
pub(super) struct ValueStats {
    pub(super) count: LaggedCount,
    last: Option<Sighting>,
}

/// The last day on which a value was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sighting {
    day: Day,
    /// The time at which the value was last counted, in seconds from the start of `day`; negative before it.
    counted: Option<i32>,
}

/// The minimum time between two counts of one value, in seconds: acts come in bursts, and a session can pass midnight.
const ONCE_SECONDS: i64 = 80_000;

impl ValueStats {
    /// The maximum size of the stored statistics, in bytes.
    pub(super) const MOST_BYTES: usize = LaggedCount::MOST_BYTES + 2;
    pub(super) const NEW: Self = Self { count: LaggedCount::NONE, last: None };

    /// Records that the value was seen on a day, and returns whether for the first time on that day.
    pub(super) fn see(&mut self, day: Day) -> bool {
        if !self.is_first_on(day) {
            return false;
        }
        let counted = self.last.and_then(Sighting::counted_second);
        let since_day = counted.and_then(|counted| i32::try_from(counted - day.first_second()).ok());
        let is_near = |seconds: &i32| i64::from(*seconds) > -ONCE_SECONDS;
        self.last = Some(Sighting { day, counted: since_day.filter(is_near) });
        true
    }

    /// Returns whether the value was not yet seen on a day.
    pub(super) fn is_first_on(&self, day: Day) -> bool {
        self.last.is_none_or(|last| last.day < day)
    }

    /// Returns whether the value counts at a second, because it was not counted within [`ONCE_SECONDS`] before.
    pub(super) fn counts_at(&self, second: i64) -> bool {
        let counted = self.last.and_then(Sighting::counted_second);
        counted.is_none_or(|counted| second - counted >= ONCE_SECONDS)
    }

    /// Records that the value, which was seen before, was counted at a second.
    pub(super) fn set_counted(&mut self, second: i64, precision: Precision) {
        if let Some(last) = &mut self.last {
            let since_day = i32::try_from(second - last.day.first_second()).ok();
            last.counted = since_day.map(|seconds| stored_seconds(seconds, precision));
        }
    }

    /// Drops the last sighting if it was before `day`.
    pub(super) fn forget_before(&mut self, day: Day) {
        self.last = self.last.filter(|last| last.day >= day);
    }

    /// Restores the full date of the last sighting after reading: only its low byte is stored, and it is the day with
    /// this low byte that is nearest to `current`.
    pub(super) fn date(&mut self, current: Day) {
        if let Some(last) = &mut self.last {
            let days_later = low_byte(last.day).wrapping_sub(low_byte(current)).cast_signed();
            last.day = Day(current.0 + i32::from(days_later));
        }
    }

    /// Returns the size of the stored statistics, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let sighting = if self.last.is_some() { 2 } else { 0 };
        self.count.bytes() + sighting
    }
}

impl Sighting {
    fn counted_second(self) -> Option<i64> {
        Some(self.day.first_second() + i64::from(self.counted?))
    }
}

/// The resolution of a stored time of counting, in seconds; a day is a multiple of it.
const STEP: i32 = 900;
const FIRST_STEP: i32 = -127;
const LAST_STEP: i32 = 127;
/// The stored step of a value that was seen but not counted.
const NOT_COUNTED: i8 = -128;

/// Returns seconds from the start of a day, rounded down to the resolution of the stored form.
fn stored_seconds(seconds: i32, precision: Precision) -> i32 {
    match precision {
        Precision::Stored => seconds.div_euclid(STEP).clamp(FIRST_STEP, LAST_STEP) * STEP,
        Precision::Full => seconds,
    }
}

fn low_byte(day: Day) -> u8 {
    day.0.to_le_bytes()[0]
}

/// The stored form of the statistics: the count, then the low byte of the last day and the step of the time of
/// counting.
#[derive(Serialize, Deserialize)]
enum PackedValueStats {
    Once(i16),
    Often([u8; 3], [u8; 3]),
    OnceLately(i16, u8, i8),
    OftenLately([u8; 3], [u8; 3], u8, i8),
}

impl From<ValueStats> for PackedValueStats {
    fn from(ValueStats { count, last }: ValueStats) -> Self {
        let last = last.map(|last| (low_byte(last.day), last.counted.map_or(NOT_COUNTED, step)));
        match (Packed::from(count), last) {
            (Packed::Once(day), None) => Self::Once(day),
            (Packed::Often(habit, recent), None) => Self::Often(habit, recent),
            (Packed::Once(day), Some((seen, counted))) => Self::OnceLately(day, seen, counted),
            (Packed::Often(habit, recent), Some((seen, counted))) => Self::OftenLately(habit, recent, seen, counted),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "`stored_seconds` clamps it")]
fn step(seconds: i32) -> i8 {
    (seconds / STEP) as i8
}

impl From<PackedValueStats> for ValueStats {
    fn from(packed: PackedValueStats) -> Self {
        let (count, last) = match packed {
            PackedValueStats::Once(day) => (Packed::Once(day), None),
            PackedValueStats::Often(habit, recent) => (Packed::Often(habit, recent), None),
            PackedValueStats::OnceLately(day, seen, counted) => (Packed::Once(day), Some((seen, counted))),
            PackedValueStats::OftenLately(habit, recent, seen, counted) => {
                (Packed::Often(habit, recent), Some((seen, counted)))
            }
        };
        let sighting = |(seen, counted): (u8, i8)| Sighting {
            day: Day(seen.into()),
            counted: (counted != NOT_COUNTED).then(|| i32::from(counted) * STEP),
        };
        Self { count: count.into(), last: last.map(sighting) }
    }
}
