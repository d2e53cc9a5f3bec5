//! The upper tail of a distribution over benign user-days: how rarely a day reaches a value.

use std::f64::consts::LN_10;

use serde::{Deserialize, Serialize};

use crate::math::{exp10, log10};

/// The share of benign user-days below the part of the tail that is taken to be exponential.
const BODY: f64 = 0.97;
/// The maximum number of straight pieces below it.
const PIECES: usize = 64;

/// The rarity of every value `x`: the negative decimal logarithm of the share of benign user-days whose highest value
/// reaches `x`.
///
/// The tail is empirical up to the 97th percentile, in straight pieces, and exponential beyond. If many days share the
/// value of that percentile, the exponential part begins at the observed share of the days above it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// The ends of the straight pieces, both coordinates strictly increasing.
    pub(super) knots: Vec<TailPoint>,
    /// The rarity just beyond the last knot.
    pub(super) rarity_beyond: f64,
    /// The mean excess over the last knot.
    pub(super) mean_excess: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct TailPoint {
    pub(super) x: f64,
    pub(super) rarity: f64,
}

impl Tail {
    /// Fits a tail to the highest values of benign user-days.
    ///
    /// # Errors
    ///
    /// Returns [`TooFewDays`] if there are no days, or none exceeds the 97th percentile.
    pub fn fit(mut daily_maxima: Vec<f64>) -> Result<Self, TooFewDays> {
        daily_maxima.sort_by(f64::total_cmp);
        let days = daily_maxima.len();
        let cut = *daily_maxima.get(index(days, BODY)).ok_or(TooFewDays(days))?;
        let excesses: Vec<f64> = daily_maxima.iter().map(|x| x - cut).filter(|excess| *excess > 0.0).collect();
        if excesses.is_empty() {
            return Err(TooFewDays(days));
        }
        let mean_excess = excesses.iter().sum::<f64>() / float(excesses.len());
        let rarity_beyond = -log10(float(excesses.len() + 1) / float(days + 1));
        Ok(Self { knots: body(&daily_maxima, cut), rarity_beyond, mean_excess })
    }

    /// Returns the tail changed so that no value is less rare than in `before` by more than `slack`; this holds for
    /// rarities up to 3, one in a thousand user-days.
    #[must_use]
    pub fn restrained(mut self, before: &Self, slack: f64) -> Self {
        const FAR: f64 = 3.0;
        let reached = |tail: &Self, rarity: f64| tail.value(rarity).min(before.value(rarity + slack));
        let far = reached(&self, FAR);
        let values: Vec<f64> = self.knots.iter().map(|knot| reached(&self, knot.rarity)).collect();
        self.knots.iter_mut().zip(values).for_each(|(knot, x)| knot.x = x);
        if let Some(last) = self.knots.last().filter(|last| last.x < far && self.rarity_beyond < FAR) {
            self.mean_excess = (far - last.x) / ((FAR - self.rarity_beyond) * LN_10);
        }
        self
    }

    /// Returns the tail of a mixture: `other_share` of its days are those of `other`, the rest those of this tail.
    ///
    /// It is exact at the knots of both and at some rarities beyond, straight between, and beyond them as heavy as the
    /// heavier of both.
    #[must_use]
    pub fn mixed(&self, other: &Self, other_share: f64) -> Self {
        const BEYOND: [f64; 6] = [2.0, 2.5, 3.0, 4.0, 5.0, 6.0];
        let knots = self.knots.iter().chain(&other.knots).map(|knot| knot.x);
        let beyond = BEYOND.iter().flat_map(|rarity| [self.value(*rarity), other.value(*rarity)]);
        let mut values: Vec<f64> = knots.chain(beyond).collect();
        values.sort_by(f64::total_cmp);
        let share = |x| (1.0 - other_share) * exp10(-self.rarity(x)) + other_share * exp10(-other.rarity(x));
        let mut knots: Vec<TailPoint> = Vec::with_capacity(values.len());
        for x in values {
            let rarity = -log10(share(x));
            if knots.last().is_none_or(|last| last.x < x && last.rarity < rarity) {
                knots.push(TailPoint { x, rarity });
            }
        }
        let rarity_beyond = knots.last().map_or(0.0, |last| last.rarity);
        Self { knots, rarity_beyond, mean_excess: self.mean_excess.max(other.mean_excess) }
    }

