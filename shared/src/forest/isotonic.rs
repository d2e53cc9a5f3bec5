//! Isotonic calibration: from the output of a forest to the probability of an attack.

use serde::{Deserialize, Serialize};

use crate::metrics::Sample;

/// The maximum number of points of the curve.
const MOST_KNOTS: usize = 64;

/// A rising curve from the output of a forest (0 to 1) to the share of attacks among samples with that output.
///
/// It is fitted by [isotonic regression](https://en.wikipedia.org/wiki/Isotonic_regression): adjacent samples whose
/// shares fall are pooled. Straight lines join the middles of the pools, so that different outputs stay different.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RisingCurve", into = "RisingCurve")]
pub struct Isotonic(RisingCurve);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RisingCurve {
    /// The share of attacks among the samples.
    prevalence: f64,
    /// The points of the curve, from the output 0 to the output 1, both coordinates strictly rising.
    knots: Vec<Knot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Knot {
    raw: f64,
    probability: f64,
}

impl Isotonic {
    /// Fits the curve to samples whose scores are a forest's outputs, preferably out-of-bag.
    ///
    /// One attack with the output 0 and one benign sample with the output 1 are added: no probability is 0 or 1.
    pub fn fit(samples: &[Sample]) -> Self {
        let edge = |score, is_attack| Sample { score, is_attack, weight: 1.0, cluster: 0 };
        let mut sorted: Vec<Sample> = samples.iter().copied().filter(|sample| sample.weight > 0.0).collect();
        sorted.extend([edge(0.0, true), edge(1.0, false)]);
        sorted.sort_by(|one, other| one.score.total_cmp(&other.score));
        let mut pools = pooled(&sorted);
        let all = pools.iter().copied().fold(Pool::default(), Pool::with);
        thin(&mut pools, MOST_KNOTS - 2);
        Self(RisingCurve { prevalence: all.attacks / all.weight, knots: knots(&pools) })
    }

    /// Returns the share of attacks among the samples to which the curve was fitted.
    pub fn prevalence(&self) -> f64 {
        self.0.prevalence
    }

    /// Returns the probability of an attack, given the forest's output `raw` and the share `prevalence` of attacks
    /// among all events.
    ///
    /// By Bayes' rule, the odds are those among the samples, multiplied by the ratio of the prior odds.
    pub fn calibrated(&self, raw: f64, prevalence: f64) -> f64 {
        let probability = self.share(raw);
        let attack = probability * prevalence / self.0.prevalence;
        let benign = (1.0 - probability) * (1.0 - prevalence) / (1.0 - self.0.prevalence);
        attack / (attack + benign)
    }

    /// Returns the share of attacks among samples with the forest's output `raw`.
    fn share(&self, raw: f64) -> f64 {
        let knots = &self.0.knots;
        let right = knots.partition_point(|knot| knot.raw <= raw).clamp(1, knots.len() - 1);
        let (from, to) = (knots[right - 1], knots[right]);
        let way = ((raw - from.raw) / (to.raw - from.raw)).clamp(0.0, 1.0);
        from.probability + (to.probability - from.probability) * way
    }
}

/// Samples with adjacent scores, taken as one.
#[derive(Debug, Clone, Copy, Default)]
struct Pool {
    weight: f64,
    attacks: f64,
    /// Sum of weighted scores.
    raw: f64,
}

impl Pool {
    fn of(sample: &Sample) -> Self {
        let Sample { score, is_attack, weight, .. } = *sample;
        Self { weight, attacks: if is_attack { weight } else { 0.0 }, raw: weight * score }
    }

    fn with(self, other: Self) -> Self {
        Self { weight: self.weight + other.weight, attacks: self.attacks + other.attacks, raw: self.raw + other.raw }
    }

    fn knot(self) -> Knot {
        Knot { raw: self.raw / self.weight, probability: self.attacks / self.weight }
    }

    fn is_below(self, other: Self) -> bool {
        let (knot, other) = (self.knot(), other.knot());
        knot.raw < other.raw && knot.probability < other.probability
    }

    /// Returns the increase of the squared error if the two are joined.
    fn cost_of_joining(self, other: Self) -> f64 {
        let difference = self.knot().probability - other.knot().probability;
        difference * difference * self.weight * other.weight / (self.weight + other.weight)
    }
}

/// Pools sorted samples until the shares of attacks in the pools rise.
fn pooled(sorted: &[Sample]) -> Vec<Pool> {
    let mut pools: Vec<Pool> = Vec::new();
    for ties in sorted.chunk_by(|one, other| one.score == other.score) {
        let mut pool = ties.iter().map(Pool::of).fold(Pool::default(), Pool::with);
        while let Some(last) = pools.pop_if(|last| !last.is_below(pool)) {
            pool = last.with(pool);
        }
        pools.push(pool);
    }
    pools
}

/// Joins the most similar adjacent pools until there are at most `most` pools.
fn thin(pools: &mut Vec<Pool>, most: usize) {
    while pools.len() > most {
        let cost = |at: usize| pools[at].cost_of_joining(pools[at + 1]);
        let Some(least) = (0..pools.len() - 1).min_by(|one, other| cost(*one).total_cmp(&cost(*other))) else { return };
        pools[least] = pools[least].with(pools.remove(least + 1));
    }
}

/// Returns the middles of the pools, and the two ends of the curve.
fn knots(pools: &[Pool]) -> Vec<Knot> {
    let mut knots: Vec<Knot> = pools.iter().map(|pool| pool.knot()).collect();
    if let Some(first) = knots.first().copied().filter(|first| first.raw > 0.0) {
        knots.insert(0, Knot { raw: 0.0, probability: first.probability / 2.0 });
    }
    if let Some(last) = knots.last().copied().filter(|last| last.raw < 1.0) {
        knots.push(Knot { raw: 1.0, probability: f64::midpoint(last.probability, 1.0) });
    }
    knots
}

impl From<Isotonic> for RisingCurve {
    fn from(isotonic: Isotonic) -> Self {
        isotonic.0
    }
}

impl TryFrom<RisingCurve> for Isotonic {
    type Error = NoCurve;

    fn try_from(curve: RisingCurve) -> Result<Self, NoCurve> {
        let is_share = |share: f64| 0.0 < share && share < 1.0;
        let is_sound = (2..=MOST_KNOTS).contains(&curve.knots.len())
            && is_share(curve.prevalence)
            && curve.knots.iter().all(|knot| knot.raw.is_finite() && is_share(knot.probability))
            && curve.knots.is_sorted_by(|one, other| one.raw < other.raw && one.probability < other.probability);
        if is_sound { Ok(Self(curve)) } else { Err(NoCurve) }
    }
}

/// The error for a stored curve that does not rise strictly within its range.
#[derive(Debug, thiserror::Error)]
#[error("a curve does not rise between 0 and 1")]
struct NoCurve;

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples of which the share `said`² is attacks.
    fn samples() -> Vec<Sample> {
        let sample = |number: u32| {
            let said = f64::from(number % 100) / 100.0;
            let drawn = f64::from(number * 7919 % 10_007) / 10_007.0;
            Sample { score: said, is_attack: drawn < said * said, weight: 1.0, cluster: 0 }
        };
        (0..100_000).map(sample).collect()
    }

    #[test]
    fn the_calibrated_output_is_the_share_of_attacks() {
        let isotonic = Isotonic::fit(&samples());
        assert!(isotonic.0.knots.len() <= MOST_KNOTS);
        let prevalence = isotonic.prevalence();
        assert!((prevalence - 0.328).abs() < 0.01, "{prevalence}");
        for raw in [0.1, 0.3, 0.5, 0.7, 0.9] {
            let said = isotonic.calibrated(raw, prevalence);
            assert!((said - raw * raw).abs() < 0.025, "{raw}: {said}");
        }
    }

    #[test]
    fn the_odds_are_in_proportion_to_the_odds_of_the_prevalence() {
        let isotonic = Isotonic::fit(&samples());
        let odds = |prevalence: f64| {
            let probability = isotonic.calibrated(0.8, prevalence);
            probability / (1.0 - probability) / (prevalence / (1.0 - prevalence))
        };
        assert!((odds(0.001) / odds(0.5) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn adjacent_shares_that_fall_are_pooled() {
        let sample = |(score, is_attack)| Sample { score, is_attack, weight: 1.0, cluster: 0 };
        let sorted = [(0.2, false), (0.4, true), (0.6, false), (0.8, true)].map(sample);
        let shares: Vec<f64> = pooled(&sorted).iter().map(|pool| pool.knot().probability).collect();
        assert_eq!(shares, [0.0, 0.5, 1.0]);
    }

    #[test]
    fn a_curve_fitted_to_one_class_alone_reaches_neither_0_nor_1() {
        let sample = Sample { score: 0.5, is_attack: false, weight: 10.0, cluster: 0 };
        let isotonic = Isotonic::fit(&[sample]);
        assert!((0.0..0.2).contains(&isotonic.calibrated(0.5, isotonic.prevalence())));
        assert!(Isotonic::fit(&[]).calibrated(1.0, 0.01) < 1.0);
    }
}