    /// Returns the value that has this rarity.
    fn value(&self, rarity: f64) -> f64 {
        let (Some(first), Some(last)) = (self.knots.first(), self.knots.last()) else { return 0.0 };
        if rarity > last.rarity {
            return last.x + (rarity - self.rarity_beyond).max(0.0) * self.mean_excess * LN_10;
        }
        let right = self.knots.partition_point(|knot| knot.rarity < rarity);
        if right == 0 {
            return first.x;
        }
        let (from, to) = (self.knots[right - 1], self.knots[right]);
        from.x + (to.x - from.x) * (rarity - from.rarity) / (to.rarity - from.rarity)
    }

    /// Returns the rarity of `x`: one in 10^rarity benign user-days reaches it.
    pub fn rarity(&self, x: f64) -> f64 {
        let (Some(first), Some(last)) = (self.knots.first(), self.knots.last()) else { return 0.0 };
        if x > last.x {
            return self.rarity_beyond + (x - last.x) / (self.mean_excess * LN_10);
        }
        if x == last.x {
            return last.rarity;
        }
        if x <= first.x || x.is_nan() {
            return first.rarity; // what damaged counts make no number of is not rare
        }
        let right = self.knots.partition_point(|knot| knot.x <= x);
        let (from, to) = (self.knots[right - 1], self.knots[right]);
        from.rarity + (to.rarity - from.rarity) * (x - from.x) / (to.x - from.x)
    }
}

/// Returns knots of the empirical tail at evenly spaced rarities; equal values have the rarity of the first of them.
fn body(sorted: &[f64], cut: f64) -> Vec<TailPoint> {
    let rarity_at = |position: usize| -log10(1.0 - float(position) / float(sorted.len() + 1));
    let last_rarity = -log10(1.0 - BODY);
    let mut knots: Vec<TailPoint> = Vec::with_capacity(PIECES + 1);
    for piece in 0..=PIECES {
        let share = 1.0 - exp10(-last_rarity * float(piece) / float(PIECES));
        let x = sorted[index(sorted.len(), share)].min(cut);
        if knots.last().is_none_or(|knot| knot.x < x) {
            let first_of_ties = sorted.partition_point(|other| *other < x);
            knots.push(TailPoint { x, rarity: rarity_at(first_of_ties) });
        }
    }
    knots
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares lie in 0..1")]
fn index(length: usize, share: f64) -> usize {
    ((float(length) * share) as usize).min(length.saturating_sub(1))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of user-days are exact in 53 bits")]
fn float(number: usize) -> f64 {
    number as f64
}

/// Why a tail cannot be fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} user-days are too few, or too much alike, to tell what is rare")]
pub struct TooFewDays(usize);

#[cfg(test)]
mod tests {
    use super::*;

    fn thousand_days() -> Tail {
        Tail::fit((0..1000).map(f64::from).collect()).expect("enough days")
    }

    #[test]
    fn the_rarity_of_a_value_is_the_share_of_days_that_reach_it() {
        let tail = thousand_days();
        for (x, days) in [(500.0, 500.0), (900.0, 100.0), (970.0, 30.0)] {
            let expected = -log10((days + 1.0) / 1001.0); // the day in question is one more
            assert!((tail.rarity(x) - expected).abs() < 0.01, "{x}: {} for {expected}", tail.rarity(x));
        }
        assert!(tail.rarity(1030.0) > 2.8, "exponential beyond: 30 of 1000, less by e every 15");
    }

    #[test]
    fn a_higher_value_is_never_less_rare_and_beyond_the_lowest_always_rarer() {
        let tail = thousand_days();
        let rarities: Vec<f64> = (1..4000).map(|x| tail.rarity(f64::from(x) / 2.0)).collect();
        assert!(rarities.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_restrained_tail_follows_a_shift_to_higher_values_little_and_to_lower_values_fully() {
        let before = thousand_days();
        let doubled = Tail::fit((0..1000).map(|day| f64::from(2 * day)).collect()).expect("enough days");
        let halved = Tail::fit((0..1000).map(|day| f64::from(day) / 2.0).collect()).expect("enough days");
        let restrained = doubled.clone().restrained(&before, 0.1);
        for x in [700.0, 900.0, 990.0, 1020.0] {
            let (old, new) = (before.rarity(x), restrained.rarity(x));
            assert!(doubled.rarity(x) < new && (old - 0.11..old - 0.07).contains(&new), "{x}: {new} after {old}");
        }
        let followed = halved.clone().restrained(&before, 0.1);
        assert!([100.0, 400.0, 490.0, 520.0].iter().all(|x| (followed.rarity(*x) - halved.rarity(*x)).abs() < 1e-9));
    }

    #[test]
    fn days_that_are_all_alike_fit_no_tail() {
        assert_eq!(Tail::fit(vec![1.0; 50]), Err(TooFewDays(50)));
        assert_eq!(Tail::fit(Vec::new()), Err(TooFewDays(0)));
    }
}
